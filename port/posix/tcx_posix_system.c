/* Clocks, entropy and output: see tcx_posix.h. */
#define _DEFAULT_SOURCE

#include "tcx_posix.h"

#include <errno.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

uint32_t tcx_posix_tick(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)((uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u);
}

int64_t tcx_posix_unix_time(void)
{
    return (int64_t)time(NULL);
}

int tcx_posix_entropy(void *context, void *out, size_t length)
{
    unsigned char *bytes = out;
    size_t filled = 0;

    (void)context;
    while (filled < length) {
        ssize_t got = getrandom(bytes + filled, length - filled, 0);

        if (got < 0 && errno != EINTR)
            return -1;
        if (got > 0)
            filled += (size_t)got;
    }
    return (int)filled;
}

void tcx_posix_put(void *context, const char *bytes, size_t length)
{
    (void)fwrite(bytes, 1, length, context);
}
