/*
 * What a function returns, and what became of a call.
 *
 * Every function that can fail returns a tcx_status: 0 after success, a negative value after an error. There are three
 * kinds of errors, and each has its own range:
 *
 *     -1 …  -299   the caller's mistake: the same call will fail again. This attempt sent no byte of the request. Only
 *                  TCX_E_SOURCE can end a request in the middle, before its last byte
 *   -300 …  -699   a failed exchange: transport, TLS, HTTP or JSON. tcx_outcome says whether the function may have run
 *   -700           the service answered with an error: see tcx_response.error_code
 *
 * If a lower layer has an error number of its own (the port, the TLS library), you find it in `detail`.
 */
#ifndef TCEXEC_STATUS_H
#define TCEXEC_STATUS_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define TCX_MUST_CHECK __attribute__((warn_unused_result))
#else
#define TCX_MUST_CHECK
#endif

/* What a function returns. */
typedef enum tcx_status {
    TCX_OK = 0,
    TCX_PENDING = 1, /* not an error: the call goes on. See tcx_call_wants() */

    /* The caller's mistake. */
    TCX_E_NULL = -1,              /* a pointer or function is NULL but required, or an object was not initialized */
    TCX_E_BUFFER = -2,            /* the output is too small. It is wiped, and the size needed is returned */
    TCX_E_TIME = -3,              /* the time to sign with is outside 0 … the end of the year 9999 */
    TCX_E_CLOCK_UNSET = -4,       /* the call's clock is earlier than its floor: set the clock first */
    TCX_E_NONCE = -5,             /* signature v1 needs a nonce from 1 to 2^32-1 */
    TCX_E_REQUEST_TOO_LARGE = -6, /* over 10 MiB of body (TC3), 1 MiB of body (v1) or 32 KiB in all (GET) */
    TCX_E_SOURCE = -7,            /* the source of FunctionArg failed or changed. Its number is in `detail` */
    TCX_E_BUSY = -8,              /* tcx_call_begin() for a call that is still under way */
    TCX_E_SERVICE = -9,           /* the service's name or version is empty or is not visible ASCII */
    TCX_E_TLS_BUFFER = -20,       /* the TLS buffer is smaller than TCX_TLS_BUFFER_MIN */
    TCX_E_TLS_TRUST = -21,        /* no trust anchor and no pinned key, or a pinned key that is not allowed */
    TCX_E_TLS_ENTROPY = -22,      /* the entropy function is missing, failed or returned too few bytes */
    TCX_E_TLS_NAME = -23,         /* the server's name is empty, over 255 bytes, an IP address, or has a zero byte */
    TCX_E_TLS_PROFILE = -24,      /* the profile lacks what a handshake needs: a suite, curve, hash or PRF */

    /* The caller's mistake, with a proxy. */
    TCX_E_PROXY_ADDRESS = -30,     /* the proxy's address is empty or is not visible ASCII, or its port is 0 */
    TCX_E_PROXY_CREDENTIALS = -31, /* not user:password, a control character, or over TCX_PROXY_CREDENTIALS_MAX bytes */
    TCX_E_PROXY_TARGET = -32,      /* the address to dial through the proxy is not a name or an IP address */

    /* The caller's mistake, by field: the last digit is the reason, the digits before it the field. */
    TCX_E_SECRET_ID = -110,       /* a control character, a blank inside, or a byte outside ASCII */
    TCX_E_SECRET_ID_EMPTY = -111,
    TCX_E_SECRET_ID_BLANK = -112, /* a blank at either end: a copy-and-paste mistake */
    TCX_E_SECRET_KEY = -120,      /* as for SecretId */
    TCX_E_SECRET_KEY_EMPTY = -121,
    TCX_E_SECRET_KEY_BLANK = -122,
    TCX_E_TOKEN = -130,           /* as for SecretId */
    TCX_E_TOKEN_EMPTY = -131,
    TCX_E_TOKEN_BLANK = -132,
    TCX_E_HOST = -140,            /* not NAME[:PORT]: letters, digits, - . _ or a bracketed IPv6 address */
    TCX_E_HOST_EMPTY = -141,
    TCX_E_REGION = -150,          /* as for SecretId */
    TCX_E_REGION_EMPTY = -151,
    TCX_E_REGION_BLANK = -152,
    TCX_E_LANGUAGE = -160,        /* as for SecretId */
    TCX_E_LANGUAGE_EMPTY = -161,
    TCX_E_LANGUAGE_BLANK = -162,
    TCX_E_FUNCTION_NAME_EMPTY = -171,
    TCX_E_FUNCTION_NAME_UTF8 = -173,
    TCX_E_FUNCTION_ARG_TWICE = -180, /* both function_arg and function_arg_source are set */
    TCX_E_FUNCTION_ARG_UTF8 = -183,
    TCX_E_SUB_APP_ID_SERVICE = -195, /* the service does not have this field (VOD has it) */
    TCX_E_SESSION_CONTEXT_UTF8 = -203,
    TCX_E_SESSION_CONTEXT_LONG = -204, /* over 1000 characters */
    TCX_E_SESSION_CONTEXT_SERVICE = -205,
    TCX_E_SESSION_ID_EMPTY = -211, /* set but empty: the service would not recognise a repeat */
    TCX_E_SESSION_ID_BLANK = -212, /* a blank or control character at either end, or nothing else */
    TCX_E_SESSION_ID_UTF8 = -213,
    TCX_E_SESSION_ID_LONG = -214, /* over 50 characters */
    TCX_E_SESSION_ID_SERVICE = -215,
    TCX_E_EXT_INFO_UTF8 = -223,
    TCX_E_EXT_INFO_SERVICE = -225,

    /* The transport. */
    TCX_E_CONNECT = -300,            /* the transport could not be opened. The port's number is in `detail` */
    TCX_E_SEND = -301,               /* the transport failed before the request was sent. Its number is in `detail` */
    TCX_E_RECEIVE = -302,            /* the transport failed while receiving. The port's number is in `detail` */
    TCX_E_CLOSED = -303,             /* the peer closed the connection before the answer was whole */
    TCX_E_DEADLINE = -304,           /* the call's time is over */
    TCX_E_TRANSPORT_CONTRACT = -305, /* it returned a value that its contract forbids. That is in `detail` */
    TCX_E_CANCELLED = -306,          /* tcx_call_cancel() */
    TCX_E_RESULT_LOST = -308,        /* a repeat was refused: a call with this SessionId ran, or is running */
    TCX_E_RESOLVE = -307,            /* the address could not be looked up. The resolver's number is in `detail` */
    TCX_E_PROXY = -309,              /* the proxy refused to connect. Its HTTP status is in `detail` */
    TCX_E_PROXY_ANSWER = -310,       /* the proxy's answer is not valid HTTP/1.x, or over TCX_PROXY_ANSWER_MAX bytes */
    TCX_E_PROXY_CLOSED = -311,       /* the proxy closed the connection before its answer was complete */

    /* TLS. The error number of the TLS library (BearSSL, or mbedTLS) is in `detail`. */
    TCX_E_TLS = -400,             /* the peer broke the protocol, or is not a TLS server */
    TCX_E_TLS_ALERT = -401,       /* the peer sent a fatal alert. Its number is `detail` - 256 */
    TCX_E_TLS_UNSUPPORTED = -402, /* no TLS 1.2, or no cipher suite, curve or signature of the profile */
    TCX_E_TLS_RECORD = -403,      /* a record is larger than the TLS buffer: use one of TCX_TLS_BUFFER_SAFE bytes */
    TCX_E_TLS_INTEGRITY = -404,   /* a record or signature is not valid: damaged, forged, or not by the pinned key */
    TCX_E_X509 = -450,            /* the certificate chain is malformed or not in order */
    TCX_E_X509_NAME = -451,       /* the certificate is not for this host */
    TCX_E_X509_TIME = -452,       /* a certificate is expired or not yet valid, by the call's clock */
    TCX_E_X509_UNTRUSTED = -453,  /* the chain does not lead to a trust anchor, or a signature or issuer is not valid */
    TCX_E_X509_WEAK = -454,       /* a key or signature is too weak or is not in the profile */
    TCX_E_X509_PURPOSE = -455,    /* a certificate is not allowed for this use: for a server, or to issue others */
    TCX_E_X509_EXTENSION = -456,  /* a certificate has a critical extension that is not supported */

    /* HTTP (RFC 9112). */
    TCX_E_HTTP_SYNTAX = -500,         /* not HTTP/1.x, or malformed in its first line or its chunks */
    TCX_E_HTTP_HEAD_TOO_LARGE = -501, /* over TCX_HTTP_HEAD_MAX bytes, 1xx answers and trailers included */
    TCX_E_HTTP_LENGTH = -502,         /* a Content-Length or chunk size is malformed, repeated or contradicted */
    TCX_E_HTTP_ENCODING = -503,       /* a transfer coding except chunked, or a content coding and no service JSON */
    TCX_E_HTTP_BODY_TOO_LARGE = -504, /* the body does not fit the response buffer */
    TCX_E_HTTP_REDIRECT = -505,       /* a 3xx answer: not followed */
    TCX_E_HTTP_STATUS = -506,         /* a status other than 200, without an error of the service in the body */
    TCX_E_HTTP_EARLY = -507,          /* a success came before the request was sent. The library does not believe it */
    TCX_E_HTTP_FIELD = -508,          /* a malformed line in the head, after the status line */

    /* JSON (RFC 8259) and its shape. */
    TCX_E_JSON_SYNTAX = -600,
    TCX_E_JSON_UTF8 = -601,      /* answered, but Result is not text: invalid UTF-8 or half of a surrogate pair */
    TCX_E_JSON_DEPTH = -602,     /* nested deeper than TCX_JSON_DEPTH_MAX */
    TCX_E_JSON_TOKENS = -603,    /* no room after the body to read it: give a buffer that is `detail` bytes larger */
    TCX_E_JSON_DUPLICATE = -604, /* a member that the library reads is there twice */
    TCX_E_JSON_TYPE = -605,      /* a member that the library reads has the wrong type */
    TCX_E_JSON_SHAPE = -606,     /* no `Response` object */

    TCX_E_API = -700 /* the service answered with an error. error_code, error_message, request_id: if it sent them */
} tcx_status;

/*
 * What became of a call's request. ExecuteFunction runs customer code. So after a failure you must know whether it may
 * have run.
 *
 * The line between the first two is exact: NOT_SENT ends when the transport has taken the last byte of the request.
 * Until then the service cannot have seen a whole request and cannot have run it. A peer may answer before that. An
 * error of the service is then ANSWERED. Any other early answer is still NOT_SENT.
 */
typedef enum tcx_outcome {
    TCX_NOT_SENT = 0,       /* it cannot have run */
    TCX_MAYBE_EXECUTED = 1, /* unknown: do not repeat it blindly */
    TCX_ANSWERED = 2        /* the service answered: with a Result, without one, or with an error */
} tcx_outcome;

/*
 * Returns the enumerator's name, such as "TCX_E_HOST". "TCX_E_UNKNOWN" for a number that is not a status. Static text.
 * It is in an object of its own: if you do not call it, it is not linked. An AVR keeps constants in RAM: there the names
 * of all statuses take 1.7 KB of it.
 */
const char *tcx_status_name(tcx_status status);

/* Returns "not_sent", "maybe_executed" or "answered". Static text. */
const char *tcx_outcome_name(tcx_outcome outcome);

/*
 * Returns one line for a person: what happened, and what to do next. Static text, without a full stop. It is in an
 * object of its own: if you do not call it, it is not linked. An AVR keeps constants in RAM: there the texts of all
 * statuses take 6.8 KB of it, and with a call they do not fit an ATmega2560. Print the name or the number instead.
 */
const char *tcx_status_text(tcx_status status);

#ifdef __cplusplus
}
#endif

#endif
