/*
 * A UART as a transport. The other end is fixed, so there is nothing to dial. A wire cannot report that the peer is
 * gone, so only the call's deadline ends a call on a line that went silent.
 */
#ifndef UART_H
#define UART_H

#include <tcexec/call.h>

extern const unsigned uart_count;

/* The port's own error numbers. */
#define UART_OVERRUN (-1) /* a byte came before the previous one was taken, and was lost */

/*
 * Only one link may be open, because the interrupt must find it. open refuses a second one. The ring holds the bytes
 * that arrive while the program computes. When the ring is full, the emulator holds further bytes back. On a real line,
 * RTS must do that. Otherwise the ring must have room for all that a server sends while a certificate is verified: its
 * whole part of the handshake, 2 to 5 KB.
 */
typedef struct uart_link {
    tcx_transport transport;
    tcx_port port; /* this link, and the board's clocks and entropy. A wait ends with a byte received or sent */
    volatile struct uart_registers *registers;
    volatile unsigned written, taken; /* bytes so far; wrap */
    volatile unsigned char ring[64];
} uart_link;

/* Prepares UART `number`, 0 … uart_count - 1. Do not move the link: it points into itself. */
void uart_init(uart_link *link, unsigned number);

#endif
