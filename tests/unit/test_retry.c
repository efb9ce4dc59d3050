/*
 * Tests when a call is tried again: the rule as a table in words of its own, the delays against exact arithmetic, and
 * whole calls in virtual time. A second TC3 signer, which reads only the wire, verifies their requests.
 */
#include "script.h"

#define OK_JSON        "{\"Response\":{\"Result\":\"XXX\",\"RequestId\":\"id-1\"}}"
#define ERROR(code)    "{\"Response\":{\"Error\":{\"Code\":\"" code "\",\"Message\":\"m\"},\"RequestId\":\"id-1\"}}"
#define DATE_AT_NOW    "Fri, 15 Jan 2027 08:00:00 GMT"
#define DATE_LATER     "Fri, 15 Jan 2027 08:16:40 GMT" /* 1000 s ahead of SCRIPT_NOW */
#define DATE_EARLIER   "Fri, 15 Jan 2027 07:43:20 GMT" /* 1000 s behind */
#define DATE_FLOOR     "Thu, 01 Jan 2026 00:00:00 GMT" /* TCX_CLOCK_FLOOR */
#define DATE_TOO_EARLY "Wed, 31 Dec 2025 23:59:59 GMT"

#define IN_TIME DATE_AT_NOW, ""

static script_series s;

/* ---- The rule, pure. ---- */

/* What the header says of a status: never; an exchange failed; the service said no. */
typedef enum kind { NEVER, EXCHANGE, SAID_NO } kind;

static const struct {
    tcx_status status;
    kind kind;
} statuses[] = {
    { TCX_E_NULL, NEVER },
    { TCX_E_BUFFER, NEVER },
    { TCX_E_TIME, NEVER },
    { TCX_E_CLOCK_UNSET, NEVER },
    { TCX_E_NONCE, NEVER },
    { TCX_E_REQUEST_TOO_LARGE, NEVER },
    { TCX_E_SOURCE, NEVER },
    { TCX_E_BUSY, NEVER },
    { TCX_E_TLS_BUFFER, NEVER },
    { TCX_E_TLS_TRUST, NEVER },
    { TCX_E_TLS_ENTROPY, NEVER },
    { TCX_E_TLS_NAME, NEVER },
    { TCX_E_SECRET_ID, NEVER },
    { TCX_E_FUNCTION_ARG_UTF8, NEVER },
    { TCX_E_EXT_INFO_SERVICE, NEVER },
    { TCX_E_CANCELLED, NEVER },
    { TCX_E_DEADLINE, NEVER },
    { TCX_E_CONNECT, EXCHANGE },
    { TCX_E_SEND, EXCHANGE },
    { TCX_E_RECEIVE, EXCHANGE },
    { TCX_E_CLOSED, EXCHANGE },
    { TCX_E_TRANSPORT_CONTRACT, EXCHANGE },
    { TCX_E_RESOLVE, EXCHANGE },
    { TCX_E_TLS, EXCHANGE },
    { TCX_E_TLS_ALERT, EXCHANGE },
    { TCX_E_X509_NAME, EXCHANGE },
    { TCX_E_HTTP_SYNTAX, EXCHANGE },
    { TCX_E_HTTP_STATUS, EXCHANGE },
    { TCX_E_JSON_SHAPE, EXCHANGE },
    { TCX_E_API, SAID_NO },
};

static const struct {
    const char *code;
    enum { NO, LATER, CLOCK } then;
} codes[] = {
    { "RequestLimitExceeded", LATER },
    { "RequestLimitExceeded.UinLimitExceeded", LATER },
    { "RequestLimitExceeded.Anything.Else", LATER },
    { "RequestLimitExceeded.", LATER },
    { "RequestLimitExceededX", NO },
    { "RequestLimitExceede", NO },
    { "requestLimitExceeded", NO },
    { "Other.RequestLimitExceeded", NO },
    { "LimitExceeded", NO },
    { "InternalError", NO },
    { "InternalError.Timeout", NO },
    { "FailedOperation", NO },
    { "ResourceUnavailable", NO },
    { "InvalidParameterValue.SessionId", NO },
    { "AuthFailure.SignatureFailure", NO },
    { "AuthFailure", NO },
    { "AuthFailure.SignatureExpire", CLOCK },
    { "AuthFailure.SignatureExpired", NO },
    { "", NO },
    { NULL, NO },
};

typedef struct policy {
    unsigned char correct_clock, corrected, repeat_ambiguous, is_vod, with_session;
} policy;

static uint32_t ask(const policy *given, tcx_outcome outcome, tcx_status status, const char *code, uint32_t number,
                    uint32_t attempts)
{
    const tcx_request request = {
        .service = given->is_vod ? &tcx_vod : &tcx_mps,
        .session_id = tcx_text_from(given->with_session ? "order-4711" : NULL),
    };
    const tcx_response response = { .error_code = tcx_text_from(code) };
    const tcx_attempt attempt = { &request, &response, status, outcome, number, given->corrected };
    const tcx_retry retry = tcx_retry_rule(attempts, 100, 1000, given->correct_clock, given->repeat_ambiguous, NULL);

    return tcx_retry_delay(&retry, &attempt, UINT32_MAX);
}

static void test_rule(void **state)
{
    size_t asked = 0, repeats = 0;

    (void)state;
    for (unsigned bits = 0; bits < 32; bits++) {
        const policy p = { bits & 1, bits >> 1 & 1, bits >> 2 & 1, bits >> 3 & 1, bits >> 4 & 1 };

        for (size_t i = 0; i < TCX_COUNT(statuses); i++) {
            for (size_t c = 0; c < TCX_COUNT(codes); c++) {
                tcx_status status = statuses[i].status;
                int failed = statuses[i].kind == EXCHANGE, no = statuses[i].kind == SAID_NO;
                int safe = p.repeat_ambiguous && p.is_vod && p.with_session; /* a second run would be refused */
                uint32_t expected[3] = { TCX_RETRY_STOP, TCX_RETRY_STOP, TCX_RETRY_STOP };

                if (failed)
                    expected[TCX_NOT_SENT] = 100;
                if (failed && safe)
                    expected[TCX_MAYBE_EXECUTED] = 100;
                if (no && codes[c].then == LATER)
                    expected[TCX_ANSWERED] = 100;
                if (no && codes[c].then == CLOCK && p.correct_clock && !p.corrected)
                    expected[TCX_ANSWERED] = 0;
                for (int outcome = TCX_NOT_SENT; outcome <= TCX_ANSWERED; outcome++) {
                    uint32_t delay;

                    if (no != (outcome == TCX_ANSWERED) || (status > TCX_E_CONNECT && outcome == TCX_MAYBE_EXECUTED))
                        continue; /* cannot be */
                    delay = ask(&p, outcome, status, codes[c].code, 1, 2);
                    check(delay == expected[outcome], "%s, %s, %s, policy %u: %u", tcx_status_name(status),
                          tcx_outcome_name(outcome), codes[c].code != NULL ? codes[c].code : "-", bits,
                          (unsigned)delay);
                    /* Never when the attempts are used up, or when there was to be one only. */
                    assert_true(ask(&p, outcome, status, codes[c].code, 2, 2) == TCX_RETRY_STOP);
                    assert_true(ask(&p, outcome, status, codes[c].code, 3, 2) == TCX_RETRY_STOP);
                    assert_true(ask(&p, outcome, status, codes[c].code, 1, 1) == TCX_RETRY_STOP);
                    assert_true(ask(&p, outcome, status, codes[c].code, 1, 0) == TCX_RETRY_STOP);
                    assert_true(ask(&p, outcome, status, codes[c].code, UINT32_MAX, UINT32_MAX) == TCX_RETRY_STOP);
                    asked++;
                    repeats += delay != TCX_RETRY_STOP;
                }
            }
        }
        assert_true(ask(&p, TCX_ANSWERED, TCX_OK, NULL, 1, 9) == TCX_RETRY_STOP);
    }
    print_message("# %zu cases, %zu of them repeated\n", asked, repeats);
}

/* A rule has the attempts that it was made with and nothing that was there before. */
static void test_init(void **state)
{
    static const tcx_retry unset = { .attempts = 7 };
    tcx_retry retry;

    (void)state;
    memset(&retry, 0xA5, sizeof retry);
    tcx_retry_init(&retry, 7);
    assert_non_null(retry.again);
    retry.again = NULL;
    assert_memory_equal(&retry, &unset, sizeof retry);
}

/* Before the request was sent, an HTTP status says whether a repeat may fare better. */
static void test_early_statuses(void **state)
{
    const tcx_request request = { .service = &tcx_mps };
    const tcx_retry retry = tcx_retry_rule(9, 0, 0, 1, 1, NULL);

    (void)state;
    for (int status = 0; status < 1000; status++) {
        const tcx_response response = { .http_status = status };
        const tcx_attempt attempt = { &request, &response, TCX_E_HTTP_STATUS, TCX_NOT_SENT, 1, 0 };
        const int again = status < 200 || status == 408 || status == 429 || status >= 500;

        check((tcx_retry_delay(&retry, &attempt, 0) != TCX_RETRY_STOP) == again, "%d", status);
    }
}

/* An empty SessionId tells the service nothing; a letter does. */
static void test_short_sessions(void **state)
{
    tcx_request request = { .service = &tcx_vod, .session_id = TCX_TEXT("") };
    const tcx_response response = { .http_status = 0 };
    const tcx_attempt attempt = { &request, &response, TCX_E_CLOSED, TCX_MAYBE_EXECUTED, 1, 0 };
    const tcx_retry retry = tcx_retry_rule(9, 0, 0, 1, 1, NULL);

    (void)state;
    assert_true(tcx_retry_delay(&retry, &attempt, 0) == TCX_RETRY_STOP);
    request.session_id = tcx_text_from("x");
    assert_true(tcx_retry_delay(&retry, &attempt, 0) != TCX_RETRY_STOP);
}

static uint32_t delay_of(uint32_t base, uint32_t cap, uint32_t number, uint32_t jitter)
{
    const tcx_request request = { .service = &tcx_mps };
    const tcx_response response = { .http_status = 0 };
    const tcx_attempt attempt = { &request, &response, TCX_E_CONNECT, TCX_NOT_SENT, number, 0 };
    const tcx_retry retry = tcx_retry_rule(UINT32_MAX, base, cap, 0, 0, NULL);

    return tcx_retry_delay(&retry, &attempt, jitter);
}

/* min(cap, base * 2^(number - 1)), in numbers that cannot overflow. */
static uint32_t bound_of(uint32_t base, uint32_t cap, uint32_t number)
{
    uint64_t bound = base != 0 ? base : 500, limit = cap != 0 ? cap : 20000;

    if (number > 33)
        return (uint32_t)limit;
    bound <<= number - 1;
    return (uint32_t)(bound < limit ? bound : limit);
}

static void test_bounds(void **state)
{
    static const uint32_t bases[] = { 0, 1, 2, 3, 500, 1000, 20000, 20001, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE };
    static const uint32_t caps[] = { 0, 1, 2, 499, 500, 501, 20000, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFFFFFE };
    static const uint32_t numbers[] = { 1,  2,  3,  4,  5,  6,   7,    8,     12,         31,         32,
                                        33, 34, 35, 64, 65, 100, 1000, 65536, 0x7FFFFFFF, 0x80000000, UINT32_MAX - 1 };

    (void)state;
    for (size_t b = 0; b < TCX_COUNT(bases); b++) {
        for (size_t c = 0; c < TCX_COUNT(caps); c++) {
            for (size_t n = 0; n < TCX_COUNT(numbers); n++) {
                uint32_t bound = bound_of(bases[b], caps[c], numbers[n]);
                uint32_t most = delay_of(bases[b], caps[c], numbers[n], UINT32_MAX);

                check(most == bound, "base %u, cap %u, attempt %u: at most %u, not %u", (unsigned)bases[b],
                      (unsigned)caps[c], (unsigned)numbers[n], (unsigned)most, (unsigned)bound);
                assert_int_equal(delay_of(bases[b], caps[c], numbers[n], 0), 0);
                assert_in_range(delay_of(bases[b], caps[c], numbers[n], 0x80000000), bound / 2, bound / 2 + 1);
            }
        }
    }
}

/* Full jitter: every delay from 0 to the bound comes equally often, give or take what cannot be divided. */
static void test_jitter_is_uniform(void **state)
{
    static const uint32_t bounds[] = { 1, 7, 99, 499 };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(bounds); i++) {
        enum { EACH = 64 };
        const uint32_t values = bounds[i] + 1, samples = values * EACH;
        unsigned counts[500] = { 0 };
        uint32_t before = 0;

        for (uint32_t k = 0; k < samples; k++) { /* jitters that are spread evenly over their 32 bits */
            uint32_t delay = delay_of(bounds[i], bounds[i], 1, (uint32_t)(((uint64_t)k << 32) / samples));

            assert_in_range(delay, before, bounds[i]);
            before = delay;
            counts[delay]++;
        }
        for (uint32_t value = 0; value < values; value++)
            assert_in_range(counts[value], EACH - 1, EACH + 1);
    }
}

/* ---- Whole calls. ---- */

/* A rule of the test's own in front of the real one: notes what it is asked, and says what `delays` say. */
static struct {
    tcx_retry rule;
    uint32_t delays[8];
    size_t asked;
    uint32_t jitters[8];
    uint32_t answers[8];
} noted;

static uint32_t note(const tcx_retry *retry, const tcx_attempt *attempt, uint32_t jitter)
{
    uint32_t delay = tcx_retry_delay(retry, attempt, jitter);

    assert_int_equal(attempt->number, noted.asked + 1);
    assert_ptr_equal(attempt->request, &s.request);
    assert_true(noted.asked < TCX_COUNT(noted.jitters));
    if (delay != TCX_RETRY_STOP && noted.delays[noted.asked] != 0)
        delay = noted.delays[noted.asked];
    noted.jitters[noted.asked] = jitter;
    noted.answers[noted.asked++] = delay;
    return delay;
}

static void set_up(const script_exchange *script, size_t length, uint32_t attempts)
{
    script_series_init(&s, script, length);
    memset(&noted, 0, sizeof noted);
    noted.rule = tcx_retry_rule(attempts, 0, 0, 1, 1, note);
    s.config.retry = &noted.rule;
    s.config.jitter = 0x9E3779B9;
}

static void use_vod(void)
{
    s.request.service = &tcx_vod;
    s.request.session_id = tcx_text_from("order-4711");
}

static void check_balance(void)
{
    assert_int_equal(s.closes, s.dials);
    assert_int_equal(s.is_open, 0);
}

/* What an earlier attempt did is not forgotten: outcome and status of the whole call, by how its attempts went. */
static void test_outcomes(void **state)
{
    enum { MPS, VOD };
    const script_exchange success = { .answer = script_answer(OK_JSON, IN_TIME) },
                          limit = { .answer = script_answer(ERROR("RequestLimitExceeded.Uin"), IN_TIME) },
                          ran = { .answer = script_answer(ERROR("InvalidParameterValue.SessionId"), IN_TIME) },
                          denied = { .answer = script_answer(ERROR("AuthFailure.SignatureFailure"), IN_TIME) },
                          internal = { .answer = script_answer(ERROR("InternalError.Any"), IN_TIME) },
                          page = { .answer = "HTTP/1.1 502 x\r\nContent-Length: 3\r\n\r\nbad" },
                          silent = { .answer = NULL }, fin = { .ending = TCX_CLOSED }, reset = { .ending = -5 },
                          dead = { .open = -5 }, cut = { .breaks = -7, .after = 50 }, mute = { .breaks = TCX_CLOSED };
    const struct {
        const char *name;
        int service;
        script_exchange script[3];
        uint32_t made;
        tcx_status status;
        tcx_outcome outcome;
    } rows[] = {
        { "success", MPS, { success }, 1, TCX_OK, TCX_ANSWERED },
        { "no connection, then success", MPS, { dead, success }, 2, TCX_OK, TCX_ANSWERED },
        { "cut in sending, twice", MPS, { cut, mute, success }, 3, TCX_OK, TCX_ANSWERED },
        { "three times nothing", MPS, { dead, cut, dead }, 3, TCX_E_CONNECT, TCX_NOT_SENT },
        { "rate limit, then success", MPS, { limit, success }, 2, TCX_OK, TCX_ANSWERED },
        { "rate limit for ever", MPS, { limit, limit, limit }, 3, TCX_E_API, TCX_ANSWERED },
        { "rate limit, then nothing", MPS, { limit, dead, dead }, 3, TCX_E_CONNECT, TCX_NOT_SENT },
        { "InternalError", MPS, { internal }, 1, TCX_E_API, TCX_ANSWERED },
        { "InternalError of VOD", VOD, { internal }, 1, TCX_E_API, TCX_ANSWERED },
        { "MPS, no answer", MPS, { fin }, 1, TCX_E_CLOSED, TCX_MAYBE_EXECUTED },
        { "MPS, a page", MPS, { page }, 1, TCX_E_HTTP_STATUS, TCX_MAYBE_EXECUTED },
        { "MPS, silence", MPS, { silent }, 1, TCX_E_DEADLINE, TCX_MAYBE_EXECUTED },
        { "VOD, silence", VOD, { silent }, 1, TCX_E_DEADLINE, TCX_MAYBE_EXECUTED },
        { "perhaps, then not sent", VOD, { reset, dead, cut }, 3, TCX_E_SEND, TCX_MAYBE_EXECUTED },
        { "perhaps, then success", VOD, { page, success }, 2, TCX_OK, TCX_ANSWERED },
        { "perhaps, then it ran", VOD, { fin, ran }, 2, TCX_E_RESULT_LOST, TCX_MAYBE_EXECUTED },
        { "perhaps, limit, then it ran", VOD, { reset, limit, ran }, 3, TCX_E_RESULT_LOST, TCX_MAYBE_EXECUTED },
        { "perhaps, then denied", VOD, { fin, denied }, 2, TCX_E_API, TCX_MAYBE_EXECUTED },
        { "perhaps, then internal", VOD, { fin, internal }, 2, TCX_E_API, TCX_MAYBE_EXECUTED },
        { "perhaps, then limits", VOD, { reset, limit, limit }, 3, TCX_E_API, TCX_MAYBE_EXECUTED },
        { "perhaps, then silence", VOD, { fin, silent }, 2, TCX_E_DEADLINE, TCX_MAYBE_EXECUTED },
        { "not sent, then perhaps", VOD, { dead, reset, success }, 3, TCX_OK, TCX_ANSWERED },
        { "it ran, at first", VOD, { ran }, 1, TCX_E_API, TCX_ANSWERED },
        { "three times perhaps", VOD, { reset, page, fin }, 3, TCX_E_CLOSED, TCX_MAYBE_EXECUTED },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        set_up(rows[i].script, TCX_COUNT(rows[i].script), 3);
        if (rows[i].service == VOD)
            use_vod();
        assert_status(rows[i].name, script_series_run(&s), rows[i].status);
        check(s.call.outcome == rows[i].outcome, "%s: %s", rows[i].name, tcx_outcome_name(s.call.outcome));
        check(s.call.attempts == rows[i].made && s.count == rows[i].made && s.dials == rows[i].made,
              "%s: %u attempts, %zu dials", rows[i].name, (unsigned)s.call.attempts, s.dials);
        check((s.call.response.result.bytes != NULL) == (rows[i].status == TCX_OK), "%s: result", rows[i].name);
        check_balance();
        if (rows[i].service == MPS) { /* nothing that may have run was sent a second time */
            for (size_t k = 0; k + 1 < s.count; k++)
                check(!s.seen[k].whole || rows[i].script[k].answer == limit.answer, "%s", rows[i].name);
        }
    }
}

/* Without a rule, or with one attempt, there is one. A rule without a function is refused. */
static void test_one_attempt(void **state)
{
    static const script_exchange dead[] = { { .open = -5 } };

    (void)state;
    for (uint32_t attempts = 0; attempts < 2; attempts++) {
        set_up(dead, 1, attempts);
        assert_int_equal(script_series_run(&s), TCX_E_CONNECT);
        assert_int_equal(s.call.detail, -5);
        set_up(dead, 1, attempts);
        s.config.retry = NULL;
        assert_int_equal(script_series_run(&s), TCX_E_CONNECT);
    }
    set_up(dead, 1, 5);
    noted.rule.again = NULL;
    assert_int_equal(script_series_run(&s), TCX_E_NULL);
    assert_int_equal(s.count, 0);
}

/* Each delay is asked for with another jitter, waited for exactly, and told beforehand; over the wrap of the tick. */
static void test_delays(void **state)
{
    static const script_exchange script[6] = { { .open = -5 }, { .open = -5 }, { .open = -5 },
                                               { .open = -5 }, { .open = -5 }, { .open = -5 } };
    uint32_t began;

    (void)state;
    set_up(script, 6, 6);
    began = s.tick;
    assert_int_equal(script_series_run(&s), TCX_E_CONNECT);
    assert_int_equal(s.count, 6);
    assert_int_equal(noted.asked, 5); /* not after the last one */
    assert_int_equal(noted.jitters[0], 0x9E3779B9);
    assert_int_equal(s.seen[0].tick, began);
    assert_true(s.tick < began); /* it wrapped */
    for (size_t i = 0; i < 5; i++) {
        assert_in_range(noted.answers[i], 0, 500u << i);
        assert_int_equal(s.seen[i + 1].tick - s.seen[i].tick, noted.answers[i]);
        for (size_t k = 0; k < i; k++)
            assert_true(noted.jitters[i] != noted.jitters[k]);
    }

    /* Step by step: it waits for nothing but time, and a step too early does nothing. */
    set_up(script, 2, 2);
    noted.delays[0] = 700;
    assert_int_equal(tcx_call_begin(&s.call, &s.config, &s.request, s.tick), TCX_OK);
    assert_int_equal(tcx_call_step(&s.call, s.tick), TCX_PENDING);
    assert_int_equal(s.call.status, TCX_PENDING);
    check_balance();
    for (uint32_t passed = 0; passed < 700; passed += 100 - passed / 600) {
        assert_int_equal(tcx_call_step(&s.call, s.tick + passed), TCX_PENDING);
        assert_int_equal(tcx_call_wants(&s.call), TCX_TIME);
        assert_int_equal(tcx_call_time_left(&s.call, s.tick + passed), 700 - passed);
        assert_int_equal(s.count, 1);
    }
    assert_int_equal(tcx_call_time_left(&s.call, s.tick + 700), 0);
    assert_int_equal(tcx_call_step(&s.call, s.tick + 700), TCX_E_CONNECT);
    assert_int_equal(s.count, 2);
}

/* The deadline is that of all attempts: a delay that would reach it is not begun; one that just does not is. */
static void test_deadline(void **state)
{
    static const script_exchange script[3] = { { .open = -5 }, { .open = -6 }, { .answer = NULL } };
    static const struct {
        uint32_t delays[2], timeout, attempts, passed;
        tcx_status status;
    } rows[] = {
        { { 700, 0 }, 1000, 2, 700, TCX_E_CONNECT }, /* the attempts end it */
        { { 999, 1 }, 1000, 2, 999, TCX_E_CONNECT }, /* nothing is left for a second delay */
        { { 1000, 0 }, 1000, 1, 0, TCX_E_CONNECT },  /* it would reach the deadline */
        { { 1001, 0 }, 1000, 1, 0, TCX_E_CONNECT },
        { { TCX_RETRY_STOP - 1, 0 }, 1000, 1, 0, TCX_E_CONNECT },
        { { 0x80000000, 0 }, TCX_TIMEOUT_MAX, 1, 0, TCX_E_CONNECT },
        { { 600, 399 }, 1000, 3, 1000, TCX_E_DEADLINE }, /* the third attempt has 1 ms, and then its time is over */
        { { 600, 400 }, 1000, 2, 600, TCX_E_CONNECT },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        uint32_t began;

        set_up(script, TCX_COUNT(script), rows[i].status == TCX_E_DEADLINE ? 9 : i == 0 ? 2 : 9);
        memcpy(noted.delays, rows[i].delays, sizeof rows[i].delays);
        s.config.timeout = rows[i].timeout;
        began = s.tick;
        check(script_series_run(&s) == rows[i].status, "row %zu: %d", i, s.call.status);
        check(s.call.attempts == rows[i].attempts, "row %zu: %u attempts", i, (unsigned)s.call.attempts);
        check(s.tick - began == rows[i].passed, "row %zu: %u ms", i, (unsigned)(s.tick - began));
        assert_int_equal(s.call.outcome, rows[i].status == TCX_E_DEADLINE ? TCX_MAYBE_EXECUTED : TCX_NOT_SENT);
        check_balance();
    }
}

/* A caller that comes back from a delay after the deadline begins no attempt. */
static void test_late_wake(void **state)
{
    static const script_exchange script[2] = { { .open = -5 }, { .answer = NULL } };

    (void)state;
    set_up(script, TCX_COUNT(script), 9);
    noted.delays[0] = 500;
    s.config.timeout = 1000;
    assert_int_equal(tcx_call_begin(&s.call, &s.config, &s.request, s.tick), TCX_OK);
    assert_int_equal(tcx_call_step(&s.call, s.tick), TCX_PENDING);
    assert_int_equal(tcx_call_step(&s.call, s.tick + 5000), TCX_E_DEADLINE);
    assert_int_equal(s.call.outcome, TCX_NOT_SENT);
    assert_int_equal(s.call.attempts, 1);
    assert_int_equal(s.dials, 1);
    check_balance();
}

/* Cancelled between two attempts: what the last one did stands, and so does what an earlier one may have done. */
static void test_cancel_between(void **state)
{
    const char *limit = script_answer(ERROR("RequestLimitExceeded"), IN_TIME);
    const struct {
        script_exchange script[2];
        tcx_outcome outcome;
        int http_status;
    } rows[] = {
        { { { .open = -5 }, { .open = -5 } }, TCX_NOT_SENT, 0 },
        { { { .ending = -5 }, { .ending = -5 } }, TCX_MAYBE_EXECUTED, 0 },
        { { { .ending = -5 }, { .open = -5 } }, TCX_MAYBE_EXECUTED, 0 },
        { { { .open = -5 }, { .answer = limit } }, TCX_ANSWERED, 200 },
        { { { .ending = TCX_CLOSED }, { .answer = limit } }, TCX_MAYBE_EXECUTED, 200 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        set_up(rows[i].script, 2, 9);
        use_vod();
        noted.delays[0] = noted.delays[1] = 10;
        assert_int_equal(tcx_call_begin(&s.call, &s.config, &s.request, 5), TCX_OK);
        assert_int_equal(tcx_call_step(&s.call, 5), TCX_PENDING);
        assert_int_equal(tcx_call_step(&s.call, 15), TCX_PENDING);
        assert_int_equal(tcx_call_wants(&s.call), TCX_TIME);
        check_balance();
        tcx_call_cancel(&s.call);
        assert_int_equal(s.call.status, TCX_E_CANCELLED);
        check(s.call.outcome == rows[i].outcome, "row %zu: %s", i, tcx_outcome_name(s.call.outcome));
        assert_int_equal(s.call.response.http_status, rows[i].http_status);
        assert_int_equal(tcx_call_step(&s.call, 25), TCX_E_CANCELLED);
        assert_int_equal(s.count, 2);
        check_balance();
    }
}

/* ---- What is sent anew. ---- */

static void hmac(unsigned char out[32], const void *key, size_t key_length, const char *text, size_t length)
{
    br_hmac_key_context keyed;
    br_hmac_context context;

    br_hmac_key_init(&keyed, &br_sha256_vtable, key, key_length);
    br_hmac_init(&context, &keyed, 0);
    br_hmac_update(&context, text, length);
    br_hmac_out(&context, out);
}

static const char *hex(char out[65], const unsigned char bytes[32])
{
    for (int i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
    return out;
}

static const char *sha256_hex(char out[65], const char *text, size_t length)
{
    unsigned char digest[32];
    br_sha256_context hash;

    br_sha256_init(&hash);
    br_sha256_update(&hash, text, length);
    br_sha256_out(&hash, digest);
    return hex(out, digest);
}

/* Verifies a TC3 POST by its bytes alone, as the public document tells a server to. */
static void verify(size_t exchange, int64_t expected_time, const char *expected_day)
{
    char body_hash[65], hash[65], signature[65], canonical[1000], to_sign[300], key[100], scope[40];
    const char *sent = (const char *)s.seen[exchange].sent, *head_end;
    const char *timestamp = script_value(&s, exchange, "X-TC-Timestamp: ");
    const char *service = s.request.service == &tcx_vod ? "vod" : "mps";
    unsigned char day[32];
    int length;

    assert_true(s.seen[exchange].whole);
    assert_int_equal(atoll(timestamp), expected_time);
    snprintf(scope, sizeof scope, "%s/%s/tc3_request", expected_day, service);
    assert_string_equal(script_value(&s, exchange, "Credential=AKIDEXAMPLE000000000000000000000000001/"), scope);
    for (head_end = sent; memcmp(head_end, "\r\n\r\n", 4) != 0; head_end++)
        ;
    sha256_hex(body_hash, head_end + 4, s.seen[exchange].length - (size_t)(head_end + 4 - sent));
    length = snprintf(
        canonical, sizeof canonical,
        "POST\n/\n\ncontent-type:%s\nhost:%s\nx-tc-action:executefunction\n\ncontent-type;host;x-tc-action\n%s",
        script_value(&s, exchange, "Content-Type: "), script_value(&s, exchange, "Host: "), body_hash);
    sha256_hex(hash, canonical, (size_t)length);
    length = snprintf(to_sign, sizeof to_sign, "TC3-HMAC-SHA256\n%s\n%s\n%s", timestamp, scope, hash);
    snprintf(key, sizeof key, "TC3%s", tcx_example_credentials.secret_key.bytes);
    hmac(day, key, strlen(key), expected_day, 10);
    hmac(day, day, 32, service, 3);
    hmac(day, day, 32, "tc3_request", 11);
    hmac(day, day, 32, to_sign, (size_t)length);
    assert_string_equal(script_value(&s, exchange, "Signature="), hex(signature, day));
}

/* After SignatureExpire the next request goes by the server's clock: never to before the floor. */
static void test_clock(void **state)
{
    enum { AHEAD = SCRIPT_NOW + 1000, BEHIND = SCRIPT_NOW - 1000 };
    static const struct {
        const char *date;
        int64_t clock; /* of the call */
        const char *day;
        int64_t corrected; /* what the second request says; 0: there is none */
        const char *corrected_day;
        int64_t floor;
    } rows[] = {
        { DATE_LATER, SCRIPT_NOW, "2027-01-15", AHEAD, "2027-01-15", 0 },
        { DATE_EARLIER, SCRIPT_NOW, "2027-01-15", BEHIND, "2027-01-15", 0 },
        { DATE_AT_NOW, SCRIPT_NOW, "2027-01-15", SCRIPT_NOW, "2027-01-15", 0 },
        { DATE_LATER, TCX_CLOCK_FLOOR, "2026-01-01", AHEAD, "2027-01-15", 0 }, /* the key of another day */
        { DATE_LATER, 4102444800, "2100-01-01", AHEAD, "2027-01-15", 0 },
        { DATE_FLOOR, SCRIPT_NOW, "2027-01-15", TCX_CLOCK_FLOOR, "2026-01-01", 0 },
        { DATE_TOO_EARLY, SCRIPT_NOW, NULL, 0, NULL, 0 },
        { "Sun, 06 Nov 1994 08:49:37 GMT", SCRIPT_NOW, NULL, 0, NULL, 0 },
        { "Sun, 06 Nov 1994 08:49:37 GMT", SCRIPT_NOW, "2027-01-15", 784111777, "1994-11-06", 784111777 },
        { "Sun, 06 Nov 1994 08:49:37 GMT", SCRIPT_NOW, NULL, 0, NULL, 784111778 },
        { "no date", SCRIPT_NOW, NULL, 0, NULL, 0 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const script_exchange script[] = {
            { .answer = script_answer(ERROR("AuthFailure.SignatureExpire"), rows[i].date, "") },
            { .answer = script_answer(ERROR("RequestLimitExceeded"), DATE_AT_NOW, "") },
            { .answer = script_answer(OK_JSON, DATE_AT_NOW, "") },
        };

        set_up(script, TCX_COUNT(script), 3);
        s.config.unix_time = rows[i].clock;
        s.config.clock_floor = rows[i].floor;
        noted.delays[1] = 2500; /* the third request is 2 s later */
        if (rows[i].corrected == 0) {
            check(script_series_run(&s) == TCX_E_API && s.count == 1, "row %zu: %d", i, s.call.status);
            assert_int_equal(s.call.outcome, TCX_ANSWERED);
            if (strcmp(rows[i].date, "no date") == 0)
                assert_true(tcx_call_clock_offset(&s.call) == 0);
            continue;
        }
        check(script_series_run(&s) == TCX_OK, "row %zu: %d", i, s.call.status);
        assert_int_equal(s.count, 3);
        assert_int_equal(noted.answers[0], 0); /* no delay */
        for (size_t k = 0; k < 3; k++) {
            int64_t expected = k == 0 ? rows[i].clock : k == 1 ? rows[i].corrected : rows[i].corrected + 2;

            verify(k, expected, k == 0 ? rows[i].day : rows[i].corrected_day);
            check(s.seen[k].clock == expected, "row %zu: request %zu was dialled at another time", i, k);
        }
        /* The offset is from the clock that the call was given, as it would read by now: 2 s on. */
        assert_true(tcx_call_clock_offset(&s.call) == SCRIPT_NOW - (rows[i].clock + 2));
    }
}

/* Once, and only if it is allowed. */
static void test_clock_once(void **state)
{
    const script_exchange script[] = {
        { .answer = script_answer(ERROR("AuthFailure.SignatureExpire"), DATE_LATER, "") },
        { .answer = script_answer(ERROR("AuthFailure.SignatureExpire"), DATE_EARLIER, "") },
        { .answer = script_answer(OK_JSON, DATE_AT_NOW, "") },
    };

    (void)state;
    for (int allowed = 0; allowed < 2; allowed++) {
        set_up(script, TCX_COUNT(script), 9);
        noted.rule.correct_clock = (unsigned char)allowed;
        assert_int_equal(script_series_run(&s), TCX_E_API);
        assert_int_equal(s.call.outcome, TCX_ANSWERED);
        assert_int_equal(s.count, 1 + allowed);
        assert_true(tcx_call_clock_offset(&s.call) == (allowed ? -1000 : 1000)); /* told all the same */
    }
}

/* A rule that says 100 ms whatever has happened. */
static uint32_t always(const tcx_retry *retry, const tcx_attempt *attempt, uint32_t jitter)
{
    (void)retry;
    (void)attempt;
    (void)jitter;
    noted.asked++;
    return 100;
}

/* What no rule of a caller's own can change: who is repeated, how often, and by which clock. */
static void test_rules_of_others(void **state)
{
    const char *expired = ERROR("AuthFailure.SignatureExpire");
    const script_exchange success = { .answer = script_answer(OK_JSON, IN_TIME) }, fin = { .ending = TCX_CLOSED },
                          denied = { .answer = script_answer(ERROR("AuthFailure.SignatureFailure"), IN_TIME) },
                          silent = { .answer = NULL }, dead = { .open = -5 },
                          late = { .answer = script_answer(expired, DATE_LATER, "") },
                          early = { .answer = script_answer(expired, "Fri, 01 Jan 2010 00:00:00 GMT", "") },
                          undated = { .answer = script_answer(expired, "soon", "") };
    const struct {
        const char *name;
        script_exchange script[3];
        uint32_t made, asked;
        tcx_status status;
        tcx_outcome outcome;
    } rows[] = {
        { "no answer", { fin, success }, 1, 0, TCX_E_CLOSED, TCX_MAYBE_EXECUTED },
        { "silence", { silent, success }, 1, 0, TCX_E_DEADLINE, TCX_MAYBE_EXECUTED },
        { "success", { success, success }, 1, 0, TCX_OK, TCX_ANSWERED },
        { "denied", { denied, success }, 1, 0, TCX_E_API, TCX_ANSWERED },
        { "a clock before its floor", { early, success }, 1, 0, TCX_E_API, TCX_ANSWERED },
        { "no clock", { undated, success }, 1, 0, TCX_E_API, TCX_ANSWERED },
        { "the clock, twice", { late, late, success }, 2, 1, TCX_E_API, TCX_ANSWERED },
        { "the clock, then none", { late, undated, success }, 2, 1, TCX_E_API, TCX_ANSWERED },
        { "not sent, three times", { dead, dead, dead }, 3, 2, TCX_E_CONNECT, TCX_NOT_SENT },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        set_up(rows[i].script, TCX_COUNT(rows[i].script), 3);
        noted.rule.delay = always;
        assert_status(rows[i].name, script_series_run(&s), rows[i].status);
        check(s.call.outcome == rows[i].outcome && s.count == rows[i].made && noted.asked == rows[i].asked,
              "%s: %zu attempts, %zu times asked", rows[i].name, s.count, noted.asked);
        for (size_t k = 0; k < s.count; k++)
            check(s.seen[k].clock >= TCX_CLOCK_FLOOR, "%s: %lld", rows[i].name, (long long)s.seen[k].clock);
        check_balance();
    }
    set_up(&late, 1, 3); /* and not where it may not be corrected */
    noted.rule.delay = always;
    noted.rule.correct_clock = 0;
    assert_status("not allowed", script_series_run(&s), TCX_E_API);
    assert_int_equal(noted.asked, 0);
}

/* A cancel and the deadline end the call in each state, whatever a rule says. `detail` is not an earlier attempt's. */
static void test_the_end_stands(void **state)
{
    const script_exchange script[] = { { .open = -5 }, { .breaks = TCX_WANT_WRITE, .after = 100 } };

    (void)state;
    for (unsigned steps = 0; steps < 4; steps++) {
        for (int late = 0; late < 2; late++) {
            set_up(script, 2, 9);
            noted.rule.delay = always;
            s.config.timeout = 1000;
            assert_int_equal(tcx_call_begin(&s.call, &s.config, &s.request, s.tick), TCX_OK);
            for (unsigned step = 0; step < steps; step++, s.tick += 100)
                assert_int_equal(tcx_call_step(&s.call, s.tick), TCX_PENDING);
            if (late)
                (void)!tcx_call_step(&s.call, s.tick + 1000);
            else
                tcx_call_cancel(&s.call);
            if (!late || steps > 0) /* or it tries once, and fails as it does */
                assert_status("end", s.call.status, late ? TCX_E_DEADLINE : TCX_E_CANCELLED);
            assert_int_equal(s.call.outcome, TCX_NOT_SENT);
            assert_int_equal(s.call.detail, late && steps == 0 ? -5 : 0);
            assert_int_equal(tcx_call_step(&s.call, s.tick + 5000), s.call.status);
            check_balance();
        }
    }
}

/* Nothing of a repeat is sent when the service may have forgotten the SessionId, however late it is stepped. */
static void test_window_of_the_session_id(void **state)
{
    enum { DAY = 86400000 };
    static const script_exchange script[] = {
        { .ending = TCX_CLOSED }, { .dialling = 1, .ending = TCX_CLOSED }, { .open = -5 }, { .open = -5 }
    };
    static const struct {
        uint32_t wait, dial; /* before the second attempt, and for its link */
        size_t whole;
        tcx_status status;
    } rows[] = {
        { 1000, 0, 2, TCX_E_CLOSED },       { 5u * DAY, 0, 2, TCX_E_CLOSED },   { 6u * DAY - 1, 0, 2, TCX_E_CLOSED },
        { 6u * DAY, 0, 1, TCX_E_DEADLINE }, { 8u * DAY, 0, 1, TCX_E_DEADLINE }, { 1000, 8u * DAY, 1, TCX_E_DEADLINE },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        size_t whole = 0;

        set_up(script, TCX_COUNT(script), 2);
        use_vod();
        noted.delays[0] = 1000;
        s.config.timeout = TCX_TIMEOUT_MAX;
        assert_int_equal(tcx_call_begin(&s.call, &s.config, &s.request, s.tick), TCX_OK);
        assert_int_equal(tcx_call_step(&s.call, s.tick), TCX_PENDING);
        assert_int_equal(tcx_call_wants(&s.call), TCX_TIME);
        (void)!tcx_call_step(&s.call, s.tick += rows[i].wait);
        (void)!tcx_call_step(&s.call, s.tick += rows[i].dial);
        assert_status("late", s.call.status, rows[i].status);
        assert_int_equal(s.call.outcome, TCX_MAYBE_EXECUTED);
        for (size_t k = 0; k < s.count; k++)
            whole += s.seen[k].whole != 0;
        check(whole == rows[i].whole, "row %zu: %zu requests", i, whole);
        check_balance();
    }
    set_up(script, TCX_COUNT(script), 2); /* nor is a repeat planned that would be too late */
    use_vod();
    noted.delays[0] = 6u * DAY;
    s.config.timeout = TCX_TIMEOUT_MAX;
    assert_status("planned", script_series_run(&s), TCX_E_CLOSED);
    assert_int_equal(s.count, 1);
}

/* A Date that would not leave the next attempts a time to be signed with is not used. */
static void test_clock_at_its_end(void **state)
{
    static const struct {
        const char *date;
        uint32_t made;
    } rows[] = {
        { "Fri, 31 Dec 9999 23:59:60 GMT", 1 },
        { "Fri, 31 Dec 9999 23:59:59 GMT", 1 },
        { "Tue, 07 Dec 9999 03:28:37 GMT", 1 },
        { "Tue, 07 Dec 9999 03:28:36 GMT", 3 }, /* the longest timeout before the end */
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const script_exchange script[] = {
            { .answer = script_answer(ERROR("AuthFailure.SignatureExpire"), rows[i].date, "") },
            { .answer = script_answer(ERROR("RequestLimitExceeded"), DATE_AT_NOW, "") },
            { .answer = script_answer(OK_JSON, DATE_AT_NOW, "") },
        };

        set_up(script, TCX_COUNT(script), 9);
        noted.delays[1] = TCX_TIMEOUT_MAX - 1;
        s.config.timeout = TCX_TIMEOUT_MAX;
        assert_status(rows[i].date, script_series_run(&s), rows[i].made == 3 ? TCX_OK : TCX_E_API);
        assert_int_equal(s.count, rows[i].made);
    }
}

/* Each attempt is signed at its own time; nothing else differs. */
static void test_fresh_signatures(void **state)
{
    static const script_exchange script[] = { { .breaks = -5, .after = 480 }, { .ending = -5 }, { .ending = -5 } };

    (void)state;
    set_up(script, 3, 3);
    use_vod();
    noted.delays[0] = 999;
    noted.delays[1] = 86400000 + 1; /* the next day */
    s.config.timeout = TCX_TIMEOUT_MAX;
    assert_int_equal(script_series_run(&s), TCX_E_RECEIVE);
    assert_int_equal(s.count, 3);
    assert_int_equal(s.seen[0].length, 480);
    verify(1, SCRIPT_NOW, "2027-01-15");
    verify(2, SCRIPT_NOW + 86401, "2027-01-16");
    assert_memory_equal(s.seen[0].sent, s.seen[1].sent, 480);
    assert_int_equal(s.seen[1].length, s.seen[2].length);
    assert_string_equal(script_value(&s, 1, "\"SessionId\":\""), "order-4711");
    assert_string_equal(script_value(&s, 2, "\"SessionId\":\""), "order-4711");
}

/* Signature v1: each attempt has a nonce of its own, in 1 ... 2^32-1, and so another signature in the same second. */
static void test_nonces(void **state)
{
    static const script_exchange script[] = { { .ending = -5 }, { .ending = -5 }, { .ending = -5 } };
    static const struct {
        uint32_t nonce;
        const char *sent[3];
    } rows[] = {
        { 1, { "1", "2", "3" } },
        { 4294967294, { "4294967294", "4294967295", "1" } },
        { UINT32_MAX, { "4294967295", "1", "2" } },
    };
    static const tcx_scheme *const schemes[] = { &tcx_sign_hmac_sha1, &tcx_sign_hmac_sha256 };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows) * TCX_COUNT(schemes) * 2; i++) {
        const char *const *expected = rows[i / 4].sent;

        set_up(script, 3, 3);
        use_vod();
        assert_int_equal(tcx_signer_init(&s.signer, &tcx_example_credentials, schemes[i % 2]), TCX_OK);
        s.request.method = i / 2 % 2 ? TCX_GET : TCX_POST;
        s.request.nonce = rows[i / 4].nonce;
        noted.delays[0] = noted.delays[1] = 1;
        assert_int_equal(script_series_run(&s), TCX_E_RECEIVE);
        assert_int_equal(s.count, 3);
        for (size_t k = 0; k < 3; k++) {
            assert_true(s.seen[k].whole);
            assert_string_equal(script_value(&s, k, "&Nonce="), expected[k]);
            assert_string_equal(script_value(&s, k, "&Timestamp="), "1800000000");
            for (size_t j = 0; j < k; j++)
                assert_string_not_equal(script_value(&s, k, "&Signature="), script_value(&s, j, "&Signature="));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rule),
        cmocka_unit_test(test_init),
        cmocka_unit_test(test_early_statuses),
        cmocka_unit_test(test_short_sessions),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_jitter_is_uniform),
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_one_attempt),
        cmocka_unit_test(test_delays),
        cmocka_unit_test(test_deadline),
        cmocka_unit_test(test_late_wake),
        cmocka_unit_test(test_cancel_between),
        cmocka_unit_test(test_clock),
        cmocka_unit_test(test_clock_once),
        cmocka_unit_test(test_rules_of_others),
        cmocka_unit_test(test_the_end_stands),
        cmocka_unit_test(test_window_of_the_session_id),
        cmocka_unit_test(test_clock_at_its_end),
        cmocka_unit_test(test_fresh_signatures),
        cmocka_unit_test(test_nonces),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
