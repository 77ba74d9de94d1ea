// What the example needs of a C library; firmware-sim/Sources/Board/memory.c has it.
#pragma once

#include <stddef.h>

void *memcpy(void *restrict destination, const void *restrict source, size_t count);
