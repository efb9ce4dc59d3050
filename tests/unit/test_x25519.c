/* Tests the ClientHello with X25519 first, with a page that traps behind the message: cut off anywhere, and damaged. */
#include "tcx_test.h"

#include <tcexec/tls.h>

enum { IO_BOTH = 3 }; /* BearSSL's mode of an engine that may send */

static const unsigned char as_bearssl[] = { 0, 23, 0, 24, 0, 29 }, x25519_first[] = { 0, 29, 0, 23, 0, 24 };

static br_ssl_client_context client;
static unsigned char hello[600];
static size_t hello_length, list_at;

static int make_hello(void **state)
{
    static unsigned char buffer[TCX_TLS_BUFFER_MIN];
    const unsigned char *record;

    (void)state;
    br_ssl_client_zero(&client);
    br_ssl_engine_set_versions(&client.eng, BR_TLS12, BR_TLS12);
    tcx_tls_profile_full.set_up(&client, NULL);
    br_ssl_engine_set_buffer(&client.eng, buffer, sizeof buffer, 0);
    br_ssl_engine_inject_entropy(&client.eng, "0123456789abcdef0123456789abcdef", 32);
    assert_true(br_ssl_client_reset(&client, "host.test", 0));
    record = br_ssl_engine_sendrec_buf(&client.eng, &hello_length);
    assert_in_range(hello_length, 100, sizeof hello);
    memcpy(hello, record, hello_length);
    while (memcmp(hello + list_at, as_bearssl, sizeof as_bearssl) != 0)
        assert_true(++list_at + sizeof as_bearssl < hello_length);
    return 0;
}

/* An engine that has this record to send. */
static void say(unsigned char *record, size_t length)
{
    client.eng.iomode = IO_BOTH;
    client.eng.obuf = record;
    client.eng.oxa = 0;
    client.eng.oxc = length;
    tcx_tls_x25519_first(&client.eng);
}

static void test_cut_off(void **state)
{
    tcx_guard guard;

    (void)state;
    tcx_guard_open(&guard, sizeof hello);
    for (size_t length = 0; length <= hello_length; length++) {
        unsigned char *record = tcx_guard_place(&guard, length, TCX_AT_END), expected[sizeof hello];

        memcpy(record, hello, length);
        memcpy(expected, hello, length);
        if (length >= list_at + sizeof x25519_first)
            memcpy(expected + list_at, x25519_first, sizeof x25519_first);
        say(record, length);
        assert_memory_equal(record, expected, length);
        tcx_guard_check(&guard);
    }
    tcx_guard_close(&guard);
}

/* Numbers are the same in each run. */
static uint32_t next_number(void)
{
    static uint32_t number = 1;

    number = number * 1664525u + 1013904223u;
    return number >> 8;
}

static void test_damaged(void **state)
{
    tcx_guard guard;

    (void)state;
    tcx_guard_open(&guard, sizeof hello);
    for (int i = 0; i < 200000; i++) {
        const size_t length = 1 + next_number() % hello_length;
        unsigned char *record = tcx_guard_place(&guard, length, TCX_AT_END);

        memcpy(record, hello, length);
        for (unsigned n = next_number() % 4; n > 0; n--)
            record[next_number() % length] = (unsigned char)next_number();
        say(record, length);
        tcx_guard_check(&guard);
    }
    tcx_guard_close(&guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_cut_off), cmocka_unit_test(test_damaged) };

    return cmocka_run_group_tests(tests, make_hello, NULL);
}
