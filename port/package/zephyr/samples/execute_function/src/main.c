/* Sets the clock by SNTP, calls a function of VOD over verified TLS, and prints its result. */
#include <stdio.h>

#include <zephyr/kernel.h>
#include <zephyr/net/sntp.h>
#include <zephyr/sys/clock.h>

#include <tcexec/client.h>
#include <tcx_sockets.h>
#include "anchors.h" /* CONFIG_TCEXEC_ROOTS */

static unsigned char records[TCX_TLS_BUFFER_SAFE], answer[4096];
static tcx_sockets sockets;
static tcx_client_chain chain;
static tcx_client client;

/* Until the clock is set, a call fails with TCX_E_CLOCK_UNSET. */
static void set_clock(void)
{
    struct sntp_time now;
    struct timespec time = { 0 };
    int tries;

    for (tries = 0; tries < 5; tries++) {
        if (sntp_simple(CONFIG_SAMPLE_TIME_SERVER, 3000, &now) == 0) {
            time.tv_sec = (time_t)now.seconds;
            (void)sys_clock_settime(SYS_CLOCK_REALTIME, &time);
            return;
        }
        k_sleep(K_SECONDS(1));
    }
}

static void put(void *context, const char *bytes, size_t length)
{
    (void)context;
    printf("%.*s", (int)length, bytes);
}

int main(void)
{
    const tcx_credentials credentials = { .secret_id = TCX_TEXT(CONFIG_SAMPLE_SECRET_ID),
                                          .secret_key = TCX_TEXT(CONFIG_SAMPLE_SECRET_KEY) };
    const tcx_request request = { .service = &tcx_vod,
                                  .function_name = TCX_TEXT("ExampleFunc"),
                                  .function_arg = TCX_TEXT("{\"input\":\"movie.mp4\"}"),
                                  .session_id = TCX_TEXT("order-4711") }; /* runs once in seven days */

    set_clock();
    tcx_sockets_init(&sockets, 0);
    tcx_client_init(&client, &sockets.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    tcx_client_trust_chain(&client, &chain, &tcx_tls_profile_full, trust_anchors, TRUST_ANCHOR_COUNT, records,
                           sizeof records);
    if (CONFIG_SAMPLE_ADDRESS[0] != '\0') {
        client.config.address = tcx_text_from(CONFIG_SAMPLE_ADDRESS);
        client.config.port = CONFIG_SAMPLE_PORT;
    }
    if (tcx_client_execute(&client, &request) == TCX_OK)
        printf("%.*s\n", (int)client.call.response.result.length, client.call.response.result.bytes);
    else
        tcx_client_report(&client, &tcx_client_all_words, put, NULL);
    tcx_client_wipe(&client);
    return 0;
}
