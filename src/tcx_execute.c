#include <tcexec/call.h>

tcx_status tcx_execute(tcx_call *call, const tcx_call_config *config, const tcx_request *request,
                       const tcx_port *port)
{
    tcx_status status;

    if (port == NULL || port->tick == NULL || port->wait == NULL)
        return TCX_E_NULL;
    status = tcx_call_begin(call, config, request, port->tick(port->context));
    if (status != TCX_OK)
        return status;
    while ((status = tcx_call_step(call, port->tick(port->context))) == TCX_PENDING) {
        if (tcx_call_wants(call) != 0)
            port->wait(port->context, tcx_call_wants(call), tcx_call_time_left(call, port->tick(port->context)));
    }
    return status;
}
