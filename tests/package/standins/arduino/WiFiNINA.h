// A WiFi module that makes TLS, for a PC: it makes none.
#pragma once

#include <WiFi.h>

typedef WiFiClient WiFiSSLClient;
