/*
 * A tunnel through an HTTP proxy: CONNECT (RFC 9110 section 9.3.6) over a transport. It takes a transport and is a
 * transport.
 *
 * The library connects the link below to the proxy. It asks the proxy to connect to tcx_peer.address and .port of the
 * call. After the proxy has agreed, bytes pass through unchanged. TLS works on top as it does without a proxy: it
 * verifies the server, not the proxy. The proxy sees the server's name and the amount of data. Without TLS on top, it
 * sees everything.
 *
 *     tcx_proxy proxy;
 *     const tcx_proxy_config proxy_config = { .link = &modem, .address = TCX_TEXT("proxy.plant.example"),
 *                                             .port = 3128, .credentials = TCX_TEXT("user:password") };
 *     status = tcx_proxy_init(&proxy, &proxy_config);     ... then pass &proxy.transport to TLS as its link
 *
 * Errors of open. No byte of the call was sent:
 *
 *   TCX_E_PROXY          the proxy answered with a status from 300 on, or with 101. The number is in `detail`. 407: it
 *                        wants other credentials. 403: it does not allow this target. 502, 503, 504: it could not reach
 *                        the target
 *   TCX_E_PROXY_ANSWER   its answer is not valid HTTP/1.x, or is over TCX_PROXY_ANSWER_MAX bytes
 *   TCX_E_PROXY_CLOSED   it closed the connection before its answer was complete
 *   TCX_E_PROXY_TARGET   the call's address is empty, over 255 bytes, or has a character that is not allowed in a name
 *                        or an IP address. The link below was not opened
 *
 * Errors of the link below keep their names (TCX_E_RESOLVE, TCX_E_CONNECT). Before the tunnel is up, they concern the
 * connection to the proxy.
 */
#ifndef TCEXEC_PROXY_H
#define TCEXEC_PROXY_H

#include <tcexec/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TCX_PROXY_ANSWER_MAX      8192u /* bytes of the proxy's answer that are read, 1xx answers included */
#define TCX_PROXY_CREDENTIALS_MAX 1024u /* bytes of `credentials` */

/* The proxy's address, and the credentials for it. */
typedef struct tcx_proxy_config {
    const tcx_transport *link; /* required: the transport below */
    tcx_text address;          /* required: the proxy's name, IPv4 or IPv6 address (no brackets), in visible ASCII */
    uint16_t port;             /* required: the proxy's port, 1 … 65535 */
    /*
     * "user:password", not encoded: the library encodes it for Proxy-Authorization: Basic (RFC 7617). The user must not
     * contain a colon. Use UTF-8 without control characters. Without TLS to the proxy, everyone between you and the
     * proxy can read this. Unset: no credentials are sent.
     */
    tcx_text credentials;
} tcx_proxy_config;

/*
 * A link through a proxy. Pass `&proxy.transport` to TLS or to a call. Do not copy or move the object: it points into
 * itself. It keeps no copy of the credentials. RAM: 48 bytes on 32-bit machines. Stack: 0.4 KB in open(), which ends
 * before TLS begins its handshake.
 */
typedef struct tcx_proxy {
    tcx_transport transport; /* for TLS or the call */

    /* Private: do not read or write. */
    const tcx_proxy_config *config;
    tcx_status status; /* of the proxy itself. TCX_OK while only the link below can have failed */
    int detail;
    uint16_t at;   /* bytes of the request that were sent, then bytes of the answer that were read */
    uint16_t code; /* digits of the answer's status so far */
    uint8_t state;
    uint8_t place;  /* what the next byte of the answer belongs to */
    uint8_t column; /* of the status line's fixed part */

    uint8_t is_up; /* 1: the last open reached its target through the proxy. You may read it after a call */
} tcx_proxy;

/*
 * Makes a link through a proxy. Borrows `config` and all that it points to for as long as you use `proxy`. Sends
 * nothing.
 *
 *   TCX_E_NULL               also: the link lacks a function, or the address is unset
 *   TCX_E_PROXY_ADDRESS      the address is empty or has a byte that is not visible ASCII, or the port is 0
 *   TCX_E_PROXY_CREDENTIALS  no colon, a control character, or over TCX_PROXY_CREDENTIALS_MAX bytes
 *
 * After an error `proxy` is zero, and a call refuses its transport with TCX_E_NULL.
 */
TCX_MUST_CHECK tcx_status tcx_proxy_init(tcx_proxy *proxy, const tcx_proxy_config *config);

#ifdef __cplusplus
}
#endif

#endif
