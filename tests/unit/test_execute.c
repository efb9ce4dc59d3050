/* Tests the blocking helper: it begins, waits for what the call waits for, and steps to the end. */
#include "script.h"

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n{\"Response\":{\"Result\":\"XXX\"}}"

/* A platform whose time passes only by waiting. */
typedef struct platform {
    uint32_t tick;
    uint32_t passes; /* with each wait; 0: all the time that is left */
    unsigned waits, last_wants;
    uint32_t last_left;
} platform;

static uint32_t now(void *context)
{
    return ((platform *)context)->tick;
}

static void wait_for(void *context, unsigned wants, uint32_t time_left)
{
    platform *machine = context;

    assert_in_range(wants, 1, TCX_READ | TCX_WRITE);
    assert_in_range(time_left, 1, TCX_TIMEOUT_DEFAULT);
    machine->waits++;
    machine->last_wants = wants;
    machine->last_left = time_left;
    machine->tick += machine->passes != 0 ? machine->passes : time_left;
}

typedef struct fixture {
    tcx_signer signer;
    unsigned char buffer[256];
    script link;
    platform machine;
    tcx_call_config config;
    tcx_port port;
    tcx_call call;
} fixture;

static void set_up(fixture *f, const char *answer)
{
    const platform machine = { .tick = UINT32_MAX - 5, .passes = 1 };
    const tcx_port port = { .context = &f->machine, .tick = now, .wait = wait_for };
    const tcx_call_config config = {
        .transport = &f->link.transport,
        .signer = &f->signer,
        .buffer = f->buffer,
        .buffer_size = sizeof f->buffer,
        .unix_time = 1800000000,
    };

    script_init(&f->link, answer, strlen(answer));
    f->machine = machine;
    f->port = port;
    f->config = config;
    memset(&f->call, 0, sizeof f->call);
    assert_int_equal(tcx_signer_init(&f->signer, &tcx_example_credentials, TCX_SIGN_TC3), TCX_OK);
}

static void test_success(void **state)
{
    static const int stutters[] = { 0, TCX_WANT_READ, TCX_WANT_WRITE, TCX_AGAIN };
    static const unsigned wants[] = { 0, TCX_READ, TCX_WRITE, 0 };
    static fixture f;

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(stutters); i++) {
        for (size_t piece = 100; piece <= 10000; piece += 9900) {
            set_up(&f, ANSWER);
            f.link.stutter = stutters[i];
            f.link.piece = piece;
            assert_status("success", tcx_execute(&f.call, &f.config, &tcx_example_request, &f.port), TCX_OK);
            assert_int_equal(f.call.outcome, TCX_ANSWERED);
            assert_bytes("result", f.call.response.result.bytes, f.call.response.result.length, tcx_text_from("XXX"));
            assert_int_equal(f.machine.last_wants & wants[i], wants[i]);
            check((f.machine.waits > 0) == (wants[i] != 0), "%u waits",
                  f.machine.waits); /* never when the call wants nothing */
            assert_null(f.link.violation);
            assert_int_equal(f.link.closes, 1);
        }
    }
}

static void test_silence(void **state)
{
    static fixture f;

    (void)state;
    set_up(&f, "");
    f.machine.passes = 0;
    assert_status("silence", tcx_execute(&f.call, &f.config, &tcx_example_request, &f.port), TCX_E_DEADLINE);
    assert_int_equal(f.call.outcome, TCX_MAYBE_EXECUTED);
    assert_int_equal(f.machine.waits, 1);
    assert_int_equal(f.machine.last_left, TCX_TIMEOUT_DEFAULT);
    set_up(&f, ""); /* a wait that returns too early is no harm */
    f.machine.passes = 7000;
    assert_status("silence", tcx_execute(&f.call, &f.config, &tcx_example_request, &f.port), TCX_E_DEADLINE);
    assert_int_equal(f.machine.waits, 9);
    assert_int_equal(f.machine.last_left, TCX_TIMEOUT_DEFAULT - 8 * 7000);
}

static void test_refusals(void **state)
{
    static fixture f;

    (void)state;
    for (int missing = 0; missing < 6; missing++) {
        tcx_port port;
        const tcx_port *given = &port;

        set_up(&f, ANSWER);
        port = f.port;
        switch (missing) {
        case 0:
            given = NULL;
            break;
        case 1:
            port.tick = NULL;
            break;
        case 2:
            port.wait = NULL;
            break;
        case 3:
            f.config.transport = NULL;
            break;
        case 4:
            f.config.unix_time = 5;
            break;
        default:
            f.link.transport.recv = NULL;
        }
        check(tcx_execute(&f.call, &f.config, &tcx_example_request, given) ==
                  (missing == 4 ? TCX_E_CLOCK_UNSET : TCX_E_NULL),
              "%d", missing);
        assert_int_equal(f.link.calls, 0);
        assert_int_equal(f.machine.waits, 0);
        assert_int_equal(f.call.outcome, TCX_NOT_SENT);
    }
    set_up(&f, ANSWER);
    assert_int_equal(tcx_execute(NULL, &f.config, &tcx_example_request, &f.port), TCX_E_NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_success),
        cmocka_unit_test(test_silence),
        cmocka_unit_test(test_refusals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
