/* Runs a call from its input to its report: see tcexec_command.h. */
#include "tcexec_command.h"

#include <errno.h>
#include <stdlib.h>

#define BODY_MAX   ((size_t)16 * 1024 * 1024) /* bytes of an answer */
#define ANSWER_MAX (BODY_MAX + TCEXEC_TOKENS_MAX * TCX_JSON_TOKEN_SIZE) /* unused pages take no memory */

/* ---- input ---- */

static int draw_nonce(uint32_t *nonce)
{
    while (*nonce == 0)
        if (tcx_posix_entropy(NULL, nonce, sizeof *nonce) < 0)
            return tcexec_say("--nonce: the system returned no random numbers: %s. Give one: --nonce NUMBER",
                              strerror(errno));
    return 0;
}

/* Checks the request before the roots are loaded, so that a mistake in it is reported first. */
int tcexec_describe(const tcexec_options *options, const tcexec_argument *argument, tcx_request *request)
{
    tcx_status status;

    *request = options->request;
    request->service = options->service;
    request->function_name = options->function;
    request->function_arg = argument->text;
    request->function_arg_source = argument->source;
    status = tcx_request_check(request);
    return status != TCX_OK ? tcexec_refused(status, 0) : draw_nonce(&request->nonce);
}

/* The clock is --time or the system's, read once. So the port's clock is 0, and the client's offset is the time. */
static int64_t return_zero(void *context)
{
    (void)context;
    return 0;
}

int tcexec_configure(const tcexec_options *options, tcx_signer *signer, tcx_port *port, tcx_client *client)
{
    port->unix_time = return_zero;
    tcx_client_init(client, port, malloc(ANSWER_MAX), ANSWER_MAX);
    client->clock_offset = tcexec_time(options);
    client->config.signer = signer;
    client->config.clock_floor = options->has_time ? TCEXEC_TIME_MIN : 0;
    client->config.timeout = options->timeout;
    client->config.address = options->address;
    client->config.port = options->port;
    return client->config.buffer != NULL ? 0 : tcexec_say("no memory for an answer of 16 MiB: %s", strerror(errno));
}

void tcexec_configure_end(tcx_client *client)
{
    free(client->config.buffer);
}

/* ---- the call ---- */

/*
 * Reports that the Result was lost. For the caller, this is a call without an answer, and a blind repeat would run it
 * again. If there was no Result, the exit code says everything.
 */
static int report_lost_result(const tcexec_exchange *ended)
{
    const tcexec_options *options = ended->options;

    if (ended->client.call.status != TCX_OK)
        return tcexec_exit_code(&ended->client.call);
    if (options->request.session_id.length > 0)
        tcexec_note(
            "the function ran, but its Result could not be written. Find out what it did. The service refuses a "
            "call with the same --session-id, and does not send the Result again");
    else
        tcexec_note("the function ran, but its Result could not be written. Find out what it did. The same call would "
                    "run it again");
    return EXIT_NO_ANSWER;
}

static int report(const tcexec_exchange *ended)
{
    int code;

    if (ended->is_refused)
        return tcexec_refused(ended->client.call.status, ended->client.call.detail);
    code = tcexec_report(ended);
    return ferror(stdout) ? report_lost_result(ended) : code;
}

static int call_service(const tcexec_options *options, const tcexec_trust *trust, tcx_signer *signer,
                        const tcx_request *request)
{
    tcexec_exchange ended;
    int code = tcexec_exchange_make(&ended, options, trust, signer, request);

    if (code == 0)
        code = report(&ended);
    tcexec_exchange_end(&ended);
    return code;
}

/* The user cannot correct the system's bundle, so its errors are not reported at every call. */
static void note_skipped(const tcexec_options *options, const tcexec_trust *trust)
{
    char words[TCEXEC_PROBLEM_MAX];

    if (trust->anchors.skipped == 0 || (trust->origin == NULL && !options->verbose))
        return;
    tcexec_skipped_text(trust, words, sizeof words);
    tcexec_note("%s: %s", trust->file, words);
}

int tcexec_run(const tcexec_options *options)
{
    tcx_posix_credentials credentials;
    tcx_signer signer;
    tcexec_argument argument;
    tcexec_trust trust;
    tcx_request request;
    int code = tcexec_argument_open(options->argument, &argument);

    if (code != 0)
        return code;
    memset(&trust, 0, sizeof trust);
    code = tcexec_credentials_load(options, &credentials, &signer);
    if (code == 0)
        code = tcexec_describe(options, &argument, &request);
    if (code == 0 && tcexec_trust_load(options, &trust) != 0)
        code = tcexec_say("%s", trust.problem);
    if (code == 0)
        note_skipped(options, &trust);
    if (code == 0 && (options->dry_run || options->curl))
        code = tcexec_preview(options, &signer, &request);
    else if (code == 0)
        code = call_service(options, &trust, &signer, &request);
    tcx_signer_wipe(&signer);
    tcx_posix_credentials_wipe(&credentials);
    free(trust.memory);
    tcexec_argument_close(&argument);
    return code;
}
