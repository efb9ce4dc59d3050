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

/* Describes the request and checks it: what is wrong with it is told before a bundle of roots is looked for. */
static int describe(const tcexec_options *options, const tcexec_argument *argument, tcx_request *request)
{
    tcx_status status;

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
    status = tcx_request_check(request);
    return status != TCX_OK ? tcexec_refused(status, 0) : draw_nonce(&request->nonce);
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

/* What a call works with. Do not move it. */
typedef struct exchange {
    const tcexec_options *options;
    const tcexec_trust *trust;
    const tcx_request *request;
    tcx_call_config *config;
    tcx_posix_tcp tcp;
    tcexec_rule rule;
    tcexec_trace trace;
    unsigned char ahead[TCX_POSIX_READ_AHEAD];
} exchange;

static void show_progress(const tcx_posix_tcp *tcp, uint32_t elapsed)
{
    fprintf(stderr, "\rtcexec: %lu s, %llu KiB sent, %llu KiB received ", (unsigned long)(elapsed / 1000),
            (unsigned long long)(tcp->sent / 1024), (unsigned long long)(tcp->received / 1024));
}

/* Steps a call that has begun to its end. With -v the events tell how far it is. */
static void drive(tcx_call *call, exchange *with)
{
    const tcx_waiter waiter = tcx_posix_waiter(&with->tcp);
    const int is_watched = isatty(STDERR_FILENO) && !with->options->verbose;
    tcx_status status;
    uint32_t shown = 0;

    while ((status = tcx_call_step(call, tcx_posix_tick())) == TCX_PENDING && !interrupted) {
        uint32_t left = tcx_call_time_left(call, tcx_posix_tick());
        uint32_t elapsed = tcx_posix_tick() - with->trace.began;

        if (is_watched && elapsed - shown >= PROGRESS_AFTER) {
            show_progress(&with->tcp, elapsed);
            shown = elapsed;
        }
        waiter.wait(waiter.context, tcx_call_wants(call), is_watched && left > PROGRESS_AFTER ? PROGRESS_AFTER : left);
    }
    if (status == TCX_PENDING)
        tcx_call_cancel(call);
    if (shown > 0)
        fputc('\n', stderr);
}

static void tell_trust(const tcexec_trust *trust)
{
    if (trust->use == &trust->chain.trust)
        tcexec_say("%zu trust anchors from %s, %zu certificates skipped", trust->anchors.count, trust->file,
                   trust->anchors.skipped);
    else if (trust->use != NULL)
        tcexec_say("the key of %s is pinned", trust->file);
}

static void tell_link(const tcx_posix_tcp *tcp, uint32_t elapsed)
{
    char peer[80];

    tcx_posix_tcp_peer(tcp, peer, sizeof peer);
    tcexec_say("%s: %llu bytes sent, %llu received, %lu ms", peer[0] ? peer : "no address was reached",
               (unsigned long long)tcp->sent, (unsigned long long)tcp->received, (unsigned long)elapsed);
}

/* A call that ended for a mistake in its set-up, before anything could be sent. A source fails by itself. */
static int is_refusal(const tcx_call *call)
{
    return call->outcome == TCX_NOT_SENT && call->status > TCX_E_CONNECT && call->status != TCX_E_SOURCE;
}

static int call_and_report(exchange *with)
{
    tcx_call call;
    tcexec_ended ended;

    memset(&call, 0, sizeof call);
    if (with->options->verbose)
        tell_trust(with->trust);
    if (tcx_call_begin(&call, with->config, with->request, with->trace.began) != TCX_OK)
        return tcexec_refused(call.status, call.detail);
    drive(&call, with);
    if (call.status != TCX_OK && is_refusal(&call))
        return tcexec_refused(call.status, call.detail);
    ended.options = with->options;
    ended.call = &call;
    ended.trace = &with->trace;
    ended.elapsed = tcx_posix_tick() - with->trace.began;
    ended.sent = with->tcp.sent;
    ended.received = with->tcp.received;
    if (with->options->verbose)
        tell_link(&with->tcp, ended.elapsed);
    return tcexec_report(&ended);
}

static int call_over_tls(exchange *with)
{
    unsigned char records[TCX_TLS_BUFFER_SAFE];
    tcexec_session session;
    tcx_tls tls;
    tcx_tls_config config;
    tcx_status status;
    int code = tcexec_session_load(with->options, &session);

    if (code != 0)
        return code;
    memset(&config, 0, sizeof config);
    config.link = &with->tcp.transport;
    config.profile = tcx_tls_profile_full;
    config.trust = with->trust->use;
    config.entropy = tcx_posix_entropy;
    config.buffer = records;
    config.buffer_size = sizeof records;
    config.session = with->options->session_file ? &session.session : NULL;
    config.trace = &with->trace.trace;
    status = tcx_tls_init(&tls, &config);
    with->config->transport = &tls.transport;
    code = status == TCX_OK ? call_and_report(with) : tcexec_refused(status, 0);
    if (code != EXIT_USAGE)
        tcexec_session_save(with->options, &with->trace, &session);
    tcx_tls_wipe(&tls);
    tcx_wipe(records, sizeof records);
    tcx_wipe(&session, sizeof session);
    return code;
}

static int call_service(const tcexec_options *options, const tcexec_trust *trust, tcx_call_config *config,
                        const tcx_request *request)
{
    exchange with;

    if (options->attempts > 1 && tcx_posix_entropy(NULL, &config->jitter, sizeof config->jitter) < 0)
        return tcexec_say("--attempts: the system gives no random numbers: %s", strerror(errno));
    catch_signals();
    with.options = options;
    with.trust = trust;
    with.request = request;
    with.config = config;
    tcx_posix_tcp_init(&with.tcp, options->timeout);
    with.tcp.loopback_only = options->plaintext;
    with.tcp.ahead = with.ahead;
    with.tcp.ahead_size = sizeof with.ahead;
    tcexec_trace_init(&with.trace, options->verbose);
    tcexec_rule_init(&with.rule, options->attempts, config->unix_time, with.trace.began);
    config->trace = &with.trace.trace;
    config->retry = &with.rule.retry;
    if (!options->plaintext)
        return call_over_tls(&with);
    config->transport = &with.tcp.transport;
    return call_and_report(&with);
}

/* With all inputs at hand: gives the call its memory. */
static int run(const tcexec_options *options, const tcexec_trust *trust, tcx_signer *signer, const tcx_request *request)
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
    memset(&trust, 0, sizeof trust);
    code = read_credentials(options, &credentials, &signer);
    if (code == 0)
        code = describe(options, &argument, &request);
    if (code == 0)
        code = tcexec_trust_load(options, &trust);
    if (code == 0)
        code = run(options, &trust, &signer, &request);
    tcx_signer_wipe(&signer);
    tcx_posix_credentials_wipe(&credentials);
    free(trust.memory);
    tcexec_argument_close(&argument);
    return code;
}
