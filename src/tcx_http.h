/* The HTTP reader's internal interface for the units above it. */
#ifndef TCX_HTTP_H
#define TCX_HTTP_H

#include <tcexec/response.h>

/* Returns 1 if a byte is allowed in a token, for example in the name of a field (RFC 9110 section 5.6.2). */
static inline int tcx_http_is_token(unsigned char byte)
{
    static const uint32_t set[] = { 0, 0x03FF6CFAu, 0xC7FFFFFEu, 0x57FFFFFFu };

    return byte < 128 && (set[byte / 32] >> byte % 32 & 1);
}

enum { TCX_HTTP_ENCODED = 1024 }; /* in `flags`: a Content-Encoding other than identity was received */

static inline int tcx_http_is_encoded(const tcx_http *http)
{
    return (http->flags & TCX_HTTP_ENCODED) != 0;
}

/* Returns 1 if the status line of the final answer (not 1xx) was received. */
static inline int tcx_http_is_final(const tcx_http *http)
{
    return http->status >= 200;
}

/* Returns the status for a final answer other than 200: TCX_E_HTTP_REDIRECT or TCX_E_HTTP_STATUS. */
tcx_status tcx_http_refusal(const tcx_http *http);

#endif
