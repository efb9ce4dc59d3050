// Arduino's core for a PC, as an ESP32 has it: as much of it as the sketches use.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct Printer {
    void begin(long baud);
    size_t write(const uint8_t *bytes, size_t length);
    size_t write(const char *bytes, size_t length);
    size_t print(const char *text);
    size_t print(long number);
    size_t println(const char *text);
    void flush();
};
extern Printer Serial;

uint32_t millis();
void delay(uint32_t ms);
void configTime(long zone, int summer, const char *server);
void setup();
void loop();

// Memory that deep sleep leaves as it is. Its end is a restart.
#define RTC_DATA_ATTR __attribute__((section("rtc")))
void esp_sleep_enable_timer_wakeup(uint64_t microseconds);
void esp_deep_sleep_start();
