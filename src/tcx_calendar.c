#include "tcx_calendar.h"

#include <string.h>

/*
 * Years are counted from March, so that the leap day is a year's last. Day 0 is 0000-03-01; 1970-01-01 is 719468 days
 * later. A century has 36524.25 days, a year of one 365.25, and 5 months in a row from March or August 153.
 */
#define DAYS_TO_1970 719468u

static void digits(char *out, uint32_t value, int count)
{
    while (count-- > 0) {
        out[count] = (char)('0' + value % 10);
        value /= 10;
    }
}

void tcx_date_write(char out[10], uint32_t day)
{
    uint32_t quarters = 4 * (day + DAYS_TO_1970) + 3;
    uint32_t century = quarters / 146097;
    uint32_t in_century = quarters % 146097 | 3;
    uint32_t fifths = in_century % 1461 / 4 * 5 + 2;
    uint32_t month = fifths / 153; /* 0 is March */
    uint32_t next_year = month >= 10;

    memset(out, '-', 10);
    digits(out, 100 * century + in_century / 1461 + next_year, 4);
    digits(out + 5, month + 3 - 12 * next_year, 2);
    digits(out + 8, fifths % 153 / 5 + 1, 2);
}

uint32_t tcx_day_of_date(uint32_t year, uint32_t month, uint32_t day)
{
    uint32_t m = (month + 9) % 12;
    uint32_t y = year - (m >= 10);

    return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - DAYS_TO_1970;
}

int64_t tcx_http_date_read(const char *text, size_t length)
{
    static const char pattern[] = "???, 00 ??? 1111 22:33:44 GMT"; /* digits: of which number; ?: anything */
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    enum { DAY, YEAR, HOUR, MINUTE, SECOND, NUMBERS };
    uint32_t numbers[NUMBERS] = { 0 }, month = 0, days;
    char date[10];

    if (length != sizeof pattern - 1)
        return 0;
    for (size_t i = 0; i < length; i++) {
        unsigned number = (unsigned)(pattern[i] - '0'), digit = (unsigned)(text[i] - '0');

        if (number < NUMBERS) {
            if (digit > 9)
                return 0;
            numbers[number] = numbers[number] * 10 + digit;
        } else if (pattern[i] != '?' && pattern[i] != text[i]) {
            return 0;
        }
    }
    while (memcmp(text + 8, months + (size_t)3 * month, 3) != 0) {
        if (++month == 12)
            return 0;
    }
    if (numbers[YEAR] < 1970 || numbers[HOUR] > 23 || numbers[MINUTE] > 59 || numbers[SECOND] > 60)
        return 0;
    days = tcx_day_of_date(numbers[YEAR], month + 1, numbers[DAY]);
    tcx_date_write(date, days);
    if (memcmp(date + 8, text + 5, 2) != 0) /* the month is not that long */
        return 0;
    return (int64_t)days * TCX_SECONDS_PER_DAY +
           (int64_t)((numbers[HOUR] * 60 + numbers[MINUTE]) * 60 + numbers[SECOND]);
}
