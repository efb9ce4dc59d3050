// Wakes, resumes its TLS session, makes a call, and sleeps for a minute. For an ESP32. On another chip, keep the
// session in memory that survives its deep sleep, or in its flash: the session is as secret as a key.

#include <tcexec.h>
#include <tcexec/client.h>
#include <tcx_arduino.h>

#include "secrets.h" // fill in
#include "anchors.h" // tcexec anchors --tencent > anchors.h
#include "board.h"

static const uint64_t SLEEP = 60000000; // microseconds

RTC_DATA_ATTR static unsigned char kept[TCX_TLS_SESSION_SIZE]; // all zero after power-on: no session

static unsigned char records[TCX_TLS_BUFFER_SAFE], answer[4096];
static tcx_arduino board;
static tcx_tls_session session;
static tcx_client_chain chain;
static tcx_client client;

static const tcx_credentials credentials = { TCX_TEXT(SECRET_ID), TCX_TEXT(SECRET_KEY), { NULL, 0 } };
static tcx_request request;

void setup()
{
    Serial.begin(115200);
    board_begin();

    request.service = &tcx_vod;
    request.function_name = tcx_text_from("ExampleFunc");
    request.function_arg = tcx_text_from("{\"input\":\"movie.mp4\"}");

    tcx_arduino_init(&board, network, board_unix_time, board_entropy);
    tcx_client_init(&client, &board.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    tcx_client_trust_chain(&client, &chain, &tcx_tls_profile_full, trust_anchors, TRUST_ANCHOR_COUNT, records,
                           sizeof records);
    tcx_tls_session_init(&session, kept);
    client.tls.session = &session;
#ifdef DIAL_PORT // another place to dial, for a test
    client.config.address = tcx_text_from(DIAL_ADDRESS);
    client.config.port = DIAL_PORT;
#endif
    if (tcx_client_execute(&client, &request) == TCX_OK) {
        tcx_arduino_put(NULL, client.call.response.result.bytes, client.call.response.result.length);
        Serial.println(chain.tls.resumed ? " (TLS session resumed)" : " (full handshake)");
    } else {
        tcx_client_report(&client, &tcx_client_all_words, tcx_arduino_put, NULL);
    }
    memcpy(kept, session.bytes, sizeof kept);
    tcx_client_wipe(&client);
    Serial.flush();
    esp_sleep_enable_timer_wakeup(SLEEP);
    esp_deep_sleep_start(); // wakes in setup()
}

void loop() {}
