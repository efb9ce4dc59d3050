/*
 * A user's program, in C and C++: it makes one verified call with what was installed.
 *
 *     consumer ADDRESS PORT ROOT.pem      prints the Result
 */
#include <stdio.h>
#include <stdlib.h>

#include <tcexec.h>
#include <tcexec/client.h>
#include <tcx_posix.h>

static char pem[16384], answer[4096];
static unsigned char records[TCX_TLS_BUFFER_DUPLEX];
static br_x509_trust_anchor memory[64];
static tcx_posix_tcp tcp;
static tcx_client_chain chain;
static tcx_client client;
static tcx_posix_credentials found;

static tcx_status read_anchors(const char *path, tcx_posix_anchors *anchors)
{
    FILE *file = fopen(path, "rb");
    tcx_text text = { pem, 0 };

    if (file == NULL)
        return TCX_E_TLS_TRUST;
    text.length = fread(pem, 1, sizeof pem, file);
    fclose(file);
    return tcx_posix_anchors_read(text, memory, sizeof memory, anchors);
}

int main(int argc, char **argv)
{
    tcx_posix_anchors anchors;
    tcx_request request;
    const tcx_text *result = &client.call.response.result;

    if (argc != 4 || tcx_posix_credentials_find(&found) != 0 || read_anchors(argv[3], &anchors) != TCX_OK)
        return 2;
    memset(&request, 0, sizeof request);
    request.service = &tcx_mps;
    request.function_name = tcx_text_from("ExampleFunc");
    request.function_arg = tcx_text_from("XXX");

    tcx_posix_tcp_init(&tcp, 0);
    tcx_client_init(&client, &tcp.port, answer, sizeof answer);
    tcx_client_credentials(&client, &found.credentials);
    tcx_client_trust_chain(&client, &chain, &tcx_tls_profile_full, anchors.anchors, anchors.count, records,
                           sizeof records);
    client.config.address = tcx_text_from(argv[1]);
    client.config.port = (uint16_t)atoi(argv[2]);
    if (tcx_client_execute(&client, &request) == TCX_OK)
        printf("%.*s\n", (int)result->length, result->bytes);
    else
        tcx_client_report(&client, &tcx_client_all_words, tcx_posix_put, stderr);
    tcx_client_wipe(&client);
    return client.call.status != TCX_OK;
}
