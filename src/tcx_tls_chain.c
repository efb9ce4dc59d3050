#include <tcexec/tls.h>

#include "tcx_calendar.h"
#include "tcx_x509.h"

#define CHAIN_DAYS_TO_1970 719528u /* BearSSL counts days from 0000-01-01 */

static const br_x509_class **chain_start(tcx_tls_trust *trust, const tcx_tls_profile *profile,
                                         br_ssl_client_context *client, int64_t unix_time)
{
    tcx_tls_chain *chain = (tcx_tls_chain *)trust; /* its first member */
    br_x509_minimal_context *minimal = &chain->x509.minimal;
    uint32_t day = tcx_day((uint64_t)unix_time);

    memset(trust->until, 0, sizeof trust->until);
    chain->x509.vtable = &tcx_x509_vtable;
    chain->x509.until = trust->until;
    br_x509_minimal_init(minimal, &br_sha256_vtable, trust->by.anchors, trust->anchor_count);
    br_x509_minimal_set_minrsa(minimal, 2048 / 8);
    br_x509_minimal_set_time(minimal, day + CHAIN_DAYS_TO_1970,
                             (uint32_t)(unix_time - (int64_t)day * TCX_SECONDS_PER_DAY));
    profile->set_up(client, minimal);
    return &chain->x509.vtable;
}

tcx_status tcx_tls_chain_init(tcx_tls_chain *chain, const br_x509_trust_anchor *anchors, size_t anchor_count)
{
    if (chain == NULL)
        return TCX_E_NULL;
    memset(chain, 0, sizeof *chain);
    if (anchors == NULL || anchor_count == 0)
        return TCX_E_TLS_TRUST;
    chain->trust.by.anchors = anchors;
    chain->trust.anchor_count = anchor_count;
    chain->trust.start = chain_start;
    return TCX_OK;
}
