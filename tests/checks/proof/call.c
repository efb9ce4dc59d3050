/*
 * units:  tcx_call tcx_connection
 * bounds: any call between two turns, then one turn over any transport at any time, with up to 2 looks after a failed
 *   send, or a failed send with all of its looks; steps at any tick, with 3 deadlines at 2 to 4 times; buffers of 1, 66
 *   and 16385 bytes, pieces of 0 to 3 and 16384, texts of 0 to 2; replaced: message, readers of HTTP and answer,
 *   retries, rate limit
 * eva:    -eva-slevel 100000 -eva-split-return full
 *   -eva-slevel-function one_turn:0,one_failure:0,one_step:0,one_time:0,set_any_config:0,tcx_message_init:0
 */
#include "crypto.h"
#include "tcx_calendar.h"

#include "tcx_call.c"

enum { BUFFER = TCX_TRANSFER_MAX + 1, TEXT = 2, SIX_DAYS = 518400000 };

#define maybe(pointer) (either(0, 1) ? (pointer) : NULL)

static unsigned char buffer[BUFFER], composed[BUFFER];
static char text[TEXT];
static tcx_call call;
static tcx_connection connection;
static int transfers;                /* that the transport makes before it has nothing to do */
static int is_busy;                  /* the peer sends, byte by byte, an answer that does not end */
static int is_up;                    /* the transport was opened, or kept, and not closed */
static int is_taken;                 /* the transport took the request's last byte */
static int may_be_taken;             /* it did, or broke its contract and may have */
static const unsigned char *offered; /* where the transport lets the next bytes be composed. They are sent at once */

static void writes(void *data, size_t length)
{
    if (length > 0)
        Frama_C_make_unknown(data, length);
}

/* What holds before and after each turn, and after tcx_call_begin(). */
static void see(const tcx_call *call)
{
    //@ assert call->state <= CALL_RETRYING;
    //@ assert call->state == CALL_ENDED <==> call->status != TCX_PENDING;
    //@ assert call->state == CALL_SENDING || call->state == CALL_RECEIVING ==> call->opened == 1;
    /*@ assert call->state != CALL_SENDING && call->state != CALL_RECEIVING && call->state != CALL_OPENING ==>
          call->opened == 0; */
    //@ assert call->state != CALL_ENDED ==> call->peer.port > 0;
    //@ assert call->state != CALL_ENDED ==> call->message.status == TCX_OK;
    //@ assert call->http.body_length <= call->http.body_capacity;
    //@ assert call->response.result.bytes != \null ==> call->status == TCX_OK;
    (void)call;
}

/* The piece that is sent. An empty one: the next is not composed yet, and it is not the last. */
static void see_piece(const tcx_call *call)
{
    //@ assert call->state == CALL_SENDING ==> call->piece_length <= TCX_TRANSFER_MAX;
    //@ assert call->state == CALL_SENDING ==> \valid_read(call->piece + (0 .. call->piece_length - 1));
    //@ assert call->state == CALL_SENDING && call->piece_length == 0 ==> call->last == 0;
    (void)call;
}

/* The outcome. It is NOT_SENT before the request was sent. Only an answer makes it ANSWERED. */
static void see_outcome(const tcx_call *call)
{
    const int is_success = call->status == TCX_OK || call->status == TCX_E_JSON_UTF8;
    const int is_answered = is_success || call->status == TCX_E_API;

    //@ assert CALL_PACING <= call->state <= CALL_SENDING ==> call->outcome == TCX_NOT_SENT && call->http.status < 200;
    //@ assert CALL_PACING <= call->state <= CALL_SENDING ==> call->http.body_length == 0;
    //@ assert call->state == CALL_RECEIVING ==> call->outcome != TCX_ANSWERED;
    /*@ assert call->state == CALL_RECEIVING && call->outcome == TCX_NOT_SENT ==>
          call->http.status >= 200 && !call->reused; */
    //@ assert call->state == CALL_RETRYING && call->outcome == TCX_MAYBE_EXECUTED ==> call->ambiguous == 1;
    //@ assert call->ambiguous && call->status < 0 && !is_success ==> call->outcome == TCX_MAYBE_EXECUTED;
    //@ assert call->state == CALL_ENDED && is_answered && !call->ambiguous ==> call->outcome == TCX_ANSWERED;
    //@ assert is_success ==> call->outcome == TCX_ANSWERED;
    //@ assert call->outcome == TCX_ANSWERED ==> call->http.status >= 200;
    (void)call;
    (void)is_success;
    (void)is_answered;
}

/* The transport is used only while it is open. It is closed once, unless the connection is kept. */
static void see_link(const tcx_call *call)
{
    //@ assert is_up == (call->opened || connection.open);
    //@ assert !call->opened || !connection.open;
    (void)call;
}

/* Not TCX_E_API and TCX_E_JSON_UTF8, which only a whole answer says. */
static tcx_status any_failure(void)
{
    return (tcx_status)(either(0, 1) ? any(TCX_E_API + 1, TCX_E_JSON_UTF8 - 1) : any(TCX_E_JSON_UTF8 + 1, -1));
}

/* The caller's mistake. */
static tcx_status any_mistake(void)
{
    return (tcx_status)any(TCX_E_CONNECT + 1, -1);
}

/* In place of the message: there is at least a byte before the end, or a failure. An error of the source stays. */

tcx_status tcx_message_init(tcx_message *message, const tcx_request *request, tcx_signer *signer)
{
    (void)signer;
    memset(message, 0, sizeof *message);
    message->detail = any(INT32_MIN, INT32_MAX);
    if (either(0, 1))
        return any_mistake();
    message->request = request;
    message->host.name = any_text(text, each(0, TEXT), 0);
    message->host.port = (uint16_t)any(0, UINT16_MAX);
    return TCX_OK;
}

tcx_status tcx_message_sign(tcx_message *message, int64_t unix_time, uint32_t repeats)
{
    (void)repeats;
    message->detail = any(INT32_MIN, INT32_MAX);
    if (unix_time < 0 || unix_time > TCX_TIME_MAX || either(0, 1)) {
        message->status = either(0, 1) ? TCX_E_SOURCE : message->status;
        return any_mistake();
    }
    message->timestamp = (uint64_t)unix_time;
    return TCX_OK;
}

void tcx_message_begin_wire(tcx_message *message)
{
    (void)message;
}

size_t tcx_message_read(tcx_message *message, void *out, size_t capacity)
{
    size_t which = each(0, 2);

    writes(out, capacity);
    if (message->status != TCX_OK || either(0, 1)) {
        message->status = any_mistake();
        message->detail = any(INT32_MIN, INT32_MAX);
        return any(0, capacity);
    }
    if (which == 0 && capacity > 1)
        return 1;
    return which == 1 && capacity > 2 ? capacity / 2 : capacity;
}

int tcx_message_at_end(tcx_message *message)
{
    return message->status == TCX_OK && either(0, 1);
}

/* In place of the reader of HTTP. */

static void set_http(tcx_http *http, int low, int high)
{
    http->status = (uint16_t)any(low, high);
    http->date_length = (uint8_t)any(0, sizeof http->date);
    writes(http->date, sizeof http->date);
}

void tcx_http_init(tcx_http *http, void *body, size_t capacity)
{
    memset(http, 0, sizeof *http);
    http->body = body;
    http->body_capacity = (uint32_t)capacity;
}

tcx_status tcx_http_feed(tcx_http *http, const void *bytes, size_t length, size_t *used)
{
    enum { WRONG_HEAD, HEAD, BODY, WHOLE, WRONG };
    const size_t what = is_busy ? BODY : each(http->status >= 200 ? BODY : WRONG_HEAD, WRONG);

    //@ assert length > 0;
    reads(bytes, length);
    *used = length;
    if (what == WRONG_HEAD || what == HEAD) {
        set_http(http, 0, 199);
    } else {
        set_http(http, 200, 999);
        writes(http->body, http->body_capacity);
        http->body_length = (uint32_t)any(http->body_length, http->body_capacity);
    }
    if (what == HEAD || what == BODY)
        return TCX_PENDING;
    *used = any(0, length);
    return what == WHOLE ? TCX_OK : (tcx_status)any(TCX_E_HTTP_BODY_TOO_LARGE, TCX_E_HTTP_SYNTAX);
}

tcx_status tcx_http_end(tcx_http *http, int clean)
{
    (void)clean;
    return http->status < 200 || either(0, 1) ? TCX_E_CLOSED : TCX_OK;
}

tcx_status tcx_http_refusal(const tcx_http *http)
{
    //@ assert http->status >= 200 && http->status != 200;
    (void)http;
    return (tcx_status)either(TCX_E_HTTP_REDIRECT, TCX_E_HTTP_STATUS);
}

int tcx_http_keeps_alive(const tcx_http *http)
{
    (void)http;
    return either(0, 1);
}

/* In place of the reader of the answer. */

void tcx_response_partial(const tcx_http *http, tcx_response *response)
{
    reads(http->body, http->body_length);
    memset(response, 0, sizeof *response);
    response->http_status = http->status;
    if (either(0, 1)) {
        response->date.bytes = http->date;
        response->date.length = http->date_length;
    }
}

tcx_status tcx_response_read(tcx_http *http, tcx_response *response, int *detail)
{
    size_t what = each(0, 3);

    //@ assert http->status >= 200;
    tcx_response_partial(http, response);
    writes(http->body, http->body_capacity);
    *detail = any(0, INT_MAX);
    if (what == 0) {
        response->result.bytes = (const char *)http->body;
        response->result.length = http->body_length;
        return TCX_OK;
    }
    if (what == 1)
        return any_failure();
    if (what == 2)
        return TCX_E_JSON_UTF8;
    response->error_code.bytes = (const char *)http->body;
    response->error_code.length = http->body_length;
    return TCX_E_API;
}

/* Any transport. */

/* What it returns when it fails or waits: any of its numbers, too. */
static int no_transfer(size_t length)
{
    return each(0, 1) ? any(INT32_MIN, 0) : any((int)length + 1, INT32_MAX);
}

/* Whether the transport has made all the transfers that it makes. */
static int is_idle(void)
{
    if (is_busy || transfers > 0) {
        transfers--;
        return 0;
    }
    return 1;
}

static int dial(void *context, const tcx_peer *peer)
{
    (void)context;
    reads(peer->name.bytes, peer->name.length);
    reads(peer->address.bytes, peer->address.length);
    //@ assert peer->port > 0;
    //@ assert !connection.open && offered == \null;
    is_up = 1;
    if (is_idle())
        return TCX_WANT_READ;
    return each(0, 1) ? 1 : no_transfer(1);
}

static int send_bytes(void *context, const void *bytes, size_t length)
{
    size_t sent = each(0, 4);

    (void)context;
    //@ assert is_up == 1 && (offered == \null || offered == bytes);
    //@ assert 1 <= length <= TCX_TRANSFER_MAX;
    offered = NULL;
    reads(bytes, length);
    if (is_idle())
        return TCX_WANT_WRITE;
    if (sent == 0)
        return any(INT32_MIN, 0);
    if (sent == 1 && length > 2)
        return 1;
    if (sent == 2 && length > 1)
        return (int)length / 2;
    if (call.last)
        may_be_taken = 1;
    if (sent == 3)
        return any((int)length + 1, INT32_MAX);
    if (call.last)
        is_taken = 1;
    return (int)length;
}

static int receive_bytes(void *context, void *bytes, size_t length)
{
    (void)context;
    //@ assert is_up == 1 && offered == \null;
    //@ assert 1 <= length <= TCX_TRANSFER_MAX;
    writes(bytes, length);
    if (is_idle())
        return TCX_WANT_READ;
    if (is_busy)
        return 1;
    return each(0, 1) ? any(1, (int)length) : no_transfer(length);
}

static void close_link(void *context)
{
    (void)context;
    //@ assert is_up == 1;
    is_up = 0;
    offered = NULL;
}

static unsigned char *compose_there(void *context, size_t *length)
{
    static const size_t rooms[] = { 0, 1, BUFFER };
    size_t room = rooms[each(0, 2)];

    (void)context;
    *length = room;
    if (either(0, 1))
        return NULL;
    if (room > 0)
        offered = composed + (BUFFER - room);
    return composed + (BUFFER - room);
}

static tcx_status better_status(void *context, int *detail)
{
    (void)context;
    if (call.last)
        may_be_taken = 1;
    *detail = any(INT32_MIN, INT32_MAX);
    switch (each(0, 4)) { /* around those that only an answer says */
    case 0:
        return TCX_E_API;
    case 1:
        return TCX_E_JSON_UTF8;
    case 2:
        return (tcx_status)any(INT32_MIN, TCX_E_API - 1);
    case 3:
        return (tcx_status)any(TCX_E_API + 1, TCX_E_JSON_UTF8 - 1);
    default:
        return (tcx_status)any(TCX_E_JSON_UTF8 + 1, INT32_MAX);
    }
}

static void see_event(void *context, tcx_event event, uint32_t number)
{
    (void)context;
    (void)event;
    (void)number;
}

/* Any rule of retries, any rate limit: what again.c and rate.c say of them, and no more. */

static int again(const tcx_retry *retry, tcx_call *call, tcx_status *status)
{
    (void)retry;
    if (call->outcome == TCX_MAYBE_EXECUTED && call->deadline > SIX_DAYS && either(0, 1))
        call->deadline = SIX_DAYS;
    call->wake = any_uint32();
    if (either(0, 1) || call->wake < call->now || call->wake >= call->deadline ||
        (call->outcome == TCX_ANSWERED ? *status != TCX_E_API : *status > TCX_E_CONNECT)) {
        if (call->ambiguous && *status == TCX_E_API && either(0, 1))
            *status = TCX_E_RESULT_LOST;
        return 0;
    }
    call->jitter = any_uint32();
    if (call->outcome == TCX_MAYBE_EXECUTED)
        call->ambiguous = 1;
    if (call->outcome == TCX_ANSWERED) {
        call->corrected = (uint8_t)any(0, 1);
        call->peer.correction = Frama_C_long_long_interval(-TCX_TIME_MAX - UINT32_MAX, TCX_TIME_MAX);
    }
    call->state = CALL_RETRYING;
    return 1;
}

static uint32_t wait(tcx_rate *rate, uint32_t now)
{
    (void)rate;
    (void)now;
    return Frama_C_unsigned_int_interval(0, 1999);
}

static const tcx_transport plain = { NULL, dial, send_bytes, receive_bytes, close_link, NULL, NULL };
static const tcx_transport layer = { NULL, dial, send_bytes, receive_bytes, close_link, compose_there, better_status };
static const tcx_trace trace = { see_event, NULL };
static const tcx_retry retry = { .again = again };
static tcx_rate rate = { .wait = wait };
static const tcx_scheme scheme = { NULL, &br_sha256_vtable };
static tcx_signer signer = { .scheme = &scheme };

/* A configuration with all that is optional, or with nothing of it. */
static void set_config(tcx_call_config *config, int all, size_t size)
{
    memset(config, 0, sizeof *config);
    config->transport = all ? &layer : &plain;
    config->signer = &signer;
    config->buffer = buffer + (BUFFER - size);
    config->buffer_size = size;
    config->unix_time = any_int64();
    config->clock_floor = any_int64();
    config->timeout = any_uint32();
    config->jitter = any_uint32();
    config->port = (uint16_t)any(0, UINT16_MAX);
    tcx_connection_init(&connection, any_uint32());
    if (!all)
        return;
    config->address = any_text(text, TEXT, 0);
    config->connection = &connection;
    config->retry = &retry;
    config->rate = &rate;
    config->trace = &trace;
    connection.idle_since = any_uint32();
    Frama_C_make_unknown((char *)connection.peer, sizeof connection.peer);
}

/*
 * Any call in this state. `count`: bytes of the piece that is sent, or of the body that is there. `is_early`: an answer
 * comes before the request was sent. A connection is kept by the configuration, or used by the call, or neither.
 */
static void set_call(const tcx_call_config *config, uint8_t state, size_t count, int is_early)
{
    const int has_link = state == CALL_SENDING || state == CALL_RECEIVING || (state == CALL_OPENING && each(0, 1));

    memset(&call, 0, sizeof call);
    call.config = config;
    call.status = TCX_PENDING;
    call.detail = any(INT32_MIN, INT32_MAX);
    call.attempts = any_uint32();
    call.state = state;
    call.wants = (uint8_t)any(0, UINT8_MAX);
    call.opened = (uint8_t)has_link;
    call.reused = (uint8_t)(is_early ? 0 : any(0, 1));
    call.corrected = (uint8_t)any(0, 1);
    call.ambiguous = (uint8_t)any(0, 1);
    call.surplus = (uint8_t)any(0, 1);
    call.tick = any_uint32();
    call.now = any_uint32();
    call.deadline = any_uint32();
    call.wake = any_uint32();
    call.attempt_began = any_uint32();
    call.jitter = any_uint32();
    call.peer.correction = Frama_C_long_long_interval(-TCX_TIME_MAX - UINT32_MAX, TCX_TIME_MAX);
    call.message.timestamp = Frama_C_unsigned_long_long_interval(0, TCX_TIME_MAX);
    call.peer.name = any_text(text, state == CALL_OPENING ? each(0, TEXT) : TEXT, 0);
    call.peer.address = call.peer.name;
    call.peer.port = (uint16_t)any(1, UINT16_MAX);
    tcx_http_init(&call.http, config->buffer, config->buffer_size);
    if (state == CALL_SENDING) {
        call.piece = count > 0 || each(0, 1) ? buffer + (BUFFER - count) : NULL;
        call.piece_length = count;
        call.last = (uint8_t)(count > 0 ? any(0, 1) : 0);
        set_http(&call.http, 0, 199);
    }
    if (state == CALL_RECEIVING) {
        call.last = (uint8_t)any(0, 1);
        call.outcome = is_early ? TCX_NOT_SENT : TCX_MAYBE_EXECUTED;
        call.http.body_length = (uint32_t)count;
        if (is_early || count > 0 || each(0, 1))
            set_http(&call.http, 200, 999);
    }
    if (state == CALL_RETRYING) {
        call.outcome = (tcx_outcome)each(TCX_NOT_SENT, TCX_ANSWERED);
        if (call.outcome == TCX_MAYBE_EXECUTED)
            call.ambiguous = 1;
        if (call.outcome == TCX_ANSWERED || each(0, 1))
            set_http(&call.http, 200, 999);
    }
    if (config->connection != NULL)
        connection.open = (uint8_t)(!has_link && each(0, 1));
    is_up = has_link || connection.open;
    is_taken = may_be_taken = 0;
}

/* All that a call leaves, so that the next one begins with one state. */
static void forget(void)
{
    memset(&call, 0, sizeof call);
    memset(&connection, 0, sizeof connection);
    Frama_C_make_unknown((char *)buffer, sizeof buffer);
    Frama_C_make_unknown((char *)composed, sizeof composed);
    Frama_C_make_unknown(text, sizeof text);
    transfers = is_busy = is_up = is_taken = may_be_taken = 0;
    offered = NULL;
}

static void see_all(void)
{
    see(&call);
    see_piece(&call);
    see_outcome(&call);
    see_link(&call);
}

static void turn(int all, size_t size, uint8_t state, size_t count, int is_early)
{
    const int is_sent = state == CALL_RECEIVING && !is_early;
    tcx_call_config config;
    int was_kept;

    set_config(&config, all, size);
    config.unix_time = Frama_C_long_long_interval(0, TCX_TIME_MAX);
    set_call(&config, state, count, is_early);
    was_kept = connection.open;
    see_all();
    is_busy = 0;
    transfers = 4;
    call_advance(&call);
    see_all();
    //@ assert is_taken ==> call.outcome == TCX_MAYBE_EXECUTED && call.state == CALL_RECEIVING;
    //@ assert state == CALL_SENDING && call.outcome == TCX_MAYBE_EXECUTED ==> may_be_taken || call.ambiguous;
    //@ assert call.status == TCX_OK ==> is_sent;
    //@ assert connection.open ==> was_kept || is_sent;
    (void)is_sent;
    (void)was_kept;
}

/* A send failed: as many looks as there may be, however much comes. */
static void failure_to_send(int all, int sent)
{
    tcx_call_config config;

    set_config(&config, all, 1);
    config.unix_time = Frama_C_long_long_interval(0, TCX_TIME_MAX);
    set_call(&config, CALL_SENDING, 1, 0);
    is_busy = 0;
    transfers = INT32_MAX;
    call_send_failed(&call, sent);
    see_all();
    //@ assert call.state != CALL_SENDING;
}

/* A step whose transport has nothing to do, and what may be asked between two steps. */
static void step(int all, uint8_t state)
{
    tcx_call_config config;

    set_config(&config, all, 1);
    config.unix_time = Frama_C_long_long_interval(0, TCX_TIME_MAX);
    set_call(&config, state, 1, 0);
    is_busy = 0;
    transfers = 0;
    (void)tcx_call_step(&call, any_uint32());
    see_all();
    tcx_call_wants(&call);
    tcx_call_time_left(&call, any_uint32());
    tcx_call_unix_time(&call);
    tcx_call_cancel(&call);
    see_all();
    //@ assert call.state == CALL_ENDED;
    (void)tcx_call_step(&call, any_uint32());
    tcx_connection_close(&connection, config.transport);
    //@ assert is_up == 0;
}

/* The call's own time, at any tick. It never goes back. After the deadline only an answer that comes is read on. */
static void at_time(uint8_t state, uint32_t deadline, uint32_t now, int is_endless)
{
    static const uint32_t ticks[] = { 0, 1, TCX_TIMEOUT_MAX + 1 };
    tcx_call_config config;

    set_config(&config, 1, 1);
    config.unix_time = Frama_C_long_long_interval(0, TCX_TIME_MAX);
    set_call(&config, state, 0, 0);
    call.tick = 0;
    call.now = now;
    call.deadline = deadline;
    call.wake = now < deadline ? Frama_C_unsigned_int_interval(now, deadline - 1) : now;
    is_busy = is_endless;
    transfers = 0;
    (void)tcx_call_step(&call, any_uint32());
    see_all();
    //@ assert call.now >= now;
    //@ assert call.deadline <= deadline;
    //@ assert call.state == CALL_RETRYING ==> call.wake < call.deadline;
    //@ assert call.state == CALL_PACING ==> call.wake < call.deadline + 2000;
    //@ assert call.state != CALL_ENDED && !is_endless ==> call.now < call.deadline;
    //@ assert call.state != CALL_ENDED && call.now >= call.deadline ==> call.state == CALL_RECEIVING;
    call.tick = 1;
    for (size_t i = 0; i < COUNT(ticks); i++) {
        uint32_t left = tcx_call_time_left(&call, ticks[i]);

        //@ assert call.wants != TCX_TIME ==> left <= deadline;
        (void)left;
    }
}

/* Any configuration at all: each pointer is set or not. */
static void set_any_config(tcx_call_config *config, tcx_transport *transport)
{
    static const tcx_retry no_retry;
    static const tcx_trace no_trace;
    static tcx_connection no_connection;
    static tcx_rate no_rate;

    set_config(config, 1, any(0, BUFFER));
    *transport = layer;
    transport->open = maybe(dial);
    transport->send = maybe(send_bytes);
    transport->recv = maybe(receive_bytes);
    transport->close = maybe(close_link);
    config->transport = maybe(transport);
    config->buffer = maybe(buffer);
    config->address = any_text(text, TEXT, 1);
    config->connection = maybe(either(0, 1) ? &connection : &no_connection);
    config->retry = maybe(either(0, 1) ? &retry : &no_retry);
    config->rate = maybe(either(0, 1) ? &rate : &no_rate);
    config->trace = maybe(either(0, 1) ? &trace : &no_trace);
}

/* A call is begun, and again, perhaps while it is under way. */
static void begin(void)
{
    tcx_call_config config;
    tcx_transport transport;
    tcx_request request;

    memset(&call, 0, sizeof call);
    set_any_config(&config, &transport);
    (void)tcx_call_step(&call, any_uint32());
    for (int i = 0; i < 2; i++) {
        if (tcx_call_begin(&call, maybe(&config), &request, either(0, UINT32_MAX)) == TCX_OK) {
            see_all();
            //@ assert call.now == 0 && 1 <= call.deadline <= TCX_TIMEOUT_MAX;
        }
    }
    //@ assert call.state == CALL_ENDED ==> call.outcome == TCX_NOT_SENT;
    (void)tcx_call_begin(NULL, &config, &request, any_uint32());
    (void)tcx_call_step(NULL, any_uint32());
    tcx_call_cancel(NULL);
}

/* All paths end in these, so that the next call begins with one state. */

static void one_turn(int all, size_t size, uint8_t state, size_t count, int is_early)
{
    turn(all, size, state, count, is_early);
    forget();
}

static void one_failure(int all, int sent)
{
    failure_to_send(all, sent);
    forget();
}

static void one_step(int all, uint8_t state)
{
    step(all, state);
    forget();
}

static void one_time(uint8_t state, uint32_t deadline, uint32_t now, int is_endless)
{
    at_time(state, deadline, now, is_endless);
    forget();
}

static void turns(int all)
{
    static const size_t sizes[] = { 1, CALL_SCRATCH + 2, BUFFER }, pieces[] = { 0, 1, 2, 3, TCX_TRANSFER_MAX };
    static const size_t rooms[] = { 0, 1, CALL_SCRATCH - 1, CALL_SCRATCH, CALL_SCRATCH + 1, TCX_TRANSFER_MAX, BUFFER };

    for (size_t i = 0; i < COUNT(sizes); i++) {
        one_turn(all, sizes[i], CALL_OPENING, 0, 0);
        for (size_t j = 0; j < COUNT(rooms) && rooms[j] <= sizes[i]; j++) {
            one_turn(all, sizes[i], CALL_RECEIVING, sizes[i] - rooms[j], 0);
            one_turn(all, sizes[i], CALL_RECEIVING, sizes[i] - rooms[j], 1);
        }
    }
    for (size_t i = 0; i < COUNT(pieces); i++)
        one_turn(all, 1, CALL_SENDING, pieces[i], 0);
    if (all) {
        one_turn(all, 1, CALL_PACING, 0, 0);
        one_turn(all, 1, CALL_RETRYING, 0, 0);
    }
}

static void times(uint32_t deadline)
{
    for (uint8_t state = CALL_PACING; state <= CALL_RETRYING; state++) {
        one_time(state, deadline, 0, 0);
        one_time(state, deadline, deadline - 1, 0);
    }
    one_time(CALL_RECEIVING, deadline, 0, 1);
    one_time(CALL_RECEIVING, deadline, deadline - 1, 1);
    one_time(CALL_RECEIVING, deadline, deadline, 1);
    one_time(CALL_RECEIVING, deadline, UINT32_MAX - 1, 1);
}

int main(void)
{
    static const uint32_t deadlines[] = { 1, TCX_TIMEOUT_DEFAULT, TCX_TIMEOUT_MAX };

    begin();
    forget();
    for (int all = 0; all <= 1; all++) {
        turns(all);
        one_failure(all, -1);
        for (uint8_t state = all ? CALL_PACING : CALL_OPENING; state <= (all ? CALL_RETRYING : CALL_RECEIVING); state++)
            one_step(all, state);
    }
    one_failure(1, 0);
    one_failure(1, 2);
    one_failure(1, TCX_CLOSED);
    for (size_t i = 0; i < COUNT(deadlines); i++)
        times(deadlines[i]);
    return 0;
}
