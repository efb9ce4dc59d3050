#include <tcexec/response.h>

#include "tcx_code.h"

/*
 * The public "error codes" pages of MPS and VOD, those of ExecuteFunction first of all. A sub-code stands after its
 * parent: the last match wins. src/docs/codes.py reads this table for the manual.
 */
static const struct {
    const char *code;
    const char *text;
} api_advice_table[] = {
    { "ActionOffline", "the service no longer offers ExecuteFunction, and the function did not run: ask its support "
                       "what replaces it" },
    { "AuthFailure", "the service does not accept the key pair or the signature, and the function did not run: check "
                     "SecretId, SecretKey and token" },
    { "AuthFailure.InvalidAuthorization", "the Authorization header is malformed, and the function did not run: look "
                                          "for a proxy that changes headers" },
    { "AuthFailure.InvalidSecretId", "this is not the SecretId of an API key, and the function did not run: copy it "
                                     "again from the API keys page of the console" },
    { "AuthFailure.MFAFailure", "the account's second factor was not confirmed, and the function did not run: confirm "
                                "it, or use a key that needs none" },
    { "AuthFailure.SecretIdNotFound", "the SecretId is unknown, deleted or disabled, and the function did not run: "
                                      "check the key on the API keys page of the console" },
    { "AuthFailure.SignatureExpire", "the clock is wrong by more than five minutes, and the function did not run: set "
                                     "the clock" },
    { "AuthFailure.SignatureFailure", "the signature does not match the SecretId, and the function did not run: check "
                                      "that SecretKey and SecretId are one key pair" },
    { "AuthFailure.TokenFailure", "the token is wrong or has expired, and the function did not run: get new temporary "
                                  "credentials" },
    { "AuthFailure.UnauthorizedOperation", "an access policy denies this call, and the function did not run: ask the "
                                           "account's administrator to allow ExecuteFunction (CAM)" },
    { "DryRunOperation", "the service only checked the request, and the function did not run: find out what adds "
                         "DryRun to it" },
    { "FailedOperation", "the operation failed, and it is unknown how much of it ran: give the function's owner the "
                         "RequestId" },
    { "FailedOperation.InvalidMpsUser", "the account is not a user of MPS: activate MPS in the console, or use a key "
                                        "of an account that has it" },
    { "FailedOperation.InvalidUser", "the account is not a valid user of the service: check which account owns the "
                                     "key" },
    { "FailedOperation.InvalidVodUser", "the account is not a user of VOD: activate VOD in the console, or use a key "
                                        "of an account that has it" },
    { "InternalError", "the service failed, and it is unknown how much of the function ran: find out what it did "
                       "before you call again" },
    { "InvalidAction", "this host has no ExecuteFunction, and the function did not run: check the host" },
    { "InvalidParameter", "a parameter has the wrong form, and the function did not run: correct the one that the "
                          "message names" },
    { "InvalidParameterValue", "a parameter has a wrong value, and the function did not run: correct the one that the "
                               "message names" },
    { "InvalidParameterValue.FunctionArg", "the service does not accept FunctionArg, and the function did not run: "
                                           "compare it with the form that was agreed for this function" },
    { "InvalidParameterValue.FunctionName", "the account has no function of this name, and the function did not run: "
                                            "check FunctionName, the service and the account" },
    { "InvalidParameterValue.SessionContextTooLong", "SessionContext is over 1000 characters, and the function did not "
                                                     "run: shorten it" },
    { "InvalidParameterValue.SessionId", "a call with this SessionId was accepted within seven days, and this one did "
                                         "not run: find out what that call did. Its Result is not sent again" },
    { "InvalidParameterValue.SessionIdTooLong", "SessionId is over 50 characters, and the function did not run: "
                                                "shorten it" },
    { "InvalidRequest", "the body of the request is malformed, and the function did not run: look for a proxy that "
                        "changes it" },
    { "IpInBlacklist", "the account blocks this device's IP address, and the function did not run: remove it from the "
                       "list of blocked addresses" },
    { "IpNotInWhitelist", "the account does not allow this device's IP address, and the function did not run: add it "
                          "to the list of allowed addresses" },
    { "LimitExceeded", "a quota of the account is used up: raise the quota that the message names, or wait until it is "
                       "renewed" },
    { "MissingParameter", "a required parameter is missing, and the function did not run: add the one that the message "
                          "names" },
    { "NoSuchProduct", "this host does not know the service, and the function did not run: check the host and the "
                       "service's name" },
    { "NoSuchVersion", "the service does not know this version of its API, and the function did not run: check the "
                       "service's version" },
    { "RequestLimitExceeded", "too many requests, and the function did not run: call again after a second" },
    { "RequestLimitExceeded.GlobalRegionUinLimitExceeded", "too many requests of this account in all regions, and the "
                                                           "function did not run: call again after a second" },
    { "RequestLimitExceeded.IPLimitExceeded", "too many requests from this IP address, and the function did not run: "
                                              "call again after a second" },
    { "RequestLimitExceeded.UinLimitExceeded", "too many requests of this account, and the function did not run: call "
                                               "again after a second" },
    { "RequestSizeLimitExceeded", "the request is too large, and the function did not run: send a smaller FunctionArg, "
                                  "or a link to the data" },
    { "ResourceInUse", "something that the function needs is in use: call again when it is free" },
    { "ResourceInsufficient", "something that the function needs is used up: give the function's owner the message" },
    { "ResourceNotFound", "something that the function needs does not exist: if FunctionArg names it, correct it. "
                          "Otherwise ask the function's owner" },
    { "ResourceUnavailable",
      "something that the function needs cannot be used: give the function's owner the RequestId" },
    { "ResponseSizeLimitExceeded", "the answer is over the service's limit, and the function may have run: make the "
                                   "function return less" },
    { "ServiceUnavailable", "the service is down, and it is unknown how much of the function ran: find out what it "
                            "did before you call again" },
    { "UnauthorizedOperation", "the key may not call this function, and the function did not run: ask the account's "
                               "administrator to allow it (CAM)" },
    { "UnknownParameter", "the service does not know one of the parameters, and the function did not run: leave out "
                          "the one that the message names" },
    { "UnsupportedOperation", "the service does not support this operation here, and the function did not run: see the "
                              "message" },
    { "UnsupportedProtocol", "the service accepts only GET and POST, and the function did not run: look for "
                             "a proxy that changes the request" },
    { "UnsupportedRegion", "the service is not in this region, and the function did not run: leave the region unset, "
                           "or name another one" },
};

const char *tcx_api_advice(tcx_text error_code)
{
    const char *text = "this code is not in the service's public list: give the RequestId to the service's support";

    for (size_t i = 0; i < sizeof api_advice_table / sizeof api_advice_table[0]; i++) {
        if (tcx_code_is(error_code, api_advice_table[i].code))
            text = api_advice_table[i].text;
    }
    return text;
}
