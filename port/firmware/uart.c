#include "uart.h"

#include "board.h"
#include "uart_registers.h"

const unsigned uart_count = UART_COUNT;

static uart_link *open_link; /* the link that gets the interrupts; NULL: none is open */

static int has_room(const uart_link *link)
{
    return link->written - link->taken < sizeof link->ring;
}

/* Moves received bytes into the ring while it has room. Call it with interrupts masked, or in the interrupt. */
static void fill_ring(uart_link *link)
{
    int room;

    while ((room = has_room(link)) && uart_has_byte(link->registers))
        link->ring[link->written++ % sizeof link->ring] = (unsigned char)link->registers->data;
    uart_ring_has_room(link->registers, room);
}

void board_uart_interrupt(void)
{
    const uint32_t source = uart_interrupt_begin();

    if (source != NO_SOURCE) {
        uart_clear_interrupts(open_link->registers);
        fill_ring(open_link);
    }
    uart_interrupt_end(source);
}

static int uart_open(void *context, const tcx_peer *peer)
{
    uart_link *link = context;

    (void)peer;
    if (open_link != NULL)
        return 0; /* the link belongs to the call that opened it, until close */
    open_link = link;
    link->written = link->taken = 0;
    uart_enable(link->registers);
    return 1;
}

static int uart_send(void *context, const void *bytes, size_t length)
{
    uart_link *link = context;
    const unsigned char *byte = bytes;
    size_t sent = 0;

    while (sent < length && uart_can_send(link->registers))
        link->registers->data = byte[sent++];
    return sent > 0 ? (int)sent : TCX_WANT_WRITE;
}

static int uart_recv(void *context, void *bytes, size_t length)
{
    uart_link *link = context;
    unsigned char *byte = bytes;
    size_t count = 0;

    if (uart_has_overrun(link->registers))
        return UART_OVERRUN;
    while (count < length && link->taken != link->written)
        byte[count++] = link->ring[link->taken++ % sizeof link->ring];
    board_mask(); /* a byte that came when the ring was full is still in the UART */
    fill_ring(link);
    board_unmask();
    return count > 0 ? (int)count : TCX_WANT_READ;
}

static void uart_close(void *context)
{
    uart_link *link = context;

    if (open_link != link)
        return; /* open refused this link: another one is up */
    uart_disable(link->registers);
    link->written = link->taken = 0;
    open_link = NULL;
}

static uint32_t tick(void *context)
{
    (void)context;
    return board_tick();
}

static void wait(void *context, unsigned wants, uint32_t time_left)
{
    uart_link *link = context;

    (void)time_left; /* board_sleep() returns after a millisecond at most */
    board_mask();
    if (!(wants & TCX_READ && link->written != link->taken) && !(wants & TCX_WRITE && uart_can_send(link->registers)))
        board_sleep();
    board_unmask();
}

static int64_t unix_time(void *context)
{
    (void)context;
    return board_unix_time();
}

void uart_init(uart_link *link, unsigned number)
{
    const tcx_transport transport = { link, uart_open, uart_send, uart_recv, uart_close, NULL, NULL };
    const tcx_port port = { &link->transport, link, tick, wait, unix_time, board_pretend_entropy };

    link->transport = transport;
    link->port = port;
    link->registers = uart_at(number);
}
