/*
 * A TLS server that others wrote: OpenSSL, in this process, behind the scripted transport, and a client in front of it.
 * The server counts what it decrypts, so it knows the truth about every call. Keys and certificates are made when the
 * tests begin. There is also a plain server, for comparison.
 */
#ifndef PEER_H
#define PEER_H

#include "subject.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#define HOST   "mps.tencentcloudapi.com"
#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 48\r\n\r\n{\"Response\":{\"Result\":\"XXX\",\"RequestId\":\"id-1\"}}"

enum { NOW = 1800000000 /* Fri, 15 Jan 2027 08:00:00 GMT */, DAY = 86400, PORT_ERROR = -71 };

/* Keys and certificates. RSA keys have 2048 bits unless their name says another number. */

enum { EC_ROOT, EC_LEAF, EC_OTHER, P384, P521, RSA_ROOT, RSA_LEAF, RSA_1024, RSA_2040, RSA_4096, KEYS };

extern EVP_PKEY *keys[KEYS];

typedef struct certificate {
    const char *subject; /* common name */
    const char *names;   /* subjectAltName, as OpenSSL writes it; NULL: none */
    int key;
    const char *issuer;
    int issuer_key;
    long from, until; /* seconds from NOW */
    int is_ca;        /* LAST_CA: by its path length, it may issue no CA */
    const char *hash;
    int extension; /* NID of one more extension, and its value as OpenSSL writes it; 0: none */
    const char *value;
} certificate;

enum { LAST_CA = 2 };

X509 *make_certificate(const certificate *plan);

/* What the client trusts, and a leaf of the first two. */
enum { ANCHORS = 4 };

extern const certificate ec_root, rsa_root, p384_root, rsa_4096_root;
extern const certificate ec_leaf, rsa_leaf;
extern const certificate *const roots[ANCHORS];

void make_key(int key);

/* A group set-up of cmocka: makes all keys and the roots. */
int make_keys(void **state);

/* The server. */

typedef struct server {
    SSL *ssl; /* NULL: it is plain, or says only `raw` */
    int plain;
    const char *answer;
    size_t answer_length;
    size_t write;       /* bytes of the answer in one record */
    int says_goodbye;   /* with a close_notify after the answer */
    const char *behind; /* what it says once more behind its close_notify */
    unsigned asks;      /* how often it asks for a renegotiation, before it answers */
    size_t record;      /* bytes in each record of what it says in the clear; 0: as OpenSSL does */
    const char *raw;    /* what it says instead of TLS */
    size_t raw_length;
    size_t raw_after; /* ... once it has decrypted so many bytes */
    size_t early;     /* it answers once the link has taken so many bytes, and then takes no more; 0: it does not */
    int then;         /* what the link returns from then on */
    size_t flip;      /* which byte of what it sends is damaged on the way; SCRIPT_NEVER: none */

    BIO *wire;                    /* what goes to the client */
    int sealed;                   /* it has said that what follows is encrypted */
    size_t largest;               /* bytes in the largest record that it made, its header left out */
    unsigned char request[32768]; /* decrypted */
    size_t request_length;
    unsigned requests; /* that were whole */
    size_t raw_given, given;
    size_t flights[8]; /* bytes given when the client spoke again */
    size_t flight_count;
    size_t made;        /* bytes that are on the wire or given */
    size_t versions[8]; /* which of them are the last byte of a version, in a record in the clear */
    size_t version_count;
} server;

/* A server with one or two certificates, willing to speak anything. */
SSL_CTX *make_context(const certificate *leaf, const certificate *second);

/* One more certificate of its chain. */
void add_to_chain(SSL_CTX *context, const certificate *plan);

/* The byte that was damaged is one of the last `count` bytes of a version, in a record in the clear. */
int server_flipped_version(const server *peer, size_t count);

/* It does not see that the client asks for small records, as a server that knows no such extension. */
void hide_fragment_length(SSL_CTX *context);

/* The client. */

enum { ENTROPY_BYTE = 7 }; /* all that the entropy function gives */

extern struct fixture {
    tcx_signer signer;
    unsigned char buffer[60000];
    tcx_call_config config;
    tcx_request request;
    tcx_call call;
    script link;
    server peer;
    int entropy_result;
    size_t entropy_calls;
} f;

/* A client that trusts the roots and a server of that context (NULL: none yet), before the connection. */
void set_up(SSL_CTX *context);

/* Another link and server for the client that there is. */
void set_up_link(SSL_CTX *context);

/* Makes the call to its end; where nothing more can come, its time is over at once. */
tcx_status run(void);

/* What the server knows is what the call says. */
void judge(const char *where);

/* The call's `detail` is BearSSL's number. With another TLS: there is one if TLS failed, and only then. */
void judge_detail(const char *where, int detail);

/* The call has ended so before the server was known: nothing was sent, nor a record that could carry any of it. */
void judge_refused(const char *where, tcx_status status, int detail);

/* The records of one type that the client has sent. */
enum { ALERT = 21, APPLICATION_DATA = 23 };

unsigned records_sent(unsigned char type);

#endif
