#include <tcexec/status.h>

const char *tcx_status_text(tcx_status status)
{
    switch (status) {
    case TCX_OK:
        return "done";
    case TCX_PENDING:
        return "the call goes on";
    case TCX_E_NULL:
        return "a required pointer is missing: see the function's header";
    case TCX_E_BUFFER:
        return "the output buffer is too small: give the size that was returned";
    case TCX_E_TIME:
        return "the time is outside 1970 to 9999: give seconds since 1970-01-01 UTC";
    case TCX_E_CLOCK_UNSET:
        return "the clock was never set: set it, then call again";
    case TCX_E_NONCE:
        return "signature v1 has no nonce: give one from 1 to 4294967295, different for each call";
    case TCX_E_REQUEST_TOO_LARGE:
        return "the request is over 10 MiB (TC3), 1 MiB (v1) or 32 KiB (GET): send less, or only where the data is";
    case TCX_E_SOURCE:
        return "FunctionArg could not be read, or changed while it was read: keep it as it is until the call has ended";
    case TCX_E_BUSY:
        return "this call is still under way: step or cancel it first";
    case TCX_E_SERVICE:
        return "the service has no usable name or version: give both, in visible ASCII";
    case TCX_E_TLS_BUFFER:
        return "the TLS buffer is too small: give at least 837 bytes, 16709 to be safe";
    case TCX_E_TLS_TRUST:
        return "there is no usable trust anchor and no usable pinned key: give a root certificate or a pin";
    case TCX_E_TLS_ENTROPY:
        return "there are no random numbers, so nothing was sent: check the source of entropy";
    case TCX_E_TLS_PROFILE:
        return "the TLS profile lacks what a handshake needs: give it suites, curves, hashes and a PRF";
    case TCX_E_TLS_NAME:
        return "the server's name is empty, too long, or an IP address, which TLS cannot verify: give its domain name";
    case TCX_E_PROXY_ADDRESS:
        return "the proxy has no usable address or port: give NAME and PORT, in visible ASCII";
    case TCX_E_PROXY_CREDENTIALS:
        return "the proxy's credentials are not user:password, too long, or have a control character: write them again";
    case TCX_E_PROXY_TARGET:
        return "the address to dial through the proxy is not a name or an IP address: correct it";
    case TCX_E_SECRET_ID:
        return "SecretId has a blank, a control character or a non-ASCII character in it: copy it again";
    case TCX_E_SECRET_ID_EMPTY:
        return "SecretId is empty: give the one of your key";
    case TCX_E_SECRET_ID_BLANK:
        return "SecretId has a blank at its beginning or end: remove it";
    case TCX_E_SECRET_KEY:
        return "SecretKey has a blank, a control character or a non-ASCII character in it: copy it again";
    case TCX_E_SECRET_KEY_EMPTY:
        return "SecretKey is empty: give the one of your key";
    case TCX_E_SECRET_KEY_BLANK:
        return "SecretKey has a blank at its beginning or end: remove it";
    case TCX_E_TOKEN:
        return "the token has a blank, a control character or a non-ASCII character in it: copy it again";
    case TCX_E_TOKEN_EMPTY:
        return "the token is set but empty: leave it unset with permanent keys";
    case TCX_E_TOKEN_BLANK:
        return "the token has a blank at its beginning or end: remove it";
    case TCX_E_HOST:
        return "the host is malformed: give NAME or NAME:PORT";
    case TCX_E_HOST_EMPTY:
        return "the host is empty: name one, or leave the request's unset";
    case TCX_E_REGION:
        return "the region has a blank, a control character or a non-ASCII character in it: write it again";
    case TCX_E_REGION_EMPTY:
        return "the region is set but empty: leave it unset";
    case TCX_E_REGION_BLANK:
        return "the region has a blank at its beginning or end: remove it";
    case TCX_E_LANGUAGE:
        return "the language has a blank, a control character or a non-ASCII character in it: write it again";
    case TCX_E_LANGUAGE_EMPTY:
        return "the language is set but empty: leave it unset";
    case TCX_E_LANGUAGE_BLANK:
        return "the language has a blank at its beginning or end: remove it";
    case TCX_E_FUNCTION_NAME_EMPTY:
        return "FunctionName is empty: name the function";
    case TCX_E_FUNCTION_NAME_UTF8:
        return "FunctionName is not valid UTF-8: encode it so";
    case TCX_E_FUNCTION_ARG_TWICE:
        return "FunctionArg is given twice, as text and as a source: leave one unset";
    case TCX_E_FUNCTION_ARG_UTF8:
        return "FunctionArg is not valid UTF-8: encode binary data, with Base64 for example";
    case TCX_E_SUB_APP_ID_SERVICE:
        return "SubAppId is not a parameter of this service: leave it unset, or call VOD";
    case TCX_E_SESSION_CONTEXT_UTF8:
        return "SessionContext is not valid UTF-8: encode it so";
    case TCX_E_SESSION_CONTEXT_LONG:
        return "SessionContext is over 1000 characters: shorten it";
    case TCX_E_SESSION_CONTEXT_SERVICE:
        return "SessionContext is not a parameter of this service: leave it unset, or call VOD";
    case TCX_E_SESSION_ID_EMPTY:
        return "SessionId is empty, so the service would not recognise a repeat: leave it unset, or give one";
    case TCX_E_SESSION_ID_BLANK:
        return "SessionId begins or ends with a blank or control character: remove it";
    case TCX_E_SESSION_ID_UTF8:
        return "SessionId is not valid UTF-8: encode it so";
    case TCX_E_SESSION_ID_LONG:
        return "SessionId is over 50 characters: shorten it";
    case TCX_E_SESSION_ID_SERVICE:
        return "SessionId is not a parameter of this service: leave it unset, or call VOD";
    case TCX_E_EXT_INFO_UTF8:
        return "ExtInfo is not valid UTF-8: encode it so";
    case TCX_E_EXT_INFO_SERVICE:
        return "ExtInfo is not a parameter of this service: leave it unset, or call VOD";
    case TCX_E_CONNECT:
        return "the connection could not be opened: check the network and the address";
    case TCX_E_SEND:
        return "the connection failed while the request was sent: check the network, then call again";
    case TCX_E_RECEIVE:
        return "the connection failed before the answer was complete: the outcome says whether the function may have "
               "run";
    case TCX_E_CLOSED:
        return "the peer closed the connection before the answer was complete: the outcome says whether the function "
               "may have run";
    case TCX_E_DEADLINE:
        return "the call did not end within its time: check the network, or allow more time";
    case TCX_E_TRANSPORT_CONTRACT:
        return "the transport broke its contract, or its link is still another call's: correct the port, or close that link";
    case TCX_E_CANCELLED:
        return "the call was cancelled: the outcome says whether the function may have run";
    case TCX_E_RESULT_LOST:
        return "a call with this SessionId was already accepted, it ran or is running: look for what it did, a new "
               "SessionId would run it again";
    case TCX_E_RESOLVE:
        return "the name could not be resolved to an address: check the name and DNS";
    case TCX_E_PROXY:
        return "the proxy refused to connect, so nothing was sent: see its HTTP status, 407 asks for user and password";
    case TCX_E_PROXY_ANSWER:
        return "the proxy's answer is not HTTP, so nothing was sent: check that an HTTP proxy has this address and port";
    case TCX_E_PROXY_CLOSED:
        return "the proxy closed the connection without an answer, so nothing was sent: check its address, port and log";
    case TCX_E_TLS:
        return "the peer does not speak TLS as it should: check that address and port are the service's";
    case TCX_E_TLS_ALERT:
        return "the peer ended TLS with an alert: its number says why (RFC 5246 section 7.2)";
    case TCX_E_TLS_UNSUPPORTED:
        return "the peer and the profile have no TLS version, suite, curve or hash in common: give a fuller profile";
    case TCX_E_TLS_RECORD:
        return "the peer sent a TLS record larger than the buffer: give a buffer of 16709 bytes";
    case TCX_E_TLS_INTEGRITY:
        return "a TLS record or signature does not verify: it was changed on the way, or the key is not the pinned one";
    case TCX_E_X509:
        return "the certificate chain is malformed or out of order: check who answers, or have the server corrected";
    case TCX_E_X509_NAME:
        return "the server's certificate is not for this host: check the host, and who answers there";
    case TCX_E_X509_TIME:
        return "a certificate is expired or not yet valid: check the clock first";
    case TCX_E_X509_UNTRUSTED:
        return "the server's certificate is not signed by a trusted root: add its root if you expect this server, "
               "otherwise it may be an impostor";
    case TCX_E_X509_WEAK:
        return "the certificate chain uses a key or signature that is too weak or not supported: have it replaced";
    case TCX_E_X509_PURPOSE:
        return "a certificate is not meant for a server, or may not issue others: check who answers";
    case TCX_E_X509_EXTENSION:
        return "a certificate has a critical extension that is not supported: use another certificate, or a pin";
    case TCX_E_HTTP_SYNTAX:
        return "the answer is not HTTP: check that address and port are the service's";
    case TCX_E_HTTP_HEAD_TOO_LARGE:
        return "the answer's head is over 64 KiB: check who answers";
    case TCX_E_HTTP_LENGTH:
        return "the answer's length is malformed or contradicts itself: look for a proxy in between";
    case TCX_E_HTTP_ENCODING:
        return "the answer is encoded in a way that was not asked for: look for a proxy in between";
    case TCX_E_HTTP_BODY_TOO_LARGE:
        return "the answer does not fit the response buffer: give a larger one";
    case TCX_E_HTTP_REDIRECT:
        return "the answer is a redirect, which is not followed: check the host";
    case TCX_E_HTTP_STATUS:
        return "the answer is not from the service: see its HTTP status, a gateway or proxy may have failed";
    case TCX_E_HTTP_EARLY:
        return "an answer claimed success before the request was sent, so it is not believed: check who answers";
    case TCX_E_HTTP_FIELD:
        return "the answer's head has a malformed line: look for a proxy in between that writes it";
    case TCX_E_JSON_SYNTAX:
        return "the answer is not JSON: see its body; a gateway or proxy may have sent it";
    case TCX_E_JSON_UTF8:
        return "the function ran, but its Result is not valid UTF-8: have the function return text";
    case TCX_E_JSON_DEPTH:
        return "the answer is nested deeper than 32 levels: check who answers";
    case TCX_E_JSON_TOKENS:
        return "the answer has more JSON values than there is room for: give more tokens";
    case TCX_E_JSON_DUPLICATE:
        return "the answer has a member twice, so it is not believed: check who answers";
    case TCX_E_JSON_TYPE:
        return "the answer has a member of the wrong type, so it is not believed: check who answers";
    case TCX_E_JSON_SHAPE:
        return "the answer is JSON but has no Response: check that address and port are the service's";
    case TCX_E_API:
        return "the service said no: see its code and message";
    }
    return "a status that this version does not know";
}
