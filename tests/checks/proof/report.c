/*
 * units:  tcx_client_report tcx_utf8
 * bounds: any status, outcome and numbers; texts of 5 bytes or unset, a page of 201 zero bytes; with each kind of words
 *   or without
 * eva:    -eva-slevel 500 -eva-slevel-function tcx_client_report:0 -eva-split-return full
 */
#include "any.h"

#include <tcexec/client.h>

enum { TEXT = 5, PAGE = 201 };

static char memory[4][TEXT], page[PAGE];
static tcx_client client;

static void put(void *context, const char *bytes, size_t length)
{
    (void)context;
    reads(bytes, length);
}

static const char *words_of(tcx_status status)
{
    (void)status;
    return "words";
}

static const char *advice_on(tcx_text code)
{
    reads(code.bytes, code.length);
    return "advice";
}

int main(void)
{
    const tcx_client_words words = { either(0, 1) ? words_of : NULL, either(0, 1) ? words_of : NULL,
                                     either(0, 1) ? advice_on : NULL };
    tcx_response *response = &client.call.response;

    client.call.status = (tcx_status)any(INT32_MIN, INT32_MAX);
    client.call.outcome = (tcx_outcome)each(0, 3);
    client.call.detail = any(INT32_MIN, INT32_MAX);
    client.call.attempts = any_uint32();
    response->http_status = any(0, 999);
    response->error_code = any_text(memory[0], TEXT, 1);
    response->error_message = any_text(memory[1], TEXT, 1);
    response->request_id = any_text(memory[2], TEXT, 1);
    response->body = any_text(memory[3], TEXT, 1);
    tcx_client_report(&client, either(0, 1) ? &words : NULL, put, NULL);
    response->body.bytes = page;
    response->body.length = sizeof page;
    tcx_client_report(&client, NULL, put, NULL);
    return 0;
}
