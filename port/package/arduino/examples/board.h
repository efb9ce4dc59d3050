// What depends on your board: here an ESP32, with its core 2.0 or later. For Ethernet or GSM, replace this file.
#include <WiFi.h>
#include <esp_random.h>
#include <time.h>

static WiFiClient network; // any Client

// Returns when the board is online and its clock is set.
static void board_begin()
{
    WiFi.begin(WIFI_NAME, WIFI_PASSWORD);
    while (WiFi.status() != WL_CONNECTED)
        delay(100);
    configTime(0, 0, "pool.ntp.org");
    while (time(NULL) < 1700000000)
        delay(100);
}

static int64_t board_unix_time(void *)
{
    return time(NULL);
}

// Use the hardware generator of your board. Without it, return -1: then nothing is sent.
static int board_entropy(void *, void *out, size_t length)
{
    esp_fill_random(out, length); // unpredictable while the radio is on
    return static_cast<int>(length);
}
