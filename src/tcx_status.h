/*
 * The name and the text of every status. A new status is an enumerator in tcexec/status.h and a row here.
 */
#ifndef TCX_STATUS_H
#define TCX_STATUS_H

#include <tcexec/status.h>

/* clang-format off */
#define TCX_STATUSES(ROW) \
    ROW(TCX_OK, "done") \
    ROW(TCX_PENDING, "the call is in progress") \
    ROW(TCX_E_NULL, "a required pointer is NULL: see the function's header") \
    ROW(TCX_E_BUFFER, "the output buffer is too small: use the returned size") \
    ROW(TCX_E_TIME, "the time is outside 1970 to 9999: give seconds since 1970-01-01 UTC") \
    ROW(TCX_E_CLOCK_UNSET, "the clock was never set: set it, then call again") \
    ROW(TCX_E_NONCE, "signature v1 needs a nonce: give one from 1 to 4294967295, different for each call") \
    ROW(TCX_E_REQUEST_TOO_LARGE, \
        "the request is over 10 MiB (TC3), 1 MiB (v1) or 32 KiB (GET): send less, or a link to the data") \
    ROW(TCX_E_SOURCE, \
        "FunctionArg could not be read, or changed while it was read: do not change it until the call has ended") \
    ROW(TCX_E_BUSY, "this call is still in progress: step or cancel it first") \
    ROW(TCX_E_SERVICE, "the service has no usable name or version: give both, in visible ASCII") \
    ROW(TCX_E_TLS_BUFFER, "the TLS buffer is too small: give at least 837 bytes, 16709 to be safe") \
    ROW(TCX_E_TLS_TRUST, "there is no usable trust anchor or pinned key: give a root certificate or a pin") \
    ROW(TCX_E_TLS_ENTROPY, "there are no random numbers, so nothing was sent: check the entropy source") \
    ROW(TCX_E_TLS_NAME, \
        "the server's name is empty, too long, or an IP address, which TLS cannot verify: give its domain name") \
    ROW(TCX_E_TLS_PROFILE, "the TLS profile is incomplete: give it suites, curves, hashes and a PRF") \
    ROW(TCX_E_PROXY_ADDRESS, "the proxy has no usable address or port: give NAME and PORT, in visible ASCII") \
    ROW(TCX_E_PROXY_CREDENTIALS, \
        "the proxy's credentials have no colon, are too long, or have a control character: give user:password") \
    ROW(TCX_E_PROXY_TARGET, "the address to dial through the proxy is not a name or an IP address: correct it") \
    ROW(TCX_E_SECRET_ID, "SecretId has a blank, a control character or a non-ASCII character: copy it again") \
    ROW(TCX_E_SECRET_ID_EMPTY, "SecretId is empty: give the one of your key") \
    ROW(TCX_E_SECRET_ID_BLANK, "SecretId has a blank at its beginning or end: remove it") \
    ROW(TCX_E_SECRET_KEY, "SecretKey has a blank, a control character or a non-ASCII character: copy it again") \
    ROW(TCX_E_SECRET_KEY_EMPTY, "SecretKey is empty: give the one of your key") \
    ROW(TCX_E_SECRET_KEY_BLANK, "SecretKey has a blank at its beginning or end: remove it") \
    ROW(TCX_E_TOKEN, "the token has a blank, a control character or a non-ASCII character: copy it again") \
    ROW(TCX_E_TOKEN_EMPTY, "the token is set but empty: leave it unset with permanent keys") \
    ROW(TCX_E_TOKEN_BLANK, "the token has a blank at its beginning or end: remove it") \
    ROW(TCX_E_HOST, "the host is malformed: give NAME or NAME:PORT") \
    ROW(TCX_E_HOST_EMPTY, "the host is empty: give one, or leave it unset") \
    ROW(TCX_E_REGION, "the region has a blank, a control character or a non-ASCII character: correct it") \
    ROW(TCX_E_REGION_EMPTY, "the region is set but empty: leave it unset") \
    ROW(TCX_E_REGION_BLANK, "the region has a blank at its beginning or end: remove it") \
    ROW(TCX_E_LANGUAGE, "the language has a blank, a control character or a non-ASCII character: correct it") \
    ROW(TCX_E_LANGUAGE_EMPTY, "the language is set but empty: leave it unset") \
    ROW(TCX_E_LANGUAGE_BLANK, "the language has a blank at its beginning or end: remove it") \
    ROW(TCX_E_FUNCTION_NAME_EMPTY, "FunctionName is empty: name the function") \
    ROW(TCX_E_FUNCTION_NAME_UTF8, "FunctionName is not valid UTF-8: encode it as UTF-8") \
    ROW(TCX_E_FUNCTION_ARG_TWICE, "FunctionArg is given twice, as text and as a source: leave one unset") \
    ROW(TCX_E_FUNCTION_ARG_UTF8, "FunctionArg is not valid UTF-8: encode binary data, with Base64 for example") \
    ROW(TCX_E_SUB_APP_ID_SERVICE, "SubAppId is not a parameter of this service: leave it unset, or call VOD") \
    ROW(TCX_E_SESSION_CONTEXT_UTF8, "SessionContext is not valid UTF-8: encode it as UTF-8") \
    ROW(TCX_E_SESSION_CONTEXT_LONG, "SessionContext is over 1000 characters: shorten it") \
    ROW(TCX_E_SESSION_CONTEXT_SERVICE, \
        "SessionContext is not a parameter of this service: leave it unset, or call VOD") \
    ROW(TCX_E_SESSION_ID_EMPTY, \
        "SessionId is empty, so the service would not recognise a repeat: leave it unset, or give one") \
    ROW(TCX_E_SESSION_ID_BLANK, "SessionId begins or ends with a blank or control character: remove it") \
    ROW(TCX_E_SESSION_ID_UTF8, "SessionId is not valid UTF-8: encode it as UTF-8") \
    ROW(TCX_E_SESSION_ID_LONG, "SessionId is over 50 characters: shorten it") \
    ROW(TCX_E_SESSION_ID_SERVICE, "SessionId is not a parameter of this service: leave it unset, or call VOD") \
    ROW(TCX_E_EXT_INFO_UTF8, "ExtInfo is not valid UTF-8: encode it as UTF-8") \
    ROW(TCX_E_EXT_INFO_SERVICE, "ExtInfo is not a parameter of this service: leave it unset, or call VOD") \
    ROW(TCX_E_CONNECT, "the connection could not be opened: check the network and the address") \
    ROW(TCX_E_SEND, "the connection failed while the request was sent: check the network, then call again") \
    ROW(TCX_E_RECEIVE, \
        "the connection failed before the answer was complete: the outcome says whether the function may have run") \
    ROW(TCX_E_CLOSED, \
        "the peer closed the connection before the answer was complete: the outcome says whether the function may " \
        "have run") \
    ROW(TCX_E_DEADLINE, "the call did not end in time: check the network, or allow more time") \
    ROW(TCX_E_TRANSPORT_CONTRACT, \
        "the transport broke its contract, or its link is in use by another call: correct the port, or close that " \
        "link") \
    ROW(TCX_E_CANCELLED, "the call was cancelled: the outcome says whether the function may have run") \
    ROW(TCX_E_RESULT_LOST, \
        "a call with this SessionId was already accepted, and it ran or is running: find out what it did. A new " \
        "SessionId would run it again") \
    ROW(TCX_E_RESOLVE, "the name could not be resolved to an address: check the name and DNS") \
    ROW(TCX_E_PROXY, \
        "the proxy refused to connect, so nothing was sent: see its HTTP status. For 407, give user and password") \
    ROW(TCX_E_PROXY_ANSWER, "the proxy's answer is not valid HTTP, or too long: check the proxy's address and port") \
    ROW(TCX_E_PROXY_CLOSED, \
        "the proxy closed the connection without an answer, so nothing was sent: check its address, port and log") \
    ROW(TCX_E_TLS, "the peer does not follow the TLS protocol: check that the address and port are the service's") \
    ROW(TCX_E_TLS_ALERT, "the peer ended TLS with an alert: its number says why (RFC 5246 section 7.2)") \
    ROW(TCX_E_TLS_UNSUPPORTED, \
        "the peer and the profile have no TLS version, suite, curve or hash in common: use a larger profile") \
    ROW(TCX_E_TLS_RECORD, "the peer sent a TLS record larger than the buffer: give a larger one (BearSSL: 16709 bytes)") \
    ROW(TCX_E_TLS_INTEGRITY, \
        "a TLS record or signature does not verify: it was changed on the way, or the key is not the pinned one") \
    ROW(TCX_E_X509, "the certificate chain is malformed or out of order: check who answers, or correct the server") \
    ROW(TCX_E_X509_NAME, "the server's certificate is not for this host: check the host, and who answers there") \
    ROW(TCX_E_X509_TIME, "a certificate is expired or not yet valid: check the clock first") \
    ROW(TCX_E_X509_UNTRUSTED, \
        "the server's certificate is not signed by a trusted root: if you expect this server, add its root. " \
        "Otherwise it may be an impostor") \
    ROW(TCX_E_X509_WEAK, \
        "the certificate chain uses a key or signature that is too weak or not supported: replace it") \
    ROW(TCX_E_X509_PURPOSE, "a certificate is not for a server, or may not issue others: check who answers") \
    ROW(TCX_E_X509_EXTENSION, \
        "a certificate has a critical extension that is not supported: use another certificate, or a pin") \
    ROW(TCX_E_HTTP_SYNTAX, "the answer is not HTTP: check that the address and port are the service's") \
    ROW(TCX_E_HTTP_HEAD_TOO_LARGE, "the answer's head is over 64 KiB: check who answers") \
    ROW(TCX_E_HTTP_LENGTH, "the answer's length is malformed or contradicts itself: look for a proxy in between") \
    ROW(TCX_E_HTTP_ENCODING, "the answer has an encoding that was not requested: look for a proxy in between") \
    ROW(TCX_E_HTTP_BODY_TOO_LARGE, "the answer does not fit the response buffer: give a larger one") \
    ROW(TCX_E_HTTP_REDIRECT, "the answer is a redirect, and redirects are not followed: check the host") \
    ROW(TCX_E_HTTP_STATUS, \
        "the answer is not from the service: see its HTTP status. A gateway or proxy may have failed") \
    ROW(TCX_E_HTTP_EARLY, \
        "an answer reported success before the request was sent, so it is rejected: check who answers") \
    ROW(TCX_E_HTTP_FIELD, "the answer's head has a malformed line: look for a proxy that changes it") \
    ROW(TCX_E_JSON_SYNTAX, "the answer is not JSON: see its body. A gateway or proxy may have sent it") \
    ROW(TCX_E_JSON_UTF8, "the function ran, but its Result is not valid UTF-8: make the function return UTF-8") \
    ROW(TCX_E_JSON_DEPTH, "the answer is nested deeper than 32 levels: check who answers") \
    ROW(TCX_E_JSON_TOKENS, "the answer buffer has no room for the JSON tokens after the body: give a larger one") \
    ROW(TCX_E_JSON_DUPLICATE, "the answer has a member twice, so it is rejected: check who answers") \
    ROW(TCX_E_JSON_TYPE, "the answer has a member of the wrong type, so it is rejected: check who answers") \
    ROW(TCX_E_JSON_SHAPE, "the answer is JSON but has no Response: check that the address and port are the service's") \
    ROW(TCX_E_API, "the service returned an error: see its code and message")
/* clang-format on */

/*
 * Returns the row of a status. `rows` are strings one after the other, in the order of TCX_STATUSES, and one more for
 * numbers that are not a status.
 */
const char *tcx_status_row(const char *rows, tcx_status status);

#endif
