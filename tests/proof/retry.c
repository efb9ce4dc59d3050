/*
 * units:  tcx_retry tcx_clock tcx_service tcx_code tcx_calendar
 * bounds: any rule, status, outcome, number, tick and jitter; either service; any error code of 0, 26 to 32 bytes; any date
 * eva:    -eva-min-loop-unroll 33 -eva-slevel 20
 */
#include "any.h"
#include "tcx_calendar.h"
#include "tcx_call.h"

enum { MOST = 32, DATE = 29 };

/* Stand-ins for the call's own parts, which are proved with the call. */
void tcx_call_trace(const tcx_call *call, tcx_event event, uint32_t number)
{
    (void)call;
    (void)event;
    (void)number;
}

uint32_t tcx_time_until(uint32_t tick, uint32_t now)
{
    return tick - now;
}

int64_t tcx_clock_floor(const tcx_call_config *config)
{
    return config->clock_floor;
}

int64_t tcx_call_unix_time(const tcx_call *call)
{
    return call->config->unix_time;
}

int main(void)
{
    char memory[MOST], date[DATE];
    const tcx_request request = { .service = either(0, 1) ? &tcx_mps : &tcx_vod,
                                  .session_id = { memory, any(0, MOST) } };
    const tcx_retry rule = { tcx_retry_again, any_uint32(), any_uint32(), any_uint32(), either(0, 1), either(0, 1),
                             either(0, 1) ? tcx_retry_delay : NULL };
    const tcx_call_config config = { .unix_time = Frama_C_long_long_interval(0, TCX_TIME_MAX), .clock_floor = any_int64() };
    tcx_call call;
    tcx_status status = (tcx_status)any(INT32_MIN, INT32_MAX);

    memset(&call, 0, sizeof call);
    call.request = &request;
    call.config = &config;
    call.outcome = (tcx_outcome)any(INT32_MIN, INT32_MAX);
    call.attempts = any_uint32();
    call.corrected = either(0, 1);
    call.ambiguous = either(0, 1);
    call.now = any_uint32();
    call.deadline = any_uint32();
    call.jitter = any_uint32();
    call.response.error_code = any_text(memory, each(26, MOST), 1);
    call.response.date = any_text(date, DATE, 0);
    rule.again(&rule, &call, &status);
    tcx_call_clock_offset(&call);
    return 0;
}
