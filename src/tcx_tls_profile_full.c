#include <tcexec/tls.h>

/* BearSSL's default elliptic curves for this machine, without P-521, which is not part of the profile. */
#define PROFILE_CURVE(number) ((uint32_t)1 << (number))
#define PROFILE_CURVES                                                                                                 \
    (PROFILE_CURVE(BR_EC_secp256r1) | PROFILE_CURVE(BR_EC_secp384r1) | PROFILE_CURVE(BR_EC_curve25519))

static const unsigned char *profile_get_generator(int curve, size_t *length)
{
    return br_ec_get_default()->generator(curve, length);
}

static const unsigned char *profile_get_order(int curve, size_t *length)
{
    return br_ec_get_default()->order(curve, length);
}

static size_t profile_get_xoff(int curve, size_t *length)
{
    return br_ec_get_default()->xoff(curve, length);
}

static uint32_t profile_mul(unsigned char *point, size_t point_length, const unsigned char *x, size_t x_length,
                            int curve)
{
    return br_ec_get_default()->mul(point, point_length, x, x_length, curve);
}

static size_t profile_mulgen(unsigned char *result, const unsigned char *x, size_t x_length, int curve)
{
    return br_ec_get_default()->mulgen(result, x, x_length, curve);
}

static uint32_t profile_muladd(unsigned char *a, const unsigned char *b, size_t length, const unsigned char *x,
                               size_t x_length, const unsigned char *y, size_t y_length, int curve)
{
    return br_ec_get_default()->muladd(a, b, length, x, x_length, y, y_length, curve);
}

static const br_ec_impl profile_curves = { PROFILE_CURVES, profile_get_generator, profile_get_order, profile_get_xoff,
                                           profile_mul,    profile_mulgen,        profile_muladd };

static void profile_set_up(br_ssl_client_context *client, br_x509_minimal_context *chain)
{
    static const uint16_t suites[] = {
        BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,       BR_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
        BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, BR_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        BR_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,       BR_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    };
    static const struct {
        int id;
        const br_hash_class *hash;
    } hashes[] = {
        { br_sha256_ID, &br_sha256_vtable },
        { br_sha384_ID, &br_sha384_vtable },
        { br_sha512_ID, &br_sha512_vtable },
    };
    br_ssl_engine_context *engine = &client->eng;

    br_ssl_engine_set_suites(engine, suites, sizeof suites / sizeof suites[0]);
    br_ssl_engine_set_ec(engine, &profile_curves);
    br_ssl_engine_set_ecdsa(engine, br_ecdsa_vrfy_asn1_get_default());
    br_ssl_engine_set_default_rsavrfy(engine);
    br_ssl_engine_set_prf_sha256(engine, &br_tls12_sha256_prf);
    br_ssl_engine_set_prf_sha384(engine, &br_tls12_sha384_prf);
    br_ssl_engine_set_default_aes_gcm(engine);
    br_ssl_engine_set_default_chapol(engine);
    for (size_t i = 0; i < sizeof hashes / sizeof hashes[0]; i++) {
        br_ssl_engine_set_hash(engine, hashes[i].id, hashes[i].hash);
        if (chain != NULL)
            br_x509_minimal_set_hash(chain, hashes[i].id, hashes[i].hash);
    }
    if (chain != NULL) {
        br_x509_minimal_set_rsa(chain, br_ssl_engine_get_rsavrfy(engine));
        br_x509_minimal_set_ecdsa(chain, &profile_curves, br_ssl_engine_get_ecdsa(engine));
    }
}

const tcx_tls_profile tcx_tls_profile_full = { profile_set_up, tcx_tls_x25519_first };
