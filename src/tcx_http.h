/*
 * What the units above the HTTP reader ask it beyond the public header.
 */
#ifndef TCX_HTTP_H
#define TCX_HTTP_H

#include <tcexec/response.h>

enum { TCX_HTTP_ENCODED = 1024 }; /* in `flags`: a Content-Encoding other than identity came */

static inline int tcx_http_is_encoded(const tcx_http *http)
{
    return (http->flags & TCX_HTTP_ENCODED) != 0;
}

/* 1 when the status line of the final answer (not 1xx) has come. */
static inline int tcx_http_is_final(const tcx_http *http)
{
    return http->status >= 200;
}

/* The status for a final answer other than 200: TCX_E_HTTP_REDIRECT or TCX_E_HTTP_STATUS. */
tcx_status tcx_http_refusal(const tcx_http *http);

#endif
