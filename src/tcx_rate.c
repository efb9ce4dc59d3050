#include "tcx_tick.h"

enum { RATE_CALL = 1000 }; /* in thousandths: a bucket gains `per_second` of them each millisecond */

static uint32_t rate_clamp(uint32_t value, uint32_t low, uint32_t high)
{
    return value < low ? low : value > high ? high : value;
}

void tcx_rate_init(tcx_rate *rate, uint32_t per_second, uint32_t burst, uint32_t now)
{
    rate->wait = tcx_rate_wait;
    rate->per_second = rate_clamp(per_second, 1, 1000);
    rate->full = rate_clamp(burst, 1, 1000) * RATE_CALL;
    rate->level = rate->full;
    rate->last = now;
}

uint32_t tcx_rate_wait(tcx_rate *rate, uint32_t now)
{
    uint32_t elapsed = tcx_tick_elapsed(rate->last, now);
    uint32_t missing = rate->full - rate->level;

    rate->last = now;
    rate->level = elapsed < missing ? rate->level + rate_clamp(elapsed * rate->per_second, 0, missing) : rate->full;
    if (rate->level >= RATE_CALL) {
        rate->level -= RATE_CALL;
        return 0;
    }
    return (RATE_CALL - rate->level + rate->per_second - 1) / rate->per_second;
}
