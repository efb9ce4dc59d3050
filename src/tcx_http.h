/*
 * What the units above the HTTP reader ask it beyond the public header.
 */
#ifndef TCX_HTTP_H
#define TCX_HTTP_H

#include <tcexec/response.h>

/* 1 when the status line of the final answer (not 1xx) has come. */
static inline int tcx_http_is_final(const tcx_http *http)
{
    return http->status >= 200;
}

/* The status for a final answer other than 200: TCX_E_HTTP_REDIRECT or TCX_E_HTTP_STATUS. */
tcx_status tcx_http_refusal(const tcx_http *http);

#endif
