/* `tcexec anchors`: trust anchors as a C header. See tcexec_command.h. */
#include "tcexec_command.h"

#include <stdlib.h>

#define BYTES_PER_LINE 16

static void print_array(size_t number, const char *what, const unsigned char *bytes, size_t length)
{
    size_t i;

    printf("static const unsigned char trust_anchor_%zu_%s[%zu] = {", number, what, length);
    for (i = 0; i < length; i++)
        printf("%s0x%02x,", i % BYTES_PER_LINE == 0 ? "\n    " : " ", bytes[i]);
    puts("\n};");
}

/* Returns the common name in a DER-encoded DN. Unset: it has none. */
static tcx_text find_common_name(const br_x500_name *dn)
{
    static const unsigned char type[] = { 0x06, 0x03, 0x55, 0x04, 0x03 }; /* OBJECT IDENTIFIER 2.5.4.3 */
    const size_t before = sizeof type + 2;                                /* and the value's tag and length */
    tcx_text name = { NULL, 0 };
    size_t at;

    for (at = 0; at + before <= dn->len; at++) {
        const size_t length = dn->data[at + before - 1];

        if (memcmp(dn->data + at, type, sizeof type) != 0 || length > dn->len - at - before)
            continue;
        name.bytes = (const char *)dn->data + at + before;
        name.length = length;
        break;
    }
    return name;
}

int tcexec_anchor_is(const br_x509_trust_anchor *anchor, const char *expected)
{
    const tcx_text name = find_common_name(&anchor->dn);

    return name.length == strlen(expected) && memcmp(name.bytes, expected, name.length) == 0;
}

/* Prints the common name inside a C comment, with '?' for '*' and for what is not visible ASCII. */
static void print_common_name(const br_x500_name *dn)
{
    const tcx_text name = find_common_name(dn);
    size_t i;

    if (name.bytes == NULL) {
        fputs("without a common name", stdout);
        return;
    }
    for (i = 0; i < name.length; i++)
        putchar(name.bytes[i] >= ' ' && name.bytes[i] < 0x7F && name.bytes[i] != '*' ? name.bytes[i] : '?');
}

static void print_data(size_t number, const br_x509_trust_anchor *anchor)
{
    const br_x509_pkey *key = &anchor->pkey;

    printf("\n/* %zu: ", number);
    print_common_name(&anchor->dn);
    puts(" */");
    print_array(number, "dn", anchor->dn.data, anchor->dn.len);
    if (key->key_type == BR_KEYTYPE_EC) {
        print_array(number, "q", key->key.ec.q, key->key.ec.qlen);
    } else {
        print_array(number, "n", key->key.rsa.n, key->key.rsa.nlen);
        print_array(number, "e", key->key.rsa.e, key->key.rsa.elen);
    }
}

/* The casts remove const: BearSSL's pointers are not const, but BearSSL does not change the bytes. */
static void print_entry(size_t number, const br_x509_trust_anchor *anchor)
{
    const br_x509_pkey *key = &anchor->pkey;

    printf("    {\n        { (unsigned char *)trust_anchor_%zu_dn, sizeof trust_anchor_%zu_dn },\n", number, number);
    puts(anchor->flags & BR_X509_TA_CA ? "        BR_X509_TA_CA,"
                                       : "        0, /* not a CA: trusted as the server's own certificate */");
    if (key->key_type == BR_KEYTYPE_EC)
        printf("        { BR_KEYTYPE_EC, { .ec = { %s,\n"
               "            (unsigned char *)trust_anchor_%zu_q, sizeof trust_anchor_%zu_q } } },\n",
               key->key.ec.curve == BR_EC_secp256r1 ? "BR_EC_secp256r1" : "BR_EC_secp384r1", number, number);
    else
        printf("        { BR_KEYTYPE_RSA, { .rsa = {\n"
               "            (unsigned char *)trust_anchor_%zu_n, sizeof trust_anchor_%zu_n,\n"
               "            (unsigned char *)trust_anchor_%zu_e, sizeof trust_anchor_%zu_e } } },\n",
               number, number, number, number);
    puts("    },");
}

static void print_header(const br_x509_trust_anchor *const *anchors, size_t count)
{
    size_t i;

    puts("/* Trust anchors, made by `tcexec anchors`. Include it in one source file only. */\n"
         "#ifndef TRUST_ANCHORS_H\n"
         "#define TRUST_ANCHORS_H\n\n"
         "#ifndef BR_BEARSSL_H__ /* where BearSSL has another place, include tcexec/bearssl.h before this file */\n"
         "#include <bearssl.h>\n"
         "#endif\n");
    printf("#define TRUST_ANCHOR_COUNT %zu\n", count);
    for (i = 0; i < count; i++)
        print_data(i, anchors[i]);
    puts("\nstatic const br_x509_trust_anchor trust_anchors[TRUST_ANCHOR_COUNT] = {");
    for (i = 0; i < count; i++)
        print_entry(i, anchors[i]);
    puts("};\n\n#endif");
}

/* ---- which anchors ---- */

static int is_same(const unsigned char *one, size_t one_length, const unsigned char *other, size_t other_length)
{
    return one_length == other_length && memcmp(one, other, one_length) == 0;
}

static int is_same_anchor(const br_x509_trust_anchor *one, const br_x509_trust_anchor *other)
{
    const br_x509_pkey *key = &one->pkey;
    const br_x509_pkey *key2 = &other->pkey;

    if (!is_same(one->dn.data, one->dn.len, other->dn.data, other->dn.len) || key->key_type != key2->key_type)
        return 0;
    if (one->flags != other->flags)
        return 0;
    if (key->key_type == BR_KEYTYPE_EC)
        return is_same(key->key.ec.q, key->key.ec.qlen, key2->key.ec.q, key2->key.ec.qlen);
    return is_same(key->key.rsa.n, key->key.rsa.nlen, key2->key.rsa.n, key2->key.rsa.nlen) &&
           is_same(key->key.rsa.e, key->key.rsa.elen, key2->key.rsa.e, key2->key.rsa.elen);
}

/* Puts all anchors, or only those of Tencent, into `chosen`, without duplicates. Returns how many. */
static size_t choose_anchors(const tcexec_trust *trust, int only_tencent, const br_x509_trust_anchor **chosen)
{
    const br_x509_trust_anchor *anchor = trust->anchors.anchors;
    const br_x509_trust_anchor *end = anchor + trust->anchors.count;
    size_t count = 0;
    size_t i;

    for (; anchor < end; anchor++) {
        if (only_tencent && !tcexec_anchor_is(anchor, TCEXEC_ROOT_G2) && !tcexec_anchor_is(anchor, TCEXEC_ROOT_G1))
            continue;
        for (i = 0; i < count && !is_same_anchor(anchor, chosen[i]); i++)
            continue;
        if (i == count)
            chosen[count++] = anchor;
    }
    return count;
}

static int has_anchor(const br_x509_trust_anchor *const *anchors, size_t count, const char *name)
{
    size_t i;

    for (i = 0; i < count; i++)
        if (tcexec_anchor_is(anchors[i], name))
            return 1;
    return 0;
}

/* The service's certificates need G2. G1 only cross-signed G2, and bundles are removing it. */
static int check_tencent(const tcexec_trust *trust, const br_x509_trust_anchor *const *anchors, size_t count)
{
    if (!has_anchor(anchors, count, TCEXEC_ROOT_G2))
        return tcexec_say("%s: it does not contain " TCEXEC_ROOT_G2 ": give a file that does", trust->file);
    if (!has_anchor(anchors, count, TCEXEC_ROOT_G1))
        tcexec_note("%s: it does not contain " TCEXEC_ROOT_G1 ": only " TCEXEC_ROOT_G2 " is printed", trust->file);
    return 0;
}

static int print_chosen(const tcexec_options *options, const tcexec_trust *trust)
{
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): it is an array of pointers */
    const br_x509_trust_anchor **chosen = malloc(trust->anchors.count * sizeof *chosen);
    size_t count;
    int code = 0;

    if (chosen == NULL)
        return tcexec_say("%s: out of memory", trust->file);
    count = choose_anchors(trust, options->tencent, chosen);
    if (options->tencent)
        code = check_tencent(trust, chosen, count);
    else if (count < trust->anchors.count)
        tcexec_note("%s: %zu duplicate%s not printed", trust->file, trust->anchors.count - count,
                    tcexec_plural(trust->anchors.count - count));
    if (code == 0) {
        print_header(chosen, count);
        code = tcexec_flush(EXIT_DONE, EXIT_USAGE);
    }
    free(chosen);
    return code;
}

int tcexec_anchors(const tcexec_options *options)
{
    tcexec_trust trust;
    char words[TCEXEC_PROBLEM_MAX];
    int code;

    if (tcexec_trust_read("FILE", options->ca, &trust) != 0)
        code = tcexec_say("%s", trust.problem);
    else
        code = print_chosen(options, &trust);
    if (code == 0 && !options->tencent && tcexec_no_ca_text(&trust, words, sizeof words))
        tcexec_note("%s: %s", trust.file, words);
    if (code == 0 && trust.anchors.skipped > 0) {
        tcexec_skipped_text(&trust, words, sizeof words);
        tcexec_note("%s: %s", trust.file, words);
    }
    free(trust.memory);
    return code;
}
