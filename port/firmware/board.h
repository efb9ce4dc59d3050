/*
 * What the firmware needs from a board. mps2/ is ARM's MPS2 with a Cortex-M3 (AN385, `qemu-system-arm -M mps2-an385`),
 * virt/ is QEMU's RISC-V machine. The host of the emulator gives a console, a command line, a date and an exit status
 * by semihosting.
 */
#ifndef BOARD_H
#define BOARD_H

#include <stddef.h>
#include <stdint.h>

/* From the linker script. */
extern uint32_t board_stack_limit[], board_stack_top[];
extern uint32_t board_data_start[], board_data_end[], board_data_load[];
extern uint32_t board_bss_start[], board_bss_end[], board_flash_start[], board_flash_end[];

#define BOARD_PAINT 0x5AFE57ACu /* the value of unused stack words */
#define BOARD_FAULT 99          /* the exit status after a fault or an unhandled interrupt */

void board_init(void); /* before main() */

/* Interrupt handlers. A UART driver defines that of the UARTs. Without a driver, the interrupt ends the image. */
void board_systick(void);
void board_uart_interrupt(void);

/* Milliseconds since reset. Wraps. */
uint32_t board_tick(void);

/* A free-running counter: 25 MHz on mps2, 10 MHz on virt. Wraps. */
uint32_t board_counter(void);

/*
 * The same without the time slept in board_sleep(). With QEMU's `-icount shift=0` a count is 40 instructions on mps2,
 * 100 on virt.
 */
uint32_t board_awake(void);

/*
 * Sleeps until the next interrupt, at most a millisecond. Mask interrupts first (board_mask()): an interrupt that comes
 * after the caller's check is then still pending, and ends the sleep at once.
 */
void board_sleep(void);
void board_mask(void);
void board_unmask(void);

/*
 * Deep sleep: the chip loses its RAM, but for the section .noinit, and starts again. The emulator starts at once. On a
 * device, enter the lowest power mode that keeps a little memory, and let a timer or a pin wake the chip. mps2 only.
 */
void __attribute__((noreturn)) board_deep_sleep(void);

/* Returns how many bytes of stack were ever used: those that no longer have the paint. */
size_t board_stack_peak(void);

/* Returns seconds since 1970-01-01 UTC. On a device, read the battery-backed clock here. */
int64_t board_unix_time(void);

/*
 * NOT RANDOM. The emulator has no generator. This output is made from its clocks and can be guessed: it only lets the
 * demonstration run. A device MUST read its hardware generator, and return 0 if the generator fails: then nothing is
 * sent. For tcx_port.entropy.
 */
int board_pretend_entropy(void *context, void *out, size_t length);

/* Semihosting: asks the emulator or a debug probe to do an operation. */
uint32_t board_ask_host(uint32_t operation, const void *argument);

void board_print(const char *text);
void board_put(void *context, const char *bytes, size_t length); /* for tcx_client_report(). Ignores `context` */
void board_print_number(int32_t number);

/* Copies the words of -semihosting-config's `arg=`. Without them, `line` is "". */
void board_command_line(char *line, size_t size);

void __attribute__((noreturn)) board_exit(int status);

#endif
