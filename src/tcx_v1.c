/*
 * HmacSHA1 and HmacSHA256: the public document "signature v1" of Tencent Cloud API 3.0.
 */
#include "tcx_message.h"

/* Sorted by name, byte order. What is sent is what is signed, but for the encoding of the values. */
static const tcx_segment parameters[] = {
    { "Action=ExecuteFunction", TCX_FIELD_NONE, TCX_ENCODE_NOTHING },
    { "&ExtInfo=", TCX_FIELD_EXT_INFO, TCX_ENCODE_PERCENT },
    { "&FunctionArg=", TCX_FIELD_FUNCTION_ARG, TCX_ENCODE_PERCENT },
    { "&FunctionName=", TCX_FIELD_FUNCTION_NAME, TCX_ENCODE_PERCENT },
    { "&Language=", TCX_FIELD_LANGUAGE, TCX_ENCODE_PERCENT },
    { "&Nonce=", TCX_FIELD_NONCE, TCX_ENCODE_RAW },
    { "&Region=", TCX_FIELD_REGION, TCX_ENCODE_PERCENT },
    { "&SecretId=", TCX_FIELD_SECRET_ID, TCX_ENCODE_PERCENT },
    { "&SessionContext=", TCX_FIELD_SESSION_CONTEXT, TCX_ENCODE_PERCENT },
    { "&SessionId=", TCX_FIELD_SESSION_ID, TCX_ENCODE_PERCENT },
    { "&SignatureMethod=", TCX_FIELD_SIGNATURE_METHOD, TCX_ENCODE_RAW },
    { "&SubAppId=", TCX_FIELD_SUB_APP_ID, TCX_ENCODE_RAW },
    { "&Timestamp=", TCX_FIELD_TIMESTAMP, TCX_ENCODE_RAW },
    { "&Token=", TCX_FIELD_TOKEN, TCX_ENCODE_PERCENT },
    { "&Version=", TCX_FIELD_VERSION, TCX_ENCODE_PERCENT },
    { NULL, 0, 0 },
};

static const tcx_segment post_head[] = {
    { "POST / HTTP/1.1\r\nHost: ", TCX_FIELD_HOST, TCX_ENCODE_LOWER },
    { "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ", TCX_FIELD_CONTENT_LENGTH,
      TCX_ENCODE_RAW },
    { "\r\n\r\n", TCX_FIELD_NONE, TCX_ENCODE_NOTHING },
    { NULL, 0, 0 },
};

static const tcx_segment signature[] = {
    { "&Signature=", TCX_FIELD_DIGEST, TCX_ENCODE_PERCENT },
    { NULL, 0, 0 },
};

static const tcx_segment post_to_sign[] = {
    { "POST", TCX_FIELD_HOST, TCX_ENCODE_LOWER },
    { "/?", TCX_FIELD_NONE, TCX_ENCODE_NOTHING },
    { NULL, 0, 0 },
};

static const tcx_layout post = {
    { post_head, parameters, signature, NULL, NULL },
    { post_to_sign, parameters, NULL, NULL, NULL },
    1,
    TCX_FORM_MAX,
};

static const tcx_segment get_target[] = {
    { "GET /?", TCX_FIELD_NONE, TCX_ENCODE_NOTHING },
    { NULL, 0, 0 },
};

static const tcx_segment get_end[] = {
    { "&Signature=", TCX_FIELD_DIGEST, TCX_ENCODE_PERCENT },
    { " HTTP/1.1\r\nHost: ", TCX_FIELD_HOST, TCX_ENCODE_LOWER },
    { "\r\n\r\n", TCX_FIELD_NONE, TCX_ENCODE_NOTHING },
    { NULL, 0, 0 },
};

static const tcx_segment get_to_sign[] = {
    { "GET", TCX_FIELD_HOST, TCX_ENCODE_LOWER },
    { "/?", TCX_FIELD_NONE, TCX_ENCODE_NOTHING },
    { NULL, 0, 0 },
};

const tcx_layout tcx_layout_v1_get = {
    { get_target, parameters, get_end, NULL, NULL },
    { get_to_sign, parameters, NULL, NULL, NULL },
    3,
    TCX_GET_MAX,
};

/* RFC 4648 section 4, with padding. `out` takes 4 characters for every 3 bytes begun. */
static unsigned base64(unsigned char *out, const unsigned char *bytes, unsigned length)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    unsigned done = 0;

    for (unsigned i = 0; i < length; i += 3) {
        uint32_t group = (uint32_t)bytes[i] << 16;

        if (i + 1 < length)
            group |= (uint32_t)bytes[i + 1] << 8;
        if (i + 2 < length)
            group |= bytes[i + 2];
        out[done++] = (unsigned char)alphabet[group >> 18];
        out[done++] = (unsigned char)alphabet[group >> 12 & 63];
        out[done++] = i + 1 < length ? (unsigned char)alphabet[group >> 6 & 63] : '=';
        out[done++] = i + 2 < length ? (unsigned char)alphabet[group & 63] : '=';
    }
    return done;
}

static tcx_status sign(tcx_message *message, tcx_signer *signer)
{
    const tcx_layout *layout = tcx_message_layout(message);
    tcx_text secret = signer->credentials->secret_key;
    unsigned char raw[32];
    br_hmac_context hmac;
    tcx_cursor cursor;
    uint64_t ignored;
    tcx_status status;

    if (message->nonce == 0)
        return TCX_E_NONCE;
    if (!signer->keyed) {
        br_hmac_key_init(&signer->key, signer->scheme->hash, secret.bytes, secret.length);
        signer->keyed = 1;
    }
    br_hmac_init(&hmac, &signer->key, 0);
    tcx_cursor_init(&cursor, message, layout->canonical, 1);
    status = tcx_cursor_absorb(&cursor, &hmac.dig.vtable, &ignored);
    message->digest_length = (uint8_t)base64(message->digest, raw, (unsigned)br_hmac_out(&hmac, raw));
    tcx_wipe(&hmac, sizeof hmac);
    if (status != TCX_OK)
        return status;
    tcx_cursor_init(&cursor, message, layout->wire + layout->payload, 0);
    return tcx_cursor_absorb(&cursor, NULL, &message->content_length);
}

const tcx_format tcx_format_hmac_sha1 = { sign, &post, TCX_TEXT("HmacSHA1"), TCX_FAMILY_V1, 20, 0 };
const tcx_format tcx_format_hmac_sha256 = { sign, &post, TCX_TEXT("HmacSHA256"), TCX_FAMILY_V1, 32, 0 };
const tcx_scheme tcx_sign_hmac_sha1 = { &tcx_format_hmac_sha1, &br_sha1_vtable };
const tcx_scheme tcx_sign_hmac_sha256 = { &tcx_format_hmac_sha256, &br_sha256_vtable };
