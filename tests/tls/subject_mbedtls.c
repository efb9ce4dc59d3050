/* mbedTLS as the TLS under test, and all in which the suites see a difference to BearSSL. */
#include "peer.h"

#include <mbedtls/version.h>

#include <tcx_mbedtls.h>

static const difference differences[] = {
    { "test_tls_trust.c", "for servers, but critical", TCX_OK, "mbedTLS reads extendedKeyUsage" },
    { "test_tls_trust.c", "by another than follows", TCX_E_X509_UNTRUSTED,
      "mbedTLS looks for the issuer among all the certificates" },
    { "test_tls_wire.c", "TLS 1.3", TCX_E_TLS, "mbedTLS refuses the record before it reads the hello" },
    { "test_tls_wire.c", "an extension of its own", TCX_E_DEADLINE, "mbedTLS ignores it, against RFC 5246 7.4.1.4" },
    { "test_tls_wire.c", "a record over the limit of TLS", TCX_E_DEADLINE,
      "mbedTLS waits for it: its buffer holds it" },
    { "test_tls_wire.c", "a 16 KB record, 837", TCX_E_DEADLINE, "mbedTLS waits for it: there is no such small buffer" },
    { "test_tls_wire.c", "a 16 KB record, 4 KiB", TCX_E_DEADLINE, "the same" },
    { "test_tls_wire.c", "a plain alert", TCX_E_TLS_INTEGRITY,
      "to mbedTLS, a record that is too short for its tag has a wrong tag" },
};

const subject tls_subject = {
    .has_record_buffer = 0, /* mbedTLS has two of its own, for one record in each direction */
    .composes = 0,          /* mbedTLS copies what it sends */
    .says_scsv = 1,
    .free_versions = MBEDTLS_VERSION_NUMBER < 0x03000000 ? 1 : 2, /* the handshake does not cover them */
    .joins_messages = 0, /* not in 2.28; since 3.6.3, if no header of a message is cut */
    .differences = differences,
    .difference_count = TCX_COUNT(differences),
};

static struct {
    unsigned char *bytes;
    int length;
} ders[ANCHORS + 1]; /* of the roots, and the last one once more, where it is no CA */

static mbedtls_x509_crt all, chosen; /* anchors */
static unsigned char pin[1024];
static tcx_mbedtls_config config;
static tcx_mbedtls tls;

const tcx_transport *const subject_transport = &tls.transport;

void subject_take_key(int key)
{
    (void)key;
}

static void add_anchor(mbedtls_x509_crt *list, int der)
{
    assert_int_equal(mbedtls_x509_crt_parse_der(list, ders[der].bytes, (size_t)ders[der].length), 0);
}

void subject_take_roots(void)
{
    for (int i = 0; i <= ANCHORS; i++) {
        certificate plan = *roots[i < ANCHORS ? i : ANCHORS - 1];
        X509 *root;

        plan.is_ca = i < ANCHORS;
        root = make_certificate(&plan);
        ders[i].length = i2d_X509(root, &ders[i].bytes);
        X509_free(root);
    }
    mbedtls_x509_crt_init(&all);
    for (int i = 0; i < ANCHORS; i++)
        add_anchor(&all, i);
}

void subject_trust(const int *order, size_t count, int is_ca)
{
    mbedtls_x509_crt_free(&chosen);
    mbedtls_x509_crt_init(&chosen);
    for (size_t i = 0; i < count; i++)
        add_anchor(&chosen, is_ca || i + 1 < count ? order[i] : ANCHORS);
    config.anchors = &chosen;
    config.pin = NULL;
}

void subject_reset(const tcx_transport *link, int (*entropy)(void *context, void *out, size_t length))
{
    tcx_mbedtls_wipe(&tls);
    config = (tcx_mbedtls_config){ .link = link, .anchors = &all, .entropy = entropy };
}

tcx_status subject_init(void)
{
    tcx_mbedtls_wipe(&tls);
    return tcx_mbedtls_init(&tls, &config);
}

tcx_status subject_pin(int key)
{
    unsigned char *at = pin;

    config.anchors = NULL;
    config.pin = pin;
    config.pin_length = (size_t)i2d_PUBKEY(keys[key], &at);
    assert_in_range(config.pin_length, 1, sizeof pin);
    return subject_init();
}

void subject_set_buffer(size_t size)
{
    (void)size;
}

void subject_set_session(tcx_tls_session *session)
{
    config.session = session;
}

int subject_resumed(void)
{
    return tls.resumed;
}

void subject_mark(void)
{
}

/* mbedTLS has no memory of the caller but the object. */
void subject_check_refused(const char *where, int was_drawn)
{
    const unsigned char *bytes = (const unsigned char *)&tls;
    size_t run = 0;

    (void)was_drawn;
    for (size_t i = 0; i < sizeof tls; i++) {
        run = bytes[i] == ENTROPY_BYTE ? run + 1 : 0;
        check(run < 8, "%s: entropy is left", where);
    }
}
