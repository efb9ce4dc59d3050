#include <tcexec/request.h>

#include "tcx_calendar.h"
#include "tcx_check.h"
#include "tcx_message.h"
#include "tcx_utf8.h"

tcx_text tcx_request_host(const tcx_request *request)
{
    static const char default_port[] = ":443";
    const size_t length = sizeof default_port - 1;
    tcx_text host = request->host.bytes != NULL ? request->host : request->service->host;

    if (host.bytes != NULL && host.length >= length &&
        memcmp(host.bytes + host.length - length, default_port, length) == 0)
        host.length -= length;
    return host;
}

static int is_name(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '.' || byte == '_';
}

static int is_address(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F') ||
           byte == ':' || byte == '.';
}

int tcx_host_split(tcx_text host, tcx_text *name, uint16_t *port)
{
    int bracketed = host.length > 0 && host.bytes[0] == '[';
    int (*allowed)(char) = bracketed ? is_address : is_name;
    size_t start = bracketed ? 1 : 0, end = start;
    uint32_t number = 0;

    while (end < host.length && allowed(host.bytes[end]))
        end++;
    name->bytes = host.bytes + start;
    name->length = end - start;
    *port = 0;
    if (name->length == 0)
        return 0;
    if (bracketed && (end == host.length || host.bytes[end++] != ']'))
        return 0;
    if (end == host.length)
        return 1;
    if (host.bytes[end++] != ':' || end == host.length || host.bytes[end] == '0')
        return 0;
    for (; end < host.length; end++) {
        if (host.bytes[end] < '0' || host.bytes[end] > '9')
            return 0;
        number = number * 10 + (uint32_t)(host.bytes[end] - '0');
        if (number > 65535)
            return 0;
    }
    *port = (uint16_t)number;
    return 1;
}

static tcx_status check_host(tcx_text host)
{
    tcx_text name;
    uint16_t port;

    if (host.bytes == NULL || host.length == 0)
        return TCX_E_HOST_EMPTY;
    return tcx_host_split(host, &name, &port) ? TCX_OK : TCX_E_HOST;
}

/* Text of a parameter: UTF-8 of at most `limit` characters, or unset. `field` as in tcx_check.h. */
static tcx_status check_text(tcx_text text, size_t limit, int field)
{
    size_t characters;

    if (text.bytes == NULL)
        return TCX_OK;
    if (!tcx_utf8_check(text.bytes, text.length, &characters))
        return (tcx_status)(field - TCX_REASON_UTF8);
    return characters <= limit ? TCX_OK : (tcx_status)(field - TCX_REASON_LONG);
}

static tcx_status check_function(const tcx_request *request)
{
    if (request->function_name.bytes == NULL || request->function_name.length == 0)
        return TCX_E_FUNCTION_NAME_EMPTY;
    if (request->function_arg_source != NULL) {
        if (request->function_arg.bytes != NULL)
            return TCX_E_FUNCTION_ARG_TWICE;
        if (request->function_arg_source->read_at == NULL)
            return TCX_E_NULL;
    }
    return TCX_OK;
}

/* The optional parameters, which not every service has. */
static tcx_status check_parameters(const tcx_request *request, unsigned known)
{
    if (request->sub_app_id != NULL && !(known & TCX_PARAMETER_SUB_APP_ID))
        return TCX_E_SUB_APP_ID_SERVICE;
    if (request->session_context.bytes != NULL && !(known & TCX_PARAMETER_SESSION_CONTEXT))
        return TCX_E_SESSION_CONTEXT_SERVICE;
    if (request->session_id.bytes != NULL && !(known & TCX_PARAMETER_SESSION_ID))
        return TCX_E_SESSION_ID_SERVICE;
    if (request->ext_info.bytes != NULL && !(known & TCX_PARAMETER_EXT_INFO))
        return TCX_E_EXT_INFO_SERVICE;
    return TCX_OK;
}

tcx_status tcx_request_check(const tcx_request *request)
{
    const tcx_service *service;
    tcx_status status;

    if (request == NULL || request->service == NULL)
        return TCX_E_NULL;
    service = request->service;
    if (tcx_check_required(service->name, TCX_E_SERVICE) != TCX_OK ||
        tcx_check_required(service->version, TCX_E_SERVICE) != TCX_OK)
        return TCX_E_SERVICE;
    status = check_function(request);
    if (status == TCX_OK)
        status = check_text(request->function_name, SIZE_MAX, TCX_AT_FUNCTION_NAME);
    if (status == TCX_OK)
        status = check_text(request->function_arg, SIZE_MAX, TCX_AT_FUNCTION_ARG);
    if (status == TCX_OK)
        status = check_parameters(request, service->parameters);
    if (status == TCX_OK)
        status = check_text(request->session_context, TCX_SESSION_CONTEXT_MAX, TCX_AT_SESSION_CONTEXT);
    if (status == TCX_OK)
        status = check_text(request->session_id, TCX_SESSION_ID_MAX, TCX_AT_SESSION_ID);
    if (status == TCX_OK)
        status = check_text(request->ext_info, SIZE_MAX, TCX_AT_EXT_INFO);
    if (status == TCX_OK)
        status = tcx_check_optional(request->region, TCX_E_REGION);
    if (status == TCX_OK)
        status = tcx_check_optional(request->language, TCX_E_LANGUAGE);
    if (status == TCX_OK)
        status = check_host(request->host.bytes != NULL ? request->host : service->host); /* as given, ":443" too */
    return status;
}

const tcx_layout *tcx_message_layout(const tcx_message *message)
{
    const tcx_format *format = message->signer->scheme->format;
    const tcx_method *method = message->request->method;

    return method != NULL ? method->layouts[format->family] : format->post;
}

/* The length of all that stands before the body. */
static tcx_status head_length(tcx_message *message, const tcx_layout *layout, uint64_t *length)
{
    const tcx_segment *lists[TCX_LISTS] = { NULL };
    tcx_cursor cursor;

    memcpy(lists, layout->wire, layout->payload * sizeof lists[0]);
    tcx_cursor_init(&cursor, message, lists, 0);
    return tcx_cursor_absorb(&cursor, NULL, length);
}

tcx_status tcx_message_init(tcx_message *message, const tcx_request *request, tcx_signer *signer, int64_t unix_time,
                            uint32_t repeats)
{
    const tcx_layout *layout;
    uint64_t head;
    tcx_status status;

    memset(message, 0, sizeof *message);
    if (signer == NULL || signer->scheme == NULL)
        return TCX_E_NULL;
    status = tcx_request_check(request);
    if (status != TCX_OK)
        return status;
    if (unix_time < 0 || unix_time > TCX_TIME_MAX)
        return TCX_E_TIME;
    message->request = request;
    message->signer = signer;
    if (request->nonce != 0)
        message->nonce = (uint32_t)(((uint64_t)request->nonce - 1 + repeats) % UINT32_MAX) + 1;
    message->timestamp = (uint64_t)unix_time;
    tcx_date_write(message->date, (uint32_t)(message->timestamp / TCX_SECONDS_PER_DAY));
    layout = tcx_message_layout(message);
    if (request->function_arg_source != NULL) {
        if (request->function_arg_source->size > layout->limit)
            return TCX_E_REQUEST_TOO_LARGE; /* known before any of it is read */
        request->function_arg_source->is_signed = 0;
    }
    status = signer->scheme->format->sign(message, signer);
    if (status != TCX_OK)
        return status;
    status = head_length(message, layout, &head);
    message->length = head + message->content_length;
    if (status == TCX_OK && (layout->wire[layout->payload] != NULL ? message->content_length : head) > layout->limit)
        status = TCX_E_REQUEST_TOO_LARGE;
    return status;
}

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
