/*
 * TC3-HMAC-SHA256: the public document "signature v3" of Tencent Cloud API 3.0.
 */
#include "tcx_calendar.h"
#include "tcx_message.h"

static const tcx_segment post_head[] = {
    { "POST / HTTP/1.1\r\nHost: ", TCX_FIELD_HOST, TCX_ENCODE_LOWER },
    { "\r\nContent-Type: application/json\r\nContent-Length: ", TCX_FIELD_CONTENT_LENGTH, TCX_ENCODE_RAW },
    { NULL, 0, 0 },
};

static const tcx_segment post_body[] = {
    { "{\"FunctionName\":\"", TCX_FIELD_FUNCTION_NAME, TCX_ENCODE_JSON },
    { "\",\"FunctionArg\":\"", TCX_FIELD_FUNCTION_ARG, TCX_ENCODE_JSON },
    { "\"", TCX_FIELD_NONE, TCX_ENCODE_NOTHING },
    { ",\"SubAppId\":", TCX_FIELD_SUB_APP_ID, TCX_ENCODE_RAW },
    { ",\"SessionContext\":\"", TCX_FIELD_SESSION_CONTEXT, TCX_ENCODE_JSON },
    { "\"", TCX_FIELD_SESSION_CONTEXT, TCX_ENCODE_NOTHING },
    { ",\"SessionId\":\"", TCX_FIELD_SESSION_ID, TCX_ENCODE_JSON },
    { "\"", TCX_FIELD_SESSION_ID, TCX_ENCODE_NOTHING },
    { ",\"ExtInfo\":\"", TCX_FIELD_EXT_INFO, TCX_ENCODE_JSON },
    { "\"", TCX_FIELD_EXT_INFO, TCX_ENCODE_NOTHING },
    { "}", TCX_FIELD_NONE, TCX_ENCODE_NOTHING },
    { NULL, 0, 0 },
};

static const tcx_segment post_canonical[] = {
    { "POST\n/\n\ncontent-type:application/json\nhost:", TCX_FIELD_HOST, TCX_ENCODE_LOWER },
    { NULL, 0, 0 },
};

/* The common end of both methods' heads. */
static const tcx_segment head_end[] = {
    { "\r\nX-TC-Action: ExecuteFunction\r\nX-TC-Version: ", TCX_FIELD_VERSION, TCX_ENCODE_RAW },
    { "\r\nX-TC-Timestamp: ", TCX_FIELD_TIMESTAMP, TCX_ENCODE_RAW },
    { "\r\nX-TC-Region: ", TCX_FIELD_REGION, TCX_ENCODE_RAW },
    { "\r\nX-TC-Language: ", TCX_FIELD_LANGUAGE, TCX_ENCODE_RAW },
    { "\r\nX-TC-Token: ", TCX_FIELD_TOKEN, TCX_ENCODE_RAW },
    { "\r\nAuthorization: TC3-HMAC-SHA256 Credential=", TCX_FIELD_SECRET_ID, TCX_ENCODE_RAW },
    { "/", TCX_FIELD_DATE, TCX_ENCODE_RAW },
    { "/", TCX_FIELD_SERVICE, TCX_ENCODE_RAW },
    { "/tc3_request, SignedHeaders=content-type;host", TCX_FIELD_NONE, TCX_ENCODE_NOTHING },
    { ";x-tc-action", TCX_FIELD_SIGNED_ACTION, TCX_ENCODE_NOTHING },
    { ", Signature=", TCX_FIELD_DIGEST, TCX_ENCODE_HEX },
    { "\r\n\r\n", TCX_FIELD_NONE, TCX_ENCODE_NOTHING },
    { NULL, 0, 0 },
};

/* The common end of both methods' canonical requests. */
static const tcx_segment canonical_end[] = {
    { "\nx-tc-action:executefunction", TCX_FIELD_SIGNED_ACTION, TCX_ENCODE_NOTHING },
    { "\n\ncontent-type;host", TCX_FIELD_NONE, TCX_ENCODE_NOTHING },
    { ";x-tc-action", TCX_FIELD_SIGNED_ACTION, TCX_ENCODE_NOTHING },
    { "\n", TCX_FIELD_DIGEST, TCX_ENCODE_HEX },
    { NULL, 0, 0 },
};

static const tcx_segment string_to_sign[] = {
    { "TC3-HMAC-SHA256\n", TCX_FIELD_TIMESTAMP, TCX_ENCODE_RAW },
    { "\n", TCX_FIELD_DATE, TCX_ENCODE_RAW },
    { "/", TCX_FIELD_SERVICE, TCX_ENCODE_RAW },
    { "/tc3_request\n", TCX_FIELD_DIGEST, TCX_ENCODE_HEX },
    { NULL, 0, 0 },
};

static const tcx_layout post = {
    { post_head, head_end, post_body, NULL, NULL },
    { post_canonical, canonical_end, NULL, NULL, NULL },
    2,
    TCX_POST_MAX,
};

static const tcx_segment get_target[] = {
    { "GET /?", TCX_FIELD_NONE, TCX_ENCODE_NOTHING },
    { NULL, 0, 0 },
};

static const tcx_segment get_query[] = {
    { "FunctionName=", TCX_FIELD_FUNCTION_NAME, TCX_ENCODE_PERCENT },
    { "&FunctionArg=", TCX_FIELD_FUNCTION_ARG, TCX_ENCODE_PERCENT },
    { "&SubAppId=", TCX_FIELD_SUB_APP_ID, TCX_ENCODE_RAW },
    { "&SessionContext=", TCX_FIELD_SESSION_CONTEXT, TCX_ENCODE_PERCENT },
    { "&SessionId=", TCX_FIELD_SESSION_ID, TCX_ENCODE_PERCENT },
    { "&ExtInfo=", TCX_FIELD_EXT_INFO, TCX_ENCODE_PERCENT },
    { NULL, 0, 0 },
};

static const tcx_segment get_head[] = {
    { " HTTP/1.1\r\nHost: ", TCX_FIELD_HOST, TCX_ENCODE_LOWER },
    { "\r\nContent-Type: application/x-www-form-urlencoded", TCX_FIELD_NONE, TCX_ENCODE_NOTHING },
    { NULL, 0, 0 },
};

static const tcx_segment get_canonical_method[] = {
    { "GET\n/\n", TCX_FIELD_NONE, TCX_ENCODE_NOTHING },
    { NULL, 0, 0 },
};

static const tcx_segment get_canonical[] = {
    { "\ncontent-type:application/x-www-form-urlencoded\nhost:", TCX_FIELD_HOST, TCX_ENCODE_LOWER },
    { NULL, 0, 0 },
};

const tcx_layout tcx_layout_tc3_get = {
    { get_target, get_query, get_head, head_end, NULL },
    { get_canonical_method, get_query, get_canonical, canonical_end, NULL },
    4,
    TCX_GET_MAX,
};

/* The working memory of a signature. Everything in it is wiped: it has held keys. */
typedef struct scratch {
    union {
        br_hash_compat_context hash;
        br_hmac_context hmac;
    } run;
    unsigned char key[64]; /* a block of the hash: a longer key is hashed first (RFC 2104 section 2) */
} scratch;

/* The hash of a list, into the digest. */
static tcx_status digest(tcx_message *message, const tcx_segment *const *lists, const br_hash_class *hash,
                         scratch *work, uint64_t *length)
{
    tcx_cursor cursor;
    tcx_status status;

    hash->init(&work->run.hash.vtable);
    tcx_cursor_init(&cursor, message, lists, 0);
    status = tcx_cursor_absorb(&cursor, &work->run.hash.vtable, length);
    hash->out(&work->run.hash.vtable, message->digest);
    return status;
}

/* K3 = HMAC(HMAC(HMAC("TC3" + SecretKey, date), service), "tc3_request"), kept as midstates in the signer. */
static void derive_key(tcx_message *message, tcx_signer *signer, scratch *work)
{
    const br_hash_class *hash = signer->scheme->hash;
    tcx_text secret = signer->credentials->secret_key;
    const tcx_text steps[] = { { message->date, sizeof message->date },
                               message->request->service->name,
                               TCX_TEXT("tc3_request") };
    size_t length = 3 + secret.length;

    if (length <= sizeof work->key) {
        memcpy(work->key, "TC3", 3);
        memcpy(work->key + 3, secret.bytes, secret.length);
    } else {
        hash->init(&work->run.hash.vtable);
        hash->update(&work->run.hash.vtable, "TC3", 3);
        hash->update(&work->run.hash.vtable, secret.bytes, secret.length);
        hash->out(&work->run.hash.vtable, work->key);
        length = signer->scheme->format->hash_size;
    }
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        br_hmac_key_init(&signer->key, hash, work->key, length);
        br_hmac_init(&work->run.hmac, &signer->key, 0);
        br_hmac_update(&work->run.hmac, steps[i].bytes, steps[i].length);
        length = br_hmac_out(&work->run.hmac, work->key);
    }
    br_hmac_key_init(&signer->key, hash, work->key, length);
}

/* The signer's key, derived anew when the day or the service is another than last time. */
static void use_key(tcx_message *message, tcx_signer *signer, scratch *work)
{
    tcx_text service = message->request->service->name;
    uint32_t day = tcx_day(message->timestamp);

    if (signer->keyed && signer->day == day && signer->service_length == service.length &&
        memcmp(signer->service, service.bytes, service.length) == 0)
        return;
    derive_key(message, signer, work);
    signer->keyed = service.length <= sizeof signer->service;
    if (signer->keyed) {
        memcpy(signer->service, service.bytes, service.length);
        signer->service_length = (uint8_t)service.length;
        signer->day = day;
    }
}

static tcx_status sign(tcx_message *message, tcx_signer *signer)
{
    static const tcx_segment *const to_sign[] = { string_to_sign, NULL };
    const tcx_layout *layout = tcx_message_layout(message);
    const br_hash_class *hash = signer->scheme->hash;
    scratch work;
    tcx_cursor cursor;
    uint64_t ignored;
    tcx_status status;

    message->digest_length = signer->scheme->format->hash_size;
    status = digest(message, layout->wire + layout->payload, hash, &work, &message->content_length);
    if (status == TCX_OK)
        status = digest(message, layout->canonical, hash, &work, &ignored);
    if (status == TCX_OK) {
        use_key(message, signer, &work);
        br_hmac_init(&work.run.hmac, &signer->key, 0);
        tcx_cursor_init(&cursor, message, to_sign, 0);
        status = tcx_cursor_absorb(&cursor, &work.run.hmac.dig.vtable, &ignored);
        br_hmac_out(&work.run.hmac, message->digest);
    }
    tcx_wipe(&work, sizeof work);
    return status;
}

const tcx_format tcx_format_tc3 = { sign, &post, { NULL, 0 }, TCX_FAMILY_TC3, 32, 1 };
const tcx_format tcx_format_tc3_compat = { sign, &post, { NULL, 0 }, TCX_FAMILY_TC3, 32, 0 };
const tcx_scheme tcx_sign_tc3 = { &tcx_format_tc3, &br_sha256_vtable };
const tcx_scheme tcx_sign_tc3_compat = { &tcx_format_tc3_compat, &br_sha256_vtable };
