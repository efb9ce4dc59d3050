#include <tcexec/response.h>

#include "tcx_code.h"

/*
 * The public "error codes" pages of MPS and VOD. A sub-code is listed only if its class differs from its parent's, and
 * after its parent: the last match wins.
 */
static const struct {
    const char *code;
    uint8_t kind; /* tcx_api_class */
} api_codes[] = {
    { "ActionOffline", TCX_API_CALLER },
    { "AuthFailure", TCX_API_CREDENTIALS },
    { "AuthFailure.SignatureExpire", TCX_API_CLOCK },
    { "DryRunOperation", TCX_API_CALLER },
    { "FailedOperation", TCX_API_BUSINESS },
    { "InternalError", TCX_API_SERVER },
    { "InvalidAction", TCX_API_CALLER },
    { "InvalidParameter", TCX_API_CALLER },
    { "InvalidParameterValue", TCX_API_CALLER },
    { "InvalidParameterValue.SessionId", TCX_API_DUPLICATE },
    { "InvalidRequest", TCX_API_CALLER },
    { "IpInBlacklist", TCX_API_CREDENTIALS },
    { "IpNotInWhitelist", TCX_API_CREDENTIALS },
    { "LimitExceeded", TCX_API_BUSINESS },
    { "MissingParameter", TCX_API_CALLER },
    { "NoSuchProduct", TCX_API_CALLER },
    { "NoSuchVersion", TCX_API_CALLER },
    { "RequestLimitExceeded", TCX_API_RATE },
    { "RequestSizeLimitExceeded", TCX_API_CALLER },
    { "ResourceInUse", TCX_API_BUSINESS },
    { "ResourceInsufficient", TCX_API_BUSINESS },
    { "ResourceNotFound", TCX_API_BUSINESS },
    { "ResourceUnavailable", TCX_API_BUSINESS },
    { "ResponseSizeLimitExceeded", TCX_API_CALLER },
    { "ServiceUnavailable", TCX_API_SERVER },
    { "UnauthorizedOperation", TCX_API_CREDENTIALS },
    { "UnknownParameter", TCX_API_CALLER },
    { "UnsupportedOperation", TCX_API_CALLER },
    { "UnsupportedProtocol", TCX_API_CALLER },
    { "UnsupportedRegion", TCX_API_CALLER },
};

tcx_api_class tcx_api_classify(tcx_text error_code)
{
    tcx_api_class kind = TCX_API_UNKNOWN;

    for (size_t i = 0; i < sizeof api_codes / sizeof api_codes[0]; i++) {
        if (tcx_code_is(error_code, api_codes[i].code))
            kind = (tcx_api_class)api_codes[i].kind;
    }
    return kind;
}
