// Calls a function of Tencent Cloud's VOD, and prints its Result. The network module makes TLS and verifies the server.
// So the sketch also fits an ATmega2560. A module that does not verify gives the request to anybody: see its manual.

#include <tcexec.h>
#include <tcexec/client.h>
#include <tcx_arduino.h>

#include "secrets.h" // fill in
#include "board.h"

static unsigned char answer[1024];
static tcx_arduino board;
static tcx_client client;

// Names of statuses, and no texts: an AVR copies them to RAM, and they would not fit.
static const tcx_client_words words = { tcx_status_name, NULL, NULL };

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

    tcx_arduino_init(&board, network, board_unix_time, NULL);
    tcx_client_init(&client, &board.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    tcx_client_trust_link(&client);
#ifdef DIAL_PORT // another place to dial, for a test
    client.config.address = tcx_text_from(DIAL_ADDRESS);
    client.config.port = DIAL_PORT;
#endif
    if (tcx_client_execute(&client, &request) == TCX_OK) {
        tcx_arduino_put(NULL, client.call.response.result.bytes, client.call.response.result.length);
        Serial.println("");
    } else {
        tcx_client_report(&client, &words, tcx_arduino_put, NULL);
    }
    tcx_client_wipe(&client);
}

void loop() {}
