#include <tcexec/response.h>

#include "tcx_code.h"

/*
 * The public "error codes" pages of MPS and VOD. A sub-code is listed only if its class differs from its parent's, and
 * after its parent: the last match wins.
 */
/* clang-format off */
#define API_CODES(ROW) \
    ROW("ActionOffline", TCX_API_CALLER) \
    ROW("AuthFailure", TCX_API_CREDENTIALS) \
    ROW("AuthFailure.SignatureExpire", TCX_API_CLOCK) \
    ROW("DryRunOperation", TCX_API_CALLER) \
    ROW("FailedOperation", TCX_API_BUSINESS) \
    ROW("InternalError", TCX_API_SERVER) \
    ROW("InvalidAction", TCX_API_CALLER) \
    ROW("InvalidParameter", TCX_API_CALLER) \
    ROW("InvalidParameterValue", TCX_API_CALLER) \
    ROW("InvalidParameterValue.SessionId", TCX_API_DUPLICATE) \
    ROW("InvalidRequest", TCX_API_CALLER) \
    ROW("IpInBlacklist", TCX_API_CREDENTIALS) \
    ROW("IpNotInWhitelist", TCX_API_CREDENTIALS) \
    ROW("LimitExceeded", TCX_API_BUSINESS) \
    ROW("MissingParameter", TCX_API_CALLER) \
    ROW("NoSuchProduct", TCX_API_CALLER) \
    ROW("NoSuchVersion", TCX_API_CALLER) \
    ROW("RequestLimitExceeded", TCX_API_RATE) \
    ROW("RequestSizeLimitExceeded", TCX_API_CALLER) \
    ROW("ResourceInUse", TCX_API_BUSINESS) \
    ROW("ResourceInsufficient", TCX_API_BUSINESS) \
    ROW("ResourceNotFound", TCX_API_BUSINESS) \
    ROW("ResourceUnavailable", TCX_API_BUSINESS) \
    ROW("ResponseSizeLimitExceeded", TCX_API_CALLER) \
    ROW("ServiceUnavailable", TCX_API_SERVER) \
    ROW("UnauthorizedOperation", TCX_API_CREDENTIALS) \
    ROW("UnknownParameter", TCX_API_CALLER) \
    ROW("UnsupportedOperation", TCX_API_CALLER) \
    ROW("UnsupportedProtocol", TCX_API_CALLER) \
    ROW("UnsupportedRegion", TCX_API_CALLER)
/* clang-format on */

#define API_CODE(code, kind)  code "\0"
#define API_CLASS(code, kind) kind,

static const char api_codes[] = API_CODES(API_CODE);
static const uint8_t api_classes[] = { API_CODES(API_CLASS) };

tcx_api_class tcx_api_classify(tcx_text error_code)
{
    tcx_api_class kind = TCX_API_UNKNOWN;
    const char *code = api_codes;

    for (size_t i = 0; i < sizeof api_classes; i++) {
        if (tcx_code_is(error_code, code))
            kind = (tcx_api_class)api_classes[i];
        code += strlen(code) + 1;
    }
    return kind;
}
