#include "tcx_request.h"

#include "tcx_check.h"
#include "tcx_parameters.h"
#include "tcx_utf8.h"

#define REQUEST_ROW(member, status, limit, service, ascii) \
    { (status) / 10 * 10, limit, offsetof(tcx_request, member), service, ascii },

/* The rows of TCX_TEXTS. */
static const struct {
    int16_t at;      /* the field's status that ends in 0 */
    uint16_t limit;  /* characters */
    uint8_t offset;  /* in tcx_request */
    uint8_t service; /* the bit of the services that have it; 0: all have it */
    uint8_t ascii;   /* visible ASCII; 0: UTF-8 */
} request_texts[] = { TCX_TEXTS(REQUEST_ROW) };

static tcx_status request_check_parameter(tcx_text text, size_t limit, int at)
{
    size_t characters;

    if (!tcx_utf8_check(text.bytes, text.length, &characters))
        return (tcx_status)(at - TCX_REASON_UTF8);
    return limit == TCX_NO_LIMIT || characters <= limit ? TCX_OK : (tcx_status)(at - TCX_REASON_LONG);
}

/* Returns 1 for what Unicode calls white space or a control character. `text` begins with a well-formed character. */
static int request_is_blank(const char *text)
{
    const unsigned char *byte = (const void *)text;
    unsigned c = byte[0];

    if (c < 0x80)
        return c <= ' ' || c == 0x7F;
    if (c < 0xE0)
        c = (c & 31) << 6 | (byte[1] & 63u);
    else if (c < 0xF0)
        c = (c & 15) << 12 | (byte[1] & 63u) << 6 | (byte[2] & 63u);
    else
        return 0;
    return c <= 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200F) || (c >= 0x2028 && c <= 0x202F) ||
           (c >= 0x205F && c <= 0x206F) || c == 0x3000 || c == 0xFEFF;
}

/*
 * The service does not recognise repeats of a blank SessionId. If it removes blanks at the ends, a repeat without them
 * is also lost.
 */
static tcx_status request_check_session_id(tcx_text text)
{
    size_t last = text.length;

    if (text.bytes == NULL)
        return TCX_OK;
    if (text.length == 0)
        return TCX_E_SESSION_ID_EMPTY;
    do
        last--;
    while ((text.bytes[last] & 0xC0) == 0x80);
    return request_is_blank(text.bytes) || request_is_blank(text.bytes + last) ? TCX_E_SESSION_ID_BLANK : TCX_OK;
}

static tcx_status request_check_text(const tcx_request *request, size_t i)
{
    const tcx_text *text = (const void *)((const char *)request + request_texts[i].offset);

    if (text->bytes == NULL)
        return TCX_OK;
    if (request_texts[i].ascii)
        return tcx_check_required(*text, request_texts[i].at);
    if (request_texts[i].service & ~request->service->parameters)
        return (tcx_status)(request_texts[i].at - TCX_REASON_SERVICE);
    return request_check_parameter(*text, request_texts[i].limit, request_texts[i].at);
}

tcx_status tcx_request_read(const tcx_request *request, tcx_host *host)
{
    const tcx_service *service;
    tcx_text text;
    tcx_status status;

    if (request == NULL || request->service == NULL)
        return TCX_E_NULL;
    service = request->service;
    if (tcx_check_required(service->name, TCX_E_SERVICE) != TCX_OK ||
        tcx_check_required(service->version, TCX_E_SERVICE) != TCX_OK)
        return TCX_E_SERVICE;
    if (request->function_name.bytes == NULL || request->function_name.length == 0)
        return TCX_E_FUNCTION_NAME_EMPTY;
    if (request->function_arg_source != NULL) {
        if (request->function_arg.bytes != NULL)
            return TCX_E_FUNCTION_ARG_TWICE;
        if (request->function_arg_source->refill == NULL || request->function_arg_source->read_at == NULL)
            return TCX_E_NULL;
    }
    if (request->sub_app_id != NULL && !(service->parameters & TCX_PARAMETER_SUB_APP_ID))
        return TCX_E_SUB_APP_ID_SERVICE;
    for (size_t i = 0; i < sizeof request_texts / sizeof request_texts[0]; i++) {
        status = request_check_text(request, i);
        if (status != TCX_OK)
            return status;
    }
    status = request_check_session_id(request->session_id);
    if (status != TCX_OK)
        return status;
    text = request->host.bytes != NULL ? request->host : service->host;
    if (text.bytes == NULL || text.length == 0)
        return TCX_E_HOST_EMPTY;
    return tcx_host_read(text, host) ? TCX_OK : TCX_E_HOST;
}

tcx_status tcx_request_check(const tcx_request *request)
{
    tcx_host host;

    return tcx_request_read(request, &host);
}
