#include "tcx_client.h"

void tcx_client_trust_pin(tcx_client *client, tcx_client_pin *pin, const tcx_tls_profile *profile,
                          const br_x509_pkey *key, void *records, size_t size)
{
    if (pin == NULL) {
        tcx_client_keep(client, TCX_E_NULL);
        return;
    }
    tcx_client_keep(client, tcx_tls_pin_init(&pin->pin, key));
    tcx_client_trust(client, &pin->tls, profile, &pin->pin.trust, records, size);
}
