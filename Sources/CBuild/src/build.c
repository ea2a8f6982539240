#include "build.h"

const char *elbod_commit(void) { return ELBO_COMMIT; }
