#include "tcx_hmac.h"

#include "tcx_message.h"

/* Writes the state of the hash after one block, the padded key. */
static void hmac_pad(const tcx_signer *signer, tcx_hash *hash, unsigned char block[TCX_BLOCK], unsigned byte,
                     unsigned char *state)
{
    for (size_t i = 0; i < TCX_BLOCK; i++)
        block[i] = (unsigned char)(block[i] ^ byte);
    signer->scheme->hash->init(&hash->vtable);
    hash->vtable->update(&hash->vtable, block, TCX_BLOCK);
    hash->vtable->state(&hash->vtable, state);
}

void tcx_hmac_key(tcx_signer *signer, tcx_hash *hash, unsigned char block[TCX_BLOCK], size_t length)
{
    memset(block + length, 0, TCX_BLOCK - length);
    hmac_pad(signer, hash, block, 0x36, signer->inner);
    hmac_pad(signer, hash, block, 0x36 ^ 0x5C, signer->outer); /* undoes the inner padding */
}

void tcx_hmac_secret(tcx_signer *signer, tcx_hash *hash, unsigned char block[TCX_BLOCK], const char *prefix)
{
    tcx_text secret = signer->credentials->secret_key;
    size_t prefix_length = strlen(prefix), length = prefix_length + secret.length;

    if (length <= TCX_BLOCK) {
        memcpy(block, prefix, prefix_length);
        memcpy(block + prefix_length, secret.bytes, secret.length);
    } else {
        signer->scheme->hash->init(&hash->vtable);
        hash->vtable->update(&hash->vtable, prefix, prefix_length);
        hash->vtable->update(&hash->vtable, secret.bytes, secret.length);
        hash->vtable->out(&hash->vtable, block);
        length = signer->scheme->format->hash_size;
    }
    tcx_hmac_key(signer, hash, block, length);
}

void tcx_hmac_begin(const tcx_signer *signer, tcx_hash *hash)
{
    signer->scheme->hash->init(&hash->vtable);
    hash->vtable->set_state(&hash->vtable, signer->inner, TCX_BLOCK);
}

void tcx_hmac_end(const tcx_signer *signer, tcx_hash *hash, unsigned char *out)
{
    const br_hash_class *class = hash->vtable;

    class->out(&hash->vtable, out);
    class->set_state(&hash->vtable, signer->outer, TCX_BLOCK);
    class->update(&hash->vtable, out, signer->scheme->format->hash_size);
    class->out(&hash->vtable, out);
}
