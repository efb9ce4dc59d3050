// Fill in, and keep to yourself.
#define WIFI_NAME "…"
#define WIFI_PASSWORD "…"
#define SECRET_ID "…"
#define SECRET_KEY "…"
