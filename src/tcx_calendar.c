#include "tcx_calendar.h"

#include <string.h>

/*
 * Years are counted from March, so that the leap day is a year's last, and in eras of 400 years, which all have 146097
 * days. Day 0 of era 0 is 0000-03-01; 1970-01-01 is 719468 days later.
 */
enum { DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468 };

static void digits(char *out, uint32_t value, int count)
{
    while (count-- > 0) {
        out[count] = (char)('0' + value % 10);
        value /= 10;
    }
}

void tcx_date_write(char out[10], uint32_t day)
{
    uint32_t era = (day + DAYS_TO_1970) / DAYS_PER_ERA;
    uint32_t in_era = (day + DAYS_TO_1970) % DAYS_PER_ERA;
    uint32_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    uint32_t in_year = in_era - (365 * year + year / 4 - year / 100);
    uint32_t month = (5 * in_year + 2) / 153; /* 0 is March */

    digits(out, era * 400 + year + (month >= 10), 4);
    out[4] = '-';
    digits(out + 5, month < 10 ? month + 3 : month - 9, 2);
    out[7] = '-';
    digits(out + 8, in_year - (153 * month + 2) / 5 + 1, 2);
}

static uint32_t days_from_date(uint32_t year, uint32_t month, uint32_t day)
{
    uint32_t y = month <= 2 ? year - 1 : year;
    uint32_t m = month <= 2 ? month + 9 : month - 3;

    return y / 400 * DAYS_PER_ERA + y % 400 * 365 + y % 400 / 4 - y % 400 / 100 + (153 * m + 2) / 5 + day - 1 -
           DAYS_TO_1970;
}

/* `count` decimal digits as a number; over 9999 when one is none. */
static uint32_t number(const char *text, int count)
{
    uint32_t value = 0;

    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return 10000;
        value = value * 10 + (uint32_t)(text[i] - '0');
    }
    return value;
}

int64_t tcx_http_date_read(const char *text, size_t length)
{
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    uint32_t month = 0, days;
    char date[10];

    if (length != 29 || memcmp(text + 3, ", ", 2) != 0 || text[7] != ' ' || text[11] != ' ' || text[16] != ' ' ||
        text[19] != ':' || text[22] != ':' || memcmp(text + 25, " GMT", 4) != 0)
        return 0;
    while (month < 12 && memcmp(text + 8, months + 3 * month, 3) != 0)
        month++;

    uint32_t day = number(text + 5, 2);
    uint32_t year = number(text + 12, 4);
    uint32_t hour = number(text + 17, 2);
    uint32_t minute = number(text + 20, 2);
    uint32_t second = number(text + 23, 2);

    if (month == 12 || day < 1 || day > 31 || year < 1970 || year > 9999 || hour > 23 || minute > 59 || second > 60)
        return 0;
    days = days_from_date(year, month + 1, day);
    tcx_date_write(date, days);
    if (number(date + 8, 2) != day) /* the month is not that long */
        return 0;
    return (int64_t)days * TCX_SECONDS_PER_DAY + (int64_t)(hour * 3600 + minute * 60 + second);
}
