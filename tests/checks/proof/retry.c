/*
 * units:  tcx_retry tcx_clock tcx_service tcx_code tcx_calendar
 * bounds: any rule, status, outcome, number, time and jitter; either service; any error code of 0, 26 to 32 bytes; any
 *         date
 * eva:    -eva-min-loop-unroll 33 -eva-slevel 20
 */
#include "retry.h"

enum { MOST = 32, DATE = 29 };

int main(void)
{
    uint32_t (*const own[])(const tcx_retry *, const tcx_attempt *, uint32_t) = { NULL, tcx_retry_delay, any_delay };
    char memory[MOST], date[DATE];
    const tcx_request request = { .service = either(0, 1) ? &tcx_mps : &tcx_vod,
                                  .session_id = { memory, any(0, MOST) } };
    tcx_retry rule;
    const tcx_call_config config = { .unix_time = Frama_C_long_long_interval(0, TCX_TIME_MAX),
                                     .clock_floor = any_int64() };
    tcx_call call;
    tcx_status status = (tcx_status)any(INT32_MIN, INT32_MAX);

    tcx_retry_init(&rule, any_uint32());
    rule.base = any_uint32();
    rule.cap = any_uint32();
    rule.correct_clock = either(0, 1);
    rule.repeat_ambiguous = either(0, 1);
    rule.delay = own[each(0, 2)];
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
    call.response.http_status = any(0, 999);
    call.response.error_code = any_text(memory, each(26, MOST), 1);
    call.response.date = any_text(date, DATE, 0);
    rule.again(&rule, &call, &status);
    tcx_call_clock_offset(&call);
    return 0;
}
