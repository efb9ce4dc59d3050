#include "tcx_call.h"

/* FNV-1a: tells peers apart that one program uses, against mistakes, not against malice. */
static uint32_t hash_bytes(uint32_t hash, const void *bytes, size_t length)
{
    const unsigned char *byte = bytes;

    while (length-- > 0)
        hash = (hash ^ *byte++) * 0x01000193u;
    return hash;
}

static uint32_t hash_peer(const tcx_peer *peer)
{
    uint32_t hash = hash_bytes(0x811C9DC5u, peer->name.bytes, peer->name.length);

    hash = hash_bytes(hash, &peer->port, sizeof peer->port);
    return hash_bytes(hash, peer->address.bytes, peer->address.length);
}

/*
 * Looks whether the kept connection still stands. 1: it does, and is the call's; 0: there is none any more; another:
 * what the transport waits for.
 */
static int look(tcx_connection *connection, tcx_call *call)
{
    const tcx_transport *transport = call->config->transport;
    uint32_t peer = hash_peer(&call->peer), idle = call->tick - connection->idle_since;
    unsigned char byte;
    int result = TCX_CLOSED;

    if (connection->open) {
        if (idle < connection->idle_limit && connection->peer == peer)
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
    connection->peer = peer;
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
