/*
 * Tests the rate limit against a bucket that is filled millisecond by millisecond in exact numbers, and against its
 * promise: how many calls are made in any second.
 */
#include "script.h"

/* The model: it holds thousandths of a call and gains `per_second` of them each millisecond. */
typedef struct model {
    uint64_t level, full, per_second;
} model;

static void pass(model *bucket, uint32_t milliseconds)
{
    while (milliseconds-- > 0 && bucket->level < bucket->full)
        bucket->level +=
            bucket->full - bucket->level < bucket->per_second ? bucket->full - bucket->level : bucket->per_second;
}

static uint32_t ask(model *bucket)
{
    model later = *bucket;
    uint32_t wait = 0;

    if (bucket->level >= 1000) {
        bucket->level -= 1000;
        return 0;
    }
    for (; later.level < 1000; wait++)
        pass(&later, 1);
    return wait;
}

/* Random pauses, of all sizes: each answer is the model's, and no second has more calls than was promised. */
static void test_against_model(void **state)
{
    static const uint32_t rates[] = { 1, 2, 3, 7, 20, 100, 333, 999, 1000 };
    static const uint32_t bursts[] = { 1, 2, 5, 20, 1000 };
    static uint32_t gone[4000]; /* the ticks of the latest calls */
    uint32_t seed = 4711;
    size_t calls = 0, refused = 0;

    (void)state;
    for (size_t r = 0; r < TCX_COUNT(rates); r++) {
        for (size_t b = 0; b < TCX_COUNT(bursts); b++) {
            const size_t most = rates[r] + bursts[b] - 1;
            model bucket = { bursts[b] * 1000, bursts[b] * 1000, rates[r] };
            uint32_t tick = UINT32_MAX - 5000; /* it wraps on the way */
            size_t count = 0;
            tcx_rate rate;

            tcx_rate_init(&rate, rates[r], bursts[b], tick);
            assert_ptr_equal(rate.wait, tcx_rate_wait);
            for (int round = 0; round < 6000; round++) {
                uint32_t pause = tcx_random(&seed) % (round % 1000 == 0 ? 5000
                                                      : round % 50 == 0 ? 3000 / rates[r] + 2
                                                                        : 2);
                uint32_t expected, wait;

                tick += pause;
                pass(&bucket, pause);
                expected = ask(&bucket);
                wait = tcx_rate_wait(&rate, tick);
                check(wait == expected, "%u per second, burst %u, round %d: %u ms, expected %u", (unsigned)rates[r],
                      (unsigned)bursts[b], round, (unsigned)wait, (unsigned)expected);
                refused += wait != 0;
                if (wait != 0)
                    continue;
                gone[count++ % TCX_COUNT(gone)] = tick;
                calls++;
                if (count > most) /* this one and the one `most` before it are too many for a second */
                    assert_true(tick - gone[(count - 1 - most) % TCX_COUNT(gone)] >= 1000);
            }
        }
    }
    assert_true(calls > 10000 && refused > 10000);
    print_message("# %zu calls, %zu told to wait\n", calls, refused);
}

/* The wait that it names is the shortest: a millisecond earlier it is 1, and then it goes. Asking takes nothing. */
static void test_exact_waits(void **state)
{
    (void)state;
    for (uint32_t per_second = 1; per_second <= 1000; per_second++) {
        const uint32_t expected = (1000 + per_second - 1) / per_second;
        tcx_rate rate;

        tcx_rate_init(&rate, per_second, 1, 77);
        assert_int_equal(tcx_rate_wait(&rate, 77), 0);
        for (int again = 0; again < 3; again++)
            assert_int_equal(tcx_rate_wait(&rate, 77), expected);
        if (expected > 1)
            assert_int_equal(tcx_rate_wait(&rate, 77 + expected - 1), 1);
        assert_int_equal(tcx_rate_wait(&rate, 77 + expected), 0);
    }
}

/* A pause of any length fills it, and no more than that; also over the tick's wrap. */
static void test_long_pauses(void **state)
{
    static const uint32_t pauses[] = { 5000, 5001, 100000, 1000001, 0x7FFFFFFF };
    static const uint32_t begins[] = { 0, 1, 0x7FFFFFFF, UINT32_MAX };
    static const uint32_t rates[] = { 1, 20, 1000 };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(pauses) * TCX_COUNT(begins) * TCX_COUNT(rates); i++) {
        uint32_t pause = pauses[i % TCX_COUNT(pauses)], begin = begins[i / TCX_COUNT(pauses) % TCX_COUNT(begins)];
        uint32_t per_second = rates[i / TCX_COUNT(pauses) / TCX_COUNT(begins)];
        tcx_rate rate;

        tcx_rate_init(&rate, per_second, 5, begin);
        for (int round = 0; round < 2; round++) {
            for (int call = 0; call < 5; call++)
                assert_int_equal(tcx_rate_wait(&rate, begin), 0);
            assert_int_equal(tcx_rate_wait(&rate, begin), 1000 / per_second);
            begin += pause;
        }
    }
}

/* A tick that goes back adds nothing, and from there on time passes as before. */
static void test_ticks_that_go_back(void **state)
{
    static const uint32_t backs[] = { 1, 2, 1000, 86400000, 0x7FFFFFFF, 0x80000000 };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(backs); i++) {
        uint32_t tick = 1000;
        tcx_rate rate;

        tcx_rate_init(&rate, 20, 1, tick);
        assert_int_equal(tcx_rate_wait(&rate, tick), 0);
        for (int call = 0; call < 500; call++)
            assert_int_equal(tcx_rate_wait(&rate, tick -= backs[i]), 50);
        assert_int_equal(tcx_rate_wait(&rate, tick + 49), 1);
        assert_int_equal(tcx_rate_wait(&rate, tick + 50), 0);
    }
}

/* 1 ... 1000 of both; what is outside is the nearest inside. */
static void test_clamps(void **state)
{
    static const struct {
        uint32_t per_second, burst, wait, at_once;
    } rows[] = {
        { 0, 0, 1000, 1 },
        { 1, 1, 1000, 1 },
        { 0, 3, 1000, 3 },
        { 20, 0, 50, 1 },
        { 1000, 1000, 1, 1000 },
        { 1001, 1001, 1, 1000 },
        { UINT32_MAX, UINT32_MAX, 1, 1000 },
        { 1, UINT32_MAX, 1000, 1000 },
        { 1000, 1, 1, 1 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        uint32_t at_once = 0, wait;
        tcx_rate rate;

        tcx_rate_init(&rate, rows[i].per_second, rows[i].burst, 0);
        while ((wait = tcx_rate_wait(&rate, 0)) == 0)
            at_once++;
        check(wait == rows[i].wait && at_once == rows[i].at_once, "row %zu: %u at once, then %u ms", i,
              (unsigned)at_once, (unsigned)wait);
    }
}

/* No faster than 1000 in a second, over any time. */
static void test_fastest(void **state)
{
    tcx_rate rate;
    uint32_t taken = 0;

    (void)state;
    tcx_rate_init(&rate, UINT32_MAX, 2, 0);
    for (uint32_t now = 0; now <= 2000; now++) {
        while (tcx_rate_wait(&rate, now) == 0)
            taken++;
    }
    assert_int_equal(taken, 2002);
}

static script_series s;
static tcx_rate limit;

static void set_up(const script_exchange *script, size_t length)
{
    script_series_init(&s, script, length);
    tcx_rate_init(&limit, 2, 1, s.tick);
    s.config.rate = &limit;
}

/* A call waits for its turn without touching the transport, then goes. One bucket serves all calls. */
static void test_in_a_call(void **state)
{
    static const script_exchange script[4] = { { .ending = -5 }, { .ending = -5 }, { .ending = -5 }, { .ending = -5 } };

    (void)state;
    set_up(script, 4);
    assert_int_equal(script_series_run(&s), TCX_E_RECEIVE);
    assert_int_equal(s.wait_count, 0);
    assert_int_equal(tcx_call_begin(&s.call, &s.config, &s.request, s.tick), TCX_OK);
    for (uint32_t passed = 0; passed < 500; passed += passed < 490 ? 70 : 9) {
        assert_int_equal(tcx_call_step(&s.call, s.tick + passed), TCX_PENDING);
        assert_int_equal(tcx_call_wants(&s.call), TCX_TIME);
        assert_int_equal(tcx_call_time_left(&s.call, s.tick + passed), 500 - passed);
        assert_int_equal(s.count, 1);
    }
    assert_int_equal(tcx_call_step(&s.call, s.tick + 500), TCX_E_RECEIVE);
    assert_int_equal(s.count, 2);

    /* Begun at the same tick by another call: its turn is 500 ms later still. */
    s.tick += 500;
    assert_int_equal(script_series_run(&s), TCX_E_RECEIVE);
    assert_int_equal(s.wait_count, 1);
    assert_int_equal(s.waits[0].wants, TCX_TIME);
    assert_int_equal(s.waits[0].left, 500);
    assert_int_equal(s.closes, s.dials);
}

/* Every attempt takes its turn, after its delay; a kept connection that was reopened does not take two. */
static void test_attempts(void **state)
{
    static const script_exchange failing[3] = { { .open = -5 }, { .open = -5 }, { .open = -5 } };
    const char *answer = script_answer("{\"Response\":{}}", "", "");
    const script_exchange reopened[3] = { { .answer = answer }, { .breaks = TCX_CLOSED }, { .answer = answer } };
    const tcx_retry retry = tcx_retry_rule(3, 1, 1, 0, 0, NULL);
    tcx_connection kept;

    (void)state;
    set_up(failing, 3);
    s.config.retry = &retry;
    assert_int_equal(script_series_run(&s), TCX_E_CONNECT);
    assert_int_equal(s.count, 3);
    for (size_t i = 1; i < 3; i++)
        assert_int_equal(s.seen[i].tick - s.seen[i - 1].tick, 500);

    set_up(reopened, 3);
    tcx_connection_init(&kept, 0);
    s.config.connection = &kept;
    assert_int_equal(script_series_run(&s), TCX_OK);
    assert_int_equal(script_series_run(&s), TCX_OK);
    assert_int_equal(s.seen[1].tick - s.seen[0].tick, 500);
    assert_int_equal(s.seen[2].tick - s.seen[1].tick, 0);
    tcx_connection_close(&kept, &s.transport);
}

/* Its turn does not come in time, or it is cancelled: nothing was sent, and no turn was taken. */
static void test_no_turn(void **state)
{
    static const script_exchange script[2] = { { .ending = -5 }, { .ending = -5 } };

    (void)state;
    for (int cancelled = 0; cancelled < 2; cancelled++) {
        set_up(script, 2);
        assert_int_equal(script_series_run(&s), TCX_E_RECEIVE);
        s.config.timeout = 499;
        assert_int_equal(tcx_call_begin(&s.call, &s.config, &s.request, s.tick), TCX_OK);
        assert_int_equal(tcx_call_step(&s.call, s.tick), TCX_PENDING);
        assert_int_equal(tcx_call_time_left(&s.call, s.tick), 499); /* the deadline is nearer than its turn */
        if (cancelled)
            tcx_call_cancel(&s.call);
        assert_int_equal(tcx_call_step(&s.call, s.tick + 499), cancelled ? TCX_E_CANCELLED : TCX_E_DEADLINE);
        assert_int_equal(s.call.outcome, TCX_NOT_SENT);
        assert_int_equal(s.count, 1);
        s.tick += 500;
        assert_int_equal(script_series_run(&s), TCX_E_RECEIVE);
        assert_int_equal(s.wait_count, 0);
    }
    limit.wait = NULL;
    assert_int_equal(script_series_run(&s), TCX_E_NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_model), cmocka_unit_test(test_exact_waits),
        cmocka_unit_test(test_long_pauses),   cmocka_unit_test(test_ticks_that_go_back),
        cmocka_unit_test(test_clamps),        cmocka_unit_test(test_in_a_call),
        cmocka_unit_test(test_attempts),      cmocka_unit_test(test_no_turn),
        cmocka_unit_test(test_fastest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
