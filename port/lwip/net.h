/* The network of the MPS2 board: lwIP with the LAN9118, driven by the main loop. */
#ifndef NET_H
#define NET_H

#include <tcexec/call.h>

/*
 * Starts lwIP and brings the interface up. The address is from DHCP if lwIP was built with it. Otherwise it is
 * 10.0.2.15, the address that QEMU's user network expects. Returns 0 if there is no controller, or if DHCP gave no
 * address within 10 s.
 */
int net_start(void);

/* For tcx_execute(): drives the network, and sleeps for up to a millisecond when there is nothing to do. */
extern const tcx_waiter net_waiter;

#endif
