/* Functions that do not depend on the processor: the emulator's host, and the painted stack. */
#include "board.h"

#include <string.h>

#include <tcexec/bearssl.h>

/* Operations of Arm's "Semihosting for AArch32 and AArch64", which RISC-V took over. */
enum { SYS_WRITEC = 0x03, SYS_CLOCK = 0x10, SYS_TIME = 0x11, SYS_GET_CMDLINE = 0x15, SYS_EXIT_EXTENDED = 0x20 };
#define STOPPED_APPLICATION_EXIT 0x20026u

int64_t board_unix_time(void)
{
    return board_ask_host(SYS_TIME, NULL);
}

int board_pretend_entropy(void *context, void *out, size_t length)
{
    uint32_t guessable[] = { board_ask_host(SYS_TIME, NULL), board_ask_host(SYS_CLOCK, NULL), board_counter() };
    unsigned char digest[br_sha256_SIZE];
    br_sha256_context hash;

    (void)context;
    if (length > sizeof digest)
        return 0;
    br_sha256_init(&hash);
    br_sha256_update(&hash, guessable, sizeof guessable);
    br_sha256_out(&hash, digest);
    memcpy(out, digest, length);
    return (int)length;
}

size_t board_stack_peak(void)
{
    const uint32_t *word = board_stack_limit;

    while (word < board_stack_top && *word == BOARD_PAINT)
        word++;
    return (size_t)(board_stack_top - word) * sizeof *word;
}

void board_put(void *context, const char *bytes, size_t length)
{
    (void)context;
    while (length-- > 0)
        (void)board_ask_host(SYS_WRITEC, bytes++);
}

void board_print(const char *text)
{
    board_put(NULL, text, strlen(text));
}

void board_print_number(int32_t number)
{
    char text[sizeof "-2147483648"];
    char *digit = text + sizeof text - 1;
    uint32_t left = number < 0 ? 0 - (uint32_t)number : (uint32_t)number;

    *digit = '\0';
    do
        *--digit = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    if (number < 0)
        *--digit = '-';
    board_print(digit);
}

void board_command_line(char *line, size_t size)
{
    const struct {
        char *line;
        size_t size;
    } field = { line, size };

    line[0] = '\0';
    (void)board_ask_host(SYS_GET_CMDLINE, &field);
}

void board_exit(int status)
{
    const uint32_t reason[] = { STOPPED_APPLICATION_EXIT, (uint32_t)status };

    (void)board_ask_host(SYS_EXIT_EXTENDED, reason);
    for (;;)
        ;
}
