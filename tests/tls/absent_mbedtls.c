/* Stands for each suite over mbedTLS if mbedTLS is not installed. */
#include "tcx_test.h"

#ifdef __has_include
#if __has_include(<mbedtls/ssl.h>)
#error "mbedTLS is installed: the suites over it must run"
#endif
#endif

/* A program that runs no test fails. */
static void test_absence(void **state)
{
    (void)state;
}

static void test_mbedtls(void **state)
{
    (void)state;
    print_message("# mbedTLS: not run, it is not installed (Debian package libmbedtls-dev)\n");
    skip();
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_absence), cmocka_unit_test(test_mbedtls) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
