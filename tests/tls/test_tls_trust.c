/*
 * Tests which server is believed, by its certificates or by its key. A server that is not believed gets nothing: the
 * call ends as NOT_SENT, and no record was sent that could carry a byte of the request.
 */
#include "peer.h"

/* Certificates of the host by a usual issuer; and what differs. */
#define LEAF(names, key, issuer, issuer_key, from, until, hash)                                                        \
    {                                                                                                                  \
        HOST, names, key, issuer, issuer_key, from, until, 0, hash, 0, NULL                                            \
    }
#define NAMED(names)                          LEAF(names, EC_LEAF, "EC root", EC_ROOT, -DAY, DAY, "SHA256")
#define DATED(from, until)                    LEAF("DNS:" HOST, EC_LEAF, "EC root", EC_ROOT, from, until, "SHA256")
#define SIGNED(key, issuer, issuer_key, hash) LEAF("DNS:" HOST, key, issuer, issuer_key, -DAY, DAY, hash)
#define GOOD                                  SIGNED(EC_LEAF, "EC root", EC_ROOT, "SHA256")
#define EXTENDED(kind, value)                                                                                          \
    {                                                                                                                  \
        HOST, "DNS:" HOST, EC_LEAF, "EC root", EC_ROOT, -DAY, DAY, 0, "SHA256", kind, value                            \
    }

/* As the one dNSName of a certificate: the host, a zero byte, ".evil.test". */
#define ZERO_BYTE_NAME                                                                                                 \
    "DER:302482226d70732e74656e63656e74636c6f75646170692e636f6d002e6576696c2e"                                         \
    "74657374"

/* An issuer between leaf and root; and what differs. */
#define MIDDLE(subject, key, issuer, issuer_key, is_ca, kind, value)                                                   \
    {                                                                                                                  \
        subject, NULL, key, issuer, issuer_key, -DAY, DAY, is_ca, "SHA256", kind, value                                \
    }

static const certificate middle = MIDDLE("Middle", EC_OTHER, "EC root", EC_ROOT, 1, 0, NULL);
static const certificate rsa_middle = MIDDLE("RSA middle", RSA_LEAF, "Middle", EC_OTHER, 1, 0, NULL);
static const certificate last_middle = MIDDLE("Last middle", P384, "RSA middle", RSA_LEAF, 1, 0, NULL);
static const certificate last_ca = MIDDLE("Middle", EC_OTHER, "EC root", EC_ROOT, LAST_CA, 0, NULL);
static const certificate no_ca = MIDDLE("Middle", EC_OTHER, "EC root", EC_ROOT, 0, 0, NULL);
static const certificate no_signer =
    MIDDLE("Middle", EC_OTHER, "EC root", EC_ROOT, 1, NID_key_usage, "critical,digitalSignature");
static const certificate server_middle =
    MIDDLE("Middle", EC_OTHER, "EC root", EC_ROOT, 1, NID_ext_key_usage, "clientAuth,serverAuth");
static const certificate client_middle =
    MIDDLE("Middle", EC_OTHER, "EC root", EC_ROOT, 1, NID_ext_key_usage, "clientAuth");
static const certificate constrained = MIDDLE("Middle", EC_OTHER, "EC root", EC_ROOT, 1, NID_name_constraints,
                                              "critical,excluded;DNS:tencentcloudapi.com");
static const certificate permitting =
    MIDDLE("Middle", EC_OTHER, "EC root", EC_ROOT, 1, NID_name_constraints, "critical,permitted;DNS:" HOST);
static const certificate hinting =
    MIDDLE("Middle", EC_OTHER, "EC root", EC_ROOT, 1, NID_name_constraints, "excluded;DNS:tencentcloudapi.com");
static const certificate short_rsa = MIDDLE("Middle", RSA_1024, "EC root", EC_ROOT, 1, 0, NULL);
static const certificate old_middle = { "Middle", NULL, EC_OTHER, "EC root", EC_ROOT, -2 * DAY,
                                        -DAY,     1,    "SHA256", 0,         NULL };
static const certificate sha1_middle = {
    "Middle", NULL, RSA_LEAF, "RSA root", RSA_ROOT, -DAY, DAY, 1, "SHA1", 0, NULL
};

/* A call, by a row of a table: its status and detail with BearSSL. */
static void run_row(const char *name, tcx_status status, int detail)
{
    const tcx_status here = expected(name, status);

    if (here == TCX_OK) {
        assert_status(name, run(), TCX_OK);
        judge(name);
        assert_int_equal(f.call.detail, 0);
    } else {
        check(run() < 0, "%s: believed", name);
        judge_refused(name, here, detail);
    }
}

static void test_chains(void **state)
{
    static const struct {
        const char *name;
        certificate leaf;
        const certificate *rest[3]; /* of what the server sends */
        tcx_status status;
        int detail; /* BearSSL's error */
    } rows[] = {
        { "EC", GOOD, { NULL }, TCX_OK, 0 },
        { "EC with its root", GOOD, { &ec_root }, TCX_OK, 0 },
        { "RSA", SIGNED(RSA_LEAF, "RSA root", RSA_ROOT, "SHA256"), { NULL }, TCX_OK, 0 },
        { "EC by RSA", SIGNED(EC_LEAF, "RSA root", RSA_ROOT, "SHA384"), { NULL }, TCX_OK, 0 },
        { "RSA by EC", SIGNED(RSA_LEAF, "EC root", EC_ROOT, "SHA512"), { NULL }, TCX_OK, 0 },
        { "P-384", SIGNED(P384, "EC root", EC_ROOT, "SHA384"), { NULL }, TCX_OK, 0 },
        { "by P-384", SIGNED(EC_LEAF, "P-384 root", P384, "SHA384"), { NULL }, TCX_OK, 0 },
        { "RSA of 4096 bits", SIGNED(RSA_4096, "RSA root", RSA_ROOT, "SHA256"), { NULL }, TCX_OK, 0 },
        { "by RSA of 4096 bits", SIGNED(EC_LEAF, "RSA 4096 root", RSA_4096, "SHA512"), { NULL }, TCX_OK, 0 },
        { "both of 4096 bits", SIGNED(RSA_4096, "RSA 4096 root", RSA_4096, "SHA256"), { NULL }, TCX_OK, 0 },
        { "a chain of 2", SIGNED(EC_LEAF, "Middle", EC_OTHER, "SHA256"), { &middle }, TCX_OK, 0 },
        { "a chain of 3", SIGNED(EC_LEAF, "RSA middle", RSA_LEAF, "SHA256"), { &rsa_middle, &middle }, TCX_OK, 0 },
        { "a chain of 4",
          SIGNED(EC_LEAF, "Last middle", P384, "SHA384"),
          { &last_middle, &rsa_middle, &middle },
          TCX_OK,
          0 },
        { "what is behind the anchor does not matter", GOOD, { &rsa_leaf }, TCX_OK, 0 },
        { "one of many names", NAMED("DNS:a.test,DNS:" HOST ",DNS:b.test"), { NULL }, TCX_OK, 0 },
        { "a wildcard", NAMED("DNS:*.tencentcloudapi.com"), { NULL }, TCX_OK, 0 },
        { "another case", NAMED("DNS:MPS.TencentCloudAPI.com"), { NULL }, TCX_OK, 0 },
        { "common name only", NAMED(NULL), { NULL }, TCX_OK, 0 },
        { "valid from now", DATED(0, DAY), { NULL }, TCX_OK, 0 },
        { "valid until now", DATED(-DAY, 0), { NULL }, TCX_OK, 0 },

        { "names are constrained, not critical: not looked at", /* against RFC 5280, which has them critical */
          SIGNED(EC_LEAF, "Middle", EC_OTHER, "SHA256"),
          { &hinting },
          TCX_OK,
          0 },

        { "another name, beside the right common name",
          NAMED("DNS:evil.test"),
          { NULL },
          TCX_E_X509_NAME,
          BR_ERR_X509_BAD_SERVER_NAME },
        { "a name that begins alike",
          NAMED("DNS:" HOST ".evil.test"),
          { NULL },
          TCX_E_X509_NAME,
          BR_ERR_X509_BAD_SERVER_NAME },
        { "a name that ends alike", NAMED("DNS:evil" HOST), { NULL }, TCX_E_X509_NAME, BR_ERR_X509_BAD_SERVER_NAME },
        { "a name that goes on after a zero byte",
          { HOST, NULL, EC_LEAF, "EC root", EC_ROOT, -DAY, DAY, 0, "SHA256", NID_subject_alt_name, ZERO_BYTE_NAME },
          { NULL },
          TCX_E_X509_NAME,
          BR_ERR_X509_BAD_SERVER_NAME },
        { "a wildcard one level up", NAMED("DNS:*.com"), { NULL }, TCX_E_X509_NAME, BR_ERR_X509_BAD_SERVER_NAME },
        { "a wildcard for all", NAMED("DNS:*"), { NULL }, TCX_E_X509_NAME, BR_ERR_X509_BAD_SERVER_NAME },
        { "an address", NAMED("IP:127.0.0.1"), { NULL }, TCX_E_X509_NAME, BR_ERR_X509_BAD_SERVER_NAME },
        { "RSA with another name",
          { "evil.test", "DNS:evil.test", RSA_LEAF, "RSA root", RSA_ROOT, -DAY, DAY, 0, "SHA256", 0, NULL },
          { NULL },
          TCX_E_X509_NAME,
          BR_ERR_X509_BAD_SERVER_NAME },
        { "for servers", EXTENDED(NID_ext_key_usage, "serverAuth"), { NULL }, TCX_OK, 0 },
        { "for anything", EXTENDED(NID_ext_key_usage, "codeSigning,anyExtendedKeyUsage"), { NULL }, TCX_OK, 0 },
        { "by one for servers", SIGNED(EC_LEAF, "Middle", EC_OTHER, "SHA256"), { &server_middle }, TCX_OK, 0 },
        { "for clients",
          EXTENDED(NID_ext_key_usage, "clientAuth"),
          { NULL },
          TCX_E_X509_PURPOSE,
          BR_ERR_X509_FORBIDDEN_KEY_USAGE },
        { "by one for clients",
          SIGNED(EC_LEAF, "Middle", EC_OTHER, "SHA256"),
          { &client_middle },
          TCX_E_X509_PURPOSE,
          BR_ERR_X509_FORBIDDEN_KEY_USAGE },
        { "for servers, but critical", /* BearSSL refuses what it does not read */
          EXTENDED(NID_ext_key_usage, "critical,serverAuth"),
          { NULL },
          TCX_E_X509_EXTENSION,
          BR_ERR_X509_CRITICAL_EXTENSION },
        { "RSA for key transport only",
          { HOST, "DNS:" HOST, RSA_LEAF, "RSA root", RSA_ROOT, -DAY, DAY, 0, "SHA256", NID_key_usage,
            "critical,keyEncipherment" },
          { NULL },
          TCX_E_X509_PURPOSE,
          BR_ERR_X509_FORBIDDEN_KEY_USAGE },
        { "expired", DATED(-DAY, -1), { NULL }, TCX_E_X509_TIME, BR_ERR_X509_EXPIRED },
        { "not yet valid", DATED(1, DAY), { NULL }, TCX_E_X509_TIME, BR_ERR_X509_EXPIRED },
        { "by an expired one",
          SIGNED(EC_LEAF, "Middle", EC_OTHER, "SHA256"),
          { &old_middle },
          TCX_E_X509_TIME,
          BR_ERR_X509_EXPIRED },
        { "an unknown root",
          SIGNED(EC_LEAF, "Other root", EC_OTHER, "SHA256"),
          { NULL },
          TCX_E_X509_UNTRUSTED,
          BR_ERR_X509_NOT_TRUSTED },
        { "a root of the same name",
          SIGNED(EC_LEAF, "EC root", EC_OTHER, "SHA256"),
          { NULL },
          TCX_E_X509_UNTRUSTED,
          BR_ERR_X509_NOT_TRUSTED },
        { "self-signed",
          SIGNED(EC_LEAF, HOST, EC_LEAF, "SHA256"),
          { NULL },
          TCX_E_X509_UNTRUSTED,
          BR_ERR_X509_NOT_TRUSTED },
        { "self-signed, calls itself a CA",
          { HOST, "DNS:" HOST, EC_LEAF, HOST, EC_LEAF, -DAY, DAY, 1, "SHA256", 0, NULL },
          { NULL },
          TCX_E_X509_UNTRUSTED,
          BR_ERR_X509_NOT_TRUSTED },
        { "by a middle one that is missing",
          SIGNED(EC_LEAF, "Middle", EC_OTHER, "SHA256"),
          { NULL },
          TCX_E_X509_UNTRUSTED,
          BR_ERR_X509_NOT_TRUSTED },
        { "by one that is no CA",
          SIGNED(EC_LEAF, "Middle", EC_OTHER, "SHA256"),
          { &no_ca },
          TCX_E_X509_UNTRUSTED,
          BR_ERR_X509_NOT_CA },
        { "by the last CA that its path length allows",
          SIGNED(EC_LEAF, "Middle", EC_OTHER, "SHA256"),
          { &last_ca },
          TCX_OK,
          0 },
        { "by one CA more than the path length allows",
          SIGNED(EC_LEAF, "RSA middle", RSA_LEAF, "SHA256"),
          { &rsa_middle, &last_ca },
          TCX_E_X509_UNTRUSTED,
          BR_ERR_X509_NOT_CA },
        { "by one that may sign no certificates",
          SIGNED(EC_LEAF, "Middle", EC_OTHER, "SHA256"),
          { &no_signer },
          TCX_E_X509_PURPOSE,
          BR_ERR_X509_FORBIDDEN_KEY_USAGE },
        { "by another than follows",
          SIGNED(EC_LEAF, "Nobody", EC_OTHER, "SHA256"),
          { &middle },
          TCX_E_X509,
          BR_ERR_X509_DN_MISMATCH },
        { "a forged signature, of the one that follows",
          SIGNED(EC_LEAF, "Middle", EC_LEAF, "SHA256"),
          { &middle },
          TCX_E_X509_UNTRUSTED,
          BR_ERR_X509_BAD_SIGNATURE },
        { "names are constrained, and critical",
          SIGNED(EC_LEAF, "Middle", EC_OTHER, "SHA256"),
          { &constrained },
          TCX_E_X509_EXTENSION,
          BR_ERR_X509_CRITICAL_EXTENSION },
        { "... even so that they permit the host", /* BearSSL reads none, so it refuses all that are critical */
          SIGNED(EC_LEAF, "Middle", EC_OTHER, "SHA256"),
          { &permitting },
          TCX_E_X509_EXTENSION,
          BR_ERR_X509_CRITICAL_EXTENSION },
        { "a critical extension that nobody knows",
          EXTENDED(NID_netscape_comment, "critical,x"),
          { NULL },
          TCX_E_X509_EXTENSION,
          BR_ERR_X509_CRITICAL_EXTENSION },
        { "RSA of 1024 bits",
          SIGNED(RSA_1024, "RSA root", RSA_ROOT, "SHA256"),
          { NULL },
          TCX_E_X509_WEAK,
          BR_ERR_X509_WEAK_PUBLIC_KEY },
        { "RSA of 2040 bits",
          SIGNED(RSA_2040, "RSA root", RSA_ROOT, "SHA256"),
          { NULL },
          TCX_E_X509_WEAK,
          BR_ERR_X509_WEAK_PUBLIC_KEY },
        { "by RSA of 1024 bits",
          SIGNED(EC_LEAF, "Middle", RSA_1024, "SHA256"),
          { &short_rsa },
          TCX_E_X509_WEAK,
          BR_ERR_X509_WEAK_PUBLIC_KEY },
        { "P-521", SIGNED(P521, "EC root", EC_ROOT, "SHA256"), { NULL }, TCX_E_TLS_UNSUPPORTED, 256 + 40 },
        { "by P-521",
          SIGNED(EC_LEAF, "Middle", P521, "SHA512"),
          { NULL },
          TCX_E_X509_UNTRUSTED,
          BR_ERR_X509_NOT_TRUSTED },
        { "signed with SHA-1 by RSA",
          SIGNED(RSA_LEAF, "RSA root", RSA_ROOT, "SHA1"),
          { NULL },
          TCX_E_X509_WEAK,
          BR_ERR_X509_UNSUPPORTED },
        { "signed with SHA-1 by EC",
          SIGNED(EC_LEAF, "EC root", EC_ROOT, "SHA1"),
          { NULL },
          TCX_E_X509_WEAK,
          BR_ERR_X509_UNSUPPORTED },
        { "by one signed with SHA-1",
          SIGNED(EC_LEAF, "Middle", RSA_LEAF, "SHA256"),
          { &sha1_middle },
          TCX_E_X509_WEAK,
          BR_ERR_X509_UNSUPPORTED },
        { "signed with SHA-224",
          SIGNED(RSA_LEAF, "RSA root", RSA_ROOT, "SHA224"),
          { NULL },
          TCX_E_X509_WEAK,
          BR_ERR_X509_UNSUPPORTED },
        { "signed with MD5",
          SIGNED(RSA_LEAF, "RSA root", RSA_ROOT, "MD5"),
          { NULL },
          TCX_E_X509_WEAK,
          BR_ERR_X509_UNSUPPORTED },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        SSL_CTX *context = make_context(&rows[i].leaf, NULL);

        for (size_t j = 0; j < TCX_COUNT(rows[i].rest) && rows[i].rest[j] != NULL; j++)
            add_to_chain(context, rows[i].rest[j]);
        set_up(context);
        run_row(rows[i].name, rows[i].status, rows[i].detail);
        SSL_CTX_free(context);
    }
}

/* A certificate of 60 names and 8 KB, by whatever buffer and records: the host's name is the last one, or none. */
static void test_many_names(void **state)
{
    static const size_t buffers[] = { TCX_TLS_BUFFER_MIN, 1100, 4096 + 325, TCX_TLS_BUFFER_SAFE };
    static const size_t records[] = { 0, 1, 4, 16384 };
    static char names[60 * 150];

    (void)state;
    for (int is_named = 0; is_named < 2; is_named++) {
        const certificate leaf = LEAF(names, RSA_LEAF, "RSA root", RSA_ROOT, -DAY, DAY, "SHA256");
        size_t length = 0;
        SSL_CTX *context;

        for (int i = 1; i < 60; i++)
            length += (size_t)sprintf(names + length, "DNS:%063d.%056d.tencentcloud.test,", i, i);
        sprintf(names + length, "DNS:%s", is_named ? HOST : "other." HOST);
        context = make_context(&leaf, NULL);
        assert_in_range(i2d_X509(SSL_CTX_get0_certificate(context), NULL), 8192, 9216);
        for (size_t i = 0; i < TCX_COUNT(buffers) * TCX_COUNT(records); i++) {
            char where[80];

            const size_t buffer = buffers[i / TCX_COUNT(records)], record = records[i % TCX_COUNT(records)];

            snprintf(where, sizeof where, "named %d, buffer %zu, records %zu", is_named, buffer, record);
            set_up(context);
            subject_set_buffer(buffer);
            f.peer.record = record;
            if (record > 0 && record < 16384 && !tls_subject.joins_messages) {
                check(run() < 0, "%s", where);
                judge_refused(where, TCX_E_TLS, 0);
            } else if (is_named) {
                assert_status(where, run(), TCX_OK);
                judge(where);
            } else {
                check(run() < 0, "%s", where);
                judge_refused(where, TCX_E_X509_NAME, BR_ERR_X509_BAD_SERVER_NAME);
            }
        }
        SSL_CTX_free(context);
    }
}

/* An anchor is a name and a key: its dates are not looked at, those of the certificates below it are. */
static void test_end_of_root(void **state)
{
    static const struct {
        const char *name;
        long middle;
        tcx_status status;
    } rows[] = {
        { "only the root has ended", 3 * DAY, TCX_OK },
        { "so has the one below it", DAY, TCX_E_X509_TIME },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const certificate leaf = {
            HOST, "DNS:" HOST, EC_LEAF, "Middle", EC_OTHER, -DAY, 3 * DAY, 0, "SHA256", 0, NULL
        };
        const certificate below = { "Middle",       NULL, EC_OTHER, "EC root", EC_ROOT, -DAY,
                                    rows[i].middle, 1,    "SHA256", 0,         NULL };
        SSL_CTX *context = make_context(&leaf, &below);

        set_up(context);
        f.config.unix_time = NOW + 2 * DAY; /* the roots last for a day */
        assert_status(rows[i].name, run(), rows[i].status);
        judge(rows[i].name);
        SSL_CTX_free(context);
    }
}

/* A pin looks at the key alone. */
static void test_pins(void **state)
{
    static const certificate stranger = { "evil.test", "DNS:evil.test", EC_LEAF, "Nobody", EC_OTHER, -3 * DAY, -2 * DAY,
                                          0,           "SHA256",        0,       NULL };
    static const certificate rsa_stranger = { "evil.test", "DNS:evil.test", RSA_LEAF, "Nobody", RSA_ROOT,
                                              -3 * DAY,    -2 * DAY,        0,        "SHA256", 0,
                                              NULL };
    static const certificate big_leaf = SIGNED(RSA_4096, "RSA root", RSA_ROOT, "SHA256");
    static const certificate p384_leaf = SIGNED(P384, "EC root", EC_ROOT, "SHA256");
    static const struct {
        const char *name;
        const certificate *leaf;
        int pinned;
        tcx_status status;
        int detail;
    } rows[] = {
        { "EC", &ec_leaf, EC_LEAF, TCX_OK, 0 },
        { "EC, names and dates not looked at", &stranger, EC_LEAF, TCX_OK, 0 },
        { "RSA", &rsa_leaf, RSA_LEAF, TCX_OK, 0 },
        { "RSA, names and dates not looked at", &rsa_stranger, RSA_LEAF, TCX_OK, 0 },
        { "RSA of 4096 bits", &big_leaf, RSA_4096, TCX_OK, 0 },
        { "P-384", &p384_leaf, P384, TCX_OK, 0 },
        { "another EC key", &ec_leaf, EC_OTHER, TCX_E_TLS_INTEGRITY, BR_ERR_BAD_SIGNATURE },
        { "another RSA key", &rsa_leaf, RSA_ROOT, TCX_E_TLS_INTEGRITY, BR_ERR_BAD_SIGNATURE },
        { "another RSA key, longer", &rsa_leaf, RSA_4096, TCX_E_TLS_INTEGRITY, BR_ERR_BAD_SIGNATURE },
        { "P-384 pinned", &ec_leaf, P384, TCX_E_TLS_INTEGRITY, BR_ERR_BAD_SIGNATURE },
        { "RSA pinned, EC met", &ec_leaf, RSA_LEAF, TCX_E_TLS_INTEGRITY, BR_ERR_WRONG_KEY_USAGE },
        { "EC pinned, RSA met", &rsa_leaf, EC_LEAF, TCX_E_TLS_INTEGRITY, BR_ERR_WRONG_KEY_USAGE },
        { "the issuer's key pinned", &ec_leaf, EC_ROOT, TCX_E_TLS_INTEGRITY, BR_ERR_BAD_SIGNATURE },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        SSL_CTX *context = make_context(rows[i].leaf, NULL);
        char name[60];

        set_up(context);
        assert_int_equal(subject_pin(rows[i].pinned), TCX_OK);
        snprintf(name, sizeof name, "pin: %s", rows[i].name);
        run_row(name, rows[i].status, rows[i].detail);
        SSL_CTX_free(context);
    }
}

/* Which keys can be pinned. */
static void test_keys_of_pins(void **state)
{
    (void)state;
    for (int i = 0; i < KEYS; i++) {
        const int is_weak = i == P521 || i == RSA_1024 || i == RSA_2040;

        set_up(NULL);
        check(subject_pin(i) == (is_weak ? TCX_E_TLS_TRUST : TCX_OK), "key %d", i);
    }
}

/* A server that wants to know who the client is: that is no matter of suites, as its alert could mean. */
static void test_client_certificate(void **state)
{
    SSL_CTX *context = make_context(&ec_leaf, NULL);

    (void)state;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    set_up(context);
    check(run() < 0, "believed");
    judge_refused("client certificate", TCX_E_TLS_ALERT, 256 + 40);
    SSL_CTX_free(context);
}

/*
 * Such a server closes the link behind its alert, so a send may fail before the alert is read. The alert is the reason
 * nevertheless. It comes once the second record, with the certificate, is whole.
 */
static void test_alert_before_a_failed_send(void **state)
{
    static const int cuts[] = { PORT_ERROR, TCX_CLOSED };
    static const size_t buffers[] = { TCX_TLS_BUFFER_MIN, TCX_TLS_BUFFER_DUPLEX };
    SSL_CTX *context = make_context(&ec_leaf, NULL);

    (void)state;
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    for (size_t i = 0; i < TCX_COUNT(cuts) * TCX_COUNT(buffers); i++) {
        const int cut = cuts[i / TCX_COUNT(buffers)];
        size_t refused = SCRIPT_NEVER, all = SCRIPT_NEVER;

        for (size_t offset = SCRIPT_NEVER; offset == SCRIPT_NEVER || offset < all; offset++) { /* at first: no cut */
            char where[80];

            set_up(context);
            subject_set_buffer(buffers[i % TCX_COUNT(buffers)]);
            f.link.cut_sent = offset;
            f.link.cut = cut;
            check(run() < 0, "believed");
            snprintf(where, sizeof where, "row %zu, sent %zu", i, f.link.sent_length);
            if (offset == SCRIPT_NEVER) {
                all = f.link.sent_length;
                refused = 5u + f.link.sent[3] * 256u + f.link.sent[4];
                refused += 5u + f.link.sent[refused + 3] * 256u + f.link.sent[refused + 4];
            }
            judge(where);
            if (offset >= refused)
                judge_refused(where, TCX_E_TLS_ALERT, 256 + 40);
            else
                assert_status(where, f.call.status, cut == TCX_CLOSED ? TCX_E_CLOSED : TCX_E_CONNECT);
        }
        assert_in_range(refused, 1, all - 1);
    }
    SSL_CTX_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chains),
        cmocka_unit_test(test_many_names),
        cmocka_unit_test(test_end_of_root),
        cmocka_unit_test(test_pins),
        cmocka_unit_test(test_keys_of_pins),
        cmocka_unit_test(test_client_certificate),
        cmocka_unit_test(test_alert_before_a_failed_send),
    };

    return cmocka_run_group_tests(tests, make_keys, NULL) + subject_count_unused(__FILE__);
}
