#include "tcx_client.h"

void tcx_client_trust(tcx_client *client, tcx_tls *tls, const tcx_tls_profile *profile, tcx_tls_trust *trust,
                      void *records, size_t size)
{
    const tcx_port *port = client->port;

    if (client->error != TCX_OK)
        return;
    client->tls.link = port->link;
    client->tls.profile = profile;
    client->tls.trust = trust;
    client->tls.entropy = port->entropy;
    client->tls.entropy_context = port->context;
    client->tls.buffer = records;
    client->tls.buffer_size = size;
    tcx_client_keep(client, tls == NULL ? TCX_E_NULL : tcx_tls_init(tls, &client->tls));
    if (client->error == TCX_OK) {
        client->secured = tls;
        client->config.transport = &tls->transport;
    }
}
