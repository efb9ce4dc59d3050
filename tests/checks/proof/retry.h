/*
 * What the harnesses of the retries share: stand-ins for the call's own parts, which are proved with the call.
 */
#ifndef RETRY_H
#define RETRY_H

#include "any.h"
#include "tcx_calendar.h"
#include "tcx_call.h"

void tcx_call_trace(const tcx_call *call, tcx_event event, uint32_t number)
{
    (void)call;
    (void)event;
    (void)number;
}

uint32_t tcx_call_time_until(const tcx_call *call, uint32_t time)
{
    return time > call->now ? time - call->now : 0;
}

int64_t tcx_clock_floor(const tcx_call_config *config)
{
    return config->clock_floor;
}

int64_t tcx_call_unix_time(const tcx_call *call)
{
    return call->config->unix_time + call->now / 1000;
}

/* A rule of the caller's own. */
static uint32_t any_delay(const tcx_retry *retry, const tcx_attempt *attempt, uint32_t jitter)
{
    (void)retry;
    (void)attempt;
    (void)jitter;
    return any_uint32();
}

#endif
