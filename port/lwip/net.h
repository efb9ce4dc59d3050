/* The network of the MPS2 board: lwIP on its LAN9118, driven by a main loop. */
#ifndef NET_H
#define NET_H

#include <tcexec/call.h>

/*
 * Starts lwIP and brings the interface up: by DHCP if lwIP was built with it, else as 10.0.2.15, which is where QEMU's
 * user network expects a guest. 0: there is no controller, or DHCP gave no address within 10 s.
 */
int net_start(void);

/* For tcx_execute(): drives the network, and sleeps up to a millisecond when there is nothing to do. */
extern const tcx_waiter net_waiter;

#endif
