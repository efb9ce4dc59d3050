/*
 * units:  tcx_hmac
 * bounds: any key of 0 to 64 bytes, any secret of 1 to 4 and 58 to 70 with either prefix; SHA-1 and SHA-256
 * eva:    -eva-min-loop-unroll 65 -eva-slevel 200
 */
#include "crypto.h"

#include "tcx_hmac.h"
#include "tcx_message.h"

enum { MOST = 70 };

static const tcx_format formats[] = { { .hash_size = 20 }, { .hash_size = 32 } };

static tcx_hash hash;
static unsigned char block[TCX_BLOCK], out[32];

static void with_key(tcx_signer *signer)
{
    size_t length = each(0, TCX_BLOCK);

    Frama_C_make_unknown((char *)block, sizeof block);
    tcx_hmac_key(signer, &hash, block, length);
}

static void with_secret(tcx_signer *signer)
{
    char memory[MOST];
    size_t length = either(0, 1) ? each(1, 4) : each(58, MOST);
    const tcx_credentials credentials = { .secret_key = any_text(memory, length, 0) };

    signer->credentials = &credentials;
    tcx_hmac_secret(signer, &hash, block, either(0, 1) ? "TC3" : "");
}

int main(void)
{
    size_t which = each(0, 1);
    const tcx_scheme scheme = { &formats[which], which ? &br_sha256_vtable : &br_sha1_vtable };
    tcx_signer signer = { .scheme = &scheme };

    if (each(0, 1))
        with_key(&signer);
    else
        with_secret(&signer);
    tcx_hmac_begin(&signer, &hash);
    tcx_hmac_end(&signer, &hash, out);
    return 0;
}
