/*
 * Makes calls with one client whose trust anchors are replaced between calls, for tests/command/test_anchors.py. It
 * reads steps from standard input, a line each, and prints a line for each:
 *
 *     trust FILE   replaces the roots by those of a PEM file: "trust 2"
 *     call PORT    calls Echo at 127.0.0.1: the name of the status
 */
#define _DEFAULT_SOURCE

#include <stdio.h>
#include <stdlib.h>

#include <tcexec/client.h>

#include "tcx_posix.h"

#define PEM_MAX 65536u

static unsigned char records[TCX_TLS_BUFFER_SAFE], answer[4096];
static char pem[PEM_MAX];
static br_x509_trust_anchor memory[2][256]; /* the anchors in use, and those that come */
static tcx_posix_tcp tcp;
static tcx_tls_chain chain;
static tcx_tls tls;
static tcx_client client;

static int trust(const char *path)
{
    static unsigned turn;
    tcx_posix_anchors anchors;
    tcx_text text = { pem, 0 };
    FILE *file = fopen(path, "r");

    if (file == NULL)
        return -1;
    text.length = fread(pem, 1, sizeof pem, file);
    fclose(file);
    turn = !turn;
    if (tcx_posix_anchors_read(text, memory[turn], sizeof memory[turn], &anchors) != TCX_OK)
        return -1;
    if (tcx_tls_chain_init(&chain, anchors.anchors, anchors.count) != TCX_OK)
        return -1;
    if (client.config.transport == NULL) /* the first time */
        tcx_client_trust(&client, &tls, &tcx_tls_profile_full, &chain.trust, records, sizeof records);
    memset(memory[!turn], 0xFF, sizeof memory[!turn]); /* nobody may still look at the old ones */
    printf("trust %zu\n", anchors.count);
    return 0;
}

static int call(const char *port)
{
    const tcx_request request = { .service = &tcx_mps,
                                  .function_name = TCX_TEXT("Echo"),
                                  .function_arg = TCX_TEXT("x") };

    client.config.port = (uint16_t)atoi(port);
    puts(tcx_status_name(tcx_client_execute(&client, &request)));
    return 0;
}

int main(void)
{
    const tcx_credentials credentials = {
        .secret_id = tcx_text_from(getenv("TENCENTCLOUD_SECRET_ID")),
        .secret_key = tcx_text_from(getenv("TENCENTCLOUD_SECRET_KEY")),
    };
    char step[16];
    char what[512];
    int failed = 0;

    tcx_posix_tcp_init(&tcp, 0);
    tcx_client_init(&client, &tcp.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    client.config.timeout = 10000;
    client.config.address = tcx_text_from("127.0.0.1");
    while (!failed && scanf("%15s %511s", step, what) == 2) {
        if (strcmp(step, "trust") == 0)
            failed = trust(what) != 0;
        else
            failed = call(what) != 0;
    }
    tcx_client_wipe(&client);
    return failed;
}
