#include "tcx_message.h"

tcx_status tcx_request_measure(const tcx_request *request, tcx_signer *signer, int64_t unix_time, size_t *length)
{
    tcx_status status = tcx_request_build(request, signer, unix_time, NULL, 0, length);

    return status == TCX_E_BUFFER ? TCX_OK : status;
}

tcx_status tcx_request_build(const tcx_request *request, tcx_signer *signer, int64_t unix_time, void *wire,
                             size_t capacity, size_t *length)
{
    tcx_message message;
    tcx_status status;
    uint32_t needed;

    if (length == NULL || (wire == NULL && capacity > 0))
        return TCX_E_NULL;
    *length = 0;
    status = tcx_message_init(&message, request, signer, unix_time, 0);
    if (status != TCX_OK)
        return status;
    needed = tcx_message_length(&message);
    *length = (size_t)needed;
    if (needed > capacity)
        return TCX_E_BUFFER;
    tcx_message_begin_wire(&message);
    if (tcx_message_read(&message, wire, *length) != *length || !tcx_message_at_end(&message)) {
        tcx_wipe(wire, *length);
        *length = 0;
        return TCX_E_SOURCE;
    }
    return TCX_OK;
}
