#include "tcx_client.h"

void tcx_client_trust_chain(tcx_client *client, tcx_client_chain *chain, const tcx_tls_profile *profile,
                            const br_x509_trust_anchor *anchors, size_t anchor_count, void *records, size_t size)
{
    if (chain == NULL) {
        tcx_client_keep(client, TCX_E_NULL);
        return;
    }
    tcx_client_keep(client, tcx_tls_chain_init(&chain->chain, anchors, anchor_count));
    tcx_client_trust(client, &chain->tls, profile, &chain->chain.trust, records, size);
}
