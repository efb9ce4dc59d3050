/* Tests the meanings of the public error codes of MPS and VOD, and the next steps. */
#include "tcx_test.h"

/* All of the public pages. */
static const char *const codes[] = {
    "ActionOffline",
    "AuthFailure",
    "AuthFailure.InvalidAuthorization",
    "AuthFailure.InvalidSecretId",
    "AuthFailure.MFAFailure",
    "AuthFailure.SecretIdNotFound",
    "AuthFailure.SignatureExpire",
    "AuthFailure.SignatureFailure",
    "AuthFailure.TokenFailure",
    "AuthFailure.UnauthorizedOperation",
    "DryRunOperation",
    "FailedOperation",
    "FailedOperation.InvalidMpsUser",
    "FailedOperation.InvalidUser",
    "FailedOperation.InvalidVodUser",
    "InternalError",
    "InvalidAction",
    "InvalidParameter",
    "InvalidParameterValue",
    "InvalidParameterValue.FunctionArg",
    "InvalidParameterValue.FunctionName",
    "InvalidParameterValue.SessionContextTooLong",
    "InvalidParameterValue.SessionId",
    "InvalidParameterValue.SessionIdTooLong",
    "InvalidRequest",
    "IpInBlacklist",
    "IpNotInWhitelist",
    "LimitExceeded",
    "MissingParameter",
    "NoSuchProduct",
    "NoSuchVersion",
    "RequestLimitExceeded",
    "RequestLimitExceeded.GlobalRegionUinLimitExceeded",
    "RequestLimitExceeded.IPLimitExceeded",
    "RequestLimitExceeded.UinLimitExceeded",
    "RequestSizeLimitExceeded",
    "ResourceInUse",
    "ResourceInsufficient",
    "ResourceNotFound",
    "ResourceUnavailable",
    "ResponseSizeLimitExceeded",
    "ServiceUnavailable",
    "UnauthorizedOperation",
    "UnknownParameter",
    "UnsupportedOperation",
    "UnsupportedProtocol",
    "UnsupportedRegion",
};

static const char *advice(const char *code)
{
    tcx_guard guard;
    const char *text = tcx_api_advice(tcx_guard_text(&guard, tcx_text_from(code)));

    tcx_guard_close(&guard);
    return text;
}

/* One line, "meaning: next step", for a person. */
static void test_each_code_has_a_line_of_its_own(void **state)
{
    (void)state;
    for (size_t i = 0; i < TCX_COUNT(codes); i++) {
        const char *text = advice(codes[i]);
        const char *step = strstr(text, ": ");

        if (step == NULL || step == text || strlen(step) < 8 || strstr(step + 2, ": ") != NULL)
            fail_msg("%s: not a meaning and one next step: %s", codes[i], text);
        assert_null(strpbrk(text, "\n\r\t"));
        assert_true(strlen(text) < 200);
        assert_int_not_equal(text[strlen(text) - 1], '.');
        assert_string_not_equal(text, advice("SomethingNew"));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(text, advice(codes[j]));
    }
}

/* What a text says about the function agrees with the class by which a call is repeated, or not. */
static void test_it_agrees_with_the_class(void **state)
{
    (void)state;
    for (size_t i = 0; i < TCX_COUNT(codes); i++) {
        const char *text = advice(codes[i]);
        const int is_refused = strstr(text, "did not run") != NULL;

        switch (tcx_api_classify(tcx_text_from(codes[i]))) {
        case TCX_API_CREDENTIALS:
        case TCX_API_CLOCK:
        case TCX_API_RATE:
        case TCX_API_DUPLICATE:
            assert_true(is_refused);
            break;
        case TCX_API_CALLER:
            assert_int_equal(is_refused, strcmp(codes[i], "ResponseSizeLimitExceeded") != 0);
            break;
        default: /* a failed operation may have run in part */
            assert_false(is_refused);
            break;
        }
    }
}

static void test_a_sub_code_has_the_line_of_the_longest_code_above(void **state)
{
    (void)state;
    assert_string_equal(advice("AuthFailure.Else"), advice("AuthFailure"));
    assert_string_equal(advice("AuthFailure."), advice("AuthFailure"));
    assert_string_equal(advice("AuthFailure.SignatureExpired"), advice("AuthFailure"));
    assert_string_equal(advice("AuthFailure.SignatureExpire.More"), advice("AuthFailure.SignatureExpire"));
    assert_string_equal(advice("InternalError.DBError"), advice("InternalError"));
    assert_string_equal(advice("InvalidParameterValue.SessionId.More"), advice("InvalidParameterValue.SessionId"));
}

static void test_other_codes(void **state)
{
    static const char *const others[] = {
        "", ".", "AuthFailur", "AuthFailures", "authfailure", " AuthFailure", "New.AuthFailure"
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(others); i++)
        assert_string_equal(advice(others[i]), advice("SomethingNew"));
    assert_string_equal(tcx_api_advice((tcx_text){ NULL, 11 }), advice("SomethingNew"));
    assert_true(strlen(advice("SomethingNew")) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_code_has_a_line_of_its_own),
        cmocka_unit_test(test_it_agrees_with_the_class),
        cmocka_unit_test(test_a_sub_code_has_the_line_of_the_longest_code_above),
        cmocka_unit_test(test_other_codes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
