#define _GNU_SOURCE
#include "syscalls.h"

#include <errno.h>
#include <time.h>

bool elbod_semaphore_wait(sem_t *semaphore, int64_t nanoseconds) {
    struct timespec deadline;
    clock_gettime(CLOCK_MONOTONIC, &deadline);
    if (nanoseconds < 0) nanoseconds = 0;
    deadline.tv_sec += (time_t)(nanoseconds / 1000000000);
    deadline.tv_nsec += (long)(nanoseconds % 1000000000);
    if (deadline.tv_nsec >= 1000000000) {
        deadline.tv_sec += 1;
        deadline.tv_nsec -= 1000000000;
    }
    while (sem_clockwait(semaphore, CLOCK_MONOTONIC, &deadline) != 0)
        if (errno != EINTR) return false;
    return true;
}
