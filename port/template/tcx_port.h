/*
 * A port to start from. Copy this file and tcx_port.c, and fill in the places marked TODO in tcx_port.c. It compiles as
 * it is: a function that is not filled in fails with an error number of its own, so a call shows which function is
 * missing.
 *
 *     static tcx_port port;
 *     tcx_port_init(&port);                        ... pass &port.transport to a call, or to TLS as its link
 *     tcx_waiter waiter = tcx_port_waiter(&port);  ... and this to tcx_execute()
 *
 *     .unix_time = tcx_port_unix_time()            ... in the call's configuration
 *     .entropy = tcx_port_entropy                  ... in the TLS configuration
 *
 *   not filled in          the call ends with                           `call.detail`
 *   tcx_port_unix_time()   TCX_E_CLOCK_UNSET, before open               0
 *   tcx_port_entropy()     TCX_E_TLS_ENTROPY, before open               BearSSL's BR_ERR_NO_RANDOM
 *   open                   TCX_E_CONNECT, nothing sent                  TCX_PORT_NO_OPEN
 *   send                   TCX_E_SEND, nothing sent                     TCX_PORT_NO_SEND
 *   recv                   TCX_E_RECEIVE                                TCX_PORT_NO_RECV
 *   tick, wait             the call works, but never sleeps, and counts each reading of the tick as a millisecond
 */
#ifndef TCX_PORT_H
#define TCX_PORT_H

#include <tcexec.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The port's own error numbers: any negative numbers except -32001 to -32005, which tcexec/transport.h uses. Give each
 * cause its own number: a log from the field will show you nothing else.
 */
enum { TCX_PORT_NO_OPEN = -1001, TCX_PORT_NO_SEND = -1002, TCX_PORT_NO_RECV = -1003, TCX_PORT_NO_ENTROPY = -1004 };

/* One link. Do not move it: it points into itself. */
typedef struct tcx_port {
    tcx_transport transport;
    int state;      /* TODO: add what the link needs: a socket, a UART, rings that the interrupts fill and empty */
    uint32_t looks; /* replaces the tick; delete it when there is one */
} tcx_port;

/* Initialises a link. Opens nothing. */
void tcx_port_init(tcx_port *port);

/* For tcx_execute(): tick and wait. Borrows `port`. */
tcx_waiter tcx_port_waiter(tcx_port *port);

/* The wall clock: returns seconds since 1970-01-01 UTC, or 0 if the clock is not set. */
int64_t tcx_port_unix_time(void);

/* For tcx_tls_config.entropy. Returns `length`, or a negative number. */
int tcx_port_entropy(void *context, void *out, size_t length);

#ifdef __cplusplus
}
#endif

#endif
