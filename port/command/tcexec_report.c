/* The messages after a call, and the exit code: see tcexec_command.h. */
#include "tcexec_words.h"

#include <errno.h>

#define PEER_TEXT_MAX 2000u /* bytes of an error message from the peer that are shown */

const char *tcexec_culprit(tcx_status status)
{
    static const struct {
        tcx_status refusal;
        const char *name;
    } others[] = {
        { TCX_E_SECRET_ID, "SecretId" },           { TCX_E_SECRET_KEY, "SecretKey" },  { TCX_E_TOKEN, "token" },
        { TCX_E_FUNCTION_NAME_EMPTY, "FUNCTION" }, { TCX_E_FUNCTION_ARG_UTF8, "ARG" },
    };
    size_t i;

    /* The last digit of these statuses is the reason, the digits before it are the field: tcexec/status.h. */
    for (i = 0; i < sizeof others / sizeof others[0]; i++)
        if (status / 10 == others[i].refusal / 10)
            return others[i].name;
    for (i = 0; i < (size_t)tcexec_option_count; i++)
        if (tcexec_option_table[i].refusal != TCX_OK && status / 10 == tcexec_option_table[i].refusal / 10)
            return tcexec_option_table[i].name;
    switch (status) {
    case TCX_E_TIME:
        return "--time";
    case TCX_E_CLOCK_UNSET: /* not --time: the option refuses such a time itself */
        return "this machine's clock";
    case TCX_E_TLS_NAME: /* the default hosts have a usable name */
        return "--host";
    case TCX_E_NONCE:
        return "--nonce";
    case TCX_E_SOURCE:
    case TCX_E_REQUEST_TOO_LARGE:
        return "ARG";
    case TCX_E_PROXY_TARGET:
        return "--connect";
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

static void note_peer(const char *what, tcx_text text)
{
    fprintf(stderr, "tcexec: %s: ", what);
    tcexec_print_peer(stderr, text, PEER_TEXT_MAX);
    fputc('\n', stderr);
}

/* ---- the service returned an error ---- */

const char *tcexec_api_advice(tcx_text code)
{
    if (code.length > 0)
        return tcx_api_advice(code);
    return "without a code, it is unknown whether the function ran: give the RequestId to the service's support";
}

void tcexec_call_clock_text(const tcexec_exchange *ended, char *text, size_t size)
{
    const tcx_call *call = &ended->client.call;

    tcexec_clock_text(ended->options, tcx_call_unix_time(call), tcx_call_clock_offset(call), text, size);
}

static void note_clock_offset(const tcexec_exchange *ended)
{
    char words[200];

    tcexec_call_clock_text(ended, words, sizeof words);
    tcexec_note("%s", words);
}

/* Adds the advice that only this command can give. */
static void note_own_advice(const tcexec_exchange *ended, tcx_api_class kind)
{
    if (kind == TCX_API_DUPLICATE)
        tcexec_note("with a new --session-id, the function would run again");
    if (kind != TCX_API_CLOCK || tcx_response_time(&ended->client.call.response) == 0)
        return;
    note_clock_offset(ended);
    if (ended->options->attempts == 1)
        tcexec_note("to use the service's clock for one call, add --attempts 2");
}

static void say_api_error(const tcexec_exchange *ended)
{
    const tcx_response *response = &ended->client.call.response;
    const int has_code = response->error_code.length > 0;
    char where[400];

    tcexec_where_text(ended, where, sizeof where);
    tcexec_begin_error();
    fprintf(stderr, "%s: the service returned an error%s", where, has_code ? ": " : " without a code");
    tcexec_print_peer(stderr, response->error_code, PEER_TEXT_MAX);
    fputs(response->error_message.length > 0 ? ": " : "", stderr);
    tcexec_print_peer(stderr, response->error_message, PEER_TEXT_MAX);
    fputc('\n', stderr);
    if (ended->client.call.outcome == TCX_ANSWERED)
        tcexec_note("%s", tcexec_api_advice(response->error_code));
    else
        tcexec_note("an earlier attempt may have run. You can repeat the call with the same --session-id: it will not "
                    "run twice");
    note_own_advice(ended, tcx_api_classify(response->error_code));
}

/* ---- the call failed ---- */

/* An answer was received before the request was sent completely. The library's retry rule decides about a repeat. */
static void note_early_answer(const tcx_call *call)
{
    const tcx_attempt attempt = { call->request, &call->response, call->status, call->outcome, 1, 0 };
    tcx_retry twice;

    tcx_retry_init(&twice, 2);
    if (tcx_retry_delay(&twice, &attempt, 0) != TCX_RETRY_STOP)
        tcexec_note("not sent completely: the function did not run. You can repeat the call: add --attempts 3");
    else
        tcexec_note("not sent completely: the function did not run. The same call would get the same answer");
}

/* Writes what was sent, and whether the call can be repeated. */
static void note_outcome(const tcexec_exchange *ended)
{
    const tcexec_options *options = ended->options;
    const tcx_call *call = &ended->client.call;

    if (call->status == TCX_E_RESULT_LOST)
        tcexec_note(
            "the service accepted an earlier attempt, or an earlier call, with this SessionId. Find out what it "
            "did: its Result is not sent again");
    else if (call->status == TCX_E_JSON_UTF8 && options->request.session_id.length > 0)
        tcexec_note("the function ran. The service refuses a call with the same --session-id. With a new one, the "
                    "function would run again");
    else if (call->status == TCX_E_JSON_UTF8)
        tcexec_note("the function ran. A new call would run it again");
    else if (call->outcome == TCX_ANSWERED)
        tcexec_note("the service refused the call, and it was not sent again: the function did not run");
    else if (call->outcome == TCX_NOT_SENT && call->response.http_status >= 200)
        note_early_answer(call);
    else if (call->outcome == TCX_NOT_SENT)
        tcexec_note("not sent: the function did not run. You can repeat the call");
    else if (options->request.session_id.length > 0)
        tcexec_note("sent: it is unknown whether the function ran. You can repeat the call with the same --session-id: "
                    "it will not run twice");
    else
        tcexec_note("sent: it is unknown whether the function ran. Do not repeat the call before you know");
}

/* Writes a line each: where and what happened, how the body begins, what was sent, what to do. */
static void say_failure(const tcexec_exchange *ended)
{
    const tcx_call *call = &ended->client.call;
    const tcx_response *response = &call->response;
    char where[400];
    char happened[TCEXEC_PROBLEM_MAX];
    char remedy[2 * TCEXEC_PROBLEM_MAX];
    char detail[160];

    if (call->status == TCX_E_SOURCE) {
        (void)tcexec_refused(call->status, call->detail);
        note_outcome(ended);
        return;
    }
    tcexec_where_text(ended, where, sizeof where);
    tcexec_failure_text(ended, happened, sizeof happened);
    tcexec_detail_text(call->status, call->detail, detail, sizeof detail);
    tcexec_say("%s: %s (%s%s%s)", where, happened, tcx_status_name(call->status), detail[0] ? ", " : "", detail);
    if (response->error_code.length > 0)
        note_peer("error code in the answer", response->error_code);
    if (response->error_message.length > 0)
        note_peer("error message in the answer", response->error_message);
    if (response->http_status != 0) {
        fputs("tcexec: ", stderr);
        tcexec_print_page(stderr, call);
        fputc('\n', stderr);
    }
    note_outcome(ended);
    tcexec_remedy_text(ended, remedy, sizeof remedy);
    if (remedy[0] != '\0')
        tcexec_note("what to do: %s", remedy);
}

/* ---- the report ---- */

/* A call that ends while it waits for the next attempt ends as the last attempt did: with an answer. */
int tcexec_exit_code(const tcx_call *call)
{
    if (call->status == TCX_OK)
        return EXIT_DONE;
    if (call->outcome == TCX_MAYBE_EXECUTED)
        return tcexec_is_about_the_answer(call->status) ? EXIT_NOT_UNDERSTOOD : EXIT_NO_ANSWER;
    if (call->outcome == TCX_NOT_SENT || call->status == TCX_E_SOURCE)
        return EXIT_NOT_SENT;
    return call->status == TCX_E_JSON_UTF8 ? EXIT_NOT_UNDERSTOOD : EXIT_API;
}

/* Writes what the service's support asks for. */
static void note_request_id(const tcx_call *call)
{
    char date[TCEXEC_DATE_SIZE];

    tcexec_date_text(tcx_posix_unix_time(), date);
    if (call->response.request_id.bytes != NULL)
        note_peer("RequestId", call->response.request_id);
    else if (call->outcome == TCX_MAYBE_EXECUTED)
        tcexec_note("no RequestId was received. If you contact the service's support, give this time: %s", date);
}

static void note_more(const tcexec_exchange *ended)
{
    const tcx_call *call = &ended->client.call;

    tcexec_note("%s, %s, HTTP %d", tcx_status_name(call->status), tcx_outcome_name(call->outcome),
                call->response.http_status);
    if (tcx_response_time(&call->response) != 0)
        note_clock_offset(ended);
}

/*
 * If the caller does not get the Result, the call has no answer for the caller: it was sent, it may have run, and a
 * blind repeat would run it again. So if standard output fails after the call, the exit code is EXIT_NO_ANSWER.
 * EXIT_USAGE would promise that nothing was sent.
 */
int tcexec_report(const tcexec_exchange *ended)
{
    const tcx_response *response = &ended->client.call.response;
    const tcx_status status = ended->client.call.status;
    int code;

    if (ended->options->json) {
        tcexec_json(ended);
    } else if (status == TCX_OK && response->result.bytes != NULL) {
        fwrite(response->result.bytes, 1, response->result.length, stdout);
        fputc('\n', stdout);
    }
    code = tcexec_flush(tcexec_exit_code(&ended->client.call), EXIT_NO_ANSWER);
    if (status == TCX_E_API)
        say_api_error(ended);
    else if (status != TCX_OK)
        say_failure(ended);
    note_request_id(&ended->client.call);
    if (ended->options->verbose)
        note_more(ended);
    return code;
}

int tcexec_flush(int code, int failed)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return code;
    tcexec_say("standard output: %s: the output is lost", errno ? strerror(errno) : "cannot be written");
    return failed;
}
