/* One pinned key (P-256), no certificates; ChaCha20-Poly1305; records of 512 bytes, the smallest size. */
#include "image.h"

#include "pin.h"

static tcx_client_pin pin;
static unsigned char records[TCX_TLS_BUFFER_MIN];

static void set_up(br_ssl_client_context *client, br_x509_minimal_context *validator)
{
    static const uint16_t suites[] = { BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 };
    br_ssl_engine_context *engine = &client->eng;

    (void)validator; /* NULL: there is no chain */
    br_ssl_engine_set_suites(engine, suites, sizeof suites / sizeof suites[0]);
    br_ssl_engine_set_ec(engine, &br_ec_p256_m31);
    br_ssl_engine_set_ecdsa(engine, image_verify_p256);
    br_ssl_engine_set_prf_sha256(engine, br_tls12_sha256_prf);
    br_ssl_engine_set_hash(engine, br_sha256_ID, &br_sha256_vtable);

    br_ssl_engine_set_chacha20(engine, br_chacha20_ct_run);
    br_ssl_engine_set_poly1305(engine, br_poly1305_ctmul_run);
    br_ssl_engine_set_chapol(engine, &br_sslrec_in_chapol_vtable, &br_sslrec_out_chapol_vtable);
}

static const tcx_tls_profile profile = { set_up, NULL };

void image_trust(tcx_client *client)
{
    tcx_client_trust_pin(client, &pin, &profile, &trust_anchors[0].pkey, records, sizeof records);
}
