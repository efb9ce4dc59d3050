#include "tcx_call.h"

enum { CONNECTION_DIGEST_MAX = 32 }; /* of the signer's hash, SHA-256 or SHA-1 */

/* The length goes before the text, so that different peers never give the same bytes. */
static void connection_hash_text(tcx_hash *hash, tcx_text text)
{
    const uint32_t length = (uint32_t)text.length;

    hash->vtable->update(&hash->vtable, &length, sizeof length);
    hash->vtable->update(&hash->vtable, text.bytes, text.length);
}

/* Hashes the peer, because its texts are valid only during the call. */
static void connection_hash_peer(unsigned char digest[CONNECTION_DIGEST_MAX], const tcx_call *call)
{
    const tcx_peer *peer = &call->peer;
    tcx_hash hash;

    call->config->signer->scheme->hash->init(&hash.vtable);
    hash.vtable->update(&hash.vtable, &peer->port, sizeof peer->port);
    connection_hash_text(&hash, peer->name);
    connection_hash_text(&hash, peer->address);
    hash.vtable->out(&hash.vtable, digest);
}

/*
 * Checks whether the kept connection is still open. Returns 1 if it is; the call then owns it. Returns 0 if there is
 * none any more, or else what the transport waits for.
 */
static int connection_check_idle(tcx_connection *connection, tcx_call *call)
{
    const tcx_transport *transport = call->config->transport;
    const uint32_t idle = call->tick - connection->idle_since;
    unsigned char digest[CONNECTION_DIGEST_MAX], byte;
    int result = TCX_CLOSED;

    connection_hash_peer(digest, call);
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
    if (connection->idle_limit > TCX_TIMEOUT_MAX) /* a tick that went back is further away and so counts as expired */
        connection->idle_limit = TCX_TIMEOUT_MAX;
    connection->look = connection_check_idle;
}

void tcx_connection_close(tcx_connection *connection, const tcx_transport *transport)
{
    if (connection->open)
        transport->close(transport->context);
    connection->open = 0;
}
