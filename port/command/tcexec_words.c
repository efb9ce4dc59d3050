/* The words of the command line: see tcexec_words.h. */
#include "tcexec_words.h"

#include <stddef.h>

/* ---- the services ---- */

const tcx_service *const tcexec_services[TCEXEC_SERVICES_MAX + 1] = { &tcx_mps, &tcx_vod };

const tcx_service *tcexec_service_find(const char *name)
{
    const tcx_service *const *at = tcexec_services;

    while (*at != NULL && strcmp((*at)->name.bytes, name) != 0)
        at++;
    return *at;
}

static int knows(const tcx_service *service, unsigned parameter)
{
    return parameter == 0 || (service->parameters & parameter);
}

void tcexec_services_text(unsigned parameter, const char *between, const char *last, char *text)
{
    size_t length = 0;
    int left = 0; /* names that are not written yet */
    size_t i;

    for (i = 0; tcexec_services[i] != NULL; i++)
        left += knows(tcexec_services[i], parameter);
    text[0] = '\0';
    for (i = 0; tcexec_services[i] != NULL && length < TCEXEC_SERVICES_TEXT_SIZE; i++)
        if (knows(tcexec_services[i], parameter)) {
            left--;
            length += (size_t)snprintf(text + length, TCEXEC_SERVICES_TEXT_SIZE - length, "%s%s",
                                       tcexec_services[i]->name.bytes,
                                       left == 0   ? ""
                                       : left == 1 ? last
                                                   : between);
        }
}

/* ---- the options ---- */

#define FOR_CALL    (1u << TCEXEC_CALL)
#define FOR_DOCTOR  (1u << TCEXEC_DOCTOR)
#define FOR_ANCHORS (1u << TCEXEC_ANCHORS)
#define FOR_REQUEST (FOR_CALL | FOR_DOCTOR)
#define FOR_ALL     (FOR_CALL | FOR_DOCTOR | FOR_ANCHORS)

#define OPTION(name, value, commands, excluded, about)                                                                 \
    {                                                                                                                  \
        name, value, commands, excluded, about, 0, 0, TCX_OK                                                           \
    }
/* One that sets a field of the request. */
#define FIELD(name, value, about, field, refusal)                                                                      \
    {                                                                                                                  \
        name, value, FOR_REQUEST, NULL, about, offsetof(tcx_request, field), 0, refusal                                \
    }
/* One that sets a parameter that not every service knows. */
#define PARAMETER(name, value, about, field, constant)                                                                 \
    {                                                                                                                  \
        name, value, FOR_REQUEST, NULL, about, offsetof(tcx_request, field), TCX_PARAMETER_##constant,                 \
            TCX_E_##constant##_SERVICE                                                                                 \
    }

const tcexec_option tcexec_option_table[] = {
    [ATTEMPTS] = OPTION("--attempts", "N", FOR_CALL, NULL, "repeat what is safe"),
    [CA] = OPTION("--ca", "FILE.pem", FOR_REQUEST, "--pin", "trust the roots of this bundle"),
    [CONNECT] = OPTION("--connect", "HOST:PORT", FOR_REQUEST, NULL, "dial this instead of the host"),
    [CURL] = OPTION("--curl", NULL, FOR_CALL, "--dry-run,--json", "print the request as a curl command"),
    [DRY_RUN] = OPTION("--dry-run", NULL, FOR_CALL, "--curl,--json", "print the request"),
    [GET] = OPTION("--get", NULL, FOR_REQUEST, NULL, "GET instead of POST"),
    [HELP] = OPTION("--help", NULL, FOR_ALL, NULL, "show the help"),
    [HOST] = FIELD("--host", "NAME[:PORT]", "the Host, which is signed", host, TCX_E_HOST),
    [JSON] = OPTION("--json", NULL, FOR_REQUEST, "--curl,--dry-run", "print one JSON object"),
    [LANGUAGE] = FIELD("--language", "zh-CN|en-US", "of messages", language, TCX_E_LANGUAGE),
    [NONCE] = OPTION("--nonce", "N", FOR_REQUEST, NULL, "for sha256 and sha1"),
    [PIN] = OPTION("--pin", "CERT.pem", FOR_REQUEST, "--ca", "trust only the key of this certificate"),
    [PLAINTEXT] = OPTION("--plaintext", NULL, FOR_REQUEST, NULL, "HTTP without TLS, loopback only"),
    [PROFILE] = OPTION("--profile", "PROFILE", FOR_REQUEST, NULL, "credentials of this tccli profile"),
    [PROXY] = OPTION("--proxy", "http://[USER:PASSWORD@]HOST[:PORT]", FOR_REQUEST, NULL, "go through this HTTP proxy"),
    [QUIET] = OPTION("--quiet", NULL, FOR_CALL, "-v", "say nothing after success"),
    [SESSION_FILE] = OPTION("--session-file", "FILE", FOR_CALL, NULL, "resume TLS"),
    [SIGN] = OPTION("--sign", "tc3|tc3-compat|sha256|sha1", FOR_REQUEST, NULL, "how to sign"),
    [TENCENT] = OPTION("--tencent", NULL, FOR_ANCHORS, NULL, "only the roots of Tencent"),
    [TIME] = OPTION("--time", "UNIX", FOR_REQUEST, NULL, "the clock, in seconds since 1970"),
    [TIMEOUT] = OPTION("--timeout", "SECONDS", FOR_REQUEST, NULL, "of all"),
    [VERBOSE] = OPTION("-v", NULL, FOR_REQUEST, "--quiet", "show every event"),
    [VERSION] = OPTION("--version", NULL, FOR_ALL, NULL, "show the versions"),
    FIELD("--region", "R", "X-TC-Region", region, TCX_E_REGION),
    PARAMETER("--sub-app-id", "N", "SubAppId", sub_app_id, SUB_APP_ID),
    PARAMETER("--session-id", "S", "SessionId: not run twice", session_id, SESSION_ID),
    PARAMETER("--session-context", "S", "SessionContext", session_context, SESSION_CONTEXT),
    PARAMETER("--ext-info", "S", "ExtInfo", ext_info, EXT_INFO),
};

#define OPTION_COUNT ((int)(sizeof tcexec_option_table / sizeof tcexec_option_table[0]))

const int tcexec_option_count = OPTION_COUNT;

typedef char options_max_is_enough[OPTION_COUNT <= TCEXEC_OPTIONS_MAX ? 1 : -1];

const char *tcexec_words_misplaced(const tcexec_words *sorted, tcexec_command command)
{
    int i;

    for (i = 0; i < OPTION_COUNT; i++)
        if (sorted->value[i] != NULL && !(tcexec_option_table[i].commands & 1u << command))
            return tcexec_option_table[i].name;
    return NULL;
}

/* ---- mistyped words ---- */

#define WORD_MAX 24u /* of a word that is compared: no name is longer */

static unsigned least(unsigned one, unsigned other)
{
    return one < other ? one : other;
}

/*
 * How many characters are to be changed, added, left out, or swapped with their neighbour to make one word of the other
 * (the edit distance of Damerau and Levenshtein, in its restricted form). A long word is far from everything.
 */
static unsigned distance(const char *one, size_t one_length, const char *other)
{
    unsigned rows[3][WORD_MAX + 1]; /* by the number of characters of `one`, modulo 3 */
    const size_t other_length = strlen(other);
    size_t i;
    size_t j;

    if (one_length > WORD_MAX || other_length > WORD_MAX)
        return WORD_MAX;
    for (j = 0; j <= other_length; j++)
        rows[0][j] = (unsigned)j;
    for (i = 1; i <= one_length; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3];

        row[0] = (unsigned)i;
        for (j = 1; j <= other_length; j++) {
            row[j] = least(above[j - 1] + (one[i - 1] != other[j - 1]), least(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                row[j] = least(row[j], rows[(i + 1) % 3][j - 2] + 1);
        }
    }
    return rows[one_length % 3][other_length];
}

const char *tcexec_nearest(const char *word, size_t length, const char *const *names, size_t count)
{
    unsigned best = WORD_MAX;
    const char *nearest = NULL;
    size_t i;

    for (i = 0; i < count; i++) {
        const unsigned d = distance(word, length, names[i]);

        if (d < best && d < (length + 1) / 2) {
            best = d;
            nearest = names[i];
        }
    }
    return nearest;
}

static int refuse_unknown(const char *word, size_t length)
{
    const char *names[OPTION_COUNT];
    const char *nearest;
    int i;

    for (i = 0; i < OPTION_COUNT; i++)
        names[i] = tcexec_option_table[i].name;
    nearest = tcexec_nearest(word, length, names, OPTION_COUNT);
    if (nearest != NULL)
        return tcexec_say("unknown option %.*s: did you mean %s?", (int)length, word, nearest);
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
        if (strlen(tcexec_option_table[i].name) == *length && memcmp(tcexec_option_table[i].name, word, *length) == 0)
            return i;
    return OPTION_COUNT;
}

/* Takes the option at argv[0]. `*taken` is how many words it consists of. */
static int take_option(char **argv, tcexec_words *sorted, int *taken)
{
    size_t length;
    size_t unused;
    int which = find_option(argv[0], &length);
    const tcexec_option *option;
    const char *attached = argv[0][length] == '=' ? argv[0] + length + 1 : NULL;

    *taken = 1;
    if (which == OPTION_COUNT)
        return refuse_unknown(argv[0], length);
    option = &tcexec_option_table[which];
    if (sorted->value[which] != NULL && option->value != NULL)
        return tcexec_say("%s is given twice", option->name);
    if (option->value == NULL) {
        sorted->value[which] = "";
        return attached ? tcexec_say("%s takes no value", option->name) : 0;
    }
    sorted->value[which] = attached;
    if (attached != NULL)
        return 0;
    /* "--region --json" is a forgotten value, not a region. */
    if (argv[1] == NULL || find_option(argv[1], &unused) != OPTION_COUNT)
        return tcexec_say("%s needs a value (write %s=VALUE if it looks like an option)", option->name, option->name);
    sorted->value[which] = argv[1];
    *taken = 2;
    return 0;
}

static int take_positional(const char *word, tcexec_words *sorted)
{
    if (sorted->positionals == POSITIONALS_MAX)
        return tcexec_say("one argument too many: '%s' (quote ARG if it has blanks)", word);
    sorted->positional[sorted->positionals++] = word;
    return 0;
}

int tcexec_words_sort(int argc, char **argv, tcexec_words *sorted)
{
    int only_positionals = 0;
    int i = 1;

    memset(sorted, 0, sizeof *sorted);
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
