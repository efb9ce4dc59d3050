/*
 * units:  tcx_client tcx_client_trust tcx_client_chain tcx_client_pin
 * bounds: a port with each function or without; any clock, offset, entropy and status; a set-up with each object or
 *   without; up to 3 uses of the client in any order; replaced: the call, the signer, TLS
 * eva:    -eva-slevel 200 -eva-split-return full
 */
#include "any.h"

#include "tcx_call.h"
#include "tcx_client.h"

static tcx_client client;
static tcx_client_chain chain;
static tcx_client_pin pin;
static tcx_tls tls;
static tcx_connection connection;
static tcx_retry retry;
static unsigned char answer[4], records[4];
static br_x509_trust_anchor anchor;
static br_x509_pkey key;
static tcx_credentials credentials;
static tcx_request request;

static tcx_status any_mistake(void)
{
    return (tcx_status)any(INT32_MIN, -1);
}

/* In place of the call: it ends as it likes. */

static tcx_status call_goes_on(tcx_call *call, tcx_status status)
{
    call->state = status == TCX_PENDING ? CALL_RECEIVING : CALL_ENDED;
    call->status = status;
    return status;
}

tcx_status tcx_call_begin(tcx_call *call, const tcx_call_config *config, const tcx_request *wanted, uint32_t now)
{
    //@ assert call->state == CALL_ENDED;
    //@ assert config->transport != \null && config->signer != \null;
    (void)wanted;
    (void)now;
    if (either(0, 1))
        return call_goes_on(call, any_mistake());
    (void)call_goes_on(call, TCX_PENDING);
    return TCX_OK;
}

tcx_status tcx_call_step(tcx_call *call, uint32_t now)
{
    //@ assert call->state != CALL_ENDED;
    (void)now;
    return call_goes_on(call, (tcx_status)any(INT32_MIN, TCX_PENDING));
}

void tcx_call_cancel(tcx_call *call)
{
    if (call->state != CALL_ENDED)
        (void)call_goes_on(call, TCX_E_CANCELLED);
}

tcx_status tcx_execute(tcx_call *call, const tcx_call_config *config, const tcx_request *wanted, const tcx_port *port)
{
    //@ assert call->state == CALL_ENDED;
    //@ assert config->transport != \null && config->signer != \null;
    //@ assert port->tick != \null && port->wait != \null;
    (void)wanted;
    return call_goes_on(call, (tcx_status)any(INT32_MIN, 0));
}

/* In place of the signer, TLS and the wiping. */

void tcx_wipe(void *memory, size_t length)
{
    //@ assert \valid((char *)memory + (0 .. length - 1));
    memset(memory, 0, length);
}

tcx_status tcx_signer_init(tcx_signer *signer, const tcx_credentials *given, const tcx_scheme *scheme)
{
    (void)signer;
    (void)given;
    (void)scheme;
    return either(0, 1) ? TCX_OK : any_mistake();
}

void tcx_signer_wipe(tcx_signer *signer)
{
    tcx_wipe(signer, sizeof *signer);
}

static void set_up_tls(br_ssl_client_context *context, br_x509_minimal_context *validator)
{
    (void)context;
    (void)validator;
}

const tcx_tls_profile tcx_tls_profile_full = { set_up_tls, NULL };

tcx_status tcx_tls_chain_init(tcx_tls_chain *trust, const br_x509_trust_anchor *anchors, size_t anchor_count)
{
    //@ assert \valid(trust);
    (void)anchors;
    (void)anchor_count;
    return either(0, 1) ? TCX_OK : any_mistake();
}

tcx_status tcx_tls_pin_init(tcx_tls_pin *trust, const br_x509_pkey *pinned)
{
    //@ assert \valid(trust);
    (void)pinned;
    return either(0, 1) ? TCX_OK : any_mistake();
}

static void close_link(void *context)
{
    (void)context;
}

tcx_status tcx_tls_init(tcx_tls *secured, const tcx_tls_config *config)
{
    //@ assert \valid(secured);
    //@ assert \initialized(config);
    secured->transport.context = secured;
    secured->transport.close = close_link;
    return either(0, 1) ? TCX_OK : any_mistake();
}

/* The platform. */

static uint32_t tick(void *context)
{
    (void)context;
    return any_uint32();
}

static void wait(void *context, unsigned wants, uint32_t time_left)
{
    (void)context;
    (void)wants;
    (void)time_left;
}

static int64_t unix_time(void *context)
{
    (void)context;
    return any_int64();
}

static int entropy(void *context, void *out, size_t length)
{
    (void)context;
    Frama_C_make_unknown(out, length);
    return any(INT32_MIN, INT32_MAX);
}

static void set_up(const tcx_port *port)
{
    tcx_client_init(&client, port, either(0, 1) ? answer : NULL, sizeof answer);
    if (either(0, 1))
        tcx_client_credentials(&client, &credentials);
    switch (each(0, 4)) {
    case 0:
        tcx_client_trust_link(&client);
        break;
    case 1:
        tcx_client_trust_chain(&client, either(0, 1) ? &chain : NULL, &tcx_tls_profile_full, &anchor, 1, records,
                               sizeof records);
        break;
    case 2:
        tcx_client_trust_pin(&client, either(0, 1) ? &pin : NULL, &tcx_tls_profile_full, &key, records, sizeof records);
        break;
    case 3:
        tcx_client_trust(&client, either(0, 1) ? &tls : NULL, &tcx_tls_profile_full, &pin.pin.trust, records,
                         sizeof records);
        break;
    default:
        break;
    }
    client.clock_offset = any_int64();
    client.config.retry = either(0, 1) ? &retry : NULL;
    client.config.connection = either(0, 1) ? &connection : NULL;
    connection.open = (uint8_t)any(0, 1);
}

int main(void)
{
    static const tcx_transport link = { .close = close_link };
    const tcx_port port = { either(0, 1) ? &link : NULL,  NULL,
                            either(0, 1) ? tick : NULL,      either(0, 1) ? wait : NULL,
                            either(0, 1) ? unix_time : NULL, either(0, 1) ? entropy : NULL };
    tcx_client *any_client = either(0, 1) ? &client : NULL;

    if (either(0, 1))
        set_up(either(0, 1) ? &port : NULL);
    for (int uses = 0; uses < 3; uses++) {
        switch (each(0, 3)) {
        case 0:
            (void)tcx_client_execute(any_client, &request);
            break;
        case 1:
            (void)tcx_client_begin(any_client, &request);
            break;
        case 2:
            (void)tcx_client_step(any_client);
            break;
        default:
            tcx_client_wipe(&client);
            break;
        }
    }
    return 0;
}
