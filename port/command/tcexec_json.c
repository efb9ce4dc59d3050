/* The object of --json: see tcexec_command.h. */
#include "tcexec_command.h"

/* The text of a peer may not be UTF-8, if its answer was not understood. */
void tcexec_json_string(tcx_text text)
{
    const unsigned char *bytes = (const unsigned char *)text.bytes;
    size_t at = 0;

    putchar('"');
    while (at < text.length) {
        size_t size = tcexec_utf8(bytes + at, text.length - at);
        unsigned steering = size > 0 ? tcexec_steering(bytes + at, size) : TCEXEC_HARMLESS;

        if (size == 0)
            fputs("\\ufffd", stdout);
        else if (steering != TCEXEC_HARMLESS)
            printf("\\u%04x", steering);
        else if (bytes[at] == '"' || bytes[at] == '\\')
            printf("\\%c", bytes[at]);
        else
            fwrite(bytes + at, 1, size, stdout);
        at += size ? size : 1;
    }
    putchar('"');
}

static void print_text(const char *name, tcx_text text)
{
    printf("\"%s\":", name);
    if (text.bytes == NULL)
        fputs("null", stdout);
    else
        tcexec_json_string(text);
}

static void print_error(const tcx_call *call)
{
    const tcx_response *response = &call->response;

    fputs("\"error\":", stdout);
    if (call->status != TCX_E_API && response->error_code.bytes == NULL && response->error_message.bytes == NULL) {
        fputs("null", stdout);
        return;
    }
    putchar('{');
    print_text("code", response->error_code);
    putchar(',');
    print_text("message", response->error_message);
    putchar('}');
}

static void print_number(const char *name, int is_known, int64_t number)
{
    if (is_known)
        printf("\"%s\":%lld", name, (long long)number);
    else
        printf("\"%s\":null", name);
}

/* `reused` is always false: no connection is kept between two calls. */
static void print_measures(const tcexec_exchange *ended)
{
    const tcexec_trace *trace = &ended->trace;

    printf("\"elapsed_ms\":%lu,", (unsigned long)ended->elapsed);
    print_number("connect_ms", trace->connected, trace->connect_time);
    printf(",\"resumed\":%s,\"reused\":false", trace->resumed ? "true" : "false");
    printf(",\"bytes_sent\":%llu,\"bytes_received\":%llu", (unsigned long long)ended->tcp.sent,
           (unsigned long long)ended->tcp.received);
}

void tcexec_json(const tcexec_exchange *ended)
{
    const tcx_call *call = &ended->client.call;
    const tcx_response *response = &call->response;
    const int64_t server_time = tcx_response_time(response);
    const int is_text = call->status != TCX_E_JSON_UTF8; /* otherwise result_raw has the Result as it was received */
    const tcx_text none = { NULL, 0 };
    char words[160];

    tcexec_detail_text(call->status, call->detail, words, sizeof words);
    putchar('{');
    print_text("result", call->status == TCX_OK ? response->result : none);
    putchar(',');
    print_text("request_id", response->request_id);
    putchar(',');
    print_error(call);
    printf(",\"outcome\":\"%s\",", tcx_outcome_name(call->outcome));
    print_number("http_status", response->http_status != 0, response->http_status);
    printf(",\"status\":\"%s\",\"attempts\":%lu,", tcx_status_name(call->status), (unsigned long)call->attempts);
    print_text("status_text", tcx_text_from(tcx_status_text(call->status)));
    printf(",\"detail\":%d,", call->detail);
    print_text("detail_text", tcx_text_from(words[0] ? words : NULL));
    putchar(',');
    print_number("server_time", server_time != 0, server_time);
    putchar(',');
    print_number("clock_offset", server_time != 0, tcx_call_clock_offset(call));
    putchar(',');
    print_measures(ended);
    putchar(',');
    print_text("body", is_text ? response->body : none);
    putchar(',');
    print_text("result_raw", is_text ? none : response->body);
    fputs("}\n", stdout);
}
