/*
 * A request: what to call. Check it, measure it, or build it into a buffer.
 *
 * A tcx_request is plain data. A field that is zero is unset and, unless its comment says otherwise, not sent. The
 * library encodes the bytes directly from your memory while it sends them. It makes no copy first. The bytes that it
 * hashes for the signature are the bytes that it sends.
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
 * A FunctionArg that is not in memory: in flash behind a bus, in a file, from a generator. The library reads it from
 * front to back twice or more: once to hash it, and once for each sending. The source must give the same bytes each
 * time. The library hashes it again while it sends. If it differs, the request ends with TCX_E_SOURCE before its last
 * byte. Use one source for one request at a time. RAM: 224 bytes on 32-bit machines.
 */
typedef struct tcx_source tcx_source;

struct tcx_source {
    /*
     * Copies up to `length` bytes from `offset` on into `out`. Returns how many it copied, 1 … length, or a negative
     * number of its own. The negative number ends the request with TCX_E_SOURCE and is its `detail`. The library never
     * reads at `size` or beyond, and never more than 32 bytes at a time.
     */
    int (*read_at)(void *context, uint32_t offset, void *out, size_t length);
    void *context;
    uint32_t size; /* bytes */

    /* Private: do not read or write. */
    void (*refill)(tcx_message *message); /* reads on, or at the end of the request checks the body */
    uint32_t offset;
    uint8_t begun; /* bytes in `part`: the beginning of a character whose other bytes are not read yet */
    unsigned char part[3];
    unsigned char is_signed;
    unsigned char in_body; /* TC3 hashes the body that it is in, so it is not hashed by itself */
    unsigned char digest[32];
    unsigned char window[32];
    tcx_hash hash;
};

/*
 * Makes a source. Borrows `context` for as long as you use the source. The library refuses a source that was not made
 * with this function: TCX_E_NULL.
 */
void tcx_source_init(tcx_source *source, int (*read_at)(void *context, uint32_t offset, void *out, size_t length),
                     void *context, uint32_t size);

/* How the parameters are sent. NULL in tcx_request.method is POST. */
typedef struct tcx_method tcx_method;
extern const tcx_method tcx_method_get;
#define TCX_POST NULL
#define TCX_GET  (&tcx_method_get) /* in the query of the target. Limit: TCX_GET_MAX */

/*
 * A call of ExecuteFunction. Text fields are UTF-8, and the library checks this. All pointers are borrowed:
 * tcx_request_build() borrows them until it returns, a call until it ends.
 *
 * SessionId (VOD) makes a repeat safe. Within seven days the service refuses a second call with the same SessionId and
 * does not run it. Use one SessionId for one piece of work. Keep it until you know the outcome, and repeat with the
 * same one. The refusal is TCX_E_API with the code InvalidParameterValue.SessionId (TCX_API_DUPLICATE). It means that
 * the service accepted a call with this SessionId before: from this program, before a reboot, or from somebody else.
 * That call ran or is running, and its Result does not come again. A new SessionId would run the work again.
 *
 * The service does not recognise repeats of an empty or blank SessionId. So the library refuses a SessionId that is
 * empty, or that has a blank or control character at either end.
 */
typedef struct tcx_request {
    const tcx_service *service;            /* required */
    tcx_text function_name;                /* required, not empty */
    tcx_text function_arg;                 /* FunctionArg. Unset is sent as empty: the API requires the field */
    tcx_source *function_arg_source;       /* FunctionArg from a source, for one call at a time. NULL: none */
    const uint64_t *sub_app_id;            /* SubAppId. NULL: not sent. 0 is sent */
    tcx_text session_context;              /* SessionContext. The service returns it in callbacks */
    tcx_text session_id;                   /* SessionId: see above */
    tcx_text ext_info;                     /* ExtInfo */

    tcx_text region;          /* X-TC-Region, such as "ap-guangzhou". MPS and VOD do not need it */
    tcx_text language;        /* X-TC-Language of error messages: "zh-CN" (the service's default) or "en-US" */
    tcx_text host;            /* Host: NAME[:PORT]. Sent and signed in lower case, without ":443". Unset: of service */
    const tcx_method *method; /* TCX_POST or TCX_GET */
    uint32_t nonce;           /* only for signature v1: 1 … 2^32-1, different for each call */
} tcx_request;

/*
 * Checks every field of a request against the rules above and changes nothing. If several fields are wrong, it returns
 * the error of one of them.
 *
 *   TCX_E_NULL, TCX_E_SERVICE, TCX_E_FUNCTION_…, TCX_E_SUB_APP_ID_…, TCX_E_SESSION_…, TCX_E_EXT_INFO_…, TCX_E_REGION…,
 *   TCX_E_LANGUAGE…, TCX_E_HOST…
 *
 * It does not read a source, sign or measure. So tcx_request_build() and tcx_call_begin() find the other errors, before
 * anything is sent: TCX_E_SOURCE, TCX_E_FUNCTION_ARG_UTF8 of a source, TCX_E_REQUEST_TOO_LARGE, TCX_E_TIME and
 * TCX_E_NONCE.
 */
TCX_MUST_CHECK tcx_status tcx_request_check(const tcx_request *request);

/*
 * Signs the request and writes all of it, head and body, into `wire`.
 *
 *   unix_time   seconds since 1970-01-01 UTC, 0 … 253402300799 (the end of 9999)
 *   wire        must not overlap what the request borrows. NULL with capacity 0 measures
 *   length      out: the size of the request in bytes, also with TCX_E_BUFFER
 *
 * Returns the errors of tcx_request_check(), and TCX_E_TIME, TCX_E_NONCE, TCX_E_SOURCE and TCX_E_REQUEST_TOO_LARGE.
 * Returns TCX_E_BUFFER if `capacity` is too small. After any error `wire` is untouched or wiped, and `*length` is 0,
 * with two exceptions. TCX_E_BUFFER sets it to the size. TCX_E_NULL because of `wire` or `length` leaves it untouched.
 */
TCX_MUST_CHECK tcx_status tcx_request_build(const tcx_request *request, tcx_signer *signer, int64_t unix_time,
                                            void *wire, size_t capacity, size_t *length);

/*
 * Returns in `*length` the exact size that tcx_request_build() needs. It signs the request, because with signature v1
 * the size depends on the signature. Returns the same errors, except TCX_E_BUFFER.
 */
TCX_MUST_CHECK tcx_status tcx_request_measure(const tcx_request *request, tcx_signer *signer, int64_t unix_time,
                                              size_t *length);

#ifdef __cplusplus
}
#endif

#endif
