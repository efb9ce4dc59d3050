/*
 * The board: ARM's MPS2 with a Cortex-M3 (AN385), as `qemu-system-arm -M mps2-an385` has it. Time, and what firmware
 * under an emulator gets from its host by semihosting: a console, a command line, a date, an exit status.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>
#include <stdint.h>

/* From the linker script. */
extern uint32_t board_stack_limit[], board_stack_top[];
extern uint32_t board_data_start[], board_data_end[], board_data_load[];
extern uint32_t board_bss_start[], board_bss_end[], board_flash_start[], board_flash_end[];

#define BOARD_PAINT 0x5AFE57ACu /* what unused stack holds */
#define BOARD_FAULT 99          /* the exit status of an image that faulted or took an interrupt nobody handles */

void board_init(void); /* before main() */

/* Interrupts. The UARTs' is handled by whoever drives one; without a driver it ends the image. */
void board_systick(void);
void board_uart_interrupt(void);

/* Milliseconds since reset, by SysTick; wraps. */
uint32_t board_tick(void);

/* A free-running counter, 25 MHz; wraps. */
uint32_t board_counter(void);

/* The same without the time slept in board_sleep(). Under QEMU's `-icount shift=0` a count is 40 instructions. */
uint32_t board_awake(void);

/*
 * Sleeps until an interrupt has come, at most a millisecond. Call it with interrupts masked (board_mask()): one that
 * came after the caller looked is then still pending and ends the sleep at once.
 */
void board_sleep(void);
void board_mask(void);
void board_unmask(void);

/* Bytes of stack that were ever in use: what is no longer painted. */
size_t board_stack_peak(void);

/* Seconds since 1970-01-01 UTC. A device reads its battery-backed clock here. */
int64_t board_unix_time(void);

/*
 * NOT RANDOM. The emulator has no generator, so this is made of its clocks and can be guessed; it is here to let the
 * demonstration run. A device MUST read its hardware generator, and return 0 when that fails: then nothing is sent.
 * Fits tcx_tls_config.entropy.
 */
int board_pretend_entropy(void *context, void *out, size_t length);

/* Semihosting: has the emulator, or a debug probe, do something for the program. */
uint32_t board_ask_host(uint32_t operation, const void *argument);

void board_print(const char *text);
void board_print_bytes(const char *bytes, size_t length);
void board_print_number(int32_t number);

/* What stands behind `arg=` of -semihosting-config: "" without. */
void board_command_line(char *line, size_t size);

void __attribute__((noreturn)) board_exit(int status);

#endif
