/* Chains of RSA certificates; X25519; ChaCha20-Poly1305; records of 4 KiB. */
#include "image.h"

#include "roots_rsa.h"

static tcx_client_chain chain;
static unsigned char records[4096 + 325]; /* for records of up to 4096 bytes: the server is asked not to exceed this */

static void set_up(br_ssl_client_context *client, br_x509_minimal_context *validator)
{
    static const uint16_t suites[] = { BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256 };
    br_ssl_engine_context *engine = &client->eng;

    br_ssl_engine_set_suites(engine, suites, sizeof suites / sizeof suites[0]);
    br_ssl_engine_set_ec(engine, &br_ec_c25519_m31);
    br_ssl_engine_set_rsavrfy(engine, br_rsa_i31_pkcs1_vrfy);
    br_ssl_engine_set_prf_sha256(engine, br_tls12_sha256_prf);
    br_ssl_engine_set_hash(engine, br_sha256_ID, &br_sha256_vtable);

    br_ssl_engine_set_chacha20(engine, br_chacha20_ct_run);
    br_ssl_engine_set_poly1305(engine, br_poly1305_ctmul_run);
    br_ssl_engine_set_chapol(engine, &br_sslrec_in_chapol_vtable, &br_sslrec_out_chapol_vtable);

    br_x509_minimal_set_hash(validator, br_sha256_ID, &br_sha256_vtable);
    br_x509_minimal_set_rsa(validator, br_rsa_i31_pkcs1_vrfy);
}

static const tcx_tls_profile profile = { set_up, NULL };

void image_trust(tcx_client *client)
{
    tcx_client_trust_chain(client, &chain, &profile, trust_anchors, TRUST_ANCHOR_COUNT, records, sizeof records);
}
