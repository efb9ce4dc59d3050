/*
 * Makes a call, sleeps, and makes the next call with the TLS session of the first: no certificates are sent and no
 * public-key work is done. What stays during the sleep are the bytes of the session and nothing else.
 */
#include "board.h"
#include "network.h"

#include <string.h>
#include <task.h>
#include <tcexec/client.h>
#include "tcx_freertos.h"
#include "anchors.h" /* tcexec anchors --tencent > anchors.h */

enum { CALLS = 3, SLEEP = 2000 }; /* ms. On a device: as long as its work allows */

static unsigned char records[TCX_TLS_BUFFER_DUPLEX], answer[4096];
static tcx_freertos freertos;
static tcx_client_chain chain;
static tcx_client client;
static tcx_tls_session session;

/* On a device: memory that keeps its content in deep sleep. It is a secret, like a key. */
static unsigned char kept[TCX_TLS_SESSION_SIZE];

/* On a device, keep these where the debug port cannot read them. */
static const tcx_credentials credentials = { .secret_id = TCX_TEXT("AKIDEXAMPLE000000000000000000000000001"),
                                             .secret_key = TCX_TEXT("SKEXAMPLE0000000000000000000000002") };

static void print(const char *text)
{
    board_put(NULL, text, strlen(text));
}

/* All that a device does between two sleeps. */
static void wake(void)
{
    const tcx_request request = { .service = &tcx_mps,
                                  .function_name = TCX_TEXT("ExampleFunc"),
                                  .function_arg = TCX_TEXT("XXX") };
    const tcx_text *result = &client.call.response.result;
    char address[NETWORK_ADDRESS_SIZE] = "";

    tcx_freertos_init(&freertos);
    freertos.port.unix_time = board_unix_time;
    freertos.port.entropy = board_entropy;
    tcx_client_init(&client, &freertos.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    tcx_client_trust_chain(&client, &chain, &tcx_tls_profile_full, trust_anchors, TRUST_ANCHOR_COUNT, records,
                           sizeof records);
    tcx_tls_session_init(&session, kept);
    client.tls.session = &session;
    if (network_find("mps.tencentcloudapi.com", address))
        client.config.address = tcx_text_from(address);
    if (tcx_client_execute(&client, &request) == TCX_OK) {
        board_put(NULL, result->bytes, result->length);
        print(chain.tls.resumed ? ", resumed\n" : ", a full handshake\n");
    } else {
        tcx_client_report(&client, &tcx_client_all_words, board_put, NULL);
    }
    memcpy(kept, session.bytes, sizeof kept);
    tcx_wipe(&session, sizeof session);
    tcx_client_wipe(&client);
}

static void resume(void)
{
    int i;

    for (i = 0; i < CALLS; i++) {
        wake();
        if (i + 1 < CALLS)
            vTaskDelay(pdMS_TO_TICKS(SLEEP));
    }
}

int main(void)
{
    network_run(resume);
    return 0;
}
