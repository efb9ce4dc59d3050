/* What is said after a call, and the exit code: see tcexec_command.h. */
#include "tcexec_command.h"

#include <errno.h>

#define PEER_TEXT_MAX 2000u /* bytes of an error message from the peer that are shown */
#define PAGE_MAX      200u  /* bytes of an answer that was not understood that are shown */

const char *tcexec_culprit(tcx_status status)
{
    /* The tens of these statuses name the field: tcexec/status.h. */
    static const char *const fields[] = {
        "SecretId",     "SecretKey",         "token",        "--host",     "--region", "--language", "FUNCTION", "ARG",
        "--sub-app-id", "--session-context", "--session-id", "--ext-info",
    };
    const size_t field = (size_t)(-(status) / 10 - 11);

    if (status <= TCX_E_SECRET_ID && field < sizeof fields / sizeof fields[0])
        return fields[field];
    switch (status) {
    case TCX_E_TIME:
    case TCX_E_CLOCK_UNSET:
        return "--time";
    case TCX_E_NONCE:
        return "--nonce";
    case TCX_E_SOURCE:
    case TCX_E_REQUEST_TOO_LARGE:
        return "ARG";
    default:
        return NULL;
    }
}

int tcexec_refused(tcx_status status, int detail)
{
    const char *culprit = tcexec_culprit(status);
    char words[160];

    tcexec_detail_text(status, detail, words, sizeof words);
    return tcexec_say("%s%s%s (%s%s%s)", culprit ? culprit : "", culprit ? ": " : "", tcx_status_text(status),
                      tcx_status_name(status), words[0] ? ", " : "", words);
}

static void say_peer(const char *what, tcx_text text)
{
    fprintf(stderr, "tcexec: %s: ", what);
    tcexec_print_peer(stderr, text, PEER_TEXT_MAX);
    fputc('\n', stderr);
}

/* ---- the service said no ---- */

static const char *advice(tcx_api_class kind)
{
    switch (kind) {
    case TCX_API_CALLER:
        return "the request itself is refused: correct it, a repeat would fail again";
    case TCX_API_CREDENTIALS:
        return "check the key pair, the token and what they are allowed to do";
    case TCX_API_CLOCK:
        return "the clock is more than five minutes off: set it, or give --time or --attempts 2";
    case TCX_API_RATE:
        return "too many requests: try again in a second";
    case TCX_API_BUSINESS:
        return "the function was called and failed, or may not be called: its owner knows more";
    case TCX_API_SERVER:
        return "a fault on the service's side: try later, and quote the RequestId to its support if it lasts";
    default:
        return "the service's documents explain this code; quote the RequestId to its support";
    }
}

static void say_clock_offset(const tcx_call *call)
{
    char words[80];

    tcexec_clock_text(tcx_call_clock_offset(call), words, sizeof words);
    tcexec_say("%s", words);
}

static void say_api_error(const tcexec_ended *ended)
{
    const tcx_response *response = &ended->call->response;
    const tcx_api_class kind = tcx_api_classify(response->error_code);

    fputs("tcexec: the service said no: ", stderr);
    tcexec_print_peer(stderr, response->error_code, PEER_TEXT_MAX);
    fputs(": ", stderr);
    tcexec_print_peer(stderr, response->error_message, PEER_TEXT_MAX);
    fputc('\n', stderr);
    if (ended->call->outcome == TCX_ANSWERED)
        tcexec_say("%s", advice(kind));
    else
        tcexec_say("an earlier attempt may have run: the same call with the same --session-id will not run twice");
    if (kind == TCX_API_CLOCK && tcx_response_time(response) != 0)
        say_clock_offset(ended->call);
}

/* ---- the exchange failed ---- */

static void say_outcome(const tcexec_ended *ended)
{
    const tcexec_options *options = ended->options;
    const tcx_call *call = ended->call;

    if (call->status == TCX_E_RESULT_LOST)
        tcexec_say("it ran: look for what it did, its Result does not come again");
    else if (call->outcome == TCX_ANSWERED)
        tcexec_say("refused by the service and not sent again: the function has not run");
    else if (call->outcome == TCX_NOT_SENT)
        tcexec_say("not sent: the function has not run, the same call may be made again");
    else if (options->service == &tcx_vod && options->session_id.length > 0)
        tcexec_say("sent, and unknown whether it ran: the same call with the same --session-id will not run twice");
    else
        tcexec_say("sent, and unknown whether it ran: do not repeat it before you have found out");
}

static void say_failure(const tcexec_ended *ended)
{
    const tcx_call *call = ended->call;
    const tcx_response *response = &call->response;

    (void)tcexec_refused(call->status, call->detail);
    if (response->error_code.length > 0)
        say_peer("it names an error", response->error_code);
    if (response->error_message.length > 0)
        say_peer("it says", response->error_message);
    if (response->body.length > 0) {
        fprintf(stderr, "tcexec: HTTP %d, and it begins: ", response->http_status);
        tcexec_print_peer(stderr, response->body, PAGE_MAX);
        fputc('\n', stderr);
    }
    say_outcome(ended);
}

/* ---- the whole ---- */

static int is_about_the_answer(tcx_status status)
{
    return status <= TCX_E_HTTP_SYNTAX && status > TCX_E_API;
}

/* A call that ends while it waits for another attempt ends with the answer to the last one. */
static int exit_code(const tcx_call *call)
{
    if (call->status == TCX_OK)
        return EXIT_DONE;
    if (call->outcome == TCX_MAYBE_EXECUTED)
        return is_about_the_answer(call->status) ? EXIT_NOT_UNDERSTOOD : EXIT_NO_ANSWER;
    if (call->outcome == TCX_NOT_SENT || call->status == TCX_E_SOURCE)
        return EXIT_NOT_SENT;
    return EXIT_API;
}

static void say_more(const tcexec_ended *ended)
{
    const tcx_response *response = &ended->call->response;

    tcexec_say("%s, %s, HTTP %d", tcx_status_name(ended->call->status), tcx_outcome_name(ended->call->outcome),
               response->http_status);
    if (tcx_response_time(response) != 0)
        say_clock_offset(ended->call);
}

/*
 * A Result that the caller does not get is, for the caller, a call without an answer: it was sent, it may have run, and
 * a blind repeat would run it again. So a standard output that fails after the call ends with EXIT_NO_ANSWER, and not
 * with EXIT_USAGE, which promises that nothing was sent.
 */
int tcexec_report(const tcexec_ended *ended)
{
    const tcx_response *response = &ended->call->response;
    const tcx_status status = ended->call->status;
    int code;

    if (ended->options->json) {
        tcexec_json(ended);
    } else if (status == TCX_OK && response->result.bytes != NULL) {
        fwrite(response->result.bytes, 1, response->result.length, stdout);
        fputc('\n', stdout);
    }
    code = tcexec_flush(exit_code(ended->call), EXIT_NO_ANSWER);
    if (status == TCX_E_API)
        say_api_error(ended);
    else if (status != TCX_OK)
        say_failure(ended);
    if (response->request_id.bytes != NULL)
        say_peer("RequestId", response->request_id);
    if (ended->options->verbose)
        say_more(ended);
    return code;
}

int tcexec_flush(int code, int failed)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    tcexec_say("standard output: %s: what belongs there is lost", errno ? strerror(errno) : "cannot be written");
    return failed;
}
