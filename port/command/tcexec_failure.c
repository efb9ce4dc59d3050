/* A call that failed, in words: see tcexec_command.h. */
#include "tcexec_command.h"

#include <ctype.h>

#define PAGE_MAX 200u /* bytes of the body of an answer that was not understood */

/* ---- where ---- */

void tcexec_where_text(const tcexec_exchange *ended, char *text, size_t size)
{
    const tcx_peer *peer = &ended->client.call.peer;
    char name[300];
    char number[80];
    char proxy[TCEXEC_PROXY_TEXT_MAX];

    tcexec_host_text(peer->address, peer->port, name, sizeof name);
    if (ended->options->proxy.address.bytes != NULL) {
        tcexec_proxy_text(&ended->options->proxy, proxy, sizeof proxy);
        if (tcexec_proxy_failed(ended))
            snprintf(text, size, "proxy %s", proxy);
        else
            snprintf(text, size, "%s through the proxy %s", name, proxy);
        return;
    }
    tcx_posix_tcp_peer(&ended->tcp, number, sizeof number);
    if (number[0] == '\0' || strcmp(name, number) == 0)
        snprintf(text, size, "%s", name);
    else
        snprintf(text, size, "%s (%s)", name, number);
}

/* ---- what happened ---- */

/* Writes the status text up to the colon. The advice after it is for programmers. */
static void put_status(tcx_status status, char *text, size_t size)
{
    const char *words = tcx_status_text(status);

    snprintf(text, size, "%.*s", (int)strcspn(words, ":"), words);
}

void tcexec_failure_text(const tcexec_exchange *ended, char *text, size_t size)
{
    const tcx_call *call = &ended->client.call;
    const int is_in_handshake =
        call->outcome == TCX_NOT_SENT && !ended->options->plaintext && !ended->trace.connected && ended->tcp.sent > 0;

    switch (call->status) {
    case TCX_E_CLOSED:
        snprintf(text, size, "the server closed the connection %s",
                 is_in_handshake                  ? "during the TLS handshake"
                 : call->outcome == TCX_NOT_SENT  ? "before the request was sent"
                 : call->response.http_status > 0 ? "before the answer was complete"
                                                  : "without an answer");
        break;
    case TCX_E_CONNECT:
        if (is_in_handshake)
            snprintf(text, size, "the connection failed during the TLS handshake");
        else
            put_status(call->status, text, size);
        break;
    case TCX_E_RECEIVE:
        snprintf(text, size, "the connection failed %s",
                 is_in_handshake                 ? "during the TLS handshake"
                 : call->outcome == TCX_NOT_SENT ? "before the request was sent"
                                                 : "before the answer was complete");
        break;
    case TCX_E_CANCELLED:
        snprintf(text, size, "the call was cancelled by a signal");
        break;
    case TCX_E_DEADLINE:
        snprintf(text, size, "the call did not end within %g s", ended->options->timeout / 1000.0);
        break;
    case TCX_E_TLS_UNSUPPORTED:
        snprintf(text, size, "the server does not support TLS 1.2 with ECDHE, which tcexec needs");
        break;
    case TCX_E_TLS_INTEGRITY:
        if (ended->options->pin != NULL)
            snprintf(text, size, "the server's key is not the one in %s, or its messages were changed on the way",
                     ended->options->pin);
        else
            put_status(call->status, text, size);
        break;
    case TCX_E_X509_NAME:
        snprintf(text, size, "the server's certificate is not for %.*s", (int)call->peer.name.length,
                 call->peer.name.bytes);
        break;
    case TCX_E_HTTP_BODY_TOO_LARGE:
        snprintf(text, size, "the answer is over 16 MiB");
        break;
    case TCX_E_JSON_TOKENS:
        snprintf(text, size, "the answer has too many JSON values for the 16 MiB that tcexec has for an answer");
        break;
    default:
        put_status(call->status, text, size);
        break;
    }
}

/* ---- the page ---- */

/* Copies the start of a body to `line`, with one blank for each run of blanks and line ends. */
static tcx_text first_line(tcx_text page, char *line, size_t size)
{
    size_t length = 0;
    size_t i;

    for (i = 0; i < page.length && length < size; i++) {
        const char c = page.bytes[i];
        const int is_blank = c != '\0' && strchr(" \t\r\n", c) != NULL;

        if (!is_blank)
            line[length++] = c;
        else if (length > 0 && line[length - 1] != ' ')
            line[length++] = ' ';
    }
    while (length > 0 && i == page.length && line[length - 1] == ' ')
        length--;
    return (tcx_text){ line, length };
}

int tcexec_print_page(FILE *out, const tcx_call *call)
{
    const tcx_response *response = &call->response;
    const tcx_text body = response->body;
    char line[PAGE_MAX + 1]; /* one more byte, so that tcexec_print_peer() writes its "…" */
    tcx_text shown;

    if (response->http_status == 0)
        return 0;
    fprintf(out, "HTTP %d", response->http_status);
    shown = body.bytes != NULL ? first_line(body, line, sizeof line) : tcx_text_from("");
    if (body.bytes != NULL && body.length >= 2 && memcmp(body.bytes, "\x1f\x8b", 2) == 0) {
        fputs(", the body is compressed (gzip)", out);
    } else if (shown.length > 0) {
        fputs(call->status == TCX_E_JSON_UTF8 ? ", the Result begins: " : ", the body begins: ", out);
        tcexec_print_peer(out, shown, PAGE_MAX);
    } else if (body.bytes != NULL) {
        fputs(", the body is blank", out);
    } else if (call->http.body_length == 0) {
        fputs(", no body was received", out);
    }
    return 1;
}

/* ---- what to do ---- */

int tcexec_is_about_the_answer(tcx_status status)
{
    return status <= TCX_E_HTTP_SYNTAX && status > TCX_E_API;
}

/* Returns the advice to check the options that select the server. Only options that were given can be wrong. */
static const char *check_options(const tcexec_options *options)
{
    if (options->request.host.bytes != NULL && options->address.bytes != NULL)
        return "check --host and --connect, and look for a proxy between this machine and the service";
    if (options->request.host.bytes != NULL)
        return "check --host, and look for a proxy between this machine and the service";
    if (options->address.bytes != NULL)
        return "check --connect, and look for a proxy between this machine and the service";
    return "look for a proxy between this machine and the service";
}

static void put_clock_remedy(const tcexec_exchange *ended, char *text, size_t size)
{
    const int64_t now = tcx_call_unix_time(&ended->client.call);
    char date[TCEXEC_DATE_SIZE];

    tcexec_date_text(now, date);
    if (ended->options->has_time)
        snprintf(text, size, "check --time: it is %s", date);
    else
        snprintf(text, size,
                 "check this machine's clock: it shows %s. If it is right, the server needs a new "
                 "certificate",
                 date);
}

void tcexec_remedy_text(const tcexec_exchange *ended, char *text, size_t size)
{
    const tcexec_options *options = ended->options;
    const tcx_call *call = &ended->client.call;
    const int is_doctor = options->command == TCEXEC_DOCTOR;
    const tcx_status status = call->status;
    char where[400];

    tcexec_where_text(ended, where, sizeof where);
    text[0] = '\0';
    if (status > TCX_E_CONNECT || status == TCX_E_RESULT_LOST || (status == TCX_E_CANCELLED && !is_doctor))
        return;
    if (tcexec_proxy_failed(ended))
        tcexec_proxy_advice(ended, text, size);
    else if (status == TCX_E_CANCELLED)
        snprintf(text, size, "run this command again");
    else if (status == TCX_E_X509_UNTRUSTED)
        tcexec_untrusted_advice(ended->trust, text, size);
    else if (status == TCX_E_X509_TIME)
        put_clock_remedy(ended, text, size);
    else if (status == TCX_E_TLS_INTEGRITY && options->pin != NULL)
        snprintf(text, size,
                 "if the server has a new key, give its certificate with --pin. Otherwise this may be an "
                 "impostor");
    else if (status <= TCX_E_X509 && status > TCX_E_HTTP_SYNTAX)
        snprintf(text, size, "another server may answer at %s: %s", where, check_options(options));
    else if (status == TCX_E_TLS || status == TCX_E_HTTP_SYNTAX)
        snprintf(text, size, "the server at %s may not be the service: %s", where, check_options(options));
    else if (call->response.http_status == 413)
        snprintf(text, size,
                 "send a smaller ARG, or look for a proxy with a lower limit between this machine and the service");
    else if (status == TCX_E_HTTP_BODY_TOO_LARGE)
        snprintf(text, size, "change the function so that it returns less");
    else if (status == TCX_E_JSON_UTF8)
        snprintf(text, size, "change the function so that it returns UTF-8%s",
                 is_doctor ? "" : ". --json shows its Result as it was received");
    else if (tcexec_is_about_the_answer(status))
        snprintf(text, size, "%s", check_options(options));
    else if (status == TCX_E_DEADLINE && is_doctor)
        snprintf(text, size, "give a longer --timeout, or find what is slow between this machine and %s", where);
    else if (status == TCX_E_DEADLINE)
        snprintf(text, size, "give a longer --timeout, or find what is slow: tcexec doctor %s",
                 options->service->name.bytes);
    else if (is_doctor)
        snprintf(text, size, "check the network between this machine and %s, then run this command again", where);
    else
        snprintf(text, size, "check the connection step by step. Run, with the same options: tcexec doctor %s",
                 options->service->name.bytes);
}
