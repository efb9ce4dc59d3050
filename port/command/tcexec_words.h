/*
 * The words of the command line: the tables of the services and of the options, and the words of one command line,
 * sorted into options and the rest. Help, completion and messages take the names from here.
 */
#ifndef TCEXEC_WORDS_H
#define TCEXEC_WORDS_H

#include "tcexec_command.h"

#define TCEXEC_SERVICES_MAX 8

/* The services that can be called, then NULL. The first is the one that the doctor asks if none is named. */
extern const tcx_service *const tcexec_services[TCEXEC_SERVICES_MAX + 1];

/* The service of this name; NULL: there is none. */
const tcx_service *tcexec_service_find(const char *name);

#define TCEXEC_SERVICES_TEXT_SIZE 80u /* bytes */

/*
 * Writes the names of the services that know this parameter (0: of all services) into TCEXEC_SERVICES_TEXT_SIZE bytes,
 * with `between` between two names, and `last` before the last one.
 */
void tcexec_services_text(unsigned parameter, const char *between, const char *last, char *text);

/* The options that the code names. One that only fills a field of the request needs a row in the table and no name. */
enum {
    ATTEMPTS,
    CA,
    CONNECT,
    CURL,
    DRY_RUN,
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
    SESSION_FILE,
    SIGN,
    TENCENT,
    TIME,
    TIMEOUT,
    VERBOSE,
    VERSION
};

/* An option. */
typedef struct tcexec_option {
    const char *name;
    const char *value;    /* as help shows it; "N": a number; with a '|': one of these words; NULL: it takes none */
    unsigned commands;    /* that it has a meaning for: 1 << tcexec_command, or'ed */
    const char *excluded; /* options that contradict it, for completion, parted by commas; NULL: none */
    const char *about;    /* what it does, in a few words */
    size_t field;         /* offset in a tcx_request of the text, or pointer to a number, that it sets; 0: none */
    unsigned parameter;   /* TCX_PARAMETER_…, if it is one that not every service knows; 0: it is none of these */
    tcx_status refusal;   /* one of the statuses by which the library refuses the field; TCX_OK: there is none */
} tcexec_option;

extern const tcexec_option tcexec_option_table[];
extern const int tcexec_option_count;

#define POSITIONALS_MAX 4

typedef struct tcexec_words {
    const char *value[TCEXEC_OPTIONS_MAX]; /* NULL: not given; a flag that is given has an empty one */
    const char *positional[POSITIONALS_MAX];
    int positionals;
} tcexec_words;

/* Sorts the words. Options may stand anywhere; behind "--" there are none. Returns 0, or EXIT_USAGE after telling. */
int tcexec_words_sort(int argc, char **argv, tcexec_words *sorted);

/* The name of the first option that is given and has no meaning for `command`; NULL: there is none. */
const char *tcexec_words_misplaced(const tcexec_words *sorted, tcexec_command command);

/* Which of `names` a mistyped word may have meant: fewer than half of its characters differ. NULL: none. */
const char *tcexec_nearest(const char *word, size_t length, const char *const *names, size_t count);

#endif
