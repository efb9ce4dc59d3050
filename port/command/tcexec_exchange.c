/* Makes a call: see tcexec_command.h. */
#define _DEFAULT_SOURCE

#include "tcexec_command.h"

#include <errno.h>

#define PROGRESS_EVERY 250u  /* ms: so that no second is left out */
#define WAIT_MAX       1000u /* ms: a signal that arrives just before a wait does not interrupt the wait */

/* Steps a call until it ends. With -v there is no progress line: the events show the progress. */
static void drive(tcexec_exchange *with)
{
    const tcx_port *port = &with->port;
    const int is_watched = tcexec_is_terminal() && !with->options->verbose && !with->options->quiet;
    tcx_call *call = &with->client.call;
    tcx_status status;

    while ((status = tcx_client_step(&with->client)) == TCX_PENDING && !tcexec_signals_caught()) {
        uint32_t left = tcx_call_time_left(call, tcx_posix_tick());

        if (is_watched)
            tcexec_progress_show(with);
        if (left > WAIT_MAX)
            left = WAIT_MAX;
        port->wait(port->context, tcx_call_wants(call), is_watched && left > PROGRESS_EVERY ? PROGRESS_EVERY : left);
    }
    if (status == TCX_PENDING)
        tcx_call_cancel(call);
    tcexec_progress(NULL);
}

static void note_trust(const tcexec_trust *trust)
{
    if (trust->use == &trust->chain.trust)
        tcexec_note("%zu trust anchor%s from %s", trust->anchors.count, tcexec_plural(trust->anchors.count),
                    trust->file);
    else if (trust->use != NULL)
        tcexec_note("pinned: the key in %s", trust->file);
}

static void note_proxy(const tcexec_proxy *proxy)
{
    char name[TCEXEC_PROXY_TEXT_MAX];

    if (proxy->address.bytes == NULL)
        return;
    tcexec_proxy_text(proxy, name, sizeof name);
    tcexec_note("using the proxy %s (from %s)", name, proxy->origin);
}

static void note_link(const tcexec_exchange *with)
{
    char where[400];

    tcexec_where_text(with, where, sizeof where);
    tcexec_note("%s: %llu byte%s sent, %llu received, %lu ms", where, (unsigned long long)with->tcp.sent,
                tcexec_plural(with->tcp.sent), (unsigned long long)with->tcp.received, (unsigned long)with->elapsed);
}

/* Returns whether the library refused the input before anything was sent. A source can fail later, too. */
static int was_refused(const tcx_call *call)
{
    return call->status != TCX_OK && call->outcome == TCX_NOT_SENT && call->status > TCX_E_CONNECT &&
           call->status != TCX_E_SOURCE && call->attempts <= 1;
}

/* Returns 0 after the call has ended, or the exit code. */
static int call_service(tcexec_exchange *with, const tcx_request *request)
{
    tcx_status status;

    if (with->options->verbose) {
        note_trust(with->trust);
        note_proxy(&with->options->proxy);
    }
    status = tcx_client_begin(&with->client, request);
    if (status == TCX_E_TLS_ENTROPY) /* for the first delay: TLS itself begins later */
        return tcexec_say("--attempts: the system returned no random numbers: %s", strerror(errno));
    with->is_refused = status != TCX_PENDING;
    if (with->is_refused)
        return 0;
    tcexec_signals_begin();
    drive(with);
    tcexec_signals_end(&with->client.call);
    with->is_refused = was_refused(&with->client.call);
    with->elapsed = tcx_posix_tick() - with->trace.began;
    if (with->options->verbose && !with->is_refused)
        note_link(with);
    return 0;
}

/* Puts a tunnel through the proxy into the port. */
static tcx_status set_proxy(tcexec_exchange *with, const tcexec_proxy *proxy)
{
    with->proxy_config.link = &with->tcp.transport;
    with->proxy_config.address = proxy->address;
    with->proxy_config.port = proxy->port;
    with->proxy_config.credentials = proxy->credentials;
    with->port.link = &with->proxy.transport;
    return tcx_proxy_init(&with->proxy, &with->proxy_config);
}

/* How the client recognises the server. */
static void set_trust(tcexec_exchange *with)
{
    if (with->options->plaintext) {
        tcx_client_trust_link(&with->client);
        return;
    }
    with->client.tls.session = with->options->session_file ? &with->session.session : NULL;
    with->client.tls.trace = &with->trace.trace;
    tcx_client_trust(&with->client, &with->tls, &tcx_tls_profile_full, with->trust->use, with->records,
                     sizeof with->records);
}

int tcexec_exchange_make(tcexec_exchange *with, const tcexec_options *options, const tcexec_trust *trust,
                         tcx_signer *signer, const tcx_request *request)
{
    const tcexec_proxy *proxy = &options->proxy;
    tcx_status status = TCX_OK;
    int code;

    memset(with, 0, offsetof(tcexec_exchange, ahead));
    with->options = options;
    with->trust = trust;
    tcx_posix_tcp_init(&with->tcp, options->timeout);
    with->tcp.loopback_only = options->plaintext;
    with->tcp.ahead = with->ahead;
    with->tcp.ahead_size = sizeof with->ahead;
    with->port = with->tcp.port;
    if (proxy->address.bytes != NULL)
        status = set_proxy(with, proxy);
    tcexec_trace_init(&with->trace, options);
    tcexec_rule_init(&with->rule, with);
    code = tcexec_configure(options, signer, &with->port, &with->client);
    if (code == 0)
        code = tcexec_session_load(options, &with->session);
    if (code != 0)
        return code;
    with->client.config.trace = &with->trace.trace;
    with->client.config.retry = options->attempts > 1 ? &with->rule.retry : NULL;
    set_trust(with);
    if (status == TCX_OK) {
        code = call_service(with, request);
    } else {
        with->client.call.status = status;
        with->is_refused = 1;
    }
    if (code == 0 && !with->is_refused)
        tcexec_session_save(options, &with->trace, &with->session);
    tcx_client_wipe(&with->client);
    tcx_wipe(with->records, sizeof with->records);
    tcx_wipe(&with->session, sizeof with->session);
    return code;
}

void tcexec_exchange_end(tcexec_exchange *with)
{
    tcexec_configure_end(&with->client);
}
