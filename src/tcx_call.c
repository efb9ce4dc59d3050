#include "tcx_call.h"

#include "tcx_message.h"

enum { TURNS = 64, SCRATCH = 64 }; /* transfers in one step; bytes */

void tcx_call_trace(const tcx_call *call, tcx_event event, uint32_t number)
{
    const tcx_trace *observer = call->config->trace;

    if (observer != NULL)
        observer->event(observer->context, event, number);
}

uint32_t tcx_time_until(uint32_t tick, uint32_t now)
{
    return tick - now <= TCX_TIMEOUT_MAX ? tick - now : 0;
}

int64_t tcx_clock_floor(const tcx_call_config *config)
{
    return config->clock_floor != 0 ? config->clock_floor : TCX_CLOCK_FLOOR;
}

static int is_usable(const tcx_transport *transport)
{
    return transport != NULL && transport->open != NULL && transport->send != NULL && transport->recv != NULL &&
           transport->close != NULL;
}

/* Whom to dial and whom to expect there. */
static void set_peer(tcx_peer *peer, const tcx_call_config *config, const tcx_host *host)
{
    peer->name = host->name;
    peer->address = config->address;
    if (peer->address.bytes == NULL) {
        peer->address = peer->name;
        peer->port = host->port;
    }
    if (config->port != 0)
        peer->port = config->port;
    if (peer->port == 0)
        peer->port = 443;
}

/* Goes to the beginning of the request, over a connection yet to be opened. */
static void rewind_request(tcx_call *call)
{
    tcx_message_begin_wire(&call->message);
    call->last = 0;
    call->reused = 0;
    call->state = OPENING;
}

/* Signs, and makes all ready for an attempt. */
static tcx_status start_attempt(tcx_call *call)
{
    const tcx_call_config *config = call->config;
    int64_t time = tcx_call_unix_time(call) + call->correction;
    tcx_status status = tcx_message_init(&call->message, call->request, config->signer, time, call->attempts);

    call->detail = call->message.detail;
    if (status != TCX_OK)
        return status;
    call->attempts++;
    call->attempt_began = call->now;
    call->outcome = TCX_NOT_SENT;
    call->peer.unix_time = time;
    tcx_http_init(&call->http, config->buffer, config->buffer_size);
    rewind_request(call);
    if (config->rate != NULL)
        call->state = PACING;
    return TCX_OK;
}

tcx_status tcx_call_begin(tcx_call *call, const tcx_call_config *config, const tcx_request *request, uint32_t now)
{
    uint32_t timeout;

    if (call == NULL)
        return TCX_E_NULL;
    if (call->state != ENDED)
        return TCX_E_BUSY;
    memset(call, 0, sizeof *call);
    call->status = TCX_E_NULL;
    if (config == NULL || !is_usable(config->transport) || config->buffer == NULL || config->buffer_size == 0 ||
        config->tokens == NULL || (config->retry != NULL && config->retry->again == NULL) ||
        (config->connection != NULL && config->connection->look == NULL) ||
        (config->rate != NULL && config->rate->wait == NULL) || (config->trace != NULL && config->trace->event == NULL))
        return call->status;
    call->config = config;
    call->request = request;
    call->began = now;
    call->now = now;
    call->jitter = config->jitter;
    call->status = TCX_E_CLOCK_UNSET;
    if (config->unix_time >= tcx_clock_floor(config))
        call->status = start_attempt(call);
    if (call->status != TCX_OK)
        return call->status;

    timeout = config->timeout != 0 ? config->timeout : TCX_TIMEOUT_DEFAULT;
    call->deadline = now + (timeout < TCX_TIMEOUT_MAX ? timeout : TCX_TIMEOUT_MAX);
    set_peer(&call->peer, config, &call->message.host);
    call->status = TCX_PENDING;
    return TCX_OK;
}

/* Closes the connection, or keeps it for the next call when it is in a state for that. */
static void release(tcx_call *call, int keep)
{
    const tcx_call_config *config = call->config;

    if (keep && config->connection != NULL) {
        config->connection->open = 1;
        config->connection->idle_since = call->now;
    } else if (call->opened) {
        config->transport->close(config->transport->context);
    }
    call->opened = 0;
}

/* The end of the last attempt is that of the call, seen with what an earlier one may have done. */
static void end_call(tcx_call *call, tcx_status status)
{
    if (call->ambiguous && status != TCX_OK)
        call->outcome = TCX_MAYBE_EXECUTED;
    call->state = ENDED;
    call->status = status;
}

/* An attempt is over. `keep`: its connection can be used again. */
static void end_attempt(tcx_call *call, tcx_status status, int keep)
{
    const tcx_retry *retry = call->config->retry;

    if (status == TCX_OK || status == TCX_E_API)
        call->outcome = TCX_ANSWERED;
    else
        tcx_call_trace(call, TCX_EVENT_FAILED, 0u - (uint32_t)status);
    release(call, keep);
    if (retry == NULL || !retry->again(retry, call, &status))
        end_call(call, status);
}

/* The exchange failed. What had come of the answer is kept. */
static void fail(tcx_call *call, tcx_status status)
{
    tcx_response_partial(&call->http, &call->response);
    end_attempt(call, status, 0);
}

/*
 * The connection failed. A kept one that did so before it took the whole request is no failure of the call: the peer
 * had closed it, and nothing can have run.
 */
static void lose(tcx_call *call, tcx_status status)
{
    if (call->reused && call->outcome == TCX_NOT_SENT) {
        release(call, 0);
        rewind_request(call);
        call->detail = 0;
        tcx_call_trace(call, TCX_EVENT_REOPENED, 0);
    } else {
        fail(call, status);
    }
}

/* The transport returned `result`, which is no success: notes what to wait for, or ends the attempt. */
static void stopped(tcx_call *call, int result, tcx_status status)
{
    const tcx_transport *transport = call->config->transport;

    switch (result) {
    case TCX_AGAIN:
        break;
    case TCX_WANT_READ:
        call->wants = TCX_READ;
        break;
    case TCX_WANT_WRITE:
        call->wants = TCX_WRITE;
        break;
    case TCX_CLOSED:
    case TCX_CLOSED_CLEAN:
        lose(call, TCX_E_CLOSED);
        break;
    default:
        call->detail = result;
        if (result >= 0) {
            status = TCX_E_TRANSPORT_CONTRACT;
        } else if (transport->failure != NULL) {
            tcx_status better = transport->failure(transport->context, &call->detail);

            if (better < 0)
                status = better;
        }
        if (status != TCX_E_TRANSPORT_CONTRACT) {
            lose(call, status);
        } else {
            if (call->last && call->detail > 0)
                call->outcome = TCX_MAYBE_EXECUTED; /* nobody knows what such a transport has sent */
            fail(call, status);
        }
    }
}

/*
 * Puts together the next bytes to send. The last ones are only handed on when the whole request is known to be what was
 * signed. When there are none left, the transport has just taken the last byte: from here on the function may run.
 */
static void compose(tcx_call *call)
{
    const tcx_transport *transport = call->config->transport;
    unsigned char *piece = NULL;
    size_t room = 0;

    if (call->last) {
        call->outcome = TCX_MAYBE_EXECUTED;
        call->state = RECEIVING;
        tcx_call_trace(call, TCX_EVENT_REQUEST_SENT, call->now - call->attempt_began);
        return;
    }
    if (transport->compose != NULL)
        piece = transport->compose(transport->context, &room);
    if (piece == NULL || room == 0) {
        piece = call->config->buffer;
        room = call->config->buffer_size;
    }
    if (room > TCX_TRANSFER_MAX)
        room = TCX_TRANSFER_MAX;
    call->piece = piece;
    call->piece_length = tcx_message_read(&call->message, piece, room);
    call->last = (uint8_t)tcx_message_at_end(&call->message);
    if (call->message.status != TCX_OK) {
        call->detail = call->message.detail;
        fail(call, TCX_E_SOURCE);
    }
}

/* Each of the following moves the call on once. They return 0 when nothing more can be done now. */

/* Waits for the rate limit. */
static int pace(tcx_call *call)
{
    tcx_rate *rate = call->config->rate;
    uint32_t delay = rate->wait(rate, call->now);

    if (delay != 0) {
        tcx_call_trace(call, TCX_EVENT_RATE, delay);
        call->wake = call->now + delay;
        return 0;
    }
    call->state = OPENING;
    return 1;
}

static int open_link(tcx_call *call)
{
    const tcx_call_config *config = call->config;
    tcx_connection *connection = config->connection;
    int result = 0;

    if (connection != NULL && !call->opened)
        result = connection->look(connection, call);
    if (result == 0) {
        if (!call->opened)
            tcx_call_trace(call, TCX_EVENT_DIAL, call->attempts);
        call->opened = 1;
        result = config->transport->open(config->transport->context, &call->peer);
        if (result == 1)
            tcx_call_trace(call, TCX_EVENT_CONNECTED, call->now - call->attempt_began);
    }
    if (result != 1) {
        stopped(call, result, TCX_E_CONNECT);
        return 0;
    }
    call->state = SENDING;
    compose(call);
    return 1;
}

static int send_piece(tcx_call *call)
{
    const tcx_transport *transport = call->config->transport;
    int result = transport->send(transport->context, call->piece, call->piece_length);

    if (result <= 0 || (size_t)result > call->piece_length) {
        stopped(call, result, TCX_E_SEND);
        return call->state == OPENING;
    }
    tcx_call_trace(call, TCX_EVENT_SENT, (uint32_t)result);
    call->piece += result;
    call->piece_length -= (size_t)result;
    if (call->piece_length == 0)
        compose(call);
    return 1;
}

/* What the reader makes of the bytes: goes on, or ends the attempt. */
static void received(tcx_call *call, tcx_status status)
{
    if (status == TCX_PENDING)
        return;
    if (status == TCX_OK) {
        int keep = tcx_http_keeps_alive(&call->http) && !call->surplus;

        tcx_call_trace(call, TCX_EVENT_ANSWER, call->http.status);
        status = tcx_response_read(&call->http, call->config->tokens, call->config->token_count, &call->response);
        end_attempt(call, status, keep && (status == TCX_OK || status == TCX_E_API));
    } else {
        if (status == TCX_E_HTTP_BODY_TOO_LARGE && call->http.status != 200)
            status = call->http.status / 100 == 3 ? TCX_E_HTTP_REDIRECT : TCX_E_HTTP_STATUS;
        fail(call, status);
    }
}

/*
 * Bytes are received behind the body that is there and read where they lie. When little room is left a scratch takes
 * them, so that a body that fits exactly still finds the end of its framing.
 */
static int receive(tcx_call *call)
{
    const tcx_transport *transport = call->config->transport;
    tcx_http *http = &call->http;
    unsigned char scratch[SCRATCH];
    unsigned char *bytes = http->body + http->body_length;
    size_t room = (size_t)(http->body_capacity - http->body_length), used;
    int result;

    if (room < sizeof scratch) {
        bytes = scratch;
        room = sizeof scratch;
    } else if (room > TCX_TRANSFER_MAX) {
        room = TCX_TRANSFER_MAX;
    }
    result = transport->recv(transport->context, bytes, room);
    if (result > 0 && (size_t)result <= room) {
        tcx_status status = tcx_http_feed(http, bytes, (size_t)result, &used);

        tcx_call_trace(call, TCX_EVENT_RECEIVED, (uint32_t)result);
        call->surplus = used < (size_t)result;
        received(call, status);
    } else if (result == TCX_CLOSED || result == TCX_CLOSED_CLEAN) {
        received(call, tcx_http_end(http, result == TCX_CLOSED_CLEAN));
    } else {
        stopped(call, result, TCX_E_RECEIVE);
        return 0;
    }
    return 1;
}

/* Waits for the next attempt, which is not begun after the deadline. */
static int wake(tcx_call *call)
{
    tcx_status status;

    if (tcx_time_until(call->wake, call->now) != 0 || tcx_time_until(call->deadline, call->now) == 0)
        return 0;
    status = start_attempt(call);
    if (status != TCX_OK) {
        call->outcome = TCX_NOT_SENT;
        end_call(call, status);
    }
    return 1;
}

/* Ends the call from outside. Between two attempts, the last one's outcome and response stand. */
static void give_up(tcx_call *call, tcx_status status)
{
    if (call->state == RETRYING)
        end_call(call, status);
    else
        fail(call, status);
}

static int advance(tcx_call *call)
{
    switch (call->state) {
    case PACING:
        return pace(call);
    case OPENING:
        return open_link(call);
    case SENDING:
        return send_piece(call);
    case RECEIVING:
        return receive(call);
    case RETRYING:
        return wake(call);
    default:
        return 0;
    }
}

tcx_status tcx_call_step(tcx_call *call, uint32_t now)
{
    int turns = TURNS;

    if (call == NULL || call->config == NULL)
        return TCX_E_NULL;
    if (call->state == ENDED)
        return call->status;
    call->now = now;
    call->wants = 0;
    while (turns-- > 0 && advance(call))
        ;
    if (call->state == PACING || call->state == RETRYING)
        call->wants = TCX_TIME;
    if (call->state != ENDED && tcx_time_until(call->deadline, now) == 0)
        give_up(call, TCX_E_DEADLINE);
    return call->status;
}

int64_t tcx_call_unix_time(const tcx_call *call)
{
    return call->config->unix_time + (call->now - call->began) / 1000;
}

unsigned tcx_call_wants(const tcx_call *call)
{
    return call->wants;
}

uint32_t tcx_call_time_left(const tcx_call *call, uint32_t now)
{
    uint32_t left = tcx_time_until(call->deadline, now);

    if (call->wants == TCX_TIME && tcx_time_until(call->wake, now) < left)
        left = tcx_time_until(call->wake, now);
    return left;
}

void tcx_call_cancel(tcx_call *call)
{
    if (call != NULL && call->state != ENDED)
        give_up(call, TCX_E_CANCELLED);
}
