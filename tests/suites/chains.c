/* Validates certificate chains with tcx_tls_chain and &tcx_tls_profile_full, as TLS does. The error is BearSSL's. */
#include "chains.h"
#include "tcx_posix.h"

#include <tcexec/tls.h>

static void send_certificate(const br_x509_class **validator, tcx_text der, size_t piece)
{
    (*validator)->start_cert(validator, (uint32_t)der.length);
    for (size_t at = 0; at < der.length; at += frame_least(piece, der.length - at))
        (*validator)->append(validator, (const unsigned char *)der.bytes + at, frame_least(piece, der.length - at));
    (*validator)->end_cert(validator);
}

/* What the handshake asks of a chain. */
static int validate_with(const chain *chain, const tcx_posix_anchors *anchors, size_t piece)
{
    static br_ssl_client_context client;
    static tcx_tls_chain trust;
    const br_x509_class **validator;
    unsigned usages = 0, error;

    if (tcx_tls_chain_init(&trust, anchors->anchors, anchors->count) != TCX_OK)
        return NO_ANCHOR;
    br_ssl_client_zero(&client);
    validator = trust.trust.start(&trust.trust, &tcx_tls_profile_full, &client, chain->time);
    (*validator)->start_chain(validator, chain->host.bytes);
    for (size_t i = 0; i < chain->count; i++)
        send_certificate(validator, chain->certificates[i], piece);
    error = (*validator)->end_chain(validator);
    if (error != 0)
        return (int)error;
    return (*validator)->get_pkey(validator, &usages) != NULL && (usages & BR_KEYTYPE_SIGN) ? 0 : NOT_FOR_SIGNING;
}

static int validate(const chain *chain, size_t piece)
{
    tcx_posix_anchors anchors;
    char *memory;
    int error;

    if (tcx_posix_anchors_read(chain->pem, NULL, 0, &anchors) != TCX_E_BUFFER)
        return NO_ANCHOR;
    memory = frame_memory(anchors.size);
    if (tcx_posix_anchors_read(chain->pem, memory, anchors.size, &anchors) != TCX_OK)
        frame_fail("the anchors do not fit their own size");
    error = validate_with(chain, &anchors, piece);
    free(memory);
    return error;
}

int main(void)
{
    return chains_run(validate);
}
