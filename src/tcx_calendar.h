/*
 * The proleptic Gregorian calendar in UTC, without time zones, time_t or tables of the C library.
 */
#ifndef TCX_CALENDAR_H
#define TCX_CALENDAR_H

#include <stddef.h>
#include <stdint.h>

#define TCX_SECONDS_PER_DAY 86400
#define TCX_TIME_MAX        253402300799 /* the end of 9999: the last second with a four-digit year */

/*
 * Returns the day of a time in seconds since 1970-01-01, up to TCX_TIME_MAX. A day has 675 * 128 seconds, so this needs
 * no 64-bit division.
 */
static inline uint32_t tcx_day(uint64_t seconds)
{
    return (uint32_t)(seconds >> 7) / 675;
}

/*
 * Writes the date of the day that is `day` days after 1970-01-01, as YYYY-MM-DD. `day` is at most TCX_TIME_MAX /
 * TCX_SECONDS_PER_DAY.
 */
void tcx_date_write(char out[10], uint32_t day);

/*
 * Returns the number of days from 1970-01-01 to a date. If the month is shorter than `day`, the count continues into
 * the next month.
 */
uint32_t tcx_day_of_date(uint32_t year, uint32_t month, uint32_t day);

/*
 * Reads an HTTP date in one of its three formats (RFC 9110 section 5.6.7): "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday,
 * 06-Nov-94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994". It accepts a leap second and a day of one digit. A year of two
 * digits is in 1970 to 2069. The name of the weekday is not checked.
 *
 * Returns seconds since 1970-01-01 UTC, or 0 if the text is anything else or before 1970.
 */
int64_t tcx_http_date_read(const char *text, size_t length);

#endif
