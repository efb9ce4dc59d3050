/*
 * The parts of the command `tcexec`, and what they hand to each other:
 *
 *     tcexec.c ── words, options, proxy ──▶ tcexec_run.c ──▶ tcexec_preview.c      --dry-run, --curl
 *        │                              │   ├──▶ tcexec_exchange.c ──▶ tcexec_rule.c, tcexec_trace.c, tcexec_session.c,
 *        │                              │   │                          tcexec_progress.c, tcexec_signals.c
 *        │   input, credentials, trust ─┤   └──▶ tcexec_report.c ──▶ tcexec_failure.c, tcexec_json.c, tcexec_text.c
 *        ├──▶ tcexec_doctor.c ──────────┘
 *        └──▶ tcexec_anchors.c
 *
 * A function that finds something wrong says so on standard error, in a line that names the option or the file, and
 * returns the exit code. 0 means: go on.
 */
#ifndef TCEXEC_COMMAND_H
#define TCEXEC_COMMAND_H

#include <stdio.h>

#include <tcexec/proxy.h>
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

/* The proxy to go through. Do not move it once it is found. */
typedef struct tcexec_proxy {
    tcx_text address;     /* without brackets; unset: none */
    uint16_t port;        /* 1 … 65535 */
    tcx_text credentials; /* "user:password", decoded: never printed; unset: none */
    const char *origin;   /* the option or variable that names it */
    char host[300];
    char memory[TCX_PROXY_CREDENTIALS_MAX];
} tcexec_proxy;

typedef enum tcexec_command { TCEXEC_CALL, TCEXEC_DOCTOR, TCEXEC_ANCHORS } tcexec_command;

/* The command line, checked as far as it can be without looking at anything else. Texts are borrowed from argv. */
typedef struct tcexec_options {
    tcexec_command command;
    int help;
    int version;
    int tencent; /* anchors: those of Tencent alone */

    const tcx_service *service;
    tcx_text function;    /* unset: a doctor that makes no call */
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
    const char *ca;   /* for anchors: its FILE */
    const char *pin;
    const char *profile;
    const char *session_file;
    int plaintext;
    tcexec_proxy proxy;

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
    int quiet;
} tcexec_options;

int tcexec_options_read(int argc, char **argv, tcexec_options *options);

/*
 * Parts HOST[:PORT]; an IPv6 address stands in brackets, which are taken off. `*port` stays as it is when none is
 * given. Returns 1, or 0 when it is nothing of the kind.
 */
int tcexec_host_split(const char *text, tcx_text *host, uint16_t *port);

/* ---- tcexec_help.c ---- */

void tcexec_help(tcexec_command command, FILE *out);
void tcexec_version(FILE *out);

/* ---- tcexec_proxy.c ---- */

typedef struct tcexec_exchange tcexec_exchange;

#define TCEXEC_PROXY_TEXT_MAX 320u /* bytes of HOST:PORT with the zero byte */

/*
 * Finds the proxy for what is dialled, `name` and `port`: that of --proxy (NULL: not given; empty: none), else that of
 * https_proxy or HTTPS_PROXY, unless no_proxy or NO_PROXY excepts the name.
 */
int tcexec_proxy_find(const char *option, tcx_text name, uint16_t port, tcexec_proxy *proxy);

/* Writes HOST:PORT of a proxy that there is. */
void tcexec_proxy_text(const tcexec_proxy *proxy, char *text, size_t size);

/* Whether the call ended before the proxy had connected it, so that the proxy or the way to it failed. */
int tcexec_proxy_failed(const tcexec_exchange *ended);

/* After such a failure: writes the one thing to do next. */
void tcexec_proxy_advice(const tcexec_exchange *ended, char *text, size_t size);

/* ---- tcexec_input.c ---- */

/* Sees to it that descriptor 0 is taken, and nothing is read from it if it was not. Returns 0, or -1. Call it first. */
int tcexec_secure_stdin(void);

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

/* ---- tcexec_credentials.c ---- */

/* The call's clock: --time, or the system's. */
int64_t tcexec_time(const tcexec_options *options);

/* By --profile, or wherever they are. Returns 0, or -1 with `problem` set. */
int tcexec_credentials_find(const tcexec_options *options, tcx_posix_credentials *found);

typedef enum tcexec_expiry {
    TCEXEC_EXPIRY_UNKNOWN,
    TCEXEC_EXPIRED,
    TCEXEC_EXPIRES_SOON,
    TCEXEC_EXPIRES_LATER
} tcexec_expiry;

/* Whether they have ended; `*seconds` are left, or negative. */
tcexec_expiry tcexec_credentials_expiry(const tcexec_options *options, const tcx_posix_credentials *found,
                                        int64_t *seconds);

/* Finds them, tells what is wrong with them, and makes a signer. */
int tcexec_credentials_load(const tcexec_options *options, tcx_posix_credentials *found, tcx_signer *signer);

/* ---- tcexec_trust.c ---- */

#define TCEXEC_PROBLEM_MAX 512u /* bytes */

/* Whom TLS believes. Do not move it. */
typedef struct tcexec_trust {
    tcx_tls_trust *use; /* NULL: none was needed */
    tcx_tls_chain chain;
    tcx_tls_pin pin;
    tcx_posix_key key;
    tcx_posix_anchors anchors;
    const char *file;
    int is_named;                     /* by the user; 0: it is the system's */
    void *memory;                     /* of the anchors, by malloc() */
    char problem[TCEXEC_PROBLEM_MAX]; /* after a failure: what is wrong with what */
} tcexec_trust;

/* By --pin, --ca or the system's bundle. A preview needs none, but reads what it is given. Returns 0, or -1. */
int tcexec_trust_load(const tcexec_options *options, tcexec_trust *trust);

/* Reads the anchors of a bundle; NULL: the system's. Returns 0, or -1. */
int tcexec_trust_read(const char *file, tcexec_trust *trust);

/* Writes how many certificates were skipped, and what is wrong with the first. At least one was. */
void tcexec_skipped_text(const tcexec_trust *trust, char *text, size_t size);

/* Writes how many certificates are not CAs, and what that means. Returns 0 if there is none. */
int tcexec_no_ca_text(const tcexec_trust *trust, char *text, size_t size);

/* Writes what to do about a server whose certificate no root signed. */
void tcexec_untrusted_advice(const tcexec_trust *trust, char *text, size_t size);

/* ---- tcexec_anchors.c ---- */

/* The roots that the service's certificates lead to, by common name: the one of today, and the one of before. */
#define TCEXEC_ROOT_G2 "DigiCert Global Root G2"
#define TCEXEC_ROOT_G1 "DigiCert Global Root CA"

/* Whether a root has this common name. */
int tcexec_anchor_is(const br_x509_trust_anchor *anchor, const char *expected);

/* `tcexec anchors`: the whole of it. */
int tcexec_anchors(const tcexec_options *options);

/* ---- tcexec_rule.c ---- */

#define TCEXEC_ATTEMPTS_MAX 1000u

/* When a call is repeated: by tcx_retry_delay(), telling of a clock that is corrected. Do not move it. */
typedef struct tcexec_rule {
    tcx_retry retry; /* for the call */
    const tcexec_options *options;
    int64_t unix_time; /* that the call was given … */
    uint32_t began;    /* … at this tick */
} tcexec_rule;

void tcexec_rule_init(tcexec_rule *rule, const tcexec_options *options, int64_t unix_time, uint32_t began);

/* ---- tcexec_trace.c ---- */

typedef enum tcexec_stage {
    TCEXEC_STAGE_CONNECT,
    TCEXEC_STAGE_SEND,
    TCEXEC_STAGE_WAIT,
    TCEXEC_STAGE_RECEIVE, /* an answer that is long enough to take time */
    TCEXEC_STAGE_PAUSE
} tcexec_stage;

/* What a call does, as it does it. Do not move it. */
typedef struct tcexec_trace {
    tcx_trace trace; /* for the call and for TLS */
    uint32_t began;  /* tick of the init */
    int is_told;     /* in words, on standard error */
    int is_probe;    /* no function is named, so none runs */

    /* Of the last attempt. */
    int connected;
    uint32_t connect_time; /* ms, handshake included */
    uint32_t suite;        /* TLS cipher suite; 0: none was agreed on */
    int resumed;           /* it went on with an earlier TLS session */
    tcexec_stage stage;
    uint32_t since;    /* tick: when the stage began */
    uint32_t pause;    /* ms before the next attempt */
    uint64_t sent;     /* bytes of the request */
    uint64_t received; /* bytes of the answer */
} tcexec_trace;

void tcexec_trace_init(tcexec_trace *trace, const tcexec_options *options);

const char *tcexec_suite_name(uint32_t suite);

/* ---- tcexec_session.c ---- */

/* A TLS session and its file. */
typedef struct tcexec_session {
    tcx_tls_session session;
    int was_there; /* the file held one */
} tcexec_session;

/*
 * Reads the session of --session-file to offer it. There is none without the option, without a file that holds one, and
 * if others than this user can have written or read the file, which is told.
 */
int tcexec_session_load(const tcexec_options *options, tcexec_session *session);

/*
 * After a call: writes the session to the file of --session-file, for its owner alone, in one move. The file of one
 * that is forgotten is removed. A failure is told and changes nothing else.
 */
void tcexec_session_save(const tcexec_options *options, const tcexec_trace *trace, const tcexec_session *session);

/* ---- tcexec_signals.c ---- */

/*
 * Catches SIGINT, SIGTERM and SIGHUP, but for those that were inherited as ignored. Before the call one ends the
 * command at once, with EXIT_NOT_SENT. The first one during a call is noted, so that the outcome can be told; a further
 * one ends the command. After the call, the second one ends a write to standard output that is stuck.
 */
void tcexec_signals_catch(void);
void tcexec_signals_begin(void);
int tcexec_signals_caught(void);
void tcexec_signals_end(const tcx_call *call);

/* ---- tcexec_exchange.c ---- */

/* A call, and how it ended. Do not move it. */
struct tcexec_exchange {
    const tcexec_options *options;
    const tcexec_trust *trust;
    tcx_call call;
    int is_refused;   /* by the library, for a mistake in its set-up: nothing was sent */
    uint32_t elapsed; /* ms */
    tcx_posix_tcp tcp;
    tcexec_rule rule;
    tcexec_trace trace;
    tcx_proxy proxy;
    tcx_proxy_config proxy_config;
    unsigned char ahead[TCX_POSIX_READ_AHEAD];
};

/* Makes the call that `config`, its transport aside, and `request` describe. Returns 0 when it has ended. */
int tcexec_exchange_make(tcexec_exchange *with, const tcexec_options *options, const tcexec_trust *trust,
                         tcx_call_config *config, const tcx_request *request);

/* ---- tcexec_progress.c ---- */

/* Shows how far the call is, in one line of the terminal, once it has taken a second. */
void tcexec_progress_show(const tcexec_exchange *with);

/* ---- tcexec_failure.c ---- */

/* "NAME:PORT" as it was dialled, and the address that the name led to, into `text`. */
void tcexec_where_text(const tcexec_exchange *ended, char *text, size_t size);

/* Whether an answer came that is not understood. */
int tcexec_is_about_the_answer(tcx_status status);

/* What happened, by how far the call came, into `text`. */
void tcexec_failure_text(const tcexec_exchange *ended, char *text, size_t size);

/* Writes the HTTP status and how the answer begins, in one line without its end. Returns 0 if no status came. */
int tcexec_print_page(FILE *out, const tcx_call *call);

/* The next step, in this command's own terms, into `text`. Empty: there is none. */
void tcexec_remedy_text(const tcexec_exchange *ended, char *text, size_t size);

/* ---- tcexec_run.c ---- */

#define TCEXEC_TOKENS_MAX 4096u /* JSON values of an answer */

/* Describes the request and checks it. */
int tcexec_describe(const tcexec_options *options, const tcexec_argument *argument, tcx_request *request);

/* All of a call's configuration but the transport, with memory of malloc(), which tcexec_configure_end() gives back. */
int tcexec_configure(const tcexec_options *options, tcx_signer *signer, tcx_call_config *config);
void tcexec_configure_end(tcx_call_config *config);

/* A call or a preview: the whole of it. */
int tcexec_run(const tcexec_options *options);

/* ---- tcexec_doctor.c ---- */

/* `tcexec doctor`: the whole of it. */
int tcexec_doctor(const tcexec_options *options);

/* ---- tcexec_preview.c ---- */

/* Writes the request that `config`, its transport aside, and `request` make, instead of sending it. */
int tcexec_preview(const tcexec_options *options, tcx_call_config *config, const tcx_request *request);

/* ---- tcexec_report.c ---- */

/* The option, variable or argument that a refusal is about; NULL: none in particular. */
const char *tcexec_culprit(tcx_status status);

/* Says what a failure means, and which option or argument it is about. Returns EXIT_USAGE: what refusals end with. */
int tcexec_refused(tcx_status status, int detail);

/* What a call that has ended leads to. */
int tcexec_exit_code(const tcx_call *call);

/* "this machine's clock is 2 h fast: …", by the last answer's date, into `text`. */
void tcexec_call_clock_text(const tcexec_exchange *ended, char *text, size_t size);

/* Writes the Result or the JSON object, and the diagnostics. Returns the exit code. */
int tcexec_report(const tcexec_exchange *ended);

/*
 * Writes out what standard output still holds. Returns `code`, or `failed` after telling that it could not be written.
 */
int tcexec_flush(int code, int failed);

/* ---- tcexec_json.c ---- */

/* Writes text as a string of JSON to standard output; what is not UTF-8 as U+FFFD. */
void tcexec_json_string(tcx_text text);

/* Writes the object of --json and a newline to standard output. */
void tcexec_json(const tcexec_exchange *ended);

/* ---- tcexec_text.c ---- */

/* Whether standard error is a terminal that can do more than print lines. */
int tcexec_is_terminal(void);

/*
 * Shows a line on the terminal in place of the one that this function showed before; NULL: in place of none. Any other
 * line of this file takes its place, too.
 */
void tcexec_progress(const char *text);

/* Begins a line of an error on standard error: "tcexec: ", in red on a terminal. */
void tcexec_begin_error(void);

/* Writes a line of an error: what failed, and why. Returns EXIT_USAGE. */
__attribute__((format(printf, 1, 2))) int tcexec_say(const char *format, ...);

/* Writes a line that stands by itself or explains an error. */
__attribute__((format(printf, 1, 2))) void tcexec_note(const char *format, ...);

/* The detail of a status in words, into `text`. Empty: it has none. */
void tcexec_detail_text(tcx_status status, int detail, char *text, size_t size);

/* HOST:PORT, an IPv6 address in brackets, into `text`. */
void tcexec_host_text(tcx_text host, uint16_t port, char *text, size_t size);

#define TCEXEC_DATE_SIZE 32u /* bytes */

/* "2026-11-27 21:30:00 UTC", into TCEXEC_DATE_SIZE bytes. */
void tcexec_date_text(int64_t unix_time, char *text);

/* "16 min 40 s", into `text`. */
void tcexec_span_text(int64_t seconds, char *text, size_t size);

/* "this machine's clock is 2 h fast: …", into `text`. `offset`: by how much the service's clock is ahead. */
void tcexec_clock_text(const tcexec_options *options, int64_t unix_time, int64_t offset, char *text, size_t size);

/* "s", unless it is 1. */
const char *tcexec_plural(uint64_t count);

/* How many bytes the UTF-8 character at the start of `bytes` has; 0: it is none. `length` is at least 1. */
size_t tcexec_utf8(const unsigned char *bytes, size_t length);

/*
 * Returns the character, of `size` bytes, if it can change what a terminal shows around it: C0, DEL, C1, and what turns
 * the direction of text. Otherwise 0xFFFF. A U+0000 is one of them.
 */
#define TCEXEC_HARMLESS 0xFFFFu
unsigned tcexec_steering(const unsigned char *bytes, size_t size);

/*
 * Writes text that a peer sent to a terminal: characters that could steer it, and what is not UTF-8, as \xNN, and "…"
 * for what is over `most` bytes.
 */
void tcexec_print_peer(FILE *out, tcx_text text, size_t most);

/*
 * Writes text in single quotes that a POSIX shell takes off again. tcexec_print_quoted_part leaves the outer ones out.
 */
void tcexec_print_quoted(FILE *out, tcx_text text);
void tcexec_print_quoted_part(FILE *out, const char *bytes, size_t length);

#endif
