/*
 * The firmware: makes the calls in its command line, in that order, over TLS. The first call uses UART 0, the next one
 * UART 1. Prints a report of each call, and the memory used. Exit status: 0 every call succeeded, 1 a call failed, 2
 * the command line is wrong, 99 a fault.
 *
 *   mps     ExampleFunc of Media Processing
 *   vod     Echo of Video on Demand
 *   flash   ExampleFunc with an argument of 100 KiB that is never in memory as a whole
 *   1500    milliseconds: the deadline of the calls that follow
 */
#include <tcexec/client.h>

#include "board.h"
#include "image.h"
#include "shell.h"
#include "uart.h"

/* On a device, keep these where the debug port cannot read them. */
static const tcx_credentials credentials = {
    .secret_id = TCX_TEXT("AKIDEXAMPLE000000000000000000000000001"),
    .secret_key = TCX_TEXT("SKEXAMPLE0000000000000000000000002"),
};

static uart_link line;
static tcx_client client;
static char answer[1024];

/* Stands in for a log in flash: the same record again and again. */
static int read_records(void *context, uint32_t offset, void *out, size_t length)
{
    static const char record[] = "{\"t\":1767225600,\"celsius\":[20.5,20.6,20.4]}\n";
    char *byte = out;

    (void)context;
    for (size_t i = 0; i < length; i++)
        byte[i] = record[(offset + i) % (sizeof record - 1)];
    return (int)length;
}

static tcx_source records; /* main() sets it up: as initialised data it would take flash and RAM */

static const shell_job jobs[] = {
    { TCX_TEXT("mps"),
      { .service = &tcx_mps, .function_name = TCX_TEXT("ExampleFunc"), .function_arg = TCX_TEXT("XXX") } },
    { TCX_TEXT("vod"),
      { .service = &tcx_vod,
        .function_name = TCX_TEXT("Echo"),
        .function_arg = TCX_TEXT("{\"input\":\"movie.mp4\"}") } },
    { TCX_TEXT("flash"),
      { .service = &tcx_mps, .function_name = TCX_TEXT("ExampleFunc"), .function_arg_source = &records } },
};

int main(void)
{
    char command_line[36];
    const char *rest = command_line;
    unsigned calls = 0;
    int exit_status = 0;

    board_command_line(command_line, sizeof command_line);
    tcx_source_init(&records, read_records, NULL, 100 * 1024);
    uart_init(&line, 0);
    tcx_client_init(&client, &line.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    image_trust(&client);
    while (*rest != '\0') {
        tcx_text word = shell_word(&rest);
        const tcx_request *request = shell_request(jobs, sizeof jobs / sizeof jobs[0], word);

        if (request == NULL) {
            client.config.timeout = shell_number(word);
            if (client.config.timeout == 0)
                return 2;
            continue;
        }
        if (calls == uart_count)
            return 2;
        uart_init(&line, calls++); /* the next UART, in the link that the client has */
        if (tcx_client_execute(&client, request) != TCX_OK)
            exit_status = 1;
        shell_report_call(word, &client);
    }
    tcx_client_wipe(&client);
    shell_report_memory();
    return calls > 0 ? exit_status : 2;
}
