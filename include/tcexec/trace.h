/*
 * Events of a call while it runs: for progress displays and logs.
 *
 * The library calls your observer with an event and a number. The observer never sees a secret, or a byte of a request
 * or an answer. It cannot change anything. The library calls it from tcx_call_step() and tcx_call_cancel(). It must
 * return soon, and must not call a function of the same call.
 */
#ifndef TCEXEC_TRACE_H
#define TCEXEC_TRACE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What happens. After the semicolon: what the number means. */
typedef enum tcx_event {
    TCX_EVENT_DIAL = 1,     /* a connection is being opened; number of the attempt, from 1 */
    TCX_EVENT_REUSED,       /* a kept connection is used again; ms for which it was idle */
    TCX_EVENT_REOPENED,     /* the kept connection failed, or spoke too early. A new one is being opened; 0 */
    TCX_EVENT_CONNECTED,    /* the transport is up, handshake included; ms since the attempt began */
    TCX_EVENT_HANDSHAKE,    /* (TLS) a full handshake is done and the server is verified; cipher suite */
    TCX_EVENT_RESUMED,      /* (TLS) a session was resumed; cipher suite */
    TCX_EVENT_SENT,         /* the transport has taken a part of the request; bytes */
    TCX_EVENT_REQUEST_SENT, /* the transport has taken the last byte; ms since the attempt began */
    TCX_EVENT_RECEIVED,     /* a part of the answer has come; bytes */
    TCX_EVENT_ANSWER,       /* the answer is complete; HTTP status */
    TCX_EVENT_FAILED,       /* the attempt ended without an answer of the service; -tcx_status */
    TCX_EVENT_RETRY,        /* the call will be tried again; ms until then */
    TCX_EVENT_RATE          /* the call waits for the rate limit; ms to wait */
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
