/*
 * A whole call over a transport: connect, send, receive, read.
 *
 * Nothing here waits, sleeps, reads a clock or draws entropy. tcx_call_begin() checks, hashes FunctionArg and signs;
 * tcx_call_step() moves bytes for as long as the transport lets it, then returns. When the link is up and time has
 * passed meanwhile, the request is signed again by the clock as it is then. The request has no buffer: it goes
 * from the caller's memory into the transport, in one TLS record where it fits.
 *
 * The longest step is the one with the public-key work of a TLS handshake. It takes millions of instructions on a
 * Cortex-M3: "The longest step" in port/README.md has them for each profile, and says what to do about a watchdog.
 *
 * Between steps the caller sleeps as it likes:
 *
 *     if (tcx_call_begin(&call, &config, &request, now_ms()) == TCX_OK)
 *         while (tcx_call_step(&call, now_ms()) == TCX_PENDING)
 *             sleep_until(tcx_call_wants(&call), tcx_call_time_left(&call, now_ms()));
 *
 * Ticks are milliseconds of any monotonic 32-bit counter; it may wrap. A tick that is earlier than the last one, or
 * more than TCX_TIMEOUT_MAX later, counts as no time passed: a deadline is not over by it.
 */
#ifndef TCEXEC_CALL_H
#define TCEXEC_CALL_H

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
#define TCX_TIMEOUT_MAX     2147483647u  /* ms: half the tick's range: more would look like a tick that went back */
#define TCX_CLOCK_FLOOR     1767225600   /* 2026-01-01: a clock that reads less was never set */

/* What tcx_call_wants() may say, or'ed. 0: step again at once. */
#define TCX_READ  1u
#define TCX_WRITE 2u
#define TCX_TIME  4u /* nothing but time: a delay before the next attempt, or the rate limit */

#define TCX_IDLE_DEFAULT 50000u /* ms: the service closes an idle connection after 60 s */

/*
 * A connection that outlives a call, so that the next one needs no handshake. One for each transport; its fields are
 * the library's own. RAM: 24 bytes on 32-bit machines.
 *
 * It is used again only for the same host, address and port, within the idle limit, and after a look for a close that
 * has already arrived. If it dies, or says anything, before it has taken the request's last byte, a new one is opened,
 * once, silently; if it took the request whole and did not answer, that is TCX_MAYBE_EXECUTED like anywhere else.
 */
typedef struct tcx_connection tcx_connection;

/*
 * Begins with none. `idle_limit`: ms for which an idle connection is used again, TCX_TIMEOUT_MAX at most; 0:
 * TCX_IDLE_DEFAULT.
 */
void tcx_connection_init(tcx_connection *connection, uint32_t idle_limit);

/* Closes a kept connection; nothing if there is none. To be done before the transport goes. */
void tcx_connection_close(tcx_connection *connection, const tcx_transport *transport);

/* Everything is borrowed until the call ends; the response buffer until the response is no longer used. */
typedef struct tcx_call_config {
    const tcx_transport *transport; /* required: the four functions are set */
    tcx_signer *signer;             /* required */
    void *buffer;                   /* required: takes the body of the answer; what is behind the body is scratch */
    size_t buffer_size;             /* bytes: an answer's JSON text must fit. At least 1 */
    tcx_token *tokens;              /* required */
    size_t token_count;             /* TCX_TOKENS_DEFAULT is ample */

    int64_t unix_time;   /* the clock, seconds since 1970-01-01 UTC: signs, and checks certificates */
    int64_t clock_floor; /* earlier than this is TCX_E_CLOCK_UNSET; 0: TCX_CLOCK_FLOOR */
    uint32_t timeout;    /* ms for the whole call, all attempts, never restarted; 0: TCX_TIMEOUT_DEFAULT */

    /* Optional. NULL turns the feature off, and its code is not linked. */
    tcx_connection *connection; /* keeps the connection for the next call; NULL: one connection for each attempt */
    const tcx_retry *retry;     /* when to try again; NULL: never */
    uint32_t jitter;            /* 32 random bits, which spread the delays of `retry` */
    tcx_rate *rate;             /* waits for the service's limit before each attempt */
    const tcx_trace *trace;     /* is told of events */

    tcx_text address; /* what is dialled instead of the request's host; unset: that host */
    uint16_t port;    /* what is dialled; 0: the host's port if it names one and no address is given, else 443 */
} tcx_call_config;

/*
 * A call. Do not copy or move it while it is under way: it points into itself. RAM: see the table in README.md. Zero it
 * before its first use. The first fields and `response` may be read once the call has ended; the rest is the library's
 * own.
 */
typedef struct tcx_call {
    tcx_status status;     /* TCX_PENDING while under way, then how it ended */
    tcx_outcome outcome;   /* what became of the request, over all attempts: exact, see tcexec/status.h */
    int detail;            /* the lower layer's own number, with the statuses that say so; else 0 */
    uint32_t attempts;     /* how many were made */

    uint8_t state;
    uint8_t wants;
    uint8_t opened;
    uint8_t last; /* the piece is the request's last one */
    uint8_t reused;
    uint8_t corrected;
    uint8_t ambiguous; /* an earlier attempt may have been executed */
    uint8_t surplus;   /* bytes came behind the answer */
    const tcx_call_config *config;
    const tcx_request *request;
    const unsigned char *piece; /* put together and not yet taken by the transport */
    size_t piece_length;
    uint32_t tick;     /* of the last step */
    uint32_t now;      /* the call's own time: ms since it began. It never goes back; so are the next three */
    uint32_t deadline;
    uint32_t wake;
    uint32_t attempt_began;
    uint32_t jitter;
    tcx_response response; /* what came in the last one; fields are unset where nothing did */
    tcx_peer peer;
    tcx_http http;
    tcx_message message;
} tcx_call;

/*
 * Begins a call: checks the configuration and the request, hashes, signs. No byte is sent and the transport is not
 * touched. A source of FunctionArg is read once here and once for each sending, with signature v1 or GET once more for
 * each signing.
 *
 * Borrows `config`, `request` and all they point to until the call has ended. `now` is the current tick.
 *
 *   TCX_OK               the call is under way: step it
 *   TCX_E_NULL, TCX_E_CLOCK_UNSET, TCX_E_BUSY and all errors of tcx_request_build() but TCX_E_BUFFER: nothing happened,
 *                        `outcome` is TCX_NOT_SENT, and nothing is left to clean up
 */
TCX_MUST_CHECK tcx_status tcx_call_begin(tcx_call *call, const tcx_call_config *config, const tcx_request *request,
                                         uint32_t now);

/*
 * Moves the call on as far as the transport lets it. `now` is the current tick.
 *
 *   TCX_PENDING   not done: step again when what tcx_call_wants() says is so, or when tcx_call_time_left() is over
 *   TCX_OK        answered with success
 *   TCX_E_API     answered: the service said no
 *   another       the exchange failed; `outcome` says whether the function may have run
 *
 * An early answer: a peer may answer before it has the whole request. A final HTTP status (not 1xx) ends the sending,
 * and the answer is read. An error of the service is TCX_E_API, answered. Anything else leaves the outcome at
 * TCX_NOT_SENT: TCX_E_HTTP_STATUS or _REDIRECT with the number and the page, TCX_E_HTTP_EARLY for a success, which is
 * not believed. The connection is not kept. If it was a kept one, a new one is opened first, once, whatever the answer
 * says.
 *
 * A status other than 200 is what is returned (TCX_E_HTTP_STATUS, TCX_E_HTTP_REDIRECT) also when its page is cut, does
 * not fit, or does not end by the deadline. After a cancel it is in response.http_status.
 *
 * The deadline: a step first does what it can, in at most 64 transfers and twice as many looks, then compares the
 * time. Once the request is sent, it does so only when nothing more is there to receive, so an answer that has arrived
 * is never thrown away. A call whose time is already over tries once; a repeat of a request that may have run does
 * not.
 *
 * When it returns anything but TCX_PENDING the transport has been closed (or kept, see tcx_connection) and the call
 * has ended; stepping it again returns the same status.
 */
TCX_MUST_CHECK tcx_status tcx_call_step(tcx_call *call, uint32_t now);

/*
 * What a pending call waits for: TCX_READ, TCX_WRITE, both (it sends, and listens), TCX_TIME, or 0: step again at once.
 */
unsigned tcx_call_wants(const tcx_call *call);

/* Milliseconds until the call must be stepped again in any case: its deadline, or the end of a delay. 0: now. */
uint32_t tcx_call_time_left(const tcx_call *call, uint32_t now);

/* What the call's clock reads at its last step, uncorrected: seconds since 1970-01-01 UTC. */
int64_t tcx_call_unix_time(const tcx_call *call);

/*
 * Seconds by which the server's clock is ahead of the call's, by the Date of the last answer, or of the one that an
 * attempt was corrected by; 0 when there was none. For the next call's `unix_time`, see port/README.md.
 */
int64_t tcx_call_clock_offset(const tcx_call *call);

/*
 * Ends a call that is under way: TCX_E_CANCELLED, with the outcome as far as it had come. The transport is closed, and
 * no rule for repeats is asked. Does nothing to one that has ended.
 */
void tcx_call_cancel(tcx_call *call);

/* What the blocking helper needs of the platform. */
typedef struct tcx_waiter {
    void *context;
    uint32_t (*now)(void *context);                                  /* the tick, ms */

    /*
     * Returns when what `wants` names (TCX_READ, TCX_WRITE) is so, or after `time_left` ms, or earlier. With TCX_TIME:
     * after `time_left` ms.
     */
    void (*wait)(void *context, unsigned wants, uint32_t time_left);
} tcx_waiter;

/* Begins a call and steps it to its end. Returns what the last step returned, or what tcx_call_begin() refused with. */
TCX_MUST_CHECK tcx_status tcx_execute(tcx_call *call, const tcx_call_config *config, const tcx_request *request,
                                      const tcx_waiter *waiter);

#ifdef __cplusplus
}
#endif

#endif
