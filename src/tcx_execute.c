#include <tcexec/call.h>

tcx_status tcx_execute(tcx_call *call, const tcx_call_config *config, const tcx_request *request,
                       const tcx_waiter *waiter)
{
    tcx_status status;

    if (waiter == NULL || waiter->now == NULL || waiter->wait == NULL)
        return TCX_E_NULL;
    status = tcx_call_begin(call, config, request, waiter->now(waiter->context));
    if (status != TCX_OK)
        return status;
    while ((status = tcx_call_step(call, waiter->now(waiter->context))) == TCX_PENDING) {
        if (tcx_call_wants(call) != 0)
            waiter->wait(waiter->context, tcx_call_wants(call), tcx_call_time_left(call, waiter->now(waiter->context)));
    }
    return status;
}
