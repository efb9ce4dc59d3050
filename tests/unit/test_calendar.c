/* Tests dates against Python's datetime and email.utils (tests/vectors/calendar.txt). */
#define _DEFAULT_SOURCE

#include "tcx_test.h"

#include <ctype.h>
#include <inttypes.h>
#include <time.h>

#include "tcx_calendar.h"

static void hex(char out[65], const unsigned char digest[32])
{
    for (int i = 0; i < 32; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

/* Compares the dates of some days with their checksum. */
static void check_days(uint32_t first, uint32_t count, const char *checksum)
{
    br_sha256_context hash;
    unsigned char digest[32];
    char line[11], is[65];

    line[10] = '\n';
    br_sha256_init(&hash);
    for (uint32_t day = first; day < first + count; day++) {
        tcx_date_write(line, day);
        br_sha256_update(&hash, line, sizeof line);
    }
    br_sha256_out(&hash, digest);
    hex(is, digest);
    if (strcmp(is, checksum) != 0)
        fail_msg("a date between the days %" PRIu32 " and %" PRIu32 " is wrong", first, first + count - 1);
}

static void test_every_day_to_9999(void **state)
{
    FILE *file = tcx_vectors_open("calendar.txt");
    uint32_t first, count, days = 0;
    char checksum[65];

    (void)state;
    for (const char *line; (line = tcx_vectors_line(file)) != NULL;) {
        if (sscanf(line, "century %" SCNu32 " %" SCNu32 " %64s", &first, &count, checksum) == 3) {
            assert_int_equal(first, days); /* no gap */
            check_days(first, count, checksum);
            days += count;
        }
    }
    fclose(file);
    assert_int_equal(days, TCX_TIME_MAX / TCX_SECONDS_PER_DAY + 1);
}

static void test_date_takes_exactly_ten_bytes(void **state)
{
    tcx_guard guard;

    (void)state;
    tcx_guard_open(&guard, 10);
    for (int where = TCX_AT_START; where <= TCX_AT_END; where++) {
        unsigned char *out = tcx_guard_place(&guard, 10, where);

        tcx_date_write((char *)out, 11016);
        tcx_guard_check(&guard);
        assert_bytes("2000-02-29", out, 10, (tcx_text)TCX_TEXT("2000-02-29"));
    }
    tcx_guard_close(&guard);
}

/* Reads the text from memory that ends with it. */
static void check_http_date(const char *text, int64_t seconds)
{
    tcx_guard guard;
    tcx_text copy = tcx_guard_text(&guard, tcx_text_from(text));
    int64_t is = tcx_http_date_read(copy.bytes, copy.length);

    if (is != seconds)
        fail_msg("'%s' is %" PRId64 ", not %" PRId64, text, is, seconds);
    tcx_guard_close(&guard);
}

static void test_http_dates(void **state)
{
    FILE *file = tcx_vectors_open("calendar.txt");
    unsigned valid = 0, malformed = 0;
    int64_t seconds;
    int text;

    (void)state;
    for (const char *line; (line = tcx_vectors_line(file)) != NULL;) {
        if (sscanf(line, "http %" SCNd64 " %n", &seconds, &text) == 1) {
            check_http_date(line + text, seconds);
            valid += seconds != 0;
            malformed += seconds == 0;
        }
    }
    fclose(file);
    assert_in_range(valid, 200, 1000);
    assert_in_range(malformed, 35, 1000);
}

/* Every text one byte away from a date: a date exactly where Python says so, the same one whatever the weekday. */
static void test_http_date_with_one_byte_changed(void **state)
{
    static const char example[] = "Sun, 06 Nov 1994 08:49:37 GMT";
    FILE *file = tcx_vectors_open("calendar.txt");
    int64_t near[29][256] = { { 0 } }, seconds;
    char text[30];
    unsigned count = 0;

    (void)state;
    for (const char *line; (line = tcx_vectors_line(file)) != NULL;) {
        if (sscanf(line, "near %" SCNd64 " %29[^\n]", &seconds, text) != 2)
            continue;
        for (int at = 0; at < 29; at++) {
            if (text[at] != example[at] || strcmp(text, example) == 0)
                near[at][(unsigned char)text[at]] = seconds;
        }
        count++;
    }
    fclose(file);
    assert_in_range(count, 40, 100);
    for (int at = 0; at < 29; at++) {
        for (int byte = 0; byte < 256; byte++) {
            strcpy(text, example);
            text[at] = (char)byte;
            if (tcx_http_date_read(text, 29) != (at >= 3         ? near[at][byte]
                                                 : isalpha(byte) ? near[3][',']
                                                                 : 0)) /* any weekday will do */
                fail_msg("byte %d changed to %02x", at, (unsigned)byte);
        }
    }
}

static void test_every_day_as_an_http_date(void **state)
{
    static const char days[] = "ThuFriSatSunMonTueWed", months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    (void)state;
    for (uint32_t day = 1; day <= TCX_TIME_MAX / TCX_SECONDS_PER_DAY; day++) {
        char date[10], text[30];

        tcx_date_write(date, day);
        snprintf(text, sizeof text, "%.3s, %.2s %.3s %.4s 00:00:00 GMT", days + day % 7 * 3, date + 8,
                 months + 3 * (date[5] * 10 + date[6] - '0' * 11 - 1), date);
        assert_true(tcx_http_date_read(text, 29) == (int64_t)day * TCX_SECONDS_PER_DAY);
    }
}

static void test_time_zone_has_no_effect(void **state)
{
    static const char *const zones[] = { "UTC0", "EAST-14", "WEST+14", "CST-8" };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(zones); i++) {
        char date[10];

        setenv("TZ", zones[i], 1);
        tzset();
        tcx_date_write(date, 21243);
        assert_bytes(zones[i], date, 10, (tcx_text)TCX_TEXT("2028-02-29"));
        assert_int_equal(tcx_http_date_read("Tue, 29 Feb 2028 00:00:00 GMT", 29), INT64_C(21243) * TCX_SECONDS_PER_DAY);
    }
    unsetenv("TZ");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day_to_9999),
        cmocka_unit_test(test_date_takes_exactly_ten_bytes),
        cmocka_unit_test(test_http_dates),
        cmocka_unit_test(test_http_date_with_one_byte_changed),
        cmocka_unit_test(test_every_day_as_an_http_date),
        cmocka_unit_test(test_time_zone_has_no_effect),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
