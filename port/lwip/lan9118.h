/*
 * A driver for SMSC's LAN9118, the Ethernet controller of the MPS2 boards, as an interface of lwIP. It is polled and
 * needs no interrupt. It was written for the emulated controller, and never tried on the chip.
 */
#ifndef LAN9118_H
#define LAN9118_H

#include <lwip/netif.h>

/* For netif_add(). Returns ERR_IF if there is no such controller. */
err_t lan9118_init(struct netif *netif);

/* Passes all received frames to lwIP. Returns how many there were. */
unsigned lan9118_poll(struct netif *netif);

#endif
