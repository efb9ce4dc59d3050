/*
 * What a call is doing, as it does it: for progress displays and logs.
 *
 * An observer is called with typed events and one number. It never sees a secret, a byte of a request or of an answer,
 * and it can change nothing. It is called from within tcx_call_step(): it must return soon and may not call back into
 * the call.
 */
#ifndef TCEXEC_TRACE_H
#define TCEXEC_TRACE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What happens, and what the number beside it is. */
typedef enum tcx_event {
    TCX_EVENT_DIAL = 1,     /* a connection is being opened; the number of the attempt, from 1 */
    TCX_EVENT_REUSED,       /* a kept connection is used again; ms that it was idle */
    TCX_EVENT_REOPENED,     /* the kept connection died or spoke before it took the request: a new one is dialled; 0 */
    TCX_EVENT_CONNECTED,    /* the transport is up, handshake included; ms since the attempt began */
    TCX_EVENT_HANDSHAKE,    /* (TLS) a full handshake is done, the server is verified; the cipher suite */
    TCX_EVENT_RESUMED,      /* (TLS) a session was resumed; the cipher suite */
    TCX_EVENT_SENT,         /* bytes of the request that the transport has just taken */
    TCX_EVENT_REQUEST_SENT, /* it has taken the last one; ms since the attempt began */
    TCX_EVENT_RECEIVED,     /* bytes of the answer that have just come */
    TCX_EVENT_ANSWER,       /* the answer is complete; its HTTP status */
    TCX_EVENT_FAILED,       /* the attempt ended without one; -tcx_status */
    TCX_EVENT_RETRY,        /* the call is tried again; in this many ms */
    TCX_EVENT_RATE          /* the call waits for the rate limit; ms */
} tcx_event;

/* An observer. */
typedef struct tcx_trace {
    void (*event)(void *context, tcx_event event, uint32_t number);
    void *context;
} tcx_trace;

#ifdef __cplusplus
}
#endif

#endif
