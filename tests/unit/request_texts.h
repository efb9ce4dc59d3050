/*
 * The texts of a request, in the order of the structure: the unit tests, the fuzzer and the harnesses of the proof try
 * each of them. A new parameter is a row here.
 */
#ifndef REQUEST_TEXTS_H
#define REQUEST_TEXTS_H

#include <stddef.h>

#include <tcexec/request.h>

typedef struct request_text {
    size_t at;            /* in tcx_request */
    const char *name;     /* on the wire and in tests/vectors/sdk.txt */
    unsigned parameter;   /* TCX_PARAMETER_…, of which a service has any; 0: every service has it */
    tcx_status malformed; /* the status of "\xFF ", which is neither UTF-8 nor visible ASCII */
    tcx_status elsewhere; /* the status where the service does not have it */
    const char *example;
} request_text;

static const request_text request_texts[] = {
    { offsetof(tcx_request, function_name), "FunctionName", 0, TCX_E_FUNCTION_NAME_UTF8, TCX_OK, "ExampleFunc" },
    { offsetof(tcx_request, function_arg), "FunctionArg", 0, TCX_E_FUNCTION_ARG_UTF8, TCX_OK,
      "{\"a\":\"\xC3\xA9\n\"}" },
    { offsetof(tcx_request, session_context), "SessionContext", TCX_PARAMETER_SESSION_CONTEXT,
      TCX_E_SESSION_CONTEXT_UTF8, TCX_E_SESSION_CONTEXT_SERVICE, "context \x01" },
    { offsetof(tcx_request, session_id), "SessionId", TCX_PARAMETER_SESSION_ID, TCX_E_SESSION_ID_UTF8,
      TCX_E_SESSION_ID_SERVICE, "order-4711" },
    { offsetof(tcx_request, ext_info), "ExtInfo", TCX_PARAMETER_EXT_INFO, TCX_E_EXT_INFO_UTF8, TCX_E_EXT_INFO_SERVICE,
      "{}" },
    { offsetof(tcx_request, region), "region", 0, TCX_E_REGION_BLANK, TCX_OK, "ap-guangzhou" },
    { offsetof(tcx_request, language), "language", 0, TCX_E_LANGUAGE_BLANK, TCX_OK, "en-US" },
    { offsetof(tcx_request, host), "host", 0, TCX_E_HOST, TCX_OK, "[2001:db8::1]" },
};

enum { REQUEST_TEXTS = sizeof request_texts / sizeof request_texts[0] };

/* The text of a request that a row is about. */
static inline tcx_text *request_text_of(tcx_request *request, size_t row)
{
    return (tcx_text *)(void *)((char *)request + request_texts[row].at);
}

#endif
