/* What the three programs need from your board: write these. */
#ifndef BOARD_H
#define BOARD_H

#include <FreeRTOS.h>
#include <FreeRTOS_IP.h>

#if ipFR_TCP_VERSION_MAJOR >= 4
#include <FreeRTOS_Routing.h>

/* Fills in the structure of your network driver: it calls the driver's px…_FillInterfaceDescriptor(). */
void board_interface(NetworkInterface_t *interface);
#endif

/* With ipconfigUSE_DHCP, the first four are used only if no DHCP server answers. */
typedef struct board_addresses {
    uint8_t address[4], mask[4], gateway[4], name_server[4], mac[6];
} board_addresses;
extern const board_addresses board_network;

int64_t board_unix_time(void *context);                          /* like that of a tcx_port */
int board_entropy(void *context, void *out, size_t length);      /* like that of a tcx_port */
void board_put(void *context, const char *bytes, size_t length); /* prints, for example on a UART. Ignores `context` */

#endif
