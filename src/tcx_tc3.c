/*
 * TC3-HMAC-SHA256: the public document "signature v3" of Tencent Cloud API 3.0.
 */
#include "tcx_calendar.h"
#include "tcx_hmac.h"
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
    { post_head, head_end },
    post_body,
    { "POST\n/\n\ncontent-type:application/json\nhost:", canonical_end },
    tcx_encode_json,
    TCX_POST_MAX,
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
    NULL,
    { "GET\n/\n", get_query, "\ncontent-type:application/x-www-form-urlencoded\nhost:", canonical_end },
    tcx_encode_percent,
    TCX_GET_MAX,
};

enum { DIGEST = 32 };

/* The raw digest is in the upper half of `digest`, before write_digest() expands it to hex over both halves. */
static unsigned char *raw_digest(tcx_message *message)
{
    return message->digest + DIGEST;
}

static void write_digest(tcx_message *message, const unsigned char *raw)
{
    for (size_t i = 0; i < DIGEST; i++)
        tcx_hex(message->digest + 2 * i, raw[i], "0123456789abcdef");
    message->digest_length = 2 * DIGEST;
}

/* The hash of a list. `*length`: in, the limit; out, its bytes. */
static tcx_status hash_list(tcx_message *message, const char *const *parts, const char *last, tcx_hash *hash,
                            uint32_t *length, unsigned char out[DIGEST])
{
    tcx_status status;

    message->signer->scheme->hash->init(&hash->vtable);
    tcx_message_begin(message, parts, last, message->layout->encoder);
    status = tcx_message_absorb(message, &hash->vtable, length);
    hash->vtable->out(&hash->vtable, out);
    return status;
}

/* A link in the chain of keys: the HMAC of a text is the next key. */
static void next_key(tcx_signer *signer, tcx_hash *hash, unsigned char block[TCX_BLOCK], tcx_text text)
{
    tcx_hmac_begin(signer, hash);
    hash->vtable->update(&hash->vtable, text.bytes, text.length);
    tcx_hmac_end(signer, hash, block);
    tcx_hmac_key(signer, hash, block, DIGEST);
}

/* The signer's key, derived anew when the day or the service is another than last time. `block` is all used up. */
static void use_key(tcx_signer *signer, tcx_hash *hash, unsigned char block[TCX_BLOCK], const tcx_message *message)
{
    static const tcx_text end = TCX_TEXT("tc3_request");
    const tcx_text date = { message->date, sizeof message->date }, service = message->request->service->name;
    uint32_t day = tcx_day(message->timestamp);

    if (signer->keyed == service.length && signer->day == day &&
        memcmp(signer->service, service.bytes, service.length) == 0)
        return;
    tcx_hmac_secret(signer, hash, block, "TC3");
    next_key(signer, hash, block, date);
    next_key(signer, hash, block, service);
    next_key(signer, hash, block, end);
    signer->day = day;
    signer->keyed = 0;
    if (service.length <= sizeof signer->service) {
        memcpy(signer->service, service.bytes, service.length);
        signer->keyed = (uint8_t)service.length;
    }
}

static tcx_status prepare(tcx_message *message)
{
    tcx_hash hash;

    message->content_length = message->layout->limit;
    return hash_list(message, NULL, message->layout->body, &hash, &message->content_length, message->payload);
}

static tcx_status sign(tcx_message *message)
{
    tcx_signer *signer = message->signer;
    uint32_t length = UINT32_MAX;
    tcx_hash hash;
    tcx_status status;

    use_key(signer, &hash, message->digest, message);
    write_digest(message, message->payload); /* over what is left of the key, too */
    status = hash_list(message, message->layout->canonical, NULL, &hash, &length, raw_digest(message));
    write_digest(message, raw_digest(message));
    if (status == TCX_OK) {
        tcx_hmac_begin(signer, &hash);
        tcx_message_begin(message, NULL, string_to_sign, NULL);
        (void)tcx_message_absorb(message, &hash.vtable, &length);
        tcx_hmac_end(signer, &hash, raw_digest(message));
        write_digest(message, raw_digest(message));
    }
    tcx_wipe(&hash, sizeof hash);
    tcx_stack_wipe();
    return status;
}

const tcx_format tcx_format_tc3 = { prepare, sign, &post, { NULL, 0 }, TCX_FAMILY_TC3, DIGEST, 1 };
const tcx_format tcx_format_tc3_compat = { prepare, sign, &post, { NULL, 0 }, TCX_FAMILY_TC3, DIGEST, 0 };
const tcx_scheme tcx_sign_tc3 = { &tcx_format_tc3, &br_sha256_vtable };
const tcx_scheme tcx_sign_tc3_compat = { &tcx_format_tc3_compat, &br_sha256_vtable };
