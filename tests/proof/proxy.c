/*
 * units:  tcx_proxy tcx_text
 * bounds: any proxy's address of 0 to 2 bytes and credentials of 0 to 4, or unset; any address to dial of 0 to 2 bytes,
 *         any ports; from any state one open, over any link that claims what it likes, where 0, 1 or 34 bytes of the
 *         request were sent and any number of the answer was read; then any one function
 * eva:    -eva-slevel 1000
 *   -eva-slevel-function read_answer:0,take:0,line_byte:0,status_line:0,is_target:0,are_credentials:0,is_address:0,is_v6:0
 */
#include "any.h"

#include "tcx_proxy.c"

enum { ADDRESS = 2, CREDENTIALS = 4, TARGET = 2 };

static char address[ADDRESS], credentials[CREDENTIALS], target[TARGET], server[1];

static int link_open(void *context, const tcx_peer *to)
{
    (void)context;
    reads(to->address.bytes, to->address.length);
    return any(INT32_MIN, INT32_MAX);
}

static int link_send(void *context, const void *bytes, size_t length)
{
    (void)context;
    //@ assert 1 <= length <= TCX_TRANSFER_MAX;
    reads(bytes, length);
    return any(INT32_MIN, INT32_MAX);
}

static int link_recv(void *context, void *bytes, size_t length)
{
    (void)context;
    //@ assert 1 <= length <= TCX_TRANSFER_MAX;
    Frama_C_make_unknown(bytes, length);
    return any(INT32_MIN, INT32_MAX);
}

static void link_close(void *context)
{
    (void)context;
}

static unsigned char *link_compose(void *context, size_t *length)
{
    (void)context;
    *length = 1;
    return (unsigned char *)server;
}

static tcx_status link_failure(void *context, int *detail)
{
    (void)context;
    *detail = any(INT32_MIN, INT32_MAX);
    return (tcx_status)any(TCX_E_API, TCX_OK);
}

/* Any state between two calls of open: what the fields hold then is asserted at the end of each. */
static void see(const tcx_proxy *proxy)
{
    //@ assert proxy->state <= OPEN;
    //@ assert proxy->place <= LAST_LINE_FEED;
    //@ assert proxy->column <= 12;
    //@ assert proxy->at <= TCX_PROXY_ANSWER_MAX;
    (void)proxy;
}

static void one_open(tcx_proxy *proxy, const tcx_peer *peer)
{
    static const uint16_t sent[] = { 0, 1, 34 };

    proxy->state = (uint8_t)each(CLOSED, OPEN);
    proxy->place = (uint8_t)any(STATUS_LINE, LAST_LINE_FEED);
    proxy->column = (uint8_t)any(0, 12);
    proxy->at = proxy->state == ASKING ? sent[each(0, COUNT(sent) - 1)] : (uint16_t)any(0, TCX_PROXY_ANSWER_MAX);
    proxy->code = (uint16_t)any(0, UINT16_MAX);
    (void)proxy_open(proxy, peer);
    see(proxy);
}

int main(void)
{
    const tcx_transport whole = { NULL, link_open, link_send, link_recv, link_close, link_compose, link_failure };
    const tcx_transport part = { NULL, either(0, 1) ? link_open : NULL, link_send, link_recv, link_close, NULL, NULL };
    tcx_proxy_config config = { &part, any_text(address, each(0, ADDRESS), 1), (uint16_t)any(0, UINT16_MAX),
                                any_text(credentials, each(0, CREDENTIALS), 1) };
    const tcx_peer peer = { any_text(server, 1, 0), any_text(target, each(0, TARGET), 0), (uint16_t)any(1, UINT16_MAX),
                            any_int64(), any_int64() };
    unsigned char bytes[2] = { 0 };
    size_t length = 0;
    int detail = 0;
    tcx_proxy proxy;

    (void)tcx_proxy_init(&proxy, either(0, 1) ? &config : NULL);
    /* What it would not have taken may be in it, too: no function relies on it. */
    config.link = &whole;
    proxy.config = &config;
    proxy.status = (tcx_status)any(TCX_E_API, TCX_OK);
    one_open(&proxy, &peer);
    switch (each(0, 4)) {
    case 0:
        (void)proxy_send(&proxy, bytes, sizeof bytes);
        break;
    case 1:
        (void)proxy_recv(&proxy, bytes, sizeof bytes);
        break;
    case 2:
        (void)proxy_compose(&proxy, &length);
        break;
    case 3:
        (void)proxy_failure(&proxy, &detail);
        break;
    default:
        proxy_close(&proxy);
        break;
    }
    return 0;
}
