/* The network of the MPS2 board: lwIP with the LAN9118, driven by the main loop. */
#ifndef NET_H
#define NET_H

#include "tcx_lwip.h"

#include <tcexec/call.h>

/*
 * Starts lwIP and brings the interface up. The address is from DHCP if lwIP was built with it. Otherwise it is
 * 10.0.2.15, the address that QEMU's user network expects. Returns 0 if there is no controller, or if DHCP gave no
 * address within 10 s.
 */
int net_start(void);

extern tcx_lwip net_link; /* net_start() makes it */

/* That link, and the clocks and the entropy of the board. Its wait drives the network, and sleeps for up to 1 ms. */
extern const tcx_port net_port;

#endif
