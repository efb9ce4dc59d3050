/*
 * Wakes, calls a function of MPS, sleeps, and so on. The first call makes a TLS session. The next ones resume it, so
 * they need no public-key work and one round trip less.
 */
#include <stdio.h>

#include <zephyr/kernel.h>
#include <zephyr/net/sntp.h>
#include <zephyr/sys/clock.h>

#include <tcexec/client.h>
#include <tcx_sockets.h>
#include "anchors.h" /* CONFIG_TCEXEC_ROOTS */

#define WAKES 3

static unsigned char records[TCX_TLS_BUFFER_SAFE], answer[4096];

/*
 * All that must survive the sleep. It is plain data. In this sample the RAM keeps it. In a product, write it to retained
 * RAM, or to flash by Zephyr's settings. The session is a secret: whoever has it can read what it protects.
 */
static struct {
    unsigned char session[TCX_TLS_SESSION_SIZE]; /* all zero: there is none yet */
    int64_t clock_offset;
} stored;

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

/* One time awake. Everything but `stored` begins anew. */
static void work(void)
{
    static tcx_sockets sockets;
    static tcx_client_chain chain;
    static tcx_client client;
    static tcx_tls_session session;
    const tcx_credentials credentials = { .secret_id = TCX_TEXT(CONFIG_SAMPLE_SECRET_ID),
                                          .secret_key = TCX_TEXT(CONFIG_SAMPLE_SECRET_KEY) };
    const tcx_request request = { .service = &tcx_mps,
                                  .function_name = TCX_TEXT("ExampleFunc"),
                                  .function_arg = TCX_TEXT("{\"temperature\":21}") };

    tcx_sockets_init(&sockets, 0);
    tcx_client_init(&client, &sockets.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    tcx_client_trust_chain(&client, &chain, &tcx_tls_profile_full, trust_anchors, TRUST_ANCHOR_COUNT, records,
                           sizeof records);
    tcx_tls_session_init(&session, stored.session);
    client.tls.session = &session;
    client.clock_offset = stored.clock_offset;
    if (CONFIG_SAMPLE_ADDRESS[0] != '\0') {
        client.config.address = tcx_text_from(CONFIG_SAMPLE_ADDRESS);
        client.config.port = CONFIG_SAMPLE_PORT;
    }
    if (tcx_client_execute(&client, &request) == TCX_OK)
        printf("%s: %.*s\n", chain.tls.resumed ? "resumed" : "full handshake", (int)client.call.response.result.length,
               client.call.response.result.bytes);
    else
        tcx_client_report(&client, &tcx_client_all_words, put, NULL);
    client.clock_offset += tcx_call_clock_offset(&client.call);
    memcpy(stored.session, session.bytes, sizeof stored.session);
    stored.clock_offset = client.clock_offset;
    tcx_client_wipe(&client);
    tcx_wipe(&session, sizeof session);
}

int main(void)
{
    int wake;

    set_clock();
    for (wake = 0; wake < WAKES; wake++) {
        work();
        k_sleep(K_SECONDS(CONFIG_SAMPLE_SLEEP));
    }
    return 0;
}
