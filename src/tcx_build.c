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
    size_t done;
    uint32_t more = UINT32_MAX;
    tcx_status status;

    if (length == NULL || (wire == NULL && capacity > 0))
        return TCX_E_NULL;
    *length = 0;
    status = tcx_message_init(&message, request, signer);
    if (status == TCX_OK)
        status = tcx_message_sign(&message, unix_time, 0);
    if (status != TCX_OK)
        return status;
    tcx_message_begin_wire(&message);
    done = tcx_message_read(&message, wire, capacity);
    status = tcx_message_absorb(&message, NULL, &more);
    if (status == TCX_OK)
        *length = done + (size_t)more;
    if (status == TCX_OK && more == 0)
        return TCX_OK;
    tcx_wipe(wire, done);
    return status == TCX_OK ? TCX_E_BUFFER : TCX_E_SOURCE;
}
