/*
 * The firmware: makes the calls in its command line, in that order, over TLS. The first call uses UART 0, the next one
 * UART 1. Prints the result of each call, and the memory used. Exit status: 0 every call succeeded, 1 a call failed, 2
 * the command line is wrong, 99 a fault.
 *
 *   mps     ExampleFunc of Media Processing
 *   vod     Echo of Video on Demand
 *   flash   ExampleFunc with an argument of 100 KiB that is never in memory as a whole
 *   1500    milliseconds: the deadline of the calls that follow
 */
#include <tcexec.h>

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
static tcx_tls tls;
static tcx_signer signer;
static tcx_call call;
static tcx_token tokens[11]; /* an answer with an error has 11 */
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

static const struct {
    char name[6];
    char function[12];
    const tcx_service *service;
    const char *argument; /* NULL: from the source */
} jobs[] = {
    { "mps", "ExampleFunc", &tcx_mps, "XXX" },
    { "vod", "Echo", &tcx_vod, "{\"input\":\"movie.mp4\"}" },
    { "flash", "ExampleFunc", &tcx_mps, NULL },
};

/* Makes one call. If its set-up fails, nothing is sent. */
static tcx_status execute(const tcx_request *request, uint32_t timeout)
{
    const tcx_call_config config = {
        .transport = &tls.transport,
        .signer = &signer,
        .buffer = answer,
        .buffer_size = sizeof answer,
        .tokens = tokens,
        .token_count = sizeof tokens / sizeof tokens[0],
        .unix_time = board_unix_time(),
        .timeout = timeout,
    };
    tcx_tls_config tls_config = { .link = &line.transport, .entropy = board_pretend_entropy };
    tcx_status status = image_set(&tls_config);

    if (status == TCX_OK)
        status = tcx_tls_init(&tls, &tls_config);
    if (status == TCX_OK)
        status = tcx_execute(&call, &config, request, &line.port);
    tcx_tls_wipe(&tls);
    return status;
}

/* Sets the request of the job with this name. Returns 0 if there is none. */
static int set_request(tcx_request *request, tcx_text name)
{
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        if (name.length == strlen(jobs[i].name) && memcmp(name.bytes, jobs[i].name, name.length) == 0) {
            memset(request, 0, sizeof *request);
            request->service = jobs[i].service;
            request->function_name = tcx_text_from(jobs[i].function);
            request->function_arg = tcx_text_from(jobs[i].argument);
            if (jobs[i].argument == NULL)
                request->function_arg_source = &records;
            return 1;
        }
    }
    return 0;
}

int main(void)
{
    char command_line[36];
    const char *rest = command_line;
    uint32_t timeout = TCX_TIMEOUT_DEFAULT;
    unsigned calls = 0;
    int exit_status = 0;

    board_command_line(command_line, sizeof command_line);
    tcx_source_init(&records, read_records, NULL, 100 * 1024);
    if (tcx_signer_init(&signer, &credentials, TCX_SIGN_TC3) != TCX_OK)
        return 1;
    while (*rest != '\0') {
        tcx_text word = shell_word(&rest);
        tcx_request request;
        tcx_status status;

        if (!set_request(&request, word)) {
            timeout = shell_number(word);
            if (timeout == 0)
                return 2;
            continue;
        }
        if (calls == uart_count)
            return 2;
        uart_init(&line, calls++);
        status = execute(&request, timeout);
        shell_report_call(word, &call, status);
        if (status != TCX_OK)
            exit_status = 1;
    }
    tcx_signer_wipe(&signer);
    shell_report_memory();
    return calls > 0 ? exit_status : 2;
}
