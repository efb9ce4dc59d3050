// A network module for an AVR: it shows the request, and plays the script after its last byte.
#include <Client.h>

#include "script.h"

class Script : public Client {
public:
    int connect(const char *host, uint16_t port) override
    {
        Serial.print(host);
        Serial.print(":");
        Serial.println(port);
        is_up = true;
        return 1;
    }
    size_t write(const uint8_t *bytes, size_t length) override
    {
        size_t taken = length < 100 ? length : 100;

        Serial.write(bytes, taken);
        is_sent = taken == length && bytes[length - 1] == '}'; // the body is JSON, and ends the request
        return taken;
    }
    int available() override
    {
        return is_sent ? static_cast<int>(sizeof script - 1 - at) : 0;
    }
    int read(uint8_t *bytes, size_t length) override
    {
        size_t given = length < 7 ? length : 7;

        memcpy(bytes, script + at, given);
        at += given;
        return static_cast<int>(given);
    }
    void stop() override
    {
        is_up = false;
    }
    uint8_t connected() override
    {
        return is_up;
    }
    // The rest of Client, which no sketch uses.
    int connect(IPAddress, uint16_t) override { return 0; }
    size_t write(uint8_t) override { return 0; }
    int read() override { return -1; }
    int peek() override { return -1; }
    void flush() override {}
    operator bool() override { return is_up; }

private:
    bool is_up, is_sent;
    size_t at;
};

static Script network;

static void board_begin() {}

static int64_t board_unix_time(void *)
{
    return 1800000000;
}
