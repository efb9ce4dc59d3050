/* The algorithms of the images `full` and `x25519`. */
#include "image.h"

/* The first suite is the preferred one: without AES hardware, ChaCha20 is much faster. */
void image_set_up_chain(br_ssl_client_context *client, br_x509_minimal_context *validator)
{
    static const uint16_t suites[] = {
        BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
        BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
        BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    };
    br_ssl_engine_context *engine = &client->eng;

    br_ssl_engine_set_suites(engine, suites, sizeof suites / sizeof suites[0]);
    br_ssl_engine_set_ec(engine, &br_ec_p256_m31);
    br_ssl_engine_set_ecdsa(engine, image_verify_p256);
    br_ssl_engine_set_rsavrfy(engine, br_rsa_i31_pkcs1_vrfy);
    br_ssl_engine_set_prf_sha256(engine, br_tls12_sha256_prf);
    br_ssl_engine_set_hash(engine, br_sha256_ID, &br_sha256_vtable);

    br_ssl_engine_set_chacha20(engine, br_chacha20_ct_run);
    br_ssl_engine_set_poly1305(engine, br_poly1305_ctmul_run);
    br_ssl_engine_set_chapol(engine, &br_sslrec_in_chapol_vtable, &br_sslrec_out_chapol_vtable);
    br_ssl_engine_set_aes_ctr(engine, &br_aes_ct_ctr_vtable);
    br_ssl_engine_set_ghash(engine, br_ghash_ctmul);
    br_ssl_engine_set_gcm(engine, &br_sslrec_in_gcm_vtable, &br_sslrec_out_gcm_vtable);

    br_x509_minimal_set_hash(validator, br_sha256_ID, &br_sha256_vtable);
    br_x509_minimal_set_rsa(validator, br_rsa_i31_pkcs1_vrfy);
    br_x509_minimal_set_ecdsa(validator, &br_ec_p256_m31, image_verify_p256);
}
