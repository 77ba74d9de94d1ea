// What a build of the runtime can run.
#pragma once

#include <stdint.h>

#include "ScrupleInline.h"

/// Whether there are operations on images and additions, which take 9 KB of a Cortex-M4's flash. Firmware that has only
/// dense networks to run leaves them out with -DSCRUPLE_DENSE_ONLY; it refuses other models by name.
SCR_INLINE int32_t scr_has_image_operations(void) {
#if defined(SCRUPLE_DENSE_ONLY)
  return 0;
#else
  return 1;
#endif
}
