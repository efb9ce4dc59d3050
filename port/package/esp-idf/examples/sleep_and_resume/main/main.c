/*
 * Wakes, calls a function, and sleeps. The TLS session survives the sleep, so only the first call makes a full handshake.
 * On Linux, the program does not sleep: it begins again with empty memory, three times.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sdkconfig.h"
#if !CONFIG_IDF_TARGET_LINUX
#include "esp_attr.h"
#include "esp_sleep.h"
#endif

#include <tcexec/client.h>
#include <tcx_sockets.h>

#include "anchors.h" /* tcexec anchors --tencent > main/anchors.h */
#include "network.h"

#define SLEEP 60000000u /* microseconds */

/* What survives the sleep. It has the session's secret: protect it like a key. */
struct stored {
    unsigned char session[TCX_TLS_SESSION_SIZE]; /* all zero: none yet */
    int64_t clock_offset;                        /* corrects time(), which goes on during deep sleep */
};

#if CONFIG_IDF_TARGET_LINUX
static struct stored stored;
#else
static RTC_DATA_ATTR struct stored stored;
#endif

static unsigned char records[TCX_TLS_BUFFER_SAFE], answer[4096];
static tcx_tls_session session;
static tcx_sockets sockets;
static tcx_client_chain chain;
static tcx_client client;

static void put(void *context, const char *bytes, size_t length)
{
    fwrite(bytes, 1, length, context);
}

static tcx_status call(void)
{
    static const tcx_credentials credentials = { TCX_TEXT(CONFIG_EXAMPLE_SECRET_ID),
                                                 TCX_TEXT(CONFIG_EXAMPLE_SECRET_KEY), { NULL, 0 } };
    static const tcx_request request = { .service = &tcx_mps, .function_name = TCX_TEXT("ExampleFunc"),
                                         .function_arg = TCX_TEXT("{\"level\":42}") };
    tcx_status status;

    tcx_sockets_init(&sockets, 0);
    tcx_client_init(&client, &sockets.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    tcx_client_trust_chain(&client, &chain, &tcx_tls_profile_full, trust_anchors, TRUST_ANCHOR_COUNT,
                           records, sizeof records);
    client.config.address = tcx_text_from(CONFIG_EXAMPLE_ADDRESS); /* empty: the service */
    client.config.port = CONFIG_EXAMPLE_PORT;

    tcx_tls_session_init(&session, stored.session);
    client.tls.session = &session;
    client.clock_offset = stored.clock_offset;
    status = tcx_client_execute(&client, &request);
    client.clock_offset += tcx_call_clock_offset(&client.call);
    memcpy(stored.session, session.bytes, sizeof stored.session);
    stored.clock_offset = client.clock_offset;

    if (status == TCX_OK)
        printf("%.*s, %s\n", (int)client.call.response.result.length, client.call.response.result.bytes,
               chain.tls.resumed ? "resumed session" : "full handshake");
    else
        tcx_client_report(&client, &tcx_client_all_words, put, stdout);
    tcx_client_wipe(&client);
    return status;
}

void app_main(void)
{
    network_start();
#if CONFIG_IDF_TARGET_LINUX
    for (int wakes = 0; wakes < 3; wakes++) {
        memset(&session, 0, sizeof session); /* deep sleep keeps nothing but `stored` */
        memset(&chain, 0, sizeof chain);
        memset(&client, 0, sizeof client);
        if (call() != TCX_OK)
            exit(1);
    }
    exit(0);
#else
    (void)call(); /* after a failed call, too: sleep, and try again */
    esp_deep_sleep(SLEEP); /* the chip starts again from app_main() */
#endif
}
