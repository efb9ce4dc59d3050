#include "net.h"

#include "lan9118.h"

#include <lwip/dhcp.h>
#include <lwip/init.h>
#include <lwip/timeouts.h>
#include <netif/ethernet.h>

enum { DHCP_PATIENCE = 10000 }; /* ms */

tcx_lwip net_link;
static struct netif interface;

u32_t sys_now(void)
{
    return board_tick();
}

static void wait(void *context, unsigned wants, uint32_t time_left)
{
    (void)context;
    (void)wants;
    (void)time_left; /* returns as soon as a frame was received, or after a millisecond */
    sys_check_timeouts();
    if (lan9118_poll(&interface) > 0)
        return;
    board_mask();
    board_sleep();
    board_unmask();
}

static uint32_t tick(void *context)
{
    (void)context;
    return sys_now();
}

static int64_t unix_time(void *context)
{
    (void)context;
    return board_unix_time();
}

const tcx_port net_port = { &net_link.transport, NULL, tick, wait, unix_time, board_pretend_entropy };

#if LWIP_DHCP
static int get_address(void)
{
    u32_t began = sys_now();

    if (dhcp_start(&interface) != ERR_OK)
        return 0;
    while (!dhcp_supplied_address(&interface)) {
        if (sys_now() - began > DHCP_PATIENCE)
            return 0;
        wait(NULL, TCX_TIME, 1);
    }
    return 1;
}
#else
static int get_address(void)
{
    ip4_addr_t address, mask, gateway;

    IP4_ADDR(&address, 10, 0, 2, 15);
    IP4_ADDR(&mask, 255, 255, 255, 0);
    IP4_ADDR(&gateway, 10, 0, 2, 2);
    netif_set_addr(&interface, &address, &mask, &gateway);
    return 1;
}
#endif

int net_start(void)
{
    lwip_init();
    tcx_lwip_init(&net_link);
    if (netif_add(&interface, NULL, NULL, NULL, NULL, lan9118_init, ethernet_input) == NULL)
        return 0;
    netif_set_default(&interface);
    netif_set_up(&interface);
    return get_address();
}
