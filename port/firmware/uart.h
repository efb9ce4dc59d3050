/*
 * A UART as a transport: bytes go in and out, and that is all it can do. What is at the other end is fixed, so there is
 * nothing to dial; and a wire cannot say that the peer is gone, so only a call's deadline ends a line that went silent.
 */
#ifndef UART_H
#define UART_H

#include <tcexec/call.h>

extern const unsigned uart_count;

/* Failures of its own. */
#define UART_OVERRUN (-1) /* a byte came before the one ahead of it was taken: it is lost */

/*
 * One link at a time may be open, because its interrupt must find it: open refuses another one. The ring holds what
 * arrives while the program computes. The emulator holds bytes back when it is full. On a real line RTS must do that,
 * or the ring must hold all that a server sends while a certificate is being verified: its whole part of the
 * handshake, 2 to 5 KB.
 */
typedef struct uart_link {
    tcx_transport transport;
    tcx_waiter waiter; /* sleeps until a byte has come or gone */
    volatile struct uart_registers *registers;
    volatile unsigned written, taken; /* bytes so far; wrap */
    volatile unsigned char ring[64];
} uart_link;

/* Prepares UART `number`, 0 … uart_count - 1. Do not move the link: it points into itself. */
void uart_init(uart_link *link, unsigned number);

#endif
