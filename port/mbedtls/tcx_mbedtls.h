/*
 * TLS over a transport, by mbedTLS 2.28 or 3.x. It takes a transport and is a transport, like tcx_tls (tcexec/tls.h).
 * Use it where the system has mbedTLS anyway. Nothing of BearSSL's TLS is then linked.
 *
 *     static tcx_mbedtls tls;
 *     const tcx_mbedtls_config config = { .link = tcp.port.link, .anchors = &anchors, .entropy = tcp.port.entropy,
 *                                         .entropy_context = tcp.port.context };
 *     status = tcx_mbedtls_init(&tls, &config);
 *
 *     tcx_port port = tcp.port;
 *     port.link = &tls.transport;
 *     tcx_client_init(&client, &port, answer, sizeof answer);
 *     tcx_client_trust_link(&client);               the link verifies the server
 *
 * Verification cannot be switched off, and the statuses are those of tcx_tls. README.md lists the differences.
 *
 * Memory. Unlike the library, mbedTLS allocates on the heap, from open to close: README.md says how much. To bound it,
 * give mbedTLS memory of its own (MBEDTLS_MEMORY_BUFFER_ALLOC_C). If memory ends, nothing is sent, and the call fails
 * with TCX_E_TLS_BUFFER. But if it ends in a computation, mbedTLS takes the signature for a wrong one: the status is
 * TCX_E_X509_UNTRUSTED or another one of a bad peer.
 *
 * Numbers. `detail` is the error number of mbedTLS, which is negative. For a certificate that was refused, it is the sum
 * of the reasons (MBEDTLS_X509_BADCERT_…). For a fatal alert, it is 256 + the alert, as tcexec/status.h says.
 *
 * mbedTLS must have TLS 1.2, ECDHE, GCM or ChaCha20-Poly1305, CTR_DRBG, SHA-256 and the names of servers
 * (MBEDTLS_SSL_SERVER_NAME_INDICATION). In 2.28 also the checks of key usages (MBEDTLS_X509_CHECK_KEY_USAGE,
 * MBEDTLS_X509_CHECK_EXTENDED_KEY_USAGE). Without one of them this does not compile.
 */
#ifndef TCX_MBEDTLS_H
#define TCX_MBEDTLS_H

#include <mbedtls/ctr_drbg.h>
#include <mbedtls/ssl.h>
#include <mbedtls/x509_crt.h>

#include <tcexec/tls.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The configuration. Trust is `anchors` or `pin`, and exactly one of them. */
typedef struct tcx_mbedtls_config {
    const tcx_transport *link; /* required: the transport below */

    /*
     * Trust by certificate chain: a list of certificates from mbedtls_x509_crt_parse(). What is checked is what
     * tcexec/tls.h lists at tcx_tls_chain, with the same statuses, but for the differences in README.md. The dates are
     * checked against the call's clock, never against the clock of mbedTLS
     */
    mbedtls_x509_crt *anchors;

    /*
     * Trust by exactly one public key, in any certificate: its SubjectPublicKeyInfo in DER, as
     * `openssl pkey -pubin -outform DER` writes it. Names and dates are not checked
     */
    const unsigned char *pin;
    size_t pin_length;

    /* required: as in tcx_tls_config */
    int (*entropy)(void *context, void *out, size_t length);
    void *entropy_context;

    tcx_tls_session *session; /* a session to resume, from tcx_tls_session_init(). NULL: full handshakes */
    const tcx_trace *trace;   /* receives TCX_EVENT_HANDSHAKE and TCX_EVENT_RESUMED. NULL: none */
} tcx_mbedtls_config;

/* A TLS client. Pass `&tls.transport` to a call. Do not copy or move the object: it points into itself. */
typedef struct tcx_mbedtls {
    tcx_tls_trust trust; /* private: what a session is bound to, and how long */

    tcx_transport transport; /* for the call */

    /* Private: do not read or write. */
    const tcx_mbedtls_config *config;
    int moved;         /* what the link returned last in this call of mbedTLS. 1 or more: it did its work */
    int turns;         /* transfers of the link left in this step */
    uint16_t held;     /* bytes of the caller in the record that is being sent. 0: none is */
    uint16_t left;     /* bytes of mbedTLS that the link has not taken */
    tcx_status status; /* of TLS itself. TCX_OK while only the link below can have failed */
    int detail;
    int64_t unix_time;
    uint8_t state;
    uint8_t sending;  /* in mbed_send(): only there may the rest of the caller's record go out */
    uint8_t verified; /* the server has sent its certificate: this is a full handshake */
    uint8_t ended;    /* the server has sent close_notify */

    uint8_t resumed; /* 1: the connection resumed an earlier session. You may read it after a call */

    /* Private: do not read or write. */
    mbedtls_ssl_config settings;
    mbedtls_ctr_drbg_context random;
    mbedtls_ssl_context ssl;
} tcx_mbedtls;

/*
 * Makes a TLS client. Borrows `config` and all that it points to for as long as you use `tls`. Sends nothing. It needs
 * the heap only to look at a pin.
 *
 *   TCX_E_NULL           also: the link lacks a function
 *   TCX_E_TLS_TRUST      there is no trust, or there are two, or the pin is not a key of RSA with 2048 … 4096 bits,
 *                        P-256 or P-384
 *   TCX_E_TLS_ENTROPY    there is no entropy function
 *
 * After an error `tls` is zero, and a call refuses its transport with TCX_E_NULL.
 */
TCX_MUST_CHECK tcx_status tcx_mbedtls_init(tcx_mbedtls *tls, const tcx_mbedtls_config *config);

/*
 * Frees what mbedTLS has allocated and wipes the whole object. Call it after close, at the end of the program or before
 * you use the memory for something else. NULL is ignored. Call tcx_mbedtls_init() before you use the object again.
 */
void tcx_mbedtls_wipe(tcx_mbedtls *tls);

#ifdef __cplusplus
}
#endif

#endif
