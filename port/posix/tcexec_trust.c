/* Whom TLS believes: see tcexec_command.h. */
#include "tcexec_command.h"

#include <errno.h>
#include <stdlib.h>

#define BUNDLE_MAX (16u * 1024u * 1024u) /* bytes: the largest public bundles have 0.3 MB */

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

static int read_bundle(const char *file, tcx_text *pem)
{
    if (tcexec_read_file(file, BUNDLE_MAX, pem) == 0)
        return 0;
    return tcexec_say("%s: %s", file, strerror(errno));
}

static int decode_bundle(tcx_text pem, const char *file, tcx_posix_anchors *anchors, void **memory)
{
    const size_t ample = pem.length + sizeof(br_x509_trust_anchor); /* an anchor is smaller than its certificate */
    tcx_status status;

    *memory = malloc(ample);
    if (*memory == NULL)
        return tcexec_say("%s: %s", file, strerror(errno));
    status = tcx_posix_anchors_read(pem, *memory, ample, anchors);
    if (status == TCX_OK)
        return 0;
    if (anchors->skipped > 0)
        return tcexec_say("%s: all its certificates are damaged, or their keys are not " KEYS_OF_USE, file);
    return tcexec_say("%s: no certificate in it (PEM: -----BEGIN CERTIFICATE-----)", file);
}

int tcexec_anchors_load(const char *file, tcx_posix_anchors *anchors, void **memory)
{
    tcx_text pem;
    int code = read_bundle(file, &pem);

    *memory = NULL;
    if (code != 0)
        return code;
    code = decode_bundle(pem, file, anchors, memory);
    free((void *)pem.bytes);
    return code;
}

static int load_chain(tcexec_trust *trust)
{
    int code = tcexec_anchors_load(trust->file, &trust->anchors, &trust->memory);
    tcx_status status;

    if (code != 0)
        return code;
    status = tcx_tls_chain_init(&trust->chain, trust->anchors.anchors, trust->anchors.count);
    trust->use = &trust->chain.trust;
    return status == TCX_OK ? 0 : tcexec_refused(status, 0);
}

static int load_pin(tcexec_trust *trust)
{
    tcx_text pem;
    int code = read_bundle(trust->file, &pem);
    tcx_status status;

    if (code != 0)
        return code;
    status = tcx_posix_key_read(pem, &trust->key);
    if (status == TCX_OK)
        status = tcx_tls_pin_init(&trust->pin, &trust->key.key);
    free((void *)pem.bytes);
    trust->use = &trust->pin.trust;
    if (status == TCX_OK)
        return 0;
    return tcexec_say("%s: no first certificate, or it is damaged, or its key is not " KEYS_OF_USE, trust->file);
}

int tcexec_trust_load(const tcexec_options *options, tcexec_trust *trust)
{
    const int is_preview = options->dry_run || options->curl;

    memset(trust, 0, sizeof *trust);
    if (options->plaintext)
        return 0;
    if (options->pin != NULL) {
        trust->file = options->pin;
        return load_pin(trust);
    }
    if (options->ca == NULL && is_preview)
        return 0;
    trust->file = options->ca ? options->ca : system_bundle();
    if (trust->file == NULL)
        return tcexec_say("--ca: no bundle of root certificates found on this system: give one");
    return load_chain(trust);
}
