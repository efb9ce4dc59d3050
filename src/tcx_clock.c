#include <tcexec/call.h>

#include "tcx_calendar.h"

int64_t tcx_response_time(const tcx_response *response)
{
    int64_t time = tcx_http_date_read(response->date.bytes, response->date.length);

    return time <= TCX_TIME_MAX - TCX_TIMEOUT_MAX / 1000 ? time : 0;
}

int64_t tcx_call_clock_offset(const tcx_call *call)
{
    int64_t server_time = tcx_response_time(&call->response);

    return server_time != 0 ? server_time - tcx_call_unix_time(call) : call->peer.correction;
}
