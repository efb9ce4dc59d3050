/*
 * Validates certificate chains with tcx_tls_chain and tcx_tls_profile_full, as TLS does.
 *
 * In: the time, the host with a zero byte, the anchors in PEM, the number of certificates, and each of them in DER.
 * Out: `accept`, or `refuse` and BearSSL's error; `split` if pieces give another result than the whole.
 */
#include "frame.h"
#include "tcx_posix.h"

#include <tcexec/tls.h>

enum { CERTIFICATES_MAX = 128, NOT_FOR_SIGNING = -1, NO_ANCHOR = -2 };

typedef struct test_case {
    int64_t time;
    tcx_text host;
    tcx_text pem;
    size_t count;
    tcx_text certificates[CERTIFICATES_MAX];
} test_case;

static void send_certificate(const br_x509_class **validator, tcx_text der, size_t piece)
{
    (*validator)->start_cert(validator, (uint32_t)der.length);
    for (size_t at = 0; at < der.length; at += frame_least(piece, der.length - at))
        (*validator)->append(validator, (const unsigned char *)der.bytes + at, frame_least(piece, der.length - at));
    (*validator)->end_cert(validator);
}

/* What the handshake asks of a chain. Returns 0, BearSSL's error, or one of ours. */
static int validate(const test_case *chain, const tcx_posix_anchors *anchors, size_t piece)
{
    static br_ssl_client_context client;
    static tcx_tls_chain trust;
    const br_x509_class **validator;
    unsigned usages = 0, error;

    if (tcx_tls_chain_init(&trust, anchors->anchors, anchors->count) != TCX_OK)
        return NO_ANCHOR;
    br_ssl_client_zero(&client);
    validator = trust.trust.start(&trust.trust, tcx_tls_profile_full, &client, chain->time);
    (*validator)->start_chain(validator, chain->host.bytes);
    for (size_t i = 0; i < chain->count; i++)
        send_certificate(validator, chain->certificates[i], piece);
    error = (*validator)->end_chain(validator);
    if (error != 0)
        return (int)error;
    return (*validator)->get_pkey(validator, &usages) != NULL && (usages & BR_KEYTYPE_SIGN) ? 0 : NOT_FOR_SIGNING;
}

static int validate_all(const test_case *chain, int *is_split)
{
    tcx_posix_anchors anchors;
    char *memory = NULL;
    int error = NO_ANCHOR;

    *is_split = 0;
    if (tcx_posix_anchors_read(chain->pem, NULL, 0, &anchors) == TCX_E_BUFFER) {
        memory = frame_memory(anchors.size);
        if (tcx_posix_anchors_read(chain->pem, memory, anchors.size, &anchors) != TCX_OK)
            frame_fail("the anchors do not fit their own size");
        error = validate(chain, &anchors, frame_pieces[0]);
        for (size_t i = 1; i < FRAME_PIECES; i++)
            *is_split |= validate(chain, &anchors, frame_pieces[i]) != error;
    }
    free(memory);
    return error;
}

int main(void)
{
    while (frame_next()) {
        test_case chain;
        int error, is_split;

        chain.time = (int64_t)frame_number();
        chain.host = frame_text();
        chain.pem = frame_text();
        chain.count = frame_number();
        if (chain.count > CERTIFICATES_MAX)
            frame_fail("CERTIFICATES_MAX is too small");
        for (size_t i = 0; i < chain.count; i++)
            chain.certificates[i] = frame_text();
        error = validate_all(&chain, &is_split);
        printf("%s %d\n", is_split ? "split" : error == 0 ? "accept" : "refuse", error);
        for (size_t i = 0; i < chain.count; i++)
            frame_free(chain.certificates[i]);
        frame_free(chain.pem);
        frame_free(chain.host);
    }
    return 0;
}
