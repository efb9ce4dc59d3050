/*
 * Puts a string through requests and answers.
 *
 * In: the string, and two answers. Out: the request with the string as FunctionArg and SessionContext, signed by TC3
 * and by v1; the two with it as FunctionName; the Result of each answer. A word for each: `=` and its bytes in
 * hexadecimal, or the name of the status.
 */
#include "frame.h"

static void print_text(tcx_status status, tcx_text text)
{
    if (status != TCX_OK) {
        printf(" %s", tcx_status_name(status));
        return;
    }
    printf(" =");
    frame_print_hex(text.bytes, text.length);
}

static void print_request(const tcx_request *request, const tcx_scheme *scheme)
{
    static const tcx_credentials credentials = { TCX_TEXT("AKIDEXAMPLE"), TCX_TEXT("SKEXAMPLE"), { NULL, 0 } };
    static char wire[16384];
    tcx_text text = { wire, 0 };
    tcx_signer signer;
    tcx_status status = tcx_signer_init(&signer, &credentials, scheme);

    if (status == TCX_OK)
        status = tcx_request_build(request, &signer, 1700000000, wire, sizeof wire, &text.length);
    print_text(status, text);
}

static void print_requests(tcx_text name, tcx_text string)
{
    const tcx_request request = {
        .service = &tcx_vod, .function_name = name, .function_arg = string, .session_context = string, .nonce = 1
    };

    print_request(&request, TCX_SIGN_TC3);
    print_request(&request, TCX_SIGN_HMAC_SHA256);
}

static void print_result(tcx_text answer)
{
    const size_t room = answer.length + 64 * TCX_JSON_TOKEN_SIZE;
    char *body = frame_memory(room);
    tcx_response response;
    size_t used;
    tcx_http http;
    tcx_status status;
    int detail;

    tcx_http_init(&http, body, room);
    status = tcx_http_feed(&http, answer.bytes, answer.length, &used);
    if (status == TCX_OK)
        status = tcx_response_read(&http, &response, &detail);
    print_text(status, status == TCX_OK ? response.result : answer);
    free(body);
}

int main(void)
{
    static const tcx_text name = TCX_TEXT("F");

    while (frame_next()) {
        const tcx_text string = frame_text();
        const tcx_text escaped = frame_text();
        const tcx_text plain = frame_text();

        print_requests(name, string);
        print_requests(string, name);
        print_result(escaped);
        print_result(plain);
        putchar('\n');
        frame_free(plain);
        frame_free(escaped);
        frame_free(string);
    }
    return 0;
}
