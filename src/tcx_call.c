/*
 * A call has one state, one deadline and one point of no return. A step makes turns, and a turn makes one or two
 * transfers. The names in the diagram and in the text below it are without CALL_ and call_.
 *
 *     begin ──▶ PACING ──▶ OPENING ──▶ SENDING ──request_sent()──▶ RECEIVING ──▶ ENDED
 *                 ▲          ▲  ▲       │   │                       ▲   │
 *                 │          │  └reopen─┘   └──an early answer──────┘   │
 *                 └──────────┴── RETRYING ◀──────an attempt's end───────┘
 *
 * PACING waits for the rate limit and is skipped if there is none. SENDING checks for an answer before every send
 * except the first, and after a failed send. If a final status comes that way, sending ends: RECEIVING reads the rest
 * of the answer, with the outcome NOT_SENT. If a kept connection fails or brings bytes in SENDING, it is reopened,
 * once. In every state, an error, the deadline or a cancel ends the attempt.
 */
#include "tcx_call.h"

#include "tcx_http.h"
#include "tcx_message.h"
#include "tcx_tick.h"
#include "tcx_wait.h"

enum { CALL_TURNS = 64, CALL_SCRATCH = 64 }; /* turns in one step; bytes */

void tcx_call_trace(const tcx_call *call, tcx_event event, uint32_t number)
{
    const tcx_trace *observer = call->config->trace;

    if (observer != NULL)
        observer->event(observer->context, event, number);
}

uint32_t tcx_call_time_until(const tcx_call *call, uint32_t time)
{
    return time > call->now ? time - call->now : 0;
}

int64_t tcx_clock_floor(const tcx_call_config *config)
{
    return config->clock_floor != 0 ? config->clock_floor : TCX_CLOCK_FLOOR;
}

static int call_is_usable(const tcx_transport *transport)
{
    return transport != NULL && transport->open != NULL && transport->send != NULL && transport->recv != NULL &&
           transport->close != NULL;
}

/* Fills in the address and the port to connect to, and the name to verify there. */
static void call_set_peer(tcx_peer *peer, const tcx_call_config *config, const tcx_host *host)
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

/* Returns the time that requests are signed with and certificates are checked against. */
static int64_t call_get_time(const tcx_call *call)
{
    return tcx_call_unix_time(call) + call->peer.correction;
}

static tcx_status call_sign(tcx_call *call, uint32_t repeats)
{
    tcx_status status = tcx_message_sign(&call->message, call_get_time(call), repeats);

    call->detail = call->message.detail;
    return status;
}

/* Returns to the state before the connection was opened: nothing is sent and nothing is received. */
static void call_start_over(tcx_call *call)
{
    tcx_http_init(&call->http, call->config->buffer, call->config->buffer_size);
    call->detail = 0;
    call->reused = 0;
    call->state = CALL_OPENING;
}

static void call_start_attempt(tcx_call *call)
{
    call_start_over(call);
    call->attempts++;
    call->attempt_began = call->now;
    call->outcome = TCX_NOT_SENT;
    if (call->config->rate != NULL)
        call->state = CALL_PACING;
}

tcx_status tcx_call_begin(tcx_call *call, const tcx_call_config *config, const tcx_request *request, uint32_t now)
{
    if (call == NULL)
        return TCX_E_NULL;
    if (call->state != CALL_ENDED)
        return TCX_E_BUSY;
    memset(call, 0, sizeof *call);
    call->status = TCX_E_NULL;
    if (config == NULL || !call_is_usable(config->transport) || config->buffer == NULL || config->buffer_size == 0 ||
        (config->retry != NULL && config->retry->again == NULL) ||
        (config->connection != NULL && config->connection->look == NULL) ||
        (config->rate != NULL && config->rate->wait == NULL) || (config->trace != NULL && config->trace->event == NULL))
        return call->status;
    call->config = config;
    call->request = request;
    call->tick = now;
    call->jitter = config->jitter;
    call->status = TCX_E_CLOCK_UNSET;
    if (config->unix_time >= tcx_clock_floor(config))
        call->status = tcx_message_init(&call->message, request, config->signer);
    call->detail = call->message.detail;
    if (call->status == TCX_OK)
        call->status = call_sign(call, 0); /* to find errors in the request before any I/O */
    if (call->status != TCX_OK)
        return call->status;

    call->deadline = config->timeout != 0 ? config->timeout : TCX_TIMEOUT_DEFAULT;
    if (call->deadline > TCX_TIMEOUT_MAX)
        call->deadline = TCX_TIMEOUT_MAX;
    call_set_peer(&call->peer, config, &call->message.host);
    call_start_attempt(call);
    call->status = TCX_PENDING;
    return TCX_OK;
}

/* Closes the connection, or keeps it open if `keep` allows it and a tcx_connection can give it to the next call. */
static void call_release(tcx_call *call, int keep)
{
    const tcx_call_config *config = call->config;

    if (keep && config->connection != NULL) {
        config->connection->open = 1;
        config->connection->idle_since = call->tick;
    } else if (call->opened) {
        config->transport->close(config->transport->context);
    }
    call->opened = 0;
}

/*
 * CALL_IS_SUCCESS: the service said that the function ran, even if its Result cannot be read. These are macros because
 * the proof tracks a value better than the result of a function.
 */
#define CALL_IS_SUCCESS(status) ((status) == TCX_OK || (status) == TCX_E_JSON_UTF8)
#define CALL_IS_ANSWER(status)  (CALL_IS_SUCCESS(status) || (status) == TCX_E_API)

/* Ends the call with this attempt's status. If an earlier attempt may have run, so may the call. */
static void call_end(tcx_call *call, tcx_status status)
{
    if (call->ambiguous && !CALL_IS_SUCCESS(status))
        call->outcome = TCX_MAYBE_EXECUTED;
    call->state = CALL_ENDED;
    call->status = status;
}

/* Ends an attempt. `keep`: its connection can be used again. */
static void call_end_attempt(tcx_call *call, tcx_status status, int keep)
{
    if (CALL_IS_ANSWER(status))
        call->outcome = TCX_ANSWERED;
    else
        tcx_call_trace(call, TCX_EVENT_FAILED, 0u - (uint32_t)status);
    call_release(call, keep);
}

/* Ends an attempt, and also the call unless the attempt is repeated. */
static void call_end_or_retry(tcx_call *call, tcx_status status, int keep)
{
    const tcx_retry *retry = call->config->retry;

    call_end_attempt(call, status, keep);
    if (retry == NULL || !retry->again(retry, call, &status))
        call_end(call, status);
}

/*
 * Returns the status for an exchange that failed with `status`, and keeps the part of the answer that was received. A
 * final HTTP status other than 200 says more than how its body ended. A breach of the transport contract is always
 * reported as one.
 */
static tcx_status call_choose_status(tcx_call *call, tcx_status status)
{
    tcx_response_partial(&call->http, &call->response);
    if (!tcx_http_is_final(&call->http) || call->http.status == 200 || status == TCX_E_TRANSPORT_CONTRACT)
        return status;
    call->detail = 0;
    return tcx_http_refusal(&call->http);
}

static void call_fail(tcx_call *call, tcx_status status)
{
    call_end_or_retry(call, call_choose_status(call, status), 0);
}

/*
 * Ends the call at its deadline or on the caller's request, without a retry. Between two attempts, the outcome and the
 * response of the last one remain.
 */
static void call_abort(tcx_call *call, tcx_status status)
{
    call->detail = 0;
    if (call->state != CALL_RETRYING) {
        tcx_status chosen = call_choose_status(call, status);

        if (status != TCX_E_CANCELLED)
            status = chosen;
        call_end_attempt(call, status, 0);
    }
    call_end(call, status);
}

/*
 * Handles a lost connection. If a kept connection is lost before it took the whole request, the call opens a new one
 * and does not fail: the peer had dropped the old one, and nothing can have run.
 */
static void call_connection_lost(tcx_call *call, tcx_status status)
{
    if (!call->reused || call->outcome != TCX_NOT_SENT) {
        call_fail(call, status);
        return;
    }
    call_release(call, 0);
    call_start_over(call);
    tcx_call_trace(call, TCX_EVENT_REOPENED, 0);
}

static uint8_t call_get_wants(int result)
{
    return result == TCX_WANT_READ ? TCX_READ : result == TCX_WANT_WRITE ? TCX_WRITE : 0;
}

/*
 * Returns the status for a transport that failed with `result`. It is `status` if the transport knows nothing more
 * specific.
 */
static tcx_status call_get_failure(tcx_call *call, int result, tcx_status status)
{
    const tcx_transport *transport = call->config->transport;

    if (result == TCX_CLOSED || result == TCX_CLOSED_CLEAN)
        return TCX_E_CLOSED;
    call->detail = result;
    if (result >= 0)
        return TCX_E_TRANSPORT_CONTRACT;
    if (transport->failure != NULL) {
        tcx_status better = transport->failure(transport->context, &call->detail);

        if (better < 0 && !CALL_IS_ANSWER(better)) /* only an answer may say that */
            status = better;
    }
    return status;
}

/*
 * Handles a transport that made no progress: remembers what to wait for, or ends the attempt. Returns 1 to continue at
 * once.
 */
static int call_transport_blocked(tcx_call *call, int result, tcx_status status)
{
    call->wants = call_get_wants(result);
    if (tcx_must_wait(result))
        return 0;
    status = call_get_failure(call, result, status);
    if (status == TCX_E_TRANSPORT_CONTRACT)
        call_fail(call, status);
    else
        call_connection_lost(call, status);
    return 1;
}

/*
 * The point of no return. The transport has taken the last byte of the request, or may have taken it. From here on, the
 * function may run.
 */
static void call_request_sent(tcx_call *call)
{
    call->outcome = TCX_MAYBE_EXECUTED;
    call->state = CALL_RECEIVING;
    tcx_call_trace(call, TCX_EVENT_REQUEST_SENT, call->now - call->attempt_began);
}

/* Each of the following functions does one turn. It returns 0 if nothing more can be done now. */

/* Waits for the rate limit. */
static int call_pace(tcx_call *call)
{
    tcx_rate *rate = call->config->rate;
    uint32_t delay = rate->wait(rate, call->tick);

    if (delay != 0) {
        tcx_call_trace(call, TCX_EVENT_RATE, delay);
        call->wake = call->now + delay;
        return 0;
    }
    call->state = CALL_OPENING;
    return 1;
}

/*
 * Starts the request on a link that is up. A wait for the rate limit, for the link or for a handshake has taken time,
 * so the request is signed again with the current time. (In the same second, the signature would not change.)
 */
static void call_begin_request(tcx_call *call)
{
    tcx_status status = TCX_OK;

    if (call->attempts > 1 || (int64_t)call->message.timestamp != call_get_time(call))
        status = call_sign(call, call->attempts - 1);
    tcx_message_begin_wire(&call->message);
    call->piece = NULL;
    call->piece_length = 0;
    call->last = 0;
    call->state = CALL_SENDING;
    if (status != TCX_OK)
        call_fail(call, status);
}

static int call_open_link(tcx_call *call)
{
    const tcx_call_config *config = call->config;
    tcx_connection *connection = config->connection;
    int result = 0;

    if (connection != NULL && !call->opened)
        result = connection->look(connection, call);
    if (result == 0) {
        if (!call->opened) {
            call->peer.unix_time = call_get_time(call);
            tcx_call_trace(call, TCX_EVENT_DIAL, call->attempts);
        }
        call->opened = 1;
        result = config->transport->open(config->transport->context, &call->peer);
        if (result == 1)
            tcx_call_trace(call, TCX_EVENT_CONNECTED, call->now - call->attempt_began);
    }
    if (result != 1)
        return call_transport_blocked(call, result, TCX_E_CONNECT);
    call_begin_request(call);
    return 1;
}

/*
 * Continues or ends the attempt after the HTTP reader returned `status`. If the answer came before the request was
 * sent, the call accepts an error from it but no Result, and does not keep the connection.
 */
static void call_reader_returned(tcx_call *call, tcx_status status)
{
    const int early = call->outcome == TCX_NOT_SENT;
    int keep;

    if (status == TCX_PENDING)
        return;
    if (status != TCX_OK) {
        call_fail(call, status);
        return;
    }
    keep = tcx_http_keeps_alive(&call->http) && !call->surplus && !early;
    tcx_call_trace(call, TCX_EVENT_ANSWER, call->http.status);
    status = tcx_response_read(&call->http, &call->response, &call->detail);
    if (early && CALL_IS_SUCCESS(status)) {
        memset(&call->response.result, 0, sizeof call->response.result);
        status = TCX_E_HTTP_EARLY;
    }
    call_end_or_retry(call, status, keep && CALL_IS_ANSWER(status));
}

/* Passes bytes of the answer to the HTTP reader. */
static void call_feed(tcx_call *call, const unsigned char *bytes, size_t length)
{
    size_t used;
    tcx_status status = tcx_http_feed(&call->http, bytes, length, &used);

    tcx_call_trace(call, TCX_EVENT_RECEIVED, (uint32_t)length);
    call->surplus = used < length;
    if (tcx_http_is_final(&call->http))
        call->state = CALL_RECEIVING; /* if the request is not sent yet, sending ends here */
    call_reader_returned(call, status);
}

static int call_has_received(int received)
{
    return received > 0 && received <= CALL_SCRATCH;
}

/*
 * Checks for an answer before the request is sent, and returns the result of recv. The bytes go into a scratch buffer,
 * because the piece to send may be where the body will be. If a kept connection sends bytes now, the peer gave it up
 * before it saw the request.
 */
static int call_check_answer(tcx_call *call)
{
    const tcx_transport *transport = call->config->transport;
    unsigned char scratch[CALL_SCRATCH];
    int result = transport->recv(transport->context, scratch, sizeof scratch);

    if (call_has_received(result) && call->reused)
        call_connection_lost(call, TCX_E_CLOSED);
    else if (call_has_received(result))
        call_feed(call, scratch, (size_t)result);
    return result;
}

/*
 * Returns 1 if the connection can still send after recv returned `received`. A peer that sends no more may still read.
 */
static int call_can_send(int received)
{
    return tcx_must_wait(received) || received == TCX_CLOSED || received == TCX_CLOSED_CLEAN;
}

/*
 * Prepares the next bytes to send. The last ones are sent only once the whole request is known to be what was signed.
 */
static void call_compose(tcx_call *call)
{
    const tcx_transport *transport = call->config->transport;
    unsigned char *piece = NULL;
    size_t room = 0;

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
        call_fail(call, TCX_E_SOURCE);
    }
}

/*
 * Handles a failed send. Bytes received before it decide, because the peer may have answered and closed. (This many
 * checks are enough for a status line that arrives byte by byte.)
 */
static void call_send_failed(tcx_call *call, int sent)
{
    const tcx_status status = call_get_failure(call, sent, TCX_E_SEND);
    const int detail = call->detail;
    int checks = CALL_TURNS;

    if (status == TCX_E_TRANSPORT_CONTRACT) {
        if (call->last && detail > 0)
            call_request_sent(call); /* nobody knows what such a transport has sent */
        call_fail(call, status);
        return;
    }
    call->detail = 0;
    while (call->state == CALL_SENDING && checks-- > 0 && call_has_received(call_check_answer(call)))
        ;
    if (call->state == CALL_SENDING) {
        call->detail = detail;
        call_connection_lost(call, status);
    }
}

/*
 * Checks for an answer, then sends from the piece. Before the first piece, no answer is expected. The piece is prepared
 * after the check, because it may be in the memory that receives bytes.
 */
static int call_send_piece(tcx_call *call)
{
    const tcx_transport *transport = call->config->transport;
    int received = 0, sent;

    if (call->piece != NULL) {
        received = call_check_answer(call);
        if (call_has_received(received))
            return 1;
        if (!call_can_send(received))
            return call_transport_blocked(call, received, TCX_E_SEND);
    }
    if (call->piece_length == 0) {
        call_compose(call);
        if (call->state != CALL_SENDING)
            return 1;
    }
    sent = transport->send(transport->context, call->piece, call->piece_length);
    if (sent > 0 && (size_t)sent <= call->piece_length) {
        tcx_call_trace(call, TCX_EVENT_SENT, (uint32_t)sent);
        call->piece += sent;
        call->piece_length -= (size_t)sent;
        if (call->piece_length == 0 && call->last)
            call_request_sent(call);
    } else if (!tcx_must_wait(sent)) {
        call_send_failed(call, sent);
    } else if (received != 0) {
        if (sent != TCX_AGAIN && received != TCX_AGAIN) /* only recv decides about READ */
            call->wants = (uint8_t)((call_get_wants(sent) & TCX_WRITE) | call_get_wants(received));
        return 0;
    }
    return 1;
}

/*
 * Receives bytes into the space after the body and reads them there. If little space is left, they go into a scratch
 * buffer, so that the end of the framing can still come after a body that fits exactly.
 */
static int call_receive(tcx_call *call)
{
    const tcx_transport *transport = call->config->transport;
    tcx_http *http = &call->http;
    unsigned char scratch[CALL_SCRATCH];
    unsigned char *bytes = http->body + http->body_length;
    size_t room = (size_t)(http->body_capacity - http->body_length);
    int result;

    if (room < sizeof scratch) {
        bytes = scratch;
        room = sizeof scratch;
    } else if (room > TCX_TRANSFER_MAX) {
        room = TCX_TRANSFER_MAX;
    }
    result = transport->recv(transport->context, bytes, room);
    if (result > 0 && (size_t)result <= room)
        call_feed(call, bytes, (size_t)result);
    else if (result == TCX_CLOSED || result == TCX_CLOSED_CLEAN)
        call_reader_returned(call, tcx_http_end(http, result == TCX_CLOSED_CLEAN));
    else
        return call_transport_blocked(call, result, TCX_E_RECEIVE);
    return 1;
}

/* Waits for the next attempt. It does not begin after the deadline. */
static int call_wait_to_retry(tcx_call *call)
{
    if (tcx_call_time_until(call, call->wake) != 0 || tcx_call_time_until(call, call->deadline) == 0)
        return 0;
    call_start_attempt(call);
    return 1;
}

static int call_advance(tcx_call *call)
{
    switch (call->state) {
    case CALL_PACING:
        return call_pace(call);
    case CALL_OPENING:
        return call_open_link(call);
    case CALL_SENDING:
        return call_send_piece(call);
    case CALL_RECEIVING:
        return call_receive(call);
    case CALL_RETRYING:
        return call_wait_to_retry(call);
    default:
        return 0;
    }
}

tcx_status tcx_call_step(tcx_call *call, uint32_t now)
{
    int turns = CALL_TURNS, is_late;
    uint32_t elapsed;

    if (call == NULL || call->config == NULL)
        return TCX_E_NULL;
    if (call->state == CALL_ENDED)
        return call->status;
    elapsed = tcx_tick_elapsed(call->tick, now);
    call->now = elapsed < UINT32_MAX - call->now ? call->now + elapsed : UINT32_MAX; /* it never goes back */
    call->tick = now;
    call->wants = 0;
    is_late = tcx_call_time_until(call, call->deadline) == 0;
    if (is_late && call->ambiguous && call->state != CALL_RECEIVING)
        turns = 0; /* after the deadline, a retry could run the function a second time */
    while (turns > 0 && call_advance(call))
        turns--;
    if (call->state == CALL_PACING || call->state == CALL_RETRYING)
        call->wants = TCX_TIME;
    if (call->state != CALL_ENDED && is_late && (turns > 0 || call->state != CALL_RECEIVING))
        call_abort(call, TCX_E_DEADLINE);
    return call->status;
}

int64_t tcx_call_unix_time(const tcx_call *call)
{
    return call->config->unix_time + call->now / 1000;
}

unsigned tcx_call_wants(const tcx_call *call)
{
    return call->wants;
}

uint32_t tcx_call_time_left(const tcx_call *call, uint32_t now)
{
    const uint32_t since = tcx_tick_elapsed(call->tick, now);
    uint32_t left = tcx_call_time_until(call, call->deadline);

    if (call->wants == TCX_TIME && tcx_call_time_until(call, call->wake) < left)
        left = tcx_call_time_until(call, call->wake);
    return left > since ? left - since : 0;
}

void tcx_call_cancel(tcx_call *call)
{
    if (call != NULL && call->state != CALL_ENDED)
        call_abort(call, TCX_E_CANCELLED);
}
