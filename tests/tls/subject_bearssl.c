#include "subject_bearssl.h"

#include <openssl/core_names.h>

br_x509_pkey public_keys[KEYS];
br_x509_trust_anchor anchors[ANCHORS];
struct bearssl bearssl;

const subject tls_subject = {
    .is_bearssl = 1,
    .has_record_buffer = 1,
    .composes = 1,
    .joins_messages = 1,
};

const tcx_transport *const subject_transport = &bearssl.tls.transport;

static unsigned char *big_number(const EVP_PKEY *key, const char *name, size_t *length)
{
    BIGNUM *number = NULL;
    unsigned char *bytes;

    assert_int_equal(EVP_PKEY_get_bn_param(key, name, &number), 1);
    *length = (size_t)BN_num_bytes(number);
    bytes = malloc(*length);
    BN_bn2bin(number, bytes);
    BN_free(number);
    return bytes;
}

/* A key as BearSSL wants it. */
static br_x509_pkey public_key(const EVP_PKEY *key)
{
    br_x509_pkey result;
    unsigned char point[200];

    if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
        result.key_type = BR_KEYTYPE_RSA;
        result.key.rsa.n = big_number(key, OSSL_PKEY_PARAM_RSA_N, &result.key.rsa.nlen);
        result.key.rsa.e = big_number(key, OSSL_PKEY_PARAM_RSA_E, &result.key.rsa.elen);
        return result;
    }
    result.key_type = BR_KEYTYPE_EC;
    result.key.ec.curve = EVP_PKEY_get_bits(key) == 256   ? BR_EC_secp256r1
                          : EVP_PKEY_get_bits(key) == 384 ? BR_EC_secp384r1
                                                          : BR_EC_secp521r1;
    assert_int_equal(
        EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof point, &result.key.ec.qlen), 1);
    result.key.ec.q = memcpy(malloc(result.key.ec.qlen), point, result.key.ec.qlen);
    return result;
}

void subject_take_key(int key)
{
    public_keys[key] = public_key(keys[key]);
}

static br_x509_trust_anchor make_anchor(const certificate *plan)
{
    br_x509_trust_anchor anchor = { .flags = BR_X509_TA_CA, .pkey = public_keys[plan->key] };
    X509 *root = make_certificate(plan);
    int length = i2d_X509_NAME(X509_get_subject_name(root), &anchor.dn.data);

    assert_true(length > 0);
    anchor.dn.len = (size_t)length;
    X509_free(root);
    return anchor;
}

void subject_take_roots(void)
{
    for (int i = 0; i < ANCHORS; i++)
        anchors[i] = make_anchor(roots[i]);
}

void subject_reset(const tcx_transport *link, int (*entropy)(void *context, void *out, size_t length))
{
    const tcx_tls_config config = { .link = link,
                                    .profile = &tcx_tls_profile_full,
                                    .trust = &bearssl.chain.trust,
                                    .entropy = entropy,
                                    .buffer = script_edge(0, TCX_TLS_BUFFER_SAFE),
                                    .buffer_size = TCX_TLS_BUFFER_SAFE };

    bearssl.config = config;
    assert_int_equal(tcx_tls_chain_init(&bearssl.chain, anchors, ANCHORS), TCX_OK);
}

void subject_trust(const int *order, size_t count, int is_ca)
{
    static br_x509_trust_anchor chosen[ANCHORS];

    for (size_t i = 0; i < count; i++)
        chosen[i] = anchors[order[i]];
    if (!is_ca)
        chosen[count - 1].flags = 0;
    assert_int_equal(tcx_tls_chain_init(&bearssl.chain, chosen, count), TCX_OK);
    bearssl.config.trust = &bearssl.chain.trust;
}

tcx_status subject_pin(int key)
{
    bearssl.config.trust = &bearssl.pin.trust;
    return tcx_tls_pin_init(&bearssl.pin, &public_keys[key]);
}

void subject_set_buffer(size_t size)
{
    bearssl.config.buffer = script_edge(0, size);
    bearssl.config.buffer_size = size;
}

void subject_set_session(tcx_tls_session *session)
{
    bearssl.config.session = session;
}

tcx_status subject_init(void)
{
    return tcx_tls_init(&bearssl.tls, &bearssl.config);
}

int subject_resumed(void)
{
    return bearssl.tls.resumed;
}

void subject_mark(void)
{
    memset(bearssl.config.buffer, TCX_GUARD_FILL, bearssl.config.buffer_size);
}

void subject_check_refused(const char *where, int was_drawn)
{
    const unsigned char *seed = (unsigned char *)bearssl.config.buffer + sizeof bearssl.tls.client.eng.server_name;

    for (size_t i = 0; i < TCX_TLS_SEED; i++)
        check(seed[i] == (was_drawn ? 0 : TCX_GUARD_FILL), "%s: entropy is left", where);
}
