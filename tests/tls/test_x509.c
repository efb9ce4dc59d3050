/*
 * Tests the purpose of a certificate and the end of a chain, which the chain validator reads while the bytes come, with
 * any split. OpenSSL makes the certificates.
 */
#include "subject_bearssl.h"

#include <openssl/asn1.h>
#include <time.h>

/* The content of an extendedKeyUsage, in DER. */
#define SERVER  "\x06\x08\x2B\x06\x01\x05\x05\x07\x03\x01"
#define CLIENT  "\x06\x08\x2B\x06\x01\x05\x05\x07\x03\x02"
#define ANY     "\x06\x04\x55\x1D\x25\x00"
#define LONGER  "\x06\x09\x2B\x06\x01\x05\x05\x07\x03\x01\x01" /* one more number after that of servers */
#define SHORTER "\x06\x07\x2B\x06\x01\x05\x05\x07\x03"
#define NOT_ANY "\x06\x04\x55\x1D\x25\x01"
#define ITSELF  "\x06\x03\x55\x1D\x25"

/* An issuer between the root and a leaf, and that leaf. */
static const certificate root_middle = {
    "Middle", NULL, EC_OTHER, "EC root", EC_ROOT, -DAY, DAY, 1, "SHA256", 0, NULL
};
static const certificate by_middle = {
    HOST, "DNS:" HOST, EC_LEAF, "Middle", EC_OTHER, -DAY, DAY, 0, "SHA256", 0, NULL
};

typedef struct extension {
    const char *bytes;
    int length;
} extension;

/* clang-format off */
#define BYTES(text) { text, sizeof text - 1 }
/* clang-format on */

/* Adds extendedKeyUsage with that content, and signs again. */
static void add_purposes(X509 *made, const extension *purposes, int issuer_key)
{
    ASN1_OCTET_STRING *content = ASN1_OCTET_STRING_new();
    X509_EXTENSION *added;

    ASN1_OCTET_STRING_set(content, (const unsigned char *)purposes->bytes, purposes->length);
    added = X509_EXTENSION_create_by_NID(NULL, NID_ext_key_usage, 0, content);
    X509_add_ext(made, added, -1);
    X509_EXTENSION_free(added);
    ASN1_OCTET_STRING_free(content);
    assert_true(X509_sign(made, keys[issuer_key], EVP_sha256()) > 0);
}

/* How a chain is handed over. */
enum { WHOLE, BYTE_BY_BYTE, FIRST_SPLIT };

/* Validates the chain, with each certificate split after `split - FIRST_SPLIT + 1` bytes. Returns BearSSL's error. */
static unsigned validate(X509 *const *chain, size_t count, int split)
{
    static br_ssl_client_context client;
    const br_x509_class **validator;

    assert_int_equal(tcx_tls_chain_init(&bearssl.chain, anchors, ANCHORS), TCX_OK);
    br_ssl_client_zero(&client);
    validator = bearssl.chain.trust.start(&bearssl.chain.trust, &tcx_tls_profile_full, &client, NOW);
    (*validator)->start_chain(validator, HOST);
    for (size_t i = 0; i < count; i++) {
        unsigned char *der = NULL;
        int length = i2d_X509(chain[i], &der);
        int first = split == WHOLE ? length : split == BYTE_BY_BYTE ? 1 : split - FIRST_SPLIT + 1;
        int step = split == BYTE_BY_BYTE ? 1 : length;

        (*validator)->start_cert(validator, (uint32_t)length);
        for (int at = 0; at < length;) {
            int piece = at == 0 ? first : step;

            piece = piece < length - at ? piece : length - at;
            (*validator)->append(validator, der + at, (size_t)piece);
            at += piece;
        }
        (*validator)->end_cert(validator);
        OPENSSL_free(der);
    }
    return (*validator)->end_chain(validator);
}

/* The same, split at every byte in CI, else at every 13th; a chain of several at every 7th of those. */
static int stride;

static void check_chain(const char *name, X509 *const *chain, size_t count, unsigned error)
{
    const int many = count > 1 ? 7 : 1;
    int longest = 0;

    for (size_t i = 0; i < count; i++) {
        int length = i2d_X509(chain[i], NULL);

        longest = length > longest ? length : longest;
    }
    for (int split = WHOLE; split < FIRST_SPLIT + longest; split += split < FIRST_SPLIT ? 1 : many * stride) {
        unsigned found = validate(chain, count, split);

        check(found == error, "%s, split %d: %u", name, split, found);
    }
}

static void test_purposes(void **state)
{
    static const struct {
        const char *name;
        extension purposes[2];
        int fits;
    } rows[] = {
        { "none said", { { NULL, 0 } }, 1 },
        { "servers", { BYTES("\x30\x0A" SERVER) }, 1 },
        { "any", { BYTES("\x30\x06" ANY) }, 1 },
        { "clients and servers", { BYTES("\x30\x14" CLIENT SERVER) }, 1 },
        { "servers and clients", { BYTES("\x30\x14" SERVER CLIENT) }, 1 },
        { "clients, any", { BYTES("\x30\x10" CLIENT ANY) }, 1 },
        { "a long form of the length", { BYTES("\x30\x81\x0A" SERVER) }, 1 },
        { "clients", { BYTES("\x30\x0A" CLIENT) }, 0 },
        { "much, but not servers", { BYTES("\x30\x24" CLIENT LONGER SHORTER NOT_ANY) }, 0 },
        { "a longer name", { BYTES("\x30\x0B" LONGER) }, 0 },
        { "a shorter name", { BYTES("\x30\x09" SHORTER) }, 0 },
        { "another name of any's length", { BYTES("\x30\x06" NOT_ANY) }, 0 },
        { "the extension's own name", { BYTES("\x30\x05" ITSELF) }, 0 },
        { "servers, as the value of another type", { BYTES("\x30\x0A\x04\x08\x2B\x06\x01\x05\x05\x07\x03\x01") }, 0 },
        { "servers, as a part of a longer value",
          { BYTES("\x30\x0C\x04\x0A\x06\x08\x2B\x06\x01\x05\x05\x07\x03\x01") },
          0 },
        { "empty", { BYTES("") }, 0 },
        { "an empty list", { BYTES("\x30\x00") }, 0 },
        { "not a list", { BYTES(SERVER) }, 0 },
        { "a set", { BYTES("\x31\x0A" SERVER) }, 0 },
        { "a list that ends early", { BYTES("\x30\x00" SERVER) }, 0 },
        { "a byte after the list", { BYTES("\x30\x0A" SERVER "\x00") }, 0 },
        { "a list that is cut", { BYTES("\x30\x0B" SERVER) }, 0 },
        { "a name that is cut", { BYTES("\x30\x0A\x06\x09\x2B\x06\x01\x05\x05\x07\x03\x01") }, 0 },
        { "a length that is cut", { BYTES("\x30\x82\x0A") }, 0 },
        { "no length", { BYTES("\x30") }, 0 },
        { "an indefinite length", { BYTES("\x30\x80" SERVER "\x00\x00") }, 0 },
        { "a length of 2^32 + 10", { BYTES("\x30\x85\x01\x00\x00\x00\x0A" SERVER) }, 0 },
        { "repeated", { BYTES("\x30\x0A" SERVER), BYTES("\x30\x0A" SERVER) }, 0 },
        { "repeated, first others", { BYTES("\x30\x0A" CLIENT), BYTES("\x30\x0A" SERVER) }, 0 },
        { "repeated, then others", { BYTES("\x30\x0A" SERVER), BYTES("\x30\x0A" CLIENT) }, 0 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const unsigned error = rows[i].fits ? 0 : BR_ERR_X509_FORBIDDEN_KEY_USAGE;
        X509 *leaf = make_certificate(&ec_leaf), *second = make_certificate(&by_middle);
        X509 *middle = make_certificate(&root_middle);
        X509 *by_leaf[] = { leaf }, *by_issuer[] = { second, middle }, *beyond[] = { leaf, middle };
        char name[80];

        for (size_t j = 0; j < 2 && rows[i].purposes[j].bytes != NULL; j++)
            add_purposes(middle, &rows[i].purposes[j], EC_ROOT);
        snprintf(name, sizeof name, "%s, beyond the anchor", rows[i].name);
        check_chain(name, beyond, 2, 0);
        snprintf(name, sizeof name, "%s, of the issuer", rows[i].name);
        check_chain(name, by_issuer, 2, error);
        for (size_t j = 0; j < 2 && rows[i].purposes[j].bytes != NULL; j++)
            add_purposes(leaf, &rows[i].purposes[j], EC_ROOT);
        check_chain(rows[i].name, by_leaf, 1, error);
        X509_free(leaf);
        X509_free(second);
        X509_free(middle);
    }
}

/* Each certificate must say it for itself. */
static void test_purposes_of_each(void **state)
{
    static const extension server = BYTES("\x30\x0A" SERVER), client = BYTES("\x30\x0A" CLIENT);
    static const struct {
        const extension *leaf, *middle;
        int fits;
    } rows[] = {
        { &server, &server, 1 }, { &server, &client, 0 }, { &client, &server, 0 }, { &server, NULL, 1 },
        { NULL, &server, 1 },    { &client, &client, 0 }, { &client, NULL, 0 },    { NULL, &client, 0 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        X509 *chain[] = { make_certificate(&by_middle), make_certificate(&root_middle) };
        char name[20];

        if (rows[i].leaf != NULL)
            add_purposes(chain[0], rows[i].leaf, EC_OTHER);
        if (rows[i].middle != NULL)
            add_purposes(chain[1], rows[i].middle, EC_ROOT);
        snprintf(name, sizeof name, "row %zu", i);
        check_chain(name, chain, 2, rows[i].fits ? 0 : BR_ERR_X509_FORBIDDEN_KEY_USAGE);
        X509_free(chain[0]);
        X509_free(chain[1]);
    }
}

/* A connection that broke in the middle of a certificate leaves nothing to the next. */
static void test_after_a_part(void **state)
{
    static br_ssl_client_context client;
    X509 *leaf = make_certificate(&ec_leaf);
    unsigned char *der = NULL;
    int length = i2d_X509(leaf, &der);

    (void)state;
    assert_int_equal(tcx_tls_chain_init(&bearssl.chain, anchors, ANCHORS), TCX_OK);
    for (int part = 0; part <= length; part++) {
        for (int again = 0; again < 2; again++) {
            const br_x509_class **validator;

            br_ssl_client_zero(&client);
            validator = bearssl.chain.trust.start(&bearssl.chain.trust, &tcx_tls_profile_full, &client, NOW);
            (*validator)->start_chain(validator, HOST);
            (*validator)->start_cert(validator, (uint32_t)length);
            (*validator)->append(validator, der, (size_t)(again ? length : part));
            if (again) {
                (*validator)->end_cert(validator);
                check((*validator)->end_chain(validator) == 0, "after %d bytes", part);
            }
        }
    }
    OPENSSL_free(der);
    X509_free(leaf);
}

/* One element: its tag, the length in two bytes, the value. Returns where it ends. */
static unsigned char *put_element(unsigned char *out, unsigned char tag, const void *value, size_t length)
{
    *out++ = tag;
    *out++ = 0x82;
    *out++ = (unsigned char)(length >> 8);
    *out++ = (unsigned char)length;
    memcpy(out, value, length);
    return out + length;
}

/* The same certificate with subjectUniqueID, which OpenSSL reads but does not write. */
static X509 *with_unique_id(X509 *made, int issuer_key)
{
    static const unsigned char id[] = {
        0x82, 0x05, 0x00, 0xA3, 0x06, 0x55, 0x1D
    }; /* [2]: a BIT STRING, as if of tags */
    unsigned char *tbs = NULL, *algorithm = NULL, body[1024], parts[1500], whole[1600], signature[128], *end = parts;
    const unsigned char *at, *from = whole;
    size_t length = 0, signed_length = sizeof signature - 1;
    long element;
    int tag, class, head = i2d_re_X509_tbs(made, &tbs);
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    at = tbs;
    (void)ASN1_get_object(&at, &element, &tag, &class, head);
    for (const unsigned char *last = at + element; at < last;) {
        const unsigned char *start = at;

        (void)ASN1_get_object(&at, &element, &tag, &class, last - at);
        at += element;
        if (class == V_ASN1_CONTEXT_SPECIFIC && tag == 3) {
            memcpy(body + length, id, sizeof id);
            length += sizeof id;
        }
        memcpy(body + length, start, (size_t)(at - start));
        length += (size_t)(at - start);
    }
    end = put_element(parts, 0x30, body, length);
    assert_int_equal(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, keys[issuer_key]), 1);
    signature[0] = 0; /* unused bits */
    assert_int_equal(EVP_DigestSign(context, signature + 1, &signed_length, parts, (size_t)(end - parts)), 1);
    length = (size_t)i2d_X509_ALGOR(X509_get0_tbs_sigalg(made), &algorithm);
    memcpy(end, algorithm, length);
    end = put_element(end + length, 0x03, signature, signed_length + 1);
    length = (size_t)(put_element(whole, 0x30, parts, (size_t)(end - parts)) - whole);
    OPENSSL_free(tbs);
    OPENSSL_free(algorithm);
    EVP_MD_CTX_free(context);
    return d2i_X509(NULL, &from, (long)length);
}

/* Adds an extension of that name, which holds the bytes of an extendedKeyUsage for clients. */
static void add_named(X509 *made, const char *name)
{
    ASN1_OCTET_STRING *content = ASN1_OCTET_STRING_new();
    ASN1_OBJECT *object = OBJ_txt2obj(name, 1);
    X509_EXTENSION *added;

    ASN1_OCTET_STRING_set(content, (const unsigned char *)"\x30\x0A" CLIENT, 12);
    added = X509_EXTENSION_create_by_OBJ(NULL, object, 0, content);
    X509_add_ext(made, added, -1);
    X509_EXTENSION_free(added);
    ASN1_OBJECT_free(object);
    ASN1_OCTET_STRING_free(content);
}

/* Certificates of version 1 have no extensions. */
static void make_version_1(X509 *made, int issuer_key)
{
    while (X509_get_ext_count(made) > 0)
        X509_EXTENSION_free(X509_delete_ext(made, 0));
    X509_set_version(made, 0);
    assert_true(X509_sign(made, keys[issuer_key], EVP_sha256()) > 0);
}

/* What may be missing from a certificate, or stand in front of its extensions. */
static void test_optional_fields(void **state)
{
    static const extension client = BYTES("\x30\x0A" CLIENT);
    X509 *plain = make_certificate(&ec_leaf), *leaf = make_certificate(&ec_leaf), *by_id[1], *refused[1];
    X509 *of_version_1[] = { make_certificate(&ec_leaf) };
    X509 *issued[] = { make_certificate(&by_middle), make_certificate(&root_middle) };

    (void)state;
    make_version_1(of_version_1[0], EC_ROOT);
    check_chain("version 1, without extensions", of_version_1, 1, 0);
    make_version_1(issued[1], EC_ROOT);
    check_chain("by one of version 1, which does not say that it is a CA", issued, 2, BR_ERR_X509_NOT_CA);
    add_named(plain, "1.3.6.1.4.1.99999.1000.2000.3000.4000.5000");
    add_named(plain, "1.2");
    assert_true(X509_sign(plain, keys[EC_ROOT], EVP_sha256()) > 0);
    by_id[0] = plain;
    check_chain("extensions with a long and a short name", by_id, 1, 0);
    by_id[0] = with_unique_id(plain, EC_ROOT);
    check_chain("a unique id", by_id, 1, 0);
    add_purposes(leaf, &client, EC_ROOT);
    refused[0] = with_unique_id(leaf, EC_ROOT);
    check_chain("a unique id, for clients", refused, 1, BR_ERR_X509_FORBIDDEN_KEY_USAGE);
    X509_free(plain);
    X509_free(leaf);
    X509_free(by_id[0]);
    X509_free(refused[0]);
    X509_free(of_version_1[0]);
    X509_free(issued[0]);
    X509_free(issued[1]);
}

/* BearSSL's own error is the one that is told. */
static void test_other_errors_win(void **state)
{
    static const certificate expired = { HOST, "DNS:" HOST, EC_LEAF,  "EC root",         EC_ROOT,     -DAY,
                                         -1,   0,           "SHA256", NID_ext_key_usage, "clientAuth" };
    X509 *chain[] = { make_certificate(&expired) };

    (void)state;
    check_chain("expired, for clients", chain, 1, BR_ERR_X509_EXPIRED);
    X509_free(chain[0]);
}

/* The first certificate that ends, of those that took part. */
static void test_end_of_chain(void **state)
{
    enum { YEAR = 365 * DAY };
    static const struct {
        long leaf, middle, beyond;
        int first; /* of the chain: which ends first */
    } rows[] = {
        { DAY, 2 * DAY, 3 * DAY, 0 },
        { 2 * DAY, DAY, 3 * DAY, 1 },
        { 3 * DAY, 2 * DAY, DAY, 1 },
        { 22 * YEAR, 23 * YEAR, DAY, 0 }, /* 2049: a UTCTime */
        { 25 * YEAR, 24 * YEAR, DAY, 1 }, /* after 2049: a GeneralizedTime */
        { 30 * YEAR + 12345, 31 * YEAR, DAY, 0 },
        { 0, 0, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const certificate leaf = { HOST,         "DNS:" HOST, EC_LEAF,  "Middle", EC_OTHER, -DAY,
                                   rows[i].leaf, 0,           "SHA256", 0,        NULL };
        const certificate middle = { "Middle",       NULL, EC_OTHER, "EC root", EC_ROOT, -DAY,
                                     rows[i].middle, 1,    "SHA256", 0,         NULL };
        const certificate beyond = { "EC root",      NULL, EC_ROOT,  "EC root", EC_ROOT, -DAY,
                                     rows[i].beyond, 1,    "SHA256", 0,         NULL };
        X509 *chain[] = { make_certificate(&leaf), make_certificate(&middle), make_certificate(&beyond) };
        struct tm first;
        char expected[15];

        assert_int_equal(ASN1_TIME_to_tm(X509_get0_notAfter(chain[rows[i].first]), &first), 1);
        strftime(expected, sizeof expected, "%Y%m%d%H%M%S", &first);
        for (int split = WHOLE; split < FIRST_SPLIT + 400; split += split < FIRST_SPLIT ? 1 : 7 * stride) {
            assert_int_equal(validate(chain, 3, split), 0);
            for (size_t j = 0; j < sizeof bearssl.chain.trust.until; j++)
                check(bearssl.chain.trust.until[j] == (expected[2 * j] - '0') * 10 + expected[2 * j + 1] - '0',
                      "row %zu, split %d: number %zu is %d, not of %s", i, split, j, bearssl.chain.trust.until[j],
                      expected);
        }
        for (size_t j = 0; j < 3; j++)
            X509_free(chain[j]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_purposes),         cmocka_unit_test(test_purposes_of_each),
        cmocka_unit_test(test_after_a_part),     cmocka_unit_test(test_optional_fields),
        cmocka_unit_test(test_other_errors_win), cmocka_unit_test(test_end_of_chain),
    };

    stride = getenv("CI") != NULL ? 1 : 13;
    return cmocka_run_group_tests(tests, make_keys, NULL);
}
