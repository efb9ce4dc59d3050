#include <tcexec/call.h>

#include "tcx_calendar.h"

int64_t tcx_response_time(const tcx_response *response)
{
    return tcx_http_date_read(response->date.bytes, response->date.length);
}

int64_t tcx_call_clock_offset(const tcx_call *call)
{
    int64_t server_time = tcx_response_time(&call->response);

    return server_time != 0 ? server_time - tcx_call_unix_time(call) : call->correction;
}
