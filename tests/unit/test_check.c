/* Tests the checks of texts for headers and credentials. */
#include "tcx_test.h"

#include "tcx_check.h"

/* By the contract in tcexec/sign.h: visible ASCII, no blank at either end. */
static int judge(unsigned char byte, int at_an_end, int field)
{
    if (byte > 0x20 && byte < 0x7F)
        return TCX_OK;
    return at_an_end && (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n') ? field - 2 : field;
}

static void test_every_byte_at_every_place(void **state)
{
    tcx_guard guard;

    (void)state;
    tcx_guard_open(&guard, 8);
    for (size_t length = 1; length <= 5; length++) {
        for (size_t at = 0; at < length; at++) {
            for (int byte = 0; byte < 256; byte++) {
                unsigned char *bytes = tcx_guard_place(&guard, length, TCX_AT_END);
                tcx_text text = { (const char *)bytes, length };
                char where[40];

                memset(bytes, 'x', length);
                bytes[at] = (unsigned char)byte;
                snprintf(where, sizeof where, "byte %02x at %zu of %zu", (unsigned)byte, at, length);
                assert_status(where, tcx_check_required(text, TCX_E_REGION),
                              judge((unsigned char)byte, at == 0 || at == length - 1, TCX_E_REGION));
                assert_status(where, tcx_check_optional(text, TCX_E_REGION), tcx_check_required(text, TCX_E_REGION));
            }
        }
    }
    tcx_guard_close(&guard);
}

static void test_reasons_of_every_field(void **state)
{
    static const struct {
        int field, empty, blank;
    } rows[] = {
        { TCX_E_SECRET_ID, TCX_E_SECRET_ID_EMPTY, TCX_E_SECRET_ID_BLANK },
        { TCX_E_SECRET_KEY, TCX_E_SECRET_KEY_EMPTY, TCX_E_SECRET_KEY_BLANK },
        { TCX_E_TOKEN, TCX_E_TOKEN_EMPTY, TCX_E_TOKEN_BLANK },
        { TCX_E_REGION, TCX_E_REGION_EMPTY, TCX_E_REGION_BLANK },
        { TCX_E_LANGUAGE, TCX_E_LANGUAGE_EMPTY, TCX_E_LANGUAGE_BLANK },
    };
    static const tcx_text good = TCX_TEXT("ap-guangzhou"), inside = TCX_TEXT("a b"), blank = TCX_TEXT(" ab"),
                          empty = TCX_TEXT("");

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const char *where = tcx_status_name((tcx_status)rows[i].field);

        assert_status(where, tcx_check_required(good, rows[i].field), TCX_OK);
        assert_status(where, tcx_check_required(inside, rows[i].field), rows[i].field);
        assert_status(where, tcx_check_required(blank, rows[i].field), rows[i].blank);
        assert_status(where, tcx_check_required(empty, rows[i].field), rows[i].empty);
        assert_status(where, tcx_check_optional(empty, rows[i].field), rows[i].empty);
        assert_status(where, tcx_check_required(tcx_text_from(NULL), rows[i].field), rows[i].empty);
        assert_status(where, tcx_check_optional(tcx_text_from(NULL), rows[i].field), TCX_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_at_every_place),
        cmocka_unit_test(test_reasons_of_every_field),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
