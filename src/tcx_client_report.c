#include <tcexec/client.h>

#include "tcx_utf8.h"

enum { REPORT_PAGE_MAX = 200, REPORT_DIGITS = 3 * sizeof(uint32_t) }; /* bytes of a page; more than a number has */

typedef struct report_sink {
    void (*put)(void *context, const char *bytes, size_t length);
    void *context;
} report_sink;

static void report_put(const report_sink *sink, const char *text)
{
    sink->put(sink->context, text, strlen(text));
}

static void report_put_number(const report_sink *sink, const char *before, int32_t number)
{
    uint32_t left = number < 0 ? 0u - (uint32_t)number : (uint32_t)number;
    char digits[REPORT_DIGITS];
    size_t at = sizeof digits;

    do
        digits[--at] = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    report_put(sink, before);
    report_put(sink, number < 0 ? "-" : "");
    sink->put(sink->context, digits + at, sizeof digits - at);
}

/* Returns the size of the first character, or 0 if it is a control character or not text. */
static size_t report_printable_size(const char *text, size_t length)
{
    const unsigned char *bytes = (const unsigned char *)text;
    size_t size = tcx_utf8_size(text, length);

    if (bytes[0] < 0x20 || bytes[0] == 0x7F || (size == 2 && bytes[0] == 0xC2 && bytes[1] < 0xA0))
        return 0;
    return size;
}

/* Puts a line with what a peer sent, or nothing if it sent nothing. */
static void report_put_text(const report_sink *sink, const char *before, tcx_text text)
{
    if (text.bytes == NULL || text.length == 0)
        return;
    report_put(sink, before);
    for (size_t at = 0, size; at < text.length; at += size) {
        size = report_printable_size(text.bytes + at, text.length - at);
        if (size > 0)
            sink->put(sink->context, text.bytes + at, size);
        else
            report_put(sink, "?");
        size += size == 0;
    }
    report_put(sink, "\n");
}

static const char *report_outcome(tcx_outcome outcome)
{
    return outcome == TCX_NOT_SENT         ? "\nnot sent: the function did not run"
           : outcome == TCX_MAYBE_EXECUTED ? "\nunknown: the function may have run"
                                           : "\nanswered";
}

void tcx_client_report(const tcx_client *client, const tcx_client_words *words,
                       void (*put)(void *context, const char *bytes, size_t length), void *context)
{
    const tcx_call *call = &client->call;
    const tcx_response *response = &call->response;
    const report_sink sink = { put, context };
    tcx_text page = response->body;

    if (page.length > REPORT_PAGE_MAX)
        page.length = REPORT_PAGE_MAX;
    report_put(&sink, words != NULL && words->name != NULL ? words->name(call->status) : "status");
    report_put_number(&sink, " ", call->status);
    if (words != NULL && words->text != NULL) {
        report_put(&sink, ": ");
        report_put(&sink, words->text(call->status));
    }
    report_put(&sink, report_outcome(call->outcome));
    report_put_number(&sink, "; attempts ", (int32_t)call->attempts);
    report_put_number(&sink, ", HTTP status ", response->http_status);
    report_put_number(&sink, ", detail ", call->detail);
    report_put(&sink, "\n");
    report_put_text(&sink, "code: ", response->error_code);
    report_put_text(&sink, "message: ", response->error_message);
    if (words != NULL && words->advice != NULL && response->error_code.bytes != NULL)
        report_put_text(&sink, "advice: ", tcx_text_from(words->advice(response->error_code)));
    report_put_text(&sink, "RequestId: ", response->request_id);
    report_put_text(&sink, "answer: ", page);
}
