/*
 * Private structures. They are visible only so that their size is known. Their fields can change with any version. Do
 * not read or write them, unless the comment at the type says so. The manual leaves this header out.
 */
#ifndef TCEXEC_PRIVATE_H
#define TCEXEC_PRIVATE_H

#include <tcexec/bearssl.h>
#include <tcexec/status.h>
#include <tcexec/text.h>

#ifdef __cplusplus
extern "C" {
#endif

struct tcx_call;
struct tcx_layout;
struct tcx_request;
struct tcx_source;

/* Declared in tcexec/sign.h. */
struct tcx_signer {
    const struct tcx_scheme *scheme;
    const struct tcx_credentials *credentials;
    uint32_t day;  /* the day of the key, in days since 1970-01-01 */
    uint8_t keyed; /* 0: there is no key, or the service's name is too long to keep and the key is derived each time */
    char service[11];
    unsigned char inner[32]; /* the key of the day, as the midstates of HMAC's two hashes */
    unsigned char outer[32];
};

/* The parts of a host name. */
typedef struct tcx_host {
    tcx_text sent; /* without the port if that is 443 */
    tcx_text name; /* without brackets */
    uint16_t port; /* 0: the host does not name one */
} tcx_host;

enum { TCX_UNIT = 20 }; /* bytes: a number of 64 bits has as many digits */

/*
 * A signed request and the read position in it. It borrows everything but the date, the digests and a piece of escaped
 * text.
 */
typedef struct tcx_message {
    const unsigned char *bytes; /* the next output, `length` bytes */
    size_t length;
    const unsigned char *value; /* the rest of the current field, `left` bytes, not yet encoded */
    size_t left;
    struct tcx_source *source; /* where more of the current field comes from. NULL: there is no more */
    size_t (*field_encoder)(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size);
    size_t (*encoder)(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size);
    const char *rest;         /* of the current template */
    const char *const *parts; /* the templates after it, up to a NULL. NULL: none */
    const char *last;         /* the template after those. NULL: none */
    struct tcx_source *proof; /* keeps the hash of the body that is sent, to compare it at the end. NULL: none */
    tcx_status status;        /* the first error. Later ones do not replace it */
    int detail;               /* the number that a source failed with */

    const struct tcx_request *request;
    struct tcx_signer *signer;
    const struct tcx_layout *layout;
    uint64_t timestamp;
    uint32_t nonce;
    uint32_t content_length;
    tcx_host host;
    char date[10];                /* of the timestamp, UTC: YYYY-MM-DD */
    uint8_t digest_length;        /* 0: there is no digest yet */
    unsigned char unit[TCX_UNIT]; /* a number, or escaped text */
    unsigned char payload[32];    /* TC3: the digest of the body, which each signing uses */
    unsigned char digest[64]; /* in hex or base64: of the payload, then of the canonical request, then the signature */
} tcx_message;

/* Declared in tcexec/response.h. */
struct tcx_http {
    uint8_t state;
    uint8_t field;
    uint8_t window_length;
    uint8_t date_length;
    uint16_t flags;
    uint16_t status;
    uint32_t left;          /* of the body or chunk, in bytes */
    uint32_t head_left;
    unsigned char *body;    /* the caller's buffer */
    uint32_t body_capacity;
    uint32_t body_length;   /* bytes of the body so far. You may read it */
    char window[33];        /* the longest date */
    char date[33];
};

/* Declared in tcexec/call.h. */
struct tcx_connection {
    int (*look)(struct tcx_connection *connection, struct tcx_call *call);
    uint32_t idle_limit; /* ms */
    uint32_t idle_since;
    unsigned char peer[8]; /* a digest of the server that it is connected to */
    uint8_t open;
};

/* Declared in tcexec/retry.h. */
struct tcx_rate {
    uint32_t (*wait)(struct tcx_rate *rate, uint32_t now);
    uint32_t per_second;
    uint32_t full;  /* a full bucket, in thousandths of a call */
    uint32_t level; /* its content now, in the same unit */
    uint32_t last;  /* the tick of `level` */
};

/* BearSSL's validator of a chain, and what the library reads of a certificate itself. */
typedef struct tcx_x509 {
    const br_x509_class *vtable;
    uint8_t element;
    uint8_t next;
    uint8_t step;
    uint8_t tag;
    uint8_t index;
    uint8_t matches;
    uint8_t fits;
    uint8_t refused;
    uint8_t date[7];
    uint32_t at;
    uint32_t left;
    uint32_t extensions_end;
    uint32_t purposes_end;
    uint8_t *until;
    br_x509_minimal_context minimal;
} tcx_x509;

#ifdef __cplusplus
}
#endif

#endif
