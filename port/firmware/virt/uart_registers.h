/* The machine's UART: a 16550A, connected to the PLIC. ../mps2/uart_registers.h describes each function. */
#ifndef UART_REGISTERS_H
#define UART_REGISTERS_H

#include <stdint.h>

enum { UART_COUNT = 1, NO_SOURCE = 0 };

struct uart_registers {
    uint8_t data;
    uint8_t interrupts; /* the enabled ones */
    uint8_t fifo;
    uint8_t line_control;
    uint8_t modem_control;
    uint8_t line_status;
};

enum { LINE_STATUS_DATA = 1, LINE_STATUS_EMPTY = 0x20 };
enum { INTERRUPT_DATA = 1, FIFO_ON_AND_CLEAR = 7, EIGHT_BITS = 3, UART_SOURCE = 10 };

#define PLIC_PRIORITY  (*(volatile uint32_t *)(0x0C000000 + 4 * UART_SOURCE))
#define PLIC_ENABLE    (*(volatile uint32_t *)0x0C002000)
#define PLIC_THRESHOLD (*(volatile uint32_t *)0x0C200000)
#define PLIC_CLAIM     (*(volatile uint32_t *)0x0C200004)

typedef volatile struct uart_registers uart_registers;

static inline uart_registers *uart_at(unsigned number)
{
    (void)number;
    return (uart_registers *)0x10000000;
}

static inline void uart_enable(uart_registers *uart)
{
    uart->line_control = EIGHT_BITS;
    uart->fifo = FIFO_ON_AND_CLEAR;
    uart->interrupts = INTERRUPT_DATA;
    PLIC_PRIORITY = 1;
    PLIC_THRESHOLD = 0;
    PLIC_ENABLE = 1u << UART_SOURCE;
}

static inline void uart_disable(uart_registers *uart)
{
    PLIC_ENABLE = 0;
    uart->interrupts = 0;
}

static inline int uart_can_send(uart_registers *uart)
{
    return uart->line_status & LINE_STATUS_EMPTY;
}

static inline int uart_has_byte(uart_registers *uart)
{
    return uart->line_status & LINE_STATUS_DATA;
}

static inline int uart_has_overrun(uart_registers *uart)
{
    (void)uart;
    return 0;
}

static inline void uart_clear_interrupts(uart_registers *uart)
{
    (void)uart;
}

/* The PLIC may be late: an interrupt that comes after it was disabled has no source. */
static inline uint32_t uart_interrupt_begin(void)
{
    return PLIC_CLAIM;
}

static inline void uart_interrupt_end(uint32_t source)
{
    PLIC_CLAIM = source;
}

/* The UART raises the interrupt as long as it has data, so it is disabled while the ring is full. */
static inline void uart_ring_has_room(uart_registers *uart, int has_room)
{
    uart->interrupts = has_room ? INTERRUPT_DATA : 0;
}

#endif
