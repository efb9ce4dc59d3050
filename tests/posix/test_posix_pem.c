/* Tests PEM to trust anchors and pins: port/posix/tcx_posix_pem.c. */
#define _DEFAULT_SOURCE

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "certificates.h"
#include "tcx_posix.h"

#define KEY_BLOCK                                                                                                      \
    "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg\n-----END PRIVATE KEY-----\n"
#define TWO_ROOTS tcx_text_from(EC_ROOT RSA_ROOT)

/*
 * Reads into a block of exactly the size needed, so that a sanitizer sees one byte too many. The caller frees
 * `*memory`.
 */
static tcx_posix_anchors read_exactly(const char *pem, void **memory)
{
    tcx_posix_anchors anchors;

    assert_int_equal(tcx_posix_anchors_read(tcx_text_from(pem), NULL, 0, &anchors), TCX_E_BUFFER);
    *memory = malloc(anchors.size);
    assert_non_null(*memory);
    assert_int_equal(tcx_posix_anchors_read(tcx_text_from(pem), *memory, anchors.size, &anchors), TCX_OK);
    return anchors;
}

static void assert_counts(const char *pem, size_t count, size_t skipped)
{
    void *memory = NULL;
    tcx_posix_anchors anchors;

    if (count == 0) {
        assert_int_equal(tcx_posix_anchors_read(tcx_text_from(pem), NULL, 0, &anchors), TCX_E_TLS_TRUST);
        assert_null(anchors.anchors);
    } else {
        anchors = read_exactly(pem, &memory);
    }
    assert_int_equal(anchors.count, count);
    assert_int_equal(anchors.skipped, skipped);
    free(memory);
}

/* The text with each line feed replaced, in memory of malloc(). */
static char *with_line_ends(const char *pem, const char *end)
{
    char *out = malloc(strlen(pem) * (1 + strlen(end)) + 1);
    char *to = out;

    assert_non_null(out);
    for (; *pem != '\0'; pem++) {
        if (*pem == '\n') {
            memcpy(to, end, strlen(end));
            to += strlen(end);
        } else {
            *to++ = *pem;
        }
    }
    *to = '\0';
    return out;
}

static void test_an_ec_root(void **state)
{
    static const unsigned char dn[] = { 0x30, 0x12, 0x31, 0x10, 0x30, 0x0e, 0x06, 0x03, 0x55, 0x04,
                                        0x03, 0x0c, 0x07, 'E',  'C',  ' ',  'r',  'o',  'o',  't' };
    void *memory;
    tcx_posix_anchors anchors = read_exactly(EC_ROOT, &memory);
    const br_x509_trust_anchor *anchor = anchors.anchors;

    (void)state;
    assert_int_equal(anchors.count, 1);
    assert_in_range(anchors.size, sizeof *anchor + sizeof dn + 65, sizeof *anchor + sizeof dn + 65 + 7);
    assert_int_equal(anchor->dn.len, sizeof dn);
    assert_memory_equal(anchor->dn.data, dn, sizeof dn);
    assert_int_equal(anchor->flags, BR_X509_TA_CA);
    assert_int_equal(anchor->pkey.key_type, BR_KEYTYPE_EC);
    assert_int_equal(anchor->pkey.key.ec.curve, BR_EC_secp256r1);
    assert_int_equal(anchor->pkey.key.ec.qlen, 65);
    assert_int_equal(anchor->pkey.key.ec.q[0], 4);
    free(memory);
}

static void test_an_rsa_root(void **state)
{
    void *memory;
    tcx_posix_anchors anchors = read_exactly(RSA_ROOT, &memory);
    const br_rsa_public_key *key = &anchors.anchors->pkey.key.rsa;

    (void)state;
    assert_int_equal(anchors.anchors->pkey.key_type, BR_KEYTYPE_RSA);
    assert_int_equal(key->nlen, 256);
    assert_int_equal(key->elen, 3);
    assert_memory_equal(key->e, "\x01\x00\x01", 3);
    free(memory);
}

static void test_order_is_kept(void **state)
{
    void *memory;
    tcx_posix_anchors anchors = read_exactly(P384_ROOT RSA_ROOT EC_ROOT, &memory);

    (void)state;
    assert_int_equal(anchors.count, 3);
    assert_int_equal(anchors.anchors[0].pkey.key.ec.curve, BR_EC_secp384r1);
    assert_int_equal(anchors.anchors[1].pkey.key_type, BR_KEYTYPE_RSA);
    assert_int_equal(anchors.anchors[2].pkey.key.ec.curve, BR_EC_secp256r1);
    free(memory);
}

static void test_a_leaf_stands_for_itself(void **state)
{
    void *memory;
    tcx_posix_anchors anchors = read_exactly(LEAF, &memory);

    (void)state;
    assert_int_equal(anchors.anchors->flags, 0);
    free(memory);
}

static void assert_flags(const char *pem, unsigned flags)
{
    void *memory;
    tcx_posix_anchors anchors = read_exactly(pem, &memory);

    assert_int_equal(anchors.count, 1);
    assert_int_equal(anchors.anchors->flags, flags);
    free(memory);
}

/* Version 1 has no extension that could say it. What is issued by itself is a root, as for OpenSSL. */
static void test_who_may_sign_others(void **state)
{
    (void)state;
    assert_flags(V1_ROOT, BR_X509_TA_CA);
    assert_flags(V1_ROOT_SAYING_SO, BR_X509_TA_CA);
    assert_flags(V1_WITH_EXTENSIONS, 0);
    assert_flags(V1_LEAF, 0);
    assert_flags(V3_WITHOUT_CONSTRAINTS, 0);
    assert_flags(EC_ROOT, BR_X509_TA_CA);
    assert_flags(LEAF, 0);
}

static void test_line_ends_and_blanks(void **state)
{
    static const char *const ends[] = { "\r\n", " \r\n", "\t \n", "\n\n", "\r\n\r\n", "\r", "\n  ", " " };
    void *memory;
    tcx_posix_anchors plain = read_exactly(RSA_ROOT EC_ROOT, &memory);
    size_t i;

    (void)state;
    for (i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char *text = with_line_ends(RSA_ROOT EC_ROOT, ends[i]);
        void *other;
        tcx_posix_anchors anchors = read_exactly(text, &other);

        assert_int_equal(anchors.count, 2);
        assert_int_equal(anchors.size, plain.size);
        assert_memory_equal(anchors.anchors[0].pkey.key.rsa.n, plain.anchors[0].pkey.key.rsa.n, 256);
        assert_memory_equal(anchors.anchors[1].pkey.key.ec.q, plain.anchors[1].pkey.key.ec.q, 65);
        free(other);
        free(text);
    }
    free(memory);
}

static void test_what_stands_around(void **state)
{
    (void)state;
    assert_counts("Some root\n=========\n" EC_ROOT "\n# another\n" RSA_ROOT "the end", 2, 0);
    assert_counts(KEY_BLOCK EC_ROOT KEY_BLOCK, 1, 0);
    assert_counts("-----BEGIN X509 CRL-----\n!!!!\n-----END X509 CRL-----\n" EC_ROOT, 1, 0);
    assert_counts("--- dashes ---\n-----BEGINNING\n" EC_ROOT, 1, 0);
    assert_counts("END of CERTIFICATES; THE END CERTIFICATION BEGIN\n" EC_ROOT, 1, 0);
    assert_counts("# Paste it from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----\n" EC_ROOT, 1, 0);
    assert_counts("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n" EC_ROOT, 1, 0);
    assert_counts("-----BEGIN ATTRIBUTE CERTIFICATE-----\nAA\n-----END ATTRIBUTE CERTIFICATE-----\n" EC_ROOT, 1, 0);
    assert_counts("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n" EC_ROOT, 1, 0);
}

#define BEGIN_LINE   "-----BEGIN CERTIFICATE-----\n"
#define END_LINE     "-----END CERTIFICATE-----\n"
#define DAMAGED      BEGIN_LINE "MIIB\n" END_LINE
#define LABEL(label) "-----BEGIN " label "-----\nMIIB\n-----END " label "-----\n"

/* The first `from` of EC_ROOT replaced by `to`, and RSA_ROOT behind it. The caller frees it. */
static char *edited(const char *from, const char *to)
{
    static const char root[] = EC_ROOT;
    const char *place = strstr(root, from);
    char *text = malloc(sizeof root + strlen(to) + sizeof RSA_ROOT);

    assert_non_null(place);
    assert_non_null(text);
    sprintf(text, "%.*s%s%s" RSA_ROOT, (int)(place - root), root, to, place + strlen(from));
    return text;
}

/* What is written in another way than PEM asks for, and has one meaning only. */
static void test_what_is_read_all_the_same(void **state)
{
    static const struct {
        const char *from;
        const char *to;
    } edits[] = {
        { BEGIN_LINE, "\xEF\xBB\xBF" BEGIN_LINE },
        { BEGIN_LINE, "  \t" BEGIN_LINE },
        { BEGIN_LINE, "a root: " BEGIN_LINE },
        { BEGIN_LINE, "-----BEGIN CERTIFICATE----- \t\n" },
        { BEGIN_LINE, "-----BEGIN CERTIFICATE-----" },
        { "\n" END_LINE, END_LINE },
        { END_LINE, "-----END CERTIFICATE-----" }, /* RSA_ROOT's BEGIN follows on the same line */
        { END_LINE, "-----END CERTIFICATE----- the end\n" },
        { END_LINE, "\t -----END CERTIFICATE-----\n" },
    };
    void *plain_memory, *memory;
    tcx_posix_anchors plain = read_exactly(EC_ROOT RSA_ROOT, &plain_memory);

    (void)state;
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        char *text = edited(edits[i].from, edits[i].to);
        tcx_posix_anchors anchors = read_exactly(text, &memory);
        tcx_posix_key key;

        assert_int_equal(anchors.count, 2);
        assert_int_equal(anchors.skipped, 0);
        assert_int_equal(anchors.size, plain.size);
        assert_memory_equal(anchors.anchors[0].pkey.key.ec.q, plain.anchors[0].pkey.key.ec.q, 65);
        assert_memory_equal(anchors.anchors[1].pkey.key.rsa.n, plain.anchors[1].pkey.key.rsa.n, 256);
        assert_int_equal(tcx_posix_key_read(tcx_text_from(text), &key), TCX_OK);
        assert_int_equal(key.key.key_type, BR_KEYTYPE_EC);
        free(memory);
        free(text);
    }
    free(plain_memory);
}

/* The first certificate of the text cannot be read. The others are read, it is counted and named, nothing is pinned. */
static void assert_fault(const char *text, size_t length, size_t count, tcx_posix_fault fault, size_t line)
{
    const tcx_text pem = { text, length };
    tcx_posix_anchors anchors;
    tcx_posix_key key;

    assert_int_equal(tcx_posix_anchors_read(pem, NULL, 0, &anchors), count > 0 ? TCX_E_BUFFER : TCX_E_TLS_TRUST);
    assert_int_equal(anchors.count, count);
    assert_int_equal(anchors.skipped, 1);
    assert_int_equal(tcx_posix_key_read(pem, &key), TCX_E_TLS_TRUST);
    assert_int_equal(anchors.fault, fault);
    assert_int_equal(anchors.fault_line, line);
    assert_int_equal(key.fault, fault);
    assert_int_equal(key.fault_line, line);
}

static void test_what_cannot_be_read_is_counted(void **state)
{
    static const struct {
        const char *text;
        size_t count;
        tcx_posix_fault fault;
        size_t line;
    } texts[] = {
        { LABEL("TRUSTED CERTIFICATE") EC_ROOT, 1, TCX_POSIX_FAULT_TRUSTED, 1 },
        { "a\r\n\rb\r" LABEL("TRUSTED CERTIFICATE") EC_ROOT, 1, TCX_POSIX_FAULT_TRUSTED, 4 },
        { LABEL("PKCS7") EC_ROOT, 1, TCX_POSIX_FAULT_PKCS7, 1 },
        { LABEL("PKCS #7 SIGNED DATA") EC_ROOT, 1, TCX_POSIX_FAULT_PKCS7, 1 },
        { LABEL("CERTIFICATE CHAIN") EC_ROOT, 1, TCX_POSIX_FAULT_BEGIN, 1 },
        { LABEL("CERTIFICATES") EC_ROOT, 1, TCX_POSIX_FAULT_BEGIN, 1 },
        { LABEL("CERTIFICATE ") EC_ROOT, 1, TCX_POSIX_FAULT_BEGIN, 1 },
        { LABEL(" CERTIFICATE") EC_ROOT, 1, TCX_POSIX_FAULT_BEGIN, 1 },
        { "\n" DAMAGED EC_ROOT, 1, TCX_POSIX_FAULT_DAMAGED, 2 },
        { "\n" BEGIN_LINE "MI-I\n" END_LINE EC_ROOT, 1, TCX_POSIX_FAULT_DAMAGED, 2 },
        { "from " BEGIN_LINE "to " END_LINE EC_ROOT, 1, TCX_POSIX_FAULT_DAMAGED, 1 },
        { WEAK_ROOT EC_ROOT, 1, TCX_POSIX_FAULT_KEY, 1 },
        { "text\n" BEGIN_LINE "MIIB\n" EC_ROOT, 1, TCX_POSIX_FAULT_END, 2 },
        { BEGIN_LINE "MIIB\n-----BEGIN PRIVATE KEY-----\n" EC_ROOT, 1, TCX_POSIX_FAULT_END, 1 },
        { BEGIN_LINE "MIIB\n-----END CERTIFICATE----\n" EC_ROOT, 1, TCX_POSIX_FAULT_END, 1 },
        { BEGIN_LINE "MIIB\n-----END PKCS7-----\n" EC_ROOT, 1, TCX_POSIX_FAULT_END, 1 },
        { BEGIN_LINE "MIIB\n# " END_LINE EC_ROOT, 1, TCX_POSIX_FAULT_END, 1 },
        { BEGIN_LINE "MIIB", 0, TCX_POSIX_FAULT_END, 1 },
        { BEGIN_LINE, 0, TCX_POSIX_FAULT_END, 1 },
        { "MIIB\n" END_LINE EC_ROOT, 1, TCX_POSIX_FAULT_NO_BEGIN, 2 },
        { KEY_BLOCK "\xE2\x80\x94\xE2\x80\x93"
                    "BEGIN CERTIFICATE\xE2\x80\x94-\nMIIB\n"
                    "\xE2\x80\x94\xE2\x80\x93"
                    "END CERTIFICATE\xE2\x80\x94-\n" EC_ROOT,
          1, TCX_POSIX_FAULT_BEGIN, 4 },
        { "> " BEGIN_LINE "> MIIB\n> " END_LINE EC_ROOT, 1, TCX_POSIX_FAULT_DAMAGED, 1 },
        { "\"-----BEGIN CERTIFICATE-----\\nMIIB\\n-----END CERTIFICATE-----\\n\"\n" EC_ROOT, 1, TCX_POSIX_FAULT_DAMAGED,
          1 },
    };
    static const char *const begins[] = { "----BEGIN CERTIFICATE-----\n",    "-----BEGIN CERTIFICATE----\n",
                                          "-----BEGIN\tCERTIFICATE-----\n",  "-----BEGIN  CERTIFICATE-----\n",
                                          "----- BEGIN CERTIFICATE -----\n", "BEGIN CERTIFICATE\n",
                                          "-----BEGIN CERTIFICATE\n" };
    static const char *const ends[] = { "-----END X509 CERTIFICATE-----\n",
                                        "-----END CERTIFICATE----\n",
                                        "----END CERTIFICATE-----\n",
                                        "-----END\tCERTIFICATE-----\n",
                                        "-----END\n",
                                        "" };

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_fault(texts[i].text, strlen(texts[i].text), texts[i].count, texts[i].fault, texts[i].line);
    for (size_t i = 0; i < sizeof begins / sizeof begins[0]; i++) {
        char *text = edited(BEGIN_LINE, begins[i]);

        assert_fault(text, strlen(text), 1, TCX_POSIX_FAULT_BEGIN, 1);
        free(text);
    }
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        char *text = edited(END_LINE, ends[i]);

        assert_fault(text, strlen(text), 1, TCX_POSIX_FAULT_END, 1);
        free(text);
    }
}

/* Zero bytes are in every DER certificate and in every UTF-16 text, and in no other text. */
static void test_what_is_not_text(void **state)
{
    static const char der[] = "0\x82\x01\0\xA0\x03\n" EC_ROOT;
    static const char padded[] = EC_ROOT "\n\0\0\0";
    const tcx_text padded_text = { padded, sizeof padded };
    char wide[2 * sizeof EC_ROOT];
    tcx_posix_anchors anchors;

    (void)state;
    assert_fault(der, sizeof der - 1, 1, TCX_POSIX_FAULT_NOT_TEXT, 1);
    for (size_t first = 0; first < 2; first++) { /* of UTF-16, either half */
        memset(wide, 0, sizeof wide);
        for (size_t i = 0; i < sizeof EC_ROOT - 1; i++)
            wide[2 * i + first] = EC_ROOT[i];
        assert_fault(wide, 2 * (sizeof EC_ROOT - 1), 0, TCX_POSIX_FAULT_NOT_TEXT, 1);
    }
    assert_int_equal(tcx_posix_anchors_read(padded_text, NULL, 0, &anchors), TCX_E_BUFFER);
    assert_int_equal(anchors.count, 1);
    assert_int_equal(anchors.skipped, 0);
}

static void test_the_first_fault_is_named(void **state)
{
    tcx_posix_anchors anchors;

    (void)state;
    assert_int_equal(tcx_posix_anchors_read(tcx_text_from(EC_ROOT), NULL, 0, &anchors), TCX_E_BUFFER);
    assert_int_equal(anchors.fault, TCX_POSIX_FAULT_NONE);
    assert_int_equal(anchors.fault_line, 0);
    assert_int_equal(tcx_posix_anchors_read(tcx_text_from("a\n" DAMAGED EC_ROOT WEAK_ROOT), NULL, 0, &anchors),
                     TCX_E_BUFFER);
    assert_int_equal(anchors.skipped, 2);
    assert_int_equal(anchors.fault, TCX_POSIX_FAULT_DAMAGED);
    assert_int_equal(anchors.fault_line, 2);
}

static void test_without_a_last_line_end(void **state)
{
    char text[] = EC_ROOT;

    (void)state;
    text[sizeof text - 2] = '\0';
    assert_counts(text, 1, 0);
}

static void test_damage_costs_one_certificate_only(void **state)
{
    (void)state;
    assert_counts(EC_ROOT "-----BEGIN CERTIFICATE-----\nMI!!\n-----END CERTIFICATE-----\n" RSA_ROOT, 2, 1);
    assert_counts(EC_ROOT "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" RSA_ROOT, 2, 1);
    assert_counts(EC_ROOT "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n" RSA_ROOT, 2, 1);
    assert_counts("-----BEGIN CERTIFICATE-----\nMIIB\n" EC_ROOT, 1, 1);
    assert_counts("-----BEGIN CERTIFICATE-----\nMIIBAAAA\nMIIB!\n" EC_ROOT RSA_ROOT, 2, 1);
    assert_counts(EC_ROOT "-----BEGIN CERTIFICATE-----\nMIIB\n", 1, 1);
    assert_counts("-----BEGIN CERTIFICATE-----\nMIIB", 0, 1);
}

/* A whole block with one more line before its end line. */
static void assert_last_line(const char *block, const char *line, size_t count)
{
    static const char end[] = "-----END CERTIFICATE-----\n";
    char text[4096];

    snprintf(text, sizeof text, "%.*s%s%s", (int)(strlen(block) - strlen(end)), block, line, end);
    assert_counts(text, count, 1 - count);
}

/* EC_ROOT's Base64 ends with signs that fill it up, LEAF's with a whole group. */
static void test_more_than_a_certificate(void **state)
{
    static const char *const blocks[] = { EC_ROOT, LEAF };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_last_line(blocks[i], "", 1);
        assert_last_line(blocks[i], " \n\t\r\n", 1);
        assert_last_line(blocks[i], "AAAA\n", 0);
        assert_last_line(blocks[i], "A\n", 0);
        assert_last_line(blocks[i], "A===\n", 0);
        assert_last_line(blocks[i], "AA==\n", 0);
        assert_last_line(blocks[i], "=\n", 0);
        assert_last_line(blocks[i], "====\n", 0);
    }
}

static void test_keys_of_no_use(void **state)
{
    (void)state;
    assert_counts(WEAK_ROOT P521_ROOT ED25519_ROOT EC_ROOT, 1, 3);
    assert_counts(WEAK_ROOT, 0, 1);
    assert_counts(P521_ROOT, 0, 1);
    assert_counts(ED25519_ROOT, 0, 1);
}

static void test_nothing_at_all(void **state)
{
    (void)state;
    assert_counts("", 0, 0);
    assert_counts("\n\n\r\n", 0, 0);
    assert_counts("no PEM in here", 0, 0);
    assert_counts(KEY_BLOCK, 0, 0);
}

/*
 * Every prefix of a file is read without harm, and gives what was whole in it. BearSSL takes the last line's word from
 * its beginning.
 */
static void test_every_prefix(void **state)
{
    static const char text[] = EC_ROOT RSA_ROOT;
    const size_t whole = sizeof EC_ROOT - 1;
    const size_t cut = whole - sizeof "-----END CERTIFICATE-----";
    size_t length;

    (void)state;
    for (length = 0; length < sizeof text; length++) {
        char *copy = malloc(length + 1);
        tcx_text pem = { NULL, 0 };
        tcx_posix_anchors anchors;
        tcx_status status;

        assert_non_null(copy);
        memcpy(copy, text, length);
        pem.bytes = copy;
        pem.length = length;
        status = tcx_posix_anchors_read(pem, NULL, 0, &anchors);
        if (length <= cut)
            assert_int_equal(status, TCX_E_TLS_TRUST);
        else if (length >= whole - 1)
            assert_int_equal(status, TCX_E_BUFFER);
        free(copy);
    }
}

static void test_every_byte_changed(void **state)
{
    static const char text[] = EC_ROOT P384_ROOT;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof EC_ROOT - 1; i++) {
        char copy[sizeof text];
        tcx_posix_anchors anchors;

        memcpy(copy, text, sizeof text);
        copy[i] = copy[i] == '\n' ? 'A' : '\n';
        assert_int_equal(tcx_posix_anchors_read(tcx_text_from(copy), NULL, 0, &anchors), TCX_E_BUFFER);
        assert_int_equal(anchors.count + anchors.skipped, 2);
    }
}

static void test_every_capacity(void **state)
{
    tcx_posix_anchors anchors;
    size_t needed;
    size_t capacity;

    (void)state;
    assert_int_equal(tcx_posix_anchors_read(TWO_ROOTS, NULL, 0, &anchors), TCX_E_BUFFER);
    needed = anchors.size;
    for (capacity = 1; capacity <= needed + 1; capacity++) {
        unsigned char *memory = malloc(capacity);
        size_t i;

        assert_non_null(memory);
        memset(memory, 0xA5, capacity);
        if (capacity >= needed) {
            assert_int_equal(tcx_posix_anchors_read(TWO_ROOTS, memory, capacity, &anchors), TCX_OK);
        } else {
            assert_int_equal(tcx_posix_anchors_read(TWO_ROOTS, memory, capacity, &anchors), TCX_E_BUFFER);
            assert_null(anchors.anchors);
            for (i = 0; i < capacity; i++)
                assert_int_equal(memory[i], 0);
        }
        assert_int_equal(anchors.size, needed);
        free(memory);
    }
}

static void test_a_pin(void **state)
{
    void *memory;
    tcx_posix_anchors anchors = read_exactly(LEAF, &memory);
    tcx_posix_key key;

    (void)state;
    assert_int_equal(tcx_posix_key_read(tcx_text_from("text\r\n" KEY_BLOCK LEAF RSA_ROOT), &key), TCX_OK);
    assert_int_equal(key.key.key_type, BR_KEYTYPE_EC);
    assert_int_equal(key.key.key.ec.qlen, 65);
    assert_ptr_equal(key.key.key.ec.q, key.bytes);
    assert_memory_equal(key.key.key.ec.q, anchors.anchors->pkey.key.ec.q, 65);
    assert_int_equal(tcx_posix_key_read(tcx_text_from(RSA_ROOT), &key), TCX_OK);
    assert_int_equal(key.key.key.rsa.nlen, 256);
    free(memory);
}

/* A pin is never taken from another certificate than the first. */
static void test_no_pin(void **state)
{
    static const char *const texts[] = {
        "",
        KEY_BLOCK,
        WEAK_ROOT EC_ROOT,
        P521_ROOT,
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n" EC_ROOT,
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n" EC_ROOT,
        "-----BEGIN RSA PUBLIC KEY-----\nMIIB\n-----END RSA PUBLIC KEY-----\n" EC_ROOT,
        "MIIB\n-----END CERTIFICATE-----\n" EC_ROOT,
    };
    tcx_posix_key key;
    size_t i;

    (void)state;
    for (i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_int_equal(tcx_posix_key_read(tcx_text_from(texts[i]), &key), TCX_E_TLS_TRUST);
}

/* ---- BearSSL's own decoders as a judge ---- */

/* What they make of the certificates of a PEM text with plain line feeds: anchors with names, keys and flags. */
typedef struct judged {
    size_t count;
    struct {
        unsigned char dn[512];
        size_t dn_length;
        size_t size;
        int is_version_1; /* the field is absent, in a certificate of 256 bytes or more */
        br_x509_decoder_context x509;
        const br_x509_pkey *key; /* NULL: refused */
    } certificate[400];
} judged;

static void judge_dn(void *context, const void *bytes, size_t length)
{
    judged *all = context;

    assert_true(all->certificate[all->count].dn_length + length <= sizeof all->certificate[0].dn);
    memcpy(all->certificate[all->count].dn + all->certificate[all->count].dn_length, bytes, length);
    all->certificate[all->count].dn_length += length;
}

static void judge_der(void *context, const void *bytes, size_t length)
{
    judged *all = context;
    br_x509_decoder_context *x509 = &all->certificate[all->count].x509;
    const size_t before = all->certificate[all->count].size;

    all->certificate[all->count].size += length;
    if (before <= 8 && 8 < before + length)
        all->certificate[all->count].is_version_1 = ((const unsigned char *)bytes)[8 - before] == 0x02;
    if (br_x509_decoder_last_error(x509) == BR_ERR_X509_TRUNCATED) /* after any other, a push runs wild */
        br_x509_decoder_push(x509, bytes, length);
}

static void judge(const char *pem, size_t length, judged *all)
{
    br_pem_decoder_context decoder;

    memset(all, 0, sizeof *all);
    br_pem_decoder_init(&decoder);
    while (length > 0) {
        size_t taken = br_pem_decoder_push(&decoder, pem, length);

        pem += taken;
        length -= taken;
        switch (br_pem_decoder_event(&decoder)) {
        case BR_PEM_BEGIN_OBJ:
            assert_true(all->count < sizeof all->certificate / sizeof all->certificate[0]);
            br_x509_decoder_init(&all->certificate[all->count].x509, judge_dn, all);
            br_pem_decoder_setdest(&decoder, judge_der, all);
            break;
        case BR_PEM_END_OBJ:
            all->certificate[all->count].key = br_x509_decoder_get_pkey(&all->certificate[all->count].x509);
            all->count++;
            break;
        case BR_PEM_ERROR:
            return;
        }
    }
}

/* Whether the library can use the key: the judge's own idea of it, for numbers without leading zeros. */
static int judge_uses(const br_x509_pkey *key)
{
    if (key == NULL)
        return 0;
    if (key->key_type == BR_KEYTYPE_EC)
        return (key->key.ec.curve == BR_EC_secp256r1 && key->key.ec.qlen == 65) ||
               (key->key.ec.curve == BR_EC_secp384r1 && key->key.ec.qlen == 97);
    return key->key.rsa.nlen >= 256 && key->key.rsa.nlen <= 512 &&
           (key->key.rsa.nlen > 256 || key->key.rsa.n[0] >= 0x80);
}

static void assert_judged(const br_x509_trust_anchor *anchor, const judged *all, size_t i)
{
    const br_x509_pkey *key = all->certificate[i].key;

    assert_int_equal(anchor->dn.len, all->certificate[i].dn_length);
    assert_memory_equal(anchor->dn.data, all->certificate[i].dn, anchor->dn.len);
    assert_int_equal((anchor->flags & BR_X509_TA_CA) != 0,
                     all->certificate[i].is_version_1 ||
                         br_x509_decoder_isCA((br_x509_decoder_context *)&all->certificate[i].x509));
    assert_int_equal(anchor->pkey.key_type, key->key_type);
    if (key->key_type == BR_KEYTYPE_EC) {
        assert_int_equal(anchor->pkey.key.ec.curve, key->key.ec.curve);
        assert_int_equal(anchor->pkey.key.ec.qlen, key->key.ec.qlen);
        assert_memory_equal(anchor->pkey.key.ec.q, key->key.ec.q, key->key.ec.qlen);
    } else {
        assert_int_equal(anchor->pkey.key.rsa.nlen, key->key.rsa.nlen);
        assert_memory_equal(anchor->pkey.key.rsa.n, key->key.rsa.n, key->key.rsa.nlen);
        assert_int_equal(anchor->pkey.key.rsa.elen, key->key.rsa.elen);
        assert_memory_equal(anchor->pkey.key.rsa.e, key->key.rsa.e, key->key.rsa.elen);
    }
}

/* Every certificate of the system's bundle becomes the anchor that BearSSL's decoders make of it. */
static void test_the_system_bundle(void **state)
{
    static char pem[1 << 20];
    static judged all;
    FILE *file = fopen("/etc/ssl/certs/ca-certificates.crt", "r");
    tcx_posix_anchors anchors;
    tcx_text text = { pem, 0 };
    void *memory;
    size_t used = 0;

    (void)state;
    if (file == NULL) {
        print_message("# the system's bundle: not run, there is no /etc/ssl/certs/ca-certificates.crt\n");
        skip();
    }
    text.length = fread(pem, 1, sizeof pem - 1, file);
    fclose(file);
    memory = malloc(sizeof pem);
    judge(pem, text.length, &all);
    assert_true(all.count > 0);
    assert_int_equal(tcx_posix_anchors_read(text, memory, sizeof pem, &anchors), TCX_OK);
    assert_int_equal(anchors.count + anchors.skipped, all.count);
    for (size_t i = 0; i < all.count; i++)
        if (judge_uses(all.certificate[i].key))
            assert_judged(&anchors.anchors[used++], &all, i);
    assert_int_equal(used, anchors.count);
    free(memory);
}

/*
 * One digit of the Base64 changed: what BearSSL still takes, and can be used, becomes the same anchor. What only
 * BearSSL refuses (dates, for one) was damaged where an anchor takes nothing from.
 */
static void test_every_digit_changed(void **state)
{
    static const char *const roots[] = { EC_ROOT, RSA_ROOT, P384_ROOT, LEAF };
    static judged all, unchanged;
    static union {
        br_x509_trust_anchor align;
        unsigned char bytes[4096];
    } memory;
    size_t same = 0, refused = 0, stepped_over = 0;

    (void)state;
    for (size_t which = 0; which < sizeof roots / sizeof roots[0]; which++) {
        char *copy = strdup(roots[which]);
        const size_t length = strlen(copy);

        judge(copy, length, &unchanged);
        for (size_t i = sizeof "-----BEGIN CERTIFICATE-----"; i < length - sizeof "-----END CERTIFICATE-----"; i++) {
            const char before = copy[i];
            tcx_posix_anchors anchors;
            tcx_status status;

            if (before == '\n' || before == '=')
                continue;
            copy[i] = before == 'B'   ? 'g'
                      : before == '/' ? 'A'
                                      : (char)(before + 1 == '[' || before + 1 == '{' ? '/' : before + 1);
            judge(copy, length, &all);
            status = tcx_posix_anchors_read(tcx_text_from(copy), memory.bytes, sizeof memory.bytes, &anchors);
            if (all.count == 1 && judge_uses(all.certificate[0].key)) {
                assert_int_equal(status, TCX_OK);
                assert_judged(anchors.anchors, &all, 0);
                same++;
            } else if (status == TCX_OK) {
                assert_judged(anchors.anchors, &unchanged, 0);
                stepped_over++;
            } else {
                refused++;
            }
            copy[i] = before;
        }
        free(copy);
    }
    assert_true(same > 1000 && refused > 100 && stepped_over < 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_ec_root),
        cmocka_unit_test(test_an_rsa_root),
        cmocka_unit_test(test_order_is_kept),
        cmocka_unit_test(test_a_leaf_stands_for_itself),
        cmocka_unit_test(test_who_may_sign_others),
        cmocka_unit_test(test_line_ends_and_blanks),
        cmocka_unit_test(test_what_stands_around),
        cmocka_unit_test(test_what_is_read_all_the_same),
        cmocka_unit_test(test_what_cannot_be_read_is_counted),
        cmocka_unit_test(test_what_is_not_text),
        cmocka_unit_test(test_the_first_fault_is_named),
        cmocka_unit_test(test_without_a_last_line_end),
        cmocka_unit_test(test_damage_costs_one_certificate_only),
        cmocka_unit_test(test_more_than_a_certificate),
        cmocka_unit_test(test_keys_of_no_use),
        cmocka_unit_test(test_nothing_at_all),
        cmocka_unit_test(test_every_prefix),
        cmocka_unit_test(test_every_byte_changed),
        cmocka_unit_test(test_every_capacity),
        cmocka_unit_test(test_a_pin),
        cmocka_unit_test(test_no_pin),
        cmocka_unit_test(test_the_system_bundle),
        cmocka_unit_test(test_every_digit_changed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
