/* As image_full.c, with X25519 first, which most servers then choose: more flash, and much less time than P-256. */
#include "image.h"

#include "roots.h"

static tcx_client_chain chain;
static unsigned char records[4096 + 325]; /* for records of up to 4096 bytes: the server is asked not to exceed this */

static const br_ec_impl *curve_of(int curve)
{
    return curve == BR_EC_curve25519 ? &br_ec_c25519_m31 : &br_ec_p256_m31;
}

static const unsigned char *get_generator(int curve, size_t *length)
{
    return curve_of(curve)->generator(curve, length);
}

static const unsigned char *get_order(int curve, size_t *length)
{
    return curve_of(curve)->order(curve, length);
}

static size_t get_xoff(int curve, size_t *length)
{
    return curve_of(curve)->xoff(curve, length);
}

static uint32_t mul(unsigned char *point, size_t point_length, const unsigned char *x, size_t x_length, int curve)
{
    return curve_of(curve)->mul(point, point_length, x, x_length, curve);
}

static size_t mulgen(unsigned char *result, const unsigned char *x, size_t x_length, int curve)
{
    return curve_of(curve)->mulgen(result, x, x_length, curve);
}

static uint32_t muladd(unsigned char *a, const unsigned char *b, size_t length, const unsigned char *x, size_t x_length,
                       const unsigned char *y, size_t y_length, int curve)
{
    return curve_of(curve)->muladd(a, b, length, x, x_length, y, y_length, curve);
}

static void set_up(br_ssl_client_context *client, br_x509_minimal_context *validator)
{
    static const br_ec_impl curves = { (uint32_t)1 << BR_EC_secp256r1 | (uint32_t)1 << BR_EC_curve25519,
                                       get_generator, get_order, get_xoff, mul, mulgen, muladd };

    image_set_up_chain(client, validator);
    br_ssl_engine_set_ec(&client->eng, &curves);
}

static const tcx_tls_profile profile = { set_up, tcx_tls_x25519_first };

void image_trust(tcx_client *client)
{
    tcx_client_trust_chain(client, &chain, &profile, trust_anchors, TRUST_ANCHOR_COUNT, records, sizeof records);
}
