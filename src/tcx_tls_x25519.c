#include <tcexec/tls.h>

#ifndef BR_FEATURE_X509_TIME_CALLBACK /* only versions after 0.6 have it */

enum { X25519_GROUPS = 10, X25519_GROUP = 29 }; /* RFC 8422 section 5.1.1 */

static size_t x25519_read(const unsigned char *bytes)
{
    return (size_t)bytes[0] << 8 | bytes[1];
}

/* Moves the last group of a list to its beginning if it is X25519. Returns whether it did. */
static int x25519_move(unsigned char *groups, size_t length)
{
    if (length < 2 || x25519_read(groups + length - 2) != X25519_GROUP)
        return 0;
    memmove(groups + 2, groups, length - 2);
    groups[0] = 0;
    groups[1] = X25519_GROUP;
    return 1;
}

/*
 * Finds the list of groups in a ClientHello, by the lengths of what is before it (RFC 5246 section 7.4.1.2), and puts
 * X25519 first in it. Returns whether the message changed.
 */
static int x25519_reorder(unsigned char *hello, size_t length)
{
    enum { BEFORE_ID = 4 + 2 + 32 }; /* the header of the message, the version, the random bytes */
    size_t at = BEFORE_ID, size;

    for (int i = 0; i < 3; i++) { /* session id, suites, compression methods: a length and that many bytes */
        size = 1;
        if (i == 1)
            size = 2;
        if (at + size > length)
            return 0;
        at += size + (size == 2 ? x25519_read(hello + at) : hello[at]);
    }
    at += 2; /* the length of all extensions */
    for (; at + 4 <= length; at += 4 + size) {
        size = x25519_read(hello + at + 2);
        if (size > length - at - 4)
            return 0;
        if (x25519_read(hello + at) == X25519_GROUPS)
            return size >= 2 && x25519_read(hello + at + 4) == size - 2 && x25519_move(hello + at + 6, size - 2);
    }
    return 0;
}

/*
 * The message is the only one in the record, which is not encrypted. The hash of the handshake has seen nothing else,
 * so it begins again.
 */
void tcx_tls_x25519_first(br_ssl_engine_context *engine)
{
    enum { HEADER = 5, HANDSHAKE = 22, CLIENT_HELLO = 1 };
    size_t length;
    unsigned char *record = br_ssl_engine_sendrec_buf(engine, &length);

    if (record == NULL || length < HEADER + 1 || record[0] != HANDSHAKE || record[HEADER] != CLIENT_HELLO ||
        !x25519_reorder(record + HEADER, length - HEADER))
        return;
    br_multihash_init(&engine->mhash);
    br_multihash_update(&engine->mhash, record + HEADER, length - HEADER);
}

#else

void tcx_tls_x25519_first(br_ssl_engine_context *engine)
{
    (void)engine;
}

#endif
