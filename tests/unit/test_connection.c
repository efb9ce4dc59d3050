/*
 * Tests connections that outlive a call: when one is used again, what happens if it has closed in the meantime, and
 * that every opened one is closed once.
 */
#include "script.h"

#define OK_JSON "{\"Response\":{\"Result\":\"XXX\",\"RequestId\":\"id-1\"}}"

enum { PORT_ERROR = -71 };

static script_series s;
static tcx_connection kept;
static const char *ok;

static void set_up(const script_exchange *script, size_t length)
{
    script_series_init(&s, script, length);
    tcx_connection_init(&kept, 0);
    s.config.connection = &kept;
}

static void finish(void)
{
    tcx_connection_close(&kept, &s.transport);
    assert_int_equal(kept.open, 0);
    assert_int_equal(s.closes, s.dials);
    tcx_connection_close(&kept, &s.transport); /* again: nothing */
    assert_int_equal(s.closes, s.dials);
}

/* Again for the same host, address and port, and for no other. */
static void test_same_peer(void **state)
{
    typedef struct whom {
        const char *host, *address;
        uint16_t port;
    } whom;
    static const struct {
        whom first, second;
        int same;
    } rows[] = {
        { { NULL, NULL, 0 }, { NULL, NULL, 0 }, 1 },
        { { NULL, NULL, 0 }, { NULL, NULL, 443 }, 1 },
        { { NULL, NULL, 0 }, { "mps.tencentcloudapi.com", NULL, 0 }, 1 },
        { { "a.test", NULL, 0 }, { "a.test", NULL, 0 }, 1 },
        { { "a.test:8443", NULL, 0 }, { "a.test", NULL, 8443 }, 1 },
        { { "a.test", "10.0.0.1", 0 }, { "a.test", "10.0.0.1", 443 }, 1 },
        { { "a.test", NULL, 0 }, { "a.test", NULL, 8443 }, 0 },
        { { "a.test", NULL, 443 }, { "a.test", NULL, 444 }, 0 },
        { { "a.test", NULL, 1 }, { "a.test", NULL, 257 }, 0 },
        { { "a.test", NULL, 0 }, { "b.test", NULL, 0 }, 0 },
        { { "a.test", NULL, 0 }, { "a.tes", NULL, 0 }, 0 },
        { { "a.test", "10.0.0.1", 0 }, { "b.test", "10.0.0.1", 0 }, 0 },
        { { "a.test", "10.0.0.1", 0 }, { "a.test", "10.0.0.2", 0 }, 0 },
        { { "a.test", NULL, 0 }, { "a.test", "10.0.0.1", 0 }, 0 },
        { { "a.test", "b.test", 0 }, { "b.test", "a.test", 0 }, 0 },
        { { "a.test", "d.test", 0x6362 }, { "a.testbc", "test", 0x2E64 }, 0 }, /* the same bytes, if joined */
        { { "a.test", "cd.test", 0x6161 }, { "a.testaa", ".test", 0x6463 }, 0 },
        { { "1aa9.a.test", "10.0.0.1", 0 }, { "25054.a.test", "10.0.0.1", 0 }, 0 }, /* a hash of 32 bits collides */
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const script_exchange script[] = { { .answer = ok }, { .answer = ok } };

        set_up(script, 2);
        for (int call = 0; call < 2; call++) {
            const whom *peer = call == 0 ? &rows[i].first : &rows[i].second;

            s.request.host = tcx_text_from(peer->host);
            s.config.address = tcx_text_from(peer->address);
            s.config.port = peer->port;
            check(script_series_run(&s) == TCX_OK, "row %zu, call %d: %d", i, call, s.call.status);
        }
        check(s.dials == (rows[i].same ? 1 : 2) && s.seen[1].reused == rows[i].same, "row %zu: %zu dials", i, s.dials);
        check(s.looks == (size_t)rows[i].same, "row %zu: another's connection was looked at", i);
        finish();
    }
}

/* Within the idle limit, which is counted from the end of the call and over the wrap of the tick. */
static void test_idle_limit(void **state)
{
    static const struct {
        uint32_t limit, idle;
        int same;
    } rows[] = {
        { 0, 0, 1 },
        { 0, TCX_IDLE_DEFAULT - 1, 1 },
        { 0, TCX_IDLE_DEFAULT, 0 },
        { 0, 0x7FFFFFFF, 0 },
        { 0, 0x80000000, 0 },
        { 1, 0, 1 },
        { 1, 1, 0 },
        { 1000, 999, 1 },
        { 1000, 1000, 0 },
        { 1000, UINT32_MAX, 0 },
        { 90000, 89999, 1 },
    };
    static const uint32_t begins[] = { 0, 1, 0x7FFFFFFF, UINT32_MAX - 500, UINT32_MAX };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows) * TCX_COUNT(begins); i++) {
        const script_exchange script[] = { { .answer = ok, .dialling = 100 }, { .answer = ok } };
        const size_t row = i / TCX_COUNT(begins);

        set_up(script, 2);
        tcx_connection_init(&kept, rows[row].limit);
        s.tick = begins[i % TCX_COUNT(begins)];
        assert_int_equal(tcx_call_begin(&s.call, &s.config, &s.request, s.tick), TCX_OK);
        for (int step = 0; step < 100; step++) /* the dial takes longer than the limit */
            assert_int_equal(tcx_call_step(&s.call, s.tick += 20), TCX_PENDING);
        assert_int_equal(tcx_call_step(&s.call, s.tick), TCX_OK);
        s.tick += rows[row].idle;
        assert_int_equal(script_series_run(&s), TCX_OK);
        check(s.dials == (rows[row].same ? 1 : 2), "idle for %u of %u ms from %u: %zu dials", (unsigned)rows[row].idle,
              (unsigned)rows[row].limit, (unsigned)begins[i % TCX_COUNT(begins)], s.dials);
        finish();
    }
}

/* Looked at before it is used: whatever it has to say, other than nothing, and a new one is dialled, silently. */
static void test_look(void **state)
{
    static const struct {
        const char *later;
        int ending;
        int same;
    } rows[] = {
        { NULL, 0, 1 },
        { NULL, TCX_CLOSED, 0 },       /* FIN */
        { NULL, TCX_CLOSED_CLEAN, 0 }, /* close_notify */
        { NULL, PORT_ERROR, 0 },
        { NULL, INT32_MIN, 0 },
        { NULL, 99, 0 }, /* against the contract */
        { "H", 0, 0 },
        { "HTTP/1.1 408 Request Timeout\r\n\r\n", TCX_CLOSED, 0 },
        { "\r\n", 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const script_exchange script[] = { { .answer = ok, .later = rows[i].later, .ending = rows[i].ending },
                                           { .answer = ok } };

        set_up(script, 2);
        assert_int_equal(script_series_run(&s), TCX_OK);
        assert_int_equal(s.closes, 0);
        assert_int_equal(s.looks, 0);
        check(script_series_run(&s) == TCX_OK, "row %zu: %d", i, s.call.status);
        check(s.dials == (rows[i].same ? 1 : 2) && s.looks == 1, "row %zu: %zu dials, %zu looks", i, s.dials, s.looks);
        assert_int_equal(s.call.attempts, 1);
        assert_int_equal(s.call.detail, 0);
        finish();
    }
}

/* The look itself may have to wait; then nothing was sent, and what was kept is closed at the latest in the end. */
static void test_look_waits(void **state)
{
    static const struct {
        int result;
        unsigned wants;
    } rows[] = { { TCX_WANT_WRITE, TCX_WRITE }, { TCX_AGAIN, 0 } };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows) * 2; i++) {
        const script_exchange script[] = { { .answer = ok, .ending = rows[i / 2].result }, { .answer = ok } };

        set_up(script, 2);
        assert_int_equal(script_series_run(&s), TCX_OK);
        assert_int_equal(tcx_call_begin(&s.call, &s.config, &s.request, s.tick), TCX_OK);
        assert_int_equal(tcx_call_step(&s.call, s.tick), TCX_PENDING);
        assert_int_equal(tcx_call_wants(&s.call), rows[i / 2].wants);
        if (i % 2)
            tcx_call_cancel(&s.call);
        assert_int_equal(tcx_call_step(&s.call, s.tick + TCX_TIMEOUT_DEFAULT), i % 2 ? TCX_E_CANCELLED : TCX_OK);
        assert_int_equal(s.call.outcome, i % 2 ? TCX_NOT_SENT : TCX_ANSWERED); /* by then, the idle limit was over */
        finish();
    }
}

/* It dies when it has taken some of the request: a new one is dialled once, and gets the whole request, once. */
static void test_dies_in_sending(void **state)
{
    static const int ways[] = { PORT_ERROR, TCX_CLOSED, TCX_CLOSED_CLEAN };
    size_t whole = 1;

    (void)state;
    for (size_t byte = 0; byte < whole; byte++) {
        for (size_t way = 0; way < TCX_COUNT(ways); way++) {
            const script_exchange script[] = { { .answer = ok },
                                               { .breaks = ways[way], .after = byte },
                                               { .answer = ok } };

            set_up(script, 3);
            assert_int_equal(script_series_run(&s), TCX_OK);
            whole = s.seen[0].length;
            check(script_series_run(&s) == TCX_OK, "byte %zu: %d", byte, s.call.status);
            assert_int_equal(s.call.outcome, TCX_ANSWERED);
            assert_int_equal(s.call.attempts, 1);
            assert_int_equal(s.call.detail, 0);
            assert_int_equal(s.dials, 2);
            assert_true(s.count < 3 || (s.count == 3 && !s.seen[1].whole && s.seen[1].length == byte));
            assert_true(s.seen[s.count - 1].whole);
            assert_int_equal(s.seen[s.count - 1].length, whole);
            assert_memory_equal(s.seen[s.count - 1].sent, s.seen[0].sent, whole);
            finish();
        }
    }
    assert_true(whole > 400);
}

/* Whatever it says while it takes the request, a new one is opened, once; what that one says early is believed. */
static void test_speaks_in_sending(void **state)
{
    static const char page[] = "HTTP/1.1 413 x\r\nContent-Length: 1\r\n\r\nx";
    const char *const words[] = { ok,
                                  page,
                                  "HTTP/1.1 408 x\r\n\r\n",
                                  "H",
                                  "HTTP/1.1 100 x\r\n\r\n",
                                  script_answer("{\"Response\":{\"Error\":{\"Code\":\"x\"}}}", "", "") };

    (void)state;
    for (size_t byte = 1; byte < 400; byte += 7) {
        for (size_t i = 0; i < TCX_COUNT(words); i++) {
            for (int again = 0; again < 2; again++) {
                const script_exchange good = { .answer = ok };
                const script_exchange bad = { .answer = page, .early = byte, .breaks = TCX_WANT_WRITE, .after = byte };
                script_exchange script[] = { good, bad, again ? bad : good };

                script[1].answer = words[i];
                set_up(script, 3);
                s.config.buffer_size = 100 + 7 * TCX_JSON_TOKEN_SIZE;
                assert_int_equal(script_series_run(&s), TCX_OK);
                assert_int_equal(script_series_run(&s), again ? TCX_E_HTTP_STATUS : TCX_OK);
                assert_int_equal(s.call.outcome, again ? TCX_NOT_SENT : TCX_ANSWERED);
                assert_int_equal(s.call.response.http_status, again ? 413 : 200);
                assert_int_equal(s.call.attempts, 1);
                assert_int_equal(s.dials, 2);
                assert_int_equal(kept.open, !again);
                finish();
            }
        }
    }
}

/* A tick that went back: it cannot be known how long it was idle. */
static void test_ticks_that_go_back(void **state)
{
    static const uint32_t backs[] = { 1, 1000, 86400000, 0x7FFFFFFF };
    static const uint32_t limits[] = { 0, 1000, TCX_TIMEOUT_MAX, UINT32_MAX };
    const script_exchange script[] = { { .answer = ok }, { .answer = ok } };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(backs) * TCX_COUNT(limits); i++) {
        set_up(script, 2);
        tcx_connection_init(&kept, limits[i / TCX_COUNT(backs)]);
        assert_int_equal(script_series_run(&s), TCX_OK);
        s.tick -= backs[i % TCX_COUNT(backs)];
        assert_int_equal(script_series_run(&s), TCX_OK);
        check(s.dials == 2, "%u back, limit %u", (unsigned)backs[i % TCX_COUNT(backs)],
              (unsigned)limits[i / TCX_COUNT(backs)]);
        finish();
    }
}

/* And dies again, at whatever byte: that fails, and nothing was sent. */
static void test_dies_twice(void **state)
{
    enum { WHOLE = 400 };

    (void)state;
    for (size_t byte = 0; byte <= WHOLE; byte += 20) {
        const struct {
            script_exchange second;
            tcx_status status;
        } rows[] = {
            { { .open = PORT_ERROR }, TCX_E_CONNECT },
            { { .breaks = PORT_ERROR, .after = byte }, TCX_E_SEND },
            { { .breaks = TCX_CLOSED, .after = byte }, TCX_E_CLOSED },
            { { .breaks = TCX_WANT_READ, .after = byte }, TCX_E_DEADLINE },
        };

        for (size_t i = 0; i < TCX_COUNT(rows); i++) {
            const script_exchange script[] = { { .answer = ok },
                                               { .breaks = TCX_CLOSED, .after = WHOLE - byte },
                                               rows[i].second };

            set_up(script, 3);
            assert_int_equal(script_series_run(&s), TCX_OK);
            check(script_series_run(&s) == rows[i].status, "byte %zu, row %zu: %d", byte, i, s.call.status);
            assert_int_equal(s.call.outcome, TCX_NOT_SENT);
            assert_int_equal(s.call.attempts, 1);
            assert_int_equal(s.dials, 2);
            assert_int_equal(kept.open, 0);
            finish();
        }
    }
}

/* It is too slow, or breaks the contract: that is not what a connection that was closed meanwhile does. */
static void test_fails_in_sending(void **state)
{
    static const struct {
        int breaks;
        tcx_status status;
    } rows[] = { { TCX_WANT_WRITE, TCX_E_DEADLINE }, { 20000, TCX_E_TRANSPORT_CONTRACT } };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const script_exchange script[] = { { .answer = ok }, { .breaks = rows[i].breaks, .after = 9 } };

        set_up(script, 2);
        s.config.timeout = 70; /* ten waits for room */
        assert_int_equal(script_series_run(&s), TCX_OK);
        assert_int_equal(script_series_run(&s), rows[i].status);
        /* A transport that claims more than it was given may have sent anything. */
        assert_int_equal(s.call.outcome, i == 0 ? TCX_NOT_SENT : TCX_MAYBE_EXECUTED);
        assert_int_equal(s.dials, 1);
        assert_int_equal(kept.open, 0);
        finish();
    }
}

/* It took the request whole and gives no answer, or half of one: nobody knows, and nobody repeats it. */
static void test_no_answer(void **state)
{
    const struct {
        script_exchange second;
        tcx_status status;
    } rows[] = {
        { { .ending = TCX_CLOSED }, TCX_E_CLOSED },
        { { .ending = TCX_CLOSED_CLEAN }, TCX_E_CLOSED },
        { { .ending = PORT_ERROR }, TCX_E_RECEIVE },
        { { .answer = NULL }, TCX_E_DEADLINE },
        { { .answer = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", .ending = TCX_CLOSED }, TCX_E_CLOSED },
    };
    const tcx_retry retry = tcx_retry_rule(9, 1, 1, 1, 1, NULL);

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const script_exchange script[] = { { .answer = ok }, rows[i].second };

        set_up(script, 2);
        s.config.retry = &retry;
        assert_int_equal(script_series_run(&s), TCX_OK);
        check(script_series_run(&s) == rows[i].status, "row %zu: %d", i, s.call.status);
        assert_int_equal(s.call.outcome, TCX_MAYBE_EXECUTED);
        assert_int_equal(s.seen[1].reused, 1);
        assert_int_equal(s.dials, 1);
        assert_int_equal(kept.open, 0);
        finish();
    }
}

/* Which answers leave a connection that is kept. */
static void test_what_is_kept(void **state)
{
    const struct {
        const char *answer;
        int ending;
        tcx_status status;
        int keeps;
    } rows[] = {
        { script_answer(OK_JSON, "", ""), 0, TCX_OK, 1 },
        { script_answer(OK_JSON, "", "Connection: keep-alive\r\n"), 0, TCX_OK, 1 },
        { script_answer(OK_JSON, "", "Connection: close\r\n"), 0, TCX_OK, 0 },
        { script_answer(OK_JSON, "", "connection: x, CLOSE\r\n"), 0, TCX_OK, 0 },
        { script_answer("{\"Response\":{\"Error\":{\"Code\":\"x\"}}}", "", ""), 0, TCX_E_API, 1 },
        { "HTTP/1.0 200 OK\r\nContent-Length: 15\r\n\r\n{\"Response\":{}}", 0, TCX_OK, 0 },
        { "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 15\r\n\r\n{\"Response\":{}}", 0, TCX_OK, 1 },
        { "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nF\r\n{\"Response\":{}}\r\n0\r\n\r\n", 0, TCX_OK, 1 },
        { "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"Response\":{}}surplus", 0, TCX_OK, 0 },
        { "HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"Response\":{}}\n", 0, TCX_OK, 0 },
        { "HTTP/1.1 200 OK\r\n\r\n{\"Response\":{}}", TCX_CLOSED_CLEAN, TCX_OK, 0 },
        { "HTTP/1.1 200 OK\r\n\r\n{\"Response\":{}}", TCX_CLOSED, TCX_E_CLOSED, 0 },
        { "HTTP/1.1 200 OK\r\nContent-Length: 14\r\n\r\n{\"Response\":{}}", 0, TCX_E_JSON_SYNTAX, 0 },
        { "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", 0, TCX_E_JSON_SHAPE, 0 },
        { "HTTP/1.1 502 x\r\nContent-Length: 3\r\n\r\nbad", 0, TCX_E_HTTP_STATUS, 0 },
        { "HTTP/1.1 302 x\r\nContent-Length: 0\r\n\r\n", 0, TCX_E_HTTP_REDIRECT, 0 },
        { "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", 0, TCX_E_HTTP_LENGTH, 0 },
        { "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", 0, TCX_E_HTTP_BODY_TOO_LARGE, 0 },
        { "SSH-2.0", 0, TCX_E_HTTP_SYNTAX, 0 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const script_exchange script[] = { { .answer = rows[i].answer, .ending = rows[i].ending } };

        set_up(script, 1);
        assert_status(rows[i].answer, script_series_run(&s), rows[i].status);
        check(kept.open == rows[i].keeps, "%s", rows[i].answer);
        assert_int_equal(s.closes, !rows[i].keeps);
        finish();

        set_up(script, 1); /* with nowhere to keep it, none is kept */
        s.config.connection = NULL;
        assert_status(rows[i].answer, script_series_run(&s), rows[i].status);
        assert_int_equal(s.closes, 1);
    }
}

/* A call that fails, is cancelled, or runs out of time closes what it had opened. */
static void test_failed_calls_close(void **state)
{
    static const script_exchange ends[] = {
        { .open = PORT_ERROR }, { .open = TCX_CLOSED }, { .dialling = 99 }, { .breaks = TCX_WANT_WRITE, .after = 5 },
        { .answer = NULL },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(ends); i++) {
        for (int cancelled = 0; cancelled < 2; cancelled++) {
            set_up(&ends[i], 1);
            s.config.timeout = 50;
            if (cancelled) {
                assert_int_equal(tcx_call_begin(&s.call, &s.config, &s.request, s.tick), TCX_OK);
                (void)!tcx_call_step(&s.call, s.tick);
                tcx_call_cancel(&s.call);
            } else {
                assert_true(script_series_run(&s) < 0);
            }
            assert_int_equal(s.closes, 1);
            assert_int_equal(kept.open, 0);
            finish();
        }
    }
}

/* The attempts of one call use the kept connection too; so do eight calls in a row. */
static void test_many(void **state)
{
    const char *limit = script_answer("{\"Response\":{\"Error\":{\"Code\":\"RequestLimitExceeded\"}}}", "", "");
    const tcx_retry retry = tcx_retry_rule(9, 1, 1, 0, 0, NULL);
    script_exchange script[8];

    (void)state;
    memset(script, 0, sizeof script);
    for (int i = 0; i < 8; i++)
        script[i].answer = i < 4 ? limit : ok;
    set_up(script, 8);
    s.config.retry = &retry;
    assert_int_equal(script_series_run(&s), TCX_OK);
    assert_int_equal(s.call.attempts, 5);
    for (int call = 0; call < 3; call++) {
        s.tick += TCX_IDLE_DEFAULT - 1;
        assert_int_equal(script_series_run(&s), TCX_OK);
    }
    assert_int_equal(s.count, 8);
    assert_int_equal(s.dials, 1);
    for (int i = 0; i < 8; i++)
        assert_true(s.seen[i].whole && s.seen[i].reused == (i > 0));
    finish();
}

static int prepare(void **state)
{
    (void)state;
    ok = script_answer(OK_JSON, "", "");
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_peer),
        cmocka_unit_test(test_idle_limit),
        cmocka_unit_test(test_look),
        cmocka_unit_test(test_look_waits),
        cmocka_unit_test(test_dies_in_sending),
        cmocka_unit_test(test_speaks_in_sending),
        cmocka_unit_test(test_ticks_that_go_back),
        cmocka_unit_test(test_dies_twice),
        cmocka_unit_test(test_fails_in_sending),
        cmocka_unit_test(test_no_answer),
        cmocka_unit_test(test_what_is_kept),
        cmocka_unit_test(test_failed_calls_close),
        cmocka_unit_test(test_many),
    };

    return cmocka_run_group_tests(tests, prepare, NULL);
}
