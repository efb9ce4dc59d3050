// What depends on your board: here one with a WiFiNINA module. For another module, replace this file.
#include <WiFiNINA.h>

static WiFiSSLClient network; // the module makes TLS, and verifies the server by the roots that are stored in it

// Returns when the board is online and the module has the time.
static void board_begin()
{
    while (WiFi.begin(WIFI_NAME, WIFI_PASSWORD) != WL_CONNECTED)
        delay(1000);
    while (WiFi.getTime() == 0)
        delay(1000);
}

static int64_t board_unix_time(void *)
{
    return static_cast<int64_t>(WiFi.getTime());
}
