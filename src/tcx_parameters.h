/*
 * The parameters of ExecuteFunction: the rule for each text, its placeholder, and its place on the wire. README.md says
 * how to add one.
 */
#ifndef TCX_PARAMETERS_H
#define TCX_PARAMETERS_H

#include <tcexec/request.h>

enum { TCX_NO_LIMIT = 0 };

/* clang-format off */
/*
 * The texts of a request except `host`, in the order of the structure. Each row: the member; any status of the field;
 * the most characters; the bit of the services that have the parameter (0: all have it); 1 if the text must be visible
 * ASCII because it is in a header, 0 if it is UTF-8.
 */
#define TCX_TEXTS(ROW) \
    ROW(function_name, TCX_E_FUNCTION_NAME_UTF8, TCX_NO_LIMIT, 0, 0) \
    ROW(function_arg, TCX_E_FUNCTION_ARG_UTF8, TCX_NO_LIMIT, 0, 0) \
    ROW(session_context, TCX_E_SESSION_CONTEXT_UTF8, TCX_SESSION_CONTEXT_MAX, TCX_PARAMETER_SESSION_CONTEXT, 0) \
    ROW(session_id, TCX_E_SESSION_ID_UTF8, TCX_SESSION_ID_MAX, TCX_PARAMETER_SESSION_ID, 0) \
    ROW(ext_info, TCX_E_EXT_INFO_UTF8, TCX_NO_LIMIT, TCX_PARAMETER_EXT_INFO, 0) \
    ROW(region, TCX_E_REGION, TCX_NO_LIMIT, 0, 1) \
    ROW(language, TCX_E_LANGUAGE, TCX_NO_LIMIT, 0, 1)

/* Their placeholders, numbered in the order of the rows. The others are in tcx_message.h. */
#define M_FUNCTION_NAME   "\x90"
#define M_FUNCTION_ARG    "\x91"
#define M_SESSION_CONTEXT "\x92"
#define M_SESSION_ID      "\x93"
#define M_EXT_INFO        "\x94"
#define M_REGION          "\x95"
#define M_LANGUAGE        "\x96" /* the last placeholder */

/* The body of a POST signed by TC3. */
#define TCX_PARAMETERS_JSON \
    "{\"FunctionName\":\"" M_ESCAPE M_FUNCTION_NAME "\",\"FunctionArg\":\"" M_ESCAPE M_FUNCTION_ARG "\"" \
    M_IF ",\"SubAppId\":" M_SUB_APP_ID M_END \
    M_IF ",\"SessionContext\":\"" M_ESCAPE M_SESSION_CONTEXT "\"" M_END \
    M_IF ",\"SessionId\":\"" M_ESCAPE M_SESSION_ID "\"" M_END \
    M_IF ",\"ExtInfo\":\"" M_ESCAPE M_EXT_INFO "\"" M_END \
    "}"

/* The query of a GET signed by TC3. */
#define TCX_PARAMETERS_QUERY \
    "FunctionName=" M_ESCAPE M_FUNCTION_NAME "&FunctionArg=" M_ESCAPE M_FUNCTION_ARG \
    M_IF "&SubAppId=" M_SUB_APP_ID M_END \
    M_IF "&SessionContext=" M_ESCAPE M_SESSION_CONTEXT M_END \
    M_IF "&SessionId=" M_ESCAPE M_SESSION_ID M_END \
    M_IF "&ExtInfo=" M_ESCAPE M_EXT_INFO M_END

/*
 * The form or query of signature v1, with the common parameters, sorted by the bytes of the names. What is signed
 * differs from what is sent only in the escapes and in Signature.
 */
#define TCX_PARAMETERS_SORTED \
    "Action=ExecuteFunction" \
    M_IF "&ExtInfo=" M_ESCAPE M_EXT_INFO M_END \
    "&FunctionArg=" M_ESCAPE M_FUNCTION_ARG "&FunctionName=" M_ESCAPE M_FUNCTION_NAME \
    M_IF "&Language=" M_ESCAPE M_LANGUAGE M_END \
    "&Nonce=" M_NONCE \
    M_IF "&Region=" M_ESCAPE M_REGION M_END \
    "&SecretId=" M_ESCAPE M_SECRET_ID \
    M_IF "&SessionContext=" M_ESCAPE M_SESSION_CONTEXT M_END \
    M_IF "&SessionId=" M_ESCAPE M_SESSION_ID M_END \
    "&SignatureMethod=" M_SIGNATURE_METHOD \
    M_IF "&SubAppId=" M_SUB_APP_ID M_END \
    "&Timestamp=" M_TIMESTAMP \
    M_IF "&Token=" M_ESCAPE M_TOKEN M_END \
    "&Version=" M_ESCAPE M_VERSION \
    M_IF "&Signature=" M_ESCAPE M_DIGEST M_END
/* clang-format on */

#endif
