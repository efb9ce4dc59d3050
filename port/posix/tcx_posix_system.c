/* Clocks, waiting and entropy: see tcx_posix.h. */
#define _DEFAULT_SOURCE

#include "tcx_posix.h"

#include <errno.h>
#include <poll.h>
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

static uint32_t waiter_now(void *context)
{
    (void)context;
    return tcx_posix_tick();
}

static void waiter_wait(void *context, unsigned wants, uint32_t time_left)
{
    const tcx_posix_tcp *tcp = context;
    struct pollfd ready = { -1, 0, 0 };

    if (wants & (TCX_READ | TCX_WRITE))
        ready.fd = tcx_posix_tcp_fd(tcp);
    if (wants & TCX_READ)
        ready.events = POLLIN;
    if (wants & TCX_WRITE)
        ready.events = (short)(ready.events | POLLOUT);
    (void)poll(&ready, 1, (int)tcx_posix_tcp_time_left(tcp, wants, time_left));
}

tcx_waiter tcx_posix_waiter(tcx_posix_tcp *tcp)
{
    tcx_waiter waiter = { NULL, waiter_now, waiter_wait };

    waiter.context = tcp;
    return waiter;
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
