/* QEMU's `virt` machine with an RV32: from reset to main(), the trap handler, the CLINT's timer. */
#include "board.h"

#include <string.h>

#define TIMER_HZ 10000000u

#define TIME_LOW     (*(volatile uint32_t *)0x0200BFF8)
#define TIME_HIGH    (*(volatile uint32_t *)0x0200BFFC)
#define COMPARE_LOW  (*(volatile uint32_t *)0x02004000)
#define COMPARE_HIGH (*(volatile uint32_t *)0x02004004)

enum { MSTATUS_INTERRUPTS = 8, MIE_TIMER = 1 << 7, MIE_EXTERNAL = 1 << 11 };
#define CAUSE_TIMER    0x80000007u
#define CAUSE_EXTERNAL 0x8000000Bu

int main(void);
void board_reset(void);
void board_start(void) __attribute__((noreturn));

static volatile uint32_t ticks;
static uint32_t slept;
static uint64_t next_tick;

void __attribute__((naked, section(".reset"))) board_reset(void)
{
    __asm volatile("la sp, board_stack_top\n"
                   "j board_start");
}

/* Writes in this order raise no interrupt between them (RISC-V privileged architecture, machine timer). */
static void set_next_tick(void)
{
    next_tick += TIMER_HZ / 1000;
    COMPARE_HIGH = UINT32_MAX;
    COMPARE_LOW = (uint32_t)next_tick;
    COMPARE_HIGH = (uint32_t)(next_tick >> 32);
}

void board_systick(void)
{
    ticks++;
    set_next_tick();
}

static void __attribute__((interrupt("machine"), aligned(4))) trap(void)
{
    uint32_t cause;

    __asm volatile("csrr %0, mcause" : "=r"(cause));
    if (cause == CAUSE_TIMER)
        board_systick();
    else if (cause == CAUSE_EXTERNAL)
        board_uart_interrupt();
    else
        board_exit(BOARD_FAULT);
}

void board_init(void)
{
    next_tick = (uint64_t)TIME_HIGH << 32 | TIME_LOW;
    set_next_tick();
    __asm volatile("csrw mtvec, %0" : : "r"(trap));
    __asm volatile("csrw mie, %0" : : "r"(MIE_TIMER | MIE_EXTERNAL));
    board_unmask();
}

void board_start(void)
{
    const uint32_t *here;
    volatile uint32_t *word = board_stack_limit;

    __asm volatile("mv %0, sp" : "=r"(here));
    while (word < here)
        *word++ = BOARD_PAINT;
    memcpy(board_data_start, board_data_load, (size_t)(board_data_end - board_data_start) * sizeof *board_data_start);
    memset(board_bss_start, 0, (size_t)(board_bss_end - board_bss_start) * sizeof *board_bss_start);
    board_init();
    board_exit(main());
}

uint32_t board_tick(void)
{
    return ticks;
}

uint32_t board_counter(void)
{
    return TIME_LOW;
}

uint32_t board_awake(void)
{
    return TIME_LOW - slept;
}

void board_sleep(void)
{
    uint32_t since = TIME_LOW;

    __asm volatile("wfi" ::: "memory");
    slept += TIME_LOW - since;
}

void board_mask(void)
{
    __asm volatile("csrc mstatus, %0" : : "r"(MSTATUS_INTERRUPTS) : "memory");
}

void board_unmask(void)
{
    __asm volatile("csrs mstatus, %0" : : "r"(MSTATUS_INTERRUPTS) : "memory");
}

/* The emulator looks for these three instructions: uncompressed and next to each other. */
uint32_t __attribute__((noinline, aligned(16))) board_ask_host(uint32_t operation, const void *argument)
{
    register uint32_t a0 __asm("a0") = operation;
    register const void *a1 __asm("a1") = argument;

    __asm volatile(".option push\n"
                   ".option norvc\n"
                   ".balign 16\n"
                   "slli zero, zero, 0x1f\n"
                   "ebreak\n"
                   "srai zero, zero, 7\n"
                   ".option pop\n"
                   : "+r"(a0)
                   : "r"(a1)
                   : "memory");
    return a0;
}
