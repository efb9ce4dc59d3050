/* As much of FreeRTOS+TCP as the worked example uses, with the names and meanings of the real one. */
#ifndef FAKE_FREERTOS_SOCKETS_H
#define FAKE_FREERTOS_SOCKETS_H

#include "FreeRTOS_IP.h"

#define pdFREERTOS_ERRNO_EWOULDBLOCK 11
#define pdFREERTOS_ERRNO_EINVAL      22
#define pdFREERTOS_ERRNO_ENOSPC      28
#define pdFREERTOS_ERRNO_ENOTCONN    128

#define FREERTOS_AF_INET        2
#define FREERTOS_SOCK_STREAM    1
#define FREERTOS_IPPROTO_TCP    6
#define FREERTOS_SO_RCVTIMEO    0
#define FREERTOS_SO_SNDTIMEO    1
#define FREERTOS_INVALID_SOCKET ((Socket_t) ~(uintptr_t)0)
#define FreeRTOS_htons(port)    ((uint16_t)((port) << 8 | (port) >> 8))

typedef struct xSOCKET *Socket_t;
typedef const struct xSOCKET *ConstSocket_t;
typedef uint32_t fake_socklen;

#if FAKE_FREERTOS_TCP >= 4
typedef union IP_Address {
    uint32_t ulIP_IPv4;
    struct {
        uint8_t ucBytes[16];
    } xIP_IPv6;
} IP_Address_t;

struct freertos_sockaddr {
    uint8_t sin_len;
    uint8_t sin_family;
    uint16_t sin_port;
    uint32_t sin_flowinfo;
    IP_Address_t sin_address;
};
#else
struct freertos_sockaddr {
    uint8_t sin_len;
    uint8_t sin_family;
    uint16_t sin_port;
    uint32_t sin_addr;
};
#endif

Socket_t FreeRTOS_socket(BaseType_t domain, BaseType_t type, BaseType_t protocol);
BaseType_t FreeRTOS_setsockopt(Socket_t socket, int32_t level, int32_t name, const void *value, size_t length);
BaseType_t FreeRTOS_connect(Socket_t socket, const struct freertos_sockaddr *address, fake_socklen length);
BaseType_t FreeRTOS_issocketconnected(ConstSocket_t socket);
BaseType_t FreeRTOS_connstatus(ConstSocket_t socket);
BaseType_t FreeRTOS_send(Socket_t socket, const void *bytes, size_t length, BaseType_t flags);
BaseType_t FreeRTOS_recv(Socket_t socket, void *bytes, size_t length, BaseType_t flags);
BaseType_t FreeRTOS_closesocket(Socket_t socket);
uint32_t FreeRTOS_inet_addr(const char *text);
const char *FreeRTOS_inet_ntoa(uint32_t address, char *text);

#endif
