// The kernels behind scr_dense_run.
#pragma once

#include "ScrupleDense.h"

void scr_dense_avx2(const scr_dense *dense);
void scr_dense_avx512(const scr_dense *dense);
