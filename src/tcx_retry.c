#include "tcx_call.h"
#include "tcx_code.h"

/*
 * ms: six days. The service refuses a second run of a SessionId for seven days after it took the first. A call's own
 * time begins before that, and a day is left for clocks that are not exact.
 */
static const uint32_t session_id_window = 518400000;

/* SessionId keeps a repeat from running twice, where the service knows it. */
static int is_deduplicated(const tcx_request *request)
{
    return (request->service->parameters & TCX_PARAMETER_SESSION_ID) && request->session_id.length > 0;
}

static int is_clock_error(const tcx_attempt *attempt)
{
    return attempt->status == TCX_E_API && tcx_code_is(attempt->response->error_code, "AuthFailure.SignatureExpire");
}

/* A final HTTP status that came before the request was sent says whether another attempt may fare better. */
static int is_passing(int http_status)
{
    return http_status < 200 || http_status >= 500 || http_status == 408 || http_status == 429;
}

/* Whether a repeat is safe and may help: what no rule of a caller's own can change. */
static int is_repeatable(const tcx_retry *retry, const tcx_attempt *attempt)
{
    const int failed =
        attempt->status <= TCX_E_CONNECT && attempt->status != TCX_E_CANCELLED && attempt->status != TCX_E_DEADLINE;

    if (attempt->number >= retry->attempts)
        return 0;
    switch (attempt->outcome) {
    case TCX_NOT_SENT:
        return failed && is_passing(attempt->response->http_status);
    case TCX_MAYBE_EXECUTED:
        return failed && retry->repeat_ambiguous && is_deduplicated(attempt->request);
    default:
        if (is_clock_error(attempt))
            return retry->correct_clock && !attempt->corrected;
        return attempt->status == TCX_E_API && tcx_code_is(attempt->response->error_code, "RequestLimitExceeded");
    }
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
    if (!is_repeatable(retry, attempt))
        return TCX_RETRY_STOP;
    return is_clock_error(attempt) ? 0 : backoff(retry, attempt->number, jitter);
}

int tcx_retry_again(const tcx_retry *retry, tcx_call *call, tcx_status *status)
{
    const int64_t server_time = tcx_response_time(&call->response);
    const tcx_attempt attempt = {
        .request = call->request,
        .response = &call->response,
        .status = *status,
        .outcome = call->outcome,
        .number = call->attempts,
        .corrected = call->corrected || server_time < tcx_clock_floor(call->config), /* never to before the floor */
    };
    uint32_t delay = TCX_RETRY_STOP;

    if (call->outcome == TCX_MAYBE_EXECUTED && call->deadline > session_id_window)
        call->deadline = session_id_window;
    if (is_repeatable(retry, &attempt))
        delay = (retry->delay != NULL ? retry->delay : tcx_retry_delay)(retry, &attempt, call->jitter);
    if (delay == TCX_RETRY_STOP || delay >= tcx_call_time_until(call, call->deadline)) {
        if (call->ambiguous && *status == TCX_E_API &&
            tcx_code_is(call->response.error_code, "InvalidParameterValue.SessionId"))
            *status = TCX_E_RESULT_LOST;
        return 0;
    }
    call->jitter = call->jitter * 1664525u + 1013904223u; /* the next delay is another */
    if (call->outcome == TCX_MAYBE_EXECUTED)
        call->ambiguous = 1;
    if (is_clock_error(&attempt)) {
        call->peer.correction = server_time - tcx_call_unix_time(call);
        call->corrected = 1;
    }
    call->wake = call->now + delay;
    call->state = CALL_RETRYING;
    tcx_call_trace(call, TCX_EVENT_RETRY, delay);
    return 1;
}
