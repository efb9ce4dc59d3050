/* Waits for a connection: see tcx_posix.h. */
#include "tcx_posix.h"

#include <poll.h>

static uint32_t waiter_now(void *context)
{
    (void)context;
    return tcx_posix_tick();
}

static void waiter_wait(void *context, unsigned wants, uint32_t time_left)
{
    tcx_posix_tcp *tcp = context;
    struct pollfd ready = { -1, 0, 0 };

    if (tcx_posix_tcp_read_ahead(tcp, wants, time_left))
        return;
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
