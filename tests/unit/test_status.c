/* Tests names and texts of every status, against the header itself. */
#include "tcx_test.h"

enum { MOST = 200 };

static struct {
    char name[64];
    int value;
} known[MOST];
static size_t count;

/* Reads the enumerators of an enum out of the header. */
static void read_header(const char *end)
{
    FILE *file = fopen("include/tcexec/status.h", "r");
    char line[400];
    int inside = 0;

    if (file == NULL)
        fail_msg("include/tcexec/status.h cannot be read: run from the root of the repository");
    for (count = 0; fgets(line, sizeof line, file) != NULL;) {
        if (strstr(line, "typedef enum") != NULL)
            inside = 1, count = 0;
        if (inside && strncmp(line, end, strlen(end)) == 0)
            break;
        assert_true(count < MOST);
        if (inside && sscanf(line, " %63[A-Z0-9_] = %d", known[count].name, &known[count].value) == 2)
            count++;
    }
    fclose(file);
}

static void test_every_status_has_its_name_and_a_text_of_its_own(void **state)
{
    (void)state;
    read_header("} tcx_status;");
    assert_in_range(count, 70, MOST);
    for (size_t i = 0; i < count; i++) {
        const char *text = tcx_status_text((tcx_status)known[i].value);

        assert_string_equal(tcx_status_name((tcx_status)known[i].value), known[i].name);
        assert_true(strlen(text) > 3 && strchr(text, '\n') == NULL && text[strlen(text) - 1] != '.');
        assert_string_not_equal(text, tcx_status_text((tcx_status)1000000));
        for (size_t j = 0; j < i; j++) {
            assert_int_not_equal(known[i].value, known[j].value);
            assert_string_not_equal(text, tcx_status_text((tcx_status)known[j].value));
        }
    }
}

static int is_known(int value)
{
    for (size_t i = 0; i < count; i++) {
        if (known[i].value == value)
            return 1;
    }
    return 0;
}

static void test_other_numbers_are_unknown(void **state)
{
    (void)state;
    read_header("} tcx_status;");
    for (int value = -1000; value <= 1000; value++) {
        if (!is_known(value)) {
            assert_string_equal(tcx_status_name((tcx_status)value), "TCX_E_UNKNOWN");
            assert_true(strlen(tcx_status_text((tcx_status)value)) > 3);
        }
    }
}

static void test_ranges(void **state)
{
    static const struct {
        const char *prefix;
        int from, to;
    } rows[] = {
        { "TCX_E_TLS_BUFFER", -299, -1 },
        { "TCX_E_TLS_TRUST", -299, -1 },
        { "TCX_E_TLS_ENTROPY", -299, -1 },
        { "TCX_E_TLS_NAME", -299, -1 },
        { "TCX_E_TLS_PROFILE", -299, -1 },
        { "TCX_E_PROXY_ADDRESS", -299, -1 },
        { "TCX_E_PROXY_CREDENTIALS", -299, -1 },
        { "TCX_E_PROXY_TARGET", -299, -1 },
        { "TCX_E_PROXY", -399, -300 },
        { "TCX_E_TLS", -499, -400 },
        { "TCX_E_X509", -499, -400 },
        { "TCX_E_HTTP", -599, -500 },
        { "TCX_E_JSON", -699, -600 },
        { "TCX_E_API", -700, -700 },
        { "TCX_E_CONNECT", -399, -300 },
        { "TCX_E_SEND", -399, -300 },
        { "TCX_E_RECEIVE", -399, -300 },
        { "TCX_E_CLOSED", -399, -300 },
        { "TCX_E_DEADLINE", -399, -300 },
        { "TCX_E_TRANSPORT", -399, -300 },
        { "TCX_E_CANCELLED", -399, -300 },
        { "TCX_E_RES", -399, -300 },
        { "TCX_E_", -299, -1 },
        { "TCX_OK", 0, 0 },
        { "TCX_PENDING", 1, 1 },
    };

    (void)state;
    read_header("} tcx_status;");
    for (size_t i = 0; i < count; i++) {
        size_t row = 0;

        while (strncmp(known[i].name, rows[row].prefix, strlen(rows[row].prefix)) != 0)
            assert_true(++row < TCX_COUNT(rows));
        if (known[i].value < rows[row].from || known[i].value > rows[row].to)
            fail_msg("%s = %d is in another layer's range", known[i].name, known[i].value);
    }
}

static void test_outcomes(void **state)
{
    static const struct {
        tcx_outcome outcome;
        int value;
        const char *name;
    } rows[] = { { TCX_NOT_SENT, 0, "not_sent" },
                 { TCX_MAYBE_EXECUTED, 1, "maybe_executed" },
                 { TCX_ANSWERED, 2, "answered" } };

    (void)state;
    read_header("} tcx_outcome;");
    assert_int_equal(count, TCX_COUNT(rows));
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        assert_int_equal(rows[i].outcome, rows[i].value);
        assert_string_equal(tcx_outcome_name(rows[i].outcome), rows[i].name);
    }
    assert_string_equal(tcx_outcome_name((tcx_outcome)3), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_status_has_its_name_and_a_text_of_its_own),
        cmocka_unit_test(test_other_numbers_are_unknown),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_outcomes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
