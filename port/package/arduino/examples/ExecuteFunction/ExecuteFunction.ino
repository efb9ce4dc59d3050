// Calls a function of Tencent Cloud's VOD once a minute, over WiFi and verified TLS.
// Before you compile it: fill in secrets.h, and make roots.h (tcexec anchors roots.pem > roots.h).

#include <WiFi.h>
#include <time.h>

#include <tcexec.h>
#include <tcexec/client.h>

#include "secrets.h"

extern "C" const br_x509_trust_anchor *const anchors;
extern "C" const unsigned anchor_count;

// ---- The link: Arduino's Client ----

static WiFiClient wifi;
static bool wifi_is_up;

static int link_open(void *, const tcx_peer *peer)
{
    char name[256];

    if (wifi_is_up)
        return 0; // until close, the link belongs to the call that opened it
    if (peer->address.length >= sizeof name)
        return -1;
    memcpy(name, peer->address.bytes, peer->address.length);
    name[peer->address.length] = '\0';
    wifi_is_up = wifi.connect(name, peer->port) == 1; // this blocks: Arduino has no other connect
    return wifi_is_up ? 1 : -1;
}

static int link_send(void *, const void *bytes, size_t length)
{
    size_t sent = wifi.write(static_cast<const uint8_t *>(bytes), length);

    if (sent > 0)
        return static_cast<int>(sent);
    return wifi.connected() ? TCX_WANT_WRITE : TCX_CLOSED;
}

static int link_recv(void *, void *bytes, size_t length)
{
    bool connected = wifi.connected(); // ask first: so bytes that came before the end are still read
    int available = wifi.available();

    if (available > 0)
        return wifi.read(static_cast<uint8_t *>(bytes), available < (int)length ? available : (int)length);
    return connected ? TCX_WANT_READ : TCX_CLOSED;
}

static void link_close(void *)
{
    wifi.stop();
    wifi_is_up = false;
}

static const tcx_transport byte_link = { NULL, link_open, link_send, link_recv, link_close, NULL, NULL };

// ---- The rest of the board ----

static uint32_t board_tick(void *)
{
    return millis();
}

static int64_t board_unix_time(void *)
{
    return time(NULL); // until the clock is set, each call ends with an error
}

static int board_entropy(void *, void *out, size_t length)
{
#if defined(ESP32)
    esp_fill_random(out, length); // unpredictable while the radio is on
    return static_cast<int>(length);
#else
    (void)out, (void)length;
    return -1; // call the hardware generator of your board here: without it, nothing is sent
#endif
}

// No wait: loop() steps the call.
static const tcx_port board = { &byte_link, NULL, board_tick, NULL, board_unix_time, board_entropy };

static void print(void *, const char *bytes, size_t length)
{
    Serial.write(reinterpret_cast<const uint8_t *>(bytes), length);
}

// ---- The sketch ----

static const tcx_credentials credentials = { TCX_TEXT(SECRET_ID), TCX_TEXT(SECRET_KEY), { NULL, 0 } };
static unsigned char records[TCX_TLS_BUFFER_SAFE], answer[4096];
static tcx_client_chain chain;
static tcx_client client;
static tcx_request request;
static tcx_status status;
static uint32_t next_call; // tick, ms

void setup()
{
    Serial.begin(115200);
    WiFi.begin(WIFI_NAME, WIFI_PASSWORD);
    while (WiFi.status() != WL_CONNECTED)
        delay(100);
    configTime(0, 0, "pool.ntp.org");

    request.service = &tcx_vod;
    request.function_name = tcx_text_from("ExampleFunc");
    request.function_arg = tcx_text_from("{\"a\":1}");
    tcx_client_init(&client, &board, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    tcx_client_trust_chain(&client, &chain, tcx_tls_profile_full, anchors, anchor_count, records, sizeof records);
#ifdef DIAL_PORT // for tests: dial this address in place of the service
    client.config.address = tcx_text_from(DIAL_ADDRESS);
    client.config.port = DIAL_PORT;
#endif
    next_call = millis();
}

void loop()
{
    if (status == TCX_PENDING) {
        status = tcx_client_step(&client);
    } else if ((int32_t)(millis() - next_call) >= 0) {
        next_call = millis() + 60000;
        status = tcx_client_begin(&client, &request);
    } else {
        return;
    }
    if (status == TCX_OK) {
        print(NULL, client.call.response.result.bytes, client.call.response.result.length);
        Serial.println("");
    } else if (status != TCX_PENDING) {
        tcx_client_report(&client, &tcx_client_all_words, print, NULL);
    }
}
