/*
 * Tests the promise of the outcome in 100,000 calls over a line where everything goes wrong. A service of a few lines
 * is at the other end. It counts what it really ran, and refuses a SessionId that it has seen. It knows what happened.
 * The library only says what it believes.
 *
 *     NOT_SENT                 it did not run
 *     ANSWERED with a Result   it ran once
 *     MAYBE_EXECUTED           it ran once or not at all
 */
#include "script.h"

enum { CALLS = 100000, DAYS = 86400, FIRST = 20819 /* 2027-01-01, in days since 1970: all happens in that month */ };

static uint32_t seed = 20261123;

static uint32_t pick(uint32_t below)
{
    return tcx_random(&seed) % below;
}

/* ---- The service. ---- */

static struct {
    int64_t ahead;    /* of the caller's clock, seconds */
    unsigned trouble; /* how likely it says something else than a Result, in 16ths */
    char received[2048];
    size_t received_length;
    char answer[1024];
    size_t answer_length;
    unsigned call; /* the one under way */
    unsigned runs; /* of it */
    int seen;      /* its SessionId has come */
    int refused;   /* the last request was refused: it did not run */
    int damaged;   /* an answer of it */
} service;

/* Says something. `body_length` may lie. */
static void say(const char *status, const char *fields, const char *body, size_t body_length)
{
    static const char *const days[] = { "Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed" };
    int64_t time = SCRIPT_NOW + service.ahead;
    unsigned second = (unsigned)(time % DAYS);

    service.answer_length =
        (size_t)snprintf(service.answer, sizeof service.answer,
                         "HTTP/1.1 %s\r\nDate: %s, %02u Jan 2027 %02u:%02u:%02u GMT\r\n%sContent-Length: %zu\r\n\r\n%s",
                         status, days[time / DAYS % 7], (unsigned)(time / DAYS - FIRST + 1), second / 3600,
                         second / 60 % 60, second % 60, fields, body_length, body);
    assert_true(service.answer_length < sizeof service.answer);
}

static void say_error(const char *code, int refused)
{
    char body[200];

    service.refused = refused;
    say("200 OK", "", body,
        (size_t)snprintf(body, sizeof body,
                         "{\"Response\":{\"Error\":{\"Code\":\"%s\",\"Message\":\"m\"},\"RequestId\":\"r\"}}", code));
}

static void say_result(unsigned call)
{
    char body[200];
    size_t length =
        (size_t)snprintf(body, sizeof body, "{\"Response\":{\"Result\":\"ran %u\",\"RequestId\":\"r\"}}", call);

    say("200 OK", pick(8) == 0 ? "Connection: close\r\n" : "", body, length);
}

/* After it has run: a Result, or trouble of many kinds. */
static void answer_after_run(unsigned call)
{
    static const char page[] = "<html>Bad Gateway</html>";

    switch (pick(16) < service.trouble ? 1 + pick(7) : 0) {
    case 1:
        say_error("InternalError.Timeout", 0);
        break;
    case 2:
        if (pick(2))
            say("502 Bad Gateway", pick(2) ? "Connection: close\r\n" : "", page, sizeof page - 1);
        else
            say("502 Bad Gateway", "", "{\"Response\":{\"Result\":\"stale\"}}", 31); /* under 200 only */
        break;
    case 3:
        say("200 OK", "", page, sizeof page - 1);
        break;
    case 4:
        say_result(call);
        service.answer_length -= 1 + pick(30); /* the rest never comes */
        break;
    case 5:
        say_result(call);
        service.answer[pick((uint32_t)service.answer_length)] ^= (char)(1 + pick(255));
        service.damaged = 1;
        break;
    case 6:
        service.answer_length = 0; /* silence */
        break;
    case 7:
        say("200 OK", "", "{\"Response\":{}}HTTP/1.1", 10 + pick(20)); /* the length is a lie */
        break;
    default:
        say_result(call);
    }
}

/* A whole request is there. */
static void serve(const char *body)
{
    const char *argument = strstr(body, "\"FunctionArg\":\"call-"), *session = strstr(body, "\"SessionId\":\"session-");
    const char *timestamp = strstr(service.received, "\r\nX-TC-Timestamp: ");
    int64_t skew;

    assert_true(argument != NULL && timestamp != NULL);
    service.refused = 0;
    assert_int_equal(atoi(argument + 20), service.call);
    skew = SCRIPT_NOW + service.ahead - atoll(timestamp + 18);
    if (skew > 300 || skew < -300) {
        say_error("AuthFailure.SignatureExpire", 1);
    } else if (pick(16) < service.trouble / 4) {
        say_error(pick(2) ? "RequestLimitExceeded" : "RequestLimitExceeded.UinLimitExceeded", 1);
    } else if (pick(16) < service.trouble / 4) {
        say("503 Service Unavailable", "", "busy", 4);
    } else if (session != NULL && service.seen) {
        say_error("InvalidParameterValue.SessionId", 0);
    } else {
        if (session != NULL) {
            assert_int_equal(atoi(session + 21), service.call);
            service.seen = 1;
        }
        service.runs++;
        answer_after_run(service.call);
    }
}

/* ---- The line. ---- */

enum { BLOCKS = -1, TOO_MUCH = -2 }; /* faults beside the port's errors: for ever, and against the contract */

typedef struct fault {
    size_t after; /* bytes; SIZE_MAX: never */
    int result;
} fault;

static struct line {
    tcx_transport transport;
    size_t piece;
    unsigned hesitation; /* how likely it says "not now", in 16ths */
    fault open, send, recv;
    size_t lost_after; /* it takes more, but that does not arrive */
    size_t sent, given;
    int is_open;
    unsigned opens, closes;
    size_t request_length, request_sent; /* of the call under way */
    unsigned whole;                      /* how often its last byte was taken */
    int is_open_question;                /* it was, and no refusal has come whole */
    int may_repeat;                      /* all the same: the service would not run it twice */
    uint32_t calls;
} line;

static const int errors[] = { -5, -104, TCX_CLOSED, TCX_CLOSED_CLEAN, BLOCKS, TOO_MUCH, 0 };

static void draw_fault(fault *drawn, unsigned sixteenths, size_t range)
{
    drawn->after = pick(16) < sixteenths ? pick((uint32_t)range) : SIZE_MAX;
    drawn->result = errors[pick(TCX_COUNT(errors))];
}

static int hesitates(int *result)
{
    static const int words[] = { TCX_WANT_READ, TCX_WANT_WRITE, TCX_AGAIN };

    line.calls++;
    *result = words[pick(3)];
    return line.hesitation != 0 && pick(16) < line.hesitation;
}

/* What a fault returns for a transfer of `length` bytes. */
static int returned(int result, int when_blocked, size_t length)
{
    return result == BLOCKS ? when_blocked : result == TOO_MUCH ? (int)length + 1 : result;
}

static int line_open(void *context, const tcx_peer *peer)
{
    int result;

    (void)context;
    (void)peer;
    if (!line.is_open) { /* a new link, with troubles of its own */
        line.is_open = 1;
        line.opens++;
        line.sent = line.given = 0;
        service.received_length = service.answer_length = 0;
        line.request_sent = 0;
        draw_fault(&line.open, 2, 1);
        draw_fault(&line.send, 4, 700);
        draw_fault(&line.recv, 4, 300);
        line.lost_after = pick(16) == 0 ? pick(700) : SIZE_MAX;
        line.piece = pick(3) == 0 ? 1 + pick(8) : 1 + pick(700);
        line.hesitation = pick(3) == 0 ? pick(12) : 0;
    }
    if (hesitates(&result))
        return result;
    return line.open.after == SIZE_MAX ? 1 : returned(line.open.result, TCX_WANT_WRITE, 1);
}

static int line_send(void *context, const void *bytes, size_t length)
{
    const int fails = line.sent >= line.send.after;
    size_t count = length < line.piece ? length : line.piece, arrives;
    const char *end, *field;
    int result;

    (void)context;
    assert_true(line.is_open);
    check(!line.is_open_question || line.may_repeat, "call %u: it may have run, and was sent again", service.call);
    if (hesitates(&result))
        return result;
    if (fails && line.send.result != TOO_MUCH)
        return returned(line.send.result, TCX_WANT_WRITE, length);
    if (fails)
        count = length;
    else if (count > line.send.after - line.sent)
        count = line.send.after - line.sent;
    arrives = line.sent >= line.lost_after          ? 0
              : count < line.lost_after - line.sent ? count
                                                    : line.lost_after - line.sent;
    line.sent += count;
    line.request_sent += count;
    if (line.request_sent == line.request_length) {
        line.whole++;
        line.is_open_question = 1;
        line.request_sent = 0;
    }
    assert_true(service.received_length + arrives < sizeof service.received);
    memcpy(service.received + service.received_length, bytes, arrives);
    service.received_length += arrives;
    service.received[service.received_length] = '\0';
    end = strstr(service.received, "\r\n\r\n");
    field = strstr(service.received, "\r\nContent-Length: ");
    if (end != NULL && field != NULL && strlen(end + 4) == (size_t)atoi(field + 18)) {
        line.given = 0;
        serve(end + 4);
        service.received_length = 0;
    }
    return fails ? (int)length + 1 : (int)count;
}

static int line_recv(void *context, void *bytes, size_t length)
{
    size_t count = length < line.piece ? length : line.piece, left = service.answer_length - line.given;
    int result;

    (void)context;
    assert_true(line.is_open);
    if (hesitates(&result))
        return result;
    if (line.given >= line.recv.after)
        return returned(line.recv.result, TCX_WANT_READ, length);
    if (count > line.recv.after - line.given)
        count = line.recv.after - line.given;
    if (count > left)
        count = left;
    memcpy(bytes, service.answer + line.given, count);
    line.given += count;
    if (service.refused && line.given == service.answer_length)
        line.is_open_question = 0;
    return count > 0 ? (int)count : TCX_WANT_READ;
}

static void line_close(void *context)
{
    (void)context;
    assert_true(line.is_open);
    line.is_open = 0;
    line.closes++;
}

/* ---- The calls. ---- */

enum { VOD = 1, SESSION = 2, RETRY = 4, KEPT = 8, SKEW = 16, KINDS = 32 };

static unsigned outcomes[3][2]; /* calls that did not run, and that did */
static unsigned results, lost, attempts, again, reused;

/* What the call said, against what happened. */
static void judge(const tcx_call *call, const char *expected)
{
    const tcx_text result = call->response.result, code = call->response.error_code;
    const unsigned number = service.call, runs = service.runs;
    const char *outcome = tcx_outcome_name(call->outcome);

    check(runs <= 1, "call %u: %s, and it ran %u times", number, outcome, runs);
    check(call->outcome != TCX_NOT_SENT || runs == 0, "call %u: NOT_SENT, but it ran", number);
    check(call->outcome != TCX_MAYBE_EXECUTED || line.whole > 0,
          "call %u: MAYBE_EXECUTED, but its last byte was never taken", number);
    check(call->outcome == TCX_ANSWERED
              ? call->status == TCX_OK || call->status == TCX_E_API || call->status == TCX_E_JSON_UTF8
              : call->status != TCX_OK,
          "call %u: %s with status %d", number, outcome, call->status);
    check(call->outcome != TCX_ANSWERED || call->status != TCX_E_JSON_UTF8 || (service.damaged && runs == 1),
          "call %u: no text, and it ran %u times", number, runs);
    check(result.bytes == NULL || (call->status == TCX_OK && runs == 1), "call %u: a Result, but it ran %u times",
          number, runs);
    check(result.bytes == NULL || service.damaged ||
              (result.length == strlen(expected) && memcmp(result.bytes, expected, result.length) == 0),
          "call %u: another Result", number);
    check(call->status != TCX_E_RESULT_LOST || (runs == 1 && call->outcome == TCX_MAYBE_EXECUTED),
          "call %u: RESULT_LOST", number);
    check(call->outcome != TCX_ANSWERED || code.bytes == NULL || service.damaged || runs == (code.bytes[0] == 'I'),
          "call %u: the service said %.*s, and it ran %u times", number, (int)code.length, code.bytes, runs);
    outcomes[call->outcome][runs]++;
    results += result.bytes != NULL;
    lost += call->status == TCX_E_RESULT_LOST;
    attempts += call->attempts;
    again += line.whole > 1;
}

static void test_outcomes(void **state)
{
    const tcx_retry retry = tcx_retry_rule(4, 100, 1000, 1, 1, NULL);
    static unsigned char buffer[600 + 11 * TCX_JSON_TOKEN_SIZE];
    tcx_connection connection;
    tcx_call call = { 0 };
    uint32_t tick = 0;
    tcx_signer signer;

    (void)state;
    tcx_connection_init(&connection, 0);
    line.transport = (tcx_transport){ &line, line_open, line_send, line_recv, line_close, NULL, NULL };
    assert_int_equal(tcx_signer_init(&signer, &tcx_example_credentials, TCX_SIGN_TC3), TCX_OK);
    for (unsigned number = 0; number < CALLS; number++) {
        const unsigned kind = pick(KINDS), opened = line.opens;
        char argument[30], session[30], expected[30];
        tcx_call_config config = { .transport = &line.transport,
                                   .signer = &signer,
                                   .buffer = buffer,
                                   .buffer_size = 150 + 11 * TCX_JSON_TOKEN_SIZE + pick(450),
                                   .unix_time = SCRIPT_NOW,
                                   .timeout = 5000,
                                   .jitter = tcx_random(&seed) };
        tcx_request request = { .service = kind & VOD ? &tcx_vod : &tcx_mps, .function_name = TCX_TEXT("F") };
        uint32_t began;

        snprintf(argument, sizeof argument, "call-%u", number);
        snprintf(session, sizeof session, "session-%u", number);
        snprintf(expected, sizeof expected, "ran %u", number);
        request.function_arg = tcx_text_from(argument);
        line.may_repeat = (kind & VOD) && (kind & SESSION);
        if (line.may_repeat)
            request.session_id = tcx_text_from(session);
        if (kind & RETRY)
            config.retry = &retry;
        if (kind & KEPT)
            config.connection = &connection;
        else
            tcx_connection_close(&connection, &line.transport);
        service.ahead = kind & SKEW ? (int64_t)pick(20000) - 10000 : 0;
        service.trouble = pick(3) == 0 ? 8 : 1;
        service.call = number;
        service.runs = 0;
        service.seen = service.damaged = 0;
        line.whole = 0;
        line.is_open_question = 0;
        line.request_sent = 0;
        line.calls = 0;
        assert_int_equal(tcx_request_measure(&request, &signer, SCRIPT_NOW, &line.request_length), TCX_OK);

        began = tick += pick(8) == 0 ? 60000 : pick(1000);
        assert_int_equal(tcx_call_begin(&call, &config, &request, tick), TCX_OK);
        while (tcx_call_step(&call, tick) == TCX_PENDING) {
            if (tcx_call_wants(&call) != 0) /* what does not come at once never comes, unless the line hesitates */
                tick +=
                    tcx_call_wants(&call) == TCX_TIME || line.hesitation == 0 ? tcx_call_time_left(&call, tick) : 20;
            check(line.calls < 60000 && tick - began <= config.timeout + 20, "call %u does not end", number);
        }
        check(call.attempts == 1 || (kind & RETRY), "call %u: %u attempts", number, (unsigned)call.attempts);
        check(line.closes + connection.open == line.opens, "call %u: %u opened, %u closed", number, line.opens,
              line.closes);
        judge(&call, expected);
        reused += line.opens == opened;
    }
    tcx_connection_close(&connection, &line.transport);
    assert_int_equal(line.closes, line.opens);
    for (int outcome = 0; outcome < 3; outcome++)
        print_message("# %-15s %6u did not run, %6u ran once\n", tcx_outcome_name((tcx_outcome)outcome),
                      outcomes[outcome][0], outcomes[outcome][1]);
    print_message(
        "# %u attempts; %u calls with a Result, %u with it lost, %u sent whole again, %u over a kept connection\n",
        attempts, results, lost, again, reused);
    /* Or it tests less than it says. */
    assert_true(outcomes[TCX_NOT_SENT][0] > 5000 && outcomes[TCX_MAYBE_EXECUTED][0] > 5000 &&
                outcomes[TCX_MAYBE_EXECUTED][1] > 5000);
    assert_true(results > 20000 && lost > 500 && again > 5000 && reused > 3000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcomes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
