/*
 * units:  tcx_http
 * bounds: any 0 to 2 bytes, in one piece or two, behind each of 51 beginnings; a buffer of 0 or 4 bytes; either end
 * eva:    -eva-slevel 100000 -eva-min-loop-unroll 130 -eva-slevel-function one:0 -eva-split-return full
 */
#include "any.h"
#include "tcx_http.h"

enum { BODY = 4 };

#define OK "HTTP/1.1 200 OK\r\n"

/* Each brings the reader to another place. */
static const char *const beginnings[] = {
    "",
    "HTTP/",
    "HTTP/1.",
    "HTTP/1.0 2",
    "HTTP/1.1 200",
    "HTTP/1.1 200 O",
    "HTTP/1.1 200 OK\r",
    OK,
    OK "Content-Lengt",
    OK "Content-Length",
    OK "Content-Length-That-Is-As-Long-A",
    OK "Content-Length: ",
    OK "Content-Length: 4294967",
    OK "Content-Length: 000000000000000000",
    OK "Transfer-Encoding: chunke",
    OK "Content-Encoding: identit",
    OK "Connection: keep-alive, clos",
    OK "Connection: an-option-of-thirty-one-letters",
    OK "Date: Mon, 20 Jul 2026 08:00:00 GMT\r",
    OK "Date: Mon, 20 Jul 2026 08:00:00 GMT, o",
    OK "Content-Length: \r",
    OK "Content-Length: x\r",
    OK "Content-Length: 00000000000000000000\r",
    OK "Connection: close\r",
    OK "Content-Length: 42949672960\r",
    OK "Content-Length: 3\r\nContent-Length: 3\r",
    OK "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r",
    OK "X: ",
    OK "X: y\r\n",
    OK "\r",
    OK "\r\n",
    OK "Content-Length: 3\r\n\r\n",
    OK "Content-Length: 3\r\n\r\nab",
    OK "Transfer-Encoding: chunked\r\n\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\n0000000",
    OK "Transfer-Encoding: chunked\r\n\r\n1; x",
    OK "Transfer-Encoding: chunked\r\n\r\n2\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\n1\r\na",
    OK "Transfer-Encoding: chunked\r\n\r\n0\r\n",
    OK "Transfer-Encoding: chunked\r\n\r\n0\r\nDate: ",
    "HTTP/1.1 404 \r\nContent-Length: 9\r\n\r\n",
    "HTTP/1.1 404\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n",
    "HTTP/1.1 10",
    "HTTP/1.1 09",
    "HTTP/1.1 101\r\n\r",
    "HTTP/1.1 304\r\n\r",
    "HTTP/1.0 200\r\nTransfer-Encoding: chunked\r\n\r",
    OK "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r",
    OK "Content-Length: 3\r\n\r",
    "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204\r\n",
    "HTTP/1.0 200\r\nConnection: keep-alive\r\nContent-Length: 0\r\n",
};

/* What the call relies on: see its harness. */
static void feed(tcx_http *http, const void *bytes, size_t length)
{
    const int was_final = tcx_http_is_final(http);
    size_t used;
    tcx_status status = tcx_http_feed(http, bytes, length, &used);

    //@ assert status == TCX_OK ==> http->status >= 200;
    //@ assert status == TCX_PENDING && was_final ==> http->status >= 200;
    //@ assert http->status < 200 ==> http->body_length == 0;
    //@ assert status > 0 || status == TCX_OK || TCX_E_HTTP_FIELD <= status <= TCX_E_HTTP_SYNTAX;
    //@ assert status != TCX_E_HTTP_STATUS && status != TCX_E_HTTP_REDIRECT && status != TCX_E_HTTP_EARLY;
    (void)was_final;
    (void)status;
}

static void read_response(const char *beginning, size_t capacity)
{
    unsigned char body[BODY], memory[2], *bytes;
    size_t length, first, used;
    tcx_status status;
    tcx_http http;

    tcx_http_init(&http, body + (BODY - capacity), capacity);
    if (tcx_http_feed(&http, beginning, strlen(beginning), &used) != TCX_PENDING)
        return;
    http.head_left = any(0, http.head_left);
    length = each(0, 2);
    first = each(0, length);
    bytes = any_bytes(memory, length);
    feed(&http, bytes, first);
    feed(&http, bytes + first, length - first);
    tcx_http_keeps_alive(&http);
    status = tcx_http_end(&http, either(0, 1));
    //@ assert status == TCX_E_CLOSED || (status == TCX_OK && http.status >= 200);
    tcx_http_keeps_alive(&http);
    status = tcx_http_refusal(&http);
    //@ assert status == TCX_E_HTTP_REDIRECT || status == TCX_E_HTTP_STATUS;
}

/* Where all paths of a response come together, so that the next one begins with one state. */
static void one(const char *beginning, size_t capacity)
{
    read_response(beginning, capacity);
}

int main(void)
{
    tcx_http http;

    tcx_http_init(&http, NULL, SIZE_MAX); /* a capacity over 32 bits, where there is one */
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        for (size_t capacity = 0; capacity <= BODY; capacity += BODY)
            one(beginnings[i], capacity);
    }
    return 0;
}
