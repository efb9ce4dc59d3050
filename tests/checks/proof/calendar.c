/*
 * units:  tcx_calendar
 * bounds: every day up to the end of 9999; any text of 0 to 40 bytes as a date
 * eva:    -eva-min-loop-unroll 13 -eva-slevel 100
 */
#include "any.h"
#include "tcx_calendar.h"

enum { MOST = 40 };

int main(void)
{
    char date[10], memory[MOST];
    size_t length = each(0, MOST);

    tcx_date_write(date, tcx_day(Frama_C_unsigned_long_long_interval(0, TCX_TIME_MAX)));
    tcx_http_date_read(any_bytes(memory, length), length);
    return 0;
}
