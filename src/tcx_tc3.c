/*
 * TC3-HMAC-SHA256: the public document "signature v3" of Tencent Cloud API 3.0.
 */
#include "tcx_calendar.h"
#include "tcx_hmac.h"
#include "tcx_message.h"

/* POST and GET share the end of the head and the end of the canonical request. */
static const char tc3_head_end[] =
    "\r\nX-TC-Action: ExecuteFunction\r\nX-TC-Version: " M_VERSION "\r\nX-TC-Timestamp: " M_TIMESTAMP
    M_IF "\r\nX-TC-Region: " M_REGION M_END
    M_IF "\r\nX-TC-Language: " M_LANGUAGE M_END
    M_IF "\r\nX-TC-Token: " M_TOKEN M_END
    "\r\nAuthorization: TC3-HMAC-SHA256 Credential=" M_SECRET_ID "/" M_DATE "/" M_SERVICE
    "/tc3_request, SignedHeaders=content-type;host" M_IF M_SIGNED_ACTION ";x-tc-action" M_END
    ", Signature=" M_DIGEST "\r\n\r\n";

static const char tc3_canonical_end[] =
    M_HOST M_IF M_SIGNED_ACTION "\nx-tc-action:executefunction" M_END
    "\n\ncontent-type;host" M_IF M_SIGNED_ACTION ";x-tc-action" M_END
    "\n" M_DIGEST;

static const char tc3_string_to_sign[] =
    "TC3-HMAC-SHA256\n" M_TIMESTAMP "\n" M_DATE "/" M_SERVICE "/tc3_request\n" M_DIGEST;

static const char tc3_post_head[] =
    "POST / HTTP/1.1\r\nHost: " M_HOST "\r\nContent-Type: application/json\r\nContent-Length: " M_CONTENT_LENGTH;

static const char tc3_post_body[] = TCX_PARAMETERS_JSON;

static const tcx_layout tc3_post = {
    { tc3_post_head, tc3_head_end },
    tc3_post_body,
    { "POST\n/\n\ncontent-type:application/json\nhost:", tc3_canonical_end },
    tcx_encode_json,
    TCX_POST_MAX,
};

static const char tc3_get_query[] = TCX_PARAMETERS_QUERY;

const tcx_layout tcx_layout_tc3_get = {
    { "GET /?", tc3_get_query,
      " HTTP/1.1\r\nHost: " M_HOST "\r\nContent-Type: application/x-www-form-urlencoded", tc3_head_end },
    NULL,
    { "GET\n/\n", tc3_get_query, "\ncontent-type:application/x-www-form-urlencoded\nhost:", tc3_canonical_end },
    tcx_encode_percent,
    TCX_GET_MAX,
};

enum { TC3_DIGEST = 32 };

/* The raw digest is in the upper half of `digest`. tc3_write_digest() expands it to hex over both halves. */
static unsigned char *tc3_raw_digest(tcx_message *message)
{
    return message->digest + TC3_DIGEST;
}

static void tc3_write_digest(tcx_message *message, const unsigned char *raw)
{
    for (size_t i = 0; i < TC3_DIGEST; i++)
        tcx_hex(message->digest + 2 * i, raw[i], "0123456789abcdef");
    message->digest_length = 2 * TC3_DIGEST;
}

/* Hashes what the templates expand to. `*length`: in, the limit; out, the number of bytes. */
static tcx_status tc3_hash_templates(tcx_message *message, const char *const *parts, const char *last, tcx_hash *hash,
                                     uint32_t *length, unsigned char out[TC3_DIGEST])
{
    tcx_status status;

    message->signer->scheme->hash->init(&hash->vtable);
    tcx_message_begin(message, parts, last, message->layout->encoder);
    status = tcx_message_absorb(message, &hash->vtable, length);
    hash->vtable->out(&hash->vtable, out);
    return status;
}

/* One step of the key derivation: the HMAC of a text is the next key. */
static void tc3_next_key(tcx_signer *signer, tcx_hash *hash, unsigned char block[TCX_BLOCK], tcx_text text)
{
    tcx_hmac_begin(signer, hash);
    hash->vtable->update(&hash->vtable, text.bytes, text.length);
    tcx_hmac_end(signer, hash, block);
    tcx_hmac_key(signer, hash, block, TC3_DIGEST);
}

/* Derives the signer's key again if the day or the service has changed. Overwrites all of `block`. */
static void tc3_use_key(tcx_signer *signer, tcx_hash *hash, unsigned char block[TCX_BLOCK], const tcx_message *message)
{
    static const tcx_text end = TCX_TEXT("tc3_request");
    const tcx_text date = { message->date, sizeof message->date }, service = message->request->service->name;
    uint32_t day = tcx_day(message->timestamp);

    if (signer->keyed == service.length && signer->day == day &&
        memcmp(signer->service, service.bytes, service.length) == 0)
        return;
    tcx_hmac_secret(signer, hash, block, "TC3");
    tc3_next_key(signer, hash, block, date);
    tc3_next_key(signer, hash, block, service);
    tc3_next_key(signer, hash, block, end);
    signer->day = day;
    signer->keyed = 0;
    if (service.length <= sizeof signer->service) {
        memcpy(signer->service, service.bytes, service.length);
        signer->keyed = (uint8_t)service.length;
    }
}

static tcx_status tc3_prepare(tcx_message *message)
{
    tcx_source *source = message->request->function_arg_source;
    tcx_hash hash, *body = &hash;

    if (source != NULL && message->layout->body != NULL) {
        body = &source->hash;
        source->in_body = 1;
    }
    message->content_length = message->layout->limit;
    return tc3_hash_templates(message, NULL, message->layout->body, body, &message->content_length, message->payload);
}

static tcx_status tc3_sign(tcx_message *message)
{
    tcx_signer *signer = message->signer;
    uint32_t length = UINT32_MAX;
    tcx_hash hash;
    tcx_status status;

    tc3_use_key(signer, &hash, message->digest, message);
    tc3_write_digest(message, message->payload); /* this also overwrites the rest of the key */
    status = tc3_hash_templates(message, message->layout->canonical, NULL, &hash, &length, tc3_raw_digest(message));
    tc3_write_digest(message, tc3_raw_digest(message));
    if (status == TCX_OK) {
        tcx_hmac_begin(signer, &hash);
        tcx_message_begin(message, NULL, tc3_string_to_sign, NULL);
        (void)tcx_message_absorb(message, &hash.vtable, &length);
        tcx_hmac_end(signer, &hash, tc3_raw_digest(message));
        tc3_write_digest(message, tc3_raw_digest(message));
    }
    return status;
}

const tcx_format tcx_format_tc3 = { tc3_prepare, tc3_sign, &tc3_post, { NULL, 0 }, TCX_FAMILY_TC3, TC3_DIGEST, 1 };
const tcx_format tcx_format_tc3_compat = {
    tc3_prepare, tc3_sign, &tc3_post, { NULL, 0 }, TCX_FAMILY_TC3, TC3_DIGEST, 0,
};
const tcx_scheme tcx_sign_tc3 = { &tcx_format_tc3, &br_sha256_vtable };
const tcx_scheme tcx_sign_tc3_compat = { &tcx_format_tc3_compat, &br_sha256_vtable };
