/*
 * A sensor that sleeps: wakes, makes one call over TLS, and sleeps again, until it has made CALLS. In deep sleep the
 * chip loses its RAM, but for the section .noinit. The sensor keeps there its TLS session and the time.
 *
 * It has no clock. It pins the server's key (image_pin.c), because it cannot check the dates of certificates. The first
 * call learns the time from the server. Exit status: 0 every call succeeded, 1 a call failed, 3 there is no network.
 */
#include <tcexec/client.h>

#include "board.h"
#include "image.h"
#include "net.h"

#define BUILT 1767225600 /* 2026-01-01: when this firmware was built */
#define CALLS 3
#define VALID 0x5EE9D06Eu

/* After a cold start it has any content: so `valid`. A chip that tells the cause of its reset does not need that. */
static struct {
    uint32_t valid;
    uint32_t calls;
    unsigned char session[TCX_TLS_SESSION_SIZE]; /* a secret: keep it where the debug port cannot read it */
    int64_t unix_time;                           /* when the chip was started */
} kept __attribute__((section(".noinit")));

/* On a device, keep these where the debug port cannot read them. */
static const tcx_credentials credentials = {
    .secret_id = TCX_TEXT("AKIDEXAMPLE000000000000000000000000001"),
    .secret_key = TCX_TEXT("SKEXAMPLE0000000000000000000000002"),
};
static const tcx_request request = {
    .service = &tcx_vod,
    .function_name = TCX_TEXT("Echo"),
    .function_arg = TCX_TEXT("{\"celsius\":21.5}"),
};
static tcx_port port; /* net_port with another clock */
static tcx_client client;
static tcx_tls_session session;
static tcx_retry retry;
static char answer[1024];

static int64_t sensor_time(void *context)
{
    (void)context;
    return kept.unix_time + board_tick() / 1000;
}

static void print_event(void *context, tcx_event event, uint32_t number)
{
    (void)context, (void)number;
    if (event == TCX_EVENT_HANDSHAKE)
        board_print("full handshake\n");
    else if (event == TCX_EVENT_RESUMED)
        board_print("resumed\n");
    else if (event == TCX_EVENT_RETRY)
        board_print("the clock was wrong\n");
}

static const tcx_trace trace = { print_event, NULL };

int main(void)
{
    if (kept.valid != VALID) {
        memset(&kept, 0, sizeof kept);
        kept.valid = VALID;
        kept.unix_time = BUILT;
    }
    if (!net_start())
        return 3;
    port = net_port;
    port.unix_time = sensor_time;
    tcx_client_init(&client, &port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    image_trust(&client);

    tcx_tls_session_init(&session, kept.session);
    client.tls.session = &session;
    client.tls.trace = &trace;
    client.config.trace = &trace;
    client.config.clock_floor = BUILT;
    tcx_retry_init(&retry, 2);
    retry.correct_clock = 1; /* if the service refuses the signature as too old, sign again with its time */
    client.config.retry = &retry;
    client.config.address = tcx_text_from("10.0.2.100"); /* the local endpoint. Without this line: the service */
    if (tcx_client_execute(&client, &request) != TCX_OK) {
        tcx_client_report(&client, NULL, board_put, NULL);
        return 1;
    }
    board_put(NULL, client.call.response.result.bytes, client.call.response.result.length);
    board_print("\n");

    kept.unix_time = sensor_time(NULL) + tcx_call_clock_offset(&client.call); /* on a device, and the time asleep */
    memcpy(kept.session, session.bytes, sizeof kept.session);
    tcx_client_wipe(&client);
    if (++kept.calls == CALLS)
        return 0;
    board_print("deep sleep\n");
    board_deep_sleep();
}
