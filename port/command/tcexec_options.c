/* What the words of the command line mean: see tcexec_command.h. */
#define _DEFAULT_SOURCE

#include "tcexec_words.h"

#include <arpa/inet.h>
#include <strings.h>

#define TIME_MAX 253402300799u /* the end of 9999 */

/* ---- values ---- */

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/*
 * Reads decimal digits and nothing else. Returns 1, or 0 when there are none, or the number is outside `min` … `max`.
 */
static int read_number(const char *text, uint64_t min, uint64_t max, uint64_t *out)
{
    uint64_t number = 0;
    const char *at = text;

    for (; is_digit(*at); at++) {
        unsigned digit = (unsigned)(*at - '0');

        if (number > max / 10 || number * 10 > max - digit)
            return 0;
        number = number * 10 + digit;
    }
    *out = number;
    return at != text && *at == '\0' && number >= min;
}

/* Reads seconds with or without decimals as milliseconds; what is below a millisecond is cut off. */
static int read_seconds(const char *text, uint32_t *milliseconds)
{
    uint64_t total = 0;
    const char *at = text;
    unsigned decimals;

    for (; is_digit(*at) && total <= TCX_TIMEOUT_MAX; at++)
        total = total * 10 + (unsigned)(*at - '0');
    if (at == text || total > TCX_TIMEOUT_MAX)
        return 0;
    if (at[0] == '.' && is_digit(at[1]))
        at++;
    for (decimals = 0; is_digit(*at) || decimals < 3; decimals++) {
        unsigned digit = is_digit(*at) ? (unsigned)(*at++ - '0') : 0;

        if (decimals < 3)
            total = total * 10 + digit;
    }
    *milliseconds = (uint32_t)total;
    return *at == '\0' && total > 0 && total <= TCX_TIMEOUT_MAX;
}

/* Whether all of it may stand in a host name or address: no blanks, no control characters, only ASCII. */
static int is_host(tcx_text host)
{
    size_t i;

    for (i = 0; i < host.length; i++)
        if (host.bytes[i] <= ' ' || host.bytes[i] > '~')
            return 0;
    return host.length > 0 && host.length <= 255;
}

int tcexec_host_split(const char *text, tcx_text *host, uint16_t *port)
{
    const char *end = *text == '[' ? strchr(text, ']') : text + strcspn(text, ":");
    uint64_t number;

    if (end == NULL)
        return 0;
    host->bytes = *text == '[' ? text + 1 : text;
    host->length = (size_t)(end - host->bytes);
    if (*end == ']')
        end++;
    if (!is_host(*host))
        return 0;
    if (*end == '\0')
        return 1;
    if (*end != ':' || !read_number(end + 1, 1, 65535, &number))
        return 0;
    *port = (uint16_t)number;
    return 1;
}

/* ---- what each option means ---- */

/* `command` is the one before the name. Only TCEXEC_CALL can be followed by the name of a command. */
static int refuse_service(tcexec_command command, const char *name)
{
    const char *names[TCEXEC_SERVICES_MAX + 3] = { NULL };
    char services[TCEXEC_SERVICES_TEXT_SIZE];
    const char *nearest;
    size_t count = 0;
    size_t i;

    for (i = 0; tcexec_services[i] != NULL; i++)
        names[count++] = tcexec_services[i]->name.bytes;
    if (command == TCEXEC_CALL) {
        names[count++] = "doctor";
        names[count++] = "anchors";
        names[count++] = "help";
    }
    nearest = tcexec_nearest(name, strlen(name), names, count);
    if (nearest != NULL)
        return tcexec_say("unknown service '%s': did you mean %s?", name, nearest);
    tcexec_services_text(0, ", ", " or ", services);
    if (command == TCEXEC_DOCTOR)
        return tcexec_say("unknown service '%s': give %s. See tcexec doctor --help", name, services);
    return tcexec_say("unknown service '%s': give %s, or a command. See tcexec --help", name, services);
}

/* The positionals of a call: a service, FUNCTION, and ARG or none. `from` is where they begin. */
static int read_service(const tcexec_words *sorted, int from, tcexec_options *options)
{
    const char *name = sorted->positional[from];

    options->service = tcexec_service_find(name);
    if (options->service == NULL)
        return refuse_service(options->command, name);
    if (sorted->positionals > from + 3)
        return tcexec_say("one argument too many: '%s' (quote ARG if it has blanks)", sorted->positional[from + 3]);
    if (sorted->positionals < from + 2 && options->command == TCEXEC_CALL)
        return tcexec_say("FUNCTION is missing: tcexec [OPTIONS] %s FUNCTION [ARG]", name);
    if (sorted->positionals > from + 1)
        options->function = tcx_text_from(sorted->positional[from + 1]);
    if (sorted->positionals > from + 2)
        options->argument = sorted->positional[from + 2];
    return 0;
}

/* Sets the field of the request that the option number `which` names. Its value is a text, or a number. */
static int read_field(int which, const char *value, tcexec_options *options)
{
    const tcexec_option *option = &tcexec_option_table[which];
    void *field = (char *)&options->request + option->field;
    const tcx_text text = tcx_text_from(value);
    const uint64_t *number = &options->numbers[which];

    if (strcmp(option->value, "N") != 0) {
        memcpy(field, &text, sizeof text);
        return 0;
    }
    memcpy(field, &number, sizeof number);
    if (!read_number(value, 0, UINT64_MAX, &options->numbers[which]))
        return tcexec_say("%s: '%s' is not a decimal number from 0 to 18446744073709551615", option->name, value);
    return 0;
}

static int read_fields(const tcexec_words *sorted, tcexec_options *options)
{
    const char *language = sorted->value[LANGUAGE];
    int code = 0;
    int i;

    for (i = 0; i < tcexec_option_count && code == 0; i++)
        if (tcexec_option_table[i].field != 0 && sorted->value[i] != NULL)
            code = read_field(i, sorted->value[i], options);
    if (code != 0)
        return code;
    if (language != NULL && strcmp(language, "zh-CN") != 0 && strcmp(language, "en-US") != 0)
        return tcexec_say("--language: '%s' is neither zh-CN nor en-US", language);
    return 0;
}

static int read_signing(const tcexec_words *sorted, tcexec_options *options)
{
    static const struct {
        const char *name;
        const tcx_scheme *scheme;
    } schemes[] = {
        { "tc3", TCX_SIGN_TC3 },
        { "tc3-compat", TCX_SIGN_TC3_COMPAT },
        { "sha256", TCX_SIGN_HMAC_SHA256 },
        { "sha1", TCX_SIGN_HMAC_SHA1 },
    };
    const char *name = sorted->value[SIGN] ? sorted->value[SIGN] : "tc3";
    uint64_t number;
    size_t i;

    options->request.method = sorted->value[GET] ? TCX_GET : TCX_POST;
    for (i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strcmp(name, schemes[i].name) == 0)
            options->scheme = schemes[i].scheme;
    if (options->scheme == NULL)
        return tcexec_say("--sign: '%s' is not tc3, tc3-compat, sha256 or sha1", name);
    options->has_time = sorted->value[TIME] != NULL;
    if (options->has_time) {
        if (!read_number(sorted->value[TIME], TCEXEC_TIME_MIN, TIME_MAX, &number))
            return tcexec_say("--time: '%s' is not a number of seconds from 946684800 (2000) to 253402300799 (9999)",
                              sorted->value[TIME]);
        options->unix_time = (int64_t)number;
    }
    if (sorted->value[NONCE] != NULL) {
        if (!read_number(sorted->value[NONCE], 1, UINT32_MAX, &number))
            return tcexec_say("--nonce: '%s' is not a decimal number from 1 to 4294967295", sorted->value[NONCE]);
        options->request.nonce = (uint32_t)number;
    }
    return 0;
}

static int read_attempts(const tcexec_words *sorted, tcexec_options *options)
{
    const char *attempts = sorted->value[ATTEMPTS];
    uint64_t number = 1;

    if (attempts != NULL && !read_number(attempts, 1, TCEXEC_ATTEMPTS_MAX, &number))
        return tcexec_say("--attempts: '%s' is not a decimal number from 1 to %u", attempts, TCEXEC_ATTEMPTS_MAX);
    options->attempts = (uint32_t)number;
    return 0;
}

static int is_loopback(tcx_text address)
{
    char text[INET6_ADDRSTRLEN];
    struct in_addr v4;
    struct in6_addr v6;

    if (address.length >= sizeof text)
        return 0;
    memcpy(text, address.bytes, address.length);
    text[address.length] = '\0';
    if (inet_pton(AF_INET, text, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (inet_pton(AF_INET6, text, &v6) == 1)
        return IN6_IS_ADDR_LOOPBACK(&v6);
    /* Where this name leads is looked at when it is dialled: tcx_posix_tcp.loopback_only. */
    return strcasecmp(text, "localhost") == 0;
}

/* The name and port that are dialled; `*port` is 0 where nothing names one. */
static tcx_text find_dialled(const tcexec_words *sorted, const tcexec_options *options, uint16_t *port)
{
    const char *host = sorted->value[HOST];
    tcx_text dialled = options->address;

    *port = 0;
    if (dialled.bytes == NULL && (host == NULL || !tcexec_host_split(host, &dialled, port)))
        dialled = options->service->host;
    if (options->port != 0)
        *port = options->port;
    return dialled;
}

/* The library's default port is that of TLS. */
static int read_plaintext(const tcexec_words *sorted, tcexec_options *options)
{
    static const int of_tls[] = { CA, PIN, SESSION_FILE, PROXY };
    uint16_t port;
    const tcx_text dialled = find_dialled(sorted, options, &port);
    size_t i;

    for (i = 0; i < sizeof of_tls / sizeof of_tls[0]; i++)
        if (sorted->value[of_tls[i]] != NULL)
            return tcexec_say("--plaintext and %s contradict each other", tcexec_option_table[of_tls[i]].name);
    if (!is_loopback(dialled))
        return tcexec_say("--plaintext: '%.*s' is not a loopback address: connect to 127.0.0.1, [::1] or localhost, or use TLS",
                          (int)dialled.length, dialled.bytes);
    options->plaintext = 1;
    if (port == 0)
        options->port = 80;
    return 0;
}

/* Plain HTTP goes to loopback alone, where no proxy is of use: the environment's is left aside. */
static int read_proxy(const tcexec_words *sorted, tcexec_options *options)
{
    uint16_t port;
    const tcx_text dialled = find_dialled(sorted, options, &port);

    return tcexec_proxy_find(sorted->value[PROXY], dialled, port != 0 ? port : 443, &options->proxy);
}

static int read_link(const tcexec_words *sorted, tcexec_options *options)
{
    const char *connect = sorted->value[CONNECT];

    options->ca = sorted->value[CA];
    options->profile = sorted->value[PROFILE];
    options->pin = sorted->value[PIN];
    options->session_file = sorted->value[SESSION_FILE];
    if (options->ca != NULL && options->pin != NULL)
        return tcexec_say("--ca and --pin contradict each other: a pin replaces the chain");
    options->timeout = TCX_TIMEOUT_DEFAULT;
    if (sorted->value[TIMEOUT] != NULL && !read_seconds(sorted->value[TIMEOUT], &options->timeout))
        return tcexec_say("--timeout: '%s' is not a number of seconds from 0.001 to 2147483.647", sorted->value[TIMEOUT]);
    if (connect != NULL && !tcexec_host_split(connect, &options->address, &options->port))
        return tcexec_say("--connect: '%s' is not HOST:PORT (put an IPv6 address in brackets)", connect);
    return sorted->value[PLAINTEXT] ? read_plaintext(sorted, options) : read_proxy(sorted, options);
}

static int read_output(const tcexec_words *sorted, tcexec_options *options)
{
    options->json = sorted->value[JSON] != NULL;
    options->curl = sorted->value[CURL] != NULL;
    options->dry_run = sorted->value[DRY_RUN] != NULL;
    options->verbose = sorted->value[VERBOSE] != NULL;
    options->quiet = sorted->value[QUIET] != NULL;
    if (options->quiet && options->verbose)
        return tcexec_say("--quiet and -v contradict each other: give one of them");
    if (options->json + options->curl + options->dry_run > 1)
        return tcexec_say("--json, --curl and --dry-run each set the output: give one of them");
    return 0;
}

static int read_anchors(const tcexec_words *sorted, tcexec_options *options)
{
    options->tencent = sorted->value[TENCENT] != NULL;
    if (sorted->positionals > 2 || (sorted->positionals == 1 && !options->tencent))
        return tcexec_say("anchors takes one file, or --tencent: tcexec anchors FILE.pem");
    options->ca = sorted->positional[1];
    return 0;
}

/* All that makes a request: of a call, or of the doctor's. */
static int read_request(const tcexec_words *sorted, tcexec_options *options)
{
    static int (*const readers[])(const tcexec_words *, tcexec_options *) = { read_fields, read_signing, read_attempts,
                                                                              read_link, read_output };
    size_t i;
    int code = 0;

    options->service = tcexec_services[0];
    if (sorted->positionals > (options->command == TCEXEC_DOCTOR))
        code = read_service(sorted, options->command == TCEXEC_DOCTOR, options);
    for (i = 0; i < sizeof readers / sizeof readers[0] && code == 0; i++)
        code = readers[i](sorted, options);
    return code;
}

/* The command that the positional at `place` names; a call if none does. */
static tcexec_command find_command(const tcexec_words *sorted, int place)
{
    if (sorted->positionals > place && strcmp(sorted->positional[place], "doctor") == 0)
        return TCEXEC_DOCTOR;
    if (sorted->positionals > place && strcmp(sorted->positional[place], "anchors") == 0)
        return TCEXEC_ANCHORS;
    return TCEXEC_CALL;
}

/* tcexec help [COMMAND] */
static int read_help(const tcexec_words *sorted, tcexec_options *options)
{
    const char *name = sorted->positional[1];

    options->help = 1;
    options->command = find_command(sorted, 1);
    if (sorted->positionals > 2)
        return tcexec_say("one argument too many: '%s'", sorted->positional[2]);
    if (sorted->positionals < 2 || options->command != TCEXEC_CALL)
        return 0;
    if (strcmp(name, "words") == 0)
        options->command = TCEXEC_WORDS;
    else if (strcmp(name, "help") != 0 && tcexec_service_find(name) == NULL)
        return refuse_service(TCEXEC_CALL, name);
    return 0;
}

int tcexec_options_read(int argc, char **argv, tcexec_options *options)
{
    static const char *const names[] = { "a call", "doctor", "anchors" };
    tcexec_words sorted;
    const char *misplaced;
    int code;

    memset(options, 0, sizeof *options);
    code = tcexec_words_sort(argc, argv, &sorted);
    if (code != 0)
        return code;
    options->command = find_command(&sorted, 0);
    options->help = sorted.value[HELP] != NULL;
    options->version = sorted.value[VERSION] != NULL;
    if (options->help || options->version)
        return 0;
    if (sorted.positionals == 0) {
        tcexec_help(TCEXEC_CALL, stderr);
        return EXIT_USAGE;
    }
    if (strcmp(sorted.positional[0], "help") == 0)
        return read_help(&sorted, options);
    misplaced = tcexec_words_misplaced(&sorted, options->command);
    if (misplaced != NULL)
        return tcexec_say("%s does not apply to %s", misplaced, names[options->command]);
    return options->command == TCEXEC_ANCHORS ? read_anchors(&sorted, options) : read_request(&sorted, options);
}
