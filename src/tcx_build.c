#include "tcx_message.h"

tcx_status tcx_request_measure(const tcx_request *request, tcx_signer *signer, int64_t unix_time, size_t *length)
{
    tcx_message message;
    tcx_status status;

    if (length == NULL)
        return TCX_E_NULL;
    status = tcx_message_init(&message, request, signer, unix_time, 0);
    *length = status == TCX_OK ? (size_t)message.length : 0;
    return status;
}

tcx_status tcx_request_build(const tcx_request *request, tcx_signer *signer, int64_t unix_time, void *wire,
                             size_t capacity, size_t *length)
{
    tcx_message message;
    tcx_cursor cursor;
    tcx_status status;

    if (length == NULL || (wire == NULL && capacity > 0))
        return TCX_E_NULL;
    *length = 0;
    status = tcx_message_init(&message, request, signer, unix_time, 0);
    if (status != TCX_OK)
        return status;
    *length = (size_t)message.length;
    if (*length > capacity)
        return TCX_E_BUFFER;
    tcx_cursor_init(&cursor, &message, tcx_message_layout(&message)->wire, 0);
    if (tcx_cursor_read(&cursor, wire, *length) != *length || !tcx_cursor_at_end(&cursor)) {
        tcx_wipe(wire, *length);
        *length = 0;
        return TCX_E_SOURCE;
    }
    return TCX_OK;
}
