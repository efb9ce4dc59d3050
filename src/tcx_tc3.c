/*
 * TC3-HMAC-SHA256: the public document "signature v3" of Tencent Cloud API 3.0.
 */
#include "tcx_calendar.h"
#include "tcx_message.h"

/* The common ends of both methods' heads and canonical requests. */
static const char head_end[] =
    "\r\nX-TC-Action: ExecuteFunction\r\nX-TC-Version: " M_VERSION "\r\nX-TC-Timestamp: " M_TIMESTAMP
    M_IF M_REGION "\r\nX-TC-Region: " M_REGION M_END
    M_IF M_LANGUAGE "\r\nX-TC-Language: " M_LANGUAGE M_END
    M_IF M_TOKEN "\r\nX-TC-Token: " M_TOKEN M_END
    "\r\nAuthorization: TC3-HMAC-SHA256 Credential=" M_SECRET_ID "/" M_DATE "/" M_SERVICE
    "/tc3_request, SignedHeaders=content-type;host" M_IF M_SIGNED_ACTION ";x-tc-action" M_END
    ", Signature=" M_DIGEST "\r\n\r\n";

static const char canonical_end[] =
    M_HOST M_IF M_SIGNED_ACTION "\nx-tc-action:executefunction" M_END
    "\n\ncontent-type;host" M_IF M_SIGNED_ACTION ";x-tc-action" M_END
    "\n" M_DIGEST;

static const char string_to_sign[] =
    "TC3-HMAC-SHA256\n" M_TIMESTAMP "\n" M_DATE "/" M_SERVICE "/tc3_request\n" M_DIGEST;

static const char post_head[] =
    "POST / HTTP/1.1\r\nHost: " M_HOST "\r\nContent-Type: application/json\r\nContent-Length: " M_CONTENT_LENGTH;

static const char post_body[] =
    "{\"FunctionName\":\"" M_TEXT M_FUNCTION_NAME "\",\"FunctionArg\":\"" M_TEXT M_FUNCTION_ARG "\""
    M_IF M_SUB_APP_ID ",\"SubAppId\":" M_SUB_APP_ID M_END
    M_IF M_SESSION_CONTEXT ",\"SessionContext\":\"" M_TEXT M_SESSION_CONTEXT "\"" M_END
    M_IF M_SESSION_ID ",\"SessionId\":\"" M_TEXT M_SESSION_ID "\"" M_END
    M_IF M_EXT_INFO ",\"ExtInfo\":\"" M_TEXT M_EXT_INFO "\"" M_END
    "}";

static const tcx_layout post = {
    { post_head, head_end, post_body },
    { "POST\n/\n\ncontent-type:application/json\nhost:", canonical_end },
    tcx_encode_json,
    TCX_POST_MAX,
    2,
};

static const char get_query[] =
    "FunctionName=" M_TEXT M_FUNCTION_NAME "&FunctionArg=" M_TEXT M_FUNCTION_ARG
    M_IF M_SUB_APP_ID "&SubAppId=" M_SUB_APP_ID M_END
    M_IF M_SESSION_CONTEXT "&SessionContext=" M_TEXT M_SESSION_CONTEXT M_END
    M_IF M_SESSION_ID "&SessionId=" M_TEXT M_SESSION_ID M_END
    M_IF M_EXT_INFO "&ExtInfo=" M_TEXT M_EXT_INFO M_END;

const tcx_layout tcx_layout_tc3_get = {
    { "GET /?", get_query,
      " HTTP/1.1\r\nHost: " M_HOST "\r\nContent-Type: application/x-www-form-urlencoded", head_end },
    { "GET\n/\n", get_query, "\ncontent-type:application/x-www-form-urlencoded\nhost:", canonical_end },
    tcx_encode_percent,
    TCX_GET_MAX,
    4,
};

/* The working memory of a signature. Everything in it is wiped: it has held keys. */
typedef struct scratch {
    union {
        br_hash_compat_context hash;
        br_hmac_context hmac;
    } run;
    unsigned char key[64]; /* a block of the hash: a longer key is hashed first (RFC 2104 section 2) */
} scratch;

enum { DIGEST = 32 };

/* Writes a digest in lower-case hexadecimal into the message. */
static void put_digest(tcx_message *message, const unsigned char *digest)
{
    for (size_t i = 0; i < DIGEST; i++)
        tcx_hex(message->digest + 2 * i, digest[i], "0123456789abcdef");
    message->digest_length = 2 * DIGEST;
}

/* The hash of a list, into the message's digest. */
static tcx_status hash_list(tcx_message *message, const char *const *parts, scratch *work, uint32_t *length)
{
    const br_hash_class *hash = message->signer->scheme->hash;
    tcx_cursor cursor;
    tcx_status status;

    hash->init(&work->run.hash.vtable);
    tcx_cursor_init(&cursor, message, parts, TCX_PARTS, message->layout->encoder);
    status = tcx_cursor_absorb(&cursor, &work->run.hash.vtable, length);
    hash->out(&work->run.hash.vtable, work->key);
    put_digest(message, work->key);
    return status;
}

/* HMAC with the key of `length` bytes in work->key, the result in its place. */
static size_t hmac(tcx_signer *signer, scratch *work, size_t length, const void *text, size_t text_length)
{
    br_hmac_key_init(&signer->key, signer->scheme->hash, work->key, length);
    br_hmac_init(&work->run.hmac, &signer->key, 0);
    br_hmac_update(&work->run.hmac, text, text_length);
    return br_hmac_out(&work->run.hmac, work->key);
}

/* HMAC(HMAC(HMAC("TC3" + SecretKey, date), service), "tc3_request"), kept as midstates in the signer. */
static void derive_key(tcx_message *message, tcx_signer *signer, scratch *work)
{
    const br_hash_class *hash = signer->scheme->hash;
    tcx_text secret = signer->credentials->secret_key, service = message->request->service->name;
    size_t length = 3 + secret.length;

    if (length <= sizeof work->key) {
        memcpy(work->key, "TC3", 3);
        memcpy(work->key + 3, secret.bytes, secret.length);
    } else {
        hash->init(&work->run.hash.vtable);
        hash->update(&work->run.hash.vtable, "TC3", 3);
        hash->update(&work->run.hash.vtable, secret.bytes, secret.length);
        hash->out(&work->run.hash.vtable, work->key);
        length = DIGEST;
    }
    length = hmac(signer, work, length, message->date, sizeof message->date);
    length = hmac(signer, work, length, service.bytes, service.length);
    length = hmac(signer, work, length, "tc3_request", 11);
    br_hmac_key_init(&signer->key, hash, work->key, length);
}

/* The signer's key, derived anew when the day or the service is another than last time. */
static void use_key(tcx_message *message, tcx_signer *signer, scratch *work)
{
    tcx_text service = message->request->service->name;
    uint32_t day = tcx_day(message->timestamp);

    if (signer->keyed == service.length && signer->day == day &&
        memcmp(signer->service, service.bytes, service.length) == 0)
        return;
    derive_key(message, signer, work);
    signer->day = day;
    signer->keyed = 0;
    if (service.length <= sizeof signer->service) {
        memcpy(signer->service, service.bytes, service.length);
        signer->keyed = (uint8_t)service.length;
    }
}

static tcx_status sign(tcx_message *message, tcx_signer *signer)
{
    static const char *const to_sign[] = { string_to_sign, NULL };
    const tcx_layout *layout = message->layout;
    uint32_t length = UINT32_MAX;
    scratch work;
    tcx_cursor cursor;
    tcx_status status;

    message->content_length = layout->limit;
    status = hash_list(message, layout->wire + layout->head, &work, &message->content_length);
    if (status == TCX_OK)
        status = hash_list(message, layout->canonical, &work, &length);
    if (status == TCX_OK) {
        use_key(message, signer, &work);
        br_hmac_init(&work.run.hmac, &signer->key, 0);
        tcx_cursor_init(&cursor, message, to_sign, TCX_PARTS, NULL);
        length = UINT32_MAX;
        (void)tcx_cursor_absorb(&cursor, &work.run.hmac.dig.vtable, &length);
        br_hmac_out(&work.run.hmac, work.key);
        put_digest(message, work.key);
    }
    tcx_wipe(&work, sizeof work);
    return status;
}

const tcx_format tcx_format_tc3 = { sign, &post, { NULL, 0 }, TCX_FAMILY_TC3, DIGEST, 1 };
const tcx_format tcx_format_tc3_compat = { sign, &post, { NULL, 0 }, TCX_FAMILY_TC3, DIGEST, 0 };
const tcx_scheme tcx_sign_tc3 = { &tcx_format_tc3, &br_sha256_vtable };
const tcx_scheme tcx_sign_tc3_compat = { &tcx_format_tc3_compat, &br_sha256_vtable };
