/* What TLS trusts: see tcexec_command.h. */
#include "tcexec_command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#define BUNDLE_MAX ((size_t)16 * 1024 * 1024) /* bytes: the largest public bundles have 0.3 MB */

/* Where systems keep their bundle: Debian, Red Hat, SUSE, Alpine and the BSDs. */
static const char *const usual_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
};

static const char *bundle_of_environment(void)
{
    const char *named = getenv("SSL_CERT_FILE");

    return named != NULL && *named != '\0' ? named : NULL;
}

static const char *system_bundle(void)
{
    size_t i;

    for (i = 0; i < sizeof usual_bundles / sizeof usual_bundles[0]; i++) {
        FILE *file = fopen(usual_bundles[i], "r");

        if (file != NULL) {
            fclose(file);
            return usual_bundles[i];
        }
    }
    return NULL;
}

/* Sets `problem`, which begins with what named the file. Returns -1. */
__attribute__((format(printf, 2, 3))) static int refuse(tcexec_trust *trust, const char *format, ...)
{
    va_list arguments;
    size_t length = 0;

    if (trust->origin != NULL)
        length = (size_t)snprintf(trust->problem, sizeof trust->problem, "%s: ", trust->origin);
    va_start(arguments, format);
    vsnprintf(trust->problem + length, sizeof trust->problem - length, format, arguments);
    va_end(arguments);
    return -1;
}

static int read_bundle(tcexec_trust *trust, tcx_text *pem)
{
    const char *problem = tcexec_read_file(trust->file, BUNDLE_MAX, pem);

    return problem == NULL ? 0 : refuse(trust, "%s: %s", trust->file, problem);
}

static const char *fault_text(tcx_posix_fault fault)
{
    switch (fault) {
    case TCX_POSIX_FAULT_BEGIN:
        return "its BEGIN line is not exactly -----BEGIN CERTIFICATE-----: correct it";
    case TCX_POSIX_FAULT_NO_BEGIN:
        return "an END line without its BEGIN line: copy the whole certificate";
    case TCX_POSIX_FAULT_END:
        return "its END line is missing or is not exactly -----END CERTIFICATE-----: copy the whole certificate";
    case TCX_POSIX_FAULT_TRUSTED:
        return "a TRUSTED CERTIFICATE block is not supported: convert it with openssl x509 -in FILE -out ROOT.pem";
    case TCX_POSIX_FAULT_PKCS7:
        return "a PKCS7 block is not supported: convert it with openssl pkcs7 -in FILE -print_certs -out ROOTS.pem";
    case TCX_POSIX_FAULT_PUBLIC_KEY:
        return "a PUBLIC KEY block is not supported: give a file that begins with the server's certificate";
    case TCX_POSIX_FAULT_NOT_TEXT:
        return "it is not text: convert DER with openssl x509 -inform DER -in FILE -out ROOT.pem, "
               "and save UTF-16 as UTF-8";
    case TCX_POSIX_FAULT_KEY:
        return "its key is not RSA of 2048 to 4096 bits, P-256 or P-384";
    default:
        return "it is damaged: copy it again";
    }
}

void tcexec_skipped_text(const tcexec_trust *trust, char *text, size_t size)
{
    const tcx_posix_anchors *anchors = &trust->anchors;

    snprintf(text, size, "%zu certificate%s skipped; %s line %zu: %s", anchors->skipped,
             anchors->skipped == 1 ? "" : "s", anchors->skipped == 1 ? "in" : "the first is in", anchors->fault_line,
             fault_text(anchors->fault));
}

int tcexec_no_ca_text(const tcexec_trust *trust, char *text, size_t size)
{
    size_t count = 0;
    size_t i;

    for (i = 0; i < trust->anchors.count; i++)
        count += !(trust->anchors.anchors[i].flags & BR_X509_TA_CA);
    if (count == 1)
        snprintf(text, size, "1 is not a CA: it is trusted only as the server's own certificate");
    else
        snprintf(text, size, "%zu are not CAs: each is trusted only as the server's own certificate", count);
    return count > 0;
}

/* An error in the file of roots comes first, because the server may be the right one. */
void tcexec_untrusted_advice(const tcexec_trust *trust, char *text, size_t size)
{
    char words[TCEXEC_PROBLEM_MAX];

    if (trust->anchors.skipped > 0) {
        tcexec_skipped_text(trust, words, sizeof words);
        snprintf(text, size, "if the server's root is in %s, correct the file: %s", trust->file, words);
    } else if (tcexec_no_ca_text(trust, words, sizeof words)) {
        snprintf(text, size,
                 "give the root that signed the server's certificate with --ca FILE.pem. Of the certificates in %s, %s",
                 trust->file, words);
    } else {
        snprintf(text, size,
                 "if you expect this server, add its root with --ca FILE.pem. Otherwise this may be an impostor");
    }
}

static int decode_bundle(tcx_text pem, tcexec_trust *trust)
{
    const size_t ample = pem.length + sizeof(br_x509_trust_anchor); /* an anchor is smaller than its certificate */
    tcx_status status;

    trust->memory = malloc(ample);
    if (trust->memory == NULL)
        return refuse(trust, "%s: %s", trust->file, strerror(errno));
    status = tcx_posix_anchors_read(pem, trust->memory, ample, &trust->anchors);
    if (status == TCX_OK)
        return 0;
    if (trust->anchors.skipped > 0)
        return refuse(trust, "%s: none of its certificates can be used; the first is in line %zu: %s", trust->file,
                      trust->anchors.fault_line, fault_text(trust->anchors.fault));
    return refuse(trust, "%s: no certificate in it (PEM: -----BEGIN CERTIFICATE-----)", trust->file);
}

int tcexec_trust_read(const char *origin, const char *file, tcexec_trust *trust)
{
    tcx_text pem;
    int result;

    memset(trust, 0, sizeof *trust);
    trust->file = file ? file : bundle_of_environment();
    if (trust->file != NULL)
        trust->origin = file ? origin : "SSL_CERT_FILE";
    if (trust->file == NULL)
        trust->file = system_bundle();
    if (trust->file == NULL)
        return refuse(
            trust, "no root certificates found on this system: give a PEM file with --ca, or set SSL_CERT_FILE to one");
    if (read_bundle(trust, &pem) != 0)
        return -1;
    result = decode_bundle(pem, trust);
    free((void *)pem.bytes);
    return result;
}

static int load_chain(const char *file, tcexec_trust *trust)
{
    tcx_status status;

    if (tcexec_trust_read("--ca", file, trust) != 0)
        return -1;
    status = tcx_tls_chain_init(&trust->chain, trust->anchors.anchors, trust->anchors.count);
    trust->use = &trust->chain.trust;
    return status == TCX_OK ? 0 : refuse(trust, "%s", tcx_status_text(status));
}

static int load_pin(tcexec_trust *trust)
{
    tcx_text pem;
    tcx_status status;

    if (read_bundle(trust, &pem) != 0)
        return -1;
    status = tcx_posix_key_read(pem, &trust->key);
    if (status == TCX_OK)
        status = tcx_tls_pin_init(&trust->pin, &trust->key.key);
    free((void *)pem.bytes);
    trust->use = &trust->pin.trust;
    if (status == TCX_OK)
        return 0;
    if (trust->key.fault == TCX_POSIX_FAULT_NONE)
        return refuse(trust, "%s: no certificate in it (PEM: -----BEGIN CERTIFICATE-----)", trust->file);
    return refuse(trust, "%s: its first certificate, in line %zu, cannot be pinned: %s", trust->file,
                  trust->key.fault_line, fault_text(trust->key.fault));
}

int tcexec_trust_load(const tcexec_options *options, tcexec_trust *trust)
{
    const int is_preview = options->dry_run || options->curl;

    memset(trust, 0, sizeof *trust);
    if (options->plaintext)
        return 0;
    if (options->pin != NULL) {
        trust->file = options->pin;
        trust->origin = "--pin";
        return load_pin(trust);
    }
    return options->ca == NULL && is_preview ? 0 : load_chain(options->ca, trust);
}
