/*
 * What a call's optional parts (tcx_retry, tcx_connection) know of it.
 */
#ifndef TCX_CALL_H
#define TCX_CALL_H

#include <tcexec/call.h>

enum { CALL_ENDED, CALL_PACING, CALL_OPENING, CALL_SENDING, CALL_RECEIVING, CALL_RETRYING };

void tcx_call_trace(const tcx_call *call, tcx_event event, uint32_t number);

/* Milliseconds until the call's own time is `time`; 0 when it is past. */
uint32_t tcx_call_time_until(const tcx_call *call, uint32_t time);

/* A clock that reads less was never set. */
int64_t tcx_clock_floor(const tcx_call_config *config);

#endif
