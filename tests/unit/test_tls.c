/*
 * TLS against a peer that was written by others: OpenSSL, in this process, behind the scripted transport. The server
 * counts what it decrypts, and so knows the truth about every call. Keys and certificates are made as the test begins.
 */
#include "script.h"

#include <openssl/core_names.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <tcexec/tls.h>

#define HOST   "mps.tencentcloudapi.com"
#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 48\r\n\r\n{\"Response\":{\"Result\":\"XXX\",\"RequestId\":\"id-1\"}}"

enum { NOW = 1800000000, DAY = 86400, PORT_ERROR = -71 };

/* Keys and certificates. */

enum { EC_ROOT, EC_LEAF, EC_OTHER, P384, P521, RSA_ROOT, RSA_LEAF, RSA_SHORT, KEYS };

static EVP_PKEY *keys[KEYS];
static br_x509_pkey public_keys[KEYS];

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

typedef struct certificate {
    const char *subject; /* common name */
    const char *names;   /* subjectAltName, as OpenSSL writes it; NULL: none */
    int key;
    const char *issuer;
    int issuer_key;
    long from, until; /* seconds from NOW */
    int is_ca;
    const char *hash;
} certificate;

static const certificate ec_root = { "EC root", NULL, EC_ROOT, "EC root", EC_ROOT, -DAY, DAY, 1, "SHA256" };
static const certificate rsa_root = { "RSA root", NULL, RSA_ROOT, "RSA root", RSA_ROOT, -DAY, DAY, 1, "SHA256" };

static X509 *make_certificate(const certificate *plan)
{
    static long serial = 1;
    X509 *made = X509_new();
    X509_NAME *issuer = X509_NAME_new();

    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), serial++);
    ASN1_TIME_set(X509_getm_notBefore(made), NOW + plan->from);
    ASN1_TIME_set(X509_getm_notAfter(made), NOW + plan->until);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC, (const unsigned char *)plan->subject,
                               -1, -1, 0);
    X509_NAME_add_entry_by_txt(issuer, "CN", MBSTRING_ASC, (const unsigned char *)plan->issuer, -1, -1, 0);
    X509_set_issuer_name(made, issuer);
    X509_set_pubkey(made, keys[plan->key]);
    for (int i = 0; i < 2; i++) {
        const char *value = i == 0 ? (plan->is_ca ? "critical,CA:TRUE" : "CA:FALSE") : plan->names;
        X509_EXTENSION *extension;

        if (value == NULL)
            continue;
        extension = X509V3_EXT_conf_nid(NULL, NULL, i == 0 ? NID_basic_constraints : NID_subject_alt_name, value);
        assert_non_null(extension);
        X509_add_ext(made, extension, -1);
        X509_EXTENSION_free(extension);
    }
    assert_true(X509_sign(made, keys[plan->issuer_key], EVP_get_digestbyname(plan->hash)) > 0);
    X509_NAME_free(issuer);
    return made;
}

static br_x509_trust_anchor anchors[2];

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

static int make_keys(void **state)
{
    static const char *const curves[] = {
        [EC_ROOT] = "P-256", [EC_LEAF] = "P-256", [EC_OTHER] = "P-256", [P384] = "P-384", [P521] = "P-521"
    };

    (void)state;
    for (int i = 0; i < KEYS; i++) {
        keys[i] = i < RSA_ROOT ? EVP_EC_gen(curves[i]) : EVP_RSA_gen(i == RSA_SHORT ? 1024 : 2048);
        assert_non_null(keys[i]);
        public_keys[i] = public_key(keys[i]);
    }
    anchors[0] = make_anchor(&ec_root);
    anchors[1] = make_anchor(&rsa_root);
    return 0;
}

/* The server. */

typedef struct server {
    SSL_CTX *context;
    SSL *ssl;
    const char *answer;
    size_t answer_length;
    size_t write;     /* bytes of the answer in one record */
    int says_goodbye; /* with a close_notify after the answer */
    const char *raw;  /* what it says instead of TLS */
    size_t raw_length;
    size_t raw_after; /* ... once it has decrypted so many bytes */
    size_t flip;      /* which byte of what it sends is damaged on the way; SCRIPT_NEVER: none */

    unsigned char request[8192]; /* decrypted */
    size_t request_length;
    unsigned requests; /* that were whole */
    size_t raw_given, given;
} server;

/* Counts a request when it has come to its end. */
static int is_whole(const server *peer)
{
    const char *text = (const char *)peer->request, *body, *length;

    body = strstr(text, "\r\n\r\n");
    length = strstr(text, "Content-Length: ");
    return body != NULL && length != NULL &&
           peer->request_length == (size_t)(body + 4 - text) + (size_t)atol(length + 16);
}

static void serve(server *peer)
{
    int count;

    while ((count = SSL_read(peer->ssl, peer->request + peer->request_length,
                             (int)(sizeof peer->request - 1 - peer->request_length))) > 0) {
        peer->request_length += (size_t)count;
        peer->request[peer->request_length] = '\0';
        if (!is_whole(peer))
            continue;
        peer->requests++;
        for (size_t done = 0; done < peer->answer_length; done += (size_t)count) {
            size_t left = peer->answer_length - done;

            count = SSL_write(peer->ssl, peer->answer + done, (int)(left < peer->write ? left : peer->write));
            assert_true(count > 0);
        }
        if (peer->says_goodbye)
            SSL_shutdown(peer->ssl);
    }
}

static void take(void *context, const unsigned char *bytes, size_t length)
{
    server *peer = context;

    if (peer->ssl == NULL)
        return;
    assert_int_equal(BIO_write(SSL_get_rbio(peer->ssl), bytes, (int)length), (int)length);
    serve(peer);
}

static size_t give(void *context, unsigned char *bytes, size_t length)
{
    server *peer = context;
    int count = peer->ssl != NULL ? BIO_read(SSL_get_wbio(peer->ssl), bytes, (int)length) : 0;

    if (count <= 0 && peer->raw != NULL && peer->request_length >= peer->raw_after) {
        count = (int)(length < peer->raw_length - peer->raw_given ? length : peer->raw_length - peer->raw_given);
        memcpy(bytes, peer->raw + peer->raw_given, (size_t)count);
        peer->raw_given += (size_t)count;
    }
    if (count <= 0)
        return 0;
    if (peer->flip >= peer->given && peer->flip < peer->given + (size_t)count)
        bytes[peer->flip - peer->given] ^= 1;
    peer->given += (size_t)count;
    return (size_t)count;
}

static void add_certificate(SSL_CTX *context, const certificate *plan, int is_leaf)
{
    X509 *made = make_certificate(plan);

    if (is_leaf)
        assert_int_equal(SSL_CTX_use_certificate(context, made), 1);
    else
        assert_int_equal(SSL_CTX_add0_chain_cert(context, X509_dup(made)), 1);
    X509_free(made);
}

/* A server with one or two certificates, willing to speak anything. */
static SSL_CTX *make_context(const certificate *leaf, const certificate *second)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());

    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"x", 1);
    add_certificate(context, leaf, 1);
    if (second != NULL)
        add_certificate(context, second, 0);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, keys[leaf->key]), 1);
    return context;
}

static const certificate ec_leaf = { HOST, "DNS:" HOST, EC_LEAF, "EC root", EC_ROOT, -DAY, DAY, 0, "SHA256" };
static const certificate rsa_leaf = { HOST, "DNS:" HOST, RSA_LEAF, "RSA root", RSA_ROOT, -DAY, DAY, 0, "SHA256" };

/* The client. */

static struct fixture {
    tcx_signer signer;
    tcx_token tokens[TCX_TOKENS_DEFAULT];
    unsigned char buffer[60000];
    tcx_call_config config;
    tcx_tls_chain chain;
    tcx_tls_pin pin;
    tcx_tls_config tls_config;
    tcx_tls tls;
    tcx_request request;
    tcx_call call;
    script link;
    server peer;
    int entropy_result;
} f;

/* No entropy at all, but the same bytes on every run. */
static int entropy(void *context, void *out, size_t length)
{
    (void)context;
    assert_int_equal(length, TCX_TLS_SEED);
    memset(out, 7, length);
    return f.entropy_result;
}

/* A client that trusts the two roots and a server of that context (NULL: none yet), before the connection. */
static void set_up(SSL_CTX *context)
{
    const tcx_tls_config tls_config = { .link = &f.link.transport,
                                        .profile = tcx_tls_profile_full,
                                        .trust = &f.chain.trust,
                                        .entropy = entropy,
                                        .buffer = script_edge(0, TCX_TLS_BUFFER_SAFE),
                                        .buffer_size = TCX_TLS_BUFFER_SAFE };
    const tcx_call_config config = { .transport = &f.tls.transport,
                                     .signer = &f.signer,
                                     .buffer = f.buffer,
                                     .buffer_size = sizeof f.buffer,
                                     .tokens = f.tokens,
                                     .token_count = TCX_COUNT(f.tokens),
                                     .unix_time = NOW };
    const server peer = {
        .context = context, .answer = ANSWER, .answer_length = sizeof ANSWER - 1, .write = 16384, .flip = SCRIPT_NEVER
    };

    script_init(&f.link, "", 0);
    f.link.peer = &f.peer;
    f.link.take = take;
    f.link.give = give;
    if (f.peer.ssl != NULL)
        SSL_set_shutdown(f.peer.ssl, SSL_SENT_SHUTDOWN); /* or OpenSSL forgets the session */
    SSL_free(f.peer.ssl);
    f.peer = peer;
    if (context != NULL) {
        f.peer.ssl = SSL_new(context);
        SSL_set_bio(f.peer.ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
        SSL_set_accept_state(f.peer.ssl);
    }
    f.entropy_result = TCX_TLS_SEED;
    f.tls_config = tls_config;
    f.config = config;
    f.request = tcx_example_request;
    memset(&f.call, 0, sizeof f.call);
    assert_int_equal(tcx_tls_chain_init(&f.chain, anchors, 2), TCX_OK);
    assert_int_equal(tcx_signer_init(&f.signer, &tcx_example_credentials, TCX_SIGN_TC3), TCX_OK);
}

static tcx_status run(void)
{
    uint32_t tick = 0;
    tcx_status status;

    assert_int_equal(tcx_tls_init(&f.tls, &f.tls_config), TCX_OK);
    status = tcx_call_begin(&f.call, &f.config, &f.request, tick);
    assert_int_equal(status, TCX_OK);
    for (int steps = 0; (status = tcx_call_step(&f.call, tick)) == TCX_PENDING; steps++) {
        check(steps < 100000, "it does not end");
        tick += f.link.starved ? tcx_call_time_left(&f.call, tick) : 0;
    }
    return status;
}

/* What the server knows is what the call says. */
static void judge(const char *where)
{
    check(f.link.violation == NULL, "%s: %s", where, f.link.violation);
    check(f.link.closes == f.link.links && f.link.links <= 1, "%s: %zu links, closed %zu times", where, f.link.links,
          f.link.closes);
    check(f.peer.requests <= 1, "%s: %u requests", where, f.peer.requests);
    check((f.call.outcome == TCX_NOT_SENT) == (f.peer.requests == 0), "%s: outcome %d, but %u requests (%zu bytes)",
          where, (int)f.call.outcome, f.peer.requests, f.peer.request_length);
    check((f.call.outcome == TCX_ANSWERED) == (f.call.status == TCX_OK), "%s: outcome %d", where, (int)f.call.outcome);
}

/* The records of one type that the client has sent. */
static unsigned records_sent(unsigned char type)
{
    unsigned count = 0;

    for (size_t at = 0; at + 5 <= f.link.sent_length; at += 5u + f.link.sent[at + 3] * 256u + f.link.sent[at + 4])
        count += f.link.sent[at] == type;
    return count;
}

/* A leaf that differs from a good one in its names, its dates, or its key and who signed it. */
#define NAMED(names)                                                                                                   \
    {                                                                                                                  \
        HOST, names, EC_LEAF, "EC root", EC_ROOT, -DAY, DAY, 0, "SHA256"                                               \
    }
#define DATED(from, until)                                                                                             \
    {                                                                                                                  \
        HOST, "DNS:" HOST, EC_LEAF, "EC root", EC_ROOT, from, until, 0, "SHA256"                                       \
    }
#define SIGNED(key, issuer, issuer_key, hash)                                                                          \
    {                                                                                                                  \
        HOST, "DNS:" HOST, key, issuer, issuer_key, -DAY, DAY, 0, hash                                                 \
    }

/* Chains: who is believed. Where he is not, he has decrypted nothing. */
static void test_chains(void **state)
{
    static const certificate middle = { "EC middle", NULL, EC_OTHER, "EC root", EC_ROOT, -DAY, DAY, 1, "SHA256" };
    static const certificate old_middle = {
        "EC middle", NULL, EC_OTHER, "EC root", EC_ROOT, -2 * DAY, -DAY, 1, "SHA256"
    };
    static const certificate no_ca = { "EC middle", NULL, EC_OTHER, "EC root", EC_ROOT, -DAY, DAY, 0, "SHA256" };
    static const struct {
        const char *name;
        certificate leaf;
        const certificate *second;
        tcx_status status;
    } rows[] = {
        { "EC", SIGNED(EC_LEAF, "EC root", EC_ROOT, "SHA256"), NULL, TCX_OK },
        { "EC with its root", SIGNED(EC_LEAF, "EC root", EC_ROOT, "SHA256"), &ec_root, TCX_OK },
        { "RSA", SIGNED(RSA_LEAF, "RSA root", RSA_ROOT, "SHA256"), NULL, TCX_OK },
        { "EC by RSA", SIGNED(EC_LEAF, "RSA root", RSA_ROOT, "SHA384"), NULL, TCX_OK },
        { "RSA by EC", SIGNED(RSA_LEAF, "EC root", EC_ROOT, "SHA512"), NULL, TCX_OK },
        { "P-384", SIGNED(P384, "EC root", EC_ROOT, "SHA384"), NULL, TCX_OK },
        { "by a middle one", SIGNED(EC_LEAF, "EC middle", EC_OTHER, "SHA256"), &middle, TCX_OK },
        { "one of many names", NAMED("DNS:a.test,DNS:" HOST ",DNS:b.test"), NULL, TCX_OK },
        { "a wildcard", NAMED("DNS:*.tencentcloudapi.com"), NULL, TCX_OK },
        { "another case", NAMED("DNS:MPS.TencentCloudAPI.com"), NULL, TCX_OK },
        { "common name only", NAMED(NULL), NULL, TCX_OK },
        { "valid from now", DATED(0, DAY), NULL, TCX_OK },
        { "valid until now", DATED(-DAY, 0), NULL, TCX_OK },

        { "another name, beside the right common name", NAMED("DNS:evil.test"), NULL, TCX_E_X509_NAME },
        { "a name that begins alike", NAMED("DNS:" HOST ".evil.test"), NULL, TCX_E_X509_NAME },
        { "a name that ends alike", NAMED("DNS:evil" HOST), NULL, TCX_E_X509_NAME },
        { "a wildcard one level up", NAMED("DNS:*.com"), NULL, TCX_E_X509_NAME },
        { "RSA with another name",
          { "evil.test", "DNS:evil.test", RSA_LEAF, "RSA root", RSA_ROOT, -DAY, DAY, 0, "SHA256" },
          NULL,
          TCX_E_X509_NAME },
        { "expired", DATED(-DAY, -1), NULL, TCX_E_X509_TIME },
        { "not yet valid", DATED(1, DAY), NULL, TCX_E_X509_TIME },
        { "by an expired one", SIGNED(EC_LEAF, "EC middle", EC_OTHER, "SHA256"), &old_middle, TCX_E_X509_TIME },
        { "an unknown root", SIGNED(EC_LEAF, "Other root", EC_OTHER, "SHA256"), NULL, TCX_E_X509_UNTRUSTED },
        { "a root of the same name", SIGNED(EC_LEAF, "EC root", EC_OTHER, "SHA256"), NULL, TCX_E_X509_UNTRUSTED },
        { "self-signed", SIGNED(EC_LEAF, HOST, EC_LEAF, "SHA256"), NULL, TCX_E_X509_UNTRUSTED },
        { "self-signed, calls itself a CA",
          { HOST, "DNS:" HOST, EC_LEAF, HOST, EC_LEAF, -DAY, DAY, 1, "SHA256" },
          NULL,
          TCX_E_X509_UNTRUSTED },
        { "by a middle one that is missing", SIGNED(EC_LEAF, "EC middle", EC_OTHER, "SHA256"), NULL,
          TCX_E_X509_UNTRUSTED },
        { "by one that is no CA", SIGNED(EC_LEAF, "EC middle", EC_OTHER, "SHA256"), &no_ca, TCX_E_X509_UNTRUSTED },
        { "what is behind the anchor does not matter", SIGNED(EC_LEAF, "EC root", EC_ROOT, "SHA256"), &rsa_leaf,
          TCX_OK },
        { "by another than follows", SIGNED(EC_LEAF, "Nobody", EC_OTHER, "SHA256"), &middle, TCX_E_X509 },
        { "RSA of 1024 bits", SIGNED(RSA_SHORT, "RSA root", RSA_ROOT, "SHA256"), NULL, TCX_E_X509_WEAK },
        { "signed with SHA-1 by RSA", SIGNED(RSA_LEAF, "RSA root", RSA_ROOT, "SHA1"), NULL, TCX_E_X509_WEAK },
        { "signed with SHA-1 by EC", SIGNED(EC_LEAF, "EC root", EC_ROOT, "SHA1"), NULL, TCX_E_X509_WEAK },
        { "signed with MD5", SIGNED(RSA_LEAF, "RSA root", RSA_ROOT, "MD5"), NULL, TCX_E_X509_WEAK },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        SSL_CTX *context = make_context(&rows[i].leaf, rows[i].second);

        set_up(context);
        assert_status(rows[i].name, run(), rows[i].status);
        judge(rows[i].name);
        check(rows[i].status == TCX_OK || f.peer.request_length == 0, "%s: it got %zu bytes", rows[i].name,
              f.peer.request_length);
        check((f.call.detail > 0) == (rows[i].status != TCX_OK), "%s: detail %d", rows[i].name, f.call.detail);
        SSL_CTX_free(context);
    }
}

static const certificate stranger = { "evil.test", "DNS:evil.test", EC_LEAF, "Nobody", EC_OTHER,
                                      -3 * DAY,    -2 * DAY,        0,       "SHA256" };
static const certificate rsa_stranger = { "evil.test", "DNS:evil.test", RSA_LEAF, "Nobody", RSA_ROOT,
                                          -3 * DAY,    -2 * DAY,        0,        "SHA256" };

static void test_pins(void **state)
{
    static const struct {
        const char *name;
        const certificate *leaf;
        int pinned;
        tcx_status status;
    } rows[] = {
        { "EC", &ec_leaf, EC_LEAF, TCX_OK },
        { "EC, names and dates not looked at", &stranger, EC_LEAF, TCX_OK },
        { "RSA", &rsa_leaf, RSA_LEAF, TCX_OK },
        { "RSA, names and dates not looked at", &rsa_stranger, RSA_LEAF, TCX_OK },
        { "another EC key", &ec_leaf, EC_OTHER, TCX_E_TLS_INTEGRITY },
        { "another RSA key", &rsa_leaf, RSA_ROOT, TCX_E_TLS_INTEGRITY },
        { "P-384 pinned", &ec_leaf, P384, TCX_E_TLS_INTEGRITY },
        { "RSA pinned, EC met", &ec_leaf, RSA_LEAF, TCX_E_TLS_INTEGRITY },
        { "EC pinned, RSA met", &rsa_leaf, EC_LEAF, TCX_E_TLS_INTEGRITY },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        SSL_CTX *context = make_context(rows[i].leaf, NULL);

        set_up(context);
        assert_int_equal(tcx_tls_pin_init(&f.pin, &public_keys[rows[i].pinned]), TCX_OK);
        f.tls_config.trust = &f.pin.trust;
        assert_status(rows[i].name, run(), rows[i].status);
        judge(rows[i].name);
        check(rows[i].status == TCX_OK || f.peer.request_length == 0, "%s: it got %zu bytes", rows[i].name,
              f.peer.request_length);
        SSL_CTX_free(context);
    }
}

/* What the server speaks. */
static void test_protocols(void **state)
{
    static const struct {
        const char *name;
        const certificate *leaf;
        int lowest, highest;
        const char *suites, *groups;
        tcx_status status;
    } rows[] = {
        { "TLS 1.0 to 1.3", &ec_leaf, TLS1_VERSION, TLS1_3_VERSION, NULL, NULL, TCX_OK },
        { "TLS 1.3 only", &ec_leaf, TLS1_3_VERSION, TLS1_3_VERSION, NULL, NULL, TCX_E_TLS_UNSUPPORTED },
        { "TLS 1.1 only", &ec_leaf, TLS1_1_VERSION, TLS1_1_VERSION, NULL, NULL, TCX_E_TLS_UNSUPPORTED },
        { "TLS 1.0 only", &rsa_leaf, TLS1_VERSION, TLS1_VERSION, NULL, NULL, TCX_E_TLS_UNSUPPORTED },
        { "ECDSA AES-128-GCM", &ec_leaf, 0, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-GCM-SHA256", NULL, TCX_OK },
        { "ECDSA AES-256-GCM", &ec_leaf, 0, TLS1_2_VERSION, "ECDHE-ECDSA-AES256-GCM-SHA384", NULL, TCX_OK },
        { "ECDSA ChaCha20", &ec_leaf, 0, TLS1_2_VERSION, "ECDHE-ECDSA-CHACHA20-POLY1305", NULL, TCX_OK },
        { "RSA AES-128-GCM", &rsa_leaf, 0, TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256", NULL, TCX_OK },
        { "RSA AES-256-GCM", &rsa_leaf, 0, TLS1_2_VERSION, "ECDHE-RSA-AES256-GCM-SHA384", NULL, TCX_OK },
        { "RSA ChaCha20", &rsa_leaf, 0, TLS1_2_VERSION, "ECDHE-RSA-CHACHA20-POLY1305", NULL, TCX_OK },
        { "CBC only", &ec_leaf, 0, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA", NULL,
          TCX_E_TLS_UNSUPPORTED },
        { "CCM only", &ec_leaf, 0, TLS1_2_VERSION, "ECDHE-ECDSA-AES128-CCM", NULL, TCX_E_TLS_UNSUPPORTED },
        { "static RSA only", &rsa_leaf, 0, TLS1_2_VERSION, "AES128-GCM-SHA256", NULL, TCX_E_TLS_UNSUPPORTED },
        { "no server certificate", &rsa_leaf, 0, TLS1_2_VERSION, "AECDH-AES128-SHA", NULL, TCX_E_TLS_UNSUPPORTED },
        { "X25519", &ec_leaf, 0, TLS1_2_VERSION, NULL, "X25519", TCX_OK },
        { "P-256", &ec_leaf, 0, TLS1_2_VERSION, NULL, "P-256", TCX_OK },
        { "P-384", &rsa_leaf, 0, TLS1_2_VERSION, NULL, "P-384", TCX_OK },
        { "P-521 only", &rsa_leaf, 0, TLS1_2_VERSION, NULL, "P-521", TCX_E_TLS_UNSUPPORTED },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        SSL_CTX *context = make_context(rows[i].leaf, NULL);

        SSL_CTX_set_min_proto_version(context, rows[i].lowest != 0 ? rows[i].lowest : TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context, rows[i].highest);
        if (rows[i].suites != NULL)
            assert_int_equal(SSL_CTX_set_cipher_list(context, rows[i].suites), 1);
        if (rows[i].groups != NULL)
            assert_int_equal(SSL_CTX_set1_groups_list(context, rows[i].groups), 1);
        set_up(context);
        assert_status(rows[i].name, run(), rows[i].status);
        judge(rows[i].name);
        if (rows[i].status == TCX_OK) {
            assert_int_equal(SSL_version(f.peer.ssl), TLS1_2_VERSION);
            if (rows[i].suites != NULL)
                assert_string_equal(SSL_get_cipher_name(f.peer.ssl), rows[i].suites);
            assert_string_equal(SSL_get_servername(f.peer.ssl, TLSEXT_NAMETYPE_host_name), HOST);
        } else {
            assert_int_equal(f.peer.request_length, 0);
        }
        SSL_CTX_free(context);
    }
}

/* A profile of the caller's own, with a suite of TLS 1.0: it makes no older version of it. */
static void own_profile(br_ssl_client_context *client, br_x509_minimal_context *chain)
{
    static const uint16_t suites[] = { BR_TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA };
    br_ssl_engine_context *engine = &client->eng;

    tcx_tls_profile_full(client, chain);
    br_ssl_engine_set_suites(engine, suites, TCX_COUNT(suites));
    br_ssl_engine_set_default_aes_cbc(engine);
    br_ssl_engine_set_prf10(engine, &br_tls10_prf);
    br_ssl_engine_set_hash(engine, br_md5_ID, &br_md5_vtable);
    br_ssl_engine_set_hash(engine, br_sha1_ID, &br_sha1_vtable);
}

static void test_own_profile(void **state)
{
    static const int versions[] = { TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(versions); i++) {
        SSL_CTX *context = make_context(&ec_leaf, NULL);

        SSL_CTX_set_max_proto_version(context, versions[i]);
        set_up(context);
        f.tls_config.profile = own_profile;
        assert_status("own profile", run(), versions[i] == TLS1_2_VERSION ? TCX_OK : TCX_E_TLS_UNSUPPORTED);
        judge("own profile");
        SSL_CTX_free(context);
    }
}

/* Six suites and no other are offered, and TLS 1.2 and no other. */
static void test_client_hello(void **state)
{
    static const unsigned char suites[] = { 0xC0, 0x2B, 0xC0, 0x2F, 0xCC, 0xA9, 0xCC, 0xA8, 0xC0, 0x2C, 0xC0, 0x30 };
    const unsigned char *hello = f.link.sent;

    (void)state;
    set_up(NULL);
    assert_int_equal(run(), TCX_E_DEADLINE);
    judge("silence");
    assert_int_equal(hello[0], 22);
    assert_int_equal(hello[5], 1);
    assert_memory_equal(hello + 9, "\x03\x03", 2);
    assert_int_equal(hello[43], 0); /* no session */
    assert_int_equal(hello[44] * 256 + hello[45], sizeof suites);
    for (size_t i = 0; i < sizeof suites; i += 2) {
        int found = 0;

        for (size_t j = 0; j < sizeof suites; j += 2)
            found += memcmp(hello + 46 + i, suites + j, 2) == 0;
        assert_int_equal(found, 1);
    }
}

/*
 * Records of every size, through buffers from the smallest: the server is asked for small ones, and OpenSSL complies.
 */
static void test_records(void **state)
{
    static const size_t buffers[] = { TCX_TLS_BUFFER_MIN,      1024 + 325,         2048 + 325, 4096 + 325, 9000,
                                      TCX_TLS_BUFFER_SAFE - 1, TCX_TLS_BUFFER_SAFE };
    static const size_t writes[] = { 1, 100, 511, 512, 513, 16384 };
    static char answer[50100], argument[300];
    SSL_CTX *context = make_context(&ec_leaf, NULL);

    (void)state;
    memset(argument, 'a', sizeof argument);
    for (size_t b = 0; b < TCX_COUNT(buffers); b++) {
        for (size_t w = 0; w < TCX_COUNT(writes); w++) {
            size_t size = writes[w] == 1 ? 1000 : 50000;
            int head =
                sprintf(answer, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n{\"Response\":{\"Result\":\"", size);
            char where[80];

            memset(answer + head, 'r', size - 26);
            strcpy(answer + head + size - 26, "\"}}");
            snprintf(where, sizeof where, "buffer %zu, records of %zu", buffers[b], writes[w]);
            set_up(context);
            f.request.function_arg.bytes = argument;
            f.request.function_arg.length = sizeof argument;
            f.tls_config.buffer = script_edge(0, buffers[b]);
            f.tls_config.buffer_size = buffers[b];
            f.peer.answer = answer;
            f.peer.answer_length = strlen(answer);
            f.peer.write = writes[w];
            assert_status(where, run(), TCX_OK);
            judge(where);
            assert_int_equal(f.call.response.result.length, size - 26);
            /* Head and body of the request in one record, where they fit. */
            assert_in_range(f.peer.request_length, 513, 1023);
            assert_int_equal(records_sent(23), buffers[b] < 1024 + 325 ? 2 : 1);
        }
    }
    SSL_CTX_free(context);
}

/* What is no TLS, or too large, or an alert: before the handshake, or once the request has come. */
static void test_raw_answers(void **state)
{
#define RAW(bytes) bytes, sizeof bytes - 1
    static const struct {
        const char *name;
        const char *raw;
        size_t length;
        size_t buffer;
        size_t after; /* 0: at once; else behind the request, in the middle of TLS */
        tcx_status status;
        int detail;
    } rows[] = {
        { "plain HTTP", RAW("HTTP/1.1 400 Bad Request\r\n\r\n"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS, -1 },
        { "SSH", RAW("SSH-2.0-OpenSSH_9.2p1\r\n"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS, -1 },
        { "zeros", RAW("\0\0\0\0\0\0\0\0\0\0"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS, -1 },
        { "handshake_failure", RAW("\x15\x03\x03\x00\x02\x02\x28"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS_UNSUPPORTED,
          256 + 40 },
        { "protocol_version", RAW("\x15\x03\x01\x00\x02\x02\x46"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS_UNSUPPORTED,
          256 + 70 },
        { "insufficient_security", RAW("\x15\x03\x03\x00\x02\x02\x47"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS_UNSUPPORTED,
          256 + 71 },
        { "internal_error", RAW("\x15\x03\x03\x00\x02\x02\x50"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS_ALERT, 256 + 80 },
        { "unrecognized_name", RAW("\x15\x03\x03\x00\x02\x02\x70"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS_ALERT,
          256 + 112 },
        { "close_notify at once", RAW("\x15\x03\x03\x00\x02\x01\x00"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_CLOSED, 0 },
        { "a large record in the clear is read in parts", RAW("\x16\x03\x03\x40\x00\x02\x00"), TCX_TLS_BUFFER_MIN, 0,
          TCX_E_DEADLINE, 0 },
        { "a record over the limit of TLS", RAW("\x16\x03\x03\x41\x01\x02\x00"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS,
          -1 },
        { "a 16 KB record, 837", RAW("\x17\x03\x03\x40\x18 x"), TCX_TLS_BUFFER_MIN, 1, TCX_E_TLS_RECORD,
          BR_ERR_TOO_LARGE },
        { "a 16 KB record, 4 KiB", RAW("\x17\x03\x03\x40\x18 x"), 4096 + 325, 1, TCX_E_TLS_RECORD, BR_ERR_TOO_LARGE },
        { "a plain record", RAW("\x17\x03\x03\x00\x20 0123456789012345678901234567890"), TCX_TLS_BUFFER_SAFE, 1,
          TCX_E_TLS_INTEGRITY, BR_ERR_BAD_MAC },
        { "a plain alert", RAW("\x15\x03\x03\x00\x02\x01\x00"), TCX_TLS_BUFFER_SAFE, 1, TCX_E_TLS, -1 },
        { "plain HTTP inside", RAW("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"Response\":{}}"),
          TCX_TLS_BUFFER_SAFE, 1, TCX_E_TLS, -1 },
    };
    SSL_CTX *context = make_context(&ec_leaf, NULL);

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        set_up(rows[i].after ? context : NULL);
        f.peer.answer_length = 0;
        f.peer.raw = rows[i].raw;
        f.peer.raw_length = rows[i].length;
        f.peer.raw_after = rows[i].after;
        f.tls_config.buffer = script_edge(0, rows[i].buffer);
        f.tls_config.buffer_size = rows[i].buffer;
        assert_status(rows[i].name, run(), rows[i].status);
        check(rows[i].detail < 0 ? f.call.detail > 0 : f.call.detail == rows[i].detail, "%s: detail %d", rows[i].name,
              f.call.detail);
        judge(rows[i].name);
    }
    for (uint32_t seed = 1; seed < 500; seed++) { /* garbage ends, and nothing is sent to it */
        char garbage[200];
        uint32_t random = seed;

        for (size_t i = 0; i < sizeof garbage; i++)
            garbage[i] = (char)(tcx_random(&random) >> 11);
        memcpy(garbage, "\x16\x03\x03\x00", seed % 5);
        set_up(NULL);
        f.peer.raw = garbage;
        f.peer.raw_length = sizeof garbage;
        check(run() < 0, "garbage %u", (unsigned)seed);
        judge("garbage");
    }
    SSL_CTX_free(context);
}

/* The end of a body without a length: only a close_notify proves it. */
static void test_close(void **state)
{
    static const char to_the_end[] = "HTTP/1.1 200 OK\r\n\r\n{\"Response\":{}}";
    static const struct {
        const char *answer;
        int goodbye, ending;
        tcx_status status;
    } rows[] = {
        { to_the_end, 1, TCX_CLOSED, TCX_OK },
        { to_the_end, 1, TCX_WANT_READ, TCX_OK }, /* the link itself need not end */
        { to_the_end, 1, PORT_ERROR, TCX_OK },
        { to_the_end, 0, TCX_CLOSED, TCX_E_CLOSED },
        { to_the_end, 0, PORT_ERROR, TCX_E_RECEIVE },
        { to_the_end, 0, TCX_WANT_READ, TCX_E_DEADLINE },
        { ANSWER, 0, TCX_CLOSED, TCX_OK }, /* Content-Length proves it as well */
        { ANSWER, 1, TCX_CLOSED, TCX_OK },
        { "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", 1, TCX_CLOSED, TCX_E_CLOSED },
        { "", 1, TCX_CLOSED, TCX_E_CLOSED },
        { "", 0, TCX_CLOSED, TCX_E_CLOSED },
    };
    SSL_CTX *context = make_context(&ec_leaf, NULL);

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        for (int deaf = 0; deaf < 2; deaf++) { /* a peer that has said goodbye may take no answer to it */
            size_t close_notify = 5 + 8 + 2 + 16, sent = f.link.sent_length;

            set_up(context);
            f.peer.answer = rows[i].answer;
            f.peer.answer_length = strlen(rows[i].answer);
            f.peer.says_goodbye = rows[i].goodbye;
            f.link.ending = rows[i].ending;
            if (deaf) {
                f.link.cut_sent = sent - close_notify;
                f.link.cut = PORT_ERROR;
            }
            assert_status(rows[i].answer, run(), rows[i].status);
            judge(rows[i].answer);
            assert_int_equal(records_sent(21), !deaf); /* one close_notify, and never two */
        }
    }
    SSL_CTX_free(context);
}

/* Without entropy, name or trust, not a byte leaves: the link is not even opened. */
static void test_nothing_leaves(void **state)
{
    static const int results[] = { -1, 0, 1, 31, 33, 64, INT32_MIN };
    static char long_name[300];
    SSL_CTX *context = make_context(&ec_leaf, NULL);
    tcx_peer peer = { { long_name, 0 }, TCX_TEXT("address"), 443, NOW };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(results); i++) {
        set_up(context);
        f.entropy_result = results[i];
        assert_status("entropy", run(), TCX_E_TLS_ENTROPY);
        judge("entropy");
        assert_int_equal(f.link.calls + f.link.closes, 0);
        f.entropy_result = TCX_TLS_SEED; /* the object is none the worse */
        assert_status("entropy", run(), TCX_OK);
    }
    memset(long_name, 'a', sizeof long_name);
    for (size_t length = 0; length < sizeof long_name; length++) {
        int detail = 0;

        set_up(NULL);
        assert_int_equal(tcx_tls_init(&f.tls, &f.tls_config), TCX_OK);
        peer.name.length = length;
        if (length == 0 || length > 255) {
            assert_true(f.tls.transport.open(f.tls.transport.context, &peer) < 0);
            assert_status("name", f.tls.transport.failure(f.tls.transport.context, &detail), TCX_E_TLS_NAME);
            assert_int_equal(f.link.calls, 0);
        } else {
            assert_int_equal(f.tls.transport.open(f.tls.transport.context, &peer), TCX_WANT_READ);
            assert_int_equal(f.link.links, 1);
        }
        f.tls.transport.close(f.tls.transport.context);
        assert_int_equal(f.link.closes, f.link.links);
    }
    SSL_CTX_free(context);
}

static void test_init_refuses(void **state)
{
    tcx_tls_config config;
    tcx_transport link;
    tcx_tls tls;

    (void)state;
    assert_int_equal(tcx_tls_chain_init(NULL, anchors, 1), TCX_E_NULL);
    assert_int_equal(tcx_tls_chain_init(&f.chain, NULL, 1), TCX_E_TLS_TRUST);
    assert_int_equal(tcx_tls_chain_init(&f.chain, anchors, 0), TCX_E_TLS_TRUST);
    assert_int_equal(tcx_tls_pin_init(NULL, &public_keys[0]), TCX_E_NULL);
    assert_int_equal(tcx_tls_pin_init(&f.pin, NULL), TCX_E_NULL);
    assert_int_equal(tcx_tls_init(NULL, &f.tls_config), TCX_E_NULL);
    assert_int_equal(tcx_tls_init(&tls, NULL), TCX_E_NULL);
    for (int missing = 0; missing < 13; missing++) {
        tcx_status expected = TCX_E_NULL;

        set_up(NULL);
        config = f.tls_config;
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
            config.buffer = NULL;
            break;
        case 7:
            config.buffer_size = TCX_TLS_BUFFER_MIN - 1;
            expected = TCX_E_TLS_BUFFER;
            break;
        case 8:
            config.buffer_size = 0;
            expected = TCX_E_TLS_BUFFER;
            break;
        case 9:
            config.trust = NULL;
            expected = TCX_E_TLS_TRUST;
            break;
        case 10:
            assert_int_equal(tcx_tls_chain_init(&f.chain, NULL, 0), TCX_E_TLS_TRUST);
            expected = TCX_E_TLS_TRUST;
            break;
        case 11:
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
    static unsigned char n[600], e[] = { 1, 0, 1 };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(moduli); i++) {
        br_x509_pkey key = { .key_type = BR_KEYTYPE_RSA, .key.rsa = { n, moduli[i].length, e, sizeof e } };

        memset(n, 0, sizeof n);
        memset(n + moduli[i].zeros, 0xFF, moduli[i].length - moduli[i].zeros);
        if (moduli[i].first != 0)
            n[moduli[i].zeros] = moduli[i].first;
        check(tcx_tls_pin_init(&f.pin, &key) == moduli[i].status, "modulus %zu", i);
    }
    for (int i = 0; i < KEYS; i++)
        check(tcx_tls_pin_init(&f.pin, &public_keys[i]) == (i == P521 || i == RSA_SHORT ? TCX_E_TLS_TRUST : TCX_OK),
              "key %d", i);
    assert_int_equal(tcx_tls_pin_init(&f.pin, &(br_x509_pkey){ .key_type = 0 }), TCX_E_TLS_TRUST);
}

/* A link that moves little, and blocks in front of every transfer. */
static void test_pieces(void **state)
{
    static const int stutters[] = { 0, TCX_WANT_READ, TCX_WANT_WRITE, TCX_AGAIN };
    static const size_t pieces[] = { 1, 2, 5, 6, 100, SCRIPT_NEVER };
    SSL_CTX *context = make_context(&ec_leaf, NULL);

    (void)state;
    for (size_t p = 0; p < TCX_COUNT(pieces); p++) {
        for (size_t i = 0; i < TCX_COUNT(stutters); i++) {
            for (size_t buffer = TCX_TLS_BUFFER_MIN; buffer <= TCX_TLS_BUFFER_SAFE;
                 buffer += TCX_TLS_BUFFER_SAFE - TCX_TLS_BUFFER_MIN) {
                set_up(context);
                f.link.piece = pieces[p];
                f.link.stutter = stutters[i];
                f.tls_config.buffer = script_edge(0, buffer);
                f.tls_config.buffer_size = buffer;
                assert_status("pieces", run(), TCX_OK);
                judge("pieces");
                assert_int_equal(f.peer.requests, 1);
            }
        }
    }
    SSL_CTX_free(context);
}

/* A quick client: it pins the server's key. */
static void set_up_pinned(SSL_CTX *context)
{
    set_up(context);
    assert_int_equal(tcx_tls_pin_init(&f.pin, &public_keys[EC_LEAF]), TCX_OK);
    f.tls_config.trust = &f.pin.trust;
}

/*
 * The link dies after every byte, in either direction: the call knows exactly whether the server can have seen the
 * request.
 */
static void test_cut_at_every_byte(void **state)
{
    static const int cuts[] = { PORT_ERROR, TCX_CLOSED, TCX_WANT_READ };
    SSL_CTX *context = make_context(&ec_leaf, NULL);
    unsigned outcomes[3] = { 0, 0, 0 };

    (void)state;
    for (int receiving = 0; receiving < 2; receiving++) {
        int whole = 0; /* lengths of signatures differ by a byte or two: go on behind the first success */

        for (size_t offset = 0; whole < 4; offset++) {
            int cut = cuts[offset % TCX_COUNT(cuts)];
            char where[80];
            tcx_status status;

            snprintf(where, sizeof where, "%s %zu bytes, then %d", receiving ? "received" : "sent", offset, cut);
            set_up_pinned(context);
            *(receiving ? &f.link.cut_received : &f.link.cut_sent) = offset;
            f.link.cut = cut;
            if (cut == TCX_WANT_READ) {
                assert_int_equal(tcx_tls_init(&f.tls, &f.tls_config), TCX_OK);
                assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
                status = tcx_call_step(&f.call, 0);
                check(status == TCX_PENDING || status == TCX_OK, "%s: %d", where, status);
                status = tcx_call_step(&f.call, TCX_TIMEOUT_DEFAULT);
                check(status == TCX_E_DEADLINE || status == TCX_OK, "%s: %d", where, status);
            } else {
                status = run();
                check(status == TCX_OK || (cut == TCX_CLOSED ? status == TCX_E_CLOSED
                                                             : status >= TCX_E_RECEIVE && status <= TCX_E_CONNECT),
                      "%s: %d", where, status);
                check(f.call.detail == (status == TCX_OK || cut == TCX_CLOSED ? 0 : cut), "%s: detail %d", where,
                      f.call.detail);
            }
            judge(where);
            outcomes[f.call.outcome]++;
            whole += status == TCX_OK;
            assert_in_range(offset, 0, 5000);
        }
    }
    for (int i = 0; i < 3; i++)
        assert_in_range(outcomes[i], 8, 5000);
    SSL_CTX_free(context);
}

/*
 * A byte from the server is damaged on its way: whichever it is, nothing is believed, and nothing was sent before the
 * handshake was whole.
 */
static void test_damage_at_every_byte(void **state)
{
    SSL_CTX *context = make_context(&ec_leaf, NULL);
    size_t handshake = 0, all = 1;

    (void)state;
    for (size_t offset = 0; offset < all; offset++) {
        char where[80];

        snprintf(where, sizeof where, "byte %zu", offset);
        set_up_pinned(context);
        if (offset == 0) {
            assert_int_equal(run(), TCX_OK);
            all = f.peer.given - 4; /* signatures may be shorter the next time */
            handshake = all - (sizeof ANSWER - 1) - 29 - 4;
            continue;
        }
        f.peer.flip = offset;
        check(run() < 0, "%s", where);
        check(f.call.outcome != TCX_ANSWERED && f.peer.requests <= 1, "%s", where);
        check(offset > handshake || (f.call.outcome == TCX_NOT_SENT && f.peer.request_length == 0),
              "%s: it got %zu bytes", where, f.peer.request_length);
        assert_null(f.link.violation);
    }
    SSL_CTX_free(context);
}

/* A fault in each transfer of a whole call over TLS: the same truth. */
static void test_each_fault(void **state)
{
    static const int faults[] = { PORT_ERROR, TCX_CLOSED,  TCX_CLOSED_CLEAN, TCX_WANT_READ,  TCX_WANT_WRITE,
                                  TCX_AGAIN,  SCRIPT_ZERO, SCRIPT_ONE_BYTE,  SCRIPT_TOO_MUCH };
    SSL_CTX *context = make_context(&ec_leaf, NULL);
    size_t calls;

    (void)state;
    set_up_pinned(context);
    f.link.piece = 150;
    assert_int_equal(run(), TCX_OK);
    calls = f.link.calls;
    for (size_t call = 0; call < calls; call++) {
        for (size_t i = 0; i < TCX_COUNT(faults); i++) {
            int harmless = faults[i] == SCRIPT_ONE_BYTE || (faults[i] <= TCX_AGAIN && faults[i] >= TCX_WANT_WRITE);
            char where[80];

            snprintf(where, sizeof where, "fault %d at call %zu of %zu", faults[i], call, calls);
            set_up_pinned(context);
            f.link.piece = 150;
            f.link.faults[0].call = call;
            f.link.faults[0].result = faults[i];
            (void)run();
            if (f.link.too_much_sent) /* such a transport has no truth */
                check(f.call.status == TCX_E_TRANSPORT_CONTRACT || f.call.status == TCX_OK, "%s: %d", where,
                      f.call.status);
            else
                judge(where);
            check(!harmless || f.call.status == TCX_OK, "%s: %d", where, f.call.status);
            check(faults[i] != SCRIPT_ZERO || f.call.status == TCX_E_TRANSPORT_CONTRACT || f.call.status == TCX_OK,
                  "%s: %d", where, f.call.status);
        }
    }
    SSL_CTX_free(context);
}

/* A peer that talks without end cannot hold a step. */
static void test_endless_records(void **state)
{
    static char warnings[70000];
    size_t before;

    (void)state;
    for (size_t at = 0; at + 7 <= sizeof warnings; at += 7)
        memcpy(warnings + at, "\x15\x03\x03\x00\x02\x01\x5A", 7); /* a warning that means nothing */
    set_up(NULL);
    f.peer.raw = warnings;
    f.peer.raw_length = sizeof warnings / 7 * 7;
    assert_int_equal(tcx_tls_init(&f.tls, &f.tls_config), TCX_OK);
    assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
    do {
        before = f.link.calls;
        assert_int_equal(tcx_call_step(&f.call, 0), TCX_PENDING);
        assert_in_range(f.link.calls - before, 0, 100);
        assert_int_equal(tcx_call_wants(&f.call), f.link.starved ? TCX_READ : 0); /* to be stepped again at once */
    } while (!f.link.starved);
    assert_int_equal(tcx_call_step(&f.call, TCX_TIMEOUT_DEFAULT), TCX_E_DEADLINE);
    judge("endless warnings");
}

/* Sessions: resumed where both sides agree, else a full handshake, never an error. */
static void test_sessions(void **state)
{
    static const struct {
        const char *name;
        int damaged;   /* byte of the exported session; -1: none */
        int forgotten; /* by the server */
        int resumed;
    } rows[] = {
        { "resumed", -1, 0, 1 },         { "forgotten by the server", -1, 1, 0 },
        { "damaged in front", 0, 0, 0 }, { "damaged id", 10, 0, 0 },
        { "damaged secret", 60, 0, 0 },  { "damaged check", TCX_TLS_SESSION_SIZE - 1, 0, 0 },
    };
    static tcx_tls_session session;
    unsigned char exported[TCX_TLS_SESSION_SIZE];
    SSL_CTX *context = make_context(&ec_leaf, NULL);

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        SSL_CTX *other = rows[i].forgotten ? make_context(&ec_leaf, NULL) : NULL;

        tcx_tls_session_init(&session, NULL);
        set_up(context);
        f.tls_config.session = &session;
        assert_status(rows[i].name, run(), TCX_OK);
        assert_int_equal(f.tls.resumed, 0);
        memcpy(exported, session.bytes, sizeof exported);
        if (rows[i].damaged >= 0)
            exported[rows[i].damaged] ^= 1;
        tcx_tls_session_init(&session, exported);
        set_up(other != NULL ? other : context);
        f.tls_config.session = &session;
        assert_status(rows[i].name, run(), TCX_OK);
        judge(rows[i].name);
        check(f.tls.resumed == rows[i].resumed && SSL_session_reused(f.peer.ssl) == rows[i].resumed, "%s",
              rows[i].name);
        /* A session is bound to the name that it was made for. */
        set_up(other != NULL ? other : context);
        f.tls_config.session = &session;
        f.tls_config.link = &f.link.transport;
        assert_int_equal(tcx_tls_init(&f.tls, &f.tls_config), TCX_OK);
        assert_true(f.tls.transport.open(f.tls.transport.context, &(tcx_peer){ TCX_TEXT("vod.tencentcloudapi.com"),
                                                                               TCX_TEXT("x"), 443, NOW }) < 0);
        assert_int_equal(f.link.sent[43], 0); /* not offered */
        f.tls.transport.close(f.tls.transport.context);
        SSL_CTX_free(other);
    }
    SSL_CTX_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chains),
        cmocka_unit_test(test_pins),
        cmocka_unit_test(test_protocols),
        cmocka_unit_test(test_own_profile),
        cmocka_unit_test(test_client_hello),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_raw_answers),
        cmocka_unit_test(test_close),
        cmocka_unit_test(test_nothing_leaves),
        cmocka_unit_test(test_init_refuses),
        cmocka_unit_test(test_pinnable_keys),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_cut_at_every_byte),
        cmocka_unit_test(test_damage_at_every_byte),
        cmocka_unit_test(test_each_fault),
        cmocka_unit_test(test_endless_records),
        cmocka_unit_test(test_sessions),
    };

    return cmocka_run_group_tests(tests, make_keys, NULL);
}
