#ifndef SCRUPLE_CPNG_SHIM_H
#define SCRUPLE_CPNG_SHIM_H

#include <png.h>

/* The last error's text: Swift sees the fixed array as a tuple. */
static inline const char *scr_png_message(const png_image *image) { return image->message; }

#endif
