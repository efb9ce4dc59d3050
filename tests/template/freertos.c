/*
 * Plays FreeRTOS and FreeRTOS+TCP over the sockets of this machine, and a board, for the programs in
 * port/template/examples/freertos/. One task runs, and the process ends with it.
 *
 * FREERTOS_PORT: port 443 of every address is this port of the loopback. FREERTOS_NAMES: the names that have an
 * address. FREERTOS_CLOCK: the time, in place of this machine's.
 */
#define _DEFAULT_SOURCE

#include "board.h"

#include <FreeRTOS_DNS.h>
#include <FreeRTOS_Sockets.h>
#include <FreeRTOS_TCP_IP.h>
#include <task.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#if ipFR_TCP_VERSION_MAJOR >= 4
#define ADDRESS_OF(address) ((address)->sin_address.ulIP_IPv4)
#else
#define ADDRESS_OF(address) ((address)->sin_addr)
#endif

enum { ADDRESS = 0x0100007F /* 127.0.0.1 on the wire */, MIN_STACK = 1024 /* words */, LONG = 50 /* ms */ };

/* ---- the board ---- */

const board_addresses board_network = {
    { 192, 0, 2, 2 }, { 255, 255, 255, 0 }, { 192, 0, 2, 1 }, { 192, 0, 2, 1 }, { 2, 0, 0, 0, 0, 1 }
};

int64_t board_unix_time(void *context)
{
    const char *clock = getenv("FREERTOS_CLOCK");

    (void)context;
    return clock != NULL ? atoll(clock) : (int64_t)time(NULL);
}

int board_entropy(void *context, void *out, size_t length)
{
    (void)context;
    return getentropy(out, length) == 0 ? (int)length : 0;
}

void board_put(void *context, const char *bytes, size_t length)
{
    (void)context;
    fwrite(bytes, 1, length, stdout);
}

/* ---- FreeRTOS ---- */

static TaskFunction_t task;
static void *task_parameter;

/* Ends the process: the programs do nothing that should not happen. */
static void misuse(const char *what)
{
    fprintf(stderr, "FreeRTOS: %s\n", what);
    exit(2);
}

BaseType_t xTaskCreate(TaskFunction_t function, const char *name, uint16_t stack_words, void *parameter,
                       UBaseType_t priority, TaskHandle_t *handle)
{
    if (task != NULL || name == NULL || stack_words < MIN_STACK || priority == 0 || handle != NULL)
        misuse("xTaskCreate");
    task = function;
    task_parameter = parameter;
    return pdPASS;
}

void vTaskDelete(TaskHandle_t handle)
{
    if (handle != NULL)
        misuse("vTaskDelete");
    exit(0);
}

TickType_t xTaskGetTickCount(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (TickType_t)((uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000);
}

/* A long sleep is shortened. */
void vTaskDelay(TickType_t ticks)
{
    usleep(1000 * (ticks < LONG ? ticks : LONG));
}

/* ---- FreeRTOS+TCP ---- */

struct xSOCKET {
    int fd, timeouts;
};
static struct xSOCKET the_socket = { -1, 0 };
static int is_initialized;

static BaseType_t initialize(const uint8_t *address, const uint8_t *mac)
{
    if (address[0] != 192 || mac[0] != 2)
        misuse("the addresses of the board are not in their places");
    is_initialized = 1;
    return pdPASS;
}

#if ipFR_TCP_VERSION_MAJOR >= 4
static const uint8_t *filled_address, *filled_mac;
static const NetworkInterface_t *filled_interface;

void board_interface(NetworkInterface_t *interface)
{
    interface->pcName = "eth0";
}

void FreeRTOS_FillEndPoint(NetworkInterface_t *interface, NetworkEndPoint_t *end_point, const uint8_t address[4],
                           const uint8_t mask[4], const uint8_t gateway[4], const uint8_t name_server[4],
                           const uint8_t mac[6])
{
    (void)mask;
    (void)gateway;
    (void)name_server;
    end_point->pxNetworkInterface = interface;
    filled_interface = interface;
    filled_address = address;
    filled_mac = mac;
}

BaseType_t FreeRTOS_IPInit_Multi(void)
{
    if (filled_interface == NULL || filled_interface->pcName == NULL)
        misuse("FreeRTOS_IPInit_Multi without an end point and an interface");
    return initialize(filled_address, filled_mac);
}
#else
BaseType_t FreeRTOS_IPInit(const uint8_t address[4], const uint8_t mask[4], const uint8_t gateway[4],
                           const uint8_t name_server[4], const uint8_t mac[6])
{
    (void)mask;
    (void)gateway;
    (void)name_server;
    return initialize(address, mac);
}
#endif

static void report(eIPCallbackEvent_t event)
{
#if ipFR_TCP_VERSION_MAJOR >= 4
    vApplicationIPNetworkEventHook_Multi(event, NULL);
#else
    vApplicationIPNetworkEventHook(event);
#endif
}

/* The network comes up, goes down and up again. Then the task runs. */
void vTaskStartScheduler(void)
{
    if (!is_initialized)
        misuse("the network is not initialized");
    report(eNetworkDown);
    if (task != NULL)
        misuse("a task is made before the network is up");
    report(eNetworkUp);
    report(eNetworkDown);
    report(eNetworkUp);
    if (task == NULL)
        misuse("there is no task");
    task(task_parameter);
    misuse("a task returned");
}

uint32_t FreeRTOS_gethostbyname(const char *name)
{
    const char *names = getenv("FREERTOS_NAMES");

    return names != NULL && strstr(names, name) != NULL ? ADDRESS : 0;
}

const char *FreeRTOS_inet_ntoa(uint32_t address, char *text)
{
    struct in_addr number;

    number.s_addr = address;
    return strcpy(text, inet_ntoa(number));
}

uint32_t FreeRTOS_inet_addr(const char *text)
{
    struct in_addr number;

    return inet_aton(text, &number) != 0 ? number.s_addr : 0;
}

Socket_t FreeRTOS_socket(BaseType_t domain, BaseType_t type, BaseType_t protocol)
{
    if (domain != FREERTOS_AF_INET || type != FREERTOS_SOCK_STREAM || protocol != FREERTOS_IPPROTO_TCP ||
        the_socket.fd >= 0)
        return FREERTOS_INVALID_SOCKET;
    the_socket.fd = socket(AF_INET, SOCK_STREAM, 0);
    the_socket.timeouts = 0;
    return the_socket.fd >= 0 ? &the_socket : FREERTOS_INVALID_SOCKET;
}

BaseType_t FreeRTOS_setsockopt(Socket_t socket, int32_t level, int32_t name, const void *value, size_t length)
{
    (void)level;
    if (length == sizeof(TickType_t) && *(const TickType_t *)value == 0)
        socket->timeouts |= 1 << name;
    return 0;
}

BaseType_t FreeRTOS_connect(Socket_t socket, const struct freertos_sockaddr *address, fake_socklen length)
{
    struct sockaddr_in to;
    const char *port = getenv("FREERTOS_PORT");

    if (length != sizeof *address || address->sin_family != FREERTOS_AF_INET || port == NULL)
        return -pdFREERTOS_ERRNO_EINVAL;
    if (socket->timeouts != 3 || ntohs(address->sin_port) != 443)
        misuse("FreeRTOS_connect");
    memset(&to, 0, sizeof to);
    to.sin_family = AF_INET;
    to.sin_port = htons((uint16_t)atoi(port));
    to.sin_addr.s_addr = ADDRESS_OF(address);
    fcntl(socket->fd, F_SETFL, O_NONBLOCK);
    (void)connect(socket->fd, (const struct sockaddr *)&to, sizeof to);
    return -pdFREERTOS_ERRNO_EWOULDBLOCK;
}

BaseType_t FreeRTOS_connstatus(ConstSocket_t socket)
{
    struct pollfd ready = { socket->fd, POLLOUT, 0 };
    int error = 0;
    socklen_t size = sizeof error;

    if (poll(&ready, 1, 0) == 0)
        return eCONNECT_SYN;
    getsockopt(socket->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    return error == 0 && !(ready.revents & POLLERR) ? eESTABLISHED : eCLOSE_WAIT;
}

BaseType_t FreeRTOS_issocketconnected(ConstSocket_t socket)
{
    struct sockaddr_in peer;
    socklen_t size = sizeof peer;

    return getpeername(socket->fd, (struct sockaddr *)&peer, &size) == 0 ? pdTRUE : pdFALSE;
}

BaseType_t FreeRTOS_send(Socket_t socket, const void *bytes, size_t length, BaseType_t flags)
{
    ssize_t sent = send(socket->fd, bytes, length, MSG_NOSIGNAL);

    (void)flags;
    if (sent < 0)
        return errno == EAGAIN ? -pdFREERTOS_ERRNO_ENOSPC : -pdFREERTOS_ERRNO_ENOTCONN;
    return (BaseType_t)sent;
}

BaseType_t FreeRTOS_recv(Socket_t socket, void *bytes, size_t length, BaseType_t flags)
{
    ssize_t got = recv(socket->fd, bytes, length, 0);

    (void)flags;
    if (got < 0 && errno == EAGAIN)
        return 0;
    return got > 0 ? (BaseType_t)got : -pdFREERTOS_ERRNO_ENOTCONN;
}

BaseType_t FreeRTOS_closesocket(Socket_t socket)
{
    close(socket->fd);
    socket->fd = -1;
    return 0;
}
