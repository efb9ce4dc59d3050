#include <stdio.h>
#include <stdlib.h>
#include <tcexec/client.h>
#include <tcx_posix.h>
#include "anchors.h" /* tcexec anchors --tencent > anchors.h */

static unsigned char records[TCX_TLS_BUFFER_DUPLEX], answer[4096];
static tcx_posix_tcp tcp;
static tcx_client_chain chain;
static tcx_client client;

int main(int argc, char **argv)
{
    const tcx_credentials credentials = { .secret_id = tcx_text_from(getenv("TENCENTCLOUD_SECRET_ID")),
                                          .secret_key = tcx_text_from(getenv("TENCENTCLOUD_SECRET_KEY")) };
    const tcx_request request = { .service = &tcx_vod, .function_name = TCX_TEXT("ExampleFunc"),
                                  .function_arg = TCX_TEXT("{\"input\":\"movie.mp4\"}"),
                                  .session_id = TCX_TEXT("order-4711") }; /* runs once in seven days */

    tcx_posix_tcp_init(&tcp, 0);
    tcx_client_init(&client, &tcp.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    tcx_client_trust_chain(&client, &chain, &tcx_tls_profile_full, trust_anchors, TRUST_ANCHOR_COUNT,
                           records, sizeof records);
    if (argc == 3) { /* ADDRESS PORT: another place to dial, for a test */
        client.config.address = tcx_text_from(argv[1]);
        client.config.port = (uint16_t)atoi(argv[2]);
    }
    if (tcx_client_execute(&client, &request) == TCX_OK)
        printf("%.*s\n", (int)client.call.response.result.length, client.call.response.result.bytes);
    else
        tcx_client_report(&client, &tcx_client_all_words, tcx_posix_put, stderr);
    tcx_client_wipe(&client);
    return client.call.status != TCX_OK;
}
