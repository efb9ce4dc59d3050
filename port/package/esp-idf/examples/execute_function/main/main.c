/* Calls a function of VOD over verified TLS, and prints its Result. */
#include <stdio.h>
#include <stdlib.h>

#include <tcexec/client.h>
#include <tcx_sockets.h>

#include "anchors.h" /* tcexec anchors --tencent > main/anchors.h */
#include "network.h"

static unsigned char records[TCX_TLS_BUFFER_DUPLEX], answer[4096];
static tcx_sockets sockets;
static tcx_client_chain chain;
static tcx_client client;

static void put(void *context, const char *bytes, size_t length)
{
    fwrite(bytes, 1, length, context);
}

void app_main(void)
{
    static const tcx_credentials credentials = { TCX_TEXT(CONFIG_EXAMPLE_SECRET_ID),
                                                 TCX_TEXT(CONFIG_EXAMPLE_SECRET_KEY), { NULL, 0 } };
    static const tcx_request request = { .service = &tcx_vod, .function_name = TCX_TEXT("ExampleFunc"),
                                         .function_arg = TCX_TEXT("{\"input\":\"movie.mp4\"}"),
                                         .session_id = TCX_TEXT("order-4711") }; /* runs once in seven days */

    network_start();
    tcx_sockets_init(&sockets, 0);
    tcx_client_init(&client, &sockets.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    tcx_client_trust_chain(&client, &chain, &tcx_tls_profile_full, trust_anchors, TRUST_ANCHOR_COUNT,
                           records, sizeof records);
    client.config.address = tcx_text_from(CONFIG_EXAMPLE_ADDRESS); /* empty: the service */
    client.config.port = CONFIG_EXAMPLE_PORT;
    if (tcx_client_execute(&client, &request) == TCX_OK)
        printf("%.*s\n", (int)client.call.response.result.length, client.call.response.result.bytes);
    else
        tcx_client_report(&client, &tcx_client_all_words, put, stdout);
    tcx_client_wipe(&client);
#if CONFIG_IDF_TARGET_LINUX
    exit(client.call.status != TCX_OK); /* on a chip, the task of app_main() ends and the others go on */
#endif
}
