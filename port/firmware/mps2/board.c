#include "board.h"

#define CLOCK_HZ 25000000u

#define SYSTICK_CONTROL (*(volatile uint32_t *)0xE000E010)
#define SYSTICK_RELOAD  (*(volatile uint32_t *)0xE000E014)
#define SYSTICK_VALUE   (*(volatile uint32_t *)0xE000E018)
#define RESET_CONTROL   (*(volatile uint32_t *)0xE000ED0C)
#define FPGA_COUNTER    (*(volatile uint32_t *)0x40028018) /* 25 MHz, free-running */

static volatile uint32_t ticks;
static uint32_t slept;

void board_systick(void)
{
    ticks++;
}

void board_init(void)
{
    SYSTICK_RELOAD = CLOCK_HZ / 1000 - 1;
    SYSTICK_VALUE = 0;
    SYSTICK_CONTROL = 7; /* the core's clock, with interrupt, enabled */
}

uint32_t board_tick(void)
{
    return ticks;
}

uint32_t board_counter(void)
{
    return FPGA_COUNTER;
}

uint32_t board_awake(void)
{
    return FPGA_COUNTER - slept;
}

void board_sleep(void)
{
    uint32_t since = FPGA_COUNTER;

    __asm volatile("wfi" ::: "memory");
    slept += FPGA_COUNTER - since;
}

void board_deep_sleep(void)
{
    RESET_CONTROL = 0x05FA0004; /* Armv7-M, AIRCR: the key, and SYSRESETREQ */
    for (;;)
        ;
}

void board_mask(void)
{
    __asm volatile("cpsid i" ::: "memory");
}

void board_unmask(void)
{
    __asm volatile("cpsie i" ::: "memory");
}

uint32_t board_ask_host(uint32_t operation, const void *argument)
{
    register uint32_t r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = argument;

    __asm volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}
