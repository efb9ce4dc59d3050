// Builds a request for each service with each signature, and prints it. It needs no network, and fits an ATmega2560.

#include <tcexec.h>

struct way {
    const char *name;
    const tcx_scheme *scheme;
};

static const way ways[] = {
    { "tc3", TCX_SIGN_TC3 },
    { "tc3-compat", TCX_SIGN_TC3_COMPAT },
    { "sha256", TCX_SIGN_HMAC_SHA256 },
    { "sha1", TCX_SIGN_HMAC_SHA1 },
};
static const tcx_service *const services[] = { &tcx_mps, &tcx_vod };

static const tcx_credentials credentials = { TCX_TEXT("AKIDEXAMPLE"), TCX_TEXT("SKEXAMPLE"), { NULL, 0 } };
static tcx_request request;
static tcx_signer signer;
static char wire[600];

static void sign(const way &one)
{
    uint32_t begun = millis();
    size_t length = 0;
    tcx_status status = tcx_signer_init(&signer, &credentials, one.scheme);

    if (status == TCX_OK)
        status = tcx_request_build(&request, &signer, 1700000000, wire, sizeof wire, &length); // use your clock
    Serial.print(one.name);
    Serial.print(" ");
    Serial.write(request.service->name.bytes, request.service->name.length);
    Serial.print(": status ");
    Serial.print(status);
    Serial.print(", ");
    Serial.print(millis() - begun);
    Serial.println(" ms");
    if (status == TCX_OK)
        Serial.write(wire, length);
    Serial.println("");
}

void setup()
{
    Serial.begin(115200);
    request.function_name = tcx_text_from("ExampleFunc");
    request.function_arg = tcx_text_from("XXX");
    request.nonce = 1; // of signature v1: another for each call
    for (const tcx_service *service : services) {
        request.service = service;
        for (const way &one : ways)
            sign(one);
    }
    tcx_signer_wipe(&signer);
}

void loop() {}
