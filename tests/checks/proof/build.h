/*
 * What the harnesses of the signatures share: whole requests, with any bytes in every field.
 *
 * Which fields are set, how long they are and where the encoders cut is stated, so that there is one path through the
 * cursor. Both encoders are replaced: they, and the cursor with any encoder, are proved by harnesses of their own.
 */
#ifndef BUILD_H
#define BUILD_H

#include "crypto.h"

#include <tcexec/service.h>

#include "../../unit/request_texts.h"
#include "tcx_calendar.h"
#include "tcx_message.h"

/* What the encoders do: all bytes bare at once, each by itself, all encoded at once, bare and encoded in turn. */
enum { WHOLE, SINGLE, ENCODED, MIXED, ENCODINGS };

/* The fields that are set: all, the required ones, a source as FunctionArg. */
enum { ALL, REQUIRED, SOURCE };

enum { LENGTH = 4, NOW = 1784534400 };

static unsigned char wire[2048];
static int encoding;

static size_t encode(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size)
{
    static int turn;

    reads(bytes, length);
    turn = !turn;
    if (encoding == WHOLE)
        return length;
    if (encoding == SINGLE || (encoding == MIXED && turn))
        return 1;
    Frama_C_make_unknown((char *)unit, TCX_UNIT);
    *size = encoding == ENCODED ? TCX_UNIT : 6;
    return encoding == ENCODED ? length : 1;
}

size_t tcx_encode_json(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size)
{
    return encode(bytes, length, unit, size);
}

size_t tcx_encode_percent(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size)
{
    return encode(bytes, length, unit, size);
}

/* Any ASCII, another each time, or an error. */
static int read_at(void *context, uint32_t offset, void *out, size_t length)
{
    (void)context;
    (void)offset;
    if (either(0, 1))
        return 0;
    memset(out, any(0, 127), length);
    return (int)length;
}

static tcx_status build(const tcx_scheme *scheme, const tcx_method *method, int fields, size_t capacity)
{
    char memory[LENGTH];
    const uint64_t sub_app_id = UINT64_MAX;
    const tcx_text text = { memory, LENGTH }, unset = { NULL, 0 }, optional = fields == REQUIRED ? unset : text;
    const tcx_credentials credentials = { text, text, optional };
    tcx_source source;
    tcx_request request = {
        .service = &tcx_vod, .function_arg_source = fields == SOURCE ? &source : NULL,
        .sub_app_id = fields == REQUIRED ? NULL : &sub_app_id, .method = method, .nonce = UINT32_MAX,
    };
    tcx_signer signer;
    size_t length;
    tcx_status status;

    for (size_t i = 0; i < REQUEST_TEXTS; i++)
        *request_text_of(&request, i) = optional;
    request.function_name = text;
    if (fields == SOURCE)
        request.function_arg = unset;
    memset(memory, any('a', 'z'), sizeof memory); /* one path through the checks, too */
    tcx_source_init(&source, read_at, NULL, LENGTH);
    status = tcx_signer_init(&signer, &credentials, scheme);
    if (status == TCX_OK)
        status = tcx_request_build(&request, &signer, NOW, wire + (sizeof wire - capacity), capacity, &length);
    //@ assert status == TCX_OK ==> length <= capacity;
    return status;
}

/* Where all paths of a request come together, so that the next one begins with one state. */
static tcx_status one(const tcx_scheme *scheme, const tcx_method *method, int fields, int how, size_t capacity)
{
    encoding = how;
    return build(scheme, method, fields, capacity);
}

/* A limit of the body or, by GET, of the whole, that is met exactly, exceeded by 1, and exceeded by a source alone. */
static void limits(const tcx_scheme *scheme, const tcx_layout *layout, uint32_t exact)
{
    tcx_layout small = *layout;
    const tcx_method method = { { &small, &small } };
    tcx_status status;

    small.limit = exact;
    status = one(scheme, &method, REQUIRED, WHOLE, 0);
    //@ assert status == TCX_E_BUFFER;
    small.limit = exact - 1;
    status = one(scheme, &method, REQUIRED, WHOLE, 0);
    //@ assert status == TCX_E_REQUEST_TOO_LARGE;
    small.limit = LENGTH - 1;
    status = one(scheme, &method, SOURCE, WHOLE, 0);
    //@ assert status == TCX_E_REQUEST_TOO_LARGE;
}

/* A signer that is used again: on the same day, on another, for a service with a long name; and a time out of range. */
static void again(const tcx_scheme *scheme)
{
    static const tcx_credentials credentials = { TCX_TEXT("i"), TCX_TEXT("k"), { NULL, 0 } };
    const tcx_service other = { TCX_TEXT("a-long-name"), TCX_TEXT("h"), TCX_TEXT("v"), 0, 0 };
    const tcx_service longer = { TCX_TEXT("a-longer-name"), TCX_TEXT("h"), TCX_TEXT("v"), 0, 0 };
    tcx_request request = { .service = &tcx_mps, .function_name = TCX_TEXT("f"), .nonce = 1 };
    tcx_message message;
    tcx_signer signer;
    size_t length;

    encoding = WHOLE;
    if (tcx_signer_init(&signer, &credentials, scheme) != TCX_OK)
        return;
    (void)tcx_request_measure(&request, &signer, 0, &length);
    (void)tcx_request_measure(&request, &signer, TCX_SECONDS_PER_DAY - 1, &length);
    (void)tcx_request_measure(&request, &signer, TCX_SECONDS_PER_DAY, &length);
    request.service = &other;
    (void)tcx_request_measure(&request, &signer, TCX_TIME_MAX, &length);
    request.service = &longer;
    (void)tcx_request_measure(&request, &signer, TCX_TIME_MAX, &length);
    (void)tcx_request_measure(&request, &signer, any_int64(), NULL);
    (void)tcx_request_build(&request, &signer, any_int64(), NULL, 1, &length);
    (void)tcx_request_measure(&request, &signer, -1, &length);
    (void)tcx_request_measure(&request, &signer, TCX_TIME_MAX + 1, &length);
    (void)tcx_request_measure(&request, NULL, 0, &length);
    if (tcx_message_init(&message, &request, &signer) == TCX_OK) {
        for (int i = 0; i < 2; i++)
            (void)tcx_message_sign(&message, any_int64(), any_uint32());
    }
    request.nonce = 0;
    (void)tcx_request_measure(&request, &signer, 0, &length);
    request.function_name.length = 0;
    (void)tcx_request_measure(&request, &signer, 0, &length);
    tcx_signer_wipe(&signer);
    (void)tcx_request_measure(&request, &signer, 0, &length);
}

/* A format by one method: each way of the encoders, each set of fields, and capacities that are too small. */
static void by(const tcx_scheme *scheme, const tcx_method *method)
{
    for (int how = 0; how < ENCODINGS; how++)
        one(scheme, method, ALL, how, sizeof wire);
    one(scheme, method, REQUIRED, WHOLE, sizeof wire);
    one(scheme, method, SOURCE, WHOLE, sizeof wire);
    one(scheme, method, ALL, WHOLE, 0);
    one(scheme, method, ALL, MIXED, 300);
}

#endif
