#include "tcx_client.h"

#include "tcx_call.h"

void tcx_client_keep(tcx_client *client, tcx_status status)
{
    if (client->error == TCX_OK)
        client->error = status;
}

void tcx_client_init(tcx_client *client, const tcx_port *port, void *answer, size_t size)
{
    memset(client, 0, sizeof *client);
    client->port = port;
    client->config.signer = &client->signer;
    client->config.buffer = answer;
    client->config.buffer_size = size;
    if (port == NULL || port->link == NULL || port->tick == NULL || port->unix_time == NULL)
        client->error = TCX_E_NULL;
}

void tcx_client_credentials(tcx_client *client, const tcx_credentials *credentials)
{
    tcx_client_keep(client, tcx_signer_init(&client->signer, credentials, TCX_SIGN_TC3));
}

void tcx_client_trust_link(tcx_client *client)
{
    if (client->error == TCX_OK)
        client->config.transport = client->port->link;
}

/* Ends a call before it begins. */
static tcx_status client_refuse(tcx_client *client, tcx_status status)
{
    memset(&client->call, 0, sizeof client->call);
    client->call.status = status;
    return status;
}

static int client_draw_jitter(tcx_client *client)
{
    const tcx_port *port = client->port;
    uint32_t *jitter = &client->config.jitter;

    return client->config.retry == NULL || port->entropy == NULL ||
           port->entropy(port->context, jitter, sizeof *jitter) == (int)sizeof *jitter;
}

/* Completes the configuration of the next call. */
static tcx_status client_configure(tcx_client *client)
{
    const tcx_port *port = client->port;

    if (port == NULL)
        return TCX_E_NULL;
    if (client->error != TCX_OK)
        return client->error;
    if (client->config.transport == NULL)
        return TCX_E_TLS_TRUST;
    if (!client_draw_jitter(client))
        return TCX_E_TLS_ENTROPY;
    /* unsigned, so that a clock that returns nonsense cannot overflow: the call refuses such a time */
    client->config.unix_time = (int64_t)((uint64_t)port->unix_time(port->context) + (uint64_t)client->clock_offset);
    return TCX_OK;
}

/* Prepares the next call, or ends it before it begins. */
static tcx_status client_prepare(tcx_client *client)
{
    tcx_status status;

    if (client == NULL)
        return TCX_E_NULL;
    if (client->call.state != CALL_ENDED)
        return TCX_E_BUSY;
    status = client_configure(client);
    if (status != TCX_OK)
        status = client_refuse(client, status);
    return status;
}

tcx_status tcx_client_begin(tcx_client *client, const tcx_request *request)
{
    tcx_status status = client_prepare(client);

    if (status != TCX_OK)
        return status;
    status = tcx_call_begin(&client->call, &client->config, request, client->port->tick(client->port->context));
    return status == TCX_OK ? TCX_PENDING : status;
}

tcx_status tcx_client_step(tcx_client *client)
{
    if (client == NULL)
        return TCX_E_NULL;
    if (client->call.state == CALL_ENDED)
        return client->call.status;
    return tcx_call_step(&client->call, client->port->tick(client->port->context));
}

tcx_status tcx_client_execute(tcx_client *client, const tcx_request *request)
{
    tcx_status status = client_prepare(client);

    if (status != TCX_OK)
        return status;
    if (client->port->wait == NULL)
        return client_refuse(client, TCX_E_NULL);
    return tcx_execute(&client->call, &client->config, request, client->port);
}

void tcx_client_wipe(tcx_client *client)
{
    const tcx_transport *transport = client->config.transport;
    tcx_connection *connection = client->config.connection;

    tcx_call_cancel(&client->call);
    if (connection != NULL && connection->open && transport != NULL) { /* tcx_connection_close() links its whole file */
        transport->close(transport->context);
        connection->open = 0;
    }
    tcx_signer_wipe(&client->signer);
    if (client->secured != NULL) /* tcx_tls_wipe() links TLS */
        tcx_wipe(client->secured, sizeof *client->secured);
}
