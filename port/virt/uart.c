/* The machine's only UART, a 16550A behind the PLIC, as a transport. See ../mps2/uart.c for the same with reasons. */
#include "uart.h"

#include "board.h"

struct uart_registers {
    uint8_t data;
    uint8_t interrupts; /* enabled ones */
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

const unsigned uart_count = 1;

static uart_link *open_link;

static void fill_ring(uart_link *link)
{
    while (link->written - link->taken < sizeof link->ring && (link->registers->line_status & LINE_STATUS_DATA)) {
        link->ring[link->written % sizeof link->ring] = link->registers->data;
        link->written++;
    }
    /* The interrupt is there for as long as data is: none while the ring is full. */
    link->registers->interrupts = link->written - link->taken < sizeof link->ring ? INTERRUPT_DATA : 0;
}

void board_uart_interrupt(void)
{
    uint32_t source = PLIC_CLAIM;

    if (open_link != NULL) /* the PLIC may be late: the interrupt comes and the link is closed */
        fill_ring(open_link);
    PLIC_CLAIM = source;
}

static int uart_open(void *context, const tcx_peer *peer)
{
    uart_link *link = context;

    (void)peer;
    if (open_link != NULL)
        return 0;
    open_link = link;
    link->written = link->taken = 0;
    link->registers->line_control = EIGHT_BITS;
    link->registers->fifo = FIFO_ON_AND_CLEAR;
    link->registers->interrupts = INTERRUPT_DATA;
    PLIC_PRIORITY = 1;
    PLIC_THRESHOLD = 0;
    PLIC_ENABLE = 1u << UART_SOURCE;
    return 1;
}

static int uart_send(void *context, const void *bytes, size_t length)
{
    uart_link *link = context;
    const unsigned char *byte = bytes;
    size_t sent = 0;

    while (sent < length && (link->registers->line_status & LINE_STATUS_EMPTY))
        link->registers->data = byte[sent++];
    return sent > 0 ? (int)sent : TCX_WANT_WRITE;
}

static int uart_recv(void *context, void *bytes, size_t length)
{
    uart_link *link = context;
    unsigned char *byte = bytes;
    size_t count = 0;

    while (count < length && link->taken != link->written) {
        byte[count++] = link->ring[link->taken % sizeof link->ring];
        link->taken++;
    }
    board_mask();
    fill_ring(link);
    board_unmask();
    return count > 0 ? (int)count : TCX_WANT_READ;
}

static void uart_close(void *context)
{
    uart_link *link = context;

    if (open_link != link)
        return;
    PLIC_ENABLE = 0;
    link->registers->interrupts = 0;
    link->written = link->taken = 0;
    open_link = NULL;
}

static uint32_t now(void *context)
{
    (void)context;
    return board_tick();
}

static void wait(void *context, unsigned wants, uint32_t time_left)
{
    uart_link *link = context;

    (void)time_left;
    board_mask();
    if (!(wants & TCX_READ && link->written != link->taken) &&
        !(wants & TCX_WRITE && (link->registers->line_status & LINE_STATUS_EMPTY)))
        board_sleep();
    board_unmask();
}

void uart_init(uart_link *link, unsigned number)
{
    const tcx_transport transport = { link, uart_open, uart_send, uart_recv, uart_close, NULL, NULL };
    const tcx_waiter waiter = { link, now, wait };

    link->transport = transport;
    link->waiter = waiter;
    link->registers = (volatile struct uart_registers *)0x10000000;
    (void)number;
}
