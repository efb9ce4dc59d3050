#include "uart.h"

#include "board.h"

/* The APB UART of Arm's Cortex-M System Design Kit: one byte deep each way. */
struct uart_registers {
    uint32_t data;
    uint32_t state;
    uint32_t control;
    uint32_t interrupts; /* reads as pending ones; writing a 1 clears it */
    uint32_t divider;
};

enum { STATE_TX_FULL = 1, STATE_RX_FULL = 2, STATE_RX_OVERRUN = 8 };
enum { CONTROL_ALL = 0xF }; /* transmit, receive, and an interrupt for both */
enum { INTERRUPTS_ALL = 0xF };
enum { DIVIDER = 217 }; /* 25 MHz / 115200 */

/* All UARTs' interrupts at once: one that is not open raises none. */
#define NVIC_UARTS   0x3Fu
#define NVIC_ENABLE  (*(volatile uint32_t *)0xE000E100)
#define NVIC_DISABLE (*(volatile uint32_t *)0xE000E180)

const unsigned uart_count = 3;

static uart_link *open_link; /* whose interrupts come; NULL: none is open */

/* Moves what has come into the ring, as far as it has room. Interrupts are masked, or this is one. */
static void fill_ring(uart_link *link)
{
    while (link->written - link->taken < sizeof link->ring && (link->registers->state & STATE_RX_FULL))
        link->ring[link->written++ % sizeof link->ring] = (unsigned char)link->registers->data;
}

void board_uart_interrupt(void)
{
    open_link->registers->interrupts = INTERRUPTS_ALL;
    fill_ring(open_link);
}

static int uart_open(void *context, const tcx_peer *peer)
{
    uart_link *link = context;

    (void)peer;
    if (open_link != NULL)
        return 0; /* it belongs to the call that opened it, until close */
    open_link = link;
    link->written = link->taken = 0;
    link->registers->divider = DIVIDER;
    link->registers->state = STATE_RX_OVERRUN; /* writing a 1 clears it: that of a link before is not this one's */
    link->registers->control = CONTROL_ALL;
    (void)link->registers->data; /* nor is this byte. The emulator looks for input only after data has been read */
    NVIC_ENABLE = NVIC_UARTS;
    return 1;
}

static int uart_send(void *context, const void *bytes, size_t length)
{
    uart_link *link = context;
    const unsigned char *byte = bytes;
    size_t sent = 0;

    while (sent < length && !(link->registers->state & STATE_TX_FULL))
        link->registers->data = byte[sent++];
    return sent > 0 ? (int)sent : TCX_WANT_WRITE;
}

static int uart_recv(void *context, void *bytes, size_t length)
{
    uart_link *link = context;
    unsigned char *byte = bytes;
    size_t count = 0;

    if (link->registers->state & STATE_RX_OVERRUN)
        return UART_OVERRUN;
    while (count < length && link->taken != link->written)
        byte[count++] = link->ring[link->taken++ % sizeof link->ring];
    board_mask(); /* a byte that found the ring full is still in the UART */
    fill_ring(link);
    board_unmask();
    return count > 0 ? (int)count : TCX_WANT_READ;
}

static void uart_close(void *context)
{
    uart_link *link = context;

    if (open_link != link)
        return; /* it was refused, and another link is up */
    NVIC_DISABLE = NVIC_UARTS;
    link->registers->control = 0;
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

    (void)time_left; /* board_sleep() ends each millisecond */
    board_mask();
    if (!(wants & TCX_READ && link->written != link->taken) &&
        !(wants & TCX_WRITE && !(link->registers->state & STATE_TX_FULL)))
        board_sleep();
    board_unmask();
}

void uart_init(uart_link *link, unsigned number)
{
    const tcx_transport transport = { link, uart_open, uart_send, uart_recv, uart_close, NULL, NULL };
    const tcx_waiter waiter = { link, now, wait };

    link->transport = transport;
    link->waiter = waiter;
    link->registers = (volatile struct uart_registers *)(0x40004000 + 0x1000 * number);
}
