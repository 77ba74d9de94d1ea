#include <oneapi/dnnl/dnnl.h>

/* libgomp, which Debian's oneDNN runs on, has no header of its own outside of GCC. */
extern void omp_set_num_threads(int);
