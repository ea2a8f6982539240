#include <pthread.h>
/* Which glibc declares for _GNU_SOURCE only, and that Swift does not define. */
int pthread_setname_np(pthread_t thread, const char *name);
