/* Follows a call by its events: see tcexec_command.h. */
#include "tcexec_command.h"

const char *tcexec_suite_name(uint32_t suite)
{
    switch (suite) {
    case BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256:
        return "ECDHE-ECDSA-AES128-GCM-SHA256";
    case BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256:
        return "ECDHE-RSA-AES128-GCM-SHA256";
    case BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384:
        return "ECDHE-ECDSA-AES256-GCM-SHA384";
    case BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384:
        return "ECDHE-RSA-AES256-GCM-SHA384";
    case BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256:
        return "ECDHE-ECDSA-CHACHA20-POLY1305";
    case BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256:
        return "ECDHE-RSA-CHACHA20-POLY1305";
    default:
        return "an unknown cipher suite";
    }
}

static void put_words(const tcexec_trace *trace, tcx_event event, uint32_t number, char *words, size_t size)
{
    const unsigned long n = number;
    const char *s = tcexec_plural(number);

    switch (event) {
    case TCX_EVENT_DIAL:
        snprintf(words, size, "attempt %lu: connecting", n);
        break;
    case TCX_EVENT_REUSED:
        snprintf(words, size, "a connection that was idle for %lu ms is used again", n);
        break;
    case TCX_EVENT_REOPENED:
        snprintf(words, size, "the connection had been closed: connecting again");
        break;
    case TCX_EVENT_CONNECTED:
        snprintf(words, size, "connected after %lu ms", n);
        break;
    case TCX_EVENT_HANDSHAKE:
        snprintf(words, size, "TLS handshake done, server verified, %s", tcexec_suite_name(number));
        break;
    case TCX_EVENT_RESUMED:
        snprintf(words, size, "TLS session resumed, %s", tcexec_suite_name(number));
        break;
    case TCX_EVENT_SENT:
        snprintf(words, size, "%lu byte%s of the request sent", n, s);
        break;
    case TCX_EVENT_REQUEST_SENT:
        snprintf(words, size, "request sent after %lu ms%s", n,
                 trace->is_probe ? "" : ": from now on the function may run");
        break;
    case TCX_EVENT_RECEIVED:
        snprintf(words, size, "%lu byte%s of the answer received", n, s);
        break;
    case TCX_EVENT_ANSWER:
        snprintf(words, size, "answer complete, HTTP %lu", n);
        break;
    case TCX_EVENT_FAILED:
        snprintf(words, size, "attempt failed, %s", tcx_status_name((tcx_status) - (int)number));
        break;
    case TCX_EVENT_RETRY:
        snprintf(words, size, "trying again in %lu ms", n);
        break;
    case TCX_EVENT_RATE:
        snprintf(words, size, "waiting %lu ms for the rate limit", n);
        break;
    }
}

#define LONG_ANSWER 65536u /* bytes */

static void set_stage(tcexec_trace *trace, tcexec_stage stage)
{
    trace->stage = stage;
    trace->since = tcx_posix_tick();
}

/* An answer that is received while the request is being sent does not start a stage. */
static void enter_stage(tcexec_trace *trace, tcx_event event, uint32_t number)
{
    if (event == TCX_EVENT_DIAL) {
        set_stage(trace, TCEXEC_STAGE_CONNECT);
        trace->sent = trace->received = 0;
    } else if (event == TCX_EVENT_CONNECTED) {
        set_stage(trace, TCEXEC_STAGE_SEND);
    } else if (event == TCX_EVENT_SENT) {
        trace->sent += number;
    } else if (event == TCX_EVENT_REQUEST_SENT) {
        set_stage(trace, TCEXEC_STAGE_WAIT);
    } else if (event == TCX_EVENT_RECEIVED) {
        trace->received += number;
        if (trace->received >= LONG_ANSWER)
            trace->stage = TCEXEC_STAGE_RECEIVE;
    } else if (event == TCX_EVENT_RETRY) {
        set_stage(trace, TCEXEC_STAGE_PAUSE);
        trace->pause = number;
    }
}

static void observe(void *context, tcx_event event, uint32_t number)
{
    tcexec_trace *trace = context;
    const unsigned long elapsed = tcx_posix_tick() - trace->began;
    char words[120] = "";

    enter_stage(trace, event, number);
    if (event == TCX_EVENT_DIAL) {
        trace->connected = trace->resumed = 0;
        trace->suite = 0;
    }
    if (event == TCX_EVENT_HANDSHAKE || event == TCX_EVENT_RESUMED)
        trace->suite = number;
    if (event == TCX_EVENT_RESUMED)
        trace->resumed = 1;
    if (event == TCX_EVENT_CONNECTED) {
        trace->connected = 1;
        trace->connect_time = number;
    }
    if (!trace->is_verbose)
        return;
    put_words(trace, event, number, words, sizeof words);
    tcexec_note("%lu.%03lu s: %s", elapsed / 1000, elapsed % 1000, words);
}

void tcexec_trace_init(tcexec_trace *trace, const tcexec_options *options)
{
    memset(trace, 0, sizeof *trace);
    trace->trace.event = observe;
    trace->trace.context = trace;
    trace->began = tcx_posix_tick();
    trace->is_verbose = options->verbose;
    trace->is_probe = options->function.bytes == NULL;
}
