/*
 * units:  tcx_execute
 * bounds: a port with each function or without; any statuses, wants and ticks, any number of steps; replaced: the call
 * eva:    -eva-slevel 20
 */
#include "any.h"

#include <tcexec/call.h>

/* In place of the call: it may say anything. */

tcx_status tcx_call_begin(tcx_call *call, const tcx_call_config *config, const tcx_request *request, uint32_t now)
{
    (void)config;
    (void)request;
    (void)now;
    if (call != NULL && either(0, 1))
        return TCX_OK;
    return (tcx_status)any(INT32_MIN, -1);
}

tcx_status tcx_call_step(tcx_call *call, uint32_t now)
{
    (void)now;
    //@ assert \valid(call);
    return (tcx_status)any(INT32_MIN, TCX_PENDING);
}

unsigned tcx_call_wants(const tcx_call *call)
{
    //@ assert \valid_read(call);
    return (unsigned)any(0, TCX_READ | TCX_WRITE | TCX_TIME);
}

uint32_t tcx_call_time_left(const tcx_call *call, uint32_t now)
{
    (void)now;
    //@ assert \valid_read(call);
    return any_uint32();
}

static uint32_t now(void *context)
{
    (void)context;
    return any_uint32();
}

static void wait(void *context, unsigned wants, uint32_t time_left)
{
    (void)context;
    (void)time_left;
    (void)wants;
}

int main(void)
{
    static tcx_call call;
    static tcx_call_config config;
    static tcx_request request;
    tcx_port port = { .tick = either(0, 1) ? now : NULL, .wait = either(0, 1) ? wait : NULL };

    (void)tcx_execute(either(0, 1) ? &call : NULL, &config, &request, either(0, 1) ? &port : NULL);
    return 0;
}
