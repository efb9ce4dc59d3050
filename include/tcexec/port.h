/*
 * A platform in one structure: a link, a tick, a wait, a wall clock, entropy.
 *
 * The library reads no clock, never sleeps and draws no random numbers. A port does this for it. tcx_execute() uses the
 * tick and the wait. A client (tcexec/client.h) uses the whole port. The library calls the functions one at a time, and
 * only from tcx_execute() and from the functions that begin and step a client's call. Only `wait` may block.
 *
 * The POSIX port and the template have a tcx_port in each of their links: `&tcp.port`, `&board.port`. Your own port
 * fills one in:
 *
 *     const tcx_port port = { .link = &modem.transport, .context = &modem, .tick = modem_tick, .wait = modem_wait,
 *                             .unix_time = modem_unix_time, .entropy = modem_entropy };
 */
#ifndef TCEXEC_PORT_H
#define TCEXEC_PORT_H

#include <tcexec/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A platform. Plain data: you may copy it. Who uses a port borrows it, and all that it points to. */
typedef struct tcx_port {
    const tcx_transport *link; /* carries the bytes: see tcexec/transport.h. Only a client uses it */
    void *context;             /* passed to every function below, unchanged */

    /* Returns the tick: milliseconds of a monotonic counter. It may wrap: see tcexec/call.h. */
    uint32_t (*tick)(void *context);

    /*
     * Waits until the link can be read (TCX_READ in `wants`) or written (TCX_WRITE), and at most `time_left` ms. It may
     * return earlier. With TCX_TIME it waits `time_left` ms. NULL: a call can only be stepped.
     */
    void (*wait)(void *context, unsigned wants, uint32_t time_left);

    /* Returns the wall clock: seconds since 1970-01-01 UTC. 0: it is not set. Only a client uses it. */
    int64_t (*unix_time)(void *context);

    /*
     * Fills `out` with `length` unpredictable bytes and returns `length`. After any other value nothing is sent. Only a
     * client uses it. NULL: there is no entropy, and so no TLS of the library.
     */
    int (*entropy)(void *context, void *out, size_t length);
} tcx_port;

#ifdef __cplusplus
}
#endif

#endif
