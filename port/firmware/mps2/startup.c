/* From reset to main(): vectors, painted stack, data, bss. */
#include "board.h"

#include <string.h>

typedef void handler(void);

int main(void);

void __attribute__((noreturn)) board_reset(void);

/* Ends the image after a fault or an unhandled interrupt. Resets the stack first, because it may have overflowed. */
static void stop(void)
{
    __asm volatile("msr msp, %0" : : "r"(board_stack_top));
    board_exit(BOARD_FAULT);
}

void __attribute__((weak)) board_uart_interrupt(void)
{
    stop();
}

/* With volatile writes, because memset() would overwrite its own stack frame. */
static void paint_stack(void)
{
    const uint32_t *here;
    volatile uint32_t *word = board_stack_limit;

    __asm volatile("mov %0, sp" : "=r"(here));
    while (word < here)
        *word++ = BOARD_PAINT;
}

void board_reset(void)
{
    paint_stack();
    memcpy(board_data_start, board_data_load, (size_t)(board_data_end - board_data_start) * sizeof *board_data_start);
    memset(board_bss_start, 0, (size_t)(board_bss_end - board_bss_start) * sizeof *board_bss_start);
    board_init();
    board_exit(main());
}

/* The exceptions of ARMv7-M, then the interrupts of UART 0 to 2: each has one to receive and one to transmit. */
static const struct {
    uint32_t *stack_top;
    handler *exceptions[15];
    handler *uarts[6];
} vectors __attribute__((section(".vectors"), used)) = {
    board_stack_top,
    { board_reset, stop, stop, stop, stop, stop, NULL, NULL, NULL, NULL, stop, stop, NULL, stop, board_systick },
    { board_uart_interrupt, board_uart_interrupt, board_uart_interrupt, board_uart_interrupt, board_uart_interrupt,
      board_uart_interrupt },
};
