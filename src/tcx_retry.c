#include "tcx_call.h"
#include "tcx_code.h"

/*
 * Six days, in milliseconds. The service refuses a second run of a SessionId for seven days after it accepted the
 * first. The call's own time begins earlier, and one day is left for inexact clocks.
 */
static const uint32_t retry_session_id_window = 518400000;

/* Returns 1 if the SessionId prevents a second run. The service must have that parameter. */
static int retry_is_deduplicated(const tcx_request *request)
{
    return (request->service->parameters & TCX_PARAMETER_SESSION_ID) && request->session_id.length > 0;
}

static int retry_is_error(const tcx_attempt *attempt, const char *code)
{
    return attempt->status == TCX_E_API && tcx_code_is(attempt->response->error_code, code);
}

static int retry_is_clock_error(const tcx_attempt *attempt)
{
    return retry_is_error(attempt, "AuthFailure.SignatureExpire");
}

/* Returns 1 if another attempt may succeed after this final HTTP status, which came before the request was sent. */
static int retry_is_temporary(int http_status)
{
    return http_status < 200 || http_status >= 500 || http_status == 408 || http_status == 429;
}

/* Returns 1 if a repeat is safe and may help. The caller's own rule cannot change this. */
static int retry_is_repeatable(const tcx_retry *retry, const tcx_attempt *attempt)
{
    const int failed =
        attempt->status <= TCX_E_CONNECT && attempt->status != TCX_E_CANCELLED && attempt->status != TCX_E_DEADLINE;

    if (attempt->number >= retry->attempts)
        return 0;
    switch (attempt->outcome) {
    case TCX_NOT_SENT:
        return failed && retry_is_temporary(attempt->response->http_status);
    case TCX_MAYBE_EXECUTED:
        return failed && retry->repeat_ambiguous && retry_is_deduplicated(attempt->request);
    default:
        if (retry_is_clock_error(attempt))
            return retry->correct_clock && !attempt->corrected;
        return retry_is_error(attempt, "RequestLimitExceeded");
    }
}

static uint32_t retry_backoff(const tcx_retry *retry, uint32_t number, uint32_t jitter)
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
    if (!retry_is_repeatable(retry, attempt))
        return TCX_RETRY_STOP;
    return retry_is_clock_error(attempt) ? 0 : retry_backoff(retry, attempt->number, jitter);
}

static int retry_again(const tcx_retry *retry, tcx_call *call, tcx_status *status)
{
    const int64_t server_time = tcx_response_time(&call->response);
    const tcx_attempt attempt = {
        .request = call->request,
        .response = &call->response,
        .status = *status,
        .outcome = call->outcome,
        .number = call->attempts,
        .corrected = call->corrected || server_time < tcx_clock_floor(call->config), /* never below the floor */
    };
    uint32_t delay = TCX_RETRY_STOP;

    if (call->outcome == TCX_MAYBE_EXECUTED && call->deadline > retry_session_id_window)
        call->deadline = retry_session_id_window;
    if (retry_is_repeatable(retry, &attempt))
        delay = (retry->delay != NULL ? retry->delay : tcx_retry_delay)(retry, &attempt, call->jitter);
    if (delay == TCX_RETRY_STOP || delay >= tcx_call_time_until(call, call->deadline)) {
        if (call->ambiguous && retry_is_error(&attempt, "InvalidParameterValue.SessionId"))
            *status = TCX_E_RESULT_LOST;
        return 0;
    }
    call->jitter = call->jitter * 1664525u + 1013904223u; /* for the next delay */
    if (call->outcome == TCX_MAYBE_EXECUTED)
        call->ambiguous = 1;
    if (retry_is_clock_error(&attempt)) {
        call->peer.correction = server_time - tcx_call_unix_time(call);
        call->corrected = 1;
    }
    call->wake = call->now + delay;
    call->state = CALL_RETRYING;
    tcx_call_trace(call, TCX_EVENT_RETRY, delay);
    return 1;
}

void tcx_retry_init(tcx_retry *retry, uint32_t attempts)
{
    memset(retry, 0, sizeof *retry);
    retry->again = retry_again;
    retry->attempts = attempts;
}
