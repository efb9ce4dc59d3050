#include "image.h"

/* Fixed curves and a fixed key type let link-time optimisation remove BearSSL's code for P-384 and P-521. */
uint32_t image_verify_p256(const br_ec_impl *curves, const void *hash, size_t hash_length, const br_ec_public_key *key,
                           const void *signature, size_t length)
{
    const br_ec_public_key p256 = { BR_EC_secp256r1, key->q, key->qlen };

    (void)curves;
    if (key->curve != BR_EC_secp256r1)
        return 0;
    return br_ecdsa_i31_vrfy_asn1(&br_ec_p256_m31, hash, hash_length, &p256, signature, length);
}
