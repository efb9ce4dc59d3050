/*
 * Runs the contract suite on port/template/examples/tcx_freertos.c. This program plays FreeRTOS+TCP's functions over the
 * link in memory, with the headers of version 4. test_contract_freertos_v3 is this program with those of version 3.
 */
#include "bench.h"
#include "memory.h"
#include "tcx_freertos.h"

#include <FreeRTOS_IP.h>
#include <FreeRTOS_TCP_IP.h>
#include <task.h>

#if ipFR_TCP_VERSION_MAJOR >= 4
#define NAME "FreeRTOS+TCP 4"
#else
#define NAME "FreeRTOS+TCP 3"
#endif

static memory wire;
static unsigned char buffer[TCX_CONTRACT_BUFFER_MAX];

/* The address that FreeRTOS_inet_addr() knows, where the headers of this version have it. */
#define ADDRESS 0x010200C0u
#if ipFR_TCP_VERSION_MAJOR >= 4
#define ADDRESS_OF(address) ((address)->sin_address.ulIP_IPv4)
#else
#define ADDRESS_OF(address) ((address)->sin_addr)
#endif

struct xSOCKET {
    int is_open, timeouts, connecting, failed;
    uint16_t port;
};
static struct xSOCKET the_socket;
static int sockets; /* open ones */

TickType_t xTaskGetTickCount(void)
{
    return memory_now(&wire);
}

void vTaskDelay(TickType_t ticks)
{
    memory_wait(&wire, TCX_TIME, ticks);
}

Socket_t FreeRTOS_socket(BaseType_t domain, BaseType_t type, BaseType_t protocol)
{
    static const struct xSOCKET fresh;

    if (domain != FREERTOS_AF_INET || type != FREERTOS_SOCK_STREAM || protocol != FREERTOS_IPPROTO_TCP || sockets > 0)
        return FREERTOS_INVALID_SOCKET;
    sockets++;
    the_socket = fresh;
    the_socket.is_open = 1;
    return &the_socket;
}

BaseType_t FreeRTOS_setsockopt(Socket_t socket, int32_t level, int32_t name, const void *value, size_t length)
{
    (void)level;
    if (length == sizeof(TickType_t) && *(const TickType_t *)value == 0)
        socket->timeouts |= 1 << name;
    return 0;
}

uint32_t FreeRTOS_inet_addr(const char *text)
{
    return strcmp(text, "192.0.2.1") == 0 ? ADDRESS : 0;
}

/* Goes on with the connection, as the stack does by itself. */
static void dial_on(void)
{
    Socket_t socket = &the_socket;
    tcx_peer peer = { TCX_TEXT("peer"), TCX_TEXT("peer"), 0, 0, 0 };
    int result;

    peer.port = socket->port;
    if (!socket->connecting)
        return;
    result = memory_open(&wire, &peer);
    socket->connecting = result == TCX_WANT_WRITE;
    socket->failed = result < 0 && !socket->connecting;
}

BaseType_t FreeRTOS_connect(Socket_t socket, const struct freertos_sockaddr *address, fake_socklen length)
{
    if (length != sizeof *address || address->sin_family != FREERTOS_AF_INET || ADDRESS_OF(address) != ADDRESS)
        return -pdFREERTOS_ERRNO_EINVAL;
    socket->port = FreeRTOS_htons(address->sin_port);
    socket->connecting = 1;
    if (socket->timeouts != 3) /* a timeout was left: it blocks */
        memory_wait(&wire, TCX_TIME, 5000);
    return -pdFREERTOS_ERRNO_EWOULDBLOCK;
}

BaseType_t FreeRTOS_issocketconnected(ConstSocket_t socket)
{
    dial_on();
    return !socket->connecting && !socket->failed && wire.end == 0 ? pdTRUE : pdFALSE;
}

BaseType_t FreeRTOS_connstatus(ConstSocket_t socket)
{
    dial_on();
    return socket->connecting ? eCONNECT_SYN : socket->failed ? eCLOSE_WAIT : eESTABLISHED;
}

BaseType_t FreeRTOS_send(Socket_t socket, const void *bytes, size_t length, BaseType_t flags)
{
    int result = memory_send(&wire, bytes, length);

    (void)socket;
    (void)flags;
    if (result == TCX_WANT_WRITE)
        return -pdFREERTOS_ERRNO_ENOSPC;
    return result < 0 ? -pdFREERTOS_ERRNO_ENOTCONN : result;
}

BaseType_t FreeRTOS_recv(Socket_t socket, void *bytes, size_t length, BaseType_t flags)
{
    int result = memory_recv(&wire, bytes, length);

    (void)socket;
    (void)flags;
    if (result == TCX_WANT_READ)
        return 0;
    return result < 0 ? -pdFREERTOS_ERRNO_ENOTCONN : result;
}

BaseType_t FreeRTOS_closesocket(Socket_t socket)
{
    if (socket->is_open)
        sockets--;
    socket->is_open = 0;
    memory_close(&wire);
    return 0;
}

/* An address that is not a whole IPv4 address is refused before a socket is made. */
static void test_addresses(void)
{
    static const tcx_text wrong[] = { { "192.0.2.1\0x", 11 }, TCX_TEXT("host"), TCX_TEXT("192.0.2.1.192.0.2.1") };
    static tcx_freertos link;
    tcx_peer peer = { TCX_TEXT("host"), { NULL, 0 }, 443, 0, 0 };

    tcx_freertos_init(&link);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        peer.address = wrong[i];
        bench_report(link.transport.open(link.transport.context, &peer) == TCX_FREERTOS_NO_NUMBER && sockets == 0,
                     NAME ": a wrong address is refused");
        link.transport.close(link.transport.context);
    }
}

static void test_freertos(void)
{
    static tcx_freertos link;
    tcx_contract contract;

    memory_init(&wire);
    memory_bench(&wire, &contract, buffer, sizeof buffer);
    tcx_freertos_init(&link);
    contract.transport = &link.transport;
    contract.port = &link.port;
    contract.peer.address = contract.refusing.address = contract.unanswering.address = tcx_text_from("192.0.2.1");
    bench_run(NAME, &contract, 0);
    bench_report(sockets == 0, NAME ": no socket is left open");
}

int main(void)
{
    test_freertos();
    test_addresses();
    return bench_end();
}
