/*
 * When to try again, and how fast to call: decisions as pure functions, no waiting.
 *
 * ExecuteFunction starts real work, so a repeat is safe only where the first attempt cannot have run, was refused, or
 * cannot run twice. These and no others are repeated:
 *
 *   TCX_NOT_SENT                            the request's last byte never left. Not after a mistake of the caller, and
 *                                           after an early HTTP status only where that is 408, 429 or 5xx
 *   RequestLimitExceeded and its sub-codes  the service ran nothing
 *   AuthFailure.SignatureExpire             once, with the clock corrected by the answer's Date, if allowed
 *   TCX_MAYBE_EXECUTED                      if allowed, and only with a SessionId on a service that has it (VOD): the
 *                                           service refuses a second run of the same SessionId within 7 days, and no
 *                                           repeat is sent later than 6 days after the call began
 *
 * The call itself keeps to this table. After a cancel, after the deadline, and where the table has no row, no rule is
 * asked.
 */
#ifndef TCEXEC_RETRY_H
#define TCEXEC_RETRY_H

#include <tcexec/private.h>
#include <tcexec/request.h>
#include <tcexec/response.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TCX_RETRY_BASE 500u   /* ms: default upper bound of the first delay */
#define TCX_RETRY_CAP  20000u /* ms: default upper bound of any delay */
#define TCX_RETRY_STOP UINT32_MAX

/* An attempt that has ended. */
typedef struct tcx_attempt {
    const tcx_request *request;
    const tcx_response *response;
    tcx_status status;
    tcx_outcome outcome;
    uint32_t number;         /* from 1 */
    unsigned char corrected; /* the clock was corrected once already, or the answer has no usable Date */
} tcx_attempt;

/* When a call is tried again. tcx_retry_init() sets all fields. Change any but the first afterwards. */
typedef struct tcx_retry tcx_retry;
struct tcx_call;

struct tcx_retry {
    /* Private: do not read or write. */
    int (*again)(const tcx_retry *retry, struct tcx_call *call, tcx_status *status);

    uint32_t attempts;              /* in all, the first included; 0 and 1: no repeat */
    uint32_t base;                  /* ms; 0: TCX_RETRY_BASE */
    uint32_t cap;                   /* ms; 0: TCX_RETRY_CAP */
    unsigned char correct_clock;    /* 1: repeat after SignatureExpire */
    unsigned char repeat_ambiguous; /* 1: repeat after TCX_MAYBE_EXECUTED where a SessionId makes it safe */

    /* a rule of your own: when, or TCX_RETRY_STOP; asked only where a repeat is allowed. NULL: tcx_retry_delay */
    uint32_t (*delay)(const tcx_retry *retry, const tcx_attempt *attempt, uint32_t jitter);
};

/*
 * Makes a rule for `attempts` in all. The other fields are 0: default delays, no repeat after SignatureExpire or
 * TCX_MAYBE_EXECUTED. One rule serves any number of calls. A rule that was not made so is refused: TCX_E_NULL.
 */
void tcx_retry_init(tcx_retry *retry, uint32_t attempts);

/*
 * Milliseconds to wait before the next attempt, or TCX_RETRY_STOP. Exponential with full jitter: uniform between 0 and
 * min(cap, base * 2^(number - 1)), by `jitter`, any 32 random bits. After SignatureExpire 0: the clock is right now.
 * Pure.
 */
uint32_t tcx_retry_delay(const tcx_retry *retry, const tcx_attempt *attempt, uint32_t jitter);

/*
 * A token bucket: at most `per_second` + `burst` - 1 calls in any second. One for all calls of an account; its fields
 * are the library's own.
 */
typedef struct tcx_rate tcx_rate;

/*
 * Starts a bucket, full. A tick that goes back adds nothing to it. `per_second`: 1 … 1000,
 * tcx_service.calls_per_second for the documented limit. `burst`: 1 … 1000, calls that may be made at once after a
 * pause; 1 spaces all calls evenly. Values outside are taken as the nearest inside.
 */
void tcx_rate_init(tcx_rate *rate, uint32_t per_second, uint32_t burst, uint32_t now);

/*
 * 0: go ahead, a call has been taken from the bucket. Otherwise ms to wait before asking again, and nothing was taken.
 */
uint32_t tcx_rate_wait(tcx_rate *rate, uint32_t now);

#ifdef __cplusplus
}
#endif

#endif
