#include "network.h"

#include "board.h"

#include <FreeRTOS_DNS.h>
#include <FreeRTOS_Sockets.h>
#include <task.h>

enum { STACK = 2048 }; /* words: a call with chains of certificates uses about half of it on a Cortex-M3 */

static void (*network_job)(void);

static void network_task(void *unused)
{
    (void)unused;
    network_job();
    vTaskDelete(NULL);
}

/* FreeRTOS+TCP calls it. The network may go down and up again: the job runs once. */
static void network_event(eIPCallbackEvent_t event)
{
    static BaseType_t has_begun = pdFALSE;

    if (event == eNetworkUp && has_begun == pdFALSE)
        has_begun = xTaskCreate(network_task, "tcexec", STACK, NULL, 1, NULL);
}

#if ipFR_TCP_VERSION_MAJOR >= 4 && ipconfigIPv4_BACKWARD_COMPATIBLE == 0
void vApplicationIPNetworkEventHook_Multi(eIPCallbackEvent_t event, struct xNetworkEndPoint *end_point)
{
    (void)end_point;
    network_event(event);
}
#else
void vApplicationIPNetworkEventHook(eIPCallbackEvent_t event)
{
    network_event(event);
}
#endif

void network_run(void (*job)(void))
{
    const board_addresses *with = &board_network;

    network_job = job;
#if ipFR_TCP_VERSION_MAJOR >= 4
    static NetworkInterface_t interface;
    static NetworkEndPoint_t end_point;

    board_interface(&interface);
    FreeRTOS_FillEndPoint(&interface, &end_point, with->address, with->mask, with->gateway, with->name_server,
                          with->mac);
    (void)FreeRTOS_IPInit_Multi();
#else
    (void)FreeRTOS_IPInit(with->address, with->mask, with->gateway, with->name_server, with->mac);
#endif
    vTaskStartScheduler();
}

int network_find(const char *name, char address[NETWORK_ADDRESS_SIZE])
{
    const uint32_t number = FreeRTOS_gethostbyname(name);

    if (number != 0)
        (void)FreeRTOS_inet_ntoa(number, address);
    return number != 0;
}
