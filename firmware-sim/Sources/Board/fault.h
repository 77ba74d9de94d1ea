// How a fault is told: one line on the console, then the end.
#pragma once

#include <stdint.h>

/// Prints "scruple-firmware: NAME at 0xPC, REASON [0xADDRESS]" and exits with `fault_status`.
_Noreturn void report_fault(const char *name, uintptr_t pc, const char *reason, const uintptr_t *address);

enum { fault_status = 86 };
