// Arduino's core for a PC: as much of it as the sketch uses.
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct Printer {
    void begin(long baud);
    size_t write(const uint8_t *bytes, size_t length);
    size_t print(const char *text);
    size_t println(const char *text);
};
extern Printer Serial;

uint32_t millis();
void delay(uint32_t ms);
void esp_fill_random(void *out, size_t length);
void setup();
void loop();
