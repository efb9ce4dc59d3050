/* Text for people, terminals and shells: see tcexec_command.h. */
#define _DEFAULT_SOURCE

#include "tcexec_command.h"

#include <netdb.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

int tcexec_is_terminal(void)
{
    const char *kind = getenv("TERM");

    return isatty(STDERR_FILENO) && (kind == NULL || strcmp(kind, "dumb") != 0);
}

static char shown[100]; /* the line of progress on the terminal; empty: none */

void tcexec_progress(const char *text)
{
    if (strcmp(shown, text ? text : "") == 0)
        return;
    fputs(shown[0] ? "\r\033[K" : "", stderr);
    snprintf(shown, sizeof shown, "%s", text ? text : "");
    if (text != NULL)
        fprintf(stderr, "tcexec: %s", text);
}

/* An empty NO_COLOR has no effect: https://no-color.org. */
void tcexec_begin_error(void)
{
    const char *no_color = getenv("NO_COLOR");
    const int is_colored = tcexec_is_terminal() && (no_color == NULL || *no_color == '\0');

    tcexec_progress(NULL);
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

    tcexec_progress(NULL);
    fputs("tcexec: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
}

/* BearSSL's error number for an alert from the peer is 256 plus the number of the alert. */
#define ALERT_BASE 256

/* The alerts that help a user, from RFC 5246 section 7.2.2 and RFC 6066 section 9. */
static const char *alert_name(int alert)
{
    switch (alert) {
    case 40:
        return ", handshake failure";
    case 70:
        return ", protocol version";
    case 71:
        return ", insufficient security";
    case 80:
        return ", internal error";
    case 112:
        return ", unrecognized name";
    default:
        return "";
    }
}

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
    case TCX_E_JSON_TOKENS:
        snprintf(text, size, "%d byte%s missing", detail, detail == 1 ? " is" : "s are");
        break;
    case TCX_E_PROXY:
        snprintf(text, size, "HTTP %d", detail);
        break;
    case TCX_E_TLS_ALERT:
        snprintf(text, size, "alert %d%s", detail - ALERT_BASE, alert_name(detail - ALERT_BASE));
        break;
    default:
        if (status <= TCX_E_TLS && status > TCX_E_HTTP_SYNTAX)
            snprintf(text, size, "BearSSL error %d", detail);
        else
            snprintf(text, size, "%d", detail);
        break;
    }
}

const char *tcexec_plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void tcexec_host_text(tcx_text host, uint16_t port, char *text, size_t size)
{
    const int is_ipv6 = host.bytes != NULL && memchr(host.bytes, ':', host.length) != NULL;

    snprintf(text, size, is_ipv6 ? "[%.*s]:%u" : "%.*s:%u", (int)host.length, host.bytes, (unsigned)port);
}

void tcexec_date_text(int64_t unix_time, char *text)
{
    const time_t moment = (time_t)unix_time;
    struct tm fields;

    if (gmtime_r(&moment, &fields) == NULL || strftime(text, TCEXEC_DATE_SIZE, "%Y-%m-%d %H:%M:%S UTC", &fields) == 0)
        snprintf(text, TCEXEC_DATE_SIZE, "%lld", (long long)unix_time);
}

#define MINUTES_OF_A_DAY 1440ull

/* Writes the largest unit, and the next one if it is not 0. Rounds: a second less than 2 h is 2 h. */
void tcexec_span_text(int64_t seconds, char *text, size_t size)
{
    const unsigned long long s = (unsigned long long)seconds;
    const unsigned long long minutes = (s + 30) / 60;

    if (minutes >= 2 * MINUTES_OF_A_DAY)
        snprintf(text, size, "%llu days", (minutes + MINUTES_OF_A_DAY / 2) / MINUTES_OF_A_DAY);
    else if (minutes >= 60 && minutes % 60 > 0)
        snprintf(text, size, "%llu h %llu min", minutes / 60, minutes % 60);
    else if (minutes >= 60)
        snprintf(text, size, "%llu h", minutes / 60);
    else if (s >= 60 && s % 60 > 0)
        snprintf(text, size, "%llu min %llu s", s / 60, s % 60);
    else if (s >= 60)
        snprintf(text, size, "%llu min", s / 60);
    else
        snprintf(text, size, "%llu s", s);
}

/* A Date has no fractions of a second, so a difference of one second is none. */
void tcexec_clock_text(const tcexec_options *options, int64_t unix_time, int64_t offset, char *text, size_t size)
{
    const char *whose = options->has_time ? "--time" : "this machine's clock";
    char span[40];
    char here[TCEXEC_DATE_SIZE];
    char there[TCEXEC_DATE_SIZE];

    if (offset >= -1 && offset <= 1) {
        snprintf(text, size, "%s agrees with the service's clock", whose);
        return;
    }
    tcexec_span_text(offset < 0 ? -offset : offset, span, sizeof span);
    tcexec_date_text(unix_time, here);
    tcexec_date_text(unix_time + offset, there);
    snprintf(text, size, "%s is %s %s: it shows %s, the service's clock shows %s", whose, span,
             offset < 0 ? "fast" : "slow", here, there);
}

/* RFC 3629 section 4: the range of the second byte depends on the first. */
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

/* Unicode's Bidi_Control: U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069. */
unsigned tcexec_steering(const unsigned char *bytes, size_t size)
{
    unsigned c = bytes[0];

    if (size == 2)
        c = (c & 0x1Fu) << 6 | (bytes[1] & 0x3Fu);
    else if (size == 3)
        c = (c & 0x0Fu) << 12 | (bytes[1] & 0x3Fu) << 6 | (bytes[2] & 0x3Fu);
    else if (size > 3)
        return TCEXEC_HARMLESS;
    if (c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x061C || c == 0x200E || c == 0x200F ||
        (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069))
        return c;
    return TCEXEC_HARMLESS;
}

void tcexec_print_peer(FILE *out, tcx_text text, size_t most)
{
    const unsigned char *bytes = (const unsigned char *)text.bytes;
    size_t at = 0;

    while (at < text.length && at < most) {
        size_t size = tcexec_utf8(bytes + at, text.length - at);
        const int is_escaped = size == 0 || tcexec_steering(bytes + at, size) != TCEXEC_HARMLESS;
        const size_t end = at + (size > 0 ? size : 1);

        for (; at < end; at++)
            fprintf(out, is_escaped ? "\\x%02x" : "%c", bytes[at]);
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
