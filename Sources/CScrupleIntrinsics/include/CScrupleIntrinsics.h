// Instructions that Swift cannot name, each with a portable meaning. All differences between processors stand in
// this directory; Swift sources have none.
#pragma once

#include "ScrupleArithmetic.h"
#include "ScrupleDense.h"
#include "ScrupleFold.h"
#include "ScrupleHead.h"
#include "ScrupleLanes.h"
#include "ScruplePlain.h"
