#include "tcx_http.h"
#include "tcx_json.h"

/* Without JSMN_STRICT, because the text is checked before jsmn sees it. */
#define JSMN_STATIC
#define JSMN_PARENT_LINKS
#include <jsmn.h>

/* The header says how large a token is, so that the user does not need jsmn's header. */
typedef char response_token_size_fits[TCX_JSON_TOKEN_SIZE == sizeof(jsmntok_t) ? 1 : -1];

typedef struct response_document {
    char *text;
    const jsmntok_t *tokens;
    int count;
    tcx_status status; /* the first error in it */
} response_document;

static void response_fail(response_document *json, tcx_status status)
{
    if (json->status == TCX_OK)
        json->status = status;
}

/*
 * Returns the index of the value of an object's member, or 0 (the root, which is never a member) if there is none. A
 * second member of that name is an error, because nobody knows which one counts.
 */
static int response_find_member(response_document *json, int object, const char *name)
{
    int found = 0;

    for (int i = object + 1; i < json->count; i++) {
        const jsmntok_t *key = &json->tokens[i];

        if (key->parent == object && tcx_json_equals(json->text + key->start, (size_t)(key->end - key->start), name)) {
            if (found != 0)
                response_fail(json, TCX_E_JSON_DUPLICATE);
            found = i + 1;
        }
    }
    return found;
}

/* Returns the index of a member that is an object, or 0 if there is none or it has another type. */
static int response_find_object(response_document *json, int object, const char *name)
{
    int value = response_find_member(json, object, name);

    if (json->tokens[value].type != JSMN_OBJECT) {
        response_fail(json, TCX_E_JSON_TYPE);
        value = 0;
    }
    return value;
}

static int response_is_null(const response_document *json, int value)
{
    return json->tokens[value].type == JSMN_PRIMITIVE && json->text[json->tokens[value].start] == 'n';
}

/*
 * Reads a member that is a string and decodes it in place. `*text` stays unset if the member is null or absent. Returns
 * 0 if the string is not text: `*text` then stays unset, and `*raw` is the string as received. Otherwise returns 1.
 */
static int response_read_text(response_document *json, int object, const char *name, tcx_text *text, tcx_text *raw)
{
    int value = response_find_member(json, object, name);
    const jsmntok_t *token = &json->tokens[value];

    if (value == 0 || response_is_null(json, value))
        return 1;
    if (token->type != JSMN_STRING) {
        response_fail(json, TCX_E_JSON_TYPE);
        return 1;
    }
    raw->bytes = json->text + token->start;
    raw->length = (size_t)(token->end - token->start);
    if (!tcx_json_decode(json->text + token->start, &raw->length))
        return 0;
    *text = *raw;
    return 1;
}

/* Reads the answer in the document. A RequestId or an error text that cannot be decoded counts as absent. */
static tcx_status response_read_answer(response_document *json, tcx_response *response)
{
    static const tcx_text none = { NULL, 0 };
    int answer, error;
    tcx_text raw;

    if (json->tokens[0].type != JSMN_OBJECT)
        return TCX_E_JSON_SHAPE;
    answer = response_find_object(json, 0, "Response");
    if (answer == 0) {
        (void)response_read_text(json, 0, "codeDesc", &response->error_code, &raw);
        (void)response_read_text(json, 0, "message", &response->error_message, &raw);
        if (response->error_code.bytes != NULL || response->error_message.bytes != NULL)
            response->body = none; /* its texts were decoded in place */
        response_fail(json, TCX_E_JSON_SHAPE);
        return json->status;
    }
    response->body = none;
    (void)response_read_text(json, answer, "RequestId", &response->request_id, &raw);
    error = response_find_member(json, answer, "Error");
    if (error != 0 && !response_is_null(json, error)) {
        error = response_find_object(json, answer, "Error");
        if (error != 0) {
            (void)response_read_text(json, error, "Code", &response->error_code, &raw);
            (void)response_read_text(json, error, "Message", &response->error_message, &raw);
            (void)response_find_member(json, answer, "Result");
        }
        response_fail(json, TCX_E_API);
    } else if (!response_read_text(json, answer, "Result", &response->result, &raw)) {
        response->body = raw;
        response_fail(json, TCX_E_JSON_UTF8);
    }
    return json->status;
}

/*
 * Returns the place for `count` tokens in the buffer, after the body. Returns NULL if it is `*missing` bytes too small.
 * The gap before the tokens aligns them, because the body has any length and the buffer any alignment.
 */
static jsmntok_t *response_place_tokens(const tcx_http *http, size_t count, int *missing)
{
    unsigned char *end = http->body + http->body_length;
    unsigned gap = 0;

    while (gap < sizeof(int) - 1 && ((uintptr_t)end + gap) % sizeof(int) != 0)
        gap++;
    *missing = tcx_json_missing(http->body_capacity - http->body_length, gap, (uint32_t)count);
    return *missing == 0 ? (jsmntok_t *)(void *)(end + gap) : NULL;
}

static tcx_status response_read_body(tcx_http *http, tcx_response *response, int *detail)
{
    static const char bom[3] = { '\xEF', '\xBB', '\xBF' }; /* the byte order mark: RFC 8259 section 8.1 */
    response_document json = { (char *)http->body, NULL, 0, TCX_OK };
    size_t length = (size_t)http->body_length, count;
    jsmntok_t *tokens;
    jsmn_parser parser;
    tcx_status status;

    if (length >= sizeof bom && memcmp(json.text, bom, sizeof bom) == 0) {
        json.text += sizeof bom;
        length -= sizeof bom;
    }
    status = tcx_json_check(json.text, length, &count);
    if (status != TCX_OK)
        return status;
    tokens = response_place_tokens(http, count, detail);
    if (tokens == NULL)
        return TCX_E_JSON_TOKENS;
    jsmn_init(&parser);
    json.tokens = tokens;
    json.count = jsmn_parse(&parser, json.text, length, tokens, (unsigned)count);
    return json.count > 0 ? response_read_answer(&json, response) : TCX_E_JSON_SHAPE;
}

void tcx_response_partial(const tcx_http *http, tcx_response *response)
{
    memset(response, 0, sizeof *response);
    response->http_status = (int)http->status;
    if (http->date_length > 0) {
        response->date.bytes = http->date;
        response->date.length = http->date_length;
    }
    if (http->body_length > 0) {
        response->body.bytes = (const char *)http->body;
        response->body.length = (size_t)http->body_length;
    }
}

tcx_status tcx_response_read(tcx_http *http, tcx_response *response, int *detail)
{
    static const tcx_text none = { NULL, 0 };
    tcx_status status;

    tcx_response_partial(http, response);
    status = response_read_body(http, response, detail);
    if (tcx_http_is_encoded(http) && response->body.bytes != NULL && status != TCX_E_JSON_UTF8)
        status = TCX_E_HTTP_ENCODING;
    if (status != TCX_E_API && http->status != 200)
        status = tcx_http_refusal(http);
    if (status != TCX_OK)
        response->result = none;
    if (status != TCX_E_JSON_TOKENS)
        *detail = 0;
    return status;
}
