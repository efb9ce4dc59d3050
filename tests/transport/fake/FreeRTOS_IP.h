/* As much of FreeRTOS+TCP as the worked example uses. FAKE_FREERTOS_TCP=3 gives these headers the shape of version 3. */
#ifndef FAKE_FREERTOS_IP_H
#define FAKE_FREERTOS_IP_H

#include "FreeRTOS.h"

#ifndef FAKE_FREERTOS_TCP
#define FAKE_FREERTOS_TCP 4
#endif
#define ipFR_TCP_VERSION_MAJOR FAKE_FREERTOS_TCP

typedef enum eNETWORK_EVENTS { eNetworkUp, eNetworkDown } eIPCallbackEvent_t;

BaseType_t FreeRTOS_IPInit(const uint8_t address[4], const uint8_t mask[4], const uint8_t gateway[4],
                           const uint8_t name_server[4], const uint8_t mac[6]);
#if FAKE_FREERTOS_TCP >= 4
#define ipconfigIPv4_BACKWARD_COMPATIBLE 0
struct xNetworkEndPoint;
BaseType_t FreeRTOS_IPInit_Multi(void);
void vApplicationIPNetworkEventHook_Multi(eIPCallbackEvent_t event, struct xNetworkEndPoint *end_point);
#else
void vApplicationIPNetworkEventHook(eIPCallbackEvent_t event);
#endif

#endif
