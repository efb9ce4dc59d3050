#include "tcx_freertos.h"

#include <FreeRTOS_IP.h>
#include <FreeRTOS_TCP_IP.h> /* the states */
#include <task.h>

/* The IPv4 address in a struct freertos_sockaddr. Version 4 of FreeRTOS+TCP has room for IPv6 there. */
#if ipFR_TCP_VERSION_MAJOR >= 4
#define IPV4_OF(address) ((address).sin_address.ulIP_IPv4)
#else
#define IPV4_OF(address) ((address).sin_addr)
#endif

enum { ADDRESS_SIZE = sizeof "255.255.255.255" };

/*
 * With both timeouts 0, no call on this socket blocks. FreeRTOS_connect() then begins the connection and returns
 * -pdFREERTOS_ERRNO_EWOULDBLOCK. The socket's state shows when the connection is up.
 */
static int start(tcx_freertos *link, const tcx_peer *peer)
{
    static const TickType_t at_once = 0;
    struct freertos_sockaddr to;
    char text[ADDRESS_SIZE];
    BaseType_t result;

    if (peer->address.length >= sizeof text || memchr(peer->address.bytes, '\0', peer->address.length) != NULL)
        return TCX_FREERTOS_NO_NUMBER;
    memcpy(text, peer->address.bytes, peer->address.length);
    text[peer->address.length] = '\0';
    memset(&to, 0, sizeof to);
    to.sin_family = FREERTOS_AF_INET;
    to.sin_port = FreeRTOS_htons(peer->port);
    IPV4_OF(to) = FreeRTOS_inet_addr(text);
    if (IPV4_OF(to) == 0)
        return TCX_FREERTOS_NO_NUMBER;
    link->socket = FreeRTOS_socket(FREERTOS_AF_INET, FREERTOS_SOCK_STREAM, FREERTOS_IPPROTO_TCP);
    if (link->socket == FREERTOS_INVALID_SOCKET)
        return TCX_FREERTOS_NO_SOCKET;
    (void)FreeRTOS_setsockopt(link->socket, 0, FREERTOS_SO_RCVTIMEO, &at_once, sizeof at_once);
    (void)FreeRTOS_setsockopt(link->socket, 0, FREERTOS_SO_SNDTIMEO, &at_once, sizeof at_once);
    result = FreeRTOS_connect(link->socket, &to, sizeof to);
    if (result < 0 && result != -pdFREERTOS_ERRNO_EWOULDBLOCK)
        return (int)result;
    return TCX_WANT_WRITE;
}

static int freertos_open(void *context, const tcx_peer *peer)
{
    tcx_freertos *link = context;

    if (link->is_up)
        return 0; /* the link belongs to the call that opened it, until close */
    if (link->socket == FREERTOS_INVALID_SOCKET)
        return start(link, peer);
    if (FreeRTOS_issocketconnected(link->socket) == pdTRUE) {
        link->is_up = 1;
        return 1;
    }
    /* If the dial is refused, or not answered after a few tries, the state changes to one of the closed ones. */
    return FreeRTOS_connstatus(link->socket) == eCONNECT_SYN ? TCX_WANT_WRITE : TCX_FREERTOS_NOT_CONNECTED;
}

/* If there is no room, FreeRTOS_send() returns -pdFREERTOS_ERRNO_ENOSPC, or 0 in some versions. */
static int freertos_send(void *context, const void *bytes, size_t length)
{
    tcx_freertos *link = context;
    BaseType_t sent = FreeRTOS_send(link->socket, bytes, length, 0);

    if (sent == 0 || sent == -pdFREERTOS_ERRNO_ENOSPC || sent == -pdFREERTOS_ERRNO_EWOULDBLOCK)
        return TCX_WANT_WRITE;
    return sent == -pdFREERTOS_ERRNO_ENOTCONN ? TCX_CLOSED : (int)sent;
}

/*
 * Here 0 means that nothing has come, which is the opposite of BSD's 0. The end is -pdFREERTOS_ERRNO_ENOTCONN, after
 * all bytes that came before. FreeRTOS+TCP does not distinguish an orderly end from a broken link.
 */
static int freertos_recv(void *context, void *bytes, size_t length)
{
    tcx_freertos *link = context;
    BaseType_t got = FreeRTOS_recv(link->socket, bytes, length, 0);

    if (got == 0 || got == -pdFREERTOS_ERRNO_EWOULDBLOCK)
        return TCX_WANT_READ;
    return got == -pdFREERTOS_ERRNO_ENOTCONN ? TCX_CLOSED : (int)got;
}

/* Also ends a dial. Sent bytes may still be on their way: the answer is there by now, or they no longer matter. */
static void freertos_close(void *context)
{
    tcx_freertos *link = context;

    if (link->socket != FREERTOS_INVALID_SOCKET)
        (void)FreeRTOS_closesocket(link->socket);
    link->socket = FREERTOS_INVALID_SOCKET;
    link->is_up = 0;
}

/* Computes in 64 bits. Wraps without a jump if a tick has 32 bits and lasts a whole number of milliseconds. */
static uint32_t tick(void *context)
{
    (void)context;
    return (uint32_t)((uint64_t)xTaskGetTickCount() * 1000u / configTICK_RATE_HZ);
}

/* Sleeps for one tick. To sleep longer, take a semaphore: FREERTOS_SO_SET_SEMAPHORE. */
static void wait(void *context, unsigned wants, uint32_t time_left)
{
    (void)context;
    (void)wants;
    (void)time_left;
    vTaskDelay(1);
}

void tcx_freertos_init(tcx_freertos *link)
{
    const tcx_transport transport = { link, freertos_open, freertos_send, freertos_recv, freertos_close, NULL, NULL };
    const tcx_port port = { &link->transport, link, tick, wait, NULL, NULL };

    memset(link, 0, sizeof *link);
    link->transport = transport;
    link->port = port;
    link->socket = FREERTOS_INVALID_SOCKET;
}
