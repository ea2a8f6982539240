// zlib only promises not to write through its input pointer when this is defined.
#define ZLIB_CONST
#include <zlib.h>
