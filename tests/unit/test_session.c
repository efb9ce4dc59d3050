/*
 * Tests a TLS session between two connections: what is exported, what is offered again, and what is left after a
 * failure. The exported form is written down here a second time, because it outlives firmware. What is offered is read
 * from the ClientHello. That a server resumes it is tested in tests/tls.
 */
#include "script.h"
#include "tcx_calendar.h"

#include <tcexec/tls.h>

static const char name[] = "mps.tencentcloudapi.com";

static tcx_tls_session session;

/* A trust of one's own: what it is bound to is one text. */
typedef struct own_trust {
    tcx_tls_trust trust;
    const char *identity;
} own_trust;

static void identify(const tcx_tls_trust *trust, br_sha256_context *hash)
{
    br_sha256_update(hash, ((const own_trust *)trust)->identity, 7);
}

static own_trust own = { { .identify = identify, .until = { 99 } }, "trusted" };

#define NEVER INT64_MAX

/* When the server's proof ends: seconds since 1970. */
static void set_until(int64_t seconds)
{
    const int32_t day = (int32_t)(seconds / 86400), second = (int32_t)(seconds % 86400);
    char date[10];

    memset(own.trust.until, TCX_TLS_FOREVER, sizeof own.trust.until);
    if (seconds == NEVER)
        return;
    memcpy(date, "1969-12-31", sizeof date); /* or earlier: it is over */
    if (seconds >= 0)
        tcx_date_write(date, (uint32_t)day);
    own.trust.until[0] = (unsigned char)(date[0] * 10 + date[1] - '0' * 11);
    own.trust.until[1] = (unsigned char)(date[2] * 10 + date[3] - '0' * 11);
    own.trust.until[2] = (unsigned char)(date[5] * 10 + date[6] - '0' * 11);
    own.trust.until[3] = (unsigned char)(date[8] * 10 + date[9] - '0' * 11);
    own.trust.until[4] = (unsigned char)(seconds < 0 ? 0 : second / 3600);
    own.trust.until[5] = (unsigned char)(seconds < 0 ? 0 : second / 60 % 60);
    own.trust.until[6] = (unsigned char)(seconds < 0 ? 0 : second % 60);
}

static tcx_peer at(int64_t unix_time, int64_t correction)
{
    return (tcx_peer){ tcx_text_from(name), tcx_text_from("10.0.0.1"), 443, unix_time, correction };
}

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

static int load_from(const char *host, const tcx_peer *peer, br_ssl_session_parameters *loaded)
{
    return session.load(&session, host, peer, &own.trust, loaded);
}

/* A full handshake with `host` has made it. */
static void save_for(const char *host, const tcx_peer *peer, const br_ssl_session_parameters *made)
{
    br_ssl_session_parameters ignored;

    (void)load_from(host, peer, &ignored);
    session.offered = 0;
    assert_int_equal(session.note(&session, peer, &own.trust, made), 0);
}

static void save(const br_ssl_session_parameters *made)
{
    const tcx_peer peer = at(SCRIPT_NOW, 0);

    save_for(name, &peer, made);
}

/* Puts the check on exported bytes: by the format's own rule, written down a second time. */
static void seal(unsigned char *bytes, const char *host)
{
    const unsigned char length[] = { 0, (unsigned char)strlen(host) };
    unsigned char digest[32];
    br_sha256_context hash;

    br_sha256_init(&hash);
    br_sha256_update(&hash, length, 2);
    br_sha256_update(&hash, host, strlen(host));
    br_sha256_update(&hash, "\0\0trusted", 9);
    br_sha256_out(&hash, digest);
    br_sha256_init(&hash);
    br_sha256_update(&hash, digest, 8);
    br_sha256_update(&hash, bytes, 89);
    br_sha256_out(&hash, digest);
    memcpy(bytes + 89, digest, 7);
}

/* The exported form, by hand: format and id length 1, suite 2, id 32, secret 48, made 4, lasts 2, check 7. */
static void lay_out(unsigned char bytes[TCX_TLS_SESSION_SIZE], const br_ssl_session_parameters *made, const char *host)
{
    const unsigned char head[] = { (unsigned char)(0x80 + made->session_id_len), 0xCC, 0xA9 };
    const unsigned half_day = 43200; /* a day in steps of two seconds */

    memset(bytes, 0, TCX_TLS_SESSION_SIZE);
    memcpy(bytes, head, 3);
    memcpy(bytes + 3, made->session_id, made->session_id_len);
    memcpy(bytes + 35, made->master_secret, 48);
    for (unsigned i = 0; i < 4; i++)
        bytes[83 + i] = (unsigned char)((uint32_t)SCRIPT_NOW >> (24 - 8 * i));
    bytes[87] = (unsigned char)(half_day >> 8);
    bytes[88] = (unsigned char)half_day;
    seal(bytes, host);
}

static void check_empty(void)
{
    const tcx_peer peer = at(SCRIPT_NOW, 0);
    br_ssl_session_parameters loaded;

    for (size_t i = 0; i < sizeof session.bytes; i++)
        assert_int_equal(session.bytes[i], 0);
    assert_int_equal(load_from(name, &peer, &loaded), 0);
}

static void check_loads_at(const br_ssl_session_parameters *made, const tcx_peer *peer)
{
    br_ssl_session_parameters loaded;

    memset(&loaded, 0xEE, sizeof loaded);
    assert_int_equal(load_from(name, peer, &loaded), 1);
    assert_int_equal(loaded.session_id_len, made->session_id_len);
    assert_memory_equal(loaded.session_id, made->session_id, made->session_id_len);
    assert_int_equal(loaded.version, made->version);
    assert_int_equal(loaded.cipher_suite, made->cipher_suite);
    assert_memory_equal(loaded.master_secret, made->master_secret, 48);
}

static void check_loads(const br_ssl_session_parameters *made)
{
    const tcx_peer peer = at(SCRIPT_NOW, 0);

    check_loads_at(made, &peer);
}

/* Refused, and what was to be filled is as it was. */
static void check_refused(const char *host)
{
    const tcx_peer peer = at(SCRIPT_NOW, 0);
    br_ssl_session_parameters loaded, before;

    memset(&loaded, 0xEE, sizeof loaded);
    before = loaded;
    assert_int_equal(load_from(host, &peer, &loaded), 0);
    assert_memory_equal(&loaded, &before, sizeof loaded);
}

static void test_round_trip(void **state)
{
    unsigned char exported[TCX_TLS_SESSION_SIZE], expected[TCX_TLS_SESSION_SIZE];

    (void)state;
    for (unsigned char length = 1; length <= 32; length++) {
        br_ssl_session_parameters made = make(length);

        tcx_tls_session_init(&session, NULL);
        memset(session.bytes, 0xEE, sizeof session.bytes); /* nothing of an earlier one is left */
        save(&made);
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
    save(&made);
    save(NULL);
    check_empty();
    save(&made);
    save(&without_id);
    check_empty();
    save(&made);
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
    save(&made);
    for (size_t i = 0; i < TCX_COUNT(others); i++)
        check_refused(others[i]);
    check_loads(&made);
}

/* Bound to what is trusted. A trust that does not say what that is has no sessions. */
static void test_other_trust(void **state)
{
    const br_ssl_session_parameters made = make(32);
    unsigned char exported[TCX_TLS_SESSION_SIZE];

    (void)state;
    tcx_tls_session_init(&session, NULL);
    save(&made);
    memcpy(exported, session.bytes, sizeof exported);
    own.identity = "TRUSTED";
    check_refused(name);
    own.identity = "trusted";
    check_loads(&made);
    own.trust.identify = NULL;
    check_refused(name);
    save(&made);
    own.trust.identify = identify;
    check_empty();
    tcx_tls_session_init(&session, exported);
    check_loads(&made);
}

/*
 * Offered from the second it was made in, for a day or until the server's proof ends. A step of two seconds may be
 * lost.
 */
static void test_lifetime(void **state)
{
    static const struct {
        int64_t made, until, lasts; /* until: from `made` on */
    } rows[] = {
        { SCRIPT_NOW, NEVER - SCRIPT_NOW, 86400 },
        { SCRIPT_NOW, 86401, 86400 },
        { SCRIPT_NOW, 86400, 86400 },
        { SCRIPT_NOW, 86399, 86398 },
        { SCRIPT_NOW, 3600, 3600 },
        { SCRIPT_NOW, 2, 2 },
        { SCRIPT_NOW, 1, 0 },
        { SCRIPT_NOW, 0, 0 },
        { SCRIPT_NOW, -1, 0 },
        { SCRIPT_NOW, -SCRIPT_NOW, 0 },
        { 0, 86400, 86400 },
        { 0xFFFFFFFF, 86399, 86398 },
        { 0xFFFFFFFF, 86401, 86400 },
        { 253402214400, 90000, 86400 },
        { 253402214400, 3600, 3600 },
        { 253402214400, NEVER - 253402214400, 86400 },
        { SCRIPT_NOW, -2LL * SCRIPT_NOW, 0 },
    };
    static const int64_t far[] = { -1, -2, -86400, -86401, -SCRIPT_NOW, 86400, 86401, 2 * 86400, 1000000000 };
    const br_ssl_session_parameters made = make(32);
    br_ssl_session_parameters loaded;

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        tcx_peer peer = at(rows[i].made, 0);

        set_until(rows[i].made + rows[i].until);
        tcx_tls_session_init(&session, NULL);
        save_for(name, &peer, &made);
        for (int64_t after = 0; after < 90000; after += after < 3590 || after > 86390 ? 1 : 500) {
            peer.unix_time = rows[i].made + after;
            check(load_from(name, &peer, &loaded) == (after < rows[i].lasts), "row %zu: %ld", i, (long)after);
        }
        for (size_t j = 0; j < TCX_COUNT(far); j++) {
            peer.unix_time = rows[i].made + far[j];
            check(load_from(name, &peer, &loaded) == 0, "row %zu: %ld", i, (long)far[j]);
        }
    }
    set_until(NEVER);
}

/* One that was resumed stays as it is, its date too. Another takes its place. A failure leaves none. */
static void test_noted(void **state)
{
    const br_ssl_session_parameters made = make(32), other = make(31);
    const tcx_peer later = at(SCRIPT_NOW + 3600, 0);
    unsigned char exported[TCX_TLS_SESSION_SIZE];
    br_ssl_session_parameters loaded;

    (void)state;
    tcx_tls_session_init(&session, NULL);
    save(&made);
    memcpy(exported, session.bytes, sizeof exported);
    assert_int_equal(load_from(name, &later, &loaded), 1);
    assert_int_equal(session.note(&session, &later, &own.trust, &made), 1);
    assert_memory_equal(session.bytes, exported, sizeof exported);
    assert_int_equal(session.note(&session, &later, &own.trust, &made), 0); /* the same id, but it was not offered */
    assert_int_not_equal(memcmp(session.bytes, exported, sizeof exported), 0);
    assert_int_equal(load_from(name, &later, &loaded), 1);
    assert_int_equal(session.note(&session, &later, &own.trust, &other), 0);
    check_loads_at(&other, &later);
    assert_int_equal(load_from(name, &later, &loaded), 1);
    assert_int_equal(load_from("other.test", &later, &loaded), 0); /* what was offered before plays no part */
    assert_int_equal(session.note(&session, &later, &own.trust, &other), 0);
    assert_int_equal(session.note(&session, &later, &own.trust, NULL), 0);
    check_empty();
}

/*
 * A call that corrects its clock has made the session by the wrong one: it gets the right date, once. Not so a session
 * that an earlier call has made, nor one that certificates limit.
 */
static void test_corrected_clock(void **state)
{
    enum { EARLIER_CALL = 1, CERTIFICATES = 2, TWICE = 4 };
    static const struct {
        int what;
        int64_t correction, age; /* of the session, by the corrected clock */
        int offered;
    } rows[] = {
        { 0, 1000000, 5, 1 },
        { 0, -1000000, 5, 1 },
        { 0, 1000000, 86399, 1 },
        { 0, 1000000, 86400, 0 },
        { 0, 1000000, -1, 0 },
        { TWICE, 1000000, 7, 1 },
        { EARLIER_CALL, 1000000, 5, 0 },
        { CERTIFICATES, 1000000, 5, 0 },
        { CERTIFICATES, 4000, 5, 1 },
    };
    const br_ssl_session_parameters made = make(32);
    br_ssl_session_parameters loaded;

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const int64_t correction = rows[i].correction;
        tcx_peer peer = at(SCRIPT_NOW + correction + rows[i].age, correction), begun = at(SCRIPT_NOW, 0);

        set_until(rows[i].what & CERTIFICATES ? SCRIPT_NOW + 10 * 86400 : NEVER);
        tcx_tls_session_init(&session, NULL);
        save(&made);
        if (rows[i].what & EARLIER_CALL)
            assert_int_equal(load_from(name, &begun, &loaded), 1);
        if (rows[i].what & TWICE)
            assert_int_equal(load_from(name, &peer, &loaded), 1);
        check(load_from(name, &peer, &loaded) == rows[i].offered, "row %zu", i);
        peer.correction = 0; /* and to the next call, which begins with the right clock */
        check(load_from(name, &peer, &loaded) == rows[i].offered, "row %zu: the next call", i);
    }
    set_until(NEVER);
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
    for (unsigned head = 0; head < 256; head++) {
        lay_out(exported, &made, name);
        exported[0] = (unsigned char)head;
        seal(exported, name);
        tcx_tls_session_init(&session, exported);
        if (head <= 0x80 || head > 0x80 + 32)
            check_refused(name);
    }
}

static void made_by_pin(const tcx_tls_trust *trust, const br_ssl_session_parameters *made)
{
    const tcx_peer peer = at(SCRIPT_NOW, 0);
    br_ssl_session_parameters ignored;

    assert_int_equal(session.load(&session, name, &peer, trust, &ignored), 0);
    assert_int_equal(session.note(&session, &peer, trust, made), 0);
}

static int entropy(void *context, void *out, size_t length)
{
    (void)context;
    memset(out, 7, length);
    return (int)length;
}

/* On the wire: the ClientHello has the id of a sound session of that name. A failed handshake forgets it. */
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
                                        .profile = &tcx_tls_profile_full,
                                        .trust = &pin.trust,
                                        .entropy = entropy,
                                        .buffer = records,
                                        .buffer_size = sizeof records,
                                        .session = &session };
        const tcx_peer peer = { tcx_text_from(rows[i / 2].host), tcx_text_from("10.0.0.1"), 443, SCRIPT_NOW, 0 };
        unsigned char before[TCX_TLS_SESSION_SIZE];

        script_init(&link, "\x15\x03\x03\x00\x02\x02\x28", answers ? 7 : 0);
        link.answer_after = 1;
        tcx_tls_session_init(&session, NULL);
        made_by_pin(&pin.trust, &made);
        if (rows[i / 2].damaged >= 0)
            session.bytes[rows[i / 2].damaged] ^= 1;
        memcpy(before, session.bytes, sizeof before);
        assert_int_equal(tcx_tls_init(&tls, &config), TCX_OK);
        if (answers) {
            const int result = tls.transport.open(tls.transport.context, &peer);

            /* What was offered may be the reason: once more, on a new link, without it. */
            check(rows[i / 2].offered ? result == TCX_AGAIN && link.closes == 1 : result == -1 && link.closes == 0,
                  "row %zu: %d", i / 2, result);
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
        cmocka_unit_test(test_round_trip),      cmocka_unit_test(test_empty),    cmocka_unit_test(test_other_names),
        cmocka_unit_test(test_other_trust),     cmocka_unit_test(test_lifetime), cmocka_unit_test(test_noted),
        cmocka_unit_test(test_corrected_clock), cmocka_unit_test(test_damage),   cmocka_unit_test(test_sealed_nonsense),
        cmocka_unit_test(test_offered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
