/*
 * units:  tcx_proxy tcx_text
 * bounds: any configuration, with an address of 0 to 2 bytes and credentials of 0 to 4, or unset; then from any state,
 *         with any number of bytes sent or read before, one open over any link that claims what it likes, to an address
 *         of 1 or 2 bytes and any port; then any one function. That what is sent is set and not empty is left to the tests
 * eva:    -eva-slevel 5000 -eva-slevel-function proxy_read_answer:0,proxy_read_byte:0,proxy_read_line_byte:0
 *         -eva-slevel-function proxy_read_status_line:0
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
    //@ assert length <= PROXY_WINDOW;
    //@ assert \valid_read((const char *)bytes + (0 .. length - 1));
    (void)bytes;
    (void)length;
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
    //@ assert proxy->state <= PROXY_OPEN;
    //@ assert proxy->place <= PROXY_LAST_LINE_FEED;
    //@ assert proxy->column <= 12;
    (void)proxy;
}

static void one_open(tcx_proxy *proxy, const tcx_peer *peer)
{
    proxy->state = (uint8_t)each(PROXY_CLOSED, PROXY_OPEN);
    proxy->place = (uint8_t)any(PROXY_STATUS_LINE, PROXY_LAST_LINE_FEED);
    proxy->column = (uint8_t)any(0, 12);
    proxy->at = (uint16_t)any(0, UINT16_MAX);
    proxy->code = (uint16_t)any(0, UINT16_MAX);
    (void)proxy_open(proxy, peer);
    see(proxy);
}

/* Any configuration, as far as it gets. */
static void one_init(void)
{
    const tcx_transport link = { NULL, either(0, 1) ? link_open : NULL, link_send, link_recv, link_close, NULL, NULL };
    const tcx_proxy_config config = { either(0, 1) ? &link : NULL, any_text(address, each(0, ADDRESS), 1),
                                      (uint16_t)any(0, UINT16_MAX), any_text(credentials, each(0, CREDENTIALS), 1) };
    tcx_proxy made;

    (void)proxy_is_target(any_text(target, each(0, TARGET), 0));
    (void)tcx_proxy_init(either(0, 1) ? &made : NULL, either(0, 1) ? &config : NULL);
}

int main(void)
{
    const tcx_transport link = { NULL, link_open, link_send, link_recv, link_close, link_compose, link_failure };
    tcx_proxy_config config = { &link, any_text(address, 1, 0), 3128, { NULL, 0 } };
    tcx_peer peer = { any_text(server, 1, 0), { NULL, 0 }, 0, any_int64(), any_int64() };
    static const int powers[] = { 1, 10, 100, 1000, 10000 };
    const size_t digits = each(1, 5);
    unsigned char bytes[2] = { 0 };
    size_t length = 0;
    int detail = 0;
    tcx_proxy proxy;

    one_init();
    memset(&proxy, 0, sizeof proxy);
    proxy.config = &config;
    config.credentials = any_text(credentials, each(0, CREDENTIALS), 0);
    if (each(0, 1))
        config.credentials.bytes = NULL;
    /* How long the request is follows from each of these. */
    peer.port = (uint16_t)any(powers[digits - 1], digits == 5 ? UINT16_MAX : powers[digits] - 1);
    target[0] = (char)(each(0, 1) ? ':' : any('0', '9'));
    target[1] = (char)any('0', '9');
    peer.address.bytes = target;
    peer.address.length = each(1, TARGET);
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
