/* Makes a call: see tcexec_command.h. */
#define _DEFAULT_SOURCE

#include "tcexec_command.h"

#include <errno.h>

#define PROGRESS_EVERY 250u  /* ms: so that no second is left out */
#define WAIT_MAX       1000u /* ms: a signal that arrives just before a wait does not interrupt the wait */

/* Steps a call until it ends. With -v there is no progress line: the events show the progress. */
static void drive(tcexec_exchange *with)
{
    const tcx_port *port = &with->tcp.port;
    const int is_watched = tcexec_is_terminal() && !with->options->verbose && !with->options->quiet;
    tcx_call *call = &with->call;
    tcx_status status;

    while ((status = tcx_call_step(call, tcx_posix_tick())) == TCX_PENDING && !tcexec_signals_caught()) {
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

static void call_service(tcexec_exchange *with, const tcx_call_config *config, const tcx_request *request)
{
    if (with->options->verbose) {
        note_trust(with->trust);
        note_proxy(&with->options->proxy);
    }
    if (tcx_call_begin(&with->call, config, request, with->trace.began) != TCX_OK) {
        with->is_refused = 1;
        return;
    }
    tcexec_signals_begin();
    drive(with);
    tcexec_signals_end(&with->call);
    with->is_refused = was_refused(&with->call);
    with->elapsed = tcx_posix_tick() - with->trace.began;
    if (with->options->verbose && !with->is_refused)
        note_link(with);
}

/* Sets `*link` to the transport below TLS: TCP, or a tunnel through a proxy over TCP. */
static tcx_status make_link(tcexec_exchange *with, const tcx_transport **link)
{
    const tcexec_proxy *proxy = &with->options->proxy;

    *link = &with->tcp.transport;
    if (proxy->address.bytes == NULL)
        return TCX_OK;
    with->proxy_config.link = &with->tcp.transport;
    with->proxy_config.address = proxy->address;
    with->proxy_config.port = proxy->port;
    with->proxy_config.credentials = proxy->credentials;
    *link = &with->proxy.transport;
    return tcx_proxy_init(&with->proxy, &with->proxy_config);
}

static int call_over_tls(tcexec_exchange *with, tcx_call_config *config, const tcx_request *request)
{
    unsigned char records[TCX_TLS_BUFFER_DUPLEX]; /* two buffers, to receive an early answer while sending */
    tcexec_session session;
    tcx_tls tls;
    tcx_tls_config tls_config;
    int code = tcexec_session_load(with->options, &session);

    if (code != 0)
        return code;
    memset(&tls_config, 0, sizeof tls_config);
    with->call.status = make_link(with, &tls_config.link);
    tls_config.profile = tcx_tls_profile_full;
    tls_config.trust = with->trust->use;
    tls_config.entropy = tcx_posix_entropy;
    tls_config.buffer = records;
    tls_config.buffer_size = sizeof records;
    tls_config.session = with->options->session_file ? &session.session : NULL;
    tls_config.trace = &with->trace.trace;
    if (with->call.status == TCX_OK)
        with->call.status = tcx_tls_init(&tls, &tls_config);
    with->is_refused = with->call.status != TCX_OK;
    if (!with->is_refused) {
        config->transport = &tls.transport;
        call_service(with, config, request);
    }
    if (!with->is_refused)
        tcexec_session_save(with->options, &with->trace, &session);
    config->transport = NULL; /* it ends with this function */
    tcx_tls_wipe(&tls);
    tcx_wipe(records, sizeof records);
    tcx_wipe(&session, sizeof session);
    return 0;
}

int tcexec_exchange_make(tcexec_exchange *with, const tcexec_options *options, const tcexec_trust *trust,
                         tcx_call_config *config, const tcx_request *request)
{
    memset(with, 0, sizeof *with);
    if (options->attempts > 1 && tcx_posix_entropy(NULL, &config->jitter, sizeof config->jitter) < 0)
        return tcexec_say("--attempts: the system returned no random numbers: %s", strerror(errno));
    with->options = options;
    with->trust = trust;
    tcx_posix_tcp_init(&with->tcp, options->timeout);
    with->tcp.loopback_only = options->plaintext;
    with->tcp.ahead = with->ahead;
    with->tcp.ahead_size = sizeof with->ahead;
    tcexec_trace_init(&with->trace, options);
    tcexec_rule_init(&with->rule, options, config->unix_time, with->trace.began);
    config->trace = &with->trace.trace;
    config->retry = &with->rule.retry;
    if (!options->plaintext)
        return call_over_tls(with, config, request);
    config->transport = &with->tcp.transport;
    call_service(with, config, request);
    return 0;
}
