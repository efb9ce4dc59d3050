/*
 * The port contract: a byte link in four functions.
 *
 * A transport is anything that carries bytes both ways: a socket, a modem behind a UART, lwIP, TLS over one of these
 * (tcexec/tls.h), a test script. The library calls these functions one at a time and only from tcx_call_step().
 * tcx_call_cancel() and tcx_connection_close() call close. After close, the next function called is open. No function
 * may block. If it cannot do its work at once, it returns a want, and the library calls it again later.
 *
 *   returned          by open              by send, recv
 *   1 … length        1: the link is up    this many bytes were moved. Fewer than `length` is always allowed
 *   TCX_WANT_READ     not yet              nothing moved. Call again when there is something to receive
 *   TCX_WANT_WRITE    not yet              nothing moved. Call again when there is room to send
 *   TCX_AGAIN         not yet              nothing moved, but work was done and more can be done. Call again at once
 *   TCX_CLOSED        the peer closed      the peer closed the link, and recv has returned all bytes that came before.
 *                     during the           Nothing proves that the peer had sent all that it wanted to send
 *                     handshake: only
 *                     layers such as TLS
 *   TCX_CLOSED_CLEAN  as above             recv only, and only layers with an end mark of their own (TLS: a verified
 *                                          close_notify)
 *   another negative  failed               failed. This is the port's own number, and the call's `detail` shows it
 *   0, or too much    refused              the call fails with TCX_E_TRANSPORT_CONTRACT. BSD's recv() returns 0 at the
 *                                          end: return TCX_CLOSED instead
 *
 * If open() is called on a link that is already up, return 0 and leave the link as it is. The call fails with
 * TCX_E_TRANSPORT_CONTRACT. The link belongs to the call that opened it. The second call may want another host, and its
 * request must not go to this one. The second call then calls close(), which ends the link.
 *
 * A new link must not return bytes of the old one. Discard received bytes in close(), and again in open(): bytes may
 * come between the two.
 *
 * After send has returned TCX_WANT_… or TCX_AGAIN, the library offers the same bytes again, perhaps with more after
 * them. `length` is never 0 and never over TCX_TRANSFER_MAX. A send that returned n has taken n bytes: they may reach
 * the peer, and the port no longer needs their memory. A send that failed has taken no byte. If the port cannot know
 * this, it counts the bytes as taken and fails at the next call. On an idle link recv returns TCX_WANT_READ and nothing
 * else. Another want would keep the caller awake.
 *
 * A call receives while it sends, because a peer may answer early. It calls recv before each send except the first, and
 * after a send that failed, to read what came before. recv must check the link each time. If it only guesses that
 * nothing has come, an answer is lost. The library may call send after recv has returned TCX_CLOSED: the peer sends no
 * more, but may still read. Before close, TLS may call send once more for its close_notify, even after a failure.
 */
#ifndef TCEXEC_TRANSPORT_H
#define TCEXEC_TRANSPORT_H

#include <tcexec/status.h>
#include <tcexec/text.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TCX_TRANSFER_MAX 16384 /* the largest `length` of one send or recv, in bytes. Fits an int of 16 bits */

enum {
    TCX_AGAIN = -32001,
    TCX_WANT_READ = -32002,
    TCX_WANT_WRITE = -32003,
    TCX_CLOSED = -32004,
    TCX_CLOSED_CLEAN = -32005
};

/* The server to connect to. The texts are borrowed until open has returned 1 or failed, or until close. */
typedef struct tcx_peer {
    tcx_text name;     /* the server's name: the signed host without its port. TLS verifies it */
    tcx_text address;  /* where to connect: a name or an IPv4 or IPv6 address. No brackets, no zero byte at its end */
    uint16_t port;     /* where to connect: 1 … 65535 */
    int64_t unix_time; /* the call's clock, seconds since 1970-01-01 UTC. TLS checks certificate dates against it */
    int64_t correction; /* seconds by which this call has corrected its clock. unix_time includes them */
} tcx_peer;

/* A link: four functions, and two that layers may add. */
typedef struct tcx_transport {
    void *context; /* passed to every function, unchanged */

    /* Starts to connect, or continues. The library calls it again with the same peer until it returns 1 or fails. */
    int (*open)(void *context, const tcx_peer *peer);

    /* Sends from `bytes`. */
    int (*send)(void *context, const void *bytes, size_t length);

    /* Receives into `bytes`. */
    int (*recv)(void *context, void *bytes, size_t length);

    /* Ends the link at once, also a half-open one. Called once for each link for which open was called. */
    void (*close)(void *context);

    /*
     * The last two functions are for layers such as TLS. A port may set them to NULL.
     *
     * compose: returns where the caller may write the next bytes to send, and sets `*length` to how many fit. NULL: not
     * possible now. The next function called is send, from that address. From then on recv does not change those bytes,
     * or returns TCX_WANT_WRITE. Without compose, a call uses its response buffer.
     */
    unsigned char *(*compose)(void *context, size_t *length);

    /*
     * failure: called after a function has returned its own negative number. Returns the status for that failure, or
     * TCX_OK if it knows none better than that of the function that failed. `*detail` holds the number. The function
     * may replace it.
     */
    tcx_status (*failure)(void *context, int *detail);
} tcx_transport;

#ifdef __cplusplus
}
#endif

#endif
