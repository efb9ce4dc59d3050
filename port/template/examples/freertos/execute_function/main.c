/* Makes a call over verified TLS, and prints the result or a report of the failure. */
#include "board.h"
#include "network.h"

#include <tcexec/client.h>
#include "tcx_freertos.h"
#include "anchors.h" /* tcexec anchors --tencent > anchors.h */

static unsigned char records[TCX_TLS_BUFFER_DUPLEX], answer[4096];
static tcx_freertos freertos;
static tcx_client_chain chain;
static tcx_client client;

/* On a device, keep these where the debug port cannot read them. */
static const tcx_credentials credentials = { .secret_id = TCX_TEXT("AKIDEXAMPLE000000000000000000000000001"),
                                             .secret_key = TCX_TEXT("SKEXAMPLE0000000000000000000000002") };

static void call(void)
{
    const tcx_request request = { .service = &tcx_vod,
                                  .function_name = TCX_TEXT("ExampleFunc"),
                                  .function_arg = TCX_TEXT("{\"input\":\"movie.mp4\"}"),
                                  .session_id = TCX_TEXT("order-4711") }; /* runs once in seven days */
    const tcx_text *result = &client.call.response.result;
    char address[NETWORK_ADDRESS_SIZE] = "";

    tcx_freertos_init(&freertos);
    freertos.port.unix_time = board_unix_time;
    freertos.port.entropy = board_entropy;
    tcx_client_init(&client, &freertos.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    tcx_client_trust_chain(&client, &chain, &tcx_tls_profile_full, trust_anchors, TRUST_ANCHOR_COUNT, records,
                           sizeof records);
    if (network_find("vod.tencentcloudapi.com", address))
        client.config.address = tcx_text_from(address);
    if (tcx_client_execute(&client, &request) == TCX_OK) {
        board_put(NULL, result->bytes, result->length);
        board_put(NULL, "\n", 1);
    } else {
        tcx_client_report(&client, &tcx_client_all_words, board_put, NULL);
    }
    tcx_client_wipe(&client);
}

int main(void)
{
    network_run(call);
    return 0;
}
