/*
 * TLS 1.2 over a transport, by BearSSL. It takes a transport and is a transport. The call sees no difference.
 *
 * Verification cannot be switched off. You give trust anchors, or you pin the server's key. With anchors, the library
 * validates the server's chain: names, dates, signatures. Without anchors and without a pin, or without entropy, no
 * byte is sent. The call refuses a clock that is not set (TCX_E_CLOCK_UNSET).
 *
 * Only what you name is linked. A profile (which cipher suites, curves, hashes) and a kind of trust (chain or pin) are
 * objects of their own. So an image with a small profile that pins an EC key has no certificate parser and no RSA.
 *
 *     tcx_tls_chain chain;  tcx_tls tls;  unsigned char records[TCX_TLS_BUFFER_SAFE];
 *     tcx_tls_chain_init(&chain, anchors, anchor_count);
 *     const tcx_tls_config config = { .link = &modem, .profile = &tcx_tls_profile_full, .trust = &chain.trust,
 *                                     .entropy = random_bytes, .buffer = records, .buffer_size = sizeof records };
 *     status = tcx_tls_init(&tls, &config);           ... then pass &tls.transport to the call
 */
#ifndef TCEXEC_TLS_H
#define TCEXEC_TLS_H

#include <tcexec/bearssl.h>
#include <tcexec/private.h>
#include <tcexec/trace.h>
#include <tcexec/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The size of the record buffer: the plain bytes of one record + 325 (header, padding, MAC and growth, as BearSSL
 * counts). Below the safe size, the client asks the server for smaller records (max_fragment_length, RFC 6066 section
 * 4). If the server ignores this, the call ends with TCX_E_TLS_RECORD when a record does not fit.
 */
#define TCX_TLS_BUFFER_MIN  837u   /* 512 + 325; BearSSL 0.6 would hang for ever with less */
#define TCX_TLS_BUFFER_SAFE 16709u /* 16384 + 325: any record of any server */

/*
 * From this size on, each direction has a part of the buffer, for full records. The call can then read an answer at any
 * moment while it sends the request.
 *
 * A smaller buffer serves one direction at a time. The call can then read an early answer between two records of the
 * request, and after the link has failed. One case it cannot see: the peer answers in the middle of a record, stops
 * reading and keeps the connection open. Then the deadline ends the call as not sent.
 */
#define TCX_TLS_BUFFER_DUPLEX 33178u

#define TCX_TLS_SEED 32u /* bytes of entropy for each connection */

/*
 * What a client offers. To choose other BearSSL primitives, write your own. Use only TLS 1.2 and ECDHE with AEAD. It is
 * borrowed for as long as the client uses it.
 */
typedef struct tcx_tls_profile {
    /* required: sets the suites and primitives of a client and, if `chain` is not NULL, of a chain validator */
    void (*set_up)(br_ssl_client_context *client, br_x509_minimal_context *chain);

    /* Changes the ClientHello before it is sent: tcx_tls_x25519_first. NULL: it stays as BearSSL writes it */
    void (*hello)(br_ssl_engine_context *engine);
} tcx_tls_profile;

/*
 * Puts X25519 first in the list of curves. BearSSL 0.6 lists it last, and most servers take the client's first curve.
 * X25519 takes much less time than P-256 (port/firmware/README.md). If the message is not what BearSSL 0.6 writes, or
 * offers no X25519, it stays as it is. With a later BearSSL this does nothing. Needs br_ec_c25519 in the profile.
 */
void tcx_tls_x25519_first(br_ssl_engine_context *engine);

/*
 * The profile with all that the library supports, in the fastest implementation for the machine:
 *
 *   key exchange   ECDHE with X25519, P-256 or P-384, X25519 first
 *   certificates   RSA (2048 … 4096 bits) or ECDSA (P-256, P-384)
 *   ciphers        AES-128-GCM, AES-256-GCM, ChaCha20-Poly1305
 *   hashes         SHA-256, SHA-384, SHA-512
 */
extern const tcx_tls_profile tcx_tls_profile_full;

/*
 * How to recognise a server. A tcx_tls_chain or tcx_tls_pin contains one. Your own kind of trust sets `start`. It also
 * sets `identify` and `until` if sessions shall be kept. The rest is zero.
 */
typedef struct tcx_tls_trust tcx_tls_trust;
struct tcx_tls_trust {
    /* Sets up the validator of one connection and returns it. */
    const br_x509_class **(*start)(tcx_tls_trust *trust, const tcx_tls_profile *profile, br_ssl_client_context *client,
                                   int64_t unix_time);

    /*
     * Adds to `hash` what is trusted: first a text that names the kind of trust, then all that it depends on. The
     * client offers a session only if the result is the same again. NULL in your own kind: no session is kept or
     * offered.
     */
    void (*identify)(const tcx_tls_trust *trust, br_sha256_context *hash);

    /*
     * When the server's proof ends, in UTC: century, year of the century, month, day, hour, minute, second. The library
     * reads it after a full handshake. All bytes TCX_TLS_FOREVER: the proof does not depend on the clock.
     */
    uint8_t until[7];

    /* Private: do not read or write. */
    size_t anchor_count; /* 0: `by` is a pinned key */
    union {
        const br_x509_trust_anchor *anchors;
        const br_x509_pkey *pin;
    } by;
};

#define TCX_TLS_FOREVER 0xFF

/*
 * Trust by certificate chain, up to a trust anchor. You may give several anchors. They are borrowed for as long as you
 * use the object. To change them, init the object again between two connections. RAM: 3.1 KB on 32-bit machines.
 *
 *   checked                       fails with
 *   signatures of the chain       TCX_E_X509_UNTRUSTED: they do not lead to an anchor, or one is not valid
 *   issuers                       TCX_E_X509_UNTRUSTED: each must be a CA by basicConstraints, within its path length
 *   order of the certificates     TCX_E_X509: the leaf first, then each one's issuer. Those sent after the certificate
 *                                 that an anchor signed, or that is an anchor, are ignored
 *   dates                         TCX_E_X509_TIME: of every certificate of the chain, by the call's clock
 *   the server's name             TCX_E_X509_NAME: it must match a dNSName of the leaf ("*." for one label), or the
 *                                 common name if the leaf has no subjectAltName
 *   extendedKeyUsage              TCX_E_X509_PURPOSE: in leaf and intermediates, if present: serverAuth or any
 *   keyUsage                      TCX_E_X509_PURPOSE: if present, a leaf may sign, an issuer may sign certificates
 *   keys and hashes               TCX_E_X509_WEAK: RSA of 2048 to 4096 bits, P-256, P-384, if the profile has them
 *   other critical extensions     TCX_E_X509_EXTENSION: such as name constraints and a critical extendedKeyUsage
 *   IP addresses                  TCX_E_TLS_NAME, before anything is sent: the server needs a name
 *
 *   not checked
 *   revocation                    no CRL, no OCSP: a stolen key is trusted until its certificate ends
 *   name constraints              if they are not critical
 *   the anchor itself             its dates, extensions and path length: it is only a name and a key
 *   other extensions              if they are not critical. Also critical ones that name keys or point to more data
 *                                 (key identifiers, CRL distribution points, information access), and simple policies
 */
typedef struct tcx_tls_chain {
    tcx_tls_trust trust;
    tcx_x509 x509;
} tcx_tls_chain;

/* Makes a chain trust. Returns TCX_E_NULL, or TCX_E_TLS_TRUST if there are no anchors. */
TCX_MUST_CHECK tcx_status tcx_tls_chain_init(tcx_tls_chain *chain, const br_x509_trust_anchor *anchors,
                                             size_t anchor_count);

/*
 * Trust by exactly one public key, in any certificate. Names and dates are not checked. The key is borrowed for as long
 * as you use the object.
 */
typedef struct tcx_tls_pin {
    tcx_tls_trust trust;
    br_x509_knownkey_context known;
} tcx_tls_pin;

/* Makes a pin. Returns TCX_E_NULL, or TCX_E_TLS_TRUST if the key is not RSA of 2048 … 4096 bits, P-256 or P-384. */
TCX_MUST_CHECK tcx_status tcx_tls_pin_init(tcx_tls_pin *pin, const br_x509_pkey *key);

/*
 * A session to resume. It saves a round trip and all public-key work. To export it, copy `bytes` after a call. Keep the
 * copy during deep sleep and import it before the next call. It contains the session's master secret: protect it like a
 * key.
 *
 * It is bound to the server's name and to what is trusted: the anchors in their order, or the pin. It lasts for 24
 * hours from its full handshake, but not beyond the first date on which a certificate of the chain ends. The client
 * does not offer a session that is empty, damaged or over, that belongs to another host or trust, or that was made
 * later than the clock says. If the device has no clock during sleep, store the time with the session: see
 * port/README.md.
 *
 * If the server no longer knows the session, it continues with a full handshake. If TLS fails because of it, the same
 * call tries once more without it, on a new link. If the handshake, or the link during it, fails, the library deletes
 * the session. If the deadline ends the handshake, the library keeps it.
 */
#define TCX_TLS_SESSION_SIZE 96u /* format and id length 1, suite 2, id 32, secret 48, made 4, lasts 2, check 7 */

typedef struct tcx_tls_session tcx_tls_session;
struct tcx_tls_session {
    /* Private: do not read or write. */
    int (*load)(tcx_tls_session *session, const char *name, const tcx_peer *peer, const tcx_tls_trust *trust,
                br_ssl_session_parameters *parameters);
    int (*note)(tcx_tls_session *session, const tcx_peer *peer, const tcx_tls_trust *trust,
                const br_ssl_session_parameters *made);
    unsigned char bound_to[8];
    uint8_t offered;
    uint8_t is_new; /* dated by the clock that the call was given, which the call may still correct */

    unsigned char bytes[TCX_TLS_SESSION_SIZE]; /* the exported session. All zero: none */
};

/* Initializes the object with an exported session, TCX_TLS_SESSION_SIZE bytes at `bytes`, or without one (NULL). */
void tcx_tls_session_init(tcx_tls_session *session, const void *bytes);

/* The configuration of a TLS client. */
typedef struct tcx_tls_config {
    const tcx_transport *link;      /* required: the transport below */
    const tcx_tls_profile *profile; /* required: &tcx_tls_profile_full or a smaller one */
    tcx_tls_trust *trust;           /* required: &chain.trust or &pin.trust */
    /*
     * required: fills `out` with `length` unpredictable bytes and returns `length`. After any other value the call
     * fails with TCX_E_TLS_ENTROPY before the connection's first byte
     */
    int (*entropy)(void *context, void *out, size_t length);
    void *entropy_context;
    void *buffer; /* required: the record buffer, at least TCX_TLS_BUFFER_MIN bytes. Used from open to close */
    size_t buffer_size;
    tcx_tls_session *session; /* NULL: each connection makes a full handshake */
    const tcx_trace *trace;   /* receives TCX_EVENT_HANDSHAKE and TCX_EVENT_RESUMED. NULL: none */
} tcx_tls_config;

/*
 * A TLS client. Pass `&tls.transport` to a call. Do not copy or move the object: it points into itself. RAM: 3.5 KB on
 * 32-bit machines, without the buffer and the trust object.
 */
typedef struct tcx_tls {
    tcx_transport transport; /* for the call */
    uint8_t resumed;         /* 1: the connection resumed an earlier session. You may read it after a call */

    /* Private: do not read or write. */
    uint8_t state;
    uint16_t held; /* bytes of the caller in the record that is being sent */
    uint16_t left; /* bytes of that record that the link has not taken. 0: no record is being sent */
    const tcx_tls_config *config;
    tcx_status status; /* of TLS itself. TCX_OK while only the link below can have failed */
    int detail;        /* BearSSL's number for it */
    br_ssl_client_context client;
} tcx_tls;

/*
 * Makes a TLS client. Borrows `config` and all that it points to for as long as you use `tls`. Sends nothing.
 *
 *   TCX_E_NULL           also: the link lacks a function
 *   TCX_E_TLS_BUFFER     the buffer is too small
 *   TCX_E_TLS_TRUST      there is no trust
 *   TCX_E_TLS_ENTROPY    there is no entropy function
 *
 * After an error `tls` is zero, and a call refuses its transport with TCX_E_NULL.
 */
TCX_MUST_CHECK tcx_status tcx_tls_init(tcx_tls *tls, const tcx_tls_config *config);

/*
 * Wipes the whole object with the keys of the last connection. Call it after close, at the end of the program or before
 * you use the memory for something else. NULL is ignored. Call tcx_tls_init() before you use the object again.
 */
void tcx_tls_wipe(tcx_tls *tls);

#ifdef __cplusplus
}
#endif

#endif
