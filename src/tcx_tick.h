/*
 * Ticks are the milliseconds of a counter that wraps. If a tick is more than TCX_TIMEOUT_MAX after another, the counter
 * went back, and the first tick is the later one.
 */
#ifndef TCX_TICK_H
#define TCX_TICK_H

#include <tcexec/call.h>

/*
 * Returns the milliseconds from one tick to a later one. Returns 0 if the tick went back, because the time that has
 * passed is then unknown.
 */
static inline uint32_t tcx_tick_elapsed(uint32_t from, uint32_t to)
{
    return to - from <= TCX_TIMEOUT_MAX ? to - from : 0;
}

#endif
