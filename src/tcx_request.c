#include <tcexec/request.h>

#include "tcx_check.h"
#include "tcx_host.h"
#include "tcx_utf8.h"

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
