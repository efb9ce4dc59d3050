#include "tcx_call.h"
#include "tcx_code.h"

/* SessionId keeps a repeat from running twice, where the service knows it. */
static int is_deduplicated(const tcx_request *request)
{
    return (request->service->parameters & TCX_PARAMETER_SESSION_ID) && request->session_id.length > 0;
}

static uint32_t backoff(const tcx_retry *retry, uint32_t number, uint32_t jitter)
{
    uint32_t cap = retry->cap != 0 ? retry->cap : TCX_RETRY_CAP;
    uint32_t bound = retry->base != 0 ? retry->base : TCX_RETRY_BASE;

    while (--number > 0 && bound < cap)
        bound = bound > cap / 2 ? cap : bound * 2;
    if (bound > cap)
        bound = cap;
    return (uint32_t)((uint64_t)jitter * ((uint64_t)bound + 1) >> 32);
}

uint32_t tcx_retry_delay(const tcx_retry *retry, const tcx_attempt *attempt, uint32_t jitter)
{
    int again = 0;

    if (attempt->number >= retry->attempts)
        return TCX_RETRY_STOP;
    switch (attempt->outcome) {
    case TCX_NOT_SENT:
        again =
            attempt->status <= TCX_E_CONNECT && attempt->status != TCX_E_CANCELLED && attempt->status != TCX_E_DEADLINE;
        break;
    case TCX_MAYBE_EXECUTED:
        again = retry->repeat_ambiguous && is_deduplicated(attempt->request) && attempt->status != TCX_E_CANCELLED &&
                attempt->status != TCX_E_DEADLINE;
        break;
    case TCX_ANSWERED:
        if (attempt->status == TCX_E_API && tcx_code_is(attempt->response->error_code, "AuthFailure.SignatureExpire"))
            return retry->correct_clock && !attempt->corrected ? 0 : TCX_RETRY_STOP;
        again = attempt->status == TCX_E_API && tcx_code_is(attempt->response->error_code, "RequestLimitExceeded");
        break;
    }
    return again ? backoff(retry, attempt->number, jitter) : TCX_RETRY_STOP;
}

int tcx_retry_again(const tcx_retry *retry, tcx_call *call, tcx_status *status)
{
    int64_t server_time = tcx_response_time(&call->response);
    int clock_is_wrong = *status == TCX_E_API && tcx_code_is(call->response.error_code, "AuthFailure.SignatureExpire");
    tcx_attempt attempt = { call->request, &call->response, *status, call->outcome, call->attempts, call->corrected };
    uint32_t delay;

    if (server_time < tcx_clock_floor(call->config)) /* never back to before the floor */
        attempt.corrected = 1;
    delay = (retry->delay != NULL ? retry->delay : tcx_retry_delay)(retry, &attempt, call->jitter);
    if (delay == TCX_RETRY_STOP || delay >= tcx_time_until(call->deadline, call->now)) {
        if (call->ambiguous && *status == TCX_E_API &&
            tcx_code_is(call->response.error_code, "InvalidParameterValue.SessionId"))
            *status = TCX_E_RESULT_LOST;
        return 0;
    }
    call->jitter = call->jitter * 1664525u + 1013904223u; /* the next delay is another */
    if (call->outcome == TCX_MAYBE_EXECUTED)
        call->ambiguous = 1;
    if (clock_is_wrong) {
        call->correction = server_time - tcx_call_unix_time(call);
        call->corrected = 1;
    }
    call->wake = call->now + delay;
    call->state = RETRYING;
    tcx_call_trace(call, TCX_EVENT_RETRY, delay);
    return 1;
}
