/* The call's internal interface for its optional parts (tcx_retry, tcx_connection). */
#ifndef TCX_CALL_H
#define TCX_CALL_H

#include <tcexec/call.h>

enum { CALL_ENDED, CALL_PACING, CALL_OPENING, CALL_SENDING, CALL_RECEIVING, CALL_RETRYING };

void tcx_call_trace(const tcx_call *call, tcx_event event, uint32_t number);

/* Returns the milliseconds until `time` in the call's own time, or 0 if it is past. */
uint32_t tcx_call_time_until(const tcx_call *call, uint32_t time);

/* Returns the earliest valid time. A clock that shows an earlier time was never set. */
int64_t tcx_clock_floor(const tcx_call_config *config);

#endif
