/*
 * Signs and builds requests. In: a request in each case (the order of the fields is here and in windows.py). Out: the
 * name of the status, and the request in hexadecimal.
 */
#include "frame.h"

#include "request_texts.h"

static char wire[65536];

/* A text that may be unset: its number is then 0, and no text follows. */
static tcx_text frame_option(void)
{
    const tcx_text unset = { NULL, 0 };

    return frame_number() != 0 ? frame_text() : unset;
}

static const tcx_scheme *frame_scheme(void)
{
    static const tcx_scheme *const schemes[] = { TCX_SIGN_TC3, TCX_SIGN_TC3_COMPAT, TCX_SIGN_HMAC_SHA1,
                                                 TCX_SIGN_HMAC_SHA256 };
    const size_t at = frame_number();

    if (at >= sizeof schemes / sizeof schemes[0])
        frame_fail("there is no such scheme");
    return schemes[at];
}

int main(void)
{
    while (frame_next()) {
        const tcx_scheme *scheme = frame_scheme();
        tcx_request request = { .method = frame_number() != 0 ? TCX_GET : TCX_POST };
        int64_t unix_time;
        uint64_t sub_app_id;
        tcx_credentials credentials;
        tcx_signer signer;
        tcx_status status;
        size_t length = 0;

        request.service = frame_number() != 0 ? &tcx_vod : &tcx_mps;
        unix_time = (int64_t)frame_number();
        request.nonce = (uint32_t)frame_number();
        if (frame_number() != 0) {
            sub_app_id = frame_number();
            request.sub_app_id = &sub_app_id;
        }
        credentials.secret_id = frame_text();
        credentials.secret_key = frame_text();
        credentials.token = frame_option();
        for (size_t i = 0; i < REQUEST_TEXTS; i++)
            *request_text_of(&request, i) = frame_option();
        status = tcx_signer_init(&signer, &credentials, scheme);
        if (status == TCX_OK)
            status = tcx_request_build(&request, &signer, unix_time, wire, sizeof wire, &length);
        printf("%s ", tcx_status_name(status));
        frame_print_hex(wire, status == TCX_OK ? length : 0);
        putchar('\n');
        for (size_t i = 0; i < REQUEST_TEXTS; i++)
            frame_free(*request_text_of(&request, i));
        frame_free(credentials.token);
        frame_free(credentials.secret_key);
        frame_free(credentials.secret_id);
    }
    return 0;
}
