/*
 * The TLS under test. It is tcx_tls, which is BearSSL, or tcx_mbedtls. A suite is compiled once and linked with each:
 * test_tls and test_tls_mbedtls are the same tests. There is one object of it.
 */
#ifndef SUBJECT_H
#define SUBJECT_H

#include "script.h"

#include <tcexec/tls.h>

/* One line of a suite that ends in another way than with BearSSL, and why. */
typedef struct difference {
    const char *suite; /* its file */
    const char *row;   /* its name there */
    tcx_status status; /* how it ends */
    const char *reason;
} difference;

/* What the suites must know about it. */
typedef struct subject {
    int is_bearssl;        /* the numbers in `detail` are BearSSL's */
    int has_record_buffer; /* the caller gives it, so it also limits the records and what can be received meanwhile */
    int composes;          /* a call writes its request into the record, not into its own buffer */
    int says_scsv;         /* TLS_EMPTY_RENEGOTIATION_INFO_SCSV stands among its suites (RFC 5746) */
    size_t free_versions;  /* bytes of the version in a record in the clear, from its end, that may be anything lower */
    int joins_messages;    /* the messages of the handshake may come in records of any length */
    const difference *differences;
    size_t difference_count;
} subject;

extern const subject tls_subject;

/* A new configuration: it trusts the anchors, and has the largest buffer for one direction and no session. */
void subject_reset(const tcx_transport *link, int (*entropy)(void *context, void *out, size_t length));

/* Trust by anchors: `order` has their numbers. The last one is no CA if `is_ca` is 0. */
void subject_trust(const int *order, size_t count, int is_ca);

/* Trust by one key of keys[]. Returns what the TLS says of it. */
tcx_status subject_pin(int key);

/* A record buffer of so many bytes, behind which a page traps. Does nothing if there is none. */
void subject_set_buffer(size_t size);

/* Connections resume the session, and keep theirs in it. */
void subject_set_session(tcx_tls_session *session);

/* Initialises the TLS with the configuration, and frees what it had before. */
tcx_status subject_init(void);

/* For a call, after subject_init(). Always the same. */
extern const tcx_transport *const subject_transport;

/* The last connection resumed the session. */
int subject_resumed(void);

/* Marks all memory that the TLS was given, before a call that shall not use it. */
void subject_mark(void);

/* That call was refused. Fails if memory was used, or if entropy, drawn or not, is left in it. */
void subject_check_refused(const char *where, int was_drawn);

/* Keys or roots of the server were made: see peer.h. */
void subject_take_key(int key);
void subject_take_roots(void);

/* How a row of a suite ends with this TLS; `status`: with BearSSL. */
#define expected(row, status) subject_expected(__FILE__, row, status)
tcx_status subject_expected(const char *file, const char *row, tcx_status status);

/* Returns how many differences that are listed for the suite did not show up, and prints them. */
int subject_count_unused(const char *file);

#endif
