/*
 * HmacSHA1 and HmacSHA256: the public document "signature v1" of Tencent Cloud API 3.0.
 */
#include "tcx_hmac.h"
#include "tcx_message.h"

static const char v1_parameters[] = TCX_PARAMETERS_SORTED;

static const tcx_layout v1_post = {
    { "POST / HTTP/1.1\r\nHost: " M_HOST
      "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " M_CONTENT_LENGTH "\r\n\r\n" },
    v1_parameters,
    { "POST" M_HOST "/?", v1_parameters },
    tcx_encode_percent,
    TCX_FORM_MAX,
};

const tcx_layout tcx_layout_v1_get = {
    { "GET /?", v1_parameters, " HTTP/1.1\r\nHost: " M_HOST "\r\n\r\n" },
    NULL,
    { "GET" M_HOST "/?", v1_parameters },
    tcx_encode_percent,
    TCX_GET_MAX,
};

/*
 * RFC 4648 section 4, with padding. Writes 4 characters to `out` for every 3 bytes, rounded up. `out` may be before
 * `bytes` in the same memory.
 */
static unsigned v1_base64(unsigned char *out, const unsigned char *bytes, unsigned length)
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

static tcx_status v1_sign(tcx_message *message)
{
    const tcx_layout *layout = message->layout;
    tcx_signer *signer = message->signer;
    const uint8_t size = signer->scheme->format->hash_size;
    unsigned char *raw = message->digest + sizeof message->digest - size;
    uint32_t length = UINT32_MAX;
    tcx_hash hash;
    tcx_status status;

    if (message->nonce == 0)
        return TCX_E_NONCE;
    if (signer->keyed == 0) {
        tcx_hmac_secret(signer, &hash, message->digest, "");
        signer->keyed = 1; /* there is a key, without a service */
    }
    tcx_hmac_begin(signer, &hash);
    tcx_message_begin(message, layout->canonical, NULL, NULL);
    status = tcx_message_absorb(message, &hash.vtable, &length);
    tcx_wipe(message->digest, sizeof message->digest);
    tcx_hmac_end(signer, &hash, raw);
    message->digest_length = (uint8_t)v1_base64(message->digest, raw, size);
    if (status != TCX_OK)
        return status;
    message->content_length = layout->limit;
    tcx_message_begin(message, NULL, layout->body, layout->encoder);
    return tcx_message_absorb(message, NULL, &message->content_length);
}

const tcx_format tcx_format_hmac_sha1 = { NULL, v1_sign, &v1_post, TCX_TEXT("HmacSHA1"), TCX_FAMILY_V1, 20, 0 };
const tcx_format tcx_format_hmac_sha256 = { NULL, v1_sign, &v1_post, TCX_TEXT("HmacSHA256"), TCX_FAMILY_V1, 32, 0 };
const tcx_scheme tcx_sign_hmac_sha1 = { &tcx_format_hmac_sha1, &br_sha1_vtable };
const tcx_scheme tcx_sign_hmac_sha256 = { &tcx_format_hmac_sha256, &br_sha256_vtable };
