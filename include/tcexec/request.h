/*
 * What to call, checked, measured and built into a buffer.
 *
 * A tcx_request is plain data; a field that is zero is unset and not sent. Nothing is copied from it until bytes are
 * asked for: the bytes come straight from the caller's memory, encoded on the way, and the bytes that are hashed for
 * the signature are the bytes that are sent.
 */
#ifndef TCEXEC_REQUEST_H
#define TCEXEC_REQUEST_H

#include <tcexec/sign.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Limits. Characters are Unicode code points, not bytes. */
#define TCX_SESSION_CONTEXT_MAX 1000u     /* characters (VOD ExecuteFunction) */
#define TCX_SESSION_ID_MAX      50u       /* characters (VOD ExecuteFunction) */
#define TCX_POST_MAX            10485760u /* bytes of body, TC3 (public document "request structure") */
#define TCX_FORM_MAX            1048576u  /* bytes of body, v1 */
#define TCX_GET_MAX             32768u    /* bytes of the whole request */

/*
 * A FunctionArg that is not in memory: flash behind a bus, a file, a generator. It is read from front to back twice or
 * more (once to hash it, once for each time it is sent) and must give the same bytes each time: it is hashed again as
 * it is sent, and a difference ends the request before its last byte. RAM: 224 bytes on 32-bit machines, for one
 * request at a time.
 */
typedef struct tcx_source tcx_source;

struct tcx_source {
    /*
     * Copies up to `length` bytes that start at `offset` into `out` and returns how many it copied: 1 … length, or a
     * negative number of its own, which ends the request with TCX_E_SOURCE. It is never asked for bytes at or behind
     * `size`, nor for more than 32 at a time.
     */
    int (*read_at)(void *context, uint32_t offset, void *out, size_t length);
    void *context;
    uint32_t size; /* bytes */

    /* The library's own: where the reading is, what it hashes to, and what it hashed to when signed. */
    void (*refill)(tcx_message *message);
    uint32_t offset;
    uint8_t begun; /* bytes of a character whose rest has not been read, in `part` */
    unsigned char part[3];
    unsigned char is_signed;
    unsigned char digest[32];
    unsigned char window[32];
    tcx_hash hash;
};

/* Makes a source. Borrows `context` for as long as it is used. A source that was not made so is refused: TCX_E_NULL. */
void tcx_source_init(tcx_source *source, int (*read_at)(void *context, uint32_t offset, void *out, size_t length),
                     void *context, uint32_t size);

/* How the parameters travel. NULL in tcx_request.method is POST. */
typedef struct tcx_method tcx_method;
extern const tcx_method tcx_method_get;
#define TCX_POST NULL
#define TCX_GET  (&tcx_method_get) /* in the query of the target. Limit TCX_GET_MAX */

/*
 * A call of ExecuteFunction. Text fields are UTF-8, checked. All pointers are borrowed: for tcx_request_build() until
 * it returns, for a call until it ends.
 *
 * SessionId (VOD) makes a repeat safe: within seven days the service refuses a second call with the same SessionId and
 * does not run it. Use one SessionId for one piece of work, keep it until you know the outcome, and repeat with the
 * same one. The refusal is TCX_E_API with the code InvalidParameterValue.SessionId (TCX_API_DUPLICATE). It means that a
 * call with this SessionId was accepted before, in this program, before a reboot, or by somebody else: it ran or is
 * running, and its Result does not come again. A new SessionId would run the work again. The service does not recognise
 * repeats of an empty or blank SessionId, so an empty one, and one with a blank or control character at either end, is
 * refused here.
 */
typedef struct tcx_request {
    const tcx_service *service;            /* required */
    tcx_text function_name;                /* required, not empty */
    tcx_text function_arg;                 /* FunctionArg; unset is sent as empty: the API requires it */
    tcx_source *function_arg_source;       /* FunctionArg from elsewhere, one call at a time; NULL: none */
    const uint64_t *sub_app_id;            /* SubAppId; NULL: not sent; 0 is sent */
    tcx_text session_context;              /* SessionContext, handed back in callbacks */
    tcx_text session_id;                   /* SessionId: see below */
    tcx_text ext_info;                     /* ExtInfo */

    tcx_text region;          /* X-TC-Region, such as "ap-guangzhou"; neither service needs it */
    tcx_text language;        /* X-TC-Language of error messages: "zh-CN" (the service's default) or "en-US" */
    tcx_text host;            /* Host, sent and signed in lower case: NAME[:PORT], less ":443"; unset: the service's */
    const tcx_method *method; /* TCX_POST or TCX_GET */
    uint32_t nonce;           /* signature v1 only: 1 … 2^32-1, different for each call */
} tcx_request;

/*
 * Checks a request without doing anything: every field, in the order of the structure, against the rules above.
 *
 *   TCX_E_NULL, TCX_E_SERVICE, TCX_E_FUNCTION_…, TCX_E_SUB_APP_ID_…, TCX_E_SESSION_…, TCX_E_EXT_INFO_…, TCX_E_REGION…,
 *   TCX_E_LANGUAGE…, TCX_E_HOST…
 *
 * What can only be known by reading a source or measuring the whole (TCX_E_SOURCE, TCX_E_FUNCTION_ARG_UTF8 of a source,
 * TCX_E_REQUEST_TOO_LARGE, TCX_E_TIME, TCX_E_NONCE) is checked by tcx_request_build() and tcx_call_begin(), before
 * anything is sent.
 */
TCX_MUST_CHECK tcx_status tcx_request_check(const tcx_request *request);

/*
 * Signs the request and writes all of it, head and body, into `wire`.
 *
 *   unix_time   seconds since 1970-01-01 UTC, 0 … 253402300799 (the end of 9999)
 *   wire        may not overlap what the request borrows. NULL with capacity 0 measures
 *   length      out: the size of the request in bytes, also with TCX_E_BUFFER
 *
 * Errors: those of tcx_request_check(); TCX_E_TIME; TCX_E_NONCE; TCX_E_SOURCE; TCX_E_REQUEST_TOO_LARGE; TCX_E_BUFFER
 * when `capacity` is too small. After any error `wire` is untouched or wiped; `*length` is 0 except with TCX_E_BUFFER.
 */
TCX_MUST_CHECK tcx_status tcx_request_build(const tcx_request *request, tcx_signer *signer, int64_t unix_time,
                                            void *wire, size_t capacity, size_t *length);

/*
 * The size that tcx_request_build() would need, exactly. It signs to know it: of v1, the size depends on the signature.
 * Errors: the same but TCX_E_BUFFER.
 */
TCX_MUST_CHECK tcx_status tcx_request_measure(const tcx_request *request, tcx_signer *signer, int64_t unix_time,
                                              size_t *length);

#ifdef __cplusplus
}
#endif

#endif
