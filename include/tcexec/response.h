/*
 * The answer: HTTP bytes in, Result and RequestId out.
 *
 * A call (tcexec/call.h) does all of this itself. Use it directly if HTTP bytes come some other way. Feed them to a
 * tcx_http as they arrive, in pieces of any size. Then read the body with tcx_response_read(). The library treats all
 * that a peer sends as hostile. Both readers are strict and bounded, and can stop after any byte.
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

/* Bytes that the reader of an answer needs for each JSON value and each member name: see tcx_response_read(). */
#define TCX_JSON_TOKEN_SIZE (5 * sizeof(int))

/*
 * What the service answered. The texts are in the response buffer, unescaped in place, in UTF-8. They may contain
 * U+0000: use the length. They are valid until that buffer is used again. Unset (bytes NULL): the service did not send
 * this text.
 */
typedef struct tcx_response {
    tcx_text result;        /* Response.Result. Unset after an error, and after a success without a result */
    tcx_text request_id;    /* Response.RequestId: give it to the service's support */
    tcx_text error_code;    /* Response.Error.Code, such as "AuthFailure.SignatureFailure" */
    tcx_text error_message; /* Response.Error.Message: for people. Its words can change */
    tcx_text body;          /* first bytes of an answer without a Response object. TCX_E_JSON_UTF8: the raw Result */
    tcx_text date;          /* the Date header field. It is in the tcx_http (or call) that read the response */
    int http_status;        /* 100 … 999. 0: no status line came */
} tcx_response;

/*
 * Returns the Date header field in seconds since 1970-01-01 UTC. It reads all three forms of RFC 9110 section 5.6.7,
 * and a leap second. Returns 0 if no date came, if it has another form, or if it is so late that a call that begins
 * then could pass the end of 9999. Trust it no more than you trust the server: see port/README.md.
 */
int64_t tcx_response_time(const tcx_response *response);

/* The kind of problem that an API error code reports. */
typedef enum tcx_api_class {
    TCX_API_UNKNOWN = 0, /* neither the code nor a prefix of it is in the table */
    TCX_API_CALLER,      /* the request is wrong and stays wrong */
    TCX_API_CREDENTIALS, /* key, token or permission */
    TCX_API_CLOCK,       /* the timestamp is more than five minutes from the server's */
    TCX_API_RATE,        /* too many requests: try again later */
    TCX_API_BUSINESS,    /* the operation itself failed or was refused */
    TCX_API_SERVER,      /* a fault in the service */
    TCX_API_DUPLICATE    /* a call with this SessionId was accepted within seven days: it ran, or is running */
} tcx_api_class;

/*
 * Returns the class of a code. The longest known prefix that ends at a dot decides: "RequestLimitExceeded.Anything" is
 * a rate limit. The table comes from the public "error codes" pages of MPS and VOD. Pure. It is in an object of its
 * own: if you do not call it, it is not linked.
 */
tcx_api_class tcx_api_classify(tcx_text error_code);

/*
 * Returns one line for a person, "MEANING: STEP": what the code means for this call, and the next step. A sub-code that
 * is not in the table has the line of the longest code above it. An unknown code has a line too: never NULL. Static
 * text, without a full stop. It speaks about the attempt that got the code. An earlier attempt may have run: see
 * tcx_call.outcome. It is in an object of its own: if you do not call it, it is not linked.
 */
const char *tcx_api_advice(tcx_text error_code);

/*
 * An HTTP/1.x response reader (RFC 9112). You may read `body_length`. Its other fields are private. RAM: 96 bytes on
 * 32-bit machines.
 */
typedef struct tcx_http tcx_http;

/*
 * Starts a response. `body` takes the body, up to `capacity` bytes (at most INT_MAX are used), at any alignment. It is
 * borrowed until you no longer use the texts that were read from it. tcx_response_read() needs space after the body.
 */
void tcx_http_init(tcx_http *http, void *body, size_t capacity);

/*
 * Takes the next bytes of the response. They may be in the body buffer itself, at `body_length` or later. So a
 * transport can receive directly into that buffer.
 *
 *   used     out: how many bytes belong to this response. Fewer than `length` only if it is complete or failed
 *   returns  TCX_PENDING: feed more. TCX_OK: the response is complete.
 *            TCX_E_HTTP_SYNTAX, _FIELD, _HEAD_TOO_LARGE, _LENGTH, _ENCODING, _BODY_TOO_LARGE: feed no more
 *
 * After an error or an early end, the buffer holds the first `body_length` bytes of the body.
 */
TCX_MUST_CHECK tcx_status tcx_http_feed(tcx_http *http, const void *bytes, size_t length, size_t *used);

/*
 * Tells the reader that the peer closed the link. `clean`: a security layer proves that nothing is missing. Returns
 * TCX_OK if the response is complete. Only a clean close completes a body without a length (RFC 9112 section 6.3).
 * Returns TCX_E_CLOSED if the response is cut.
 */
TCX_MUST_CHECK tcx_status tcx_http_end(tcx_http *http, int clean);

/*
 * Returns 1 if the response is complete and the connection can take another request (RFC 9112 section 9.3). Else 0.
 */
int tcx_http_keeps_alive(const tcx_http *http);

/*
 * Reads an incomplete response: `http_status`, `date`, and in `body` the first bytes of its body. A field is 0 or unset
 * if it did not arrive.
 */
void tcx_response_partial(const tcx_http *http, tcx_response *response);

/*
 * Reads a complete response: its status and its body. It changes the body, because it unescapes texts in place. It uses
 * the space after the body in the buffer of tcx_http_init(): TCX_JSON_TOKEN_SIZE bytes for each JSON value and each
 * member name, and up to sizeof(int) - 1 bytes to align them. An ordinary answer has 7 values and names together, and
 * an answer with an error has 11. Bytes of the next response that are there must be taken out first.
 *
 *   response  out: always set. It contains the fields that the service sent, as far as they can be trusted
 *   detail    out: after TCX_E_JSON_TOKENS, how many bytes larger the buffer must be, at most INT_MAX. Else 0
 *   returns   TCX_OK: success. `result` may be unset.
 *             TCX_E_API: the service answered with an error.
 *             TCX_E_JSON_UTF8: the function ran, but its Result is not text. `body` holds it as it came, escaped.
 *             TCX_E_HTTP_REDIRECT, TCX_E_HTTP_STATUS, TCX_E_HTTP_ENCODING, TCX_E_JSON_…: not an answer of the service.
 *             `body` holds what came, unless it contained a Response object
 *
 * `Error` wins over `Result`. A Result counts only under status 200, an Error under any status. An absent or null
 * `Result` is a success without a result. If `Error` is null, it counts as absent. The whole body must be JSON. The
 * reader checks strings only in the members that it reads. If such a string is not text (invalid UTF-8, half of a
 * surrogate pair), its field is unset and the answer still counts, except for a Result (TCX_E_JSON_UTF8). The reader
 * skips unknown members and a byte order mark. It compares names decoded, and at their exact level. A Content-Encoding
 * matters only if the body is not the service's JSON.
 *
 * The old error shape {"code","message","codeDesc"} sets error_code and error_message, and `body` is unset. It returns
 * TCX_E_JSON_SHAPE under status 200, else TCX_E_HTTP_REDIRECT or TCX_E_HTTP_STATUS.
 */
TCX_MUST_CHECK tcx_status tcx_response_read(tcx_http *http, tcx_response *response, int *detail);

#ifdef __cplusplus
}
#endif

#endif
