/*
 * Tests the call over a scripted transport: what it does to the transport, and whether the status and especially the
 * outcome are true. The judge is the script, which knows the bytes that it saw. It never asks the library.
 */
#include "script.h"

#include <limits.h>

#define HEAD(size) "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: " size "\r\n\r\n"
#define ANSWER     HEAD("48") "{\"Response\":{\"Result\":\"XXX\",\"RequestId\":\"id-1\"}}"
#define CHUNKED    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

enum { NOW = 1800000000, PORT_ERROR = -71, STEPS = 100000 };
enum { SMALLEST = 48 + 7 * TCX_JSON_TOKEN_SIZE + sizeof(int) - 1 }; /* bytes of buffer for ANSWER */

/* One call and all it needs. */
static struct fixture {
    tcx_signer signer;
    unsigned char buffer[2048];
    tcx_call_config config;
    tcx_request request;
    tcx_call call;
    script link;
    uint32_t tick; /* begins shortly before it wraps */
} f;

/* What the script has seen when all went well. */
static unsigned char whole_request[4096];
static size_t request_length, calls_of_a_call;

static void set_up(const char *answer)
{
    const tcx_call_config config = { .transport = &f.link.transport,
                                     .signer = &f.signer,
                                     .buffer = f.buffer,
                                     .buffer_size = sizeof f.buffer,
                                     .unix_time = NOW };

    script_init(&f.link, answer, strlen(answer));
    f.config = config;
    f.request = tcx_example_request;
    memset(&f.call, 0, sizeof f.call);
    f.tick = UINT32_MAX - 10;
    assert_int_equal(tcx_signer_init(&f.signer, &tcx_example_credentials, TCX_SIGN_TC3), TCX_OK);
}

/* Begins the call and steps it to its end; where nothing can come any more, time passes. */
static tcx_status run(void)
{
    tcx_status status = tcx_call_begin(&f.call, &f.config, &f.request, f.tick);

    for (int steps = 0; status == TCX_OK || status == TCX_PENDING; steps++) {
        check(steps < STEPS, "it does not end");
        status = tcx_call_step(&f.call, f.tick);
        if (status == TCX_PENDING && f.link.starved)
            f.tick += tcx_call_time_left(&f.call, f.tick);
        if (status == TCX_OK)
            break;
    }
    return status;
}

/* What must be so after every call that has ended, however it did. */
static void check_end(const char *where)
{
    check(f.link.violation == NULL, "%s: %s", where, f.link.violation);
    check(f.link.closes == f.link.links && f.link.links <= 1, "%s: %zu links, closed %zu times", where, f.link.links,
          f.link.closes);
    check(f.link.sent_length <= request_length && memcmp(f.link.sent, whole_request, f.link.sent_length) == 0,
          "%s: other bytes were sent", where);
    check(f.link.after_failure == 0, "%s: the transport was used after it had failed", where);
    check(tcx_call_step(&f.call, f.tick) == f.call.status, "%s: an ended call goes on", where);
    tcx_call_cancel(&f.call);
    check(f.call.status != TCX_E_CANCELLED && f.link.closes == f.link.links, "%s: an ended call was cancelled", where);
}

/* The truth about the request, by the bytes that the script saw. */
static tcx_outcome true_outcome(tcx_status status)
{
    if (f.link.sent_length < request_length)
        return TCX_NOT_SENT;
    return status == TCX_OK && f.link.received == f.link.answer_length ? TCX_ANSWERED : TCX_MAYBE_EXECUTED;
}

/* It has ended as it should; `detail` is the port's number or 0. */
static void judge(const char *where, tcx_status expected, int detail)
{
    assert_status(where, f.call.status, expected);
    check(f.call.outcome == true_outcome(expected), "%s: outcome %d with %zu of %zu bytes sent", where,
          (int)f.call.outcome, f.link.sent_length, request_length);
    check(f.call.detail == detail, "%s: detail %d", where, f.call.detail);
    check((f.call.response.result.bytes != NULL) == (expected == TCX_OK), "%s: result", where);
    check_end(where);
}

/* The dry run: learns the request and how many calls of the transport there are. */
static int dry_run(void **state)
{
    const char *body, *length;

    (void)state;
    set_up(ANSWER);
    assert_int_equal(run(), TCX_OK);
    memcpy(whole_request, f.link.sent, sizeof whole_request);
    request_length = f.link.sent_length;
    calls_of_a_call = f.link.calls;
    assert_int_equal(calls_of_a_call, 3);
    /* It is one whole HTTP request. */
    assert_memory_equal(f.link.sent, "POST / HTTP/1.1\r\n", 17);
    body = strstr((char *)f.link.sent, "\r\n\r\n") + 4;
    length = strstr((char *)f.link.sent, "Content-Length: ");
    assert_int_equal((size_t)atoi(length + 16), request_length - (size_t)(body - (char *)f.link.sent));
    return 0;
}

static void test_success(void **state)
{
    (void)state;
    set_up(ANSWER);
    assert_int_equal(run(), TCX_OK);
    assert_int_equal(f.call.outcome, TCX_ANSWERED);
    assert_bytes("result", f.call.response.result.bytes, f.call.response.result.length, tcx_text_from("XXX"));
    assert_bytes("request id", f.call.response.request_id.bytes, f.call.response.request_id.length,
                 tcx_text_from("id-1"));
    assert_int_equal(f.call.response.http_status, 200);
    assert_true(tcx_response_time(&f.call.response) == 784111777);
    check_end("success");
    for (int again = 0; again < 3; again++) { /* the object is reusable */
        script_init(&f.link, ANSWER, strlen(ANSWER));
        assert_int_equal(run(), TCX_OK);
        check_end("again");
    }
}

/* Partial transfers of every size, and would-block in front of every one. */
static void test_pieces(void **state)
{
    static const int stutters[] = { 0, TCX_WANT_READ, TCX_WANT_WRITE, TCX_AGAIN };

    (void)state;
    for (size_t piece = 1; piece <= request_length; piece++) {
        for (size_t i = 0; i < TCX_COUNT(stutters); i++) {
            for (size_t buffer = SMALLEST; buffer <= sizeof f.buffer; buffer += sizeof f.buffer - SMALLEST) {
                char where[80];

                snprintf(where, sizeof where, "pieces of %zu, stutter %d, buffer %zu", piece, stutters[i], buffer);
                set_up(ANSWER);
                f.link.piece = piece;
                f.link.stutter = stutters[i];
                f.config.buffer_size = buffer;
                assert_status(where, run(), TCX_OK);
                judge(where, TCX_OK, 0);
                assert_in_range(f.link.calls, 3, 4 * (2 + request_length + strlen(ANSWER)) + 2); /* with looks */
            }
        }
    }
}

/* The call says what it waits for, and moves nothing meanwhile. */
static void test_wants(void **state)
{
    static const struct {
        int result;
        unsigned wants;
    } rows[] = { { TCX_WANT_READ, TCX_READ }, { TCX_WANT_WRITE, TCX_WRITE }, { TCX_AGAIN, 0 } };

    (void)state;
    for (size_t call = 0; call < calls_of_a_call; call++) {
        for (size_t i = 0; i < TCX_COUNT(rows); i++) {
            set_up(ANSWER);
            f.link.faults[0].call = call;
            f.link.faults[0].result = rows[i].result;
            f.link.faults[0].for_ever = 1;
            assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, f.tick), TCX_OK);
            assert_int_equal(tcx_call_step(&f.call, f.tick), TCX_PENDING);
            assert_int_equal(f.link.calls, call + (call == 1 ? 3 : 1)); /* it cannot send: it looks, and tries again */
            assert_int_equal(tcx_call_wants(&f.call), rows[i].wants);
            assert_int_equal(f.call.status, TCX_PENDING);
            f.link.faults[0].call = SCRIPT_NEVER;
            assert_int_equal(tcx_call_step(&f.call, f.tick), TCX_OK);
            judge("wants", TCX_OK, 0);
        }
    }
    for (size_t sent = 0; sent < request_length; sent++) { /* while it sends, it listens */
        set_up(ANSWER);
        f.link.cut_sent = sent;
        f.link.cut = TCX_WANT_WRITE;
        assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, f.tick), TCX_OK);
        assert_int_equal(tcx_call_step(&f.call, f.tick), TCX_PENDING);
        assert_int_equal(tcx_call_wants(&f.call), TCX_READ | TCX_WRITE);
        f.link.cut_sent = SCRIPT_NEVER;
        assert_int_equal(tcx_call_step(&f.call, f.tick), TCX_OK);
        judge("wants", TCX_OK, 0);
    }
}

/* The link dies for good after each byte, in either direction, in each way. */
static void test_cut_at_every_byte(void **state)
{
    static const struct {
        int result;
        tcx_status sending, receiving;
        int detail;
    } cuts[] = {
        { PORT_ERROR, TCX_E_SEND, TCX_E_RECEIVE, PORT_ERROR },
        { TCX_CLOSED, TCX_E_CLOSED, TCX_E_CLOSED, 0 },
        { TCX_CLOSED_CLEAN, TCX_E_CLOSED, TCX_E_CLOSED, 0 },
        { TCX_WANT_READ, TCX_E_DEADLINE, TCX_E_DEADLINE, 0 },
    };

    (void)state;
    for (size_t offset = 0; offset < request_length + strlen(ANSWER); offset++) {
        const int sending = offset < request_length;

        for (size_t i = 0; i < TCX_COUNT(cuts); i++) {
            char where[80];

            snprintf(where, sizeof where, "cut after %zu bytes: %d", offset, cuts[i].result);
            set_up(ANSWER);
            f.link.cut = cuts[i].result;
            *(sending ? &f.link.cut_sent : &f.link.cut_received) = sending ? offset : offset - request_length;
            if (cuts[i].result == TCX_WANT_READ) { /* silence: the time runs out */
                assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, f.tick), TCX_OK);
                assert_int_equal(tcx_call_step(&f.call, f.tick), TCX_PENDING);
                f.tick += TCX_TIMEOUT_DEFAULT - 1;
                assert_int_equal(tcx_call_step(&f.call, f.tick), TCX_PENDING);
                assert_int_equal(tcx_call_step(&f.call, ++f.tick), TCX_E_DEADLINE);
            } else {
                (void)run();
            }
            judge(where, sending ? cuts[i].sending : cuts[i].receiving, cuts[i].detail);
            check(f.call.outcome == (sending ? TCX_NOT_SENT : TCX_MAYBE_EXECUTED), "%s", where);
        }
    }
}

/* Every answer by its meaning: how the call ends and what is left of it. */
static void test_answers(void **state)
{
    static const struct {
        const char *answer;
        int ending;
        tcx_status status;
        tcx_outcome outcome;
        int http_status;
        const char *body;
    } rows[] = {
        { HEAD("90") "{\"Response\":{\"Error\":{\"Code\":\"AuthFailure.SignatureExpire\",\"Message\":\"m\"},"
                     "\"RequestId\":\"\"}}",
          TCX_WANT_READ, TCX_E_API, TCX_ANSWERED, 200, NULL },
        { "HTTP/1.1 500 x\r\nContent-Length: 37\r\n\r\n{\"Response\":{\"Error\":{\"Code\":\"x.y\"}}} ", TCX_WANT_READ,
          TCX_E_API, TCX_ANSWERED, 500, NULL },
        { HEAD("15") "{\"Response\":{}}", TCX_WANT_READ, TCX_OK, TCX_ANSWERED, 200, NULL },
        { "HTTP/1.1 100\r\n\r\nHTTP/1.1 103 x\r\nA: b\r\n\r\n" HEAD("15") "{\"Response\":{}}", TCX_WANT_READ, TCX_OK,
          TCX_ANSWERED, 200, NULL },
        { CHUNKED "5\r\n{\"Res\r\nA;x=y\r\nponse\":{}}\r\n0\r\nX: y\r\n\r\n", TCX_WANT_READ, TCX_OK, TCX_ANSWERED, 200,
          NULL },
        { HEAD("15") "{\"Response\":{}}HTTP/1.1 500 surplus\r\n", TCX_WANT_READ, TCX_OK, TCX_ANSWERED, 200, NULL },
        { HEAD("15") "{\"Response\":{}}", TCX_CLOSED, TCX_OK, TCX_ANSWERED, 200, NULL },
        { "HTTP/1.1 200 OK\r\n\r\n{\"Response\":{}}", TCX_CLOSED_CLEAN, TCX_OK, TCX_ANSWERED, 200, NULL },
        { "HTTP/1.1 200 OK\r\n\r\n{\"Response\":{}}", TCX_CLOSED, TCX_E_CLOSED, TCX_MAYBE_EXECUTED, 200,
          "{\"Response\":{}}" },
        { "HTTP/1.1 200 OK\r\n\r\n{\"Response\":{}}", PORT_ERROR, TCX_E_RECEIVE, TCX_MAYBE_EXECUTED, 200,
          "{\"Response\":{}}" },
        { "HTTP/1.1 200 OK\r\n\r\n{\"Response\":{}}", TCX_WANT_READ, TCX_E_DEADLINE, TCX_MAYBE_EXECUTED, 200,
          "{\"Response\":{}}" },
        { "HTTP/1.1 200 OK\r\n\r\n{\"Response\":", TCX_CLOSED_CLEAN, TCX_E_JSON_SYNTAX, TCX_MAYBE_EXECUTED, 200,
          "{\"Response\":" },
        { HEAD("15") "{\"Response\":{", TCX_CLOSED_CLEAN, TCX_E_CLOSED, TCX_MAYBE_EXECUTED, 200, "{\"Response\":{" },
        { CHUNKED "F\r\n{\"Response\":{}}\r\n0\r\n", TCX_CLOSED_CLEAN, TCX_E_CLOSED, TCX_MAYBE_EXECUTED, 200,
          "{\"Response\":{}}" },
        { HEAD("13") "<html></html>", TCX_WANT_READ, TCX_E_JSON_SYNTAX, TCX_MAYBE_EXECUTED, 200, "<html></html>" },
        { HEAD("2") "{}", TCX_WANT_READ, TCX_E_JSON_SHAPE, TCX_MAYBE_EXECUTED, 200, "{}" },
        { HEAD("0"), TCX_WANT_READ, TCX_E_JSON_SYNTAX, TCX_MAYBE_EXECUTED, 200, NULL },
        { HEAD("9999999"), TCX_WANT_READ, TCX_E_HTTP_BODY_TOO_LARGE, TCX_MAYBE_EXECUTED, 200, NULL },
        { "HTTP/1.1 302 Found\r\nLocation: https://elsewhere/\r\nContent-Length: 5\r\n\r\nthere", TCX_WANT_READ,
          TCX_E_HTTP_REDIRECT, TCX_MAYBE_EXECUTED, 302, "there" },
        { "HTTP/1.1 502 Bad\r\nContent-Length: 3\r\n\r\nbad", TCX_WANT_READ, TCX_E_HTTP_STATUS, TCX_MAYBE_EXECUTED, 502,
          "bad" },
        { "HTTP/1.1 404 x\r\nContent-Length: 28\r\n\r\n{\"Response\":{\"Result\":\"XX\"}} ", TCX_WANT_READ,
          TCX_E_HTTP_STATUS, TCX_MAYBE_EXECUTED, 404, NULL },
        { "HTTP/1.1 204 x\r\n\r\n", TCX_WANT_READ, TCX_E_HTTP_STATUS, TCX_MAYBE_EXECUTED, 204, NULL },
        { "HTTP/1.1 101 x\r\n\r\n", TCX_WANT_READ, TCX_E_HTTP_SYNTAX, TCX_MAYBE_EXECUTED, 101, NULL },
        { "SSH-2.0-x\r\n", TCX_WANT_READ, TCX_E_HTTP_SYNTAX, TCX_MAYBE_EXECUTED, 0, NULL },
        { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", TCX_WANT_READ, TCX_E_HTTP_ENCODING,
          TCX_MAYBE_EXECUTED, 200, "x" },
        { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", TCX_WANT_READ,
          TCX_E_HTTP_ENCODING, TCX_MAYBE_EXECUTED, 200, "{}" },
        { "HTTP/1.1 200 OK\r\nContent-Encoding: utf-8\r\nContent-Length: 27\r\n\r\n{\"Response\":{\"Result\":\"X\"}}",
          TCX_WANT_READ, TCX_OK, TCX_ANSWERED, 200, NULL },
        { "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 35\r\n\r\n"
          "{\"Response\":{\"Error\":{\"Code\":\"C\"}}}",
          TCX_WANT_READ, TCX_E_API, TCX_ANSWERED, 200, NULL },
        { "HTTP/1.1 502 x\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx", TCX_WANT_READ, TCX_E_HTTP_STATUS,
          TCX_MAYBE_EXECUTED, 502, "x" },
        { HEAD("32") "{\"Response\":{\"Result\":\"\\ud800\"}}", TCX_WANT_READ, TCX_E_JSON_UTF8, TCX_ANSWERED, 200,
          "\\ud800" },
        { "HTTP/1.1 200 OK\r\nX : 1\r\n\r\n", TCX_WANT_READ, TCX_E_HTTP_FIELD, TCX_MAYBE_EXECUTED, 200, NULL },
        { "HTTP/1.1 502 Bad\r\nX : 1\r\n\r\n", TCX_WANT_READ, TCX_E_HTTP_STATUS, TCX_MAYBE_EXECUTED, 502, NULL },
        { "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", TCX_WANT_READ, TCX_E_HTTP_LENGTH, TCX_MAYBE_EXECUTED, 200,
          NULL },
        { "", TCX_CLOSED, TCX_E_CLOSED, TCX_MAYBE_EXECUTED, 0, NULL },
        { "", TCX_CLOSED_CLEAN, TCX_E_CLOSED, TCX_MAYBE_EXECUTED, 0, NULL },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        for (size_t piece = 1; piece <= 3000; piece += 2999) {
            set_up(rows[i].answer);
            f.link.piece = piece;
            f.link.ending = rows[i].ending;
            assert_status(rows[i].answer, run(), rows[i].status);
            check(f.call.outcome == rows[i].outcome, "%s", rows[i].answer);
            check(f.call.response.http_status == rows[i].http_status, "%s", rows[i].answer);
            check((f.call.response.body.bytes != NULL) == (rows[i].body != NULL), "%s", rows[i].answer);
            if (rows[i].body != NULL)
                assert_bytes(rows[i].answer, f.call.response.body.bytes, f.call.response.body.length,
                             tcx_text_from(rows[i].body));
            check_end(rows[i].answer);
        }
    }
}

/* However large the buffer is, no more than TCX_TRANSFER_MAX is sent at once. */
static void test_large_transfers(void **state)
{
    static unsigned char buffer[3 * TCX_TRANSFER_MAX];
    static char argument[2 * TCX_TRANSFER_MAX];

    (void)state;
    memset(argument, 'a', sizeof argument);
    set_up(ANSWER);
    f.config.buffer = buffer;
    f.config.buffer_size = sizeof buffer;
    f.request.function_arg = (tcx_text){ argument, sizeof argument };
    assert_status("call", run(), TCX_OK);
    assert_null(f.link.violation);
    assert_in_range(f.link.sent_length, sizeof argument, sizeof f.link.sent);
}

/* A page larger than the buffer is still told by its status, and its beginning kept. */
static void test_large_pages(void **state)
{
    static const struct {
        const char *head;
        tcx_status status;
    } rows[] = {
        { "HTTP/1.1 502 x\r\nContent-Length: 5000\r\n\r\n", TCX_E_HTTP_STATUS },
        { "HTTP/1.1 502 x\r\n\r\n", TCX_E_HTTP_STATUS },
        { "HTTP/1.1 299 x\r\nContent-Length: 5000\r\n\r\n", TCX_E_HTTP_STATUS },
        { "HTTP/1.1 302 x\r\nContent-Length: 5000\r\n\r\n", TCX_E_HTTP_REDIRECT },
        { "HTTP/1.1 399 x\r\nContent-Length: 5000\r\n\r\n", TCX_E_HTTP_REDIRECT },
        { "HTTP/1.1 400 x\r\nContent-Length: 5000\r\n\r\n", TCX_E_HTTP_STATUS },
        { "HTTP/1.1 200 x\r\nContent-Length: 5000\r\n\r\n", TCX_E_HTTP_BODY_TOO_LARGE },
        { "HTTP/1.1 200 x\r\n\r\n", TCX_E_HTTP_BODY_TOO_LARGE },
    };
    static char page[6000];

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        memset(page, '<', 5100);
        page[5100] = '\0';
        memcpy(page, rows[i].head, strlen(rows[i].head));
        set_up(page);
        assert_status(rows[i].head, run(), rows[i].status);
        assert_int_equal(f.call.outcome, TCX_MAYBE_EXECUTED);
        if (f.call.response.http_status != 200)
            assert_int_equal(f.call.response.body.length, sizeof f.buffer);
        check_end(rows[i].head);
    }
}

/*
 * A body that fits exactly with its tokens is read, whatever framing follows it. One byte less is refused. A buffer of
 * one byte sends.
 */
static void test_buffer_sizes(void **state)
{
    static const char *const answers[] = {
        HEAD("15") "{\"Response\":{}}",
        CHUNKED "F\r\n{\"Response\":{}}\r\n0\r\nTrailer: a long line that has no room in the body buffer, not even in "
                "part\r\n\r\n",
        CHUNKED "00000001;extension\r\n{\r\nE\r\n\"Response\":{}}\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n{\"Response\":{}}",
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(answers); i++) {
        for (size_t size = 1; size < 100; size++) {
            const size_t over = (uintptr_t)(script_edge(0, size) + 15) % sizeof(int);
            const size_t enough = 15 + (over > 0 ? sizeof(int) - over : 0) + 3 * TCX_JSON_TOKEN_SIZE;

            set_up(answers[i]);
            f.config.buffer = script_edge(0, size);
            f.config.buffer_size = size;
            f.link.ending = TCX_CLOSED_CLEAN;
            assert_status(answers[i], run(),
                          size < 15       ? TCX_E_HTTP_BODY_TOO_LARGE
                          : size < enough ? TCX_E_JSON_TOKENS
                                          : TCX_OK);
            check(f.call.detail == (f.call.status == TCX_E_JSON_TOKENS ? (int)(enough - size) : 0), "detail %d",
                  f.call.detail);
            check(f.link.sent_length == request_length, "%zu bytes of buffer: %s", size, answers[i]);
            check(f.call.outcome == (size < enough ? TCX_MAYBE_EXECUTED : TCX_ANSWERED), "%zu bytes of buffer: %s",
                  size, answers[i]);
            check_end(answers[i]);
        }
    }
}

/* No peer can hold a step, by talking without end. */
static void test_endless_peers(void **state)
{
    static const struct {
        const char *before, *unit;
        tcx_status status;
    } rows[] = {
        { "", "HTTP/1.1 100 x\r\n\r\n", TCX_E_HTTP_HEAD_TOO_LARGE },
        { "HTTP/1.1 200 OK\r\n", "X: y\r\n", TCX_E_HTTP_HEAD_TOO_LARGE },
        { CHUNKED, "1\r\nx\r\n", TCX_E_DEADLINE },
        { "HTTP/1.1 200 OK\r\n\r\n", "x", TCX_E_DEADLINE },
    };
    static char endless[200000];

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        char *at = endless + strlen(strcpy(endless, rows[i].before));
        static unsigned char body[400000];
        tcx_status status;
        size_t before;

        while (at < endless + sizeof endless - 100)
            at += strlen(strcpy(at, rows[i].unit));
        set_up(endless);
        f.config.buffer = body;
        f.config.buffer_size = sizeof body;
        f.link.piece = 20;
        assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, f.tick), TCX_OK);
        do {
            before = f.link.calls;
            status = tcx_call_step(&f.call, f.tick);
            check(f.link.calls - before <= 100, "a step with %zu transfers", f.link.calls - before);
        } while (status == TCX_PENDING && !f.link.starved);
        assert_status(rows[i].unit, tcx_call_step(&f.call, f.tick + TCX_TIMEOUT_DEFAULT), rows[i].status);
        assert_int_equal(f.call.outcome, TCX_MAYBE_EXECUTED);
        check_end(rows[i].unit);
    }
}

/*
 * One deadline for the whole call: no traffic moves it, the wrap of the tick does not, and its last millisecond counts.
 */
static void test_deadline(void **state)
{
    static const uint32_t begins[] = { 0, 1, 0x7FFFFFFF, 0x80000000, UINT32_MAX - 999, UINT32_MAX };
    static const struct {
        uint32_t given, meant;
    } timeouts[] = { { 0, TCX_TIMEOUT_DEFAULT },
                     { 1, 1 },
                     { 1000, 1000 },
                     { TCX_TIMEOUT_MAX, TCX_TIMEOUT_MAX },
                     { UINT32_MAX, TCX_TIMEOUT_MAX } };

    (void)state;
    for (size_t b = 0; b < TCX_COUNT(begins); b++) {
        for (size_t t = 0; t < TCX_COUNT(timeouts); t++) {
            uint32_t last = begins[b] + timeouts[t].meant;

            set_up("");
            f.config.timeout = timeouts[t].given;
            assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, begins[b]), TCX_OK);
            assert_int_equal(tcx_call_time_left(&f.call, begins[b]), timeouts[t].meant);
            assert_int_equal(tcx_call_step(&f.call, begins[b]), TCX_PENDING);
            assert_int_equal(tcx_call_step(&f.call, last - 1), TCX_PENDING);
            assert_int_equal(tcx_call_time_left(&f.call, last - 1), 1);
            assert_int_equal(tcx_call_time_left(&f.call, last), 0);
            assert_int_equal(tcx_call_step(&f.call, last), TCX_E_DEADLINE);
            assert_int_equal(f.call.outcome, TCX_MAYBE_EXECUTED);

            /* The same, but the answer has come with the last tick, and even long after it: it is read. */
            for (uint32_t late = 0; late < 3; late++) {
                set_up(ANSWER);
                f.config.timeout = timeouts[t].given;
                f.link.answer_after = SCRIPT_NEVER;
                assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, begins[b]), TCX_OK);
                assert_int_equal(tcx_call_step(&f.call, begins[b]), TCX_PENDING);
                f.link.answer_after = 0;
                assert_int_equal(tcx_call_step(&f.call, last + late), TCX_OK);
            }
            /* Even a call that is begun too late tries once, and takes all that is there, in however many pieces. */
            set_up(ANSWER);
            f.link.piece = 50;
            f.config.timeout = timeouts[t].given;
            assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, begins[b]), TCX_OK);
            assert_int_equal(tcx_call_step(&f.call, last), TCX_OK);
        }
    }
}

/* A byte each time just before the time is over does not prolong it: neither in sending nor in receiving. */
static void test_trickle(void **state)
{
    (void)state;
    for (int receiving = 0; receiving < 2; receiving++) {
        uint32_t tick = 0;

        set_up(ANSWER);
        f.config.timeout = 1000;
        assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
        if (receiving) {
            f.link.answer_length = 0;
            assert_int_equal(tcx_call_step(&f.call, 0), TCX_PENDING);
        }
        f.link.piece = 1;
        f.link.stutter = TCX_WANT_READ;
        for (int step = 1; tcx_call_step(&f.call, tick) == TCX_PENDING; step++) {
            f.link.answer_length = (size_t)step;
            tick = (uint32_t)step * 999;
            assert_in_range(step, 1, 3);
        }
        assert_int_equal(f.call.status, TCX_E_DEADLINE);
        assert_int_equal(tick, 1998);
        assert_int_equal(f.call.outcome, receiving ? TCX_MAYBE_EXECUTED : TCX_NOT_SENT);
    }
}

static void test_cancel(void **state)
{
    size_t calls;

    (void)state;
    memset(&f.call, 0, sizeof f.call);
    tcx_call_cancel(NULL);
    tcx_call_cancel(&f.call);
    assert_int_equal(f.call.status, TCX_OK);
    for (calls = 0; calls <= 2 * calls_of_a_call; calls++) { /* cancelled after so many steps of one transfer each */
        set_up(ANSWER);
        f.link.stutter = TCX_WANT_READ;
        assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
        for (size_t step = 0; step < calls && tcx_call_step(&f.call, 0) == TCX_PENDING; step++)
            ;
        if (f.call.status == TCX_OK)
            break;
        tcx_call_cancel(&f.call);
        assert_int_equal(f.call.status, TCX_E_CANCELLED);
        assert_int_equal(f.call.outcome, f.link.sent_length == request_length ? TCX_MAYBE_EXECUTED : TCX_NOT_SENT);
        assert_int_equal(f.link.closes, f.link.links);
        assert_int_equal(f.link.links, calls > 0);
        assert_int_equal(tcx_call_step(&f.call, 0), TCX_E_CANCELLED);
        assert_null(f.link.violation);
    }
    assert_int_equal(calls, 2); /* when send waits, a look takes recv's turn to stutter */
}

/* What is missing is told before anything is done; the object is as new. */
static void test_begin_refuses(void **state)
{
    static const tcx_credentials other = { TCX_TEXT("id"), TCX_TEXT("key"), { NULL, 0 } };
    tcx_transport broken;
    tcx_call_config config;
    tcx_call call;

    (void)state;
    set_up(ANSWER);
    assert_int_equal(tcx_call_begin(NULL, &f.config, &f.request, 0), TCX_E_NULL);
    assert_int_equal(tcx_call_step(NULL, 0), TCX_E_NULL);
    assert_int_equal(tcx_call_step(&f.call, 0), TCX_E_NULL); /* never begun */
    for (int missing = 0; missing < 13; missing++) {
        tcx_status expected = TCX_E_NULL;
        const tcx_call_config *given = &config;
        const tcx_request *request = &f.request;

        set_up(ANSWER);
        broken = f.link.transport;
        config = f.config;
        config.transport = &broken;
        memset(&call, 0, sizeof call);
        switch (missing) {
        case 0:
            given = NULL;
            break;
        case 1:
            request = NULL;
            break;
        case 2:
            config.transport = NULL;
            break;
        case 3:
            broken.open = NULL;
            break;
        case 4:
            broken.send = NULL;
            break;
        case 5:
            broken.recv = NULL;
            break;
        case 6:
            broken.close = NULL;
            break;
        case 7:
            config.signer = NULL;
            break;
        case 8:
            config.buffer = NULL;
            break;
        case 9:
            config.buffer_size = 0;
            break;
        case 10:
            config.unix_time = 0;
            expected = TCX_E_CLOCK_UNSET;
            break;
        case 11:
            tcx_signer_wipe(&f.signer);
            break;
        default:
            f.request.function_name.length = 0;
            expected = TCX_E_FUNCTION_NAME_EMPTY;
        }
        check(tcx_call_begin(&call, given, request, 0) == expected, "missing %d: %d", missing, call.status);
        check(call.status == expected && call.outcome == TCX_NOT_SENT, "missing %d", missing);
        assert_true(tcx_call_step(&call, 0) < 0);
        tcx_call_cancel(&call);
        check(f.link.calls == 0 && f.link.closes == 0, "missing %d: the transport was touched", missing);
        assert_int_equal(tcx_signer_init(&f.signer, &other, TCX_SIGN_TC3), TCX_OK);
        f.request = tcx_example_request;
        assert_int_equal(tcx_call_begin(&call, &f.config, &f.request, 0), TCX_OK); /* nothing is left of it */
        assert_int_equal(tcx_call_step(&call, 0), TCX_OK);
    }
}

static void test_clock_floor(void **state)
{
    static const struct {
        int64_t clock, floor;
        tcx_status status;
    } rows[] = {
        { TCX_CLOCK_FLOOR - 1, 0, TCX_E_CLOCK_UNSET },
        { TCX_CLOCK_FLOOR, 0, TCX_OK },
        { 0, 0, TCX_E_CLOCK_UNSET },
        { -1, 0, TCX_E_CLOCK_UNSET },
        { INT64_MIN, 0, TCX_E_CLOCK_UNSET },
        { 1, 1, TCX_OK },
        { 999, 1000, TCX_E_CLOCK_UNSET },
        { 1000, 1000, TCX_OK },
        { NOW, NOW + 1, TCX_E_CLOCK_UNSET },
        { 253402300799, 0, TCX_OK },
        { 253402300800, 0, TCX_E_TIME },
        { INT64_MAX, 0, TCX_E_TIME },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        set_up(ANSWER);
        f.config.unix_time = rows[i].clock;
        f.config.clock_floor = rows[i].floor;
        check(tcx_call_begin(&f.call, &f.config, &f.request, 0) == rows[i].status, "row %zu: %d", i, f.call.status);
        assert_int_equal(f.link.calls, 0);
    }
}

/* A call under way cannot be begun again, and goes on unharmed. */
static void test_busy(void **state)
{
    (void)state;
    for (size_t steps = 0; steps < 2; steps++) {
        set_up(ANSWER);
        f.link.stutter = TCX_WANT_WRITE;
        assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
        for (size_t step = 0; step < steps; step++)
            assert_int_equal(tcx_call_step(&f.call, 0), TCX_PENDING);
        assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_E_BUSY);
        assert_int_equal(tcx_call_begin(&f.call, NULL, NULL, 0), TCX_E_BUSY);
        assert_int_equal(f.call.status, TCX_PENDING);
        while (tcx_call_step(&f.call, 0) == TCX_PENDING)
            ;
        judge("busy", TCX_OK, 0);
        assert_int_equal(f.call.status, TCX_OK);
    }
}

/*
 * An answer that comes after each byte of the request, in each way that the link can go on: it ends the sending and is
 * read. An error of the service is believed, a Result is not.
 */
static void test_early_answers(void **state)
{
    static const struct {
        const char *answer;
        int ending;
        tcx_status status;
        tcx_outcome outcome;
        int http_status;
    } rows[] = {
        { "HTTP/1.1 413 x\r\nContent-Length: 4\r\n\r\npage", TCX_WANT_READ, TCX_E_HTTP_STATUS, TCX_NOT_SENT, 413 },
        { "HTTP/1.1 413\r\nContent-Length: 5000\r\n\r\npage", TCX_CLOSED, TCX_E_HTTP_STATUS, TCX_NOT_SENT, 413 },
        { "HTTP/1.1 413 x\r\n\r\npage", PORT_ERROR, TCX_E_HTTP_STATUS, TCX_NOT_SENT, 413 },
        { "HTTP/1.1 302 x\r\nContent-Length: 0\r\n\r\n", TCX_WANT_READ, TCX_E_HTTP_REDIRECT, TCX_NOT_SENT, 302 },
        { "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 413 x\r\nContent-Length: 4\r\n\r\npage", TCX_WANT_READ, TCX_E_HTTP_STATUS,
          TCX_NOT_SENT, 413 },
        { HEAD("52") "{\"Response\":{\"Error\":{\"Code\":\"a.b\"},\"RequestId\":\"\"}}", TCX_WANT_READ, TCX_E_API,
          TCX_ANSWERED, 200 },
        { ANSWER, TCX_WANT_READ, TCX_E_HTTP_EARLY, TCX_NOT_SENT, 200 },
        { ANSWER, TCX_CLOSED, TCX_E_HTTP_EARLY, TCX_NOT_SENT, 200 },
        { HEAD("13") "<html></html>", TCX_WANT_READ, TCX_E_JSON_SYNTAX, TCX_NOT_SENT, 200 },
        { "SSH-2.0-x\r\n", TCX_WANT_READ, TCX_E_HTTP_SYNTAX, TCX_NOT_SENT, 0 },
    };
    static const int ends[] = { TCX_WANT_WRITE, TCX_CLOSED, PORT_ERROR };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        for (size_t at = 1; at < request_length; at++) {
            for (size_t piece = 1; piece <= 1000; piece += 999) {
                for (size_t e = 0; e < TCX_COUNT(ends); e++) {
                    char where[80];

                    snprintf(where, sizeof where, "row %zu after %zu bytes, send: %d, pieces of %zu", i, at, ends[e],
                             piece);
                    set_up(rows[i].answer);
                    f.config.buffer_size = 64 + 9 * TCX_JSON_TOKEN_SIZE;
                    f.link.answer_after = at;
                    f.link.ending = rows[i].ending;
                    f.link.cut_sent = at;
                    f.link.cut = ends[e];
                    f.link.piece = piece;
                    assert_status(where, run(), rows[i].status);
                    check(f.tick == UINT32_MAX - 10, "%s: it took %u ms", where, f.tick - (UINT32_MAX - 10));
                    check(f.call.outcome == rows[i].outcome, "%s: outcome %d", where, (int)f.call.outcome);
                    check(f.call.response.http_status == rows[i].http_status, "%s", where);
                    check(f.call.response.result.bytes == NULL && f.call.detail == 0, "%s", where);
                    check(f.link.violation == NULL && f.link.closes == 1, "%s: %s", where, f.link.violation);
                    check(f.link.sent_length == at, "%s: %zu bytes were sent", where, f.link.sent_length);
                }
            }
        }
    }
}

/* It does not end the sending: half a status line, an interim answer, or a peer that says nothing more and listens. */
static void test_no_early_answers(void **state)
{
    static const struct {
        const char *answer;
        int ending;
        tcx_status status;
    } rows[] = {
        { "HTTP/1.1 41", TCX_WANT_READ, TCX_E_DEADLINE },
        { "HTTP/1.1 100 x\r\n\r\n", TCX_WANT_READ, TCX_E_DEADLINE },
        { "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 4", TCX_CLOSED, TCX_E_CLOSED },
        { "HTTP/1.1 103 x\r\n\r\n" ANSWER, TCX_WANT_READ, TCX_OK },
        { "", TCX_CLOSED, TCX_E_CLOSED },
        { "", TCX_CLOSED_CLEAN, TCX_E_CLOSED },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        for (size_t at = 1; at < request_length; at++) {
            const size_t interim = rows[i].status == TCX_OK ? strlen(rows[i].answer) - strlen(ANSWER) : SCRIPT_NEVER;

            set_up(rows[i].answer);
            f.config.buffer_size = 64 + 9 * TCX_JSON_TOKEN_SIZE;
            f.link.answer_after = at;
            f.link.ending = rows[i].ending;
            f.link.piece = 40;
            if (interim != SCRIPT_NEVER) { /* the rest comes when the request is whole */
                f.link.answer_length = interim;
                assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, f.tick), TCX_OK);
                while (f.link.sent_length < request_length)
                    assert_int_equal(tcx_call_step(&f.call, f.tick), TCX_PENDING);
                f.link.answer_length = strlen(rows[i].answer);
                assert_int_equal(tcx_call_step(&f.call, f.tick), TCX_OK);
            } else {
                (void)run();
            }
            judge(rows[i].answer, rows[i].status, 0);
        }
    }
}

/* A status other than 200 is what is told, however its page ends; after a cancel it is known all the same. */
static void test_pages_that_are_cut(void **state)
{
    static const struct {
        const char *answer;
        int http_status;
        tcx_status status; /* TCX_OK: the failure's own */
    } rows[] = {
        { "HTTP/1.0 503 x\r\n\r\npage", 503, TCX_E_HTTP_STATUS },
        { "HTTP/1.1 504 x\r\nContent-Length: 5000\r\n\r\npage", 504, TCX_E_HTTP_STATUS },
        { "HTTP/1.1 504 x\r\nContent-Le", 504, TCX_E_HTTP_STATUS },
        { "HTTP/1.1 502", 502, TCX_E_HTTP_STATUS },
        { "HTTP/1.1 302 x\r\n\r\n", 302, TCX_E_HTTP_REDIRECT },
        { "HTTP/1.1 502 x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\npage", 502, TCX_E_HTTP_STATUS },
        { "HTTP/1.1 200 x\r\n\r\n{\"Response\":{}}", 200, TCX_OK },
        { "HTTP/1.1 100 Continue\r\n\r\n", 100, TCX_OK },
        { "HTTP/1.1 50", 0, TCX_OK },
    };
    static const struct {
        int ending;
        tcx_status status;
        int detail;
    } ends[] = {
        { TCX_CLOSED, TCX_E_CLOSED, 0 },
        { PORT_ERROR, TCX_E_RECEIVE, PORT_ERROR },
        { TCX_WANT_READ, TCX_E_DEADLINE, 0 },
        { TCX_WANT_READ, TCX_E_CANCELLED, 0 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        for (size_t e = 0; e < TCX_COUNT(ends); e++) {
            const int own = rows[i].status == TCX_OK || ends[e].status == TCX_E_CANCELLED;

            set_up(rows[i].answer);
            f.link.ending = ends[e].ending;
            if (ends[e].status == TCX_E_CANCELLED) {
                assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, f.tick), TCX_OK);
                assert_int_equal(tcx_call_step(&f.call, f.tick), TCX_PENDING);
                tcx_call_cancel(&f.call);
            } else {
                (void)run();
            }
            assert_status(rows[i].answer, f.call.status, own ? ends[e].status : rows[i].status);
            check(f.call.outcome == TCX_MAYBE_EXECUTED, "%s", rows[i].answer);
            check(f.call.response.http_status == rows[i].http_status, "%s", rows[i].answer);
            check(f.call.detail == (own ? ends[e].detail : 0), "%s: %d", rows[i].answer, f.call.detail);
            check(f.link.violation == NULL && f.link.closes == 1, "%s: %s", rows[i].answer, f.link.violation);
        }
    }
}

/* After the deadline, an answer that is there is read to its end, in many steps; a request is not sent to its end. */
static void test_more_transfers_than_a_step_makes(void **state)
{
    (void)state;
    for (size_t piece = 1; piece <= 4; piece++) {
        int steps = 1;

        set_up(ANSWER);
        assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
        f.link.answer_length = 0;
        assert_int_equal(tcx_call_step(&f.call, 0), TCX_PENDING);
        f.link.answer_length = strlen(ANSWER);
        f.link.piece = piece;
        while (tcx_call_step(&f.call, TCX_TIMEOUT_DEFAULT) == TCX_PENDING) {
            assert_int_equal(tcx_call_wants(&f.call), 0);
            steps++;
        }
        judge("late", TCX_OK, 0);
        assert_in_range(steps, strlen(ANSWER) / piece / 64, strlen(ANSWER) / piece / 64 + 1);

        set_up(ANSWER);
        f.link.piece = piece;
        assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
        assert_int_equal(tcx_call_step(&f.call, TCX_TIMEOUT_DEFAULT), TCX_E_DEADLINE);
        assert_int_equal(f.call.outcome, TCX_NOT_SENT);
        assert_int_equal(f.link.closes, 1);
        assert_in_range(f.link.sent_length, 1, 64 * piece);
    }
}

/* A tick that goes back counts as no time: the deadline does not pass, the clock does not jump. Then time goes on. */
static void test_ticks_that_go_back(void **state)
{
    static const uint32_t backs[] = { 1, 1000, 3600000, 0x7FFFFFFF, 0x80000000 };
    static const uint32_t timeouts[] = { 1000, TCX_TIMEOUT_MAX };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(backs); i++) {
        for (size_t t = 0; t < TCX_COUNT(timeouts); t++) {
            uint32_t tick = 500;

            set_up("");
            f.config.timeout = timeouts[t];
            assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, tick), TCX_OK);
            for (int step = 0; step < 3; step++) {
                assert_int_equal(tcx_call_step(&f.call, tick -= backs[i]), TCX_PENDING);
                assert_int_equal(tcx_call_time_left(&f.call, tick), timeouts[t]);
                assert_int_equal(tcx_call_time_left(&f.call, tick - 1), timeouts[t]);
                assert_true(tcx_call_unix_time(&f.call) == NOW);
            }
            assert_int_equal(tcx_call_step(&f.call, tick + timeouts[t] - 1), TCX_PENDING);
            assert_true(tcx_call_unix_time(&f.call) == NOW + (timeouts[t] - 1) / 1000);
            assert_int_equal(tcx_call_step(&f.call, tick + timeouts[t]), TCX_E_DEADLINE);
        }
    }
}

/* The call's own time does not wrap, however late it is stepped while an answer goes on. */
static void test_time_does_not_wrap(void **state)
{
    static char endless[4000];
    static unsigned char body[4000];
    uint32_t tick = 0;
    int64_t before = NOW;

    (void)state;
    strcpy(endless, "HTTP/1.1 200 OK\r\n\r\n");
    memset(endless + strlen(endless), 'x', 3000);
    set_up(endless);
    f.config.buffer = body;
    f.config.buffer_size = sizeof body;
    f.config.timeout = 1000;
    assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, tick), TCX_OK);
    f.link.answer_length = 0;
    assert_int_equal(tcx_call_step(&f.call, tick), TCX_PENDING);
    f.link.answer_length = strlen(endless);
    f.link.piece = 1;
    for (int step = 0; step < 10; step++) {
        assert_int_equal(tcx_call_step(&f.call, tick += TCX_TIMEOUT_MAX), TCX_PENDING);
        assert_int_equal(tcx_call_time_left(&f.call, tick), 0);
        assert_true(tcx_call_unix_time(&f.call) >= before);
        before = tcx_call_unix_time(&f.call);
    }
}

/* The timestamp of the request that was sent last. */
static long long sent_time(void)
{
    const char *sent = (const char *)f.link.sent;

    for (size_t at = 0; at + 40 < f.link.sent_length; at++) {
        if (memcmp(sent + at, "X-TC-Timestamp: ", 16) == 0)
            return atoll(sent + at + 16);
    }
    return 0;
}

/* Signed by the clock as it is when sending begins: after a queue, a slow link, and a connection that had died. */
static void test_signed_when_sent(void **state)
{
    static const uint32_t waits[] = { 0, 999, 1000, 301000, 3600000 };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(waits); i++) {
        tcx_rate rate;
        tcx_connection connection;

        set_up(ANSWER); /* the link takes its time */
        f.config.timeout = TCX_TIMEOUT_MAX;
        f.link.stutter = TCX_WANT_WRITE;
        assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
        assert_int_equal(tcx_call_step(&f.call, 0), TCX_PENDING);
        assert_true(f.link.dialled.unix_time == NOW);
        f.link.stutter = 0;
        assert_int_equal(tcx_call_step(&f.call, waits[i]), TCX_OK);
        assert_true(sent_time() == NOW + waits[i] / 1000);
        assert_null(f.link.violation);

        set_up(ANSWER); /* a queue */
        f.config.timeout = TCX_TIMEOUT_MAX;
        tcx_rate_init(&rate, 1, 1, 0);
        f.config.rate = &rate;
        assert_int_equal(tcx_rate_wait(&rate, 0), 0);
        assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
        assert_int_equal(tcx_call_step(&f.call, 0), TCX_PENDING);
        assert_int_equal(tcx_call_step(&f.call, 1000 + waits[i]), TCX_OK);
        assert_true(f.link.dialled.unix_time == NOW + 1 + waits[i] / 1000);
        assert_true(sent_time() == NOW + 1 + waits[i] / 1000);

        set_up(ANSWER); /* a reopening: the kept connection dies while it sends, the new one takes its time */
        f.config.timeout = TCX_TIMEOUT_MAX;
        tcx_connection_init(&connection, 0);
        f.config.connection = &connection;
        assert_int_equal(run(), TCX_OK);
        script_init(&f.link, ANSWER, strlen(ANSWER));
        f.link.is_open = 1;
        f.link.links = 1;
        f.link.cut_sent = 0;
        f.link.cut = TCX_CLOSED;
        assert_int_equal(connection.open, 1);
        assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, f.tick), TCX_OK);
        f.link.faults[0].call = 3; /* look, send, look; open */
        f.link.faults[0].result = TCX_WANT_WRITE;
        assert_int_equal(tcx_call_step(&f.call, f.tick), TCX_PENDING);
        f.link.cut_sent = SCRIPT_NEVER;
        assert_int_equal(tcx_call_step(&f.call, f.tick + waits[i]), TCX_OK);
        assert_int_equal(f.link.links, 2);
        assert_true(sent_time() == NOW + waits[i] / 1000);
        tcx_connection_close(&connection, &f.link.transport);
    }
}

/* What cannot be signed any more when its sending begins is not sent: time has passed the end of 9999. */
static void test_not_signed_when_sent(void **state)
{
    (void)state;
    set_up(ANSWER);
    f.config.unix_time = 253402300799;
    f.link.stutter = TCX_WANT_READ;
    assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
    assert_int_equal(tcx_call_step(&f.call, 0), TCX_PENDING);
    assert_int_equal(tcx_call_step(&f.call, 1000), TCX_E_TIME);
    assert_int_equal(f.call.outcome, TCX_NOT_SENT);
    assert_int_equal(f.link.sent_length, 0);
    assert_int_equal(f.link.closes, 1);
    assert_null(f.link.violation);
}

/* Who is dialled, and who must be there. */
static void test_peer(void **state)
{
    static const struct {
        const char *host, *address;
        uint16_t port;
        const char *name, *dialled;
        uint16_t dialled_port;
    } rows[] = {
        { NULL, NULL, 0, "mps.tencentcloudapi.com", "mps.tencentcloudapi.com", 443 },
        { NULL, NULL, 8443, "mps.tencentcloudapi.com", "mps.tencentcloudapi.com", 8443 },
        { NULL, "10.0.0.1", 0, "mps.tencentcloudapi.com", "10.0.0.1", 443 },
        { NULL, "10.0.0.1", 3128, "mps.tencentcloudapi.com", "10.0.0.1", 3128 },
        { "gateway.test", NULL, 0, "gateway.test", "gateway.test", 443 },
        { "gateway.test:8443", NULL, 0, "gateway.test", "gateway.test", 8443 },
        { "gateway.test:8443", NULL, 9, "gateway.test", "gateway.test", 9 },
        { "gateway.test:8443", "::1", 0, "gateway.test", "::1", 443 },
        { "gateway.test:8443", "proxy", 80, "gateway.test", "proxy", 80 },
        { "[::1]:8443", NULL, 0, "::1", "::1", 8443 },
        { "gateway.test:65535", NULL, 65535, "gateway.test", "gateway.test", 65535 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        set_up(ANSWER);
        f.request.host = tcx_text_from(rows[i].host);
        f.config.address = tcx_text_from(rows[i].address);
        f.config.port = rows[i].port;
        check(run() == TCX_OK, "row %zu: %d", i, f.call.status);
        assert_bytes("name", f.link.dialled.name.bytes, f.link.dialled.name.length, tcx_text_from(rows[i].name));
        assert_bytes("address", f.link.dialled.address.bytes, f.link.dialled.address.length,
                     tcx_text_from(rows[i].dialled));
        check(f.link.dialled.port == rows[i].dialled_port, "row %zu: port %d", i, f.link.dialled.port);
        assert_true(f.link.dialled.unix_time == NOW);
    }
}

/* A transport with hooks of its own. */
static unsigned char composed[4096];
static size_t compose_room, composes;
static tcx_status better;

static unsigned char *compose(void *context, size_t *length)
{
    (void)context;
    *length = compose_room;
    return composes++ % 3 == 2 ? NULL : composed; /* sometimes there is nowhere, and sometimes no room there */
}

static tcx_status failure(void *context, int *detail)
{
    (void)context;
    if (*detail == PORT_ERROR)
        *detail = 1234;
    return better;
}

static void test_hooks(void **state)
{
    static const size_t rooms[] = { 0, 1, 100, sizeof composed };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rooms); i++) {
        for (size_t piece = 1; piece < 400; piece += 57) {
            set_up(ANSWER);
            f.link.transport.compose = compose;
            f.link.piece = piece;
            f.link.stutter = TCX_WANT_WRITE;
            compose_room = rooms[i];
            composes = 0;
            assert_status("compose", run(), TCX_OK);
            judge("compose", TCX_OK, 0);
        }
    }
    for (size_t call = 0; call < calls_of_a_call; call++) {
        static const tcx_status plain[] = { TCX_E_CONNECT, TCX_E_SEND, TCX_E_RECEIVE };

        static const tcx_status answers[] = { TCX_OK, TCX_PENDING, TCX_E_RESOLVE, TCX_E_API, (tcx_status)INT_MIN };

        for (size_t row = 0; row < TCX_COUNT(answers); row++) {
            set_up(ANSWER);
            f.link.transport.failure = failure;
            f.link.faults[0].call = call;
            f.link.faults[0].result = PORT_ERROR;
            better = answers[row];
            /* whatever it says, it does not make an answer: that the service said no, only an answer says */
            assert_status("failure", run(), better < 0 && better != TCX_E_API ? better : plain[call]);
            assert_int_equal(f.call.outcome, call < 2 ? TCX_NOT_SENT : TCX_MAYBE_EXECUTED);
            assert_int_equal(f.call.detail, 1234);
            check_end("failure");
        }
    }
}

/* A FunctionArg from elsewhere, which may fail or change only once the sending has begun. */
static struct {
    uint32_t reads, until_failure, until_change;
    char before, after; /* what it is made of */
} store;

static int read_at(void *context, uint32_t offset, void *out, size_t length)
{
    (void)context;
    (void)offset;
    if (store.reads++ >= store.until_failure)
        return -99;
    memset(out, store.reads > store.until_change ? store.after : store.before, length);
    return (int)length;
}

/*
 * It fails or changes at its first reading, at its last, and at every one between: the request's last byte stays here.
 */
static void test_source(void **state)
{
    static const struct {
        char before, after;
    } rows[] = {
        { 'a', 0 },      /* fails */
        { 'a', 'b' },    /* changes */
        { 'a', '"' },    /* changes, and is longer when it is sent */
        { '"', 'a' },    /* and shorter */
        { 'a', '\xFF' }, /* and is no text any more */
    };

    (void)state;
    for (size_t row = 0; row < TCX_COUNT(rows); row++) {
        int fails = rows[row].after == 0;
        uint32_t count = 0;

        do {
            tcx_source source = tcx_source_of(read_at, NULL, 1500);
            tcx_status status;

            set_up(ANSWER);
            f.request.function_arg = tcx_text_from(NULL);
            f.request.function_arg_source = &source;
            f.link.piece = 200;
            store.reads = 0;
            store.until_failure = fails ? count : UINT32_MAX;
            store.until_change = fails ? UINT32_MAX : count;
            store.before = rows[row].before;
            store.after = rows[row].after;
            status = run();
            if (count >= store.reads ||
                (count == 0 && (rows[row].after & 0x80) == 0 && !fails)) { /* it never changed */
                assert_status("source", status, TCX_OK);
            } else {
                check(status == TCX_E_SOURCE || (rows[row].after & 0x80 && status == TCX_E_FUNCTION_ARG_UTF8),
                      "row %zu, after %u readings: %d", row, (unsigned)count, status);
                assert_int_equal(f.call.detail, fails ? -99 : 0);
                assert_int_equal(f.call.outcome, TCX_NOT_SENT);
            }
            assert_int_equal(f.link.closes, f.link.links);
            assert_null(f.link.violation);
        } while (count++ < store.reads);
        assert_in_range(count, 20, 100);
    }
}

/* A peer that stays: it answers each whole request, and forgets half of one with its link. */
static struct {
    const char *answer;
    size_t link, got, left;
    unsigned whole;
} stayer;

static void stayer_takes(void *peer, const unsigned char *bytes, size_t length)
{
    (void)peer;
    (void)bytes;
    if (stayer.link != f.link.links)
        stayer.got = stayer.left = 0;
    stayer.link = f.link.links;
    stayer.got += length;
    if (stayer.got == request_length) {
        stayer.got = 0;
        stayer.left = strlen(stayer.answer);
        stayer.whole++;
    }
}

static size_t stayer_gives(void *peer, unsigned char *bytes, size_t length)
{
    size_t count = length < stayer.left ? length : stayer.left;

    (void)peer;
    memcpy(bytes, stayer.answer + strlen(stayer.answer) - stayer.left, count);
    stayer.left -= count;
    return count;
}

/* One call over a connection that is kept for the next one. */
static void set_up_kept(tcx_connection *connection, uint32_t idle_limit, const char *answer)
{
    set_up("");
    tcx_connection_init(connection, idle_limit);
    memset(&stayer, 0, sizeof stayer);
    stayer.answer = answer;
    f.link.take = stayer_takes;
    f.link.give = stayer_gives;
    f.config.connection = connection;
    assert_status("first call", run(), TCX_OK);
    assert_int_equal(stayer.whole, 1);
}

static void test_kept_connection(void **state)
{
    static const char closes[] = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 15\r\n\r\n{\"Response\":{}}";
    static const struct {
        const char *name, *answer, *host;
        uint32_t limit, idle;
        int look; /* what a look at it finds; 0: nothing */
        int kept;
    } rows[] = {
        { "at once", ANSWER, NULL, 0, 0, 0, 1 },
        { "just in time", ANSWER, NULL, 0, TCX_IDLE_DEFAULT - 1, 0, 1 },
        { "too late", ANSWER, NULL, 0, TCX_IDLE_DEFAULT, 0, 0 },
        { "a limit of its own", ANSWER, NULL, 10, 9, 0, 1 },
        { "a limit of its own is over", ANSWER, NULL, 10, 10, 0, 0 },
        { "the peer has closed it", ANSWER, NULL, 0, 0, TCX_CLOSED, 0 },
        { "the peer has closed it cleanly", ANSWER, NULL, 0, 0, TCX_CLOSED_CLEAN, 0 },
        { "it is broken", ANSWER, NULL, 0, 0, PORT_ERROR, 0 },
        { "bytes have come that nobody asked for", ANSWER, NULL, 0, 0, SCRIPT_TOO_MUCH, 0 },
        { "another host", ANSWER, "vod.tencentcloudapi.com", 0, 0, 0, 0 },
        { "Connection: close", closes, NULL, 0, 0, 0, 0 },
        { "surplus bytes", HEAD("15") "{\"Response\":{}}surplus", NULL, 0, 0, 0, 0 },
        { "HTTP/1.0", "HTTP/1.0 200 OK\r\nContent-Length: 15\r\n\r\n{\"Response\":{}}", NULL, 0, 0, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        tcx_connection connection;

        set_up_kept(&connection, rows[i].limit, rows[i].answer);
        f.tick += rows[i].idle;
        f.link.faults[0].call = rows[i].look != 0 ? f.link.calls : SCRIPT_NEVER;
        f.link.faults[0].result = rows[i].look;
        f.request.host = tcx_text_from(rows[i].host);
        assert_status(rows[i].name, run(), TCX_OK);
        check(stayer.whole == 2 && f.link.links == (rows[i].kept ? 1 : 2), "%s: %zu links", rows[i].name, f.link.links);
        tcx_connection_close(&connection, &f.link.transport);
        tcx_connection_close(&connection, &f.link.transport);
        check(f.link.closes == f.link.links && f.link.violation == NULL, "%s: %s", rows[i].name, f.link.violation);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_success),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_wants),
        cmocka_unit_test(test_cut_at_every_byte),
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_large_pages),
        cmocka_unit_test(test_large_transfers),
        cmocka_unit_test(test_buffer_sizes),
        cmocka_unit_test(test_endless_peers),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_trickle),
        cmocka_unit_test(test_cancel),
        cmocka_unit_test(test_begin_refuses),
        cmocka_unit_test(test_clock_floor),
        cmocka_unit_test(test_busy),
        cmocka_unit_test(test_early_answers),
        cmocka_unit_test(test_no_early_answers),
        cmocka_unit_test(test_pages_that_are_cut),
        cmocka_unit_test(test_more_transfers_than_a_step_makes),
        cmocka_unit_test(test_ticks_that_go_back),
        cmocka_unit_test(test_time_does_not_wrap),
        cmocka_unit_test(test_signed_when_sent),
        cmocka_unit_test(test_not_signed_when_sent),
        cmocka_unit_test(test_peer),
        cmocka_unit_test(test_hooks),
        cmocka_unit_test(test_source),
        cmocka_unit_test(test_kept_connection),
    };

    return cmocka_run_group_tests(tests, dry_run, NULL);
}
