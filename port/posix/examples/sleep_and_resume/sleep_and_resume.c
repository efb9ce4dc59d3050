/*
 * A sensor that sleeps. Each run is one wake-up: it makes one call over TLS and sleeps again. In deep sleep it loses its
 * RAM, but for the bytes in `kept`. Here they are in the file kept.bin, and ending the program is the sleep.
 *
 *     sleep_and_resume ADDRESS PORT
 *
 * The sensor has no clock. It pins the server's key, because it cannot check the dates of certificates. The first call
 * learns the time from the server. Exit status: 0 the service ran the function, 1 the call failed.
 */
#include <stdio.h>
#include <stdlib.h>

#include <tcexec/client.h>
#include <tcx_posix.h>

#include "pin.h" /* tcexec anchors server.pem > pin.h */

#define BUILT 1767225600 /* 2026-01-01: when this firmware was built */

/* What deep sleep leaves. The session is a secret: keep it where keys may be kept. */
static struct {
    unsigned char session[TCX_TLS_SESSION_SIZE];
    int64_t clock_offset; /* seconds to add to the device's clock */
} kept;

static unsigned char records[TCX_TLS_BUFFER_DUPLEX], answer[4096];
static tcx_posix_tcp tcp;
static tcx_client_pin pin;
static tcx_tls_session session;
static tcx_client client;

/* The device's clock, which was never set. A real one must go on in sleep. This one stands still. */
static int64_t device_clock(void *context)
{
    (void)context;
    return BUILT;
}

static void wake(void)
{
    FILE *file = fopen("kept.bin", "rb");

    if (file == NULL)
        return; /* a cold start: all zero, no session, no offset */
    if (fread(&kept, sizeof kept, 1, file) != 1)
        memset(&kept, 0, sizeof kept);
    fclose(file);
}

static void deep_sleep(void)
{
    FILE *file = fopen("kept.bin", "wb");

    if (file == NULL)
        return;
    fwrite(&kept, sizeof kept, 1, file);
    fclose(file);
}

int main(int argc, char **argv)
{
    const tcx_credentials credentials = {
        .secret_id = tcx_text_from(getenv("TENCENTCLOUD_SECRET_ID")),
        .secret_key = tcx_text_from(getenv("TENCENTCLOUD_SECRET_KEY")),
    };
    const tcx_request request = {
        .service = &tcx_vod,
        .function_name = TCX_TEXT("Echo"),
        .function_arg = TCX_TEXT("{\"celsius\":21.5}"),
    };
    tcx_retry retry;
    tcx_status status;

    wake();
    tcx_posix_tcp_init(&tcp, 0);
    tcp.port.unix_time = device_clock; /* in place of this computer's clock */
    tcx_client_init(&client, &tcp.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    tcx_client_trust_pin(&client, &pin, &tcx_tls_profile_full, &trust_anchors[0].pkey, records, sizeof records);

    tcx_tls_session_init(&session, kept.session);
    client.tls.session = &session;
    client.clock_offset = kept.clock_offset;
    client.config.clock_floor = BUILT;
    tcx_retry_init(&retry, 2);
    retry.correct_clock = 1; /* if the service refuses the signature as too old, sign again with its time */
    client.config.retry = &retry;
    if (argc > 2) {
        client.config.address = tcx_text_from(argv[1]);
        client.config.port = (uint16_t)atoi(argv[2]);
    }

    status = tcx_client_execute(&client, &request);
    if (status == TCX_OK)
        printf("%.*s, attempts: %u, %s\n", (int)client.call.response.result.length, client.call.response.result.bytes,
               (unsigned)client.call.attempts, pin.tls.resumed ? "resumed" : "full handshake");
    else
        tcx_client_report(&client, &tcx_client_all_words, tcx_posix_put, stderr);
    kept.clock_offset = client.clock_offset + tcx_call_clock_offset(&client.call);
    memcpy(kept.session, session.bytes, sizeof kept.session);
    tcx_client_wipe(&client);
    deep_sleep();
    return status != TCX_OK;
}
