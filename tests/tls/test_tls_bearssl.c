/* Tests what is about BearSSL alone: profiles, set-up, the keys that can be pinned, and its errors. */
#include "subject_bearssl.h"

/* A profile of the caller's own, with a suite of TLS 1.0: it makes no older version of it. */
static void set_up_own(br_ssl_client_context *client, br_x509_minimal_context *chain)
{
    static const uint16_t suites[] = { BR_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA };
    br_ssl_engine_context *engine = &client->eng;

    tcx_tls_profile_full.set_up(client, chain);
    br_ssl_engine_set_suites(engine, suites, TCX_COUNT(suites));
    br_ssl_engine_set_default_aes_cbc(engine);
    br_ssl_engine_set_prf10(engine, &br_tls10_prf);
    br_ssl_engine_set_hash(engine, br_md5_ID, &br_md5_vtable);
    br_ssl_engine_set_hash(engine, br_sha1_ID, &br_sha1_vtable);
}

static const tcx_tls_profile own_profile = { set_up_own, NULL };

static void test_own_profile(void **state)
{
    static const int versions[] = { TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(versions); i++) {
        SSL_CTX *context = make_context(&ec_leaf, NULL);

        SSL_CTX_set_max_proto_version(context, versions[i]);
        set_up(context);
        bearssl.config.profile = &own_profile;
        assert_status("own profile", run(), versions[i] == TLS1_2_VERSION ? TCX_OK : TCX_E_TLS_UNSUPPORTED);
        judge("own profile");
        SSL_CTX_free(context);
    }
}

static void test_init_refuses(void **state)
{
    static const tcx_tls_profile no_profile = { NULL, NULL };
    tcx_tls_config config;
    tcx_transport link;
    tcx_tls tls;

    (void)state;
    assert_int_equal(tcx_tls_chain_init(NULL, anchors, 1), TCX_E_NULL);
    assert_int_equal(tcx_tls_chain_init(&bearssl.chain, NULL, 1), TCX_E_TLS_TRUST);
    assert_int_equal(tcx_tls_chain_init(&bearssl.chain, anchors, 0), TCX_E_TLS_TRUST);
    assert_int_equal(tcx_tls_pin_init(NULL, &public_keys[0]), TCX_E_NULL);
    assert_int_equal(tcx_tls_pin_init(&bearssl.pin, NULL), TCX_E_NULL);
    assert_int_equal(tcx_tls_init(NULL, &bearssl.config), TCX_E_NULL);
    assert_int_equal(tcx_tls_init(&tls, NULL), TCX_E_NULL);
    for (int missing = 0; missing < 14; missing++) {
        tcx_status expected = TCX_E_NULL;

        set_up(NULL);
        config = bearssl.config;
        link = *config.link;
        config.link = &link;
        switch (missing) {
        case 0:
            config.link = NULL;
            break;
        case 1:
            link.open = NULL;
            break;
        case 2:
            link.send = NULL;
            break;
        case 3:
            link.recv = NULL;
            break;
        case 4:
            link.close = NULL;
            break;
        case 5:
            config.profile = NULL;
            break;
        case 6:
            config.profile = &no_profile;
            break;
        case 7:
            config.buffer = NULL;
            break;
        case 8:
            config.buffer_size = TCX_TLS_BUFFER_MIN - 1;
            expected = TCX_E_TLS_BUFFER;
            break;
        case 9:
            config.buffer_size = 0;
            expected = TCX_E_TLS_BUFFER;
            break;
        case 10:
            config.trust = NULL;
            expected = TCX_E_TLS_TRUST;
            break;
        case 11:
            assert_int_equal(tcx_tls_chain_init(&bearssl.chain, NULL, 0), TCX_E_TLS_TRUST);
            expected = TCX_E_TLS_TRUST;
            break;
        case 12:
            config.entropy = NULL;
            expected = TCX_E_TLS_ENTROPY;
            break;
        default:
            config.buffer_size = TCX_TLS_BUFFER_MIN;
            expected = TCX_OK;
        }
        check(tcx_tls_init(&tls, &config) == expected, "missing %d", missing);
        check((tls.transport.open != NULL) == (expected == TCX_OK), "missing %d: it can be used", missing);
        if (expected != TCX_OK) { /* a call refuses it */
            f.config.transport = &tls.transport;
            assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_E_NULL);
        }
    }
    tcx_tls_wipe(NULL);
    memset(&tls, 0x55, sizeof tls);
    tcx_tls_wipe(&tls);
    for (size_t i = 0; i < sizeof tls; i++)
        assert_int_equal(((unsigned char *)&tls)[i], 0);
}

/* Which keys can be pinned: RSA by its exact number of bits, and the two curves. */
static void test_pinnable_keys(void **state)
{
    static const struct {
        size_t length, zeros;
        unsigned char first;
        tcx_status status;
    } moduli[] = {
        { 256, 0, 0x80, TCX_OK },          { 256, 0, 0xFF, TCX_OK },          { 256, 0, 0x7F, TCX_E_TLS_TRUST },
        { 257, 0, 0x01, TCX_OK },          { 260, 4, 0x80, TCX_OK },          { 260, 4, 0x40, TCX_E_TLS_TRUST },
        { 512, 0, 0xFF, TCX_OK },          { 513, 0, 0x01, TCX_E_TLS_TRUST }, { 513, 1, 0xFF, TCX_OK },
        { 128, 0, 0xFF, TCX_E_TLS_TRUST }, { 0, 0, 0, TCX_E_TLS_TRUST },      { 300, 300, 0, TCX_E_TLS_TRUST },
    };
    static unsigned char e[] = { 1, 0, 1 };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(moduli); i++) {
        unsigned char *n = script_edge(0, moduli[i].length);
        br_x509_pkey key = { .key_type = BR_KEYTYPE_RSA, .key.rsa = { n, moduli[i].length, e, sizeof e } };

        memset(n, 0, moduli[i].length);
        memset(n + moduli[i].zeros, 0xFF, moduli[i].length - moduli[i].zeros);
        if (moduli[i].first != 0)
            n[moduli[i].zeros] = moduli[i].first;
        memset(&bearssl.pin, 0x55, sizeof bearssl.pin);
        check(tcx_tls_pin_init(&bearssl.pin, &key) == moduli[i].status, "modulus %zu", i);
        assert_int_equal(bearssl.pin.trust.start != NULL, moduli[i].status == TCX_OK); /* else it trusts nobody */
    }
    for (int i = 0; i < KEYS; i++)
        check(tcx_tls_pin_init(&bearssl.pin, &public_keys[i]) ==
                  (i == P521 || i == RSA_1024 || i == RSA_2040 ? TCX_E_TLS_TRUST : TCX_OK),
              "key %d", i);
    assert_int_equal(tcx_tls_pin_init(&bearssl.pin, &(br_x509_pkey){ .key_type = 0 }), TCX_E_TLS_TRUST);
}

/* One pin's session is not another's. Zeroes in front of the key's numbers make no other pin. */
static void test_session_of_pin(void **state)
{
    static const struct {
        int key, zeroes, resumed;
    } rows[] = { { RSA_LEAF, 0, 1 }, { RSA_LEAF, 1, 1 }, { RSA_ROOT, 0, 0 } };
    static tcx_tls_session session;
    unsigned char n[300] = { 0 }, e[12] = { 0 };
    SSL_CTX *context = make_context(&rsa_leaf, NULL);

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        br_x509_pkey key = public_keys[rows[i].key];
        const br_rsa_public_key *rsa = &public_keys[rows[i].key].key.rsa;

        if (rows[i].zeroes) {
            memcpy(n + sizeof n - rsa->nlen, rsa->n, rsa->nlen);
            memcpy(e + sizeof e - rsa->elen, rsa->e, rsa->elen);
            key.key.rsa = (br_rsa_public_key){ n, sizeof n, e, sizeof e };
        }
        tcx_tls_session_init(&session, NULL);
        for (int again = 0; again < 2; again++) {
            set_up(context);
            assert_int_equal(tcx_tls_pin_init(&bearssl.pin, again ? &key : &public_keys[RSA_LEAF]), TCX_OK);
            bearssl.config.trust = &bearssl.pin.trust;
            bearssl.config.session = &session;
            f.config.unix_time = NOW + again * (DAY - 1);
            assert_status("pin", run(), !again || rows[i].key == RSA_LEAF ? TCX_OK : TCX_E_TLS_INTEGRITY);
            judge("pin");
            check(bearssl.tls.resumed == (again && rows[i].resumed), "row %zu: resumed %d", i, bearssl.tls.resumed);
        }
    }
    SSL_CTX_free(context);
}

void br_ssl_engine_fail(br_ssl_engine_context *engine, int error); /* BearSSL's own */

/*
 * Every error that BearSSL 0.6 has, in the middle of a handshake: the cause is named. An alert means that nothing is
 * in common only until the server has chosen.
 */
static void test_errors(void **state)
{
    static const struct {
        int from, to;
        tcx_status status;
    } rows[] = {
        { BR_ERR_BAD_PARAM, BR_ERR_BAD_STATE, TCX_E_TLS },
        { BR_ERR_UNSUPPORTED_VERSION, BR_ERR_UNSUPPORTED_VERSION, TCX_E_TLS_UNSUPPORTED },
        { BR_ERR_BAD_VERSION, BR_ERR_BAD_LENGTH, TCX_E_TLS },
        { BR_ERR_TOO_LARGE, BR_ERR_TOO_LARGE, TCX_E_TLS_RECORD },
        { BR_ERR_BAD_MAC, BR_ERR_BAD_MAC, TCX_E_TLS_INTEGRITY },
        { BR_ERR_NO_RANDOM, BR_ERR_OVERSIZED_ID, TCX_E_TLS },
        { BR_ERR_BAD_CIPHER_SUITE, BR_ERR_BAD_CIPHER_SUITE, TCX_E_TLS_UNSUPPORTED },
        { BR_ERR_BAD_COMPRESSION, BR_ERR_BAD_HELLO_DONE, TCX_E_TLS },
        { BR_ERR_LIMIT_EXCEEDED, BR_ERR_LIMIT_EXCEEDED, TCX_E_X509_WEAK },
        { BR_ERR_BAD_FINISHED, BR_ERR_BAD_FINISHED, TCX_E_TLS_INTEGRITY },
        { BR_ERR_RESUME_MISMATCH, BR_ERR_RESUME_MISMATCH, TCX_E_TLS },
        { BR_ERR_INVALID_ALGORITHM, BR_ERR_INVALID_ALGORITHM, TCX_E_TLS_UNSUPPORTED },
        { BR_ERR_BAD_SIGNATURE, BR_ERR_WRONG_KEY_USAGE, TCX_E_TLS_INTEGRITY },
        { BR_ERR_NO_CLIENT_AUTH, BR_ERR_IO, TCX_E_TLS },
        { BR_ERR_X509_INVALID_VALUE, BR_ERR_X509_BAD_TIME, TCX_E_X509 },
        { BR_ERR_X509_UNSUPPORTED, BR_ERR_X509_LIMIT_EXCEEDED, TCX_E_X509_WEAK },
        { BR_ERR_X509_WRONG_KEY_TYPE, BR_ERR_X509_WRONG_KEY_TYPE, TCX_E_X509 },
        { BR_ERR_X509_BAD_SIGNATURE, BR_ERR_X509_BAD_SIGNATURE, TCX_E_X509_UNTRUSTED },
        { BR_ERR_X509_TIME_UNKNOWN, BR_ERR_X509_EXPIRED, TCX_E_X509_TIME },
        { BR_ERR_X509_DN_MISMATCH, BR_ERR_X509_DN_MISMATCH, TCX_E_X509 },
        { BR_ERR_X509_BAD_SERVER_NAME, BR_ERR_X509_BAD_SERVER_NAME, TCX_E_X509_NAME },
        { BR_ERR_X509_CRITICAL_EXTENSION, BR_ERR_X509_CRITICAL_EXTENSION, TCX_E_X509_EXTENSION },
        { BR_ERR_X509_NOT_CA, BR_ERR_X509_NOT_CA, TCX_E_X509_UNTRUSTED },
        { BR_ERR_X509_FORBIDDEN_KEY_USAGE, BR_ERR_X509_FORBIDDEN_KEY_USAGE, TCX_E_X509_PURPOSE },
        { BR_ERR_X509_WEAK_PUBLIC_KEY, BR_ERR_X509_WEAK_PUBLIC_KEY, TCX_E_X509_WEAK },
        { BR_ERR_X509_NOT_TRUSTED, BR_ERR_X509_NOT_TRUSTED, TCX_E_X509_UNTRUSTED },
        { 256, 256 + 39, TCX_E_TLS_ALERT },
        { 256 + 40, 256 + 40, TCX_E_TLS_UNSUPPORTED },
        { 256 + 41, 256 + 69, TCX_E_TLS_ALERT },
        { 256 + 70, 256 + 71, TCX_E_TLS_UNSUPPORTED },
        { 256 + 72, 256 + 255, TCX_E_TLS_ALERT },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        for (int error = rows[i].from; error <= rows[i].to; error++) {
            for (int has_chosen = 0; has_chosen < 2; has_chosen++) {
                char where[40];

                snprintf(where, sizeof where, "error %d, chosen %d", error, has_chosen);
                set_up(NULL);
                assert_int_equal(subject_init(), TCX_OK);
                assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
                assert_int_equal(tcx_call_step(&f.call, 0), TCX_PENDING);
                ((unsigned char *)bearssl.config.buffer)[1] = 3; /* a record of TLS came last */
                br_ssl_engine_fail(&bearssl.tls.client.eng, error);
                bearssl.tls.client.eng.reneg = (unsigned char)has_chosen; /* the server has said hello */
                check(tcx_call_step(&f.call, 0) < 0, "%s", where);
                judge_refused(where, error > 256 && has_chosen ? TCX_E_TLS_ALERT : rows[i].status, error);
            }
        }
    }
}

/* ---- X25519 ---- */

static const unsigned char as_bearssl[] = { 0, 23, 0, 24, 0, 29 }, x25519_first[] = { 0, 29, 0, 23, 0, 24 };

/* Where a record has these bytes, or `length`. */
static size_t find(const unsigned char *record, size_t length, const unsigned char *bytes, size_t count)
{
    size_t at = 0;

    while (at + count <= length && memcmp(record + at, bytes, count) != 0)
        at++;
    return at + count <= length ? at : length;
}

/* The ClientHello with `profile`, before a server says anything. Returns its length. */
static size_t say_hello(const tcx_tls_profile *profile, unsigned char *out, size_t size)
{
    set_up(NULL);
    bearssl.config.profile = profile;
    assert_int_equal(run(), TCX_E_DEADLINE);
    assert_in_range(f.link.sent_length, 1, size);
    memcpy(out, f.link.sent, f.link.sent_length);
    return f.link.sent_length;
}

/* Only the order of the curves changes, and OpenSSL takes the first one. */
static void test_x25519_first(void **state)
{
    static const certificate *const leaves[] = { &ec_leaf, &rsa_leaf };
    const tcx_tls_profile theirs = { tcx_tls_profile_full.set_up, NULL };
    unsigned char before[600], after[600];
    const size_t length = say_hello(&theirs, before, sizeof before);
    const size_t at = find(before, length, as_bearssl, sizeof as_bearssl);

    (void)state;
    assert_int_equal(say_hello(&tcx_tls_profile_full, after, sizeof after), length);
    assert_in_range(at, 1, length - sizeof as_bearssl);
    memcpy(before + at, x25519_first, sizeof x25519_first);
    memcpy(before + 11, after + 11, 32); /* the random bytes */
    assert_memory_equal(after, before, length);
    for (size_t i = 0; i < TCX_COUNT(leaves); i++) {
        for (int prefers = 0; prefers < 2; prefers++) {
            SSL_CTX *context = make_context(leaves[i], NULL);

            set_up(context);
            if (!prefers)
                bearssl.config.profile = &theirs;
            assert_status("curve", run(), TCX_OK);
            judge("curve");
            assert_int_equal(SSL_get_negotiated_group(f.peer.ssl), prefers ? NID_X25519 : NID_X9_62_prime256v1);
            SSL_CTX_free(context);
        }
    }
}

/* Damages each byte of the ClientHello. What is not a list of curves stays as it is. */
static void damage_hello(br_ssl_engine_context *engine)
{
    static const unsigned char masks[] = { 0x01, 0x02, 0x10, 0x80, 0xFF };
    unsigned char before[600], expected[600];
    size_t length, at;
    unsigned char *record = br_ssl_engine_sendrec_buf(engine, &length);

    assert_in_range(length, 1, sizeof before);
    at = find(record, length, as_bearssl, sizeof as_bearssl);
    assert_in_range(at, 1, length - sizeof as_bearssl);
    memcpy(before, record, length);
    for (size_t i = 0; i < length; i++) {
        for (size_t j = 0; j < TCX_COUNT(masks); j++) {
            record[i] ^= masks[j];
            memcpy(expected, record, length);
            memmove(expected + at + 2, record + at, sizeof as_bearssl - 2);
            memcpy(expected + at, record + at + 4, 2);
            tcx_tls_x25519_first(engine);
            if (memcmp(record, expected, length) != 0) { /* it did not change */
                memcpy(expected, before, length);
                expected[i] ^= masks[j];
            }
            assert_memory_equal(record, expected, length);
            memcpy(record, before, length);
        }
    }
    tcx_tls_x25519_first(engine);
    assert_int_equal(find(record, length, x25519_first, sizeof x25519_first), at);
    memcpy(expected, record, length);
    tcx_tls_x25519_first(engine); /* X25519 is no longer the last one */
    assert_memory_equal(record, expected, length);
}

static void test_x25519_of_other_messages(void **state)
{
    static const tcx_tls_profile damaging = { NULL, damage_hello };
    tcx_tls_profile profile = damaging;
    SSL_CTX *context = make_context(&ec_leaf, NULL);

    (void)state;
    profile.set_up = tcx_tls_profile_full.set_up;
    set_up(context);
    bearssl.config.profile = &profile;
    assert_status("damage", run(), TCX_OK); /* the hash of the handshake is that of the last message */
    judge("damage");
    tcx_tls_x25519_first(&bearssl.tls.client.eng); /* nothing waits to be sent */
    SSL_CTX_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_x25519_first),  cmocka_unit_test(test_x25519_of_other_messages),
        cmocka_unit_test(test_own_profile),   cmocka_unit_test(test_init_refuses),
        cmocka_unit_test(test_pinnable_keys), cmocka_unit_test(test_session_of_pin),
        cmocka_unit_test(test_errors),
    };

    return cmocka_run_group_tests(tests, make_keys, NULL);
}
