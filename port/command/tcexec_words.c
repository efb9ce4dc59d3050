/* The words of the command line: see tcexec_words.h. */
#include "tcexec_words.h"

/* What an option has a meaning for: bits, by number of the command. */
#define FOR_CALL    (1u << TCEXEC_CALL)
#define FOR_DOCTOR  (1u << TCEXEC_DOCTOR)
#define FOR_ANCHORS (1u << TCEXEC_ANCHORS)
#define FOR_REQUEST (FOR_CALL | FOR_DOCTOR)
#define FOR_ALL     (FOR_CALL | FOR_DOCTOR | FOR_ANCHORS)

static const struct option {
    const char *name;
    int takes_value;
    unsigned commands;
} options_known[OPTION_COUNT] = {
    [ATTEMPTS] = { "--attempts", 1, FOR_CALL },
    [CA] = { "--ca", 1, FOR_REQUEST },
    [CONNECT] = { "--connect", 1, FOR_REQUEST },
    [CURL] = { "--curl", 0, FOR_CALL },
    [DRY_RUN] = { "--dry-run", 0, FOR_CALL },
    [EXT_INFO] = { "--ext-info", 1, FOR_REQUEST },
    [GET] = { "--get", 0, FOR_REQUEST },
    [HELP] = { "--help", 0, FOR_ALL },
    [HOST] = { "--host", 1, FOR_REQUEST },
    [JSON] = { "--json", 0, FOR_REQUEST },
    [LANGUAGE] = { "--language", 1, FOR_REQUEST },
    [NONCE] = { "--nonce", 1, FOR_REQUEST },
    [PIN] = { "--pin", 1, FOR_REQUEST },
    [PLAINTEXT] = { "--plaintext", 0, FOR_REQUEST },
    [PROFILE] = { "--profile", 1, FOR_REQUEST },
    [PROXY] = { "--proxy", 1, FOR_REQUEST },
    [QUIET] = { "--quiet", 0, FOR_CALL },
    [REGION] = { "--region", 1, FOR_REQUEST },
    [SESSION_CONTEXT] = { "--session-context", 1, FOR_REQUEST },
    [SESSION_FILE] = { "--session-file", 1, FOR_CALL },
    [SESSION_ID] = { "--session-id", 1, FOR_REQUEST },
    [SIGN] = { "--sign", 1, FOR_REQUEST },
    [SUB_APP_ID] = { "--sub-app-id", 1, FOR_REQUEST },
    [TENCENT] = { "--tencent", 0, FOR_ANCHORS },
    [TIME] = { "--time", 1, FOR_REQUEST },
    [TIMEOUT] = { "--timeout", 1, FOR_REQUEST },
    [VERBOSE] = { "-v", 0, FOR_REQUEST },
    [VERSION] = { "--version", 0, FOR_ALL },
};

const char *tcexec_option_name(int option)
{
    return options_known[option].name;
}

int tcexec_words_misplaced(const tcexec_words *sorted, tcexec_command command)
{
    int i;

    for (i = 0; i < OPTION_COUNT; i++)
        if (sorted->value[i] != NULL && !(options_known[i].commands & 1u << command))
            break;
    return i;
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
        names[i] = options_known[i].name;
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
        if (strlen(options_known[i].name) == *length && memcmp(options_known[i].name, word, *length) == 0)
            return i;
    return OPTION_COUNT;
}

/* Takes the option at argv[0]. `*taken` is how many words it consists of. */
static int take_option(char **argv, tcexec_words *sorted, int *taken)
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
