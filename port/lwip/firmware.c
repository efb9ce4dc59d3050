/*
 * The firmware: makes the calls in its command line, in that order, over TLS over lwIP. Prints the result of each call,
 * and the memory used. Exit status: 0 every call succeeded, 1 a call failed, 2 the command line is wrong, 3 there is no
 * network, 99 a fault.
 *
 *   mps         ExampleFunc of Media Processing
 *   vod         Echo of Video on Demand
 *   10.0.2.2    an address, or a name with a dot: the calls that follow dial it instead of 10.0.2.100
 *   1500        milliseconds: the deadline of the calls that follow
 */
#include <tcexec.h>

#include "board.h"
#include "image.h"
#include "shell.h"
#include "net.h"

/* On a device, keep these where the debug port cannot read them. */
static const tcx_credentials credentials = {
    .secret_id = TCX_TEXT("AKIDEXAMPLE000000000000000000000000001"),
    .secret_key = TCX_TEXT("SKEXAMPLE0000000000000000000000002"),
};

static tcx_tls tls;
static tcx_signer signer;
static tcx_call call;
static tcx_token tokens[16]; /* an answer with an error has 11 */
static char answer[1024];

static const struct {
    tcx_text name;
    tcx_request request;
} jobs[] = {
    { TCX_TEXT("mps"),
      { .service = &tcx_mps, .function_name = TCX_TEXT("ExampleFunc"), .function_arg = TCX_TEXT("XXX") } },
    { TCX_TEXT("vod"),
      { .service = &tcx_vod,
        .function_name = TCX_TEXT("Echo"),
        .function_arg = TCX_TEXT("{\"input\":\"movie.mp4\"}") } },
};

/* Makes one call. If its set-up fails, nothing is sent. */
static tcx_status execute(const tcx_request *request, tcx_text address, uint32_t timeout)
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
        .address = address,
    };
    tcx_tls_config tls_config = { .link = &net_link.transport, .entropy = board_pretend_entropy };
    tcx_status status = image_set(&tls_config);

    if (status == TCX_OK)
        status = tcx_tls_init(&tls, &tls_config);
    if (status == TCX_OK)
        status = tcx_execute(&call, &config, request, &net_port);
    tcx_tls_wipe(&tls);
    return status;
}

static const tcx_request *find_request(tcx_text name)
{
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++)
        if (name.length == jobs[i].name.length && memcmp(name.bytes, jobs[i].name.bytes, name.length) == 0)
            return &jobs[i].request;
    return NULL;
}

/* Runs the command line. Returns the exit status. */
static int run(const char *rest)
{
    tcx_text address = TCX_TEXT("10.0.2.100");
    uint32_t timeout = TCX_TIMEOUT_DEFAULT;
    int exit_status = 0;

    while (*rest != '\0') {
        tcx_text word = shell_word(&rest);
        const tcx_request *request = find_request(word);

        if (request != NULL) {
            tcx_status status = execute(request, address, timeout);

            shell_report_call(word, &call, status);
            if (status != TCX_OK)
                exit_status = 1;
        } else if (memchr(word.bytes, '.', word.length) != NULL) {
            address = word;
        } else {
            timeout = shell_number(word);
            if (timeout == 0)
                return 2;
        }
    }
    return exit_status;
}

int main(void)
{
    char command_line[80];
    int exit_status;

    board_command_line(command_line, sizeof command_line);
    if (tcx_signer_init(&signer, &credentials, TCX_SIGN_TC3) != TCX_OK)
        return 1;
    if (!net_start())
        return 3;
    exit_status = run(command_line);
    tcx_signer_wipe(&signer);
    shell_report_memory();
    return exit_status;
}
