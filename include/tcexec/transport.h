/*
 * The port contract: a byte link in four functions.
 *
 * A transport is anything that carries bytes both ways: a socket, a modem behind a UART, lwIP, TLS over one of these
 * (tcexec/tls.h), a test script. The library calls these functions from tcx_call_step() only, one at a time, never
 * after close. None may block: what cannot be done at once says so and is asked again later.
 *
 *   returned          by open              by send, recv
 *   1 … length        1: the link is up    this many bytes were moved; fewer than asked is always fine
 *   TCX_WANT_READ     not yet              nothing moved: call again when there is something to receive
 *   TCX_WANT_WRITE    not yet              nothing moved: call again when there is room to send
 *   TCX_AGAIN         not yet              nothing moved, but work was done and more can be done: call again at once
 *   TCX_CLOSED        layers only: ended   the peer closed the link, and all that came before it has been handed over;
 *                     in the handshake     nothing proves that it had said all it meant to
 *   TCX_CLOSED_CLEAN  likewise             recv, layers with their own end mark only (a close_notify that was verified)
 *   another negative  failed               failed: the port's own number, which is handed up as `detail`
 *   0, or too much    refused              refused with TCX_E_TRANSPORT_CONTRACT. A port that passes on the 0 that
 *                                          BSD's recv() returns at the end must turn it into TCX_CLOSED
 *
 * open() after it returned 1 and before close(): return 0, and leave the link as it is; the call fails with
 * TCX_E_TRANSPORT_CONTRACT. The link belongs to the call that opened it. Another call may want another host, and its
 * request must not go to this one. The call that was refused calls close(), which ends the link.
 *
 * No byte of one link is read on the next. close() empties what was received, and open() empties it again: bytes may
 * come between the two.
 *
 * After TCX_WANT_… or TCX_AGAIN from send, the same bytes are offered again, perhaps followed by more. `length` is
 * never 0 and never over TCX_TRANSFER_MAX. A send that returned n has taken those n bytes: they may reach the peer, and
 * their memory is the caller's again. A send that failed has taken none of what it was offered; a port that cannot know
 * counts them as taken and fails the next time. On an idle link recv wants TCX_WANT_READ and nothing else: another want
 * would keep the caller awake.
 *
 * A call receives while it sends, because a peer may answer early: before each send but the first, and after a send
 * that failed, for what came before. recv must look at the link each time; a guess that nothing can be there yet loses
 * an answer. When recv has returned TCX_CLOSED, send may still be asked: the peer says no more, and may still read.
 */
#ifndef TCEXEC_TRANSPORT_H
#define TCEXEC_TRANSPORT_H

#include <tcexec/status.h>
#include <tcexec/text.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TCX_TRANSFER_MAX 16384 /* bytes asked of one send or recv, at most: fits an int of 16 bits */

enum {
    TCX_AGAIN = -32001,
    TCX_WANT_READ = -32002,
    TCX_WANT_WRITE = -32003,
    TCX_CLOSED = -32004,
    TCX_CLOSED_CLEAN = -32005
};

/* Whom to reach. The texts are borrowed until open has returned 1 or failed, or until close. */
typedef struct tcx_peer {
    tcx_text name;     /* who it must be: the host that is signed, without its port; TLS verifies it */
    tcx_text address;  /* where to dial: a name or an IPv4 or IPv6 address, no brackets, no zero byte at its end */
    uint16_t port;     /* where to dial: 1 … 65535 */
    int64_t unix_time; /* the call's clock, seconds since 1970-01-01 UTC: TLS checks certificate dates against it */
    int64_t correction; /* seconds, part of unix_time: by so much this call has corrected the clock it was given */
} tcx_peer;

/* A link: four functions, and two that layers may add. */
typedef struct tcx_transport {
    void *context; /* handed to every function as it is */

    /* Starts to connect, or goes on with it. Called again with the same peer until it returns 1 or fails. */
    int (*open)(void *context, const tcx_peer *peer);

    /* Sends from `bytes`. */
    int (*send)(void *context, const void *bytes, size_t length);

    /* Receives into `bytes`. */
    int (*recv)(void *context, void *bytes, size_t length);

    /* Ends the link at once, also one that is half open. Called once for each link that open was asked for. */
    void (*close)(void *context);

    /*
     * The rest is for layers such as TLS and may be NULL in a port.
     *
     * compose: where the next bytes to send may be put together in place, and in `*length` how many fit; NULL: nowhere
     * just now. The next function called is send, from that address. From then on recv leaves those bytes alone, or
     * returns TCX_WANT_WRITE. Without it, a call uses its response buffer.
     */
    unsigned char *(*compose)(void *context, size_t *length);

    /*
     * failure: after a negative number that is none of the above, the status for it, or TCX_OK: no better one than the
     * function that failed suggests. `*detail` holds the number and may be replaced.
     */
    tcx_status (*failure)(void *context, int *detail);
} tcx_transport;

#ifdef __cplusplus
}
#endif

#endif
