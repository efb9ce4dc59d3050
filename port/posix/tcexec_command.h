/*
 * The parts of the command `tcexec`, and what they hand to each other:
 *
 *     tcexec.c ── options ──▶ tcexec_run.c ──▶ tcexec_preview.c   --dry-run, --curl
 *                                  │  ▲  └──▶ tcexec_rule.c, tcexec_trace.c   while the call goes on
 *           input, trust, session ─┘  └──▶ tcexec_report.c ──▶ tcexec_json.c, tcexec_text.c
 *
 * A function that finds something wrong says so on standard error, in a line that names the option or the file, and
 * returns the exit code. 0 means: go on.
 */
#ifndef TCEXEC_COMMAND_H
#define TCEXEC_COMMAND_H

#include <stdio.h>

#include <tcexec/tls.h>

#include "tcx_posix.h"

/* What the command ends with. A contract: see the manual page. */
enum {
    EXIT_DONE = 0,
    EXIT_API = 1,           /* the service said no */
    EXIT_USAGE = 2,         /* invalid input; nothing was sent */
    EXIT_NOT_SENT = 3,      /* the function has not run */
    EXIT_NO_ANSWER = 4,     /* sent, and no complete answer is at hand */
    EXIT_NOT_UNDERSTOOD = 5 /* sent, and what came is no answer of the service */
};

/* ---- tcexec_options.c ---- */

#define TCEXEC_TIME_MIN 946684800 /* 2000-01-01: the earliest --time */

/* The command line, checked as far as it can be without looking at anything else. Texts are borrowed from argv. */
typedef struct tcexec_options {
    int help;
    int version;
    const char *anchors; /* `tcexec anchors FILE`; NULL: a call */

    const tcx_service *service;
    tcx_text function;
    const char *argument; /* as given, '-' and '@FILE' included; NULL: none */
    uint64_t sub_app_id;
    int has_sub_app_id;
    tcx_text session_context;
    tcx_text session_id;
    tcx_text ext_info;
    tcx_text region;
    tcx_text language;
    tcx_text host;

    tcx_text address; /* of --connect, without brackets; unset: the host */
    uint16_t port;    /* to dial; 0: as tcx_call_config.port says */
    const char *ca;
    const char *pin;
    const char *session_file;
    int plaintext;

    const tcx_scheme *scheme;
    const tcx_method *method;
    int64_t unix_time;
    int has_time;     /* 0: the system's */
    uint32_t nonce;   /* 0: draw one */
    uint32_t timeout; /* ms */
    uint32_t attempts;

    int dry_run;
    int curl;
    int json;
    int verbose;
} tcexec_options;

int tcexec_options_read(int argc, char **argv, tcexec_options *options);

/* ---- tcexec_help.c ---- */

void tcexec_help(FILE *out);
void tcexec_version(FILE *out);

/* ---- tcexec_input.c ---- */

/*
 * Reads a whole file, "-" being standard input, into memory of malloc(). Returns 0, or -1 with errno; EFBIG: over
 * `limit` bytes.
 */
int tcexec_read_file(const char *path, size_t limit, tcx_text *out);

/* FunctionArg, wherever it comes from: one of the two is set, or neither. */
typedef struct tcexec_argument {
    tcx_text text;
    tcx_source *source;
    tcx_posix_file file;
    char *memory; /* of malloc(), or NULL */
} tcexec_argument;

int tcexec_argument_open(const char *argument, tcexec_argument *out);
void tcexec_argument_close(tcexec_argument *argument);

/* ---- tcexec_trust.c ---- */

/* Whom TLS believes. Do not move it. */
typedef struct tcexec_trust {
    tcx_tls_trust *use; /* NULL: none was needed */
    tcx_tls_chain chain;
    tcx_tls_pin pin;
    tcx_posix_key key;
    tcx_posix_anchors anchors;
    const char *file;
    void *memory; /* of the anchors, by malloc() */
} tcexec_trust;

/* Reads a bundle, into memory of malloc(). */
int tcexec_anchors_load(const char *file, tcx_posix_anchors *anchors, void **memory);

/* By --pin, --ca or the system's bundle. A preview needs none, but reads what it is given. */
int tcexec_trust_load(const tcexec_options *options, tcexec_trust *trust);

/* ---- tcexec_anchors.c ---- */

/* `tcexec anchors FILE`: the whole of it. */
int tcexec_anchors(const char *file);

/* ---- tcexec_rule.c ---- */

#define TCEXEC_ATTEMPTS_MAX 1000u

/* When a call is repeated: by tcx_retry_delay(), telling of a clock that is corrected. Do not move it. */
typedef struct tcexec_rule {
    tcx_retry retry;   /* for the call */
    int64_t unix_time; /* that the call was given … */
    uint32_t began;    /* … at this tick */
} tcexec_rule;

void tcexec_rule_init(tcexec_rule *rule, uint32_t attempts, int64_t unix_time, uint32_t began);

/* ---- tcexec_trace.c ---- */

/* What a call does, as it does it. Do not move it. */
typedef struct tcexec_trace {
    tcx_trace trace; /* for the call and for TLS */
    uint32_t began;  /* tick of the init */
    int is_told;     /* in words, on standard error */

    /* Of the last attempt. */
    int connected;
    uint32_t connect_time; /* ms, handshake included */
    int resumed;           /* it went on with an earlier TLS session */
} tcexec_trace;

void tcexec_trace_init(tcexec_trace *trace, int is_told);

/* ---- tcexec_session.c ---- */

/* A TLS session and its file. */
typedef struct tcexec_session {
    tcx_tls_session session;
    int was_there; /* the file held one */
} tcexec_session;

/* Reads the session of --session-file to offer it; without the option or a file that holds one, there is none. */
int tcexec_session_load(const tcexec_options *options, tcexec_session *session);

/*
 * After a call: writes the session to the file of --session-file, for its owner alone, in one move. The file of one
 * that is forgotten is removed. A failure is told and changes nothing else.
 */
void tcexec_session_save(const tcexec_options *options, const tcexec_trace *trace, const tcexec_session *session);

/* ---- tcexec_run.c ---- */

/* A call or a preview: the whole of it. */
int tcexec_run(const tcexec_options *options);

/* ---- tcexec_preview.c ---- */

/* Writes the request that `config`, its transport aside, and `request` make, instead of sending it. */
int tcexec_preview(const tcexec_options *options, tcx_call_config *config, const tcx_request *request);

/* ---- tcexec_report.c ---- */

/* A call that has ended, for the report. */
typedef struct tcexec_ended {
    const tcexec_options *options;
    const tcx_call *call;
    const tcexec_trace *trace;
    uint32_t elapsed; /* ms */
    uint64_t sent;    /* bytes, over all connections, TLS included */
    uint64_t received;
} tcexec_ended;

/* The option, variable or argument that a refusal is about; NULL: none in particular. */
const char *tcexec_culprit(tcx_status status);

/* Says what a failure means, and which option or argument it is about. Returns EXIT_USAGE: what refusals end with. */
int tcexec_refused(tcx_status status, int detail);

/* Writes the Result or the JSON object, and the diagnostics. Returns the exit code. */
int tcexec_report(const tcexec_ended *ended);

/*
 * Writes out what standard output still holds. Returns `code`, or `failed` after telling that it could not be written.
 */
int tcexec_flush(int code, int failed);

/* ---- tcexec_json.c ---- */

/* Writes the object of --json and a newline to standard output. */
void tcexec_json(const tcexec_ended *ended);

/* ---- tcexec_text.c ---- */

/* Writes "tcexec: ", the text and a newline to standard error. Returns EXIT_USAGE. */
__attribute__((format(printf, 1, 2))) int tcexec_say(const char *format, ...);

/* The detail of a status in words, into `text`. Empty: it has none. */
void tcexec_detail_text(tcx_status status, int detail, char *text, size_t size);

/* "the service's clock is 600 s ahead", into `text`. */
void tcexec_clock_text(int64_t offset, char *text, size_t size);

/* How many bytes the UTF-8 character at the start of `bytes` has; 0: it is none. `length` is at least 1. */
size_t tcexec_utf8(const unsigned char *bytes, size_t length);

/*
 * Writes text that a peer sent to a terminal: control characters and what is no UTF-8 as \xNN, and "…" for what is over
 * `most` bytes.
 */
void tcexec_print_peer(FILE *out, tcx_text text, size_t most);

/*
 * Writes text in single quotes that a POSIX shell takes off again. tcexec_print_quoted_part leaves the outer ones out.
 */
void tcexec_print_quoted(FILE *out, tcx_text text);
void tcexec_print_quoted_part(FILE *out, const char *bytes, size_t length);

#endif
