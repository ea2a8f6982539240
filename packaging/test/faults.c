// A disk that fails at the n-th system call of a save. Preloaded into the daemon; it counts the calls of the thread that
// reads and writes its files. $ELBO_FAULTS names a file of four ints, which the test shares: calls to come until the one
// that fails, the error, how many have failed, how many calls there were.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static volatile int *plan;

__attribute__((constructor)) static void begin(void) {
    int file = open(getenv("ELBO_FAULTS"), O_RDWR | O_CLOEXEC);
    void *map = mmap(NULL, 16, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (map == MAP_FAILED) abort();
    plan = map;
}

static int is_due(void) {
    char name[16];
    if (!plan || prctl(PR_GET_NAME, name) != 0 || strcmp(name, "loading") != 0) return 0;
    plan[3]++;
    if (plan[0] <= 0 || --plan[0] > 0) return 0;
    plan[2]++;
    errno = plan[1];
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define FAILING(result, name, parameters, arguments) \
    result name parameters { return is_due() ? -1 : REAL(name) arguments; }
#define OPENING(name, parameters, arguments) \
    int name parameters { \
        va_list list; \
        va_start(list, flags); \
        mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0; \
        va_end(list); \
        return is_due() ? -1 : REAL(name) arguments; \
    }

OPENING(open, (const char *path, int flags, ...), (path, flags, mode))
OPENING(open64, (const char *path, int flags, ...), (path, flags, mode))
OPENING(openat, (int at, const char *path, int flags, ...), (at, path, flags, mode))
OPENING(openat64, (int at, const char *path, int flags, ...), (at, path, flags, mode))
FAILING(ssize_t, write, (int file, const void *bytes, size_t count), (file, bytes, count))
FAILING(int, fsync, (int file), (file))
FAILING(int, fdatasync, (int file), (file))
FAILING(int, ftruncate, (int file, off_t size), (file, size))
FAILING(int, rename, (const char *from, const char *to), (from, to))
FAILING(int, renameat, (int at, const char *from, int to_at, const char *to), (at, from, to_at, to))
FAILING(int, unlinkat, (int at, const char *path, int flags), (at, path, flags))
FAILING(int, link, (const char *from, const char *to), (from, to))
FAILING(int, unlink, (const char *path), (path))
FAILING(int, mkdir, (const char *path, mode_t mode), (path, mode))
FAILING(int, fchmod, (int file, mode_t mode), (file, mode))

// Closed in any case, as by the kernel.
int close(int file) {
    int is_failing = is_due(), error = errno, result = REAL(close)(file);
    if (is_failing) errno = error;
    return is_failing ? -1 : result;
}
