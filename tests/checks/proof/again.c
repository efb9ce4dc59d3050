/*
 * units:  tcx_retry tcx_clock tcx_service tcx_code tcx_calendar
 * bounds: what the call relies on when it asks its rule: the stand-in in call.c does not do more. 7 failures, 4 error
 *         codes, 7 pairs of deadline and time, the first and the last attempt; any service, status, flags and delay
 * eva:    -eva-slevel 100 -eva-split-return full -eva-slevel-function one:0,retry_backoff:0,retry_is_temporary:0
 *   -eva-slevel-function retry_is_deduplicated:0,retry_is_clock_error:0,retry_is_repeatable:0
 *   -eva-slevel-function tcx_code_is:0,tcx_retry_delay:0,tcx_http_date_read:0
 *   -eva-slevel-function retry_again:10000,repeat:10000
 */
#include "retry.h"

enum { ATTEMPTS = 2, SIX_DAYS = 518400000 };

typedef struct {
    uint32_t deadline, now;
} moment;

static void repeat(moment moment, uint32_t number, int is_own, int was_ambiguous, tcx_status status,
                   tcx_outcome outcome, tcx_text code)
{
    const tcx_request request = { .service = either(0, 1) ? &tcx_mps : &tcx_vod, .session_id = TCX_TEXT("i") };
    tcx_retry rule;
    const tcx_call_config config = { .unix_time = Frama_C_long_long_interval(0, TCX_TIME_MAX),
                                     .clock_floor = any_int64() };
    const tcx_status before = status;
    tcx_call call;

    tcx_retry_init(&rule, ATTEMPTS);
    rule.base = any_uint32();
    rule.cap = any_uint32();
    rule.correct_clock = either(0, 1);
    rule.repeat_ambiguous = either(0, 1);
    rule.delay = is_own ? any_delay : NULL;
    memset(&call, 0, sizeof call);
    call.request = &request;
    call.config = &config;
    call.status = TCX_PENDING;
    call.outcome = outcome;
    call.attempts = number;
    call.corrected = either(0, 1);
    call.ambiguous = (uint8_t)was_ambiguous;
    call.now = moment.now;
    call.deadline = moment.deadline;
    call.jitter = any_uint32();
    call.response.http_status = any(0, 999);
    call.response.error_code = code;
    if (status == TCX_E_API)
        call.response.date = (tcx_text)TCX_TEXT("Mon, 20 Jul 2026 08:00:00 GMT");
    if (rule.again(&rule, &call, &status)) {
        //@ assert call.state == CALL_RETRYING && status == before && number < ATTEMPTS;
        //@ assert moment.now <= call.wake < call.deadline;
        //@ assert outcome == TCX_ANSWERED ==> status == TCX_E_API;
        //@ assert outcome != TCX_ANSWERED ==> status <= TCX_E_CONNECT;
        //@ assert status != TCX_E_DEADLINE && status != TCX_E_CANCELLED;
        //@ assert outcome == TCX_MAYBE_EXECUTED ==> call.ambiguous == 1 && call.deadline <= SIX_DAYS;
        //@ assert outcome != TCX_MAYBE_EXECUTED ==> call.ambiguous == was_ambiguous;
        //@ assert -TCX_TIME_MAX - UINT32_MAX <= call.peer.correction <= TCX_TIME_MAX;
    } else {
        //@ assert call.state == CALL_ENDED && call.ambiguous == was_ambiguous;
        //@ assert status == before || (was_ambiguous && before == TCX_E_API && status == TCX_E_RESULT_LOST);
    }
    //@ assert call.now == moment.now;
    //@ assert call.deadline == moment.deadline || (outcome == TCX_MAYBE_EXECUTED && call.deadline == SIX_DAYS);
    //@ assert call.outcome == outcome && call.status == TCX_PENDING;
}

/* Where all paths come together, so that the next one begins with one state. */
static void one(moment moment, uint32_t number, int is_own, int was_ambiguous, tcx_status status, tcx_outcome outcome,
                tcx_text code)
{
    repeat(moment, number, is_own, was_ambiguous, status, outcome, code);
}

static void at_each_time(tcx_status status, tcx_outcome outcome, tcx_text code)
{
    static const moment moments[] = {
        { 1, 0 },
        { 1, UINT32_MAX },
        { SIX_DAYS, SIX_DAYS - 1 },
        { SIX_DAYS + 1, SIX_DAYS },
        { SIX_DAYS + 2, SIX_DAYS },
        { TCX_TIMEOUT_MAX, 0 },
        { TCX_TIMEOUT_MAX, TCX_TIMEOUT_MAX - 1 },
    };

    for (size_t i = 0; i < COUNT(moments); i++) {
        for (int which = 0; which < 4; which++)
            one(moments[i], 1, which & 1, which >> 1, status, outcome, code);
        one(moments[i], ATTEMPTS, 1, 0, status, outcome, code);
    }
}

int main(void)
{
    static const tcx_status failures[] = {
        TCX_E_TIME, TCX_E_CONNECT, TCX_E_SEND, TCX_E_DEADLINE, TCX_E_CANCELLED, TCX_E_HTTP_STATUS, TCX_E_HTTP_EARLY,
    };
    static const tcx_text codes[] = {
        { NULL, 0 },
        TCX_TEXT("RequestLimitExceeded"),
        TCX_TEXT("AuthFailure.SignatureExpire"),
        TCX_TEXT("InvalidParameterValue.SessionId"),
    };

    for (size_t i = 0; i < COUNT(failures); i++) {
        at_each_time(failures[i], TCX_NOT_SENT, codes[0]);
        at_each_time(failures[i], TCX_MAYBE_EXECUTED, codes[0]);
    }
    for (size_t i = 0; i < COUNT(codes); i++)
        at_each_time(TCX_E_API, TCX_ANSWERED, codes[i]);
    return 0;
}
