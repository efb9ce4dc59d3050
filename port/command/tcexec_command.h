/*
 * The files of the command `tcexec`. An arrow means: calls.
 *
 *     tcexec.c ── words, options, proxy ──▶ tcexec_run.c ──▶ tcexec_preview.c      --dry-run, --curl
 *        │                              │   ├──▶ tcexec_exchange.c ──▶ tcexec_rule.c, tcexec_trace.c, tcexec_session.c,
 *        │                              │   │                          tcexec_progress.c, tcexec_signals.c
 *        │   input, credentials, trust ─┤   └──▶ tcexec_report.c ──▶ tcexec_failure.c, tcexec_json.c, tcexec_text.c
 *        ├──▶ tcexec_doctor.c ──────────┘
 *        └──▶ tcexec_anchors.c
 *
 * A function that finds an error writes one line to standard error, which names the option or the file, and returns the
 * exit code. 0 means: continue.
 */
#ifndef TCEXEC_COMMAND_H
#define TCEXEC_COMMAND_H

#include <stdio.h>

#include <tcexec/client.h>
#include <tcexec/proxy.h>

#include "tcx_posix.h"

/* The exit codes. They are a contract: see the manual page. */
enum {
    EXIT_DONE = 0,
    EXIT_API = 1,           /* the service returned an error */
    EXIT_USAGE = 2,         /* invalid input; nothing was sent */
    EXIT_NOT_SENT = 3,      /* the function did not run */
    EXIT_NO_ANSWER = 4,     /* sent, but without a complete answer */
    EXIT_NOT_UNDERSTOOD = 5 /* sent, but the answer was not understood */
};

/* ---- tcexec_options.c ---- */

#define TCEXEC_TIME_MIN 946684800 /* 2000-01-01: the earliest --time */

/* The proxy to use. Do not move it after tcexec_proxy_find(): it points into itself. */
typedef struct tcexec_proxy {
    tcx_text address;     /* without brackets; unset: none */
    uint16_t port;        /* 1 … 65535 */
    tcx_text credentials; /* "user:password", decoded: never printed; unset: none */
    const char *origin;   /* the option or variable that it is from */
    char host[300];
    char memory[TCX_PROXY_CREDENTIALS_MAX];
} tcexec_proxy;

typedef enum tcexec_command {
    TCEXEC_CALL,
    TCEXEC_DOCTOR,
    TCEXEC_ANCHORS,
    TCEXEC_WORDS /* a page of help alone */
} tcexec_command;

#define TCEXEC_OPTIONS_MAX 64 /* the most options that the command may have */

/*
 * The command line. No file is read and no name is resolved to check it. The texts point into argv. Do not move it: it
 * points into itself.
 */
typedef struct tcexec_options {
    tcexec_command command;
    int help;
    int version;
    int tencent; /* anchors: only those of Tencent */

    const tcx_service *service;
    tcx_text function;                    /* unset: doctor makes no real call */
    const char *argument;                 /* as given: also '-' or '@FILE'; NULL: none */
    tcx_request request;                  /* what the options set, without the three above */
    uint64_t numbers[TCEXEC_OPTIONS_MAX]; /* the numbers that `request` points to, by option */

    tcx_text address; /* of --connect, without brackets; unset: the host */
    uint16_t port;    /* to connect to; 0: as in tcx_call_config.port */
    const char *ca;   /* anchors: FILE */
    const char *pin;
    const char *profile;
    const char *session_file;
    int plaintext;
    tcexec_proxy proxy;

    const tcx_scheme *scheme;
    int64_t unix_time;
    int has_time;     /* 0: the system's */
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
 * Splits HOST[:PORT], and removes the brackets of an IPv6 address. Without a PORT, `*port` does not change. Returns 1,
 * or 0 if the text is malformed.
 */
int tcexec_host_split(const char *text, tcx_text *host, uint16_t *port);

/* ---- tcexec_help.c ---- */

/* For the words: every word, with what completion needs of it, a line each. See the manual page. */
void tcexec_help(tcexec_command command, FILE *out);
void tcexec_version(FILE *out);

/* ---- tcexec_proxy.c ---- */

typedef struct tcexec_exchange tcexec_exchange;

#define TCEXEC_PROXY_TEXT_MAX 320u /* bytes of HOST:PORT with the zero byte */

/*
 * Finds the proxy for a connection to `name` and `port`: that of --proxy (`option`; NULL: not given; empty: no proxy),
 * or else that of https_proxy or HTTPS_PROXY, unless no_proxy or NO_PROXY excludes the name.
 */
int tcexec_proxy_find(const char *option, tcx_text name, uint16_t port, tcexec_proxy *proxy);

/* Writes HOST:PORT of the proxy, which must be set. */
void tcexec_proxy_text(const tcexec_proxy *proxy, char *text, size_t size);

/* Returns whether the call failed at the proxy, or on the way to it. */
int tcexec_proxy_failed(const tcexec_exchange *ended);

/* Writes the next step after such a failure. */
void tcexec_proxy_advice(const tcexec_exchange *ended, char *text, size_t size);

/* ---- tcexec_input.c ---- */

/* Makes sure that descriptor 0 is in use. If it was closed, reads from it fail. Returns 0, or -1. Call it first. */
int tcexec_secure_stdin(void);

/*
 * Reads a whole file of at most `limit` bytes, or standard input for "-", into memory from malloc(). Returns NULL, or
 * what is wrong.
 */
const char *tcexec_read_file(const char *path, size_t limit, tcx_text *out);

/* FunctionArg: `text` or `source` is set, or neither. */
typedef struct tcexec_argument {
    tcx_text text;
    tcx_source *source;
    tcx_posix_file file;
    char *memory; /* from malloc(), or NULL */
} tcexec_argument;

int tcexec_argument_open(const char *argument, tcexec_argument *out);
void tcexec_argument_close(tcexec_argument *argument);

/* ---- tcexec_credentials.c ---- */

/* Returns the time of the call: --time, or the system's. */
int64_t tcexec_time(const tcexec_options *options);

/* Finds the credentials of --profile, or else the first ones there are. Returns 0, or -1 with `problem` set. */
int tcexec_credentials_find(const tcexec_options *options, tcx_posix_credentials *found);

typedef enum tcexec_expiry {
    TCEXEC_EXPIRY_UNKNOWN,
    TCEXEC_EXPIRED,
    TCEXEC_EXPIRES_SOON,
    TCEXEC_EXPIRES_LATER
} tcexec_expiry;

/* Returns whether the credentials have expired. Sets `*seconds` to the time left: negative after the end. */
tcexec_expiry tcexec_credentials_expiry(const tcexec_options *options, const tcx_posix_credentials *found,
                                        int64_t *seconds);

/* Finds the credentials, reports what is wrong with them, and makes a signer. */
int tcexec_credentials_load(const tcexec_options *options, tcx_posix_credentials *found, tcx_signer *signer);

/* ---- tcexec_trust.c ---- */

#define TCEXEC_PROBLEM_MAX 512u /* bytes */

/* What TLS trusts. Do not move it: it points into itself. */
typedef struct tcexec_trust {
    tcx_tls_trust *use; /* NULL: none was needed */
    tcx_tls_chain chain;
    tcx_tls_pin pin;
    tcx_posix_key key;
    tcx_posix_anchors anchors;
    const char *file;
    const char *origin;               /* what named the file: an option, a variable or FILE; NULL: it is the system's */
    void *memory;                     /* of the anchors, from malloc() */
    char problem[TCEXEC_PROBLEM_MAX]; /* after a failure: the message, with the file */
} tcexec_trust;

/* Loads --pin, --ca or the system's bundle. A preview loads only what is given. Returns 0, or -1. */
int tcexec_trust_load(const tcexec_options *options, tcexec_trust *trust);

/*
 * Reads the anchors of the file that `origin` named. Without a file, reads those of SSL_CERT_FILE or of the system's
 * bundle. Returns 0, or -1.
 */
int tcexec_trust_read(const char *origin, const char *file, tcexec_trust *trust);

/* Writes how many certificates were skipped (at least one), and what is wrong with the first. */
void tcexec_skipped_text(const tcexec_trust *trust, char *text, size_t size);

/* Writes how many certificates are not CAs, and what that means. Returns 0 if there is none. */
int tcexec_no_ca_text(const tcexec_trust *trust, char *text, size_t size);

/* Writes the next step if no root signed the server's certificate. */
void tcexec_untrusted_advice(const tcexec_trust *trust, char *text, size_t size);

/* ---- tcexec_anchors.c ---- */

/* The roots of the service's certificates, by common name: the present one and the previous one. */
#define TCEXEC_ROOT_G2 "DigiCert Global Root G2"
#define TCEXEC_ROOT_G1 "DigiCert Global Root CA"

/* Returns whether a root has this common name. */
int tcexec_anchor_is(const br_x509_trust_anchor *anchor, const char *expected);

/* Runs `tcexec anchors`. Returns the exit code. */
int tcexec_anchors(const tcexec_options *options);

/* ---- tcexec_rule.c ---- */

#define TCEXEC_ATTEMPTS_MAX 1000u

/* The retry rule: tcx_retry_delay(), and a message when the clock is corrected. Do not move it. */
typedef struct tcexec_rule {
    tcx_retry retry; /* for the call */
    const tcexec_exchange *with;
} tcexec_rule;

void tcexec_rule_init(tcexec_rule *rule, const tcexec_exchange *with);

/* ---- tcexec_trace.c ---- */

typedef enum tcexec_stage {
    TCEXEC_STAGE_CONNECT,
    TCEXEC_STAGE_SEND,
    TCEXEC_STAGE_WAIT,
    TCEXEC_STAGE_RECEIVE, /* only for a long answer */
    TCEXEC_STAGE_PAUSE
} tcexec_stage;

/* Follows a call by its events. Do not move it: the call points to it. */
typedef struct tcexec_trace {
    tcx_trace trace; /* for the call and for TLS */
    uint32_t began;  /* tick of the init */
    int is_verbose;  /* each event is written to standard error */
    int is_probe;    /* no FUNCTION is given, so none can run */

    /* Of the last attempt. */
    int connected;
    uint32_t connect_time; /* ms, with the TLS handshake */
    uint32_t suite;        /* TLS cipher suite; 0: none was agreed on */
    int resumed;           /* an earlier TLS session was resumed */
    tcexec_stage stage;
    uint32_t since;    /* the tick when the stage began */
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
    int was_there; /* the file contained one */
} tcexec_session;

/*
 * Reads the session of --session-file. There is none without the option, or if the file contains none. A file that
 * other users could write or read is not used, with a message. Returns 0, or the exit code.
 */
int tcexec_session_load(const tcexec_options *options, tcexec_session *session);

/*
 * Saves the session after a call: replaces the file of --session-file in one step, with mode 600. Removes the file if
 * there is no session any more. A failure only writes a message.
 */
void tcexec_session_save(const tcexec_options *options, const tcexec_trace *trace, const tcexec_session *session);

/* ---- tcexec_signals.c ---- */

/*
 * Catches SIGINT, SIGTERM and SIGHUP, except those that were inherited as ignored. Before the call, a signal ends the
 * command at once with EXIT_NOT_SENT. During the call, the first signal cancels it, so that the outcome is reported,
 * and the second ends the command. After the call, the second signal ends a blocked write to standard output.
 */
void tcexec_signals_catch(void);
void tcexec_signals_begin(void);
int tcexec_signals_caught(void);
void tcexec_signals_end(const tcx_call *call);

/* ---- tcexec_exchange.c ---- */

/* A call, and how it ended. Do not move it: it points into itself. */
struct tcexec_exchange {
    const tcexec_options *options;
    const tcexec_trust *trust;
    tcx_client client;
    int is_refused;   /* the library refused its input: nothing was sent */
    uint32_t elapsed; /* ms */
    tcx_posix_tcp tcp;
    tcx_port port; /* that of `tcp`, or a tunnel through a proxy over it */
    tcexec_rule rule;
    tcexec_trace trace;
    tcx_proxy proxy;
    tcx_proxy_config proxy_config;
    tcx_tls tls;
    tcexec_session session;
    unsigned char ahead[TCX_POSIX_READ_AHEAD];
    unsigned char records[TCX_TLS_BUFFER_DUPLEX]; /* two buffers, to receive an early answer while sending */
};

/*
 * Makes the call, over a transport of its own. Returns 0 after the call has ended, or the exit code. In both cases
 * tcexec_exchange_end() frees the answer's memory.
 */
int tcexec_exchange_make(tcexec_exchange *with, const tcexec_options *options, const tcexec_trust *trust,
                         tcx_signer *signer, const tcx_request *request);
void tcexec_exchange_end(tcexec_exchange *with);

/* ---- tcexec_progress.c ---- */

/* Shows the progress of a call that has taken over a second, in one line of the terminal. */
void tcexec_progress_show(const tcexec_exchange *with);

/* ---- tcexec_failure.c ---- */

/* Writes NAME:PORT of the connection, with the proxy or the IP address that was used. */
void tcexec_where_text(const tcexec_exchange *ended, char *text, size_t size);

/* Returns whether the status means: an answer was received but not understood. */
int tcexec_is_about_the_answer(tcx_status status);

/* Writes what happened, and in which phase of the call. */
void tcexec_failure_text(const tcexec_exchange *ended, char *text, size_t size);

/* Writes the HTTP status and the start of the body, without a line end. Returns 0 if there is no status. */
int tcexec_print_page(FILE *out, const tcx_call *call);

/* Writes the next step, in terms of this command's options. Empty: there is none. */
void tcexec_remedy_text(const tcexec_exchange *ended, char *text, size_t size);

/* ---- tcexec_run.c ---- */

#define TCEXEC_TOKENS_MAX 4096u /* JSON values and names that fit beside the longest answer */

/* Sets the request and checks it. Returns 0, or the exit code. */
int tcexec_describe(const tcexec_options *options, const tcexec_argument *argument, tcx_request *request);

/*
 * Sets up a client except its trust, and the clock of `port`. tcexec_configure_end() frees its memory, in any case.
 * Returns 0, or the exit code.
 */
int tcexec_configure(const tcexec_options *options, tcx_signer *signer, tcx_port *port, tcx_client *client);
void tcexec_configure_end(tcx_client *client);

/* Runs a call or a preview. Returns the exit code. */
int tcexec_run(const tcexec_options *options);

/* ---- tcexec_doctor.c ---- */

/* Runs `tcexec doctor`. Returns the exit code. */
int tcexec_doctor(const tcexec_options *options);

/* ---- tcexec_preview.c ---- */

/* Writes the request to standard output instead of sending it. Returns the exit code. */
int tcexec_preview(const tcexec_options *options, tcx_signer *signer, const tcx_request *request);

/* ---- tcexec_report.c ---- */

/* Returns the option, argument or field that the status is about. NULL: none in particular. */
const char *tcexec_culprit(tcx_status status);

/* Writes what the library refused, and the option or argument. Returns EXIT_USAGE. */
int tcexec_refused(tcx_status status, int detail);

/* Returns the exit code of a call that has ended. */
int tcexec_exit_code(const tcx_call *call);

/* Returns what the code of an error of the service means, and the next step. */
const char *tcexec_api_advice(tcx_text code);

/* Writes "this machine's clock is 2 h fast: …", from the Date of the last answer. */
void tcexec_call_clock_text(const tcexec_exchange *ended, char *text, size_t size);

/* Writes the Result or the JSON object, and the messages. Returns the exit code. */
int tcexec_report(const tcexec_exchange *ended);

/*
 * Flushes standard output. Returns `code`, or `failed` with a message if a write failed.
 */
int tcexec_flush(int code, int failed);

/* ---- tcexec_json.c ---- */

/* Writes a JSON string to standard output. Bytes that are not UTF-8 become U+FFFD. */
void tcexec_json_string(tcx_text text);

/* Writes the object of --json and a newline to standard output. */
void tcexec_json(const tcexec_exchange *ended);

/* ---- tcexec_text.c ---- */

/* Returns whether standard error is a terminal that can erase a line and show colours. */
int tcexec_is_terminal(void);

/*
 * Shows the line of progress, in place of the previous one. NULL: only erases that one. The other functions of this
 * file erase it, too, before they write.
 */
void tcexec_progress(const char *text);

/* Begins an error line on standard error: "tcexec: ", in red on a terminal. */
void tcexec_begin_error(void);

/* Writes an error line: what failed, and why. Returns EXIT_USAGE. */
__attribute__((format(printf, 1, 2))) int tcexec_say(const char *format, ...);

/* Writes a line that is not an error, or that explains the error above it. */
__attribute__((format(printf, 1, 2))) void tcexec_note(const char *format, ...);

/* Writes the detail of a status in words. Empty: it has none. */
void tcexec_detail_text(tcx_status status, int detail, char *text, size_t size);

/* Writes HOST:PORT, with an IPv6 address in brackets. */
void tcexec_host_text(tcx_text host, uint16_t port, char *text, size_t size);

#define TCEXEC_DATE_SIZE 32u /* bytes */

/* Writes "2026-11-27 21:30:00 UTC" into TCEXEC_DATE_SIZE bytes. */
void tcexec_date_text(int64_t unix_time, char *text);

/* Writes "16 min 40 s". */
void tcexec_span_text(int64_t seconds, char *text, size_t size);

/* Writes "this machine's clock is 2 h fast: …". `offset`: how many seconds the service's clock is ahead. */
void tcexec_clock_text(const tcexec_options *options, int64_t unix_time, int64_t offset, char *text, size_t size);

/* Returns "s", or "" for 1. */
const char *tcexec_plural(uint64_t count);

/* Returns the length of the UTF-8 character at the start of `bytes`. 0: it is malformed. `length` is at least 1. */
size_t tcexec_utf8(const unsigned char *bytes, size_t length);

/*
 * Returns the character, of `size` bytes, if it can change what a terminal shows around it: C0 (with U+0000), DEL, C1,
 * and what changes the direction of text. Otherwise returns TCEXEC_HARMLESS.
 */
#define TCEXEC_HARMLESS 0xFFFFu
unsigned tcexec_steering(const unsigned char *bytes, size_t size);

/*
 * Writes text from a peer, so that a terminal cannot be controlled by it: such characters, and bytes that are not
 * UTF-8, become \xNN. Writes at most `most` bytes of the text, then "…".
 */
void tcexec_print_peer(FILE *out, tcx_text text, size_t most);

/*
 * Writes text in single quotes for a POSIX shell. tcexec_print_quoted_part() does not write the outer quotes.
 */
void tcexec_print_quoted(FILE *out, tcx_text text);
void tcexec_print_quoted_part(FILE *out, const char *bytes, size_t length);

#endif
