#include <tcexec/call.h>

#include "tcx_message.h"

enum { TURNS = 64, SCRATCH = 64 }; /* transfers in one step; bytes */

enum { ENDED, OPENING, SENDING, RECEIVING };

static int is_usable(const tcx_transport *transport)
{
    return transport != NULL && transport->open != NULL && transport->send != NULL && transport->recv != NULL &&
           transport->close != NULL;
}

/* Whom to dial and whom to expect there. The host has been checked. */
static void set_peer(tcx_peer *peer, const tcx_call_config *config, const tcx_request *request)
{
    uint16_t port;

    (void)tcx_host_split(tcx_request_host(request), &peer->name, &port);
    peer->address = config->address;
    if (peer->address.bytes == NULL) {
        peer->address = peer->name;
        peer->port = port;
    }
    if (config->port != 0)
        peer->port = config->port;
    if (peer->port == 0)
        peer->port = 443;
    peer->unix_time = config->unix_time;
}

tcx_status tcx_call_begin(tcx_call *call, const tcx_call_config *config, const tcx_request *request, uint32_t now)
{
    uint32_t timeout;
    tcx_status status;

    if (call == NULL)
        return TCX_E_NULL;
    if (call->state != ENDED)
        return TCX_E_BUSY;
    memset(call, 0, sizeof *call);
    call->status = TCX_E_NULL;
    if (config == NULL || !is_usable(config->transport) || config->buffer == NULL || config->buffer_size == 0 ||
        config->tokens == NULL)
        return TCX_E_NULL;
    status = TCX_E_CLOCK_UNSET;
    if (config->unix_time >= (config->clock_floor != 0 ? config->clock_floor : TCX_CLOCK_FLOOR))
        status = tcx_message_init(&call->message, request, config->signer, config->unix_time);
    call->status = status;
    call->detail = call->message.detail;
    if (status != TCX_OK)
        return status;

    timeout = config->timeout != 0 ? config->timeout : TCX_TIMEOUT_DEFAULT;
    call->deadline = now + (timeout < TCX_TIMEOUT_MAX ? timeout : TCX_TIMEOUT_MAX);
    call->config = config;
    set_peer(&call->peer, config, request);
    tcx_cursor_init(&call->cursor, &call->message, tcx_message_layout(&call->message)->wire, 0);
    tcx_http_init(&call->http, config->buffer, config->buffer_size);
    call->state = OPENING;
    call->status = TCX_PENDING;
    return TCX_OK;
}

static void end(tcx_call *call, tcx_status status)
{
    const tcx_transport *transport = call->config->transport;

    if (status == TCX_OK || status == TCX_E_API)
        call->outcome = TCX_ANSWERED;
    if (call->opened)
        transport->close(transport->context);
    call->opened = 0;
    call->state = ENDED;
    call->status = status;
}

/* Ends with an exchange that failed. What had come of the answer is kept. */
static void fail(tcx_call *call, tcx_status status)
{
    tcx_response_partial(&call->http, &call->response);
    end(call, status);
}

/* The transport returned `result`, which is no success: notes what to wait for, or ends the call. */
static void stopped(tcx_call *call, int result, tcx_status status)
{
    const tcx_transport *transport = call->config->transport;

    switch (result) {
    case TCX_AGAIN:
        call->wants = 0;
        break;
    case TCX_WANT_READ:
        call->wants = TCX_READ;
        break;
    case TCX_WANT_WRITE:
        call->wants = TCX_WRITE;
        break;
    case TCX_CLOSED:
    case TCX_CLOSED_CLEAN:
        fail(call, TCX_E_CLOSED);
        break;
    default:
        call->detail = result;
        if (result >= 0) {
            status = TCX_E_TRANSPORT_CONTRACT;
        } else if (transport->failure != NULL) {
            tcx_status better = transport->failure(transport->context, &call->detail);

            status = better != TCX_OK ? better : status;
        }
        fail(call, status);
    }
}

/*
 * Puts together the next bytes to send. When there are none, the transport has just taken the last byte of the request:
 * from here on the function may run.
 */
static void compose(tcx_call *call)
{
    const tcx_call_config *config = call->config;
    unsigned char *piece = NULL;
    size_t room = 0;

    if (config->transport->compose != NULL)
        piece = config->transport->compose(config->transport->context, &room);
    if (piece == NULL) {
        piece = config->buffer;
        room = config->buffer_size;
    }
    call->piece = piece;
    call->piece_length = tcx_cursor_read(&call->cursor, piece, room < TCX_TRANSFER_MAX ? room : TCX_TRANSFER_MAX);
    if (call->cursor.status != TCX_OK) {
        call->detail = call->message.detail;
        fail(call, call->cursor.status);
    } else if (call->piece_length == 0) {
        call->outcome = TCX_MAYBE_EXECUTED;
        call->state = RECEIVING;
    }
}

/* Each of the following moves the call on once. They return 0 when nothing more can be done now. */

static int open_link(tcx_call *call)
{
    const tcx_transport *transport = call->config->transport;
    int result;

    call->opened = 1;
    result = transport->open(transport->context, &call->peer);
    if (result != 1) {
        stopped(call, result, TCX_E_CONNECT);
        return 0;
    }
    call->state = SENDING;
    compose(call);
    return call->state != ENDED;
}

static int send_piece(tcx_call *call)
{
    const tcx_transport *transport = call->config->transport;
    int result = transport->send(transport->context, call->piece, call->piece_length);
    int too_much = result > 0 && (size_t)result > call->piece_length;

    if (result <= 0 || too_much) {
        if (too_much)
            call->outcome = TCX_MAYBE_EXECUTED; /* nobody knows what such a transport has sent */
        stopped(call, result, TCX_E_SEND);
        return 0;
    }
    call->piece += result;
    call->piece_length -= (size_t)result;
    if (call->piece_length == 0)
        compose(call);
    return call->state != ENDED;
}

/* What the reader makes of the bytes: goes on, or ends the call. */
static int received(tcx_call *call, tcx_status status)
{
    if (status == TCX_PENDING)
        return 1;
    if (status == TCX_OK)
        end(call, tcx_response_read(&call->http, call->config->tokens, call->config->token_count, &call->response));
    else if (status == TCX_E_HTTP_BODY_TOO_LARGE && call->http.status != 200)
        fail(call, TCX_E_HTTP_STATUS);
    else
        fail(call, status);
    return 0;
}

/*
 * Bytes are received behind the body that is there and read where they lie. When little room is left a scratch takes them,
 * so that a body that fits exactly still finds the end of its framing.
 */
static int receive(tcx_call *call)
{
    const tcx_transport *transport = call->config->transport;
    tcx_http *http = &call->http;
    unsigned char scratch[SCRATCH];
    unsigned char *bytes = http->body + http->body_length;
    size_t room = http->body_capacity - http->body_length, used;
    int result;

    if (room < sizeof scratch) {
        bytes = scratch;
        room = sizeof scratch;
    } else if (room > TCX_TRANSFER_MAX) {
        room = TCX_TRANSFER_MAX;
    }
    result = transport->recv(transport->context, bytes, room);
    if (result > 0 && (size_t)result <= room)
        return received(call, tcx_http_feed(http, bytes, (size_t)result, &used));
    if (result == TCX_CLOSED || result == TCX_CLOSED_CLEAN)
        return received(call, tcx_http_end(http, result == TCX_CLOSED_CLEAN));
    stopped(call, result, TCX_E_RECEIVE);
    return 0;
}

static int advance(tcx_call *call)
{
    switch (call->state) {
    case OPENING:
        return open_link(call);
    case SENDING:
        return send_piece(call);
    default:
        return receive(call);
    }
}

tcx_status tcx_call_step(tcx_call *call, uint32_t now)
{
    int turns = TURNS;

    if (call == NULL || (call->config == NULL && call->status == TCX_OK))
        return TCX_E_NULL;
    if (call->state == ENDED)
        return call->status;
    call->wants = 0;
    while (turns-- > 0 && advance(call))
        ;
    if (call->state != ENDED && tcx_call_time_left(call, now) == 0)
        fail(call, TCX_E_DEADLINE);
    return call->status;
}

unsigned tcx_call_wants(const tcx_call *call)
{
    return call->wants;
}

uint32_t tcx_call_time_left(const tcx_call *call, uint32_t now)
{
    uint32_t left = call->deadline - now;

    return left <= TCX_TIMEOUT_MAX ? left : 0;
}

void tcx_call_cancel(tcx_call *call)
{
    if (call != NULL && call->state != ENDED)
        fail(call, TCX_E_CANCELLED);
}
