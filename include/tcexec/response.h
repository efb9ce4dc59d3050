/*
 * The answer: HTTP bytes in, Result and RequestId out.
 *
 * A call (tcexec/call.h) does all of this by itself. Use it directly when HTTP bytes come some other way: feed them to
 * a tcx_http as they arrive, in pieces of any size, then read the body with tcx_response_read(). Everything a peer
 * sends is taken as hostile: both readers are strict, bounded, and can stop after any byte.
 */
#ifndef TCEXEC_RESPONSE_H
#define TCEXEC_RESPONSE_H

#include <tcexec/private.h>
#include <tcexec/status.h>
#include <tcexec/text.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TCX_HTTP_HEAD_MAX  65536u /* bytes of head, with 1xx answers, chunk extensions and trailers */
#define TCX_JSON_DEPTH_MAX 32u    /* nested arrays and objects */
#define TCX_TOKENS_DEFAULT 64u    /* tokens; an ordinary answer has 7 (success) or 11 (error) */

/* Room for one JSON token. Its content is the library's own. */
typedef struct tcx_token {
    /* Private: do not read or write. */
    int opaque[5];
} tcx_token;

/*
 * What the service said. The texts lie in the response buffer, unescaped in place, UTF-8, and may hold U+0000: use the
 * length. They live until that buffer is used again. Unset (bytes NULL): the service did not send it.
 */
typedef struct tcx_response {
    tcx_text result;        /* Response.Result; unset with an error, and when the success has no result */
    tcx_text request_id;    /* Response.RequestId: quote it to the service's support */
    tcx_text error_code;    /* Response.Error.Code, such as "AuthFailure.SignatureFailure" */
    tcx_text error_message; /* Response.Error.Message: for people, its words change */
    tcx_text body;          /* of an answer without a Response object: its first bytes, raw; or TCX_E_JSON_UTF8's */
    tcx_text date;          /* the Date header; lies in the reader (or call) that the response came from */
    int http_status;        /* 100 … 999; 0: no status line came */
} tcx_response;

/*
 * The Date header in seconds since 1970-01-01 UTC (RFC 9110 section 5.6.7: all three forms, a leap second included);
 * 0: none came, or one in no such form, or one so late that a call that begins then could pass the end of 9999. It may
 * be trusted as far as the server may: see port/README.md.
 */
int64_t tcx_response_time(const tcx_response *response);

/* Which kind of trouble an API error code stands for. */
typedef enum tcx_api_class {
    TCX_API_UNKNOWN = 0, /* a code that is not in the table, nor any prefix of it */
    TCX_API_CALLER,      /* the request is wrong and stays wrong */
    TCX_API_CREDENTIALS, /* key, token or permission */
    TCX_API_CLOCK,       /* the timestamp is more than five minutes from the server's */
    TCX_API_RATE,        /* too many requests: later it will do */
    TCX_API_BUSINESS,    /* the operation itself failed or is refused */
    TCX_API_SERVER,      /* a fault on the other side */
    TCX_API_DUPLICATE    /* a call with this SessionId was accepted within seven days: it ran, or is running */
} tcx_api_class;

/*
 * The class of a code, by the longest prefix that ends at a dot and is known: "RequestLimitExceeded.Anything" is a rate
 * limit. From the tables of the public "error codes" pages of MPS and VOD. Pure; in an object of its own.
 */
tcx_api_class tcx_api_classify(tcx_text error_code);

/*
 * One line for a person: what the code means for this call, and the next step; "MEANING: STEP". A sub-code that is not
 * in the table has the line of the longest code above it, and an unknown code has a line too: never NULL. Static text, no
 * end mark. It is about the attempt that got the code: an earlier one may have run, see tcx_call.outcome. In an object of
 * its own: unused, it costs nothing.
 */
const char *tcx_api_advice(tcx_text error_code);

/*
 * An HTTP/1.x response reader (RFC 9112). Its fields are the library's own, but for `body_length`, which may be read.
 * RAM: 96 bytes on 32-bit machines.
 */
typedef struct tcx_http tcx_http;

/*
 * Starts a response. `body` takes the body, `capacity` bytes (4 GiB at most are used); it is borrowed until the texts
 * read from it are no longer used.
 */
void tcx_http_init(tcx_http *http, void *body, size_t capacity);

/*
 * Takes the next bytes of the response. They may lie in the body buffer itself, at or behind `body_length`: that is how
 * a transport receives straight into it.
 *
 *   used     out: how many bytes belong to this response; fewer than `length` only when it is complete or failed
 *   returns  TCX_PENDING: more is needed; TCX_OK: the response is complete;
 *            TCX_E_HTTP_SYNTAX, _FIELD, _HEAD_TOO_LARGE, _LENGTH, _ENCODING, _BODY_TOO_LARGE: feed no more.
 *
 * After an error or an early end, `body_length` bytes of body are there.
 */
TCX_MUST_CHECK tcx_status tcx_http_feed(tcx_http *http, const void *bytes, size_t length, size_t *used);

/*
 * Tells the reader that the peer closed the link. `clean`: a security layer proves that nothing is missing. TCX_OK:
 * that completes the response (a body without a length, RFC 9112 section 6.3, and only on a clean close); TCX_E_CLOSED:
 * it is cut short.
 */
TCX_MUST_CHECK tcx_status tcx_http_end(tcx_http *http, int clean);

/* 1 when the complete response leaves the connection fit for another request (RFC 9112 section 9.3), else 0. */
int tcx_http_keeps_alive(const tcx_http *http);

/*
 * What there is of a response that never became complete: `http_status`, `date`, and in `body` the first bytes
 * of its body; 0 and unset where nothing came.
 */
void tcx_response_partial(const tcx_http *http, tcx_response *response);

/*
 * Reads a complete response: what its status and body mean. The body is changed (texts are unescaped in place).
 *
 *   tokens    room for `token_count` tokens, TCX_TOKENS_DEFAULT being ample; not used afterwards
 *   response  out: always set; the fields that the service sent are filled as far as they can be trusted
 *   returns   TCX_OK: success, `result` set or not;  TCX_E_API: the service said no;
 *             TCX_E_JSON_UTF8: the function ran, but its Result is no text; `body` holds it as it came, escaped;
 *             TCX_E_HTTP_REDIRECT, TCX_E_HTTP_STATUS, TCX_E_HTTP_ENCODING, TCX_E_JSON_…: not an answer of the service;
 *             `body` holds what came, unless it was a Response object after all
 *
 * Rules: `Error` wins over `Result`; a Result is believed only under status 200, an Error under any; `Result` absent or
 * null is a success without a result, and `Error` null is none. The whole must be JSON; what strings hold is looked at
 * only in the members that are read. One of these that is no text (invalid UTF-8, half of a surrogate pair) is unset,
 * and the answer stands. Unknown members and a byte order mark are skipped. Names are compared decoded, at their exact
 * level. A Content-Encoding matters only where the body is not the service's JSON.
 *
 * The old error shape {"code","message","codeDesc"} is TCX_E_JSON_SHAPE with error_code and error_message set.
 */
TCX_MUST_CHECK tcx_status tcx_response_read(tcx_http *http, tcx_token *tokens, size_t token_count,
                                            tcx_response *response);

#ifdef __cplusplus
}
#endif

#endif
