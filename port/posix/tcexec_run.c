/* A call from its inputs to its report: see tcexec_command.h. */
#define _DEFAULT_SOURCE

#include "tcexec_command.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#define BODY_MAX       (16u * 1024u * 1024u) /* bytes of an answer; pages that are not touched cost nothing */
#define TOKENS_MAX     4096u
#define PROGRESS_AFTER 1000u /* ms: between two lines of progress, and before the first one */

static volatile sig_atomic_t interrupted;

static void interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

/* The first signal ends the call in order, so that its outcome can be told; the second one ends the program. */
static void catch_signals(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof action);
    action.sa_handler = interrupt;
    action.sa_flags = (int)SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* ---- inputs ---- */

static int read_credentials(const tcexec_options *options, tcx_posix_credentials *found, tcx_signer *signer)
{
    tcx_status status;

    if (tcx_posix_credentials_find(found) != 0)
        return tcexec_say("credentials: %s", found->problem);
    if (found->exposed)
        tcexec_say("%s: others have access to it: chmod 600 would end that", found->origin);
    status = tcx_signer_init(signer, &found->credentials, options->scheme);
    if (status != TCX_OK)
        return tcexec_say("credentials, from %s: %s: %s (%s)", found->origin, tcexec_culprit(status),
                          tcx_status_text(status), tcx_status_name(status));
    if (options->verbose)
        tcexec_say("credentials from %s%s", found->origin, found->credentials.token.bytes ? ", temporary" : "");
    return 0;
}

static int draw_nonce(uint32_t *nonce)
{
    while (*nonce == 0)
        if (tcx_posix_entropy(NULL, nonce, sizeof *nonce) < 0)
            return tcexec_say("--nonce: the system gives no random numbers (%s): give one", strerror(errno));
    return 0;
}

static int describe(const tcexec_options *options, const tcexec_argument *argument, tcx_request *request)
{
    memset(request, 0, sizeof *request);
    request->service = options->service;
    request->function_name = options->function;
    request->function_arg = argument->text;
    request->function_arg_source = argument->source;
    request->sub_app_id = options->has_sub_app_id ? &options->sub_app_id : NULL;
    request->session_context = options->session_context;
    request->session_id = options->session_id;
    request->ext_info = options->ext_info;
    request->region = options->region;
    request->language = options->language;
    request->host = options->host;
    request->method = options->method;
    request->nonce = options->nonce;
    return draw_nonce(&request->nonce);
}

static void configure(const tcexec_options *options, tcx_signer *signer, tcx_call_config *config)
{
    memset(config, 0, sizeof *config);
    config->signer = signer;
    config->buffer_size = BODY_MAX;
    config->token_count = TOKENS_MAX;
    config->unix_time = options->has_time ? options->unix_time : tcx_posix_unix_time();
    config->clock_floor = options->has_time ? TCEXEC_TIME_MIN : 0;
    config->timeout = options->timeout;
    config->address = options->address;
    config->port = options->port;
}

/* ---- the call ---- */

static void show_progress(const tcx_posix_tcp *tcp, uint32_t elapsed)
{
    fprintf(stderr, "\rtcexec: %lu s, %llu KiB sent, %llu KiB received ", (unsigned long)(elapsed / 1000),
            (unsigned long long)(tcp->sent / 1024), (unsigned long long)(tcp->received / 1024));
}

static tcx_status drive(tcx_call *call, const tcx_call_config *config, const tcx_request *request, tcx_posix_tcp *tcp)
{
    const tcx_waiter waiter = tcx_posix_waiter(tcp);
    const int is_watched = isatty(STDERR_FILENO);
    const uint32_t begun = tcx_posix_tick();
    tcx_status status = tcx_call_begin(call, config, request, begun);
    uint32_t shown = 0;

    if (status != TCX_OK)
        return status;
    while ((status = tcx_call_step(call, tcx_posix_tick())) == TCX_PENDING && !interrupted) {
        uint32_t left = tcx_call_time_left(call, tcx_posix_tick());
        uint32_t elapsed = tcx_posix_tick() - begun;

        if (is_watched && elapsed - shown >= PROGRESS_AFTER) {
            show_progress(tcp, elapsed);
            shown = elapsed;
        }
        waiter.wait(waiter.context, tcx_call_wants(call), is_watched && left > PROGRESS_AFTER ? PROGRESS_AFTER : left);
    }
    if (status == TCX_PENDING)
        tcx_call_cancel(call);
    if (shown > 0)
        fputc('\n', stderr);
    return call->status;
}

static void tell_link(const tcx_posix_tcp *tcp, const tcexec_trust *trust, uint32_t elapsed)
{
    char peer[80];

    tcx_posix_tcp_peer(tcp, peer, sizeof peer);
    if (trust->use == &trust->chain.trust)
        tcexec_say("%zu trust anchors from %s, %zu certificates skipped", trust->anchors.count, trust->file,
                   trust->anchors.skipped);
    else if (trust->use != NULL)
        tcexec_say("the key of %s is pinned", trust->file);
    tcexec_say("%s: %llu bytes sent, %llu received, %lu ms", peer[0] ? peer : "no address was reached",
               (unsigned long long)tcp->sent, (unsigned long long)tcp->received, (unsigned long)elapsed);
}

static int call_and_report(const tcexec_options *options, const tcexec_trust *trust, tcx_call_config *config,
                           const tcx_request *request, tcx_posix_tcp *tcp)
{
    tcx_call call;
    tcexec_ended ended = { NULL, NULL, 0, 1 };
    const uint32_t begun = tcx_posix_tick();
    tcx_status status;

    memset(&call, 0, sizeof call);
    status = drive(&call, config, request, tcp);
    if (status < 0 && status > TCX_E_CONNECT)
        return tcexec_refused(status, call.detail);
    if (options->verbose)
        tell_link(tcp, trust, tcx_posix_tick() - begun);
    ended.options = options;
    ended.call = &call;
    ended.unix_time = config->unix_time;
    return tcexec_report(&ended);
}

static int call_over_tls(const tcexec_options *options, tcexec_trust *trust, tcx_call_config *config,
                         const tcx_request *request, tcx_posix_tcp *tcp)
{
    unsigned char records[TCX_TLS_BUFFER_SAFE];
    tcx_tls tls;
    tcx_tls_config tls_config;
    tcx_status status;
    int code;

    memset(&tls_config, 0, sizeof tls_config);
    tls_config.link = &tcp->transport;
    tls_config.profile = tcx_tls_profile_full;
    tls_config.trust = trust->use;
    tls_config.entropy = tcx_posix_entropy;
    tls_config.buffer = records;
    tls_config.buffer_size = sizeof records;
    status = tcx_tls_init(&tls, &tls_config);
    if (status != TCX_OK)
        return tcexec_refused(status, 0);
    config->transport = &tls.transport;
    code = call_and_report(options, trust, config, request, tcp);
    tcx_tls_wipe(&tls);
    tcx_wipe(records, sizeof records);
    return code;
}

static int call_service(const tcexec_options *options, tcexec_trust *trust, tcx_call_config *config,
                        const tcx_request *request)
{
    tcx_posix_tcp tcp;

    catch_signals();
    tcx_posix_tcp_init(&tcp, options->timeout);
    tcp.loopback_only = options->plaintext;
    if (!options->plaintext)
        return call_over_tls(options, trust, config, request, &tcp);
    config->transport = &tcp.transport;
    return call_and_report(options, trust, config, request, &tcp);
}

/* With all inputs at hand: gives the call its memory. */
static int run(const tcexec_options *options, tcexec_trust *trust, tcx_signer *signer, const tcx_request *request)
{
    tcx_call_config config;
    int code;

    configure(options, signer, &config);
    config.buffer = malloc(BODY_MAX);
    config.tokens = malloc(TOKENS_MAX * sizeof *config.tokens);
    if (config.buffer == NULL || config.tokens == NULL)
        code = tcexec_say("%s", strerror(errno));
    else if (options->dry_run || options->curl)
        code = tcexec_preview(options, &config, request);
    else
        code = call_service(options, trust, &config, request);
    free(config.tokens);
    free(config.buffer);
    return code;
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
    code = tcexec_trust_load(options, &trust);
    if (code == 0)
        code = read_credentials(options, &credentials, &signer);
    if (code == 0)
        code = describe(options, &argument, &request);
    if (code == 0)
        code = run(options, &trust, &signer, &request);
    tcx_signer_wipe(&signer);
    tcx_posix_credentials_wipe(&credentials);
    free(trust.memory);
    tcexec_argument_close(&argument);
    return code;
}
