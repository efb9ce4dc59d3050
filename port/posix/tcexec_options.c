/* The command line: see tcexec_command.h. First the words are sorted, then each is given its meaning. */
#define _DEFAULT_SOURCE

#include "tcexec_command.h"

#include <arpa/inet.h>
#include <strings.h>

#define TIME_MAX 253402300799u /* the end of 9999 */

enum {
    ATTEMPTS,
    CA,
    CONNECT,
    CURL,
    DRY_RUN,
    EXT_INFO,
    GET,
    HELP,
    HOST,
    JSON,
    LANGUAGE,
    NONCE,
    PIN,
    PLAINTEXT,
    REGION,
    SESSION_CONTEXT,
    SESSION_FILE,
    SESSION_ID,
    SIGN,
    SUB_APP_ID,
    TIME,
    TIMEOUT,
    VERBOSE,
    VERSION,
    OPTION_COUNT
};

static const struct option {
    const char *name;
    int takes_value;
} options_known[OPTION_COUNT] = {
    [ATTEMPTS] = { "--attempts", 1 },
    [CA] = { "--ca", 1 },
    [CONNECT] = { "--connect", 1 },
    [CURL] = { "--curl", 0 },
    [DRY_RUN] = { "--dry-run", 0 },
    [EXT_INFO] = { "--ext-info", 1 },
    [GET] = { "--get", 0 },
    [HELP] = { "--help", 0 },
    [HOST] = { "--host", 1 },
    [JSON] = { "--json", 0 },
    [LANGUAGE] = { "--language", 1 },
    [NONCE] = { "--nonce", 1 },
    [PIN] = { "--pin", 1 },
    [PLAINTEXT] = { "--plaintext", 0 },
    [REGION] = { "--region", 1 },
    [SESSION_CONTEXT] = { "--session-context", 1 },
    [SESSION_FILE] = { "--session-file", 1 },
    [SESSION_ID] = { "--session-id", 1 },
    [SIGN] = { "--sign", 1 },
    [SUB_APP_ID] = { "--sub-app-id", 1 },
    [TIME] = { "--time", 1 },
    [TIMEOUT] = { "--timeout", 1 },
    [VERBOSE] = { "-v", 0 },
    [VERSION] = { "--version", 0 },
};

#define POSITIONALS_MAX 3

/* The words of the command line, sorted. */
typedef struct words {
    const char *value[OPTION_COUNT]; /* NULL: not given; a flag that is given has an empty one */
    const char *positional[POSITIONALS_MAX];
    int positionals;
} words;

/* ---- unknown options ---- */

#define WORD_MAX 24u /* of a word that is compared: no option is longer */

/* The edit distance (Levenshtein) of two words; a long one is far from everything. */
static unsigned distance(const char *one, size_t one_length, const char *other)
{
    unsigned row[WORD_MAX + 1];
    size_t other_length = strlen(other);
    size_t i;
    size_t j;

    if (one_length > WORD_MAX || other_length > WORD_MAX)
        return WORD_MAX;
    for (j = 0; j <= other_length; j++)
        row[j] = (unsigned)j;
    for (i = 1; i <= one_length; i++) {
        unsigned diagonal = row[0];

        row[0] = (unsigned)i;
        for (j = 1; j <= other_length; j++) {
            unsigned best = diagonal + (one[i - 1] != other[j - 1]);

            diagonal = row[j];
            if (row[j] + 1 < best)
                best = row[j] + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            row[j] = best;
        }
    }
    return row[other_length];
}

static int refuse_unknown(const char *word, size_t length)
{
    unsigned best = WORD_MAX;
    int nearest = 0;
    int i;

    for (i = 0; i < OPTION_COUNT; i++) {
        unsigned d = distance(word, length, options_known[i].name);

        if (d < best) {
            best = d;
            nearest = i;
        }
    }
    if (best * 2 < length)
        return tcexec_say("unknown option %.*s: did you mean %s?", (int)length, word, options_known[nearest].name);
    return tcexec_say("unknown option %.*s: see tcexec --help; put -- before an argument that begins with '-'",
                      (int)length, word);
}

/* ---- sorting the words ---- */

/* The option that a word names, OPTION_COUNT if none; `*length` is that of its name. */
static int find_option(const char *word, size_t *length)
{
    int i;

    *length = strcspn(word, "=");
    if (strcmp(word, "-h") == 0)
        return HELP;
    for (i = 0; i < OPTION_COUNT; i++)
        if (strlen(options_known[i].name) == *length && memcmp(options_known[i].name, word, *length) == 0)
            return i;
    return OPTION_COUNT;
}

/* Takes the option at argv[0]. `*taken` is how many words it consists of. */
static int take_option(char **argv, words *sorted, int *taken)
{
    size_t length;
    size_t unused;
    int which = find_option(argv[0], &length);
    const char *attached = argv[0][length] == '=' ? argv[0] + length + 1 : NULL;

    *taken = 1;
    if (which == OPTION_COUNT)
        return refuse_unknown(argv[0], length);
    if (sorted->value[which] != NULL && options_known[which].takes_value)
        return tcexec_say("%s is given twice", options_known[which].name);
    if (!options_known[which].takes_value) {
        sorted->value[which] = "";
        return attached ? tcexec_say("%s takes no value", options_known[which].name) : 0;
    }
    sorted->value[which] = attached;
    if (attached != NULL)
        return 0;
    /* "--region --json" is a forgotten value, not a region. */
    if (argv[1] == NULL || find_option(argv[1], &unused) != OPTION_COUNT)
        return tcexec_say("%s needs a value (write %s=VALUE if it looks like an option)", options_known[which].name,
                          options_known[which].name);
    sorted->value[which] = argv[1];
    *taken = 2;
    return 0;
}

static int take_positional(const char *word, words *sorted)
{
    if (sorted->positionals == POSITIONALS_MAX)
        return tcexec_say("one argument too many: '%s' (quote ARG if it has blanks)", word);
    sorted->positional[sorted->positionals++] = word;
    return 0;
}

static int sort_words(int argc, char **argv, words *sorted)
{
    int only_positionals = 0;
    int i = 1;

    while (i < argc) {
        int taken = 1;
        int code = 0;

        if (only_positionals || argv[i][0] != '-' || argv[i][1] == '\0')
            code = take_positional(argv[i], sorted);
        else if (strcmp(argv[i], "--") == 0)
            only_positionals = 1;
        else
            code = take_option(argv + i, sorted, &taken);
        if (code != 0)
            return code;
        i += taken;
    }
    return 0;
}

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

/*
 * Parts HOST[:PORT]; an IPv6 address stands in brackets, which are taken off. `*port` stays as it is when none is
 * given. Returns 1, or 0 when it is nothing of the kind.
 */
static int split_host(const char *text, tcx_text *host, uint16_t *port)
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

static int read_service(const words *sorted, tcexec_options *options)
{
    const char *name = sorted->positional[0];

    if (strcmp(name, "mps") == 0)
        options->service = &tcx_mps;
    else if (strcmp(name, "vod") == 0)
        options->service = &tcx_vod;
    else
        return tcexec_say("unknown service '%s': it is mps or vod", name);
    if (sorted->positionals < 2)
        return tcexec_say("FUNCTION is missing: tcexec [OPTIONS] %s FUNCTION [ARG]", name);
    options->function = tcx_text_from(sorted->positional[1]);
    options->argument = sorted->positional[2];
    return 0;
}

static int read_texts(const words *sorted, tcexec_options *options)
{
    const char *id = sorted->value[SUB_APP_ID];
    const char *language = sorted->value[LANGUAGE];

    options->session_context = tcx_text_from(sorted->value[SESSION_CONTEXT]);
    options->session_id = tcx_text_from(sorted->value[SESSION_ID]);
    options->ext_info = tcx_text_from(sorted->value[EXT_INFO]);
    options->region = tcx_text_from(sorted->value[REGION]);
    options->language = tcx_text_from(language);
    options->host = tcx_text_from(sorted->value[HOST]);
    options->has_sub_app_id = id != NULL;
    if (id != NULL && !read_number(id, 0, UINT64_MAX, &options->sub_app_id))
        return tcexec_say("--sub-app-id: '%s' is no decimal number from 0 to 18446744073709551615", id);
    if (language != NULL && strcmp(language, "zh-CN") != 0 && strcmp(language, "en-US") != 0)
        return tcexec_say("--language: '%s' is neither zh-CN nor en-US", language);
    return 0;
}

static int read_signing(const words *sorted, tcexec_options *options)
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

    options->method = sorted->value[GET] ? TCX_GET : TCX_POST;
    for (i = 0; i < sizeof schemes / sizeof schemes[0]; i++)
        if (strcmp(name, schemes[i].name) == 0)
            options->scheme = schemes[i].scheme;
    if (options->scheme == NULL)
        return tcexec_say("--sign: '%s' is none of tc3, tc3-compat, sha256, sha1", name);
    options->has_time = sorted->value[TIME] != NULL;
    if (options->has_time) {
        if (!read_number(sorted->value[TIME], TCEXEC_TIME_MIN, TIME_MAX, &number))
            return tcexec_say("--time: '%s' is no number of seconds from 946684800 (2000) to 253402300799 (9999)",
                              sorted->value[TIME]);
        options->unix_time = (int64_t)number;
    }
    if (sorted->value[NONCE] != NULL) {
        if (!read_number(sorted->value[NONCE], 1, UINT32_MAX, &number))
            return tcexec_say("--nonce: '%s' is no decimal number from 1 to 4294967295", sorted->value[NONCE]);
        options->nonce = (uint32_t)number;
    }
    return 0;
}

static int read_attempts(const words *sorted, tcexec_options *options)
{
    const char *attempts = sorted->value[ATTEMPTS];
    uint64_t number = 1;

    if (attempts != NULL && !read_number(attempts, 1, TCEXEC_ATTEMPTS_MAX, &number))
        return tcexec_say("--attempts: '%s' is no decimal number from 1 to %u", attempts, TCEXEC_ATTEMPTS_MAX);
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

/* The library's default port is that of TLS. */
static int read_plaintext(const words *sorted, tcexec_options *options)
{
    static const int of_tls[] = { CA, PIN, SESSION_FILE };
    const char *host = sorted->value[HOST];
    tcx_text dialled = options->address;
    uint16_t host_port = 0;
    size_t i;

    for (i = 0; i < sizeof of_tls / sizeof of_tls[0]; i++)
        if (sorted->value[of_tls[i]] != NULL)
            return tcexec_say("--plaintext and %s contradict each other", options_known[of_tls[i]].name);
    if (dialled.bytes == NULL && (host == NULL || !split_host(host, &dialled, &host_port)))
        dialled = options->service->host;
    if (!is_loopback(dialled))
        return tcexec_say("--plaintext: '%.*s' is not loopback: dial 127.0.0.1, [::1] or localhost, or use TLS",
                          (int)dialled.length, dialled.bytes);
    options->plaintext = 1;
    if (options->port == 0 && (options->address.bytes != NULL || host_port == 0))
        options->port = 80;
    return 0;
}

static int read_link(const words *sorted, tcexec_options *options)
{
    const char *connect = sorted->value[CONNECT];

    options->ca = sorted->value[CA];
    options->pin = sorted->value[PIN];
    options->session_file = sorted->value[SESSION_FILE];
    if (options->ca != NULL && options->pin != NULL)
        return tcexec_say("--ca and --pin contradict each other: a pin replaces the chain");
    options->timeout = TCX_TIMEOUT_DEFAULT;
    if (sorted->value[TIMEOUT] != NULL && !read_seconds(sorted->value[TIMEOUT], &options->timeout))
        return tcexec_say("--timeout: '%s' is no number of seconds from 0.001 to 2147483.647", sorted->value[TIMEOUT]);
    if (connect != NULL && !split_host(connect, &options->address, &options->port))
        return tcexec_say("--connect: '%s' is not HOST:PORT (an IPv6 address stands in brackets)", connect);
    return sorted->value[PLAINTEXT] ? read_plaintext(sorted, options) : 0;
}

static int read_output(const words *sorted, tcexec_options *options)
{
    options->json = sorted->value[JSON] != NULL;
    options->curl = sorted->value[CURL] != NULL;
    options->dry_run = sorted->value[DRY_RUN] != NULL;
    options->verbose = sorted->value[VERBOSE] != NULL;
    if (options->json + options->curl + options->dry_run > 1)
        return tcexec_say("--json, --curl and --dry-run each decide what is printed: give one of them");
    return 0;
}

static int read_anchors(const words *sorted, tcexec_options *options)
{
    int i;

    for (i = 0; i < OPTION_COUNT; i++)
        if (sorted->value[i] != NULL)
            return tcexec_say("anchors takes no options, and %s is given", options_known[i].name);
    if (sorted->positionals != 2)
        return tcexec_say("anchors takes one file: tcexec anchors FILE.pem");
    options->anchors = sorted->positional[1];
    return 0;
}

int tcexec_options_read(int argc, char **argv, tcexec_options *options)
{
    words sorted;
    int code;

    memset(&sorted, 0, sizeof sorted);
    memset(options, 0, sizeof *options);
    code = sort_words(argc, argv, &sorted);
    if (code != 0)
        return code;
    options->help = sorted.value[HELP] != NULL;
    options->version = sorted.value[VERSION] != NULL;
    if (options->help || options->version)
        return 0;
    if (sorted.positionals == 0) {
        tcexec_help(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(sorted.positional[0], "anchors") == 0)
        return read_anchors(&sorted, options);
    code = read_service(&sorted, options);
    if (code == 0)
        code = read_texts(&sorted, options);
    if (code == 0)
        code = read_signing(&sorted, options);
    if (code == 0)
        code = read_attempts(&sorted, options);
    if (code == 0)
        code = read_link(&sorted, options);
    return code ? code : read_output(&sorted, options);
}
