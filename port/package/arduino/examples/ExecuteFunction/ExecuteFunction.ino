// Calls a function of Tencent Cloud's VOD over verified TLS, and prints its Result. For an ESP32 with WiFi. With
// another board.h: for any board with about 32 KB of RAM and any Client.

#include <tcexec.h>
#include <tcexec/client.h>
#include <tcx_arduino.h>

#include "secrets.h" // fill in
#include "anchors.h" // tcexec anchors --tencent > anchors.h
#include "board.h"

static unsigned char records[TCX_TLS_BUFFER_SAFE], answer[4096];
static tcx_arduino board;
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
    request.session_id = tcx_text_from("order-4711"); // runs once in seven days

    tcx_arduino_init(&board, network, board_unix_time, board_entropy);
    tcx_client_init(&client, &board.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    tcx_client_trust_chain(&client, &chain, &tcx_tls_profile_full, trust_anchors, TRUST_ANCHOR_COUNT, records,
                           sizeof records);
#ifdef DIAL_PORT // another place to dial, for a test
    client.config.address = tcx_text_from(DIAL_ADDRESS);
    client.config.port = DIAL_PORT;
#endif
    if (tcx_client_execute(&client, &request) == TCX_OK) {
        tcx_arduino_put(NULL, client.call.response.result.bytes, client.call.response.result.length);
        Serial.println("");
    } else {
        tcx_client_report(&client, &tcx_client_all_words, tcx_arduino_put, NULL);
    }
    tcx_client_wipe(&client);
}

void loop() {}
