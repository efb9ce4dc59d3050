/*
 * Tests UTF-8 against its definition: a text is well-formed if it consists of encodings of Unicode scalar values. The
 * judge here decodes by arithmetic, encodes again and compares. It has no table of ranges.
 */
#include "tcx_test.h"

#include "tcx_utf8.h"

static size_t encode(unsigned char out[4], uint32_t point)
{
    size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

    for (size_t i = size; i-- > 0; point >>= 6)
        out[i] = (unsigned char)(i > 0 ? 0x80 + point % 64 : size == 1 ? point : (0xF00 >> size) % 256 + point);
    return size;
}

/* The size of the character that the text begins with, or 0. */
static size_t character(const unsigned char *text, size_t length)
{
    for (size_t size = 1; size <= 4 && size <= length; size++) {
        uint32_t point = size == 1 ? text[0] : text[0] % (128u >> size);
        unsigned char again[4];

        for (size_t i = 1; i < size; i++)
            point = point * 64 + text[i] % 64;
        if (point <= 0x10FFFF && !(point >= 0xD800 && point <= 0xDFFF) && encode(again, point) == size &&
            memcmp(again, text, size) == 0)
            return size;
    }
    return 0;
}

static int judge(const unsigned char *text, size_t length, size_t *characters)
{
    *characters = 0;
    for (size_t at = 0, size; at < length; at += size) {
        size = character(text + at, length - at);
        if (size == 0)
            return 0;
        ++*characters;
    }
    return 1;
}

static int compare(const unsigned char *text, size_t length)
{
    size_t should = 0, is = 0;
    int valid = judge(text, length, &should);

    if (tcx_utf8_check(text, length, &is) != valid || (valid && is != should))
        fail_msg("%02x %02x %02x %02x, length %zu", text[0], text[1], text[2], text[3], length);
    return valid;
}

static void test_every_text_up_to_three_bytes(void **state)
{
    static const uint32_t valid[] = { 1, 128, 128 * 128 + 1920, 128 * 128 * 128 + 2 * 128 * 1920 + 63488 - 2048 };
    unsigned char text[4] = { 0 };

    (void)state;
    for (unsigned length = 0; length <= 3; length++) {
        uint32_t count = 0;

        for (uint32_t value = 0; value < 1u << 8 * length; value++) {
            for (unsigned i = 0; i < 3; i++)
                text[i] = (unsigned char)(value >> 8 * i);
            count += (uint32_t)compare(text, length);
        }
        assert_int_equal(count, valid[length]);
    }
}

static void test_four_bytes(void **state)
{
    static const unsigned char edges[] = { 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0 };
    unsigned char text[4];
    uint32_t count = 0;

    (void)state;
    for (unsigned ab = 0; ab < 65536; ab++) {
        for (size_t cd = 0; cd < sizeof edges * sizeof edges; cd++) {
            text[0] = (unsigned char)(ab >> 8);
            text[1] = (unsigned char)ab;
            text[2] = edges[cd / sizeof edges];
            text[3] = edges[cd % sizeof edges];
            compare(text, 4);
        }
    }
    for (uint32_t point = 0x10000; point <= 0x10FFFF; point++)
        count += (uint32_t)(encode(text, point) == 4 && compare(text, 4));
    assert_int_equal(count, 0x100000);
}

static void test_nothing_is_read_behind_the_end(void **state)
{
    static const tcx_text cut[] = { TCX_TEXT(""), TCX_TEXT("a\xC3"), TCX_TEXT("\xE4\xB8"), TCX_TEXT("\xF0\x9F\x98") };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(cut); i++) {
        tcx_guard guard;
        tcx_text text = tcx_guard_text(&guard, cut[i]);
        size_t characters;

        assert_int_equal(tcx_utf8_check(text.bytes, text.length, &characters), text.length == 0);
        tcx_guard_close(&guard);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_text_up_to_three_bytes),
        cmocka_unit_test(test_four_bytes),
        cmocka_unit_test(test_nothing_is_read_behind_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
