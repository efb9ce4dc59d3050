/*
 * Validates certificate chains with tcx_mbedtls. A server says hello and sends the chain. If that is accepted, the
 * client waits for the server's key exchange. The error is the status.
 */
#include "chains.h"

#include <tcx_mbedtls.h>

enum { MESSAGE_MAX = 1 << 17, RECORD_MAX = 16384 };

/* The link: what the server sends, and where the client is in it. */
static struct {
    unsigned char bytes[2 * MESSAGE_MAX];
    size_t length, at, piece;
} wire;

static int link_open(void *context, const tcx_peer *peer)
{
    (void)context;
    (void)peer;
    return 1;
}

static int link_send(void *context, const void *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    return (int)length;
}

static int link_recv(void *context, void *bytes, size_t length)
{
    const size_t count = frame_least(frame_least(length, wire.piece), wire.length - wire.at);

    (void)context;
    memcpy(bytes, wire.bytes + wire.at, count);
    wire.at += count;
    return count > 0 ? (int)count : TCX_WANT_READ;
}

static void link_close(void *context)
{
    (void)context;
}

static int entropy(void *context, void *out, size_t length)
{
    (void)context;
    memset(out, 7, length);
    return (int)length;
}

static unsigned char *put_number(unsigned char *out, size_t number, int bytes)
{
    while (bytes-- > 0)
        *out++ = (unsigned char)(number >> 8 * bytes);
    return out;
}

/* One message of the handshake, in as few records as it needs. */
static void put_message(unsigned type, const unsigned char *body, size_t length)
{
    static unsigned char message[4 + MESSAGE_MAX];
    const size_t size = length + 4;

    message[0] = (unsigned char)type;
    put_number(message + 1, length, 3);
    memcpy(message + 4, body, length);
    for (size_t at = 0; at < size; at += RECORD_MAX) {
        const size_t part = frame_least(RECORD_MAX, size - at);
        unsigned char *out = wire.bytes + wire.length;

        memcpy(out, "\x16\x03\x03", 3);
        memcpy(put_number(out + 3, part, 2), message + at, part);
        wire.length += 5 + part;
    }
}

static void put_server(const chain *chain)
{
    /* TLS 1.2, a random number, no session id, ECDHE with ECDSA and AES-128-GCM, no compression */
    static const unsigned char hello[2 + 32 + 1 + 2 + 1] = { 3, 3, [35] = 0xC0, [36] = 0x2B };
    static unsigned char body[MESSAGE_MAX];
    unsigned char *out = body + 3;

    wire.length = wire.at = 0;
    put_message(2, hello, sizeof hello);
    for (size_t i = 0; i < chain->count; i++) {
        const tcx_text *der = &chain->certificates[i];

        if (der->length + 3 > (size_t)(body + sizeof body - out))
            frame_fail("MESSAGE_MAX is too small");
        out = put_number(out, der->length, 3);
        memcpy(out, der->bytes, der->length);
        out += der->length;
    }
    put_number(body, (size_t)(out - body) - 3, 3);
    put_message(11, body, (size_t)(out - body));
}

static int shake_hands(const chain *chain, mbedtls_x509_crt *anchors)
{
    static const tcx_transport link = { NULL, link_open, link_send, link_recv, link_close, NULL, NULL };
    const tcx_mbedtls_config config = { .link = &link, .anchors = anchors, .entropy = entropy };
    const tcx_peer peer = { { chain->host.bytes, chain->host.length - 1 }, TCX_TEXT("x"), 443, chain->time, 0 };
    static tcx_mbedtls tls;
    int result, detail, error = 0;

    if (tcx_mbedtls_init(&tls, &config) != TCX_OK)
        return NO_ANCHOR;
    do
        result = tls.transport.open(tls.transport.context, &peer);
    while (result == TCX_AGAIN);
    if (result != TCX_WANT_READ)
        error = tls.transport.failure(tls.transport.context, &detail);
    tls.transport.close(tls.transport.context);
    tcx_mbedtls_wipe(&tls);
    return error;
}

static int validate(const chain *chain, size_t piece)
{
    mbedtls_x509_crt anchors;
    char *pem = frame_memory(chain->pem.length + 1);
    int error;

    memcpy(pem, chain->pem.bytes, chain->pem.length);
    pem[chain->pem.length] = '\0';
    wire.piece = piece;
    put_server(chain);
    mbedtls_x509_crt_init(&anchors);
    (void)mbedtls_x509_crt_parse(&anchors, (unsigned char *)pem, chain->pem.length + 1);
    error = shake_hands(chain, &anchors);
    mbedtls_x509_crt_free(&anchors);
    free(pem);
    return error;
}

int main(void)
{
    return chains_run(validate);
}
