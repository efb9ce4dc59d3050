// A sketch that runs the contract suite on the port for Arduino. Its Client is like that of a modem: it keeps what has
// come in memory of its own, also after stop(), until somebody reads it.
#include "tcx_board.h"

#include <WiFi.h>
#include <stdlib.h>
#include <tcx_arduino.h>

extern "C" int contract_main(int argc, char **argv); // contract_main.c

class ModemClient : public WiFiClient {
public:
    int available() override
    {
        if (start == end) {
            int got = WiFiClient::available() > 0 ? WiFiClient::read(ring, sizeof ring) : 0;

            start = 0;
            end = got > 0 ? static_cast<size_t>(got) : 0;
        }
        return static_cast<int>(end - start);
    }

    int read(uint8_t *bytes, size_t length) override
    {
        size_t count = static_cast<size_t>(available());

        count = count < length ? count : length;
        memcpy(bytes, ring + start, count);
        start += count;
        return static_cast<int>(count);
    }

    uint8_t connected() override
    {
        return available() > 0 || WiFiClient::connected();
    }

    void stop() override
    {
        (void)available();
        WiFiClient::stop();
    }

private:
    uint8_t ring[1024];
    size_t start = 0, end = 0;
};

static ModemClient client;
static tcx_arduino arduino;

void tcx_board_init(tcx_board *board)
{
    tcx_arduino_init(&arduino, client, NULL, NULL);
    board->port = arduino.port;
}

void setup()
{
    char name[] = "contract", address[] = "127.0.0.1";
    char *words[] = { name, address, getenv("PEER_PORT"), NULL };

    exit(contract_main(3, words));
}
