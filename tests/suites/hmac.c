/* In: the bits of the hash (160, 256), the key, and the message. Out: its HMAC in hexadecimal. */
#include "frame.h"
#include "tcx_hmac.h"

int main(void)
{
    while (frame_next()) {
        const size_t size = frame_number() / 8;
        const tcx_credentials credentials = { .secret_key = frame_text() };
        const tcx_text message = frame_text();
        tcx_signer signer = { .scheme = size == 20 ? TCX_SIGN_HMAC_SHA1 : TCX_SIGN_HMAC_SHA256,
                              .credentials = &credentials };
        unsigned char block[TCX_BLOCK], out[32];
        tcx_hash hash;

        tcx_hmac_secret(&signer, &hash, block, "");
        tcx_hmac_begin(&signer, &hash);
        hash.vtable->update(&hash.vtable, message.bytes, message.length);
        tcx_hmac_end(&signer, &hash, out);
        frame_print_hex(out, size);
        putchar('\n');
        frame_free(message);
        frame_free(credentials.secret_key);
    }
    return 0;
}
