#define _GNU_SOURCE
#include "syscalls.h"

#include <sched.h>

int elbod_processor(void) { return sched_getcpu(); }

bool elbod_leave_processors(const int *taken, int count) {
    cpu_set_t allowed, others;
    // Fails on machines with more processors than a set of this size has, which have room elsewhere.
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return false;
    others = allowed;
    for (int index = 0; index < count; index++)
        if (taken[index] >= 0 && taken[index] < CPU_SETSIZE) CPU_CLR(taken[index], &others);
    if (CPU_COUNT(&others) == 0 || sched_setaffinity(0, sizeof others, &others) != 0) return false;
    // It has moved, and may go wherever it might before.
    sched_setaffinity(0, sizeof allowed, &allowed);
    return true;
}
