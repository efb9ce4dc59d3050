/*
 * SMSC's LAN9118, the Ethernet controller of the MPS2 boards, as an interface of lwIP. Polled; it needs no interrupt.
 * Written for the emulated one: never tried on the chip.
 */
#ifndef LAN9118_H
#define LAN9118_H

#include <lwip/netif.h>

/* For netif_add(). ERR_IF: there is no such controller. */
err_t lan9118_init(struct netif *netif);

/* Hands all frames that have come to lwIP. Returns how many there were. */
unsigned lan9118_poll(struct netif *netif);

#endif
