/* The UARTs of the board: those of Arm's Cortex-M System Design Kit, one byte deep each way. */
#ifndef UART_REGISTERS_H
#define UART_REGISTERS_H

#include <stdint.h>

enum { UART_COUNT = 3, NO_SOURCE = 0 };

struct uart_registers {
    uint32_t data;
    uint32_t state;
    uint32_t control;
    uint32_t interrupts; /* reads as the pending ones; writing a 1 clears one */
    uint32_t divider;
};

enum { STATE_TX_FULL = 1, STATE_RX_FULL = 2, STATE_RX_OVERRUN = 8 };
enum { CONTROL_ALL = 0xF }; /* transmit, receive, and an interrupt for both */
enum { INTERRUPTS_ALL = 0xF };
enum { DIVIDER = 217 }; /* 25 MHz / 115200 */

/* The interrupts of all UARTs. A UART that is not open raises none. */
#define NVIC_UARTS   0x3Fu
#define NVIC_ENABLE  (*(volatile uint32_t *)0xE000E100)
#define NVIC_DISABLE (*(volatile uint32_t *)0xE000E180)

typedef volatile struct uart_registers uart_registers;

static inline uart_registers *uart_at(unsigned number)
{
    return (uart_registers *)(0x40004000 + 0x1000 * number);
}

static inline void uart_enable(uart_registers *uart)
{
    uart->divider = DIVIDER;
    uart->state = STATE_RX_OVERRUN; /* writing a 1 clears the overrun of an earlier link */
    uart->control = CONTROL_ALL;
    (void)uart->data; /* discards its last byte, too. The emulator looks for input only after data was read */
    NVIC_ENABLE = NVIC_UARTS;
}

static inline void uart_disable(uart_registers *uart)
{
    NVIC_DISABLE = NVIC_UARTS;
    uart->control = 0;
}

static inline int uart_can_send(uart_registers *uart)
{
    return !(uart->state & STATE_TX_FULL);
}

static inline int uart_has_byte(uart_registers *uart)
{
    return uart->state & STATE_RX_FULL;
}

static inline int uart_has_overrun(uart_registers *uart)
{
    return uart->state & STATE_RX_OVERRUN;
}

static inline void uart_clear_interrupts(uart_registers *uart)
{
    uart->interrupts = INTERRUPTS_ALL;
}

/* Tell the interrupt controller that the handler begins, and that it ends. NO_SOURCE: the link was closed. */
static inline uint32_t uart_interrupt_begin(void)
{
    return NO_SOURCE + 1;
}

static inline void uart_interrupt_end(uint32_t source)
{
    (void)source;
}

/* Tells the UART whether the ring has room for another byte. */
static inline void uart_ring_has_room(uart_registers *uart, int has_room)
{
    (void)uart;
    (void)has_room;
}

#endif
