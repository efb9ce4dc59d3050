/*
 * The firmware: makes the calls in its command line, in that order, over TLS over lwIP. Prints a report of each call,
 * and the memory used. Exit status: 0 every call succeeded, 1 a call failed, 2 the command line is wrong, 3 there is no
 * network, 99 a fault.
 *
 *   mps         ExampleFunc of Media Processing
 *   vod         Echo of Video on Demand
 *   10.0.2.2    an address, or a name with a dot: the calls that follow dial it instead of 10.0.2.100
 *   1500        milliseconds: the deadline of the calls that follow
 */
#include <tcexec/client.h>

#include "board.h"
#include "image.h"
#include "shell.h"
#include "net.h"

/* On a device, keep these where the debug port cannot read them. */
static const tcx_credentials credentials = {
    .secret_id = TCX_TEXT("AKIDEXAMPLE000000000000000000000000001"),
    .secret_key = TCX_TEXT("SKEXAMPLE0000000000000000000000002"),
};

static tcx_client client;
static char answer[1024];

static const shell_job jobs[] = {
    { TCX_TEXT("mps"),
      { .service = &tcx_mps, .function_name = TCX_TEXT("ExampleFunc"), .function_arg = TCX_TEXT("XXX") } },
    { TCX_TEXT("vod"),
      { .service = &tcx_vod,
        .function_name = TCX_TEXT("Echo"),
        .function_arg = TCX_TEXT("{\"input\":\"movie.mp4\"}") } },
};

int main(void)
{
    char command_line[80];
    const char *rest = command_line;
    int exit_status = 0;

    board_command_line(command_line, sizeof command_line);
    if (!net_start())
        return 3;
    tcx_client_init(&client, &net_port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    image_trust(&client);
    client.config.address = tcx_text_from("10.0.2.100");
    while (*rest != '\0') {
        tcx_text word = shell_word(&rest);
        const tcx_request *request = shell_request(jobs, sizeof jobs / sizeof jobs[0], word);

        if (request != NULL) {
            if (tcx_client_execute(&client, request) != TCX_OK)
                exit_status = 1;
            shell_report_call(word, &client);
        } else if (memchr(word.bytes, '.', word.length) != NULL) {
            client.config.address = word;
        } else {
            client.config.timeout = shell_number(word);
            if (client.config.timeout == 0)
                return 2;
        }
    }
    tcx_client_wipe(&client);
    shell_report_memory();
    return exit_status;
}
