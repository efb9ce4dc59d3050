/*
 * units:  tcx_call tcx_connection
 * bounds: any call between two turns, then one turn over any transport at any tick; buffers of 1, 66 and 16385 bytes,
 *   pieces of 1 to 3 and 16384, texts of 0 to 2; replaced: message, readers of HTTP and answer, retries, rate limit
 * eva:    -eva-slevel 100000 -eva-split-return full
 *   -eva-slevel-function one_turn:0,one_step:0,set_any_config:0,tcx_message_init:0,tcx_http_feed:0,tcx_response_read:0
 */
#include "any.h"
#include "tcx_calendar.h"

#include "tcx_call.c"

enum { BUFFER = TCX_TRANSFER_MAX + 1, TEXT = 2 };

#define maybe(pointer) (either(0, 1) ? (pointer) : NULL)

static unsigned char buffer[BUFFER], composed[BUFFER];
static char text[TEXT];
static int transfers; /* that the transport makes before it has nothing to do; a turn makes two at most */

static void writes(void *data, size_t length)
{
    if (length > 0)
        Frama_C_make_unknown(data, length);
}

/* What holds before and after each turn. */
static void see(const tcx_call *call)
{
    //@ assert call->state == ENDED <==> call->status != TCX_PENDING;
    //@ assert call->state == SENDING ==> 1 <= call->piece_length <= TCX_TRANSFER_MAX;
    //@ assert call->state == SENDING ==> \valid_read(call->piece + (0 .. call->piece_length - 1));
    //@ assert call->state != ENDED ==> call->peer.port > 0;
    //@ assert call->http.body_length <= call->http.body_capacity;
    (void)call;
}

static tcx_status any_failure(void)
{
    return (tcx_status)any(INT32_MIN, -1);
}

/* In place of the message: there is at least a byte before the end, or a failure. */

tcx_status tcx_message_init(tcx_message *message, const tcx_request *request, tcx_signer *signer, int64_t unix_time,
                            uint32_t repeats)
{
    (void)signer;
    (void)repeats;
    memset(message, 0, sizeof *message);
    message->detail = any(INT32_MIN, INT32_MAX);
    if (unix_time < 0 || unix_time > TCX_TIME_MAX || either(0, 1))
        return any_failure();
    message->request = request;
    message->host.name = any_text(text, each(0, TEXT), 0);
    message->host.port = (uint16_t)any(0, UINT16_MAX);
    return TCX_OK;
}

void tcx_message_begin_wire(tcx_message *message)
{
    message->status = TCX_OK;
}

size_t tcx_message_read(tcx_message *message, void *out, size_t capacity)
{
    writes(out, capacity);
    if (either(0, 1)) {
        message->status = any_failure();
        message->detail = any(INT32_MIN, INT32_MAX);
        return any(0, capacity);
    }
    return any(1, capacity);
}

int tcx_message_at_end(tcx_message *message)
{
    return message->status == TCX_OK && either(0, 1);
}

/* In place of the reader of HTTP. */

static void set_http(tcx_http *http)
{
    http->status = (uint16_t)any(0, 999);
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
    //@ assert length > 0;
    reads(bytes, length);
    writes(http->body, http->body_capacity);
    http->body_length = (uint32_t)any(http->body_length, http->body_capacity);
    set_http(http);
    *used = length;
    if (either(0, 1))
        return TCX_PENDING;
    *used = any(0, length);
    return either(0, 1) ? TCX_OK : (tcx_status)any(TCX_E_HTTP_BODY_TOO_LARGE, TCX_E_HTTP_SYNTAX);
}

tcx_status tcx_http_end(tcx_http *http, int clean)
{
    (void)http;
    (void)clean;
    return (tcx_status)either(TCX_OK, TCX_E_CLOSED);
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

tcx_status tcx_response_read(tcx_http *http, tcx_token *room, size_t token_count, tcx_response *response)
{
    tcx_response_partial(http, response);
    writes(http->body, http->body_length);
    writes(room, token_count * sizeof *room);
    if (either(0, 1)) {
        response->error_code.bytes = (const char *)http->body;
        response->error_code.length = http->body_length;
    }
    return either(0, 1) ? TCX_OK : any_failure();
}

/* Any transport. */

static int transfer(size_t length)
{
    static const int defined[] = { TCX_AGAIN, TCX_WANT_READ, TCX_WANT_WRITE, TCX_CLOSED, TCX_CLOSED_CLEAN };
    size_t which = each(0, 11);

    if (transfers-- <= 0)
        return TCX_WANT_READ;
    switch (which) {
    case 0:
        return any(INT32_MIN, TCX_CLOSED_CLEAN - 1);
    case 1:
        return any(TCX_AGAIN + 1, -1);
    case 2:
        return 0;
    case 3:
        return 1;
    case 4:
        return (int)length / 2;
    case 5:
        return (int)length;
    case 6:
        return any((int)length + 1, INT32_MAX);
    default:
        return defined[which - 7];
    }
}

static int dial(void *context, const tcx_peer *peer)
{
    (void)context;
    reads(peer->name.bytes, peer->name.length);
    reads(peer->address.bytes, peer->address.length);
    //@ assert peer->port > 0;
    return transfer(1);
}

static int send_bytes(void *context, const void *bytes, size_t length)
{
    (void)context;
    //@ assert 1 <= length <= TCX_TRANSFER_MAX;
    reads(bytes, length);
    return transfer(length);
}

static int receive_bytes(void *context, void *bytes, size_t length)
{
    (void)context;
    //@ assert 1 <= length <= TCX_TRANSFER_MAX;
    writes(bytes, length);
    return transfer(length);
}

static void close_link(void *context)
{
    (void)context;
}

static unsigned char *compose_there(void *context, size_t *length)
{
    static const size_t rooms[] = { 0, 1, BUFFER };
    size_t room = rooms[each(0, 2)];

    (void)context;
    *length = room;
    return either(0, 1) ? composed + (BUFFER - room) : NULL;
}

static tcx_status failed(void *context, int *detail)
{
    (void)context;
    *detail = any(INT32_MIN, INT32_MAX);
    return (tcx_status)any(INT32_MIN, INT32_MAX);
}

static void see_event(void *context, tcx_event event, uint32_t number)
{
    (void)context;
    (void)event;
    (void)number;
}

/* Any rule of retries, any rate limit. */

static int again(const tcx_retry *retry, tcx_call *call, tcx_status *status)
{
    (void)retry;
    if (either(0, 1)) {
        if (either(0, 1))
            *status = TCX_E_RESULT_LOST;
        return 0;
    }
    call->jitter = any_uint32();
    call->ambiguous = (uint8_t)any(0, 1);
    call->corrected = (uint8_t)any(0, 1);
    call->correction = Frama_C_long_long_interval(-TCX_TIME_MAX - UINT32_MAX, TCX_TIME_MAX);
    call->wake = any_uint32();
    call->state = RETRYING;
    return 1;
}

static uint32_t wait(tcx_rate *rate, uint32_t now)
{
    (void)rate;
    (void)now;
    return any_uint32();
}

static const tcx_transport plain = { NULL, dial, send_bytes, receive_bytes, close_link, NULL, NULL };
static const tcx_transport layer = { NULL, dial, send_bytes, receive_bytes, close_link, compose_there, failed };
static const tcx_trace trace = { see_event, NULL };
static const tcx_retry retry = { .again = again };
static tcx_rate rate = { .wait = wait };
static tcx_connection connection;
static tcx_token tokens[1];

/* A configuration with all that is optional, or with nothing of it. */
static void set_config(tcx_call_config *config, int all, size_t size)
{
    memset(config, 0, sizeof *config);
    config->transport = all ? &layer : &plain;
    config->buffer = buffer + (BUFFER - size);
    config->buffer_size = size;
    config->tokens = tokens;
    config->token_count = 1;
    config->unix_time = any_int64();
    config->clock_floor = any_int64();
    config->timeout = any_uint32();
    config->jitter = any_uint32();
    config->port = (uint16_t)any(0, UINT16_MAX);
    if (!all)
        return;
    config->address = any_text(text, TEXT, 0);
    config->connection = &connection;
    config->retry = &retry;
    config->rate = &rate;
    config->trace = &trace;
    tcx_connection_init(&connection, any_uint32());
    connection.idle_since = any_uint32();
    connection.peer = any_uint32();
    connection.open = (uint8_t)any(0, 1);
}

/* Any call in this state. `count`: bytes of the piece that is sent, or of the body that is there. */
static void set_call(tcx_call *call, const tcx_call_config *config, uint8_t state, size_t count)
{
    memset(call, 0, sizeof *call);
    call->config = config;
    call->status = TCX_PENDING;
    call->outcome = (tcx_outcome)any(TCX_NOT_SENT, TCX_ANSWERED);
    call->detail = any(INT32_MIN, INT32_MAX);
    call->attempts = any_uint32();
    call->state = state;
    call->wants = (uint8_t)any(0, UINT8_MAX);
    call->opened = (uint8_t)any(0, 1);
    call->last = (uint8_t)any(0, 1);
    call->reused = (uint8_t)any(0, 1);
    call->corrected = (uint8_t)any(0, 1);
    call->ambiguous = (uint8_t)any(0, 1);
    call->surplus = (uint8_t)any(0, 1);
    call->piece = buffer + (BUFFER - count);
    call->piece_length = count;
    call->began = any_uint32();
    call->now = any_uint32();
    call->deadline = any_uint32();
    call->wake = any_uint32();
    call->attempt_began = any_uint32();
    call->jitter = any_uint32();
    call->correction = Frama_C_long_long_interval(-TCX_TIME_MAX - UINT32_MAX, TCX_TIME_MAX);
    call->peer.name = any_text(text, state == OPENING ? each(0, TEXT) : TEXT, 0);
    call->peer.address = call->peer.name;
    call->peer.port = (uint16_t)any(1, UINT16_MAX);
    tcx_http_init(&call->http, config->buffer, config->buffer_size);
    set_http(&call->http);
    if (state == RECEIVING)
        call->http.body_length = (uint32_t)count;
}

static void turn(int all, size_t size, uint8_t state, size_t count)
{
    tcx_call_config config;
    tcx_call call;

    set_config(&config, all, size);
    config.unix_time = Frama_C_long_long_interval(0, TCX_TIME_MAX);
    set_call(&call, &config, state, count);
    see(&call);
    transfers = 2;
    advance(&call);
    see(&call);
}

/* A step whose transport has nothing to do, and what may be asked between two steps. */
static void step(int all, uint8_t state)
{
    tcx_call_config config;
    tcx_call call;

    set_config(&config, all, 1);
    config.unix_time = Frama_C_long_long_interval(0, TCX_TIME_MAX);
    set_call(&call, &config, state, 1);
    transfers = 0;
    (void)tcx_call_step(&call, any_uint32());
    see(&call);
    tcx_call_wants(&call);
    tcx_call_time_left(&call, any_uint32());
    tcx_call_unix_time(&call);
    tcx_call_cancel(&call);
    see(&call);
    (void)tcx_call_step(&call, any_uint32());
    tcx_connection_close(&connection, config.transport);
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
    config->tokens = maybe(tokens);
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
    tcx_call call;

    memset(&call, 0, sizeof call);
    set_any_config(&config, &transport);
    (void)tcx_call_step(&call, any_uint32());
    for (int i = 0; i < 2; i++) {
        if (tcx_call_begin(&call, maybe(&config), &request, either(0, UINT32_MAX)) == TCX_OK)
            see(&call);
    }
    (void)tcx_call_begin(NULL, &config, &request, any_uint32());
    (void)tcx_call_step(NULL, any_uint32());
    tcx_call_cancel(NULL);
}

/* All paths end in these two, so that the next call begins with one state. */

static void one_turn(int all, size_t size, uint8_t state, size_t count)
{
    turn(all, size, state, count);
}

static void one_step(int all, uint8_t state)
{
    step(all, state);
}

int main(void)
{
    static const size_t sizes[] = { 1, SCRATCH + 2, BUFFER }, pieces[] = { 1, 2, 3, TCX_TRANSFER_MAX };
    static const size_t rooms[] = { 0, 1, SCRATCH - 1, SCRATCH, SCRATCH + 1, TCX_TRANSFER_MAX, BUFFER };

    begin();
    for (int all = 0; all <= 1; all++) {
        for (size_t i = 0; i < COUNT(sizes); i++) {
            one_turn(all, sizes[i], OPENING, 0);
            for (size_t j = 0; j < COUNT(rooms) && rooms[j] <= sizes[i]; j++)
                one_turn(all, sizes[i], RECEIVING, sizes[i] - rooms[j]);
        }
        for (size_t i = 0; i < COUNT(pieces); i++)
            one_turn(all, 1, SENDING, pieces[i]);
        for (uint8_t state = all ? PACING : OPENING; state <= (all ? RETRYING : RECEIVING); state++)
            one_step(all, state);
    }
    one_turn(1, 1, PACING, 0);
    one_turn(1, 1, RETRYING, 0);
    return 0;
}
