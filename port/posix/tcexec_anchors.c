/* `tcexec anchors FILE.pem`: trust anchors as a C header. See tcexec_command.h. */
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

/* Prints the common name that a DER-encoded DN ends with, as far as it is harmless in a comment; a DN may have none. */
static void print_common_name(const br_x500_name *dn)
{
    static const unsigned char common_name[] = { 0x06, 0x03, 0x55, 0x04, 0x03 }; /* OBJECT IDENTIFIER 2.5.4.3 */
    const size_t before = sizeof common_name + 2;                                /* with the value's tag and length */
    size_t at;
    size_t i;

    for (at = 0; at + before <= dn->len; at++) {
        const size_t length = dn->data[at + before - 1];

        if (memcmp(dn->data + at, common_name, sizeof common_name) != 0 || length > dn->len - at - before)
            continue;
        for (i = at + before; i < at + before + length; i++)
            putchar(dn->data[i] >= ' ' && dn->data[i] < 0x7F && dn->data[i] != '*' ? dn->data[i] : '?');
        return;
    }
    fputs("without a common name", stdout);
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

/* BearSSL's structures point to bytes that it never changes without saying const: hence the casts. */
static void print_entry(size_t number, const br_x509_trust_anchor *anchor)
{
    const br_x509_pkey *key = &anchor->pkey;

    printf("    {\n        { (unsigned char *)trust_anchor_%zu_dn, sizeof trust_anchor_%zu_dn },\n", number, number);
    printf("        %s,\n", anchor->flags & BR_X509_TA_CA ? "BR_X509_TA_CA" : "0");
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

static void print_header(const tcx_posix_anchors *anchors)
{
    size_t i;

    puts("/* Trust anchors, made by `tcexec anchors`. Include it in one source file only. */\n"
         "#ifndef TRUST_ANCHORS_H\n"
         "#define TRUST_ANCHORS_H\n\n"
         "#include <bearssl.h>\n");
    printf("#define TRUST_ANCHOR_COUNT %zu\n", anchors->count);
    for (i = 0; i < anchors->count; i++)
        print_data(i, &anchors->anchors[i]);
    puts("\nstatic const br_x509_trust_anchor trust_anchors[TRUST_ANCHOR_COUNT] = {");
    for (i = 0; i < anchors->count; i++)
        print_entry(i, &anchors->anchors[i]);
    puts("};\n\n#endif");
}

int tcexec_anchors(const char *file)
{
    tcx_posix_anchors anchors;
    void *memory;
    int code = tcexec_anchors_load(file, &anchors, &memory);

    if (code == 0) {
        if (anchors.skipped > 0)
            tcexec_say("%s: %zu certificates skipped: damaged, or with a key of no use", file, anchors.skipped);
        print_header(&anchors);
        code = tcexec_flush(EXIT_DONE, EXIT_USAGE);
    }
    free(memory);
    return code;
}
