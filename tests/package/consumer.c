/*
 * A user's program, in C and C++: it makes one verified call with what was installed.
 *
 *     consumer ADDRESS PORT ROOT.pem      prints the Result
 */
#include <stdio.h>
#include <stdlib.h>

#include <tcexec.h>
#include <tcexec/tls.h>
#include <tcx_posix.h>

static char pem[16384], answer[4096];
static unsigned char records[TCX_TLS_BUFFER_DUPLEX];
static br_x509_trust_anchor memory[64];
static tcx_token tokens[TCX_TOKENS_DEFAULT];
static tcx_posix_tcp tcp;
static tcx_tls_chain chain;
static tcx_tls tls;
static tcx_call call;
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
    tcx_tls_config tls_config;
    tcx_call_config config;
    tcx_signer signer;
    tcx_status status;
    const tcx_text name = TCX_TEXT("ExampleFunc"), argument = TCX_TEXT("XXX");

    if (argc != 4 || tcx_posix_credentials_find(&found) != 0)
        return 2;
    tcx_posix_tcp_init(&tcp, 0);
    memset(&request, 0, sizeof request);
    request.service = &tcx_mps;
    request.function_name = name;
    request.function_arg = argument;
    memset(&tls_config, 0, sizeof tls_config);
    tls_config.link = &tcp.transport;
    tls_config.profile = tcx_tls_profile_full;
    tls_config.trust = &chain.trust;
    tls_config.entropy = tcx_posix_entropy;
    tls_config.buffer = records;
    tls_config.buffer_size = sizeof records;
    memset(&config, 0, sizeof config);
    config.transport = &tls.transport;
    config.signer = &signer;
    config.buffer = answer;
    config.buffer_size = sizeof answer;
    config.tokens = tokens;
    config.token_count = TCX_TOKENS_DEFAULT;
    config.unix_time = tcx_posix_unix_time();
    config.address = tcx_text_from(argv[1]);
    config.port = (uint16_t)atoi(argv[2]);

    status = read_anchors(argv[3], &anchors);
    if (status == TCX_OK)
        status = tcx_tls_chain_init(&chain, anchors.anchors, anchors.count);
    if (status == TCX_OK)
        status = tcx_tls_init(&tls, &tls_config);
    if (status == TCX_OK)
        status = tcx_signer_init(&signer, &found.credentials, TCX_SIGN_TC3);
    if (status == TCX_OK)
        status = tcx_execute(&call, &config, &request, &tcp.port);
    if (status == TCX_OK)
        printf("%.*s\n", (int)call.response.result.length, call.response.result.bytes);
    else
        fprintf(stderr, "%s\n", tcx_status_text(status));
    return status != TCX_OK;
}
