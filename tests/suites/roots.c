/*
 * Reads certificates as the command does.
 *
 * In: a PEM text. Out: how many anchors it gives and how many it skips. If it is one certificate, its content follows:
 * whether it is a CA, the length and SHA-256 of its subject, and its key. Then the same of the anchor.
 */
#include "frame.h"
#include "tcx_posix.h"
#include "tcx_posix_certificate.h"

typedef struct subject {
    size_t length;
    unsigned char bytes[4096];
} subject;

static void take_subject(void *context, const void *bytes, size_t length)
{
    subject *to = context;

    if (length > sizeof to->bytes - to->length)
        frame_fail("a subject is too long");
    memcpy(to->bytes + to->length, bytes, length);
    to->length += length;
}

static void print_sha256(const void *bytes, size_t length)
{
    unsigned char digest[32];

    frame_sha256(bytes, length, digest);
    frame_print_hex(digest, sizeof digest);
}

static void print_key(const br_x509_pkey *key)
{
    unsigned exponent = 0;

    if (key->key_type == BR_KEYTYPE_RSA) {
        print_sha256(key->key.rsa.n, key->key.rsa.nlen);
        for (size_t i = 0; i < key->key.rsa.elen; i++)
            exponent = exponent << 8 | key->key.rsa.e[i];
        printf(":%u", exponent);
    } else if (key->key_type == BR_KEYTYPE_EC) {
        print_sha256(key->key.ec.q, key->key.ec.qlen);
        printf(":%s", key->key.ec.curve == BR_EC_secp256r1 ? "prime256v1" : "secp384r1");
    } else {
        printf("none");
    }
}

static void print_reading(int is_ca, const void *dn, size_t dn_length, const br_x509_pkey *key)
{
    printf(" %d %zu:", is_ca, dn_length);
    print_sha256(dn, dn_length);
    putchar(' ');
    print_key(key);
}

/* `pem` is one certificate: the text between its first and its last line. */
static void print_certificate(tcx_text pem)
{
    static const char first[] = "-----BEGIN CERTIFICATE-----\n", last[] = "-----END CERTIFICATE-----\n";
    const tcx_text base64 = { pem.bytes + sizeof first - 1, pem.length - (sizeof first - 1) - (sizeof last - 1) };
    subject name = { 0, "" };
    tcx_posix_certificate certificate;

    if (tcx_posix_certificate_read(base64, take_subject, &name, &certificate))
        print_reading(certificate.is_ca, name.bytes, name.length, &certificate.key);
}

int main(void)
{
    while (frame_next()) {
        const int is_one = (int)frame_number();
        const tcx_text pem = frame_text();
        tcx_posix_anchors anchors;
        tcx_status status = tcx_posix_anchors_read(pem, NULL, 0, &anchors);
        char *memory = frame_memory(anchors.size);

        if (status == TCX_E_BUFFER && tcx_posix_anchors_read(pem, memory, anchors.size, &anchors) != TCX_OK)
            frame_fail("the anchors do not fit their own size");
        printf("%zu %zu", anchors.count, anchors.skipped);
        if (is_one)
            print_certificate(pem);
        if (is_one && anchors.count == 1)
            print_reading(anchors.anchors->flags == BR_X509_TA_CA, anchors.anchors->dn.data, anchors.anchors->dn.len,
                          &anchors.anchors->pkey);
        putchar('\n');
        free(memory);
        frame_free(pem);
    }
    return 0;
}
