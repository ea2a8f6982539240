#include "build.h"

// packaging/link compiles this again with the commit; what else is built changes with no commit.
#ifndef ELBO_COMMIT
#define ELBO_COMMIT ""
#endif

const char *elbod_commit(void) { return ELBO_COMMIT; }
