// What Swift's module of glibc leaves out.
#pragma once
#include <errno.h>
#include <malloc.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
/* Which glibc declares for _GNU_SOURCE only, and that Swift does not define. */
int pthread_setname_np(pthread_t thread, const char *name);
