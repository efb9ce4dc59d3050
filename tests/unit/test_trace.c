/* Tests the exact sequence of events of a call, as text. */
#include "script.h"

#define OK_JSON "{\"Response\":{\"Result\":\"XXX\",\"RequestId\":\"id-1\"}}"

static script_series s;
static char told[2000];
static size_t events;
static tcx_connection kept;

/* Writes an event down; a number that is the size of the request or of its answer by that name. */
static void tell(void *context, tcx_event event, uint32_t number)
{
    static const char *const names[] = { "?",         "DIAL",    "REUSED", "REOPENED",     "CONNECTED",
                                         "HANDSHAKE", "RESUMED", "SENT",   "REQUEST_SENT", "RECEIVED",
                                         "ANSWER",    "FAILED",  "RETRY",  "RATE" };
    const script_exchange *now = s.count > 0 ? &s.script[s.count - 1] : NULL;
    size_t used = strlen(told);
    char text[20];

    assert_ptr_equal(context, &events);
    assert_in_range(event, TCX_EVENT_DIAL, TCX_EVENT_RATE);
    snprintf(text, sizeof text, "%u", (unsigned)number);
    if (event == TCX_EVENT_SENT && s.seen[s.count - 1].whole)
        strcpy(text, number == s.seen[s.count - 1].length ? "all" : "the wrong size");
    if (event == TCX_EVENT_RECEIVED && now->answer != NULL)
        strcpy(text, number == strlen(now->answer) ? "all" : "the wrong size");
    snprintf(told + used, sizeof told - used, "%s%s %s", used > 0 ? ", " : "", names[event], text);
    events++;
}

static const tcx_trace trace = { tell, &events };

/* A delay of 40 ms before each repeat. */
static uint32_t forty(const tcx_retry *retry, const tcx_attempt *attempt, uint32_t jitter)
{
    return tcx_retry_delay(retry, attempt, jitter) == TCX_RETRY_STOP ? TCX_RETRY_STOP : 40;
}

static tcx_retry retry;

static void set_up(const script_exchange *script, size_t length)
{
    script_series_init(&s, script, length);
    tcx_connection_init(&kept, 0);
    retry = tcx_retry_rule(3, 0, 0, 1, 1, forty);
    s.config.trace = &trace;
    told[0] = '\0';
}

#define SENDING   "SENT all, REQUEST_SENT "
#define REFUSED   "DIAL 1, CONNECTED 0, " SENDING "0" ANSWERING "200, RETRY 40, "
#define ANSWERING ", RECEIVED all, ANSWER "

/* One call each. The dial takes 14 ms where it says TCX_WANT_WRITE twice. */
static void test_one_call(void **state)
{
    const char *answer = script_answer(OK_JSON, "", "");
    const char *error = script_answer("{\"Response\":{\"Error\":{\"Code\":\"RequestLimitExceeded\"}}}", "", "");
    const char *late = script_answer("{\"Response\":{\"Error\":{\"Code\":\"AuthFailure.SignatureExpire\"}}}",
                                     "Fri, 15 Jan 2027 08:16:40 GMT", "");
    const script_exchange ok = { .answer = answer }, slow = { .answer = answer, .dialling = 2 };
    const script_exchange dead = { .open = -5 }, slowly_dead = { .open = -5, .dialling = 1 };
    const script_exchange cut = { .breaks = TCX_CLOSED, .after = 10 }, limit = { .answer = error };
    const script_exchange expired = { .answer = late }, reset = { .ending = -5 }, silent = { .answer = NULL };
    const script_exchange page = { .answer = "HTTP/1.1 502 x\r\nContent-Length: 3\r\n\r\nbad" };
    const struct {
        script_exchange script[3];
        tcx_status status;
        const char *events;
    } rows[] = {
        { { ok }, TCX_OK, "DIAL 1, CONNECTED 0, " SENDING "0" ANSWERING "200" },
        { { slow }, TCX_OK, "DIAL 1, CONNECTED 14, " SENDING "14" ANSWERING "200" },
        { { dead, dead, dead },
          TCX_E_CONNECT,
          "DIAL 1, FAILED 300, RETRY 40, DIAL 2, FAILED 300, RETRY 40, DIAL 3, FAILED 300" },
        { { slowly_dead, slow },
          TCX_OK,
          "DIAL 1, FAILED 300, RETRY 40, DIAL 2, CONNECTED 14, " SENDING "14" ANSWERING "200" },
        { { cut, ok },
          TCX_OK,
          "DIAL 1, CONNECTED 0, SENT 10, FAILED 303, RETRY 40, DIAL 2, CONNECTED 0, " SENDING "0" ANSWERING "200" },
        { { limit, ok }, TCX_OK, REFUSED "DIAL 2, CONNECTED 0, " SENDING "0" ANSWERING "200" },
        { { expired, ok }, TCX_OK, REFUSED "DIAL 2, CONNECTED 0, " SENDING "0" ANSWERING "200" },
        { { reset }, TCX_E_RECEIVE, "DIAL 1, CONNECTED 0, " SENDING "0, FAILED 302" },
        { { page }, TCX_E_HTTP_STATUS, "DIAL 1, CONNECTED 0, " SENDING "0" ANSWERING "502, FAILED 506" },
        { { silent }, TCX_E_DEADLINE, "DIAL 1, CONNECTED 0, " SENDING "0, FAILED 304" },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        set_up(rows[i].script, 3);
        s.config.retry = &retry;
        assert_status(rows[i].events, script_series_run(&s), rows[i].status);
        assert_string_equal(told, rows[i].events);
    }
}

/* A kept connection: used again, and found dead in three ways. */
static void test_reuse(void **state)
{
    const char *answer = script_answer(OK_JSON, "", "");
    const script_exchange ok = { .answer = answer }, ok_then_fin = { .answer = answer, .ending = TCX_CLOSED };
    const script_exchange cut = { .breaks = TCX_CLOSED, .after = 10 }, mute = { .breaks = -5 };
    const script_exchange dead = { .open = -6 }, fin = { .ending = TCX_CLOSED };
    const struct {
        script_exchange script[3];
        tcx_status status;
        const char *events;
    } rows[] = {
        { { ok, ok }, TCX_OK, "REUSED 25, " SENDING "0" ANSWERING "200" },
        { { ok_then_fin, ok }, TCX_OK, "DIAL 1, CONNECTED 0, " SENDING "0" ANSWERING "200" },
        { { ok, cut, ok },
          TCX_OK,
          "REUSED 25, SENT 10, REOPENED 0, DIAL 1, CONNECTED 0, " SENDING "0" ANSWERING "200" },
        { { ok, mute, dead }, TCX_E_CONNECT, "REUSED 25, REOPENED 0, DIAL 1, FAILED 300" },
        { { ok, fin }, TCX_E_CLOSED, "REUSED 25, " SENDING "0, FAILED 303" },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        set_up(rows[i].script, 3);
        s.config.connection = &kept;
        assert_int_equal(script_series_run(&s), TCX_OK);
        told[0] = '\0';
        s.tick += 25;
        assert_status(rows[i].events, script_series_run(&s), rows[i].status);
        assert_string_equal(told, rows[i].events);
        tcx_connection_close(&kept, &s.transport);
    }
}

static void test_rate(void **state)
{
    const script_exchange script[] = { { .open = -5 }, { .answer = script_answer(OK_JSON, "", "") } };
    tcx_rate rate;

    (void)state;
    set_up(script, 2);
    tcx_rate_init(&rate, 20, 1, s.tick);
    s.config.rate = &rate;
    s.config.retry = &retry;
    assert_int_equal(script_series_run(&s), TCX_OK);
    assert_string_equal(told,
                        "DIAL 1, FAILED 300, RETRY 40, RATE 10, DIAL 2, CONNECTED 10, " SENDING "10" ANSWERING "200");
}

/* The pieces that are told add up to what was moved. */
static uint32_t sums[TCX_EVENT_RATE + 1], numbers[TCX_EVENT_RATE + 1];

static void sum(void *context, tcx_event event, uint32_t number)
{
    (void)context;
    sums[event] += number;
    numbers[event]++;
}

static void test_pieces(void **state)
{
    static const tcx_trace adder = { sum, NULL };
    const char *answer = script_answer(OK_JSON, "", "");
    static script link;

    (void)state;
    for (size_t piece = 1; piece < 700; piece += 1 + piece / 4) {
        script_series_init(&s, NULL, 0);
        script_init(&link, answer, strlen(answer));
        link.piece = piece;
        s.config.transport = &link.transport;
        s.config.trace = &adder;
        memset(sums, 0, sizeof sums);
        memset(numbers, 0, sizeof numbers);
        assert_int_equal(script_series_run(&s), TCX_OK);
        assert_int_equal(sums[TCX_EVENT_SENT], link.sent_length);
        assert_int_equal(numbers[TCX_EVENT_SENT], (link.sent_length + piece - 1) / piece);
        assert_int_equal(sums[TCX_EVENT_RECEIVED], strlen(answer));
        assert_int_equal(numbers[TCX_EVENT_DIAL] + numbers[TCX_EVENT_CONNECTED] + numbers[TCX_EVENT_REQUEST_SENT] +
                             numbers[TCX_EVENT_ANSWER],
                         4);
        assert_int_equal(sums[TCX_EVENT_ANSWER], 200);
        assert_int_equal(numbers[TCX_EVENT_FAILED], 0);
    }
}

/* Nobody listens: the same call. An observer without a function is refused. */
static void test_none(void **state)
{
    const script_exchange script[] = { { .answer = script_answer(OK_JSON, "", "") } };
    static const tcx_trace deaf = { NULL, NULL };

    (void)state;
    set_up(script, 1);
    s.config.trace = &deaf;
    assert_int_equal(script_series_run(&s), TCX_E_NULL);
    assert_int_equal(s.count, 0);
    s.config.trace = NULL;
    assert_int_equal(script_series_run(&s), TCX_OK);
    assert_string_equal(told, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_call), cmocka_unit_test(test_reuse), cmocka_unit_test(test_rate),
        cmocka_unit_test(test_pieces),   cmocka_unit_test(test_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
