/* New in version 4. */
#ifndef FAKE_FREERTOS_ROUTING_H
#define FAKE_FREERTOS_ROUTING_H

#include "FreeRTOS_IP.h"

typedef struct xNetworkInterface {
    const char *pcName;
} NetworkInterface_t;

typedef struct xNetworkEndPoint {
    NetworkInterface_t *pxNetworkInterface;
} NetworkEndPoint_t;

void FreeRTOS_FillEndPoint(NetworkInterface_t *interface, NetworkEndPoint_t *end_point, const uint8_t address[4],
                           const uint8_t mask[4], const uint8_t gateway[4], const uint8_t name_server[4],
                           const uint8_t mac[6]);

#endif
