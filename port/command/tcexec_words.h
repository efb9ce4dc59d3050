/*
 * The words of the command line, sorted into options and the rest: for tcexec_options.c, which gives them their
 * meaning.
 */
#ifndef TCEXEC_WORDS_H
#define TCEXEC_WORDS_H

#include "tcexec_command.h"

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
    PROFILE,
    PROXY,
    QUIET,
    REGION,
    SESSION_CONTEXT,
    SESSION_FILE,
    SESSION_ID,
    SIGN,
    SUB_APP_ID,
    TENCENT,
    TIME,
    TIMEOUT,
    VERBOSE,
    VERSION,
    OPTION_COUNT
};

#define POSITIONALS_MAX 4

typedef struct tcexec_words {
    const char *value[OPTION_COUNT]; /* NULL: not given; a flag that is given has an empty one */
    const char *positional[POSITIONALS_MAX];
    int positionals;
} tcexec_words;

/* Sorts the words. Options may stand anywhere; behind "--" there are none. Returns 0, or EXIT_USAGE after telling. */
int tcexec_words_sort(int argc, char **argv, tcexec_words *sorted);

/* "--region" for REGION. */
const char *tcexec_option_name(int option);

/* The first option that is given and has no meaning for `command`; OPTION_COUNT: there is none. */
int tcexec_words_misplaced(const tcexec_words *sorted, tcexec_command command);

/* Which of `names` a mistyped word may have meant: fewer than half of its characters differ. NULL: none. */
const char *tcexec_nearest(const char *word, size_t length, const char *const *names, size_t count);

#endif
