/*
 * Whole calls over a transport that does what the input says: how many bytes each transfer moves, when it waits, fails,
 * closes or lies, what the peer says, how time passes. The transport knows the truth, and the call must report it.
 *
 * Input: 8 bytes of configuration; how many bytes of script follow; the script, a byte for each transfer and each step;
 * then what the peer says, a part for each link, separated by FF 0A. After the script, every transfer works.
 */
#include "fuzz.h"
#include "judge.h"

const char fuzz_name[] = "call";
const unsigned fuzz_runs = 15000;

enum {
    NOW = 1800000000,
    PORT_ERROR = -71,
    SENT_MAX = 4096,
    TRANSFERS = 3 * 64 + 2 /* in one step, at most: its turns, each with a look, as many after a send that failed */
};

/* What one transfer does; the high bits of its byte say how much. */
enum { WANT_READ = 8, WANT_WRITE, AGAIN, CLOSE, CLOSE_CLEAN, FAIL, ZERO, TOO_MUCH };
enum { SMOOTH = 0xF0 /* all it can, or until it is time */, CANCEL = 0xDD };

enum { VOD = 1, SESSION = 2, RETRIES = 4, KEEPS = 8, PACED = 16, COMPOSES = 32 };

static const tcx_credentials credentials = { TCX_TEXT("AKIDEXAMPLE"), TCX_TEXT("SKEXAMPLE"), { NULL, 0 } };

static struct line {
    tcx_transport transport;
    fuzz_input script;
    fuzz_input peer;
    unsigned char memory[300]; /* to put requests together in ... */
    size_t piece;              /* ... so much of it */

    int is_open, is_up;
    unsigned links;           /* in all */
    unsigned opened, closed;  /* in this call */
    unsigned transfers;       /* in this step */
    unsigned char sent[SENT_MAX]; /* over this link, of the request under way */
    size_t sent_length;
    unsigned char *given;     /* the peer's bytes that were handed over since that request began */
    size_t given_length;
    int proven;               /* their end was */
    int whole;                /* the last byte of that request was taken */
    unsigned wholes;          /* of this call */
    unsigned unanswered;      /* of those, and another followed */
    int over_claimed;         /* a send said it had taken more than it was given */
    unsigned char offered[SENT_MAX];
    size_t offered_length;    /* what has to be offered again */
    uint64_t traced;          /* bytes sent, as the trace said */
    uint64_t taken;
} line;

/* Whether bytes are one whole request, by its own words. */
static int is_whole(const unsigned char *bytes, size_t length)
{
    static const char name[] = "\r\nContent-Length: ";
    size_t body = 0;

    for (size_t at = 0; at + 4 <= length; at++) {
        if (at + sizeof name - 1 < length && memcmp(bytes + at, name, sizeof name - 1) == 0)
            body = (size_t)atol((const char *)bytes + at + sizeof name - 1);
        if (memcmp(bytes + at, "\r\n\r\n", 4) == 0)
            return at + 4 + body == length;
    }
    return 0;
}

static int result_of(unsigned char what, size_t length, size_t *count)
{
    const unsigned amount = what >> 4;

    *count = amount == 15 ? length : 1 + amount * amount * amount;
    if (*count > length)
        *count = length;
    switch (what & 15) {
    case WANT_READ:
        return TCX_WANT_READ;
    case WANT_WRITE:
        return TCX_WANT_WRITE;
    case AGAIN:
        return TCX_AGAIN;
    case CLOSE:
        return TCX_CLOSED;
    case CLOSE_CLEAN:
        return TCX_CLOSED_CLEAN;
    case FAIL:
        return PORT_ERROR;
    case ZERO:
        return 0;
    case TOO_MUCH:
        return (int)length + 1;
    default:
        return 1;
    }
}

/* The next byte of the script; when it is over, a transfer moves all it can. */
static unsigned char next_move(void)
{
    return line.script.at < line.script.end ? fuzz_byte(&line.script) : SMOOTH;
}

static void begins(void)
{
    line.transfers++;
    fuzz_check(line.transfers <= TRANSFERS, "%u transfers in one step", line.transfers);
}

/* Another request begins. Of the one before, as far as it was of this call: was it answered? */
static void next_exchange(void)
{
    char *body = fuzz_memory(line.given_length);

    if (line.whole && line.wholes > 0)
        line.unanswered += !judge_http((const char *)line.given, line.given_length, line.proven, body).complete;
    free(body);
    line.sent_length = line.given_length = 0;
    line.proven = line.whole = 0;
}

/* Where what the peer says over this link ends. */
static const uint8_t *part_end(void)
{
    const uint8_t *at = line.peer.at;

    while (at < line.peer.end && !(at[0] == 0xFF && line.peer.end - at > 1 && at[1] == '\n'))
        at++;
    return at;
}

static int line_open(void *context, const tcx_peer *peer)
{
    size_t count;
    int result = result_of(next_move(), 1, &count);

    (void)context;
    begins();
    fuzz_check(!line.is_up, "opened while it is up");
    fuzz_check(peer->port != 0 && peer->name.length > 0 && peer->address.length > 0, "dialled nobody");
    if (!line.is_open) {
        line.opened++;
        line.links++;
        next_exchange();
        if (line.links > 1) { /* what the peer had left to say on the link before is lost */
            line.peer.at = part_end();
            line.peer.at += line.peer.at < line.peer.end ? 2 : 0;
        }
    }
    line.is_open = 1;
    line.is_up = result == 1;
    return result;
}

static int line_send(void *context, const void *bytes, size_t length)
{
    size_t count;
    int result = result_of(next_move(), length, &count);

    (void)context;
    begins();
    fuzz_check(line.is_up, "sent over no link");
    fuzz_check(length > 0 && length <= TCX_TRANSFER_MAX, "%zu bytes to send", length);
    fuzz_check(length >= line.offered_length && memcmp(bytes, line.offered, line.offered_length) == 0,
               "other bytes than those that were not taken");
    line.offered_length = 0;
    if (line.whole)
        next_exchange(); /* over a kept link */
    if (result > 1) {
        line.over_claimed = 1;
        count = length;
    } else if (result != 1) {
        if (result == TCX_WANT_READ || result == TCX_WANT_WRITE || result == TCX_AGAIN) {
            line.offered_length = length < sizeof line.offered ? length : sizeof line.offered;
            memcpy(line.offered, bytes, line.offered_length);
        }
        return result;
    }
    fuzz_check(line.sent_length + count < SENT_MAX, "more is sent than the request has");
    memcpy(line.sent + line.sent_length, bytes, count);
    line.sent_length += count;
    line.taken += result > 1 ? 0 : count;
    if (is_whole(line.sent, line.sent_length)) {
        line.whole = 1;
        line.wholes++;
    }
    return result > 1 ? result : (int)count;
}

static int line_recv(void *context, void *bytes, size_t length)
{
    size_t count, left = (size_t)(part_end() - line.peer.at);
    int result = result_of(next_move(), length, &count);

    (void)context;
    begins();
    fuzz_check(line.is_up, "received from no link");
    fuzz_check(length > 0 && length <= TCX_TRANSFER_MAX, "%zu bytes to receive", length);
    if (result > 1)
        memset(bytes, 'x', length);
    line.proven |= result == TCX_CLOSED_CLEAN;
    if (result != 1)
        return result;
    if (count > left)
        count = left;
    if (line.script.at >= line.script.end && !line.whole)
        count = 0; /* in the end the peer listens first */
    if (count == 0)
        return TCX_WANT_READ; /* silence */
    memcpy(bytes, line.peer.at, count);
    memcpy(line.given + line.given_length, line.peer.at, count);
    line.given_length += count;
    line.peer.at += count;
    return (int)count;
}

static void line_close(void *context)
{
    (void)context;
    fuzz_check(line.is_open, "closed what is not open");
    line.is_open = line.is_up = 0;
    line.offered_length = 0;
    line.closed++;
}

static unsigned char *line_compose(void *context, size_t *length)
{
    (void)context;
    *length = line.piece;
    return line.memory;
}

static void observe(void *context, tcx_event event, uint32_t number)
{
    (void)context;
    if (event == TCX_EVENT_SENT)
        line.traced += number;
}

/* The number behind `name` in the request that was sent; -1: none there. */
static long long sent_number(const char *name)
{
    const size_t length = strlen(name);

    for (size_t at = 0; at + length < line.sent_length; at++) {
        if (memcmp(line.sent + at, name, length) == 0)
            return atoll((const char *)line.sent + at + length);
    }
    return -1;
}

/* A whole request that was sent is the one that would be built for its own timestamp and nonce. */
static void check_sent(const tcx_request *request, const tcx_scheme *scheme)
{
    const int is_v1 = scheme == TCX_SIGN_HMAC_SHA1 || scheme == TCX_SIGN_HMAC_SHA256;
    const long long time = sent_number(is_v1 ? "Timestamp=" : "\r\nX-TC-Timestamp: ");
    tcx_request same = *request;
    unsigned char expected[SENT_MAX];
    tcx_signer signer;
    size_t length;

    if (is_v1)
        same.nonce = (uint32_t)sent_number("Nonce=");
    fuzz_check(tcx_signer_init(&signer, &credentials, scheme) == TCX_OK, "the signer");
    fuzz_check(tcx_request_build(&same, &signer, time, expected, sizeof expected, &length) == TCX_OK,
               "what was sent at %lld cannot be built", time);
    fuzz_check(length == line.sent_length && memcmp(expected, line.sent, length) == 0,
               "sent was another request than was signed");
}

/* An answer that is believed is what the judge reads from the bytes that were handed over. */
static void check_answer(const tcx_call *call)
{
    char *body = fuzz_memory(line.given_length), *text = fuzz_memory(line.given_length);
    const judge_answer judged = judge_http((const char *)line.given, line.given_length, line.proven, body);
    const int is_marked = judged.body_length >= 3 && memcmp(body, "\xEF\xBB\xBF", 3) == 0; /* the byte order */
    const judge_span whole = { body + 3 * is_marked, body + judged.body_length };
    judge_span answer, error, value;
    size_t tokens, length;

    fuzz_check(judged.complete, "answered, but the answer is not complete");
    fuzz_check(judged.status == call->response.http_status, "status %d, not %d", call->response.http_status,
               judged.status);
    fuzz_check(judge_json(whole, &tokens) && judge_member(whole, "Response", &answer) == 1, "no answer for the judge");
    if (call->status == TCX_OK || call->status == TCX_E_JSON_UTF8) {
        fuzz_check(judged.status == 200, "success under status %d", judged.status);
        fuzz_check(judge_member(answer, "Error", &error) == 0 || judge_null(error), "success beside an Error");
        judge_member(answer, "Result", &value);
        fuzz_check(judge_string(value, text, &length) == (call->response.result.bytes != NULL), "a Result or none");
        fuzz_check(call->status == TCX_OK || (value.at != NULL && *value.at == '"'), "no Result, but it is no text");
        fuzz_check(call->response.result.bytes == NULL ||
                       (length == call->response.result.length && memcmp(text, call->response.result.bytes, length) == 0),
                   "another Result");
    } else {
        fuzz_check(judge_member(answer, "Error", &error) == 1, "an error, but not for the judge");
    }
    free(text);
    free(body);
}

/* Steps a call to its end. The script also says how time passes, and when the caller gives up. */
static void run(tcx_call *call, uint32_t began, uint32_t timeout)
{
    uint32_t tick = began;
    tcx_status status;

    line.transfers = 0;
    for (unsigned steps = 0; (status = tcx_call_step(call, tick)) == TCX_PENDING; steps++) {
        const unsigned wants = tcx_call_wants(call);
        const uint32_t left = tcx_call_time_left(call, tick);
        const unsigned char move = next_move();

        const int is_late = tick - began >= timeout;

        fuzz_check(!is_late || wants == 0, "late, it waits for %u", wants); /* it only takes what is there */
        fuzz_check(wants <= (TCX_READ | TCX_WRITE) || wants == TCX_TIME, "it wants %u", wants);
        fuzz_check(left <= (is_late ? 0 : timeout - (tick - began)), "it has more time than there is");
        fuzz_check(steps < 200000, "it does not end");
        if (move == CANCEL) {
            tcx_call_cancel(call);
            fuzz_check(call->status == TCX_E_CANCELLED, "cancelled: %d", call->status);
            break;
        }
        if (move != SMOOTH)
            tick += (uint32_t)(move >> 4) * (move >> 4) * 10;
        else if (wants != 0)
            tick += left;
        line.transfers = 0;
    }
    line.transfers = 0;
    status = call->status;
    fuzz_check(tcx_call_step(call, tick + 1) == status && line.transfers == 0, "it goes on after its end");
}

/* A call and its end, against what happened. */
static void check_call(const tcx_call *call, const tcx_call_config *config, const tcx_request *request)
{
    const int is_success = call->status == TCX_OK || call->status == TCX_E_JSON_UTF8;
    const int is_answer = is_success || call->status == TCX_E_API;
    const int is_kept = config->connection != NULL && config->connection->open;

    fuzz_check(call->status <= TCX_E_CONNECT || call->status == TCX_OK, "ended with %d", call->status);
    fuzz_check(line.opened == line.closed + is_kept && is_kept == line.is_open, "%u opened, %u closed", line.opened,
               line.closed);
    fuzz_check(line.traced == line.taken, "the trace counts other bytes");
    fuzz_check(call->status != TCX_E_JSON_TOKENS || call->detail > 0, "%d bytes are missing", call->detail);
    /* Before the request was sent whole, an error of the service is an answer, and nothing else. */
    fuzz_check(call->outcome == TCX_NOT_SENT || line.wholes > 0 || call->status == TCX_E_API ||
                   (call->outcome == TCX_ANSWERED && call->response.error_code.bytes != NULL),
               "outcome %d with status %d, never sent whole", call->outcome, call->status);
    fuzz_check(call->status != TCX_OK || call->outcome == TCX_ANSWERED, "success, but outcome %d", call->outcome);
    fuzz_check(line.unanswered == 0 || is_success || call->outcome == TCX_MAYBE_EXECUTED,
               "outcome %d after an attempt without an answer", call->outcome);
    if (config->retry == NULL) {
        fuzz_check(call->attempts == 1 && line.wholes <= 1, "%u attempts, sent whole %u times",
                   (unsigned)call->attempts, line.wholes);
        fuzz_check((call->outcome == TCX_NOT_SENT) == (line.wholes == 0) || call->status == TCX_E_API,
                   "outcome %d, sent whole %u times", call->outcome, line.wholes);
        fuzz_check((call->outcome == TCX_ANSWERED) == is_answer, "outcome %d with status %d", call->outcome,
                   call->status);
    } else if (call->outcome == TCX_ANSWERED) { /* or it ended while it waited to ask again */
        fuzz_check(is_answer || call->status == TCX_E_DEADLINE || call->status == TCX_E_CANCELLED,
                   "answered, with status %d", call->status);
    }
    if (is_answer)
        check_answer(call);
    else
        fuzz_check(call->response.result.bytes == NULL, "a Result with status %d", call->status);
    if (line.whole && !line.over_claimed)
        check_sent(request, config->signer->scheme);
    fuzz_inside(call->response.result, config->buffer, config->buffer_size, "result");
    fuzz_inside(call->response.request_id, config->buffer, config->buffer_size, "request_id");
    fuzz_inside(call->response.error_code, config->buffer, config->buffer_size, "error_code");
    fuzz_inside(call->response.error_message, config->buffer, config->buffer_size, "error_message");
    fuzz_inside(call->response.body, config->buffer, config->buffer_size, "body");
}

/* Makes a call, and judges it. */
static void make_call(tcx_call *call, const tcx_call_config *config, const tcx_request *request, uint32_t began)
{
    line.opened = (unsigned)line.is_open;
    line.closed = line.wholes = line.unanswered = 0;
    line.traced = line.taken = 0;
    line.over_claimed = 0;
    line.offered_length = 0;
    fuzz_check(tcx_call_begin(call, config, request, began) == TCX_OK, "it does not begin");
    run(call, began, config->timeout);
    check_call(call, config, request);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char good[] = "HTTP/1.1 200 OK\r\nContent-Length: 47\r\n\r\n"
                               "{\"Response\":{\"Result\":\"ok\",\"RequestId\":\"id-1\"}}";
    tcx_retry retry;
    static const tcx_trace trace = { observe, NULL };
    static const tcx_text session = TCX_TEXT("session-1");
    const tcx_scheme *const schemes[] = { TCX_SIGN_TC3, TCX_SIGN_TC3_COMPAT, TCX_SIGN_HMAC_SHA1, TCX_SIGN_HMAC_SHA256 };
    fuzz_input input = { data, data + size };
    const unsigned flags = fuzz_byte(&input), way = fuzz_byte(&input), low = fuzz_byte(&input);
    const size_t text_size = 64 + low + fuzz_byte(&input) % 8u * 256;
    const size_t buffer_size = text_size + fuzz_byte(&input) % 65u * TCX_JSON_TOKEN_SIZE, offset = way >> 4 & 3;
    const uint32_t timeout = 1u + fuzz_byte(&input) * 100u, began = 0u - fuzz_byte(&input) * 200u;
    size_t script_length = fuzz_byte(&input);
    unsigned char *memory = fuzz_memory(offset + buffer_size);
    unsigned char enough[47 + 7 * TCX_JSON_TOKEN_SIZE + sizeof(int) - 1];
    tcx_connection connection;
    tcx_rate rate;
    tcx_signer signer;
    tcx_call_config config = { .transport = &line.transport,
                               .signer = &signer,
                               .buffer = memory + offset,
                               .buffer_size = buffer_size,
                               .unix_time = NOW,
                               .timeout = timeout,
                               .trace = &trace,
                               .jitter = low };
    tcx_request request = { .service = flags & VOD ? &tcx_vod : &tcx_mps,
                            .function_name = TCX_TEXT("F"),
                            .function_arg = TCX_TEXT("{\"a\": 1}"),
                            .method = way & 4 ? TCX_GET : TCX_POST,
                            .nonce = 1 + low };
    tcx_call call = { 0 };

    tcx_connection_init(&connection, 0);
    memset(&line, 0, sizeof line);
    line.transport = (tcx_transport){ NULL, line_open, line_send, line_recv, line_close, NULL, NULL };
    line.given = fuzz_memory(size + sizeof good);
    line.script.at = fuzz_bytes(&input, &script_length);
    line.script.end = line.script.at + script_length;
    line.peer = input;
    line.piece = way & 8 ? sizeof line.memory : 7;
    if (flags & COMPOSES)
        line.transport.compose = line_compose;
    if ((flags & VOD) && (flags & SESSION))
        request.session_id = session;
    tcx_retry_init(&retry, 4);
    retry.base = 100;
    retry.cap = 1000;
    retry.correct_clock = retry.repeat_ambiguous = 1;
    if (flags & RETRIES)
        config.retry = &retry;
    if (flags & KEEPS)
        config.connection = &connection;
    if (flags & PACED) {
        tcx_rate_init(&rate, 2, 1, began);
        config.rate = &rate;
    }
    fuzz_check(tcx_signer_init(&signer, &credentials, schemes[way & 3]) == TCX_OK, "the signer");

    make_call(&call, &config, &request, began);
    make_call(&call, &config, &request, began); /* the script and the peer go on */

    tcx_connection_close(&connection, &line.transport);
    line.script.at = line.script.end;
    line.peer.at = (const uint8_t *)good;
    line.peer.end = line.peer.at + sizeof good - 1;
    line.links = 0;
    config.rate = NULL;
    config.buffer = enough;
    config.buffer_size = sizeof enough;
    make_call(&call, &config, &request, began); /* whatever came before: the objects are as good as new */
    fuzz_check(call.status == TCX_OK && call.response.result.length == 2, "the next call fails: %d", call.status);

    tcx_connection_close(&connection, &line.transport);
    free(line.given);
    free(memory);
    return 0;
}
