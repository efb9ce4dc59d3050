// Calls a function of Tencent Cloud's VOD once a minute, over WiFi and verified TLS.
// Before you compile it: fill in secrets.h, and make roots.h (tcexec anchors roots.pem > roots.h).

#include <WiFi.h>
#include <time.h>

#include <tcexec.h>
#include <tcexec/tls.h>

#include "secrets.h"

extern "C" const br_x509_trust_anchor *const anchors;
extern "C" const unsigned anchor_count;

static WiFiClient client;
static bool client_is_up;
static unsigned char records[TCX_TLS_BUFFER_SAFE], answer[4096];
static tcx_token tokens[TCX_TOKENS_DEFAULT];
static tcx_transport byte_link;
static tcx_tls_chain chain;
static tcx_tls tls;
static tcx_tls_config tls_config;
static tcx_credentials credentials;
static tcx_signer signer;
static tcx_request request;
static tcx_call_config config;
static tcx_call call;
static tcx_status status = TCX_OK;
static uint32_t next_call; // tick of the next call, ms

// ---- The transport: Arduino's Client ----

static int link_open(void *, const tcx_peer *peer)
{
    char name[256];

    if (client_is_up)
        return 0; // until close, the link belongs to the call that opened it
    if (peer->address.length >= sizeof name)
        return -1;
    memcpy(name, peer->address.bytes, peer->address.length);
    name[peer->address.length] = '\0';
    client_is_up = client.connect(name, peer->port) == 1; // this blocks: Arduino has no other connect
    return client_is_up ? 1 : -1;
}

static int link_send(void *, const void *bytes, size_t length)
{
    size_t sent = client.write(static_cast<const uint8_t *>(bytes), length);

    if (sent > 0)
        return static_cast<int>(sent);
    return client.connected() ? TCX_WANT_WRITE : TCX_CLOSED;
}

static int link_recv(void *, void *bytes, size_t length)
{
    bool connected = client.connected(); // ask first: so bytes that came before the end are still read
    int available = client.available();

    if (available > 0)
        return client.read(static_cast<uint8_t *>(bytes), available < (int)length ? available : (int)length);
    return connected ? TCX_WANT_READ : TCX_CLOSED;
}

static void link_close(void *)
{
    client.stop();
    client_is_up = false;
}

// ---- Random numbers: your board must give them ----

static int entropy(void *, void *out, size_t length)
{
#if defined(ESP32)
    esp_fill_random(out, length); // unpredictable while the radio is on
    return static_cast<int>(length);
#else
    (void)out, (void)length;
    return -1; // call the hardware generator of your board here: without it, nothing is sent
#endif
}

// ---- The sketch ----

static void report()
{
    if (status == TCX_OK)
        Serial.write(reinterpret_cast<const uint8_t *>(call.response.result.bytes), call.response.result.length);
    else
        Serial.print(tcx_status_text(status));
    Serial.print("; ");
    Serial.println(tcx_outcome_name(call.outcome));
}

static void begin_call()
{
    config.unix_time = time(NULL); // until the clock is set, each call ends with an error
    status = tcx_call_begin(&call, &config, &request, millis());
    next_call = millis() + 60000;
    if (status != TCX_OK)
        report();
    else
        status = TCX_PENDING;
}

void setup()
{
    const tcx_text function = TCX_TEXT("ExampleFunc"), argument = TCX_TEXT("{\"a\":1}");

    Serial.begin(115200);
    WiFi.begin(WIFI_NAME, WIFI_PASSWORD);
    while (WiFi.status() != WL_CONNECTED)
        delay(100);
    configTime(0, 0, "pool.ntp.org");

    byte_link.open = link_open;
    byte_link.send = link_send;
    byte_link.recv = link_recv;
    byte_link.close = link_close;
    tls_config.link = &byte_link;
    tls_config.profile = tcx_tls_profile_full;
    tls_config.trust = &chain.trust;
    tls_config.entropy = entropy;
    tls_config.buffer = records;
    tls_config.buffer_size = sizeof records;
    credentials.secret_id = tcx_text_from(SECRET_ID);
    credentials.secret_key = tcx_text_from(SECRET_KEY);
    request.service = &tcx_vod;
    request.function_name = function;
    request.function_arg = argument;
    config.transport = &tls.transport;
    config.signer = &signer;
    config.buffer = answer;
    config.buffer_size = sizeof answer;
    config.tokens = tokens;
    config.token_count = TCX_TOKENS_DEFAULT;
#ifdef DIAL_PORT // for tests: dial this address in place of the service
    config.address = tcx_text_from(DIAL_ADDRESS);
    config.port = DIAL_PORT;
#endif

    status = tcx_signer_init(&signer, &credentials, TCX_SIGN_TC3);
    if (status == TCX_OK)
        status = tcx_tls_chain_init(&chain, anchors, anchor_count);
    if (status == TCX_OK)
        status = tcx_tls_init(&tls, &tls_config);
    while (status != TCX_OK) {
        Serial.println(tcx_status_text(status));
        delay(10000);
    }
    begin_call();
}

void loop()
{
    if (status == TCX_PENDING) {
        status = tcx_call_step(&call, millis());
        if (status != TCX_PENDING)
            report();
    } else if ((int32_t)(millis() - next_call) >= 0) {
        begin_call();
    }
}
