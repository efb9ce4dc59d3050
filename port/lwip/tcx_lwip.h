/*
 * The lwIP port: a TCP connection through lwIP's raw API (2.1 or later) as a transport (tcexec/transport.h).
 *
 *     static tcx_lwip link;
 *     tcx_lwip_init(&link);             ... give &link.transport to a call, or to TLS as its link
 *
 * Needs LWIP_TCP. Addresses are numbers; with LWIP_DNS, names too.
 *
 * Call context. lwIP's raw API is not to be entered by two at once, and is where the four functions lead. So
 * tcx_call_begin() may be called anywhere, but tcx_call_step(), tcx_call_cancel() and tcx_connection_close() only
 *
 *   NO_SYS=1   in the main loop, which also polls the interface and calls sys_check_timeouts(); not in an interrupt
 *   NO_SYS=0   in the tcpip thread, or between LOCK_TCPIP_CORE() and UNLOCK_TCPIP_CORE(). A step of the TLS handshake
 *              computes for as long as a signature takes, and lwIP stands still for that time
 *
 * and never in a callback of the raw API. Between steps lwIP must go on. So tcx_execute(), which steps by itself, is
 * for NO_SYS=1: its waiter's `now` returns sys_now(), and its `wait` polls the interface and the timeouts once.
 *
 * Memory. Nothing is allocated but by lwIP, in the pools and the heap that lwipopts.h gives it: one TCP_PCB; what send
 * took, in the heap, until the peer has acknowledged it, at most TCP_SND_BUF bytes; what came, in the driver's pbufs,
 * until recv takes it, at most TCP_WND bytes, because only what was taken opens the window again.
 *
 * Errors. The port's own number is lwIP's err_t: ERR_RST, the peer refused or broke the link; ERR_ABRT, it did not
 * answer in all of lwIP's attempts, or lwIP needed its memory; ERR_RTE, no interface leads there; ERR_MEM, no memory
 * for a connection or for a look-up. A name that was not found is TCX_E_RESOLVE with ERR_VAL, or with what dns_gethostbyname() said.
 */
#ifndef TCX_LWIP_H
#define TCX_LWIP_H

#include <lwip/tcp.h>

#include <tcexec/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Do not move it: it points into itself, and lwIP points to it. It must last until its link is closed and, because
 * lwIP cannot be told to forget a look-up, until the answer to its last one has come or its time is over (a few
 * seconds). Static is best. All fields are the port's own. RAM: 52 bytes on 32-bit machines.
 */
typedef struct tcx_lwip {
    tcx_transport transport;
    struct tcp_pcb *pcb;   /* NULL: none, or lwIP has freed it: see `error` */
    struct pbuf *received; /* what has come and was not taken; NULL: nothing */
    tcx_text name;         /* what is looked up */
    ip_addr_t address;     /* where to dial */
    u8_t state;
    u8_t ended;  /* the peer has closed */
    err_t error; /* why there is no link any more */
} tcx_lwip;

/* Makes a link; nothing is opened. */
void tcx_lwip_init(tcx_lwip *link);

#ifdef __cplusplus
}
#endif

#endif
