/*
 * The first program: makes one call, and prints its result or a report. On your board, `line` is your own link,
 * board_put() and board_print() are your console, and image_trust() is a call of tcx_client_trust_chain() with your
 * roots: see image_full.c. Exit status: 0 the call succeeded, 1 it failed.
 */
#include <tcexec/client.h>

#include "board.h"
#include "image.h"
#include "uart.h"

/* On a device, keep these where the debug port cannot read them. */
static const tcx_credentials credentials = {
    .secret_id = TCX_TEXT("AKIDEXAMPLE000000000000000000000000001"),
    .secret_key = TCX_TEXT("SKEXAMPLE0000000000000000000000002"),
};
static const tcx_request request = {
    .service = &tcx_mps,
    .function_name = TCX_TEXT("ExampleFunc"),
    .function_arg = TCX_TEXT("XXX"),
};
static uart_link line;
static tcx_client client;
static char answer[1024];

int main(void)
{
    uart_init(&line, 0);
    tcx_client_init(&client, &line.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    image_trust(&client);
    if (tcx_client_execute(&client, &request) == TCX_OK) {
        board_put(NULL, client.call.response.result.bytes, client.call.response.result.length);
        board_print("\n");
    } else {
        tcx_client_report(&client, NULL, board_put, NULL); /* NULL: numbers. The words would need kilobytes of flash */
    }
    tcx_client_wipe(&client);
    return client.call.status == TCX_OK ? 0 : 1;
}
