#include "tcx_call.h"

enum { DIGEST_MAX = 32 }; /* of the signer's hash: SHA-256, or SHA-1 */

/* The length goes before the text, so that different peers never give the same bytes. */
static void hash_text(tcx_hash *hash, tcx_text text)
{
    const uint32_t length = (uint32_t)text.length;

    hash->vtable->update(&hash->vtable, &length, sizeof length);
    hash->vtable->update(&hash->vtable, text.bytes, text.length);
}

/* The peer's texts end with the call: a digest of them stays. */
static void identify(unsigned char digest[DIGEST_MAX], const tcx_call *call)
{
    const tcx_peer *peer = &call->peer;
    tcx_hash hash;

    call->config->signer->scheme->hash->init(&hash.vtable);
    hash.vtable->update(&hash.vtable, &peer->port, sizeof peer->port);
    hash_text(&hash, peer->name);
    hash_text(&hash, peer->address);
    hash.vtable->out(&hash.vtable, digest);
}

/*
 * Looks whether the kept connection still stands. 1: it does, and is the call's; 0: there is none any more; another:
 * what the transport waits for.
 */
static int look(tcx_connection *connection, tcx_call *call)
{
    const tcx_transport *transport = call->config->transport;
    const uint32_t idle = call->tick - connection->idle_since;
    unsigned char digest[DIGEST_MAX], byte;
    int result = TCX_CLOSED;

    identify(digest, call);
    if (connection->open) {
        if (idle < connection->idle_limit && memcmp(connection->peer, digest, sizeof connection->peer) == 0)
            result = transport->recv(transport->context, &byte, sizeof byte);
        if (result == TCX_WANT_WRITE || result == TCX_AGAIN)
            return result;
        if (result == TCX_WANT_READ) {
            tcx_call_trace(call, TCX_EVENT_REUSED, idle);
            connection->open = 0;
            call->opened = 1;
            call->reused = 1;
            return 1;
        }
    }
    tcx_connection_close(connection, transport);
    memcpy(connection->peer, digest, sizeof connection->peer);
    return 0;
}

void tcx_connection_init(tcx_connection *connection, uint32_t idle_limit)
{
    memset(connection, 0, sizeof *connection);
    connection->idle_limit = idle_limit != 0 ? idle_limit : TCX_IDLE_DEFAULT;
    if (connection->idle_limit > TCX_TIMEOUT_MAX) /* a tick that went back is further away: it counts as expired */
        connection->idle_limit = TCX_TIMEOUT_MAX;
    connection->look = look;
}

void tcx_connection_close(tcx_connection *connection, const tcx_transport *transport)
{
    if (connection->open)
        transport->close(transport->context);
    connection->open = 0;
}
