// What Swift's module of glibc leaves out.
#pragma once
#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <sys/ioctl.h>
/* Which glibc declares for _GNU_SOURCE only, and that Swift does not define. */
int pthread_setname_np(pthread_t thread, const char *name);

/* A variadic call with a macro that Swift does not import. */
static inline int unreadBytes(int descriptor) {
    int count = 0;
    return ioctl(descriptor, FIONREAD, &count) == 0 ? count : 0;
}
