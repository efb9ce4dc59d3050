#include "tcx_calendar.h"

#include <string.h>

/*
 * A year begins in March here, so that the leap day is its last day. Day 0 is 0000-03-01, and 1970-01-01 is 719468 days
 * later. A century has 36524.25 days, a year in it has 365.25, and the 5 months from March or from August have 153.
 */
#define CALENDAR_DAYS_TO_1970 719468u

static void calendar_write_digits(char *out, uint32_t value, int count)
{
    while (count-- > 0) {
        out[count] = (char)('0' + value % 10);
        value /= 10;
    }
}

void tcx_date_write(char out[10], uint32_t day)
{
    uint32_t quarters = 4 * (day + CALENDAR_DAYS_TO_1970) + 3;
    uint32_t century = quarters / 146097;
    uint32_t in_century = quarters % 146097 | 3;
    uint32_t fifths = in_century % 1461 / 4 * 5 + 2;
    uint32_t month = fifths / 153; /* 0 is March */
    uint32_t next_year = month >= 10;

    memset(out, '-', 10);
    calendar_write_digits(out, 100 * century + in_century / 1461 + next_year, 4);
    calendar_write_digits(out + 5, month + 3 - 12 * next_year, 2);
    calendar_write_digits(out + 8, fifths % 153 / 5 + 1, 2);
}

uint32_t tcx_day_of_date(uint32_t year, uint32_t month, uint32_t day)
{
    uint32_t m = (month + 9) % 12;
    uint32_t y = year - (m >= 10);

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - CALENDAR_DAYS_TO_1970;
}

static int calendar_is_letter(char byte)
{
    return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
}

/*
 * A format describes a date. In it, a digit means one of these numbers, m means the name of a month, and w the name of
 * a weekday. Every other character means itself.
 */
enum {
    CALENDAR_DAY,
    CALENDAR_YEAR,
    CALENDAR_SHORT_YEAR,
    CALENDAR_HOUR,
    CALENDAR_MINUTE,
    CALENDAR_SECOND,
    CALENDAR_NUMBERS
};

/*
 * Reads at `at` what the character `part` of a format means. Returns how many bytes it read, or 0 if the text does not
 * match.
 */
static size_t calendar_read_part(char part, const char *text, size_t length, size_t at,
                                 uint32_t numbers[CALENDAR_NUMBERS], uint32_t *month)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const unsigned number = (unsigned)(part - '0');
    size_t max_digits = 2, size = 0;

    if (number == CALENDAR_YEAR)
        max_digits = 4;
    if (number < CALENDAR_NUMBERS) {
        for (; size < max_digits && at + size < length && text[at + size] >= '0' && text[at + size] <= '9'; size++)
            numbers[number] = numbers[number] * 10 + (uint32_t)(text[at + size] - '0');
        return size == max_digits || number == CALENDAR_DAY ? size : 0;
    }
    if (part == 'w') {
        while (at + size < length && calendar_is_letter(text[at + size]))
            size++;
        return size >= 3 ? size : 0;
    }
    if (part != 'm')
        return at < length && text[at] == part;
    for (; *month < 12 && at + 3 <= length; ++*month) {
        if (memcmp(text + at, months + (size_t)3 * *month, 3) == 0)
            return 3;
    }
    return 0;
}

static int64_t calendar_read_format(const char *format, const char *text, size_t length)
{
    uint32_t numbers[CALENDAR_NUMBERS] = { 0 }, month = 0, days;
    size_t at = 0;
    char date[10];

    for (; *format != '\0'; format++) {
        const size_t size = calendar_read_part(*format, text, length, at, numbers, &month);

        if (size == 0)
            return 0;
        at += size;
        if (*format - '0' == CALENDAR_SHORT_YEAR)
            numbers[CALENDAR_YEAR] = numbers[CALENDAR_SHORT_YEAR] + (numbers[CALENDAR_SHORT_YEAR] < 70 ? 2000 : 1900);
    }
    if (at < length || numbers[CALENDAR_YEAR] < 1970 || numbers[CALENDAR_HOUR] > 23 || numbers[CALENDAR_MINUTE] > 59 ||
        numbers[CALENDAR_SECOND] > 60)
        return 0;
    days = tcx_day_of_date(numbers[CALENDAR_YEAR], month + 1, numbers[CALENDAR_DAY]);
    tcx_date_write(date, days);
    if ((uint32_t)((date[8] - '0') * 10 + (date[9] - '0')) != numbers[CALENDAR_DAY]) /* the month is shorter */
        return 0;
    return (int64_t)days * TCX_SECONDS_PER_DAY +
           (int64_t)((numbers[CALENDAR_HOUR] * 60 + numbers[CALENDAR_MINUTE]) * 60 + numbers[CALENDAR_SECOND]);
}

int64_t tcx_http_date_read(const char *text, size_t length)
{
    int64_t time = calendar_read_format("w, 0 m 1 3:4:5 GMT", text, length);

    if (time == 0)
        time = calendar_read_format("w, 0-m-2 3:4:5 GMT", text, length);
    return time != 0 ? time : calendar_read_format("w m 0 3:4:5 1", text, length);
}
