/*
 * The lwIP port: a TCP connection through lwIP's raw API (2.1 or later) as a transport (tcexec/transport.h).
 *
 *     static tcx_lwip link;
 *     tcx_lwip_init(&link);             ... pass &link.transport to a call, or to TLS as its link
 *
 * It needs LWIP_TCP. Addresses are numbers or, with LWIP_DNS, also names.
 *
 * Call context. The four functions call lwIP's raw API, which must not be entered twice at the same time. You can call
 * tcx_call_begin() anywhere. Call tcx_call_step(), tcx_call_cancel() and tcx_connection_close() only
 *
 *   NO_SYS=1   in the main loop, which also polls the interface and calls sys_check_timeouts(); not in an interrupt
 *   NO_SYS=0   in the tcpip thread, or between LOCK_TCPIP_CORE() and UNLOCK_TCPIP_CORE(). A step of the TLS handshake
 *              computes for as long as a signature takes, and lwIP stops for that time
 *
 * and never in a callback of the raw API. This also holds for tcx_client_step() and tcx_client_wipe(). lwIP must run
 * between steps. tcx_execute() and tcx_client_execute() loop over the steps themselves, so they are for NO_SYS=1 only: let
 * the `tick` of your tcx_port return sys_now(), and its `wait` poll the interface and the timeouts once.
 *
 * Memory. Only lwIP allocates memory, from the pools and the heap in lwipopts.h:
 *
 *   - one TCP_PCB
 *   - in the heap, the bytes that send took, until the peer has acknowledged them: at most TCP_SND_BUF
 *   - in the driver's pbufs, the received bytes, until recv takes them: at most TCP_WND, because only bytes that were
 *     taken open the window again
 *
 * Errors. The port's own error number is lwIP's err_t:
 *
 *   ERR_RST    the peer refused or broke the link
 *   ERR_ABRT   the peer did not answer any of lwIP's attempts, or lwIP needed the memory
 *   ERR_RTE    no interface leads to the address
 *   ERR_MEM    no memory for a connection or for a look-up
 *
 * A name that was not found is TCX_E_RESOLVE, with ERR_VAL or with the result of dns_gethostbyname().
 */
#ifndef TCX_LWIP_H
#define TCX_LWIP_H

#include <lwip/tcp.h>

#include <tcexec/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One link. Do not move it: it points into itself, and lwIP points to it. It must exist until its link is closed. lwIP
 * cannot cancel a look-up, so it must also exist until the last look-up was answered or has timed out (a few seconds).
 * Static is best. All fields are private to the port.
 */
typedef struct tcx_lwip {
    tcx_transport transport;
    struct tcp_pcb *pcb;   /* NULL: none, or lwIP has freed it: `error` has the reason */
    struct pbuf *received; /* received, but not yet taken; NULL: nothing */
    tcx_text name;         /* the name of the look-up */
    ip_addr_t address;     /* the address to dial */
    u8_t state;
    u8_t ended;  /* the peer has closed */
    err_t error; /* the reason why the link has ended */
} tcx_lwip;

/* Makes a link; nothing is opened. */
void tcx_lwip_init(tcx_lwip *link);

#ifdef __cplusplus
}
#endif

#endif
