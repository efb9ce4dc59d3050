/* Text for people, terminals and shells: see tcexec_command.h. */
#define _DEFAULT_SOURCE

#include "tcexec_command.h"

#include <netdb.h>
#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

int tcexec_is_terminal(void)
{
    const char *kind = getenv("TERM");

    return isatty(STDERR_FILENO) && (kind == NULL || strcmp(kind, "dumb") != 0);
}

/* NO_COLOR counts unless it is empty: https://no-color.org. */
void tcexec_begin_error(void)
{
    const char *no_color = getenv("NO_COLOR");
    const int is_colored = tcexec_is_terminal() && (no_color == NULL || *no_color == '\0');

    fputs(is_colored ? "\033[1;31mtcexec:\033[0m " : "tcexec: ", stderr);
}

int tcexec_say(const char *format, ...)
{
    va_list arguments;

    tcexec_begin_error();
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return EXIT_USAGE;
}

void tcexec_note(const char *format, ...)
{
    va_list arguments;

    fputs("tcexec: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

/* BearSSL's number for an alert that the peer sent is 256 more than the alert's own. */
#define ALERT_BASE 256

void tcexec_detail_text(tcx_status status, int detail, char *text, size_t size)
{
    text[0] = '\0';
    if (detail == 0)
        return;
    switch (status) {
    case TCX_E_CONNECT:
    case TCX_E_SEND:
    case TCX_E_RECEIVE:
    case TCX_E_SOURCE:
        snprintf(text, size, "%s", strerror(-detail));
        break;
    case TCX_E_RESOLVE:
        snprintf(text, size, "%s", gai_strerror(detail));
        break;
    case TCX_E_TLS_ALERT:
        snprintf(text, size, "alert %d", detail - ALERT_BASE);
        break;
    default:
        if (status <= TCX_E_TLS && status > TCX_E_HTTP_SYNTAX)
            snprintf(text, size, "BearSSL error %d", detail);
        else
            snprintf(text, size, "%d", detail);
        break;
    }
}

void tcexec_clock_text(int64_t offset, char *text, size_t size)
{
    snprintf(text, size, "the service's clock is %lld s %s", (long long)(offset < 0 ? -offset : offset),
             offset < 0 ? "behind" : "ahead");
}

/* RFC 3629 section 4: what the second byte may be depends on the first. */
size_t tcexec_utf8(const unsigned char *bytes, size_t length)
{
    unsigned char first = bytes[0];
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    size_t size;
    size_t i;

    if (first < 0x80)
        return 1;
    if (first < 0xC2 || first > 0xF4)
        return 0;
    size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    if (first == 0xE0)
        low = 0xA0;
    else if (first == 0xED)
        high = 0x9F;
    else if (first == 0xF0)
        low = 0x90;
    else if (first == 0xF4)
        high = 0x8F;
    if (length < size || bytes[1] < low || bytes[1] > high)
        return 0;
    for (i = 2; i < size; i++)
        if (bytes[i] < 0x80 || bytes[i] > 0xBF)
            return 0;
    return size;
}

/* C0, DEL and C1 (which begins with 0xC2 in UTF-8): what could steer a terminal. */
static int is_control(const unsigned char *bytes, size_t size)
{
    return (size == 1 && (bytes[0] < 0x20 || bytes[0] == 0x7F)) || (size == 2 && bytes[0] == 0xC2 && bytes[1] < 0xA0);
}

void tcexec_print_peer(FILE *out, tcx_text text, size_t most)
{
    const unsigned char *bytes = (const unsigned char *)text.bytes;
    size_t at = 0;

    while (at < text.length && at < most) {
        size_t size = tcexec_utf8(bytes + at, text.length - at);

        if (size == 0 || is_control(bytes + at, size)) {
            fprintf(out, "\\x%02x", bytes[at]);
            at++;
        } else {
            fwrite(bytes + at, 1, size, out);
            at += size;
        }
    }
    if (at < text.length)
        fputs("…", out);
}

void tcexec_print_quoted_part(FILE *out, const char *bytes, size_t length)
{
    size_t i;

    for (i = 0; i < length; i++) {
        if (bytes[i] == '\'')
            fputs("'\\''", out);
        else
            fputc(bytes[i], out);
    }
}

void tcexec_print_quoted(FILE *out, tcx_text text)
{
    fputc('\'', out);
    tcexec_print_quoted_part(out, text.bytes, text.length);
    fputc('\'', out);
}
