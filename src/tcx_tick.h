/*
 * Ticks: milliseconds of a counter that wraps. Two that are more than TCX_TIMEOUT_MAX apart are taken as in the other
 * order: the counter went back.
 */
#ifndef TCX_TICK_H
#define TCX_TICK_H

#include <tcexec/call.h>

/* Milliseconds from one tick to a later one. 0: the tick went back, and no time has passed that could be known. */
static inline uint32_t tcx_tick_elapsed(uint32_t from, uint32_t to)
{
    return to - from <= TCX_TIMEOUT_MAX ? to - from : 0;
}

#endif
