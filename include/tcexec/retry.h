/*
 * When to try again, and how fast to call. These functions decide. They do not wait.
 *
 * ExecuteFunction starts real work. So a repeat is safe only if the first attempt cannot have run, was refused, or
 * cannot run twice. The library repeats a call only in these cases:
 *
 *   TCX_NOT_SENT                            the request's last byte was not sent. Not after a mistake of the caller.
 *                                           After an early HTTP status only if it is 408, 429, or 500 or more
 *   RequestLimitExceeded and its sub-codes  the service ran nothing
 *   AuthFailure.SignatureExpire             once, if you allow it, with the clock corrected by the answer's Date
 *   TCX_MAYBE_EXECUTED                      if you allow it, and only with a SessionId on a service that has it (VOD).
 *                                           The service refuses a second run of the same SessionId within 7 days. The
 *                                           library sends no repeat later than 6 days after the call began
 *
 * The call itself obeys this table. It does not ask your rule after a cancel, after the deadline, or in any other case.
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
    uint32_t number;         /* of the attempt, from 1 */
    unsigned char corrected; /* 1: the clock was already corrected, or the answer has no usable Date */
} tcx_attempt;

/* A rule: when to try a call again. tcx_retry_init() sets all fields. Then you may change the public ones. */
typedef struct tcx_retry tcx_retry;
struct tcx_call;

struct tcx_retry {
    /* Private: do not read or write. */
    int (*again)(const tcx_retry *retry, struct tcx_call *call, tcx_status *status);

    uint32_t attempts;              /* in all, with the first. 0 and 1: no repeat */
    uint32_t base;                  /* ms. 0: TCX_RETRY_BASE */
    uint32_t cap;                   /* ms. 0: TCX_RETRY_CAP */
    unsigned char correct_clock;    /* 1: repeat after SignatureExpire */
    unsigned char repeat_ambiguous; /* 1: repeat after TCX_MAYBE_EXECUTED if a SessionId makes it safe */

    /*
     * Your own rule. Returns the ms to wait, or TCX_RETRY_STOP. The call asks it only if the table above allows a
     * repeat. A delay that does not end before the deadline stops too. NULL: tcx_retry_delay().
     */
    uint32_t (*delay)(const tcx_retry *retry, const tcx_attempt *attempt, uint32_t jitter);
};

/*
 * Makes a rule for `attempts` in all. The other fields are 0: default delays, no repeat after SignatureExpire or
 * TCX_MAYBE_EXECUTED. You may use one rule for any number of calls. A call refuses a rule that was not made with this
 * function: TCX_E_NULL.
 */
void tcx_retry_init(tcx_retry *retry, uint32_t attempts);

/*
 * Returns the milliseconds to wait before the next attempt, or TCX_RETRY_STOP. The delay is exponential with full
 * jitter: uniform between 0 and min(cap, base * 2^(number - 1)). `jitter`: any 32 random bits. After SignatureExpire it
 * returns 0, because the clock is now corrected. Pure.
 */
uint32_t tcx_retry_delay(const tcx_retry *retry, const tcx_attempt *attempt, uint32_t jitter);

/*
 * A token bucket: at most `per_second` + `burst` - 1 calls in any second. Use one for all calls of an account. Its
 * fields are private.
 */
typedef struct tcx_rate tcx_rate;

/*
 * Initializes a bucket. It is full. A tick that goes back adds nothing to it.
 *
 *   per_second   1 … 1000. tcx_service.calls_per_second is the documented limit
 *   burst        1 … 1000: how many calls may be made at once after a pause. 1 spaces all calls evenly
 *
 * A value outside its range becomes the nearest value inside.
 */
void tcx_rate_init(tcx_rate *rate, uint32_t per_second, uint32_t burst, uint32_t now);

/*
 * Takes a call from the bucket and returns 0: make the call now. If there is none, it takes nothing and returns the ms
 * to wait before you ask again.
 */
uint32_t tcx_rate_wait(tcx_rate *rate, uint32_t now);

#ifdef __cplusplus
}
#endif

#endif
