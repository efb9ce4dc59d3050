/* Whom TLS believes: see tcexec_command.h. */
#include "tcexec_command.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>

#define BUNDLE_MAX ((size_t)16 * 1024 * 1024) /* bytes: the largest public bundles have 0.3 MB */

#define KEYS_OF_USE "RSA of 2048 to 4096 bits, P-256 or P-384"

/* Where systems keep their bundle: Debian, Red Hat, SUSE, Alpine and the BSDs. */
static const char *const usual_bundles[] = {
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
};

static const char *system_bundle(void)
{
    const char *named = getenv("SSL_CERT_FILE");
    size_t i;

    if (named != NULL && *named != '\0')
        return named;
    for (i = 0; i < sizeof usual_bundles / sizeof usual_bundles[0]; i++) {
        FILE *file = fopen(usual_bundles[i], "r");

        if (file != NULL) {
            fclose(file);
            return usual_bundles[i];
        }
    }
    return NULL;
}

/* Returns -1, with `problem` set. */
__attribute__((format(printf, 2, 3))) static int refuse(tcexec_trust *trust, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(trust->problem, sizeof trust->problem, format, arguments);
    va_end(arguments);
    return -1;
}

static int read_bundle(tcexec_trust *trust, tcx_text *pem)
{
    if (tcexec_read_file(trust->file, BUNDLE_MAX, pem) == 0)
        return 0;
    return refuse(trust, "%s: %s", trust->file, strerror(errno));
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
        return refuse(trust, "%s: all its certificates are damaged, or their keys are not " KEYS_OF_USE, trust->file);
    return refuse(trust, "%s: no certificate in it (PEM: -----BEGIN CERTIFICATE-----)", trust->file);
}

int tcexec_trust_read(const char *file, tcexec_trust *trust)
{
    tcx_text pem;
    int result;

    memset(trust, 0, sizeof *trust);
    trust->file = file ? file : system_bundle();
    if (trust->file == NULL)
        return refuse(trust,
                      "no bundle of root certificates found on this system: give one with --ca, or by SSL_CERT_FILE");
    if (read_bundle(trust, &pem) != 0)
        return -1;
    result = decode_bundle(pem, trust);
    free((void *)pem.bytes);
    return result;
}

static int load_chain(const char *file, tcexec_trust *trust)
{
    tcx_status status;

    if (tcexec_trust_read(file, trust) != 0)
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
    return refuse(trust, "%s: no first certificate, or it is damaged, or its key is not " KEYS_OF_USE, trust->file);
}

int tcexec_trust_load(const tcexec_options *options, tcexec_trust *trust)
{
    const int is_preview = options->dry_run || options->curl;

    memset(trust, 0, sizeof *trust);
    if (options->plaintext)
        return 0;
    trust->file = options->pin;
    if (options->pin != NULL)
        return load_pin(trust);
    return options->ca == NULL && is_preview ? 0 : load_chain(options->ca, trust);
}
