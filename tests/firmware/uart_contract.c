/*
 * Runs checks of the transport contract suite on the UART, on the device: those whose numbers are on the command line.
 * A UART is one line while the emulator runs, so each check that dials needs its own run. Exit status: 0 passed.
 */
#include "board.h"
#include "shell.h"
#include "tcx_contract.h"
#include "uart.h"

static uart_link line;
static unsigned char buffer[1024];

int main(void)
{
    char command_line[36];
    const char *rest = command_line;
    tcx_contract contract = {
        .transport = &line.transport,
        .port = &line.port,
        .peer = { TCX_TEXT("peer"), TCX_TEXT("at the other end"), 1, 0 },
        .buffer = buffer,
        .buffer_size = sizeof buffer,
        .bulk = 16384, /* a slow line */
        .longest = 1000, /* a busy machine may be late */
    };
    int result;

    board_command_line(command_line, sizeof command_line);
    uart_init(&line, 0);
    result = tcx_contract_check(&contract, shell_number(shell_word(&rest)));
    if (result < 0) {
        board_print(contract.problem);
        board_print(" ");
        board_print_number(contract.number);
        board_print("\n");
    }
    return result > 0 ? 0 : 1;
}
