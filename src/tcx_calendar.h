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
 * The day of a second since 1970-01-01, up to TCX_TIME_MAX. A day has 675 * 128 seconds: so it needs no 64-bit
 * division.
 */
static inline uint32_t tcx_day(uint64_t seconds)
{
    return (uint32_t)(seconds >> 7) / 675;
}

/* The date of a day, `day` days after 1970-01-01 (at most TCX_TIME_MAX / TCX_SECONDS_PER_DAY), as YYYY-MM-DD. */
void tcx_date_write(char out[10], uint32_t day);

/* The day of a date, counted from 1970-01-01. A day that the month does not have counts on into the next month. */
uint32_t tcx_day_of_date(uint32_t year, uint32_t month, uint32_t day);

/*
 * Reads an HTTP date in one of its three forms (RFC 9110 section 5.6.7), a leap second and a day of one digit included:
 * "Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov 6 08:49:37 1994". A year of two digits is
 * in 1970 to 2069. Seconds since 1970-01-01 UTC, or 0 when the text is anything else or before 1970. Which day of the
 * week it names is not looked at.
 */
int64_t tcx_http_date_read(const char *text, size_t length);

#endif
