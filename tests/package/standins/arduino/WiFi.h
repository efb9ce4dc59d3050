// A board's WiFi for a PC or, with ARDUINO_ARCH_AVR, for Arduino's own headers: as much of it as the sketches use.
#pragma once

#include <Client.h>

class WiFiClient : public Client {
public:
    int connect(const char *host, uint16_t port) override;
    size_t write(const uint8_t *bytes, size_t length) override;
    int available() override;
    int read(uint8_t *bytes, size_t length) override;
    void stop() override;
    uint8_t connected() override;
#ifdef ARDUINO_ARCH_AVR // the rest of Client, which the sketches do not use
    int connect(IPAddress, uint16_t) override;
    size_t write(uint8_t) override;
    int read() override;
    int peek() override;
    void flush() override;
    operator bool() override;
#else
private:
    int fd = -1;
#endif
};

enum { WL_CONNECTED = 3 };

struct WiFiClass {
    int begin(const char *name, const char *password);
    int status();
    unsigned long getTime();
};
extern WiFiClass WiFi;
