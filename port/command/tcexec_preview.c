/*
 * --dry-run and --curl: a normal call over a transport that prints what it is given and then closes. So the output is
 * exactly what would be sent, and the request is never in memory as a whole.
 */
#include "tcexec_command.h"

#include <errno.h>
#include <stdlib.h>

#define HEAD_MAX     65536u /* bytes of a request's head: that of a GET has at most TCX_GET_MAX */
#define ARGUMENT_MAX 65536u /* bytes of body in one argument of curl: Linux allows 128 KiB, with the quoting */

/* The part of the request that --curl has received so far. */
typedef struct preview {
    const tcexec_options *options;
    char head[HEAD_MAX];
    size_t head_length;
    int in_body;
    int by_pipe; /* the body is too large for one argument */
} preview;

/* ---- the transport ---- */

static int accept_open(void *context, const tcx_peer *peer)
{
    (void)context;
    (void)peer;
    return 1;
}

static int report_closed(void *context, void *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
    return TCX_CLOSED;
}

static void ignore_close(void *context)
{
    (void)context;
}

static int write_raw(void *context, const void *bytes, size_t length)
{
    (void)context;
    return fwrite(bytes, 1, length, stdout) == length ? (int)length : -EIO;
}

/* ---- the curl command ---- */

static tcx_text take_line(tcx_text *left)
{
    const char *end = memchr(left->bytes, '\r', left->length);
    tcx_text line = { NULL, 0 };

    line.bytes = left->bytes;
    line.length = (size_t)(end - left->bytes);
    left->bytes += line.length + 2;
    left->length -= line.length + 2;
    return line;
}

static int has_prefix(tcx_text text, const char *prefix)
{
    return text.length >= strlen(prefix) && memcmp(text.bytes, prefix, strlen(prefix)) == 0;
}

/* Returns the value of a header field. Unset: there is none. */
static tcx_text find_header(const preview *shown, const char *name_and_colon)
{
    tcx_text left = { NULL, 0 };
    tcx_text none = { NULL, 0 };

    left.bytes = shown->head;
    left.length = shown->head_length;
    while (left.length > 0) {
        tcx_text line = take_line(&left);

        if (has_prefix(line, name_and_colon)) {
            line.bytes += strlen(name_and_colon) + 1;
            line.length -= strlen(name_and_colon) + 1;
            return line;
        }
    }
    return none;
}

/* Prints the options that make curl trust what this command would trust. */
static void print_trust(const tcexec_options *options)
{
    if (options->ca != NULL) {
        fputs(" --cacert ", stdout);
        tcexec_print_quoted(stdout, tcx_text_from(options->ca));
    }
    if (options->pin != NULL) {
        fputs(" --insecure --pinnedpubkey \"sha256//$(openssl x509 -noout -pubkey -in ", stdout);
        tcexec_print_quoted(stdout, tcx_text_from(options->pin));
        fputs(" | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl base64)\"", stdout);
    }
}

/*
 * Prints the proxy of --proxy: curl reads that of the environment itself. Without credentials: others may read the
 * output.
 */
static void print_proxy(const tcexec_options *options)
{
    char name[TCEXEC_PROXY_TEXT_MAX];

    if (options->proxy.address.bytes == NULL || strcmp(options->proxy.origin, "--proxy") != 0)
        return;
    tcexec_proxy_text(&options->proxy, name, sizeof name);
    fputs(" --noproxy '' --proxy ", stdout);
    fputs("'http://", stdout);
    tcexec_print_quoted_part(stdout, name, strlen(name));
    fputc('\'', stdout);
    if (options->proxy.credentials.bytes != NULL)
        tcexec_note("the proxy's user and password are not in the command: add --proxy-user USER:PASSWORD");
}

static void print_address(const tcexec_options *options)
{
    const int is_v6 = memchr(options->address.bytes, ':', options->address.length) != NULL;

    fputs(is_v6 ? " --connect-to '::[" : " --connect-to '::", stdout);
    tcexec_print_quoted_part(stdout, options->address.bytes, options->address.length);
    fputs(is_v6 ? "]:" : ":", stdout);
    if (options->port != 0)
        printf("%u", (unsigned)options->port);
    fputc('\'', stdout);
}

/* Prints the command up to the body. Without Content-Length: curl writes its own. */
static void print_command(const preview *shown)
{
    const tcexec_options *options = shown->options;
    const tcx_text host = find_header(shown, "Host:");
    tcx_text left = { NULL, 0 };
    tcx_text line;
    const char *target;

    left.bytes = shown->head;
    left.length = shown->head_length;
    line = take_line(&left);
    target = (const char *)memchr(line.bytes, ' ', line.length) + 1;
    fputs("curl --http1.1", stdout);
    if (options->address.bytes != NULL)
        print_address(options);
    print_trust(options);
    print_proxy(options);
    while (left.length > 2) {
        line = take_line(&left);
        if (has_prefix(line, "Content-Length:"))
            continue;
        fputs(" -H ", stdout);
        tcexec_print_quoted(stdout, line);
    }
    fputs(options->plaintext ? " 'http://" : " 'https://", stdout);
    tcexec_print_quoted_part(stdout, host.bytes, host.length);
    tcexec_print_quoted_part(stdout, target, strcspn(target, " "));
    fputc('\'', stdout);
}

static size_t body_length(const preview *shown)
{
    const tcx_text digits = find_header(shown, "Content-Length:");
    size_t length = 0;
    size_t i;

    for (i = 0; i < digits.length; i++)
        length = length * 10 + (size_t)(digits.bytes[i] - '0');
    return length;
}

static void begin_body(preview *shown)
{
    shown->in_body = 1;
    shown->by_pipe = body_length(shown) > ARGUMENT_MAX;
    if (shown->by_pipe) {
        fputs("printf %s '", stdout);
    } else {
        print_command(shown);
        if (body_length(shown) > 0)
            fputs(" --data-binary '", stdout);
    }
}

static void end_body(const preview *shown)
{
    if (body_length(shown) > 0)
        fputc('\'', stdout);
    if (shown->by_pipe) {
        fputs(" | ", stdout);
        print_command(shown);
        fputs(" --data-binary @-", stdout);
    }
    fputc('\n', stdout);
}

/* Takes bytes up to the end of the head. Returns how many, or a negative number if they do not fit. */
static int take_head(preview *shown, const char *bytes, size_t length)
{
    size_t i;

    for (i = 0; i < length && !shown->in_body; i++) {
        if (shown->head_length == sizeof shown->head)
            return -ENOBUFS;
        shown->head[shown->head_length++] = bytes[i];
        if (shown->head_length >= 4 && memcmp(shown->head + shown->head_length - 4, "\r\n\r\n", 4) == 0)
            begin_body(shown);
    }
    return (int)i;
}

static int write_command(void *context, const void *bytes, size_t length)
{
    preview *shown = context;

    if (!shown->in_body)
        return take_head(shown, bytes, length);
    tcexec_print_quoted_part(stdout, bytes, length);
    return ferror(stdout) ? -EIO : (int)length;
}

/* ---- the preview ---- */

/* The tick is always 0, so a slow reader causes no timeout. */
static uint32_t stopped_tick(void *context)
{
    (void)context;
    return 0;
}

/* Returns the exit code of a call over the printing transport. `client` is set up except its trust. */
static int print_request(const preview *shown, tcx_client *client, const tcx_request *request)
{
    tcx_status status;

    tcx_client_trust_link(client);
    status = tcx_client_begin(client, request);
    while (status == TCX_PENDING)
        status = tcx_client_step(client);
    if (status == TCX_E_SEND && client->call.detail == -ENOBUFS)
        return tcexec_say("--curl: the head of the request is over %u bytes", HEAD_MAX);
    if (status != TCX_E_SEND && status != TCX_E_CLOSED)
        return tcexec_refused(status, client->call.detail);
    if (shown->options->curl) {
        tcexec_note(
            "the command contains a signature, and the token if there is one. It does not contain the SecretKey. "
            "The signature is valid for five minutes before and after its time");
        end_body(shown);
    }
    return tcexec_flush(EXIT_DONE, EXIT_USAGE);
}

int tcexec_preview(const tcexec_options *options, tcx_signer *signer, const tcx_request *request)
{
    preview shown;
    const tcx_transport printer = { &shown,        accept_open,  options->curl ? write_command : write_raw,
                                    report_closed, ignore_close, NULL,
                                    NULL };
    tcx_port port = { .link = &printer, .tick = stopped_tick };
    tcx_client client;
    int code = tcexec_configure(options, signer, &port, &client);

    memset(&shown, 0, sizeof shown);
    shown.options = options;
    if (code == 0)
        code = print_request(&shown, &client, request);
    tcexec_configure_end(&client);
    return code;
}
