// Fill in your values. Do not publish this file.
#define WIFI_NAME "…"
#define WIFI_PASSWORD "…"
#define SECRET_ID "…"
#define SECRET_KEY "…"
