/*
 * `tcexec doctor`: see tcexec_command.h. It makes one call, and derives each check from how far that call came.
 *
 * Which request is harmless? A request with a correct signature is a real call, whatever function it names. So, unless
 * the user names a function, the request is signed with a key that is wrong on purpose: the service runs no function
 * for a wrong signature. Its error still shows that the connection works, that it knows the SecretId, and what its
 * clock shows. It cannot show that the SecretKey is correct, and doctor says so.
 */
#define _DEFAULT_SOURCE

#include "tcexec_command.h"

#include <stdarg.h>
#include <stdlib.h>

#define LINE_MAX_BYTES 1024u
#define CLOCK_LIMIT    300 /* s: the service's own */
#define PROBE_KEY      "tcexec-doctor-has-no-key"
#define PROBE_ID       "tcexec-doctor-has-no-id"
#define PROBE_FUNCTION "tcexec-doctor"

/* What the checks found so far. */
typedef struct findings {
    const tcexec_options *options;
    int code;                  /* of the first bad line; EXIT_DONE: none is bad */
    char next[LINE_MAX_BYTES]; /* the next step for that line */
    int has_credentials;
    const char *ran; /* words about FUNCTION, if it ran or may have run; otherwise NULL */
} findings;

/* ---- lines ---- */

static int as_json;
static int steps; /* printed so far */

static void print_step(const char *verdict, const char *what, const char *text)
{
    printf("%s{\"name\":\"%s\",\"state\":\"%s\",\"text\":", steps++ > 0 ? "," : "{\"steps\":[", what, verdict);
    tcexec_json_string(tcx_text_from(text));
    putchar('}');
}

/* Escapes the line: it may contain text of files and of the peer. */
static void print_line(const char *verdict, const char *what, const char *format, va_list arguments)
{
    char text[LINE_MAX_BYTES];

    vsnprintf(text, sizeof text, format, arguments);
    if (as_json) {
        print_step(verdict, what, text);
        return;
    }
    printf("%-8s %-12s ", verdict, what);
    tcexec_print_peer(stdout, tcx_text_from(text), sizeof text);
    putchar('\n');
    fflush(stdout);
}

__attribute__((format(printf, 2, 3))) static void ok(const char *what, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_line("ok", what, format, arguments);
    va_end(arguments);
}

__attribute__((format(printf, 2, 3))) static void skipped(const char *what, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_line("skipped", what, format, arguments);
    va_end(arguments);
}

__attribute__((format(printf, 2, 3))) static void bad(const char *what, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    print_line("bad", what, format, arguments);
    va_end(arguments);
}

/* Sets the next step and the exit code for a bad line. Only the first one counts: the others may follow from it. */
__attribute__((format(printf, 3, 4))) static void set_next(findings *found, int code, const char *format, ...)
{
    va_list arguments;

    if (found->code != EXIT_DONE)
        return;
    found->code = code;
    va_start(arguments, format);
    vsnprintf(found->next, sizeof found->next, format, arguments);
    va_end(arguments);
}

static void skip_all(const char *const *what, size_t count, const char *reason)
{
    size_t i;

    for (i = 0; i < count; i++)
        skipped(what[i], "%s", reason);
}

/* ---- credentials ---- */

#define ID_SHOWN 4u /* characters, at either end */

static void print_credentials(const tcx_posix_credentials *credentials)
{
    const tcx_text id = credentials->credentials.secret_id;
    const size_t shown = id.length / 4 >= ID_SHOWN ? ID_SHOWN : 0;

    ok("credentials", "SecretId %.*s...%.*s (%zu characters), SecretKey (%zu characters)%s, from %s", (int)shown,
       id.bytes, (int)shown, id.bytes + id.length - shown, id.length, credentials->credentials.secret_key.length,
       credentials->credentials.token.bytes ? ", token" : "", credentials->origin);
}

static void check_expiry(findings *found, const tcx_posix_credentials *credentials)
{
    int64_t seconds;
    char date[TCEXEC_DATE_SIZE];
    char span[40];
    const tcexec_expiry expiry = tcexec_credentials_expiry(found->options, credentials, &seconds);

    tcexec_date_text(credentials->expires, date);
    tcexec_span_text(seconds < 0 ? -seconds : seconds, span, sizeof span);
    switch (expiry) {
    case TCEXEC_EXPIRED:
        bad("expiry", "the credentials expired at %s, %s ago", date, span);
        set_next(found, EXIT_USAGE, "renew the credentials in %s: tccli auth login", credentials->origin);
        break;
    case TCEXEC_EXPIRES_SOON:
    case TCEXEC_EXPIRES_LATER:
        ok("expiry", "the credentials expire at %s, in %s", date, span);
        break;
    default:
        skipped("expiry", credentials->credentials.token.bytes ? "it is unknown when the token expires"
                                                               : "permanent keys do not expire");
        break;
    }
}

static void check_credentials(findings *found, tcx_posix_credentials *credentials)
{
    static const char *const others[] = { "permissions", "expiry" };
    tcx_signer signer;
    tcx_status status;

    if (tcexec_credentials_find(found->options, credentials) != 0) {
        bad("credentials", "%s", credentials->problem);
        set_next(found, EXIT_USAGE, "%s", credentials->problem);
        skip_all(others, 2, "no credentials");
        return;
    }
    status = tcx_signer_init(&signer, &credentials->credentials, found->options->scheme);
    tcx_signer_wipe(&signer);
    found->has_credentials = status == TCX_OK;
    if (found->has_credentials) {
        print_credentials(credentials);
    } else {
        bad("credentials", "from %s: %s", credentials->origin, tcx_status_text(status));
        set_next(found, EXIT_USAGE, "correct the %s in %s: %s", tcexec_culprit(status), credentials->origin,
                 tcx_status_text(status));
    }
    if (!credentials->is_file) {
        skipped("permissions", "the credentials are not in a file");
    } else if (credentials->exposed) {
        bad("permissions", "other users have access to %s", credentials->origin);
        set_next(found, EXIT_USAGE, "chmod 600 %s", credentials->origin);
    } else {
        ok("permissions", "only its owner has access to %s", credentials->origin);
    }
    check_expiry(found, credentials);
}

/* ---- roots ---- */

static int has_root(const tcx_posix_anchors *anchors, const char *name)
{
    size_t i;

    for (i = 0; i < anchors->count; i++)
        if (tcexec_anchor_is(&anchors->anchors[i], name))
            return 1;
    return 0;
}

static void print_roots(const tcexec_trust *trust)
{
    const tcx_posix_anchors *anchors = &trust->anchors;
    char no_ca[TCEXEC_PROBLEM_MAX];
    char skip[TCEXEC_PROBLEM_MAX];
    const int has_others = tcexec_no_ca_text(trust, no_ca, sizeof no_ca);

    if (anchors->skipped > 0)
        tcexec_skipped_text(trust, skip, sizeof skip);
    ok("roots", "%zu usable in %s; " TCEXEC_ROOT_G2 ": %s; " TCEXEC_ROOT_G1 ": %s%s%s%s%s", anchors->count, trust->file,
       has_root(anchors, TCEXEC_ROOT_G2) ? "yes" : "no", has_root(anchors, TCEXEC_ROOT_G1) ? "yes" : "no",
       has_others ? "; " : "", has_others ? no_ca : "", anchors->skipped > 0 ? "; " : "",
       anchors->skipped > 0 ? skip : "");
}

/* Returns whether the call can be made: it has roots or a pin, or needs none. */
static int check_roots(findings *found, tcexec_trust *trust)
{
    if (tcexec_trust_load(found->options, trust) != 0) {
        bad("roots", "%s", trust->problem);
        if (trust->origin != NULL)
            set_next(found, EXIT_USAGE, "correct %s", trust->problem);
        if (trust->anchors.skipped > 0)
            set_next(found, EXIT_USAGE, "%s", trust->problem);
        set_next(found, EXIT_USAGE,
                 "install the system's root certificates (package ca-certificates), or give a PEM file: --ca FILE.pem");
        return 0;
    }
    if (found->options->plaintext)
        skipped("roots", "not needed with --plaintext");
    else if (found->options->pin != NULL)
        ok("roots", "not needed: the key in %s is pinned", trust->file);
    else
        print_roots(trust);
    return 1;
}

/* ---- the connection ---- */

/* Returns whether FUNCTION may have run without an answer. */
static int may_have_run(const tcexec_exchange *with)
{
    return with->options->function.bytes != NULL && with->client.call.outcome == TCX_MAYBE_EXECUTED;
}

/* Returns words about FUNCTION, if it ran or may have run. Otherwise NULL. */
static const char *words_of_run(const tcexec_exchange *with)
{
    const tcx_status status = with->client.call.status;

    if (may_have_run(with))
        return "it is unknown whether the function ran";
    return with->options->function.bytes != NULL && (status == TCX_OK || status == TCX_E_JSON_UTF8) ? "the function ran"
                                                                                                    : NULL;
}

/* Prints a bad line: where, what happened, how the body begins, and whether FUNCTION may have run. */
static void print_failure(const char *what, const tcexec_exchange *with)
{
    const tcx_call *call = &with->client.call;
    char where[400];
    char happened[TCEXEC_PROBLEM_MAX];
    char detail[160];
    char page[LINE_MAX_BYTES / 2] = "";
    FILE *out = fmemopen(page, sizeof page - 1, "w");

    tcexec_where_text(with, where, sizeof where);
    tcexec_failure_text(with, happened, sizeof happened);
    tcexec_detail_text(call->status, call->detail, detail, sizeof detail);
    if (out != NULL) {
        tcexec_print_page(out, call);
        fclose(out);
    }
    bad(what, "%s: %s (%s%s%s)%s%s%s", where, happened, tcx_status_name(call->status), detail[0] ? ", " : "", detail,
        page[0] ? ": " : "", page, may_have_run(with) ? ". It is unknown whether the function ran" : "");
}

/* The library refused the input: nothing was sent. */
static void print_refusal(findings *found, const tcx_call *call)
{
    const char *culprit = tcexec_culprit(call->status);

    bad(call->status == TCX_E_CLOCK_UNSET ? "clock" : "request", "%s%s%s (%s)", culprit ? culprit : "",
        culprit ? ": " : "", tcx_status_text(call->status), tcx_status_name(call->status));
    set_next(found, EXIT_USAGE, "%s", tcx_status_text(call->status));
}

static void set_remedy(findings *found, int code, const tcexec_exchange *with)
{
    char words[2 * TCEXEC_PROBLEM_MAX];

    /* The advice may be to run this command again. With a SessionId, that cannot run the function twice. */
    if (may_have_run(with) && found->options->request.session_id.length == 0)
        set_next(found, code, "find out whether the function ran before you run this command again");
    tcexec_remedy_text(with, words, sizeof words);
    set_next(found, code, "%s", words[0] ? words : tcx_status_text(with->client.call.status));
}

/* Returns whether the name was resolved. */
static int check_dns(findings *found, const tcexec_exchange *with)
{
    const tcexec_proxy *proxy = &found->options->proxy;
    const tcx_text name = proxy->address.bytes != NULL ? proxy->address : with->client.call.peer.address;
    char peer[80];

    tcx_posix_tcp_peer(&with->tcp, peer, sizeof peer);
    if (peer[0] == '\0') {
        print_failure("dns", with);
        set_next(found, EXIT_NOT_SENT, "check the name %.*s and this machine's DNS", (int)name.length, name.bytes);
        return 0;
    }
    ok("dns", "%s%.*s has %zu address%s, the last one tried is %s", proxy->address.bytes != NULL ? "the proxy " : "",
       (int)name.length, name.bytes, with->tcp.addresses.count, with->tcp.addresses.count == 1 ? "" : "es", peer);
    return 1;
}

/* Returns whether TCP connected. A connected call sends first, so sent bytes show it. */
static int check_tcp(findings *found, const tcexec_exchange *with)
{
    const tcexec_proxy *proxy = &found->options->proxy;
    char advice[2 * TCEXEC_PROBLEM_MAX];
    char peer[80];

    tcx_posix_tcp_peer(&with->tcp, peer, sizeof peer);
    if (with->tcp.sent > 0) {
        ok("tcp", "connected to %s%s", proxy->address.bytes != NULL ? "the proxy " : "", peer);
        return 1;
    }
    print_failure("tcp", with);
    if (proxy->address.bytes != NULL) {
        tcexec_proxy_advice(with, advice, sizeof advice);
        set_next(found, EXIT_NOT_SENT, "%s", advice);
        return 0;
    }
    set_next(found, EXIT_NOT_SENT,
             "check that the service is at %s. Then check the network and the firewalls in between", peer);
    return 0;
}

/* Returns whether the proxy connected to the service, or no proxy is used. */
static int check_proxy(findings *found, const tcexec_exchange *with)
{
    const tcexec_proxy *proxy = &found->options->proxy;
    char name[TCEXEC_PROXY_TEXT_MAX];
    char to[TCEXEC_PROXY_TEXT_MAX];
    char advice[2 * TCEXEC_PROBLEM_MAX];

    if (proxy->address.bytes == NULL)
        return 1;
    tcexec_proxy_text(proxy, name, sizeof name);
    if (with->proxy.is_up) {
        tcexec_host_text(with->client.call.peer.address, with->client.call.peer.port, to, sizeof to);
        ok("proxy", "%s (from %s) connected to %s", name, proxy->origin, to);
        return 1;
    }
    print_failure("proxy", with);
    tcexec_proxy_advice(with, advice, sizeof advice);
    set_next(found, EXIT_NOT_SENT, "%s", advice);
    return 0;
}

/* Returns whether the server was verified. */
static int check_tls(findings *found, const tcexec_exchange *with)
{
    const tcx_text host = with->client.call.peer.name;

    if (found->options->plaintext) {
        skipped("tls", "not used with --plaintext");
        return 1;
    }
    if (!with->trace.connected) {
        print_failure("tls", with);
        set_remedy(found, EXIT_NOT_SENT, with);
        return 0;
    }
    ok("tls", "TLS 1.2, %s, %.*s verified%s, after %lu ms", tcexec_suite_name(with->trace.suite), (int)host.length,
       host.bytes, found->options->pin ? " by the pinned key" : "", (unsigned long)with->trace.connect_time);
    return 1;
}

static void check_clock(findings *found, const tcexec_exchange *with)
{
    const tcx_call *call = &with->client.call;
    const int64_t offset = tcx_call_clock_offset(call);
    char words[200];

    if (tcx_response_time(&call->response) == 0) {
        skipped("clock", "no answer with a Date was received");
        return;
    }
    tcexec_call_clock_text(with, words, sizeof words);
    if (offset >= -CLOCK_LIMIT && offset <= CLOCK_LIMIT) {
        ok("clock", "%s; the service allows a difference of %d min", words, CLOCK_LIMIT / 60);
        return;
    }
    bad("clock", "%s; the service allows a difference of only %d min", words, CLOCK_LIMIT / 60);
    tcexec_span_text(offset < 0 ? -offset : offset, words, sizeof words);
    set_next(found, EXIT_USAGE, "%s: it is %s %s",
             found->options->has_time ? "correct --time" : "set this machine's clock", words,
             offset < 0 ? "fast" : "slow");
}

/* ---- the answer ---- */

static int is_code(tcx_text code, const char *expected)
{
    return code.length == strlen(expected) && memcmp(code.bytes, expected, code.length) == 0;
}

/* Writes ", RequestId r", for the service's support. */
static void put_request_id(const tcx_call *call, char *text, size_t size)
{
    const tcx_text id = call->response.request_id;

    text[0] = '\0';
    if (id.bytes != NULL)
        snprintf(text, size, ", RequestId %.*s", (int)id.length, id.bytes);
}

static void check_api_error(findings *found, const tcx_call *call, const char *request_id)
{
    const tcx_text given = call->response.error_code;
    const tcx_text code = given.length > 0 ? given : tcx_text_from("an error without a code");
    const tcx_text message = call->response.error_message;
    const int is_probe = found->options->function.bytes == NULL;

    if (is_probe && !found->has_credentials) {
        skipped("service", "the service answered, but there are no credentials to test%s", request_id);
    } else if (is_probe && is_code(code, "AuthFailure.SignatureFailure")) {
        ok("service",
           "the service knows the SecretId. It refused the signature, which was wrong on purpose: no function ran%s",
           request_id);
    } else {
        bad("service", "%.*s%s%.*s%s", (int)code.length, code.bytes, message.length > 0 ? ": " : "",
            (int)message.length, message.bytes, request_id);
        set_next(found, EXIT_API, "%s", tcexec_api_advice(given));
    }
}

static void check_service(findings *found, const tcexec_exchange *with)
{
    const tcx_call *call = &with->client.call;
    char request_id[120];

    put_request_id(call, request_id, sizeof request_id);
    if (call->status == TCX_OK && found->options->function.bytes != NULL) {
        ok("service", "the service accepted the signature and returned a Result of %zu byte%s%s",
           call->response.result.length, tcexec_plural(call->response.result.length), request_id);
    } else if (call->status == TCX_OK) {
        bad("service", "the server accepted a wrong signature: it is not Tencent Cloud");
        set_next(found, EXIT_NOT_UNDERSTOOD, "find out which server this is before you send anything else to it");
    } else if (call->status == TCX_E_API) {
        check_api_error(found, call, request_id);
    } else {
        print_failure("service", with);
        set_remedy(found, tcexec_exit_code(call), with);
    }
}

/* ---- the whole ---- */

/* Skips the checks of the connection from `first` on. There is a check of the proxy only if one is used. */
static void skip_from(const findings *found, const char *first, const char *reason)
{
    static const char *const checks[] = { "dns", "tcp", "proxy", "tls", "clock", "service" };
    int is_skipped = 0;
    size_t i;

    for (i = 0; i < sizeof checks / sizeof checks[0]; i++) {
        is_skipped |= strcmp(checks[i], first) == 0;
        if (is_skipped && (strcmp(checks[i], "proxy") != 0 || found->options->proxy.address.bytes != NULL))
            skipped(checks[i], "%s", reason);
    }
}

static void check_exchange(findings *found, const tcexec_exchange *with)
{
    const tcx_call *call = &with->client.call;

    if (with->is_refused) {
        print_refusal(found, call);
    } else if (!check_dns(found, with)) {
        skip_from(found, "tcp", "no address");
    } else if (!check_tcp(found, with)) {
        skip_from(found, "proxy", "no connection");
    } else if (!check_proxy(found, with)) {
        skip_from(found, "tls", "no connection through the proxy");
    } else if (!check_tls(found, with)) {
        skip_from(found, "clock", "the server is not verified");
    } else {
        check_clock(found, with);
        check_service(found, with);
    }
}

/* Makes the call with `credentials`, and prints its checks. Returns 0, or the exit code of a message. */
static int make_call(findings *found, const tcx_credentials *credentials, const tcexec_trust *trust,
                     const tcx_request *request)
{
    tcx_signer signer;
    tcexec_exchange with;
    const tcx_status status = tcx_signer_init(&signer, credentials, found->options->scheme);
    int code;

    if (status != TCX_OK)
        return tcexec_refused(status, 0);
    code = tcexec_exchange_make(&with, found->options, trust, &signer, request);
    if (code == 0) {
        check_exchange(found, &with);
        found->ran = words_of_run(&with);
    }
    tcexec_exchange_end(&with);
    tcx_signer_wipe(&signer);
    return code;
}

static int check_connection(findings *found, const tcx_credentials *given, const tcx_request *request)
{
    const int is_probe = found->options->function.bytes == NULL;
    tcx_credentials credentials = *given;
    tcexec_trust trust;
    int code = 0;

    if (!found->has_credentials) {
        credentials.secret_id = tcx_text_from(PROBE_ID);
        credentials.token = tcx_text_from(NULL);
    }
    if (is_probe)
        credentials.secret_key = tcx_text_from(PROBE_KEY);
    if (!check_roots(found, &trust))
        skip_from(found, "dns", "no roots to verify the server with");
    else if (!is_probe && !found->has_credentials)
        skip_from(found, "dns", "no credentials to make the call with");
    else
        code = make_call(found, &credentials, &trust, request);
    free(trust.memory);
    return code;
}

static void print_next(findings *found)
{
    if (found->code == EXIT_DONE && found->options->function.bytes != NULL)
        snprintf(found->next, sizeof found->next, "all checks passed");
    else if (found->code == EXIT_DONE)
        snprintf(found->next, sizeof found->next,
                 "all checks passed. The SecretKey was not tested. This call tests it, and runs FUNCTION: "
                 "tcexec doctor %s FUNCTION",
                 found->options->service->name.bytes);
    fputs(as_json ? "],\"next\":" : "Next: ", stdout);
    if (as_json) {
        tcexec_json_string(tcx_text_from(found->next));
        printf(",\"exit\":%d}", found->code);
    } else {
        tcexec_print_peer(stdout, tcx_text_from(found->next), sizeof found->next);
    }
    putchar('\n');
}

static int run_checks(const tcexec_options *options, const tcx_request *request)
{
    findings found;
    tcx_posix_credentials credentials;
    int code;

    memset(&found, 0, sizeof found);
    found.options = options;
    as_json = options->json;
    check_credentials(&found, &credentials);
    code = check_connection(&found, &credentials.credentials, request);
    tcx_posix_credentials_wipe(&credentials);
    if (code != 0)
        set_next(&found, code, "correct the problem that standard error shows");
    if (code == 0 || as_json)
        print_next(&found);
    if (code != 0)
        return code;
    code = tcexec_flush(found.code, found.code != EXIT_DONE   ? found.code
                                    : options->function.bytes ? EXIT_NO_ANSWER
                                                              : EXIT_USAGE);
    if (ferror(stdout) && found.ran != NULL)
        tcexec_note("%s", found.ran);
    return code;
}

int tcexec_doctor(const tcexec_options *options)
{
    tcexec_options described = *options;
    tcexec_argument argument;
    tcx_request request;
    int code = tcexec_argument_open(options->argument, &argument);

    if (code != 0)
        return code;
    if (options->function.bytes == NULL)
        described.function = tcx_text_from(PROBE_FUNCTION);
    code = tcexec_describe(&described, &argument, &request);
    if (code == 0)
        code = run_checks(options, &request);
    tcexec_argument_close(&argument);
    return code;
}
