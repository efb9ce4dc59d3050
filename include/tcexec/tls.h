/*
 * TLS 1.2 over a transport, by BearSSL. It takes a transport and is one: the call cannot tell the difference.
 *
 * Verification cannot be switched off. Either a chain is validated against trust anchors (names, dates, signatures), or
 * the server's key is pinned. Without either, without entropy, or without a clock, no byte leaves.
 *
 * What is linked is what is named: a profile (which cipher suites, curves, hashes) and a kind of trust (chain or pin)
 * are each an object of their own, so an image that pins an EC key carries no certificate parser and no RSA.
 *
 *     tcx_tls_chain chain;  tcx_tls tls;  unsigned char records[TCX_TLS_BUFFER_SAFE];
 *     tcx_tls_chain_init(&chain, anchors, anchor_count);
 *     const tcx_tls_config config = { .link = &modem, .profile = tcx_tls_profile_full, .trust = &chain.trust,
 *                                     .entropy = random_bytes, .buffer = records, .buffer_size = sizeof records };
 *     status = tcx_tls_init(&tls, &config);           ... then give &tls.transport to the call
 */
#ifndef TCEXEC_TLS_H
#define TCEXEC_TLS_H

#include <bearssl.h>

#include <tcexec/private.h>
#include <tcexec/trace.h>
#include <tcexec/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The record buffer: plain bytes that fit in one record + 325 (header, padding, MAC and growth, as BearSSL
 * counts). Below the safe size the server is asked for smaller records (max_fragment_length, RFC 6066 section 4); one
 * that does not honour this ends the call with TCX_E_TLS_RECORD as soon as it sends more than fits.
 */
#define TCX_TLS_BUFFER_MIN  837u   /* 512 + 325; BearSSL 0.6 would hang for ever with less */
#define TCX_TLS_BUFFER_SAFE 16709u /* 16384 + 325: any record of any server */

/*
 * From this size on the buffer has a half for each direction: full records both ways. An answer that comes while the
 * request is being sent can then be read at any moment.
 *
 * A smaller buffer is used one way at a time, so an early answer is read between two records of the request, and after
 * the link has failed. What cannot be seen: when the peer answers, stops reading and keeps the connection open in the
 * middle of a record, the deadline ends the call as not sent.
 */
#define TCX_TLS_BUFFER_DUPLEX 33178u

#define TCX_TLS_SEED 32u /* bytes of entropy that are drawn for each connection */

/*
 * Sets the suites and primitives of a client and, where `chain` is not NULL, of a chain validator. Write your own to
 * choose other BearSSL primitives; keep to TLS 1.2 and ECDHE with AEAD.
 */
typedef void (*tcx_tls_profile)(br_ssl_client_context *client, br_x509_minimal_context *chain);

/*
 * All that the library speaks: ECDHE with X25519, P-256 or P-384; RSA (2048 … 4096) or ECDSA (P-256, P-384)
 * certificates; AES-128-GCM, AES-256-GCM, ChaCha20-Poly1305; SHA-256, SHA-384, SHA-512; the fastest implementation that
 * the machine has.
 */
void tcx_tls_profile_full(br_ssl_client_context *client, br_x509_minimal_context *chain);

/*
 * How a server is recognised. A tcx_tls_chain or tcx_tls_pin holds one. Your own kind of trust sets `start`, and
 * `identify` and `until` if its sessions are to be kept; the rest stays NULL.
 */
typedef struct tcx_tls_trust tcx_tls_trust;
struct tcx_tls_trust {
    /* Sets up the validator of one connection and returns it. */
    const br_x509_class **(*start)(tcx_tls_trust *trust, tcx_tls_profile profile, br_ssl_client_context *client,
                                   int64_t unix_time);

    /*
     * Adds to `hash` what is trusted: first a text that names the kind of trust, then all that it depends on. A session
     * is offered only where this gives the same again. NULL: no session is kept or offered.
     */
    void (*identify)(const tcx_tls_trust *trust, br_sha256_context *hash);

    /*
     * Read after a full handshake: until when the server's proof is good, in UTC: century, year of it, month, day, hour,
     * minute, second. All TCX_TLS_FOREVER: the clock played no part in it.
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
 * By certificate chain, up to a trust anchor. RAM: 3.1 KB on 32-bit machines. The anchors are borrowed for as long as
 * the object is used; several at once; to change them, init again between two connections.
 *
 *   looked at                     and refused with
 *   signatures of the chain       TCX_E_X509_UNTRUSTED: they do not lead to an anchor, or one does not verify
 *   issuers that are CAs          TCX_E_X509_UNTRUSTED: basicConstraints with CA, and a path length that is kept
 *   order of the certificates     TCX_E_X509: the leaf first, then each one's issuer. Those sent after the certificate
 *                                 that an anchor has signed, or is, are ignored
 *   dates                         TCX_E_X509_TIME: of every certificate of the chain, by the call's clock
 *   the server's name             TCX_E_X509_NAME: a dNSName of the leaf, "*." for one label; the common name where it
 *                                 has no subjectAltName
 *   extendedKeyUsage              TCX_E_X509_PURPOSE: leaf and intermediates, where they have it: serverAuth or any
 *   keyUsage                      TCX_E_X509_PURPOSE: where they have it, the leaf may sign, issuers sign certificates
 *   keys and hashes               TCX_E_X509_WEAK: RSA of 2048 to 4096 bits, P-256, P-384; as the profile has them
 *   other critical extensions     TCX_E_X509_EXTENSION: name constraints, for one, and a critical extendedKeyUsage
 *
 *   not looked at
 *   revocation                    no CRL, no OCSP: a stolen key is believed until its certificate ends
 *   name constraints              where they are not critical
 *   the anchor itself             its dates, extensions and path length: it is a name and a key
 *   other extensions              where they are not critical; critical ones that name keys or point to more (key
 *                                 identifiers, CRL distribution points, information access), and simple policies
 *   IP addresses                  no certificate is for one: TCX_E_TLS_NAME before anything is sent
 */
typedef struct tcx_tls_chain {
    tcx_tls_trust trust;
    tcx_x509 x509;
} tcx_tls_chain;

/* TCX_E_NULL; TCX_E_TLS_TRUST: no anchors. */
TCX_MUST_CHECK tcx_status tcx_tls_chain_init(tcx_tls_chain *chain, const br_x509_trust_anchor *anchors,
                                             size_t anchor_count);

/*
 * By exactly one public key, whatever certificate carries it: names and dates are not looked at. The key is borrowed.
 */
typedef struct tcx_tls_pin {
    tcx_tls_trust trust;
    br_x509_knownkey_context known;
} tcx_tls_pin;

/* TCX_E_NULL; TCX_E_TLS_TRUST: neither an RSA key of 2048 … 4096 bits nor a P-256 or P-384 key. */
TCX_MUST_CHECK tcx_status tcx_tls_pin_init(tcx_tls_pin *pin, const br_x509_pkey *key);

/*
 * A session to resume, which saves a round trip and all public-key work. Export it after a call by copying `bytes`,
 * keep it across deep sleep, and import it before the next; it holds the session's master secret, so keep it like a
 * key.
 *
 * It is bound to the server's name and to what is trusted: the anchors in their order, or the pin. It lasts for 24
 * hours from its full handshake, and no longer than the first certificate of the chain. A session of another host or
 * trust, one that is over, damaged or empty is not offered, and neither is one that was made later than the clock says.
 * A device without a clock in sleep stores the time with the session, see port/README.md.
 *
 * A server that does not know it any more goes on with a full handshake. When a server breaks TLS over it, the same
 * call tries once more without it, on a new link. When the handshake or its link fails it is forgotten; when the
 * deadline ends it, kept.
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

/* Starts with an exported session, TCX_TLS_SESSION_SIZE bytes at `bytes`, or with none (NULL). */
void tcx_tls_session_init(tcx_tls_session *session, const void *bytes);

/* What a TLS client is made of. */
typedef struct tcx_tls_config {
    const tcx_transport *link; /* required: the transport below */
    tcx_tls_profile profile;   /* required: tcx_tls_profile_full or a smaller one */
    tcx_tls_trust *trust;      /* required: &chain.trust or &pin.trust */
    /*
     * required: fills `out` with `length` unpredictable bytes and returns `length`; anything else ends the connection
     * before its first byte
     */
    int (*entropy)(void *context, void *out, size_t length);
    void *entropy_context;
    void *buffer; /* required: record buffer, at least TCX_TLS_BUFFER_MIN; used from open to close */
    size_t buffer_size;
    tcx_tls_session *session; /* NULL: each connection makes a full handshake */
    const tcx_trace *trace;   /* NULL: nobody is told of TCX_EVENT_HANDSHAKE and TCX_EVENT_RESUMED */
} tcx_tls_config;

/*
 * A TLS client. Give `&tls.transport` to a call; the rest is the library's own. Do not move it: it points into itself.
 * RAM: 3.5 KB on 32-bit machines, without the buffer and the trust object.
 */
typedef struct tcx_tls {
    tcx_transport transport; /* for the call */

    /* Private: do not read or write. */
    const tcx_tls_config *config;
    uint16_t held;     /* bytes of the caller in the record that is being sent */
    uint16_t left;     /* bytes of that record that the link has not taken. 0: no record is being sent */
    tcx_status status; /* of TLS itself. TCX_OK while only the link below can have failed */
    int detail;        /* BearSSL's number for it */
    uint8_t state;

    uint8_t resumed; /* 1: the connection resumed an earlier session. You may read it after a call */

    /* Private: do not read or write. */
    br_ssl_client_context client;
} tcx_tls;

/*
 * Makes a TLS client. Borrows `config` and all it points to for as long as `tls` is used. Nothing is sent.
 *
 *   TCX_E_NULL, TCX_E_TLS_BUFFER, TCX_E_TLS_TRUST, TCX_E_TLS_ENTROPY (no entropy function)
 */
TCX_MUST_CHECK tcx_status tcx_tls_init(tcx_tls *tls, const tcx_tls_config *config);

/*
 * Wipes the keys of the last connection. For the end of the program, or before the memory is used for something else.
 */
void tcx_tls_wipe(tcx_tls *tls);

#ifdef __cplusplus
}
#endif

#endif
