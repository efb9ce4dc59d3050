/*
 * Any fields as a request. An accepted request has the measured size, and fits a buffer of that size and no smaller
 * one. It has no line that was not intended, and its body has the values of the fields.
 *
 * Input: two bytes of kind, then for each text a byte of length (255: unset; 254: two bytes of length follow) and its
 * bytes.
 */
#include "fuzz.h"
#include "judge.h"

#include "../unit/request_texts.h"

const char fuzz_name[] = "request";
const unsigned fuzz_runs = 20000;

enum { VOD = 1, GET = 2, SUB_APP_ID = 4, FROM_SOURCE = 8 };

static tcx_text text_of(fuzz_input *input)
{
    size_t length = fuzz_byte(input);
    tcx_text text = { NULL, 0 };

    if (length == 255)
        return text;
    if (length == 254) {
        length = fuzz_byte(input);
        length = length << 8 | fuzz_byte(input);
    }
    text.bytes = (const char *)fuzz_bytes(input, &length);
    text.length = length;
    return text;
}

/* A source over a text, which gives a little at a time. */
static int read_at(void *context, uint32_t offset, void *out, size_t length)
{
    const tcx_text *text = context;

    fuzz_check(length > 0 && length <= 64 && offset < text->length && length <= text->length - offset,
               "asked for %zu bytes at %u", length, (unsigned)offset);
    length = 1 + (length - 1) % 50;
    memcpy(out, text->bytes + offset, length);
    return (int)length;
}

/* The body of a TC3 request says what the fields said, and nothing else. */
static void check_body(const char *body, size_t length, const tcx_request *request, tcx_text argument)
{
    const judge_span whole = { body, body + length };
    tcx_request fields = *request;
    char *decoded = fuzz_memory(length), number[24];
    size_t tokens, expected = 1, size;
    judge_span value;

    fuzz_check(judge_json(whole, &tokens) && judge_utf8(whole), "the body is no JSON");
    fields.function_arg = argument;
    for (size_t i = 0; i < REQUEST_TEXTS; i++) {
        const char *name = request_texts[i].name;
        const tcx_text text = *request_text_of(&fields, i);
        unsigned count;

        if (name[0] >= 'a') /* in the head */
            continue;
        count = judge_member(whole, name, &value);
        fuzz_check(count == (request_texts[i].parameter == 0 || text.bytes != NULL), "%s: %u times", name, count);
        expected += 2 * count;
        if (count == 0)
            continue;
        fuzz_check(judge_string(value, decoded, &size) && size == text.length &&
                       (size == 0 || memcmp(decoded, text.bytes, size) == 0),
                   "%s says something else", name);
    }
    if (request->sub_app_id != NULL) {
        expected += 2;
        fuzz_check(judge_member(whole, "SubAppId", &value) == 1, "no SubAppId");
        size = (size_t)snprintf(number, sizeof number, "%llu", (unsigned long long)*request->sub_app_id);
        fuzz_check((size_t)(value.end - value.at) == size && memcmp(value.at, number, size) == 0, "another SubAppId");
    }
    fuzz_check(tokens == expected, "%zu tokens in the body, not %zu", tokens, expected);
    free(decoded);
}

/* The head is visible ASCII in lines of "Name: value", and ends where the body begins. */
static const char *check_head(const char *wire, size_t length)
{
    size_t line = 0, colons = 0;

    for (size_t at = 0; at < length; at++) {
        const unsigned char byte = (unsigned char)wire[at];

        if (byte == '\r') {
            fuzz_check(at + 1 < length && wire[at + 1] == '\n', "a CR alone");
            if (line == at)
                return wire + at + 2;
            fuzz_check(line == 0 || colons > 0, "a line without a colon");
            line = at + 2;
            colons = 0;
            at++;
            continue;
        }
        fuzz_check(byte >= ' ' && byte < 0x7F, "byte %02x in the head", byte);
        colons += byte == ':';
    }
    fuzz_check(0, "the head has no end");
    return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const tcx_scheme *const schemes[] = { TCX_SIGN_TC3, TCX_SIGN_TC3_COMPAT, TCX_SIGN_HMAC_SHA1, TCX_SIGN_HMAC_SHA256 };
    fuzz_input input = { data, data + size };
    const unsigned kind = fuzz_byte(&input), way = fuzz_byte(&input);
    const uint64_t id = (uint64_t)way * way * way * 1099511627776u + kind;
    const int64_t now = 1800000000 + (int64_t)kind * 86400;
    tcx_source source;
    tcx_request request = { .service = kind & VOD ? &tcx_vod : &tcx_mps,
                            .method = kind & GET ? TCX_GET : TCX_POST,
                            .nonce = kind };
    tcx_credentials credentials;
    tcx_signer signer;
    tcx_text argument;
    size_t measured, length;
    tcx_status status;
    unsigned char *wire;
    const char *body;

    credentials.secret_id = text_of(&input);
    credentials.secret_key = text_of(&input);
    credentials.token = text_of(&input);
    for (size_t i = 0; i < REQUEST_TEXTS; i++)
        *request_text_of(&request, i) = text_of(&input);
    argument = request.function_arg;
    if (kind & SUB_APP_ID)
        request.sub_app_id = &id;
    if ((kind & FROM_SOURCE) && argument.bytes != NULL) {
        tcx_source_init(&source, read_at, &argument, (uint32_t)argument.length);
        request.function_arg_source = &source;
        request.function_arg = tcx_text_from(NULL);
    }
    if (tcx_signer_init(&signer, &credentials, schemes[way & 3]) != TCX_OK)
        return 0;
    status = tcx_request_measure(&request, &signer, now, &measured);
    fuzz_check(status == TCX_OK || (status <= TCX_E_NULL && status > TCX_E_CONNECT && measured == 0), "%d", status);
    if (tcx_request_check(&request) != TCX_OK)
        fuzz_check(status == tcx_request_check(&request), "%d, but it is not for sending", status);
    if (status == TCX_OK) {
        wire = fuzz_memory(measured);
        fuzz_check(tcx_request_build(&request, &signer, now, wire, measured, &length) == TCX_OK && length == measured,
                   "measured %zu bytes, built %zu", measured, length);
        body = check_head((char *)wire, length);
        if ((way & 3) < 2 && !(kind & GET))
            check_body(body, length - (size_t)(body - (char *)wire), &request, argument);
        memset(wire, 0xA5, measured);
        fuzz_check(tcx_request_build(&request, &signer, now, wire, measured - 1, &length) == TCX_E_BUFFER &&
                       length == measured,
                   "a byte less would do");
        for (size_t i = 0; i < measured; i++)
            fuzz_check(wire[i] == 0xA5 || (wire[i] == 0 && i < measured - 1), "byte %zu is left", i);
        free(wire);
    }
    tcx_signer_wipe(&signer);
    return 0;
}
