/*
 * A TLS session between two connections: what is exported, what is offered again, and what is left after a failure. The
 * exported form is laid out here a second time, because it outlives firmware; what is offered is read off the
 * ClientHello. That a server resumes it is the TLS test's matter.
 */
#include "script.h"

#include <tcexec/tls.h>

static const char name[] = "mps.tencentcloudapi.com";

static tcx_tls_session session;

static br_ssl_session_parameters make(unsigned char id_length)
{
    br_ssl_session_parameters made;

    memset(&made, 0, sizeof made);
    for (unsigned char i = 0; i < id_length; i++)
        made.session_id[i] = (unsigned char)(0x40 + i);
    made.session_id_len = id_length;
    made.version = BR_TLS12;
    made.cipher_suite = BR_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256;
    for (unsigned char i = 0; i < sizeof made.master_secret; i++)
        made.master_secret[i] = (unsigned char)(0x90 + i);
    return made;
}

/* Puts the check of format 1 on exported bytes. */
static void seal(unsigned char *bytes, const char *host)
{
    unsigned char digest[32];
    br_sha256_context hash;

    br_sha256_init(&hash);
    br_sha256_update(&hash, bytes, 88);
    br_sha256_update(&hash, host, strlen(host));
    br_sha256_out(&hash, digest);
    memcpy(bytes + 88, digest, 8);
}

/* The exported form, by hand: format, id length 1 each, version, suite 2 each, id 32, secret 48, zero 2, check 8. */
static void lay_out(unsigned char bytes[TCX_TLS_SESSION_SIZE], const br_ssl_session_parameters *made, const char *host)
{
    const unsigned char head[] = { 1, made->session_id_len, 0x03, (unsigned char)made->version, 0xCC, 0xA9 };

    memset(bytes, 0, TCX_TLS_SESSION_SIZE);
    memcpy(bytes, head, 6);
    memcpy(bytes + 6, made->session_id, made->session_id_len);
    memcpy(bytes + 38, made->master_secret, 48);
    seal(bytes, host);
}

static void check_empty(void)
{
    br_ssl_session_parameters loaded;

    for (size_t i = 0; i < sizeof session.bytes; i++)
        assert_int_equal(session.bytes[i], 0);
    assert_int_equal(session.load(&session, name, &loaded), 0);
}

static void check_loads(const br_ssl_session_parameters *made)
{
    br_ssl_session_parameters loaded;

    memset(&loaded, 0xEE, sizeof loaded);
    assert_int_equal(session.load(&session, name, &loaded), 1);
    assert_int_equal(loaded.session_id_len, made->session_id_len);
    assert_memory_equal(loaded.session_id, made->session_id, made->session_id_len);
    assert_int_equal(loaded.version, made->version);
    assert_int_equal(loaded.cipher_suite, made->cipher_suite);
    assert_memory_equal(loaded.master_secret, made->master_secret, 48);
}

/* Refused, and what was to be filled is as it was. */
static void check_refused(const char *host)
{
    br_ssl_session_parameters loaded, before;

    memset(&loaded, 0xEE, sizeof loaded);
    before = loaded;
    assert_int_equal(session.load(&session, host, &loaded), 0);
    assert_memory_equal(&loaded, &before, sizeof loaded);
}

static void test_round_trip(void **state)
{
    unsigned char exported[TCX_TLS_SESSION_SIZE], expected[TCX_TLS_SESSION_SIZE];

    (void)state;
    for (unsigned char length = 1; length <= 32; length++) {
        br_ssl_session_parameters made = make(length);

        made.version = (uint16_t)(0x0300 + length); /* of which TLS 1.2 is one */
        tcx_tls_session_init(&session, NULL);
        memset(session.bytes, 0xEE, sizeof session.bytes); /* nothing of an earlier one is left */
        session.save(&session, name, &made);
        check_loads(&made);
        lay_out(expected, &made, name);
        assert_memory_equal(session.bytes, expected, sizeof expected);

        memcpy(exported, session.bytes, sizeof exported);
        memset(&session, 0xEE, sizeof session);
        tcx_tls_session_init(&session, exported);
        memset(exported, 0, sizeof exported); /* it was copied */
        check_loads(&made);
        assert_memory_equal(session.bytes, expected, sizeof expected); /* loading changes nothing */
    }
}

/* A server that gave no id, a failure, and a session that never was: nothing is offered, and no secret stays. */
static void test_empty(void **state)
{
    const br_ssl_session_parameters made = make(32), without_id = make(0);
    static const unsigned char zeroes[TCX_TLS_SESSION_SIZE];
    unsigned char exported[TCX_TLS_SESSION_SIZE];

    (void)state;
    tcx_tls_session_init(&session, NULL);
    check_empty();
    tcx_tls_session_init(&session, zeroes);
    check_empty();
    session.save(&session, name, &made);
    session.save(&session, name, NULL);
    check_empty();
    session.save(&session, name, &made);
    session.save(&session, name, &without_id);
    check_empty();
    session.save(&session, name, &made);
    tcx_tls_session_init(&session, NULL);
    check_empty();
    memset(exported, 0xFF, sizeof exported);
    tcx_tls_session_init(&session, exported);
    check_refused(name);
}

/* Bound to its name, to the letter. */
static void test_other_names(void **state)
{
    static const char *const others[] = { "",
                                          "m",
                                          "mps.tencentcloudapi.co",
                                          "mps.tencentcloudapi.com.",
                                          "vod.tencentcloudapi.com",
                                          "Mps.tencentcloudapi.com",
                                          "mps.tencentcloudapi.com:443",
                                          "10.0.0.1" };
    const br_ssl_session_parameters made = make(32);

    (void)state;
    tcx_tls_session_init(&session, NULL);
    session.save(&session, name, &made);
    for (size_t i = 0; i < TCX_COUNT(others); i++)
        check_refused(others[i]);
    check_loads(&made);
}

/* Each byte, in each of its 255 other values. */
static void test_damage(void **state)
{
    const br_ssl_session_parameters made = make(20);
    unsigned char exported[TCX_TLS_SESSION_SIZE];

    (void)state;
    lay_out(exported, &made, name);
    for (size_t at = 0; at < sizeof exported; at++) {
        for (unsigned change = 1; change < 256; change++) {
            exported[at] ^= (unsigned char)change;
            tcx_tls_session_init(&session, exported);
            check_refused(name);
            exported[at] ^= (unsigned char)change;
        }
    }
    tcx_tls_session_init(&session, exported);
    check_loads(&made);
}

/* A check that fits does not make an id of no or of too many bytes, nor an unknown format, right. */
static void test_sealed_nonsense(void **state)
{
    const br_ssl_session_parameters made = make(32);
    unsigned char exported[TCX_TLS_SESSION_SIZE];

    (void)state;
    for (unsigned length = 0; length < 256; length++) {
        lay_out(exported, &made, name);
        exported[1] = (unsigned char)length;
        seal(exported, name);
        tcx_tls_session_init(&session, exported);
        if (length == 0 || length > 32)
            check_refused(name);
    }
    for (unsigned format = 0; format < 256; format++) {
        lay_out(exported, &made, name);
        exported[0] = (unsigned char)format;
        seal(exported, name);
        tcx_tls_session_init(&session, exported);
        if (format != 1)
            check_refused(name);
    }
}

static int entropy(void *context, void *out, size_t length)
{
    (void)context;
    memset(out, 7, length);
    return (int)length;
}

/* On the wire: the ClientHello has the id of a sound session of that name; a failed handshake forgets it. */
static void test_offered(void **state)
{
    static const unsigned char generator[] = "\x04" /* of P-256: a point, and so a public key */
                                             "\x6B\x17\xD1\xF2\xE1\x2C\x42\x47\xF8\xBC\xE6\xE5\x63\xA4\x40\xF2"
                                             "\x77\x03\x7D\x81\x2D\xEB\x33\xA0\xF4\xA1\x39\x45\xD8\x98\xC2\x96"
                                             "\x4F\xE3\x42\xE2\xFE\x1A\x7F\x9B\x8E\xE7\xEB\x4A\x7C\x0F\x9E\x16"
                                             "\x2B\xCE\x33\x57\x6B\x31\x5E\xCE\xCB\xB6\x40\x68\x37\xBF\x51\xF5";
    static const struct {
        const char *host;
        int damaged; /* byte; -1: none */
        unsigned char id_length;
        int offered;
    } rows[] = {
        { name, -1, 32, 1 }, { name, -1, 1, 1 }, { name, 60, 32, 0 }, { "vod.tencentcloudapi.com", -1, 32, 0 },
        { name, -1, 0, 0 },
    };
    static unsigned char records[TCX_TLS_BUFFER_MIN];
    static tcx_tls tls;
    static script link;
    br_x509_pkey key = { BR_KEYTYPE_EC, { .ec = { BR_EC_secp256r1, NULL, 65 } } };
    unsigned char point[65];
    tcx_tls_pin pin;

    (void)state;
    memcpy(point, generator, sizeof point);
    key.key.ec.q = point;
    assert_int_equal(tcx_tls_pin_init(&pin, &key), TCX_OK);
    for (size_t i = 0; i < TCX_COUNT(rows) * 2; i++) {
        const br_ssl_session_parameters made = make(rows[i / 2].id_length);
        const int answers = i % 2; /* a fatal alert, or silence */
        const tcx_tls_config config = { .link = &link.transport,
                                        .profile = tcx_tls_profile_full,
                                        .trust = &pin.trust,
                                        .entropy = entropy,
                                        .buffer = records,
                                        .buffer_size = sizeof records,
                                        .session = &session };
        const tcx_peer peer = { tcx_text_from(rows[i / 2].host), tcx_text_from("10.0.0.1"), 443, SCRIPT_NOW };
        unsigned char before[TCX_TLS_SESSION_SIZE];

        script_init(&link, "\x15\x03\x03\x00\x02\x02\x28", answers ? 7 : 0);
        link.answer_after = 1;
        tcx_tls_session_init(&session, NULL);
        session.save(&session, name, &made);
        if (rows[i / 2].damaged >= 0)
            session.bytes[rows[i / 2].damaged] ^= 1;
        memcpy(before, session.bytes, sizeof before);
        assert_int_equal(tcx_tls_init(&tls, &config), TCX_OK);
        if (answers) {
            assert_true(tls.transport.open(tls.transport.context, &peer) < 0);
            check_empty();
        } else {
            assert_int_equal(tls.transport.open(tls.transport.context, &peer), TCX_WANT_READ);
            assert_memory_equal(session.bytes, before, sizeof before); /* still under way */
        }
        assert_int_equal(tls.resumed, 0);
        tls.transport.close(tls.transport.context);
        assert_true(link.sent_length > 80);
        assert_int_equal(link.sent[5], 1); /* ClientHello; the length of the id stands at 43 */
        check(link.sent[43] == (rows[i / 2].offered ? rows[i / 2].id_length : 0), "row %zu: an id of %d bytes", i / 2,
              link.sent[43]);
        assert_memory_equal(link.sent + 44, made.session_id, link.sent[43]);
    }
    tcx_tls_wipe(&tls);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip), cmocka_unit_test(test_empty),           cmocka_unit_test(test_other_names),
        cmocka_unit_test(test_damage),     cmocka_unit_test(test_sealed_nonsense), cmocka_unit_test(test_offered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
