/*
 * A whole call over a transport: connect, send, receive, read.
 *
 * Nothing here waits, sleeps, reads a clock or draws entropy. tcx_call_begin() checks the request, hashes FunctionArg
 * and signs. tcx_call_step() moves bytes until the transport cannot move more at once. Then it returns. If time has
 * passed when the link is up, the library signs the request again with the current time. The request needs no buffer:
 * it goes from your memory into the transport, in one TLS record if it fits.
 *
 * The longest step does the public-key work of a TLS handshake. It takes millions of instructions on a Cortex-M3. "The
 * longest step" in port/README.md has the number for each profile and says what to do about a watchdog.
 *
 * Between two steps your program may sleep:
 *
 *     if (tcx_call_begin(&call, &config, &request, now_ms()) == TCX_OK)
 *         while (tcx_call_step(&call, now_ms()) == TCX_PENDING)
 *             sleep_until(tcx_call_wants(&call), tcx_call_time_left(&call, now_ms()));
 *
 * Ticks are milliseconds of any monotonic 32-bit counter. The counter may wrap. If a tick is earlier than the last one,
 * or more than TCX_TIMEOUT_MAX later, the library assumes that no time has passed. Such a tick ends no deadline.
 */
#ifndef TCEXEC_CALL_H
#define TCEXEC_CALL_H

#include <tcexec/port.h>
#include <tcexec/private.h>
#include <tcexec/request.h>
#include <tcexec/response.h>
#include <tcexec/retry.h>
#include <tcexec/trace.h>
#include <tcexec/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TCX_TIMEOUT_DEFAULT 60000u       /* ms: what every official SDK waits */
#define TCX_TIMEOUT_MAX     2147483647u  /* ms: half the tick's range. More would look like a tick that went back */
#define TCX_CLOCK_FLOOR     1767225600   /* 2026-01-01. A clock that reads less was never set */

/* What tcx_call_wants() returns, or'ed. 0: step again at once. */
#define TCX_READ  1u
#define TCX_WRITE 2u
#define TCX_TIME  4u /* only time: a delay before the next attempt, or the rate limit */

#define TCX_IDLE_DEFAULT 50000u /* ms: the service closes an idle connection after 60 s */

/*
 * A connection that stays open after a call, so that the next call needs no handshake. Use one object for each
 * transport. Its fields are private. RAM: 24 bytes on 32-bit machines.
 *
 * A call uses it again only for the same host, address and port, and within the idle limit. First the call checks
 * whether the peer has already closed it. If the connection fails, or the peer sends anything, before the connection
 * has taken the request's last byte, the call opens a new connection. It does so once, and reports no error. If the
 * connection took the whole request and no answer came, the outcome is TCX_MAYBE_EXECUTED, as on a new connection.
 */
typedef struct tcx_connection tcx_connection;

/*
 * Initializes the object. It holds no connection yet. `idle_limit`: a connection that was idle for this many ms or more
 * is not used again. At most TCX_TIMEOUT_MAX. 0: TCX_IDLE_DEFAULT.
 */
void tcx_connection_init(tcx_connection *connection, uint32_t idle_limit);

/* Closes the kept connection, if there is one. Call it before the transport ends. */
void tcx_connection_close(tcx_connection *connection, const tcx_transport *transport);

/*
 * The configuration of a call. The library borrows everything until the call ends, and the buffer until you no longer
 * use the response. tcx_call_unix_time() and tcx_call_clock_offset() read the configuration after the end too.
 *
 * The buffer must hold the JSON text of the answer, and after it TCX_JSON_TOKEN_SIZE bytes (20, or 10 where int has 16
 * bits) for each JSON value and each member name. An ordinary answer has 7 values and names together, and an answer
 * with an error has 11. Add sizeof(int) - 1 bytes, because the library aligns them. If the text fits and the rest does
 * not, the call ends with TCX_E_JSON_TOKENS, and `detail` says how many bytes are missing.
 */
typedef struct tcx_call_config {
    const tcx_transport *transport; /* required: open, send, recv and close are set */
    tcx_signer *signer;             /* required */
    void *buffer;                   /* required: takes the body of the answer. The space after the body is scratch */
    size_t buffer_size;             /* bytes, at least 1. See above */

    int64_t unix_time;   /* the time now, in seconds since 1970-01-01 UTC. Signs, and checks certificates */
    int64_t clock_floor; /* an earlier unix_time fails with TCX_E_CLOCK_UNSET. 0: TCX_CLOCK_FLOOR */
    uint32_t timeout;    /* ms for the whole call with all its attempts. 0: TCX_TIMEOUT_DEFAULT */

    /* Optional. NULL turns the feature off, and its code is not linked. */
    tcx_connection *connection; /* keeps the connection for the next call. NULL: a connection for each attempt */
    const tcx_retry *retry;     /* when to try again. NULL: never */
    uint32_t jitter;            /* 32 random bits. They spread the delays of `retry` */
    tcx_rate *rate;             /* waits for the service's rate limit before each attempt */
    const tcx_trace *trace;     /* receives events */

    tcx_text address; /* where to connect. Unset: to the request's host */
    uint16_t port;    /* where to connect. 0: the port in the host, if it has one and `address` is unset. Else 443 */
} tcx_call_config;

/*
 * A call. Set it to zero before its first use. Do not copy or move it while it is under way: it points into itself. You
 * may read its public fields after the call has ended. RAM: see the table in README.md.
 */
typedef struct tcx_call {
    tcx_status status;     /* TCX_PENDING while under way, then how it ended */
    tcx_outcome outcome;   /* what became of the request, over all attempts. Exact: see tcexec/status.h */
    int detail;            /* a number about `status`, if the comment at that status says so. Else 0 */
    uint32_t attempts;     /* how many were made */

    /* Private: do not read or write. */
    uint8_t state;
    uint8_t wants;
    uint8_t opened;
    uint8_t last; /* the piece is the request's last one */
    uint8_t reused;
    uint8_t corrected;
    uint8_t ambiguous; /* an earlier attempt may have been executed */
    uint8_t surplus;   /* bytes came after the answer */
    const tcx_call_config *config;
    const tcx_request *request;
    const unsigned char *piece; /* composed, and not yet taken by the transport */
    size_t piece_length;
    uint32_t tick;     /* of the last step */
    uint32_t now;      /* the call's own time: ms since it began. It never goes back. The next three use it too */
    uint32_t deadline;
    uint32_t wake;
    uint32_t attempt_began;
    uint32_t jitter;

    tcx_response response; /* the answer to the last attempt. A field is unset if it did not arrive */

    /* Private: do not read or write. */
    tcx_peer peer;
    tcx_http http;
    tcx_message message;
} tcx_call;

/*
 * Begins a call: checks the configuration and the request, hashes and signs. It sends no byte and does not use the
 * transport. It reads a source of FunctionArg once. Each sending reads the source once more. With signature v1 or GET,
 * each signing also reads it once more.
 *
 * Borrows `config`, `request` and all that they point to until the call has ended. `now` is the current tick.
 *
 *   TCX_OK               the call is under way. Step it
 *   TCX_E_BUSY           this call is already under way. It goes on unchanged
 *   TCX_E_NULL           also: buffer_size is 0, or an object was not made by its init function
 *   TCX_E_CLOCK_UNSET and all errors of tcx_request_build() except TCX_E_BUFFER
 *
 * After an error other than TCX_E_BUSY nothing was sent, `outcome` is TCX_NOT_SENT, and you need not clean up.
 */
TCX_MUST_CHECK tcx_status tcx_call_begin(tcx_call *call, const tcx_call_config *config, const tcx_request *request,
                                         uint32_t now);

/*
 * Moves the call on as far as the transport allows. `now` is the current tick.
 *
 *   TCX_PENDING   not done. Step again when the link is ready for what tcx_call_wants() returned, or when
 *                 tcx_call_time_left() is over
 *   TCX_OK        the service answered with success
 *   TCX_E_API     the service answered with an error
 *   another       the exchange failed. `outcome` says whether the function may have run
 *
 * Early answers: a peer may answer before it has the whole request. After a final HTTP status (not 1xx) the library
 * stops sending and reads the answer. If the answer is an error of the service, the step returns TCX_E_API and the
 * outcome is TCX_ANSWERED. After any other early answer the attempt is TCX_NOT_SENT. The step then returns
 * TCX_E_HTTP_STATUS or TCX_E_HTTP_REDIRECT, and the response holds the number and the page. For a success it returns
 * TCX_E_HTTP_EARLY: the library does not believe it. The connection is not kept. On a kept connection the library does
 * not read the early answer. It opens a new connection, once.
 *
 * Error pages: for a status other than 200 the step returns TCX_E_HTTP_STATUS or TCX_E_HTTP_REDIRECT, unless the body
 * is an error of the service. It does so even if the page is cut, does not fit, or is not complete at the deadline.
 * After a cancel the number is in response.http_status.
 *
 * Deadline: a step first does its work, at most 64 transfers and twice as many checks for an answer. Then it compares
 * the time. After the request is sent, it compares the time only when nothing more can be received. So it never
 * discards an answer that has arrived. A call whose time is over before the first step still tries once. If an earlier
 * attempt may have run, a repeat does not.
 *
 * When the step returns anything other than TCX_PENDING, the call has ended. The transport is closed, or kept (see
 * tcx_connection). Another step returns the same status.
 */
TCX_MUST_CHECK tcx_status tcx_call_step(tcx_call *call, uint32_t now);

/*
 * Returns what a pending call waits for: TCX_READ, TCX_WRITE, both (it sends and listens for an answer) or TCX_TIME. 0:
 * step again at once.
 */
unsigned tcx_call_wants(const tcx_call *call);

/* Returns the ms until you must step the call in any case: to its deadline or the end of a delay. 0: now. */
uint32_t tcx_call_time_left(const tcx_call *call, uint32_t now);

/*
 * Returns the call's clock at its last step, in seconds since 1970-01-01 UTC, without a correction from an answer. Only
 * after tcx_call_begin() has returned TCX_OK. Reads the configuration of the call, which must still exist.
 */
int64_t tcx_call_unix_time(const tcx_call *call);

/*
 * Returns how many seconds the server's clock is ahead of the call's clock. It uses the Date of the last answer, or
 * else the correction that the call made after an earlier answer. 0 if there was none. Use it to set `unix_time` of the
 * next call: see port/README.md. Reads the configuration of the call, which must still exist.
 */
int64_t tcx_call_clock_offset(const tcx_call *call);

/*
 * Ends a call that is under way with TCX_E_CANCELLED. `outcome` says how far it had come. Closes the transport. The
 * call is not tried again. Does nothing to a call that has ended.
 */
void tcx_call_cancel(tcx_call *call);

/*
 * Begins a call and steps it to its end. Uses the tick and the wait of `port` (tcexec/port.h). Returns the status of
 * the last step, or the error of tcx_call_begin(). Returns TCX_E_NULL and does not touch the call if `port` or one of
 * the two functions is NULL.
 */
TCX_MUST_CHECK tcx_status tcx_execute(tcx_call *call, const tcx_call_config *config, const tcx_request *request,
                                      const tcx_port *port);

#ifdef __cplusplus
}
#endif

#endif
