/* TCP by lwIP. See tcx_lwip.h for how to use it, and tcexec/transport.h for the contract. */
#include "tcx_lwip.h"

#include <lwip/def.h>
#include <lwip/dns.h>

enum { IDLE, LOOKING_UP, FOUND, CONNECTING, CONNECTED, UP };

#if LWIP_DNS
#define ADDRESS_SIZE DNS_MAX_NAME_LENGTH /* including the zero byte */
#else
#define ADDRESS_SIZE IPADDR_STRLEN_MAX
#endif

/* ---- callbacks of lwIP ---- */

static err_t on_connected(void *context, struct tcp_pcb *pcb, err_t error)
{
    tcx_lwip *link = context;

    (void)pcb;
    (void)error; /* always ERR_OK: lwIP reports a failed dial to on_error() */
    link->state = CONNECTED;
    return ERR_OK;
}

/* Takes ownership of the pbufs. NULL: the peer closed the link. */
static err_t on_received(void *context, struct tcp_pcb *pcb, struct pbuf *bytes, err_t error)
{
    tcx_lwip *link = context;

    (void)pcb;
    (void)error;
    if (bytes == NULL)
        link->ended = 1;
    else if (link->received == NULL)
        link->received = bytes;
    else if (bytes->tot_len > 0xFFFF - link->received->tot_len)
        return ERR_MEM; /* a scaled window can exceed the longest pbuf chain: lwIP keeps these and offers them again */
    else
        pbuf_cat(link->received, bytes);
    return ERR_OK;
}

/* lwIP has freed the pcb. */
static void on_error(void *context, err_t error)
{
    tcx_lwip *link = context;

    link->pcb = NULL;
    link->error = error;
}

#if LWIP_DNS
/* This may answer a look-up of an earlier link. It is accepted if the name is the same. */
static void on_found(const char *name, const ip_addr_t *address, void *context)
{
    tcx_lwip *link = context;

    if (link->state != LOOKING_UP || lwip_strnicmp(name, link->name.bytes, link->name.length) != 0 ||
        name[link->name.length] != '\0')
        return;
    if (address == NULL) {
        link->error = ERR_VAL;
        return;
    }
    link->address = *address;
    link->state = FOUND;
}
#endif

/* ---- functions of the transport ---- */

static int dial(tcx_lwip *link, u16_t port)
{
    err_t error;

    link->state = CONNECTING; /* the address is known: a failure from here on is not the look-up's */
    link->pcb = tcp_new_ip_type(IP_GET_TYPE(&link->address));
    if (link->pcb == NULL)
        return ERR_MEM;
    tcp_arg(link->pcb, link);
    tcp_recv(link->pcb, on_received);
    tcp_err(link->pcb, on_error);
    tcp_nagle_disable(link->pcb); /* each request waits for its answer, so Nagle's algorithm could only delay it */
    error = tcp_connect(link->pcb, &link->address, port, on_connected);
    return error == ERR_OK ? TCX_WANT_WRITE : error;
}

/* Returns ERR_OK if the address is known, ERR_INPROGRESS if lwIP will call on_found(). */
static err_t look_up(tcx_lwip *link, tcx_text address)
{
    char text[ADDRESS_SIZE];

    link->state = LOOKING_UP;
    link->error = ERR_OK;
    link->name = address;
    if (address.length >= sizeof text || memchr(address.bytes, '\0', address.length) != NULL)
        return ERR_VAL;
    memcpy(text, address.bytes, address.length);
    text[address.length] = '\0';
#if LWIP_DNS
    return dns_gethostbyname(text, &link->address, on_found, link);
#else
    return ipaddr_aton(text, &link->address) ? ERR_OK : ERR_VAL;
#endif
}

static int lwip_open(void *context, const tcx_peer *peer)
{
    tcx_lwip *link = context;
    err_t error;

    switch (link->state) {
    case IDLE:
        error = look_up(link, peer->address);
        if (error == ERR_OK)
            return dial(link, peer->port);
        return error == ERR_INPROGRESS ? TCX_WANT_READ : error;
    case LOOKING_UP:
        return link->error == ERR_OK ? TCX_WANT_READ : link->error;
    case FOUND:
        return dial(link, peer->port);
    case CONNECTING:
        return link->error == ERR_OK ? TCX_WANT_WRITE : link->error;
    case CONNECTED:
        link->state = UP;
        return 1;
    default:
        return 0; /* the link belongs to the call that opened it, until close */
    }
}

static int lwip_send(void *context, const void *bytes, size_t length)
{
    tcx_lwip *link = context;

    if (link->pcb == NULL)
        return link->error;
    if (length > tcp_sndbuf(link->pcb))
        length = tcp_sndbuf(link->pcb);
    for (; length > 0; length /= 2) { /* lwIP takes all of it or nothing: if its heap is too full, offer less */
        err_t error = tcp_write(link->pcb, bytes, (u16_t)length, TCP_WRITE_FLAG_COPY);

        if (error == ERR_OK)
            break;
        if (error != ERR_MEM)
            return error;
    }
    (void)tcp_output(link->pcb); /* lwIP sends later what it cannot send now */
    return length > 0 ? (int)length : TCX_WANT_WRITE;
}

static int lwip_recv(void *context, void *bytes, size_t length)
{
    tcx_lwip *link = context;
    u16_t count;

    if (link->received == NULL) {
        if (link->ended)
            return TCX_CLOSED;
        return link->pcb == NULL ? link->error : TCX_WANT_READ;
    }
    count = pbuf_copy_partial(link->received, bytes, (u16_t)length, 0);
    link->received = pbuf_free_header(link->received, count);
    if (link->pcb != NULL)
        tcp_recved(link->pcb, count);
    return count;
}

/*
 * Closes in order if all bytes have left and none had to be sent twice. Otherwise it aborts: the peer may be gone, and
 * lwIP would keep the bytes for minutes. A connection that still waits for the peer's end gets the lowest priority, so
 * lwIP drops it when a new connection needs its memory.
 */
static void hang_up(struct tcp_pcb *pcb)
{
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_err(pcb, NULL);
    tcp_setprio(pcb, TCP_PRIO_MIN);
    if (pcb->unsent != NULL || pcb->nrtx > 0 || tcp_close(pcb) != ERR_OK)
        tcp_abort(pcb);
}

static void lwip_close(void *context)
{
    tcx_lwip *link = context;

    if (link->pcb != NULL)
        hang_up(link->pcb);
    if (link->received != NULL)
        pbuf_free(link->received);
    tcx_lwip_init(link);
}

static tcx_status lwip_failure(void *context, int *detail)
{
    const tcx_lwip *link = context;

    /* A look-up that failed for lack of memory does not mean that the name is unknown. */
    return link->state == LOOKING_UP && *detail != ERR_MEM ? TCX_E_RESOLVE : TCX_OK;
}

void tcx_lwip_init(tcx_lwip *link)
{
    const tcx_transport transport = { link, lwip_open, lwip_send, lwip_recv, lwip_close, NULL, lwip_failure };

    memset(link, 0, sizeof *link);
    link->transport = transport;
}
