#include "counting.h"

#define BLOCK 64

long counting_compressions;

static void counting_init(const br_hash_class **context)
{
    br_sha256_init((br_sha256_context *)(void *)context);
    *context = &counting_sha256;
}

static void counting_update(const br_hash_class **context, const void *bytes, size_t length)
{
    br_sha256_context *sha = (br_sha256_context *)(void *)context;
    const uint64_t before = sha->count / BLOCK;

    br_sha256_update(sha, bytes, length);
    counting_compressions += (long)(sha->count / BLOCK - before);
}

static void counting_out(const br_hash_class *const *context, void *out)
{
    const br_sha256_context *sha = (const br_sha256_context *)(const void *)context;

    counting_compressions += sha->count % BLOCK + 1 + 8 > BLOCK ? 2 : 1; /* the padding: FIPS 180-4 section 5.1.1 */
    br_sha256_out(sha, out);
}

static uint64_t counting_state(const br_hash_class *const *context, void *out)
{
    return br_sha256_state((const br_sha256_context *)(const void *)context, out);
}

static void counting_set_state(const br_hash_class **context, const void *state, uint64_t count)
{
    br_sha256_set_state((br_sha256_context *)(void *)context, state, count);
}

const br_hash_class counting_sha256 = {
    sizeof(br_sha256_context),
    BR_HASHDESC_ID(br_sha256_ID) | BR_HASHDESC_OUT(32) | BR_HASHDESC_STATE(32) | BR_HASHDESC_LBLEN(6) |
        BR_HASHDESC_MD_PADDING | BR_HASHDESC_MD_PADDING_BE,
    counting_init,
    counting_update,
    counting_out,
    counting_state,
    counting_set_state,
};
