/* Tests the classes of the public error codes of MPS and VOD. */
#include "tcx_test.h"

static const struct {
    const char *code;
    tcx_api_class kind;
} rows[] = {
    /* The common codes, all of the public page. */
    { "ActionOffline", TCX_API_CALLER },
    { "AuthFailure", TCX_API_CREDENTIALS },
    { "AuthFailure.InvalidAuthorization", TCX_API_CREDENTIALS },
    { "AuthFailure.InvalidSecretId", TCX_API_CREDENTIALS },
    { "AuthFailure.MFAFailure", TCX_API_CREDENTIALS },
    { "AuthFailure.SecretIdNotFound", TCX_API_CREDENTIALS },
    { "AuthFailure.SignatureExpire", TCX_API_CLOCK },
    { "AuthFailure.SignatureFailure", TCX_API_CREDENTIALS },
    { "AuthFailure.TokenFailure", TCX_API_CREDENTIALS },
    { "AuthFailure.UnauthorizedOperation", TCX_API_CREDENTIALS },
    { "DryRunOperation", TCX_API_CALLER },
    { "FailedOperation", TCX_API_BUSINESS },
    { "InternalError", TCX_API_SERVER },
    { "InvalidAction", TCX_API_CALLER },
    { "InvalidParameter", TCX_API_CALLER },
    { "InvalidParameterValue", TCX_API_CALLER },
    { "InvalidRequest", TCX_API_CALLER },
    { "IpInBlacklist", TCX_API_CREDENTIALS },
    { "IpNotInWhitelist", TCX_API_CREDENTIALS },
    { "LimitExceeded", TCX_API_BUSINESS },
    { "MissingParameter", TCX_API_CALLER },
    { "NoSuchProduct", TCX_API_CALLER },
    { "NoSuchVersion", TCX_API_CALLER },
    { "RequestLimitExceeded", TCX_API_RATE },
    { "RequestLimitExceeded.GlobalRegionUinLimitExceeded", TCX_API_RATE },
    { "RequestLimitExceeded.IPLimitExceeded", TCX_API_RATE },
    { "RequestLimitExceeded.UinLimitExceeded", TCX_API_RATE },
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
    /* ExecuteFunction's own. */
    { "FailedOperation.InvalidMpsUser", TCX_API_BUSINESS },
    { "FailedOperation.InvalidUser", TCX_API_BUSINESS },
    { "FailedOperation.InvalidVodUser", TCX_API_BUSINESS },
    { "InvalidParameterValue.FunctionArg", TCX_API_CALLER },
    { "InvalidParameterValue.FunctionName", TCX_API_CALLER },
    { "InvalidParameterValue.SessionContextTooLong", TCX_API_CALLER },
    { "InvalidParameterValue.SessionId", TCX_API_DUPLICATE },
    { "InvalidParameterValue.SessionId.More", TCX_API_DUPLICATE },
    { "InvalidParameterValue.SessionIdTooLong", TCX_API_CALLER },
    /* Below a known code, whatever follows the dot. */
    { "AuthFailure.SignatureExpire.More", TCX_API_CLOCK },
    { "AuthFailure.", TCX_API_CREDENTIALS },
    { "InternalError.DBError", TCX_API_SERVER },
    /* Not known, or only almost. */
    { "", TCX_API_UNKNOWN },
    { ".", TCX_API_UNKNOWN },
    { "AuthFailur", TCX_API_UNKNOWN },
    { "AuthFailures", TCX_API_UNKNOWN },
    { "authfailure", TCX_API_UNKNOWN },
    { " AuthFailure", TCX_API_UNKNOWN },
    { "AuthFailure ", TCX_API_UNKNOWN },
    { "AuthFailureSignatureExpire", TCX_API_UNKNOWN },
    { "AuthFailure.SignatureExpired", TCX_API_CREDENTIALS },
    { "InvalidParameterValues", TCX_API_UNKNOWN },
    { "SomethingNew", TCX_API_UNKNOWN },
    { "SomethingNew.AuthFailure", TCX_API_UNKNOWN },
};

static void test_classes(void **state)
{
    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        tcx_guard guard;
        tcx_text code = tcx_guard_text(&guard, tcx_text_from(rows[i].code));

        if (tcx_api_classify(code) != rows[i].kind)
            fail_msg("'%s' is of class %d, not %d", rows[i].code, tcx_api_classify(code), rows[i].kind);
        tcx_guard_close(&guard);
    }
    assert_int_equal(tcx_api_classify((tcx_text){ NULL, 11 }), TCX_API_UNKNOWN);
    assert_int_equal(tcx_api_classify((tcx_text)TCX_TEXT("AuthFailure\0x")), TCX_API_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_classes) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
