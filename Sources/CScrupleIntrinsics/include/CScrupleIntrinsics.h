// Instructions that Swift cannot name, each with a portable meaning. All differences between processors stand in
// this directory; Swift sources have none.
#pragma once

#include "ScrupleArithmetic.h"
#include "ScrupleBytes.h"
#include "ScrupleDense.h"
#include "ScrupleDenseVectors.h"
#include "ScrupleDepthwise.h"
#include "ScrupleFold.h"
#include "ScrupleHead.h"
#include "ScrupleLanes.h"
#include "ScrupleOperations.h"
#include "ScruplePatchVectors.h"
#include "ScruplePatches.h"
#include "ScruplePlain.h"
#include "ScruplePoolingVectors.h"
#include "ScrupleVectors.h"
