/*
 * Reads credentials in the JSON format of tccli: see tcx_posix_credentials.h.
 *
 * jsmn accepts more than JSON. So the library's own grammar checks the text first.
 */
#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

#include "tcx_json.h"
#include "tcx_posix_credentials.h"
#include "tcx_utf8.h"

#define TCCLI_TOKENS_MAX 128

static int tccli_is_named(const char *text, const jsmntok_t *name, const char *expected)
{
    return tcx_json_equals(text + name->start, (size_t)(name->end - name->start), expected);
}

/* Returns the index of the token after `value` and its contents. */
static int tccli_skip(const jsmntok_t *tokens, int count, int value)
{
    int end = tokens[value].end;

    do
        value++;
    while (value < count && tokens[value].start < end);
    return value;
}

static int tccli_is_null(const char *text, const jsmntok_t *value)
{
    return value->type == JSMN_PRIMITIVE && text[value->start] == 'n';
}

/* An empty string or null counts as unset: tccli writes such a token for permanent keys. */
static int tccli_take_value(char *text, const jsmntok_t *value, tcx_text *field, tcx_posix_secrets *out)
{
    size_t length = (size_t)(value->end - value->start);

    if (tccli_is_null(text, value))
        return 0;
    if (field->bytes != NULL || value->type != JSMN_STRING)
        return -1;
    if (length == 0)
        return 0;
    if (!tcx_json_decode(text + value->start, &length)) {
        out->problem = "a secret has an invalid \\u escape. Correct it";
        return -1;
    }
    field->bytes = text + value->start;
    field->length = length;
    return 0;
}

#define TCCLI_TIME_MAX 253402300799 /* the end of 9999 */

/* Reads seconds since 1970: digits and an optional fraction, which is cut off. */
static int tccli_read_time(const char *text, const jsmntok_t *value, int64_t *out)
{
    const char *at = text + value->start;
    const char *end = text + value->end;
    int64_t seconds = 0;

    if (tccli_is_null(text, value))
        return 0;
    if (value->type != JSMN_PRIMITIVE)
        return -1;
    for (; at < end && *at >= '0' && *at <= '9' && seconds <= TCCLI_TIME_MAX; at++)
        seconds = seconds * 10 + (*at - '0');
    if (at < end && *at == '.')
        for (at++; at < end && *at >= '0' && *at <= '9';)
            at++;
    *out = seconds;
    return at == end && seconds > 0 && seconds <= TCCLI_TIME_MAX ? 0 : -1;
}

static int tccli_take_member(char *text, const jsmntok_t *name, const jsmntok_t *value, const jsmntok_t **time,
                             tcx_posix_secrets *out)
{
    if (tccli_is_named(text, name, "secretId"))
        return tccli_take_value(text, value, &out->credentials.secret_id, out);
    if (tccli_is_named(text, name, "secretKey"))
        return tccli_take_value(text, value, &out->credentials.secret_key, out);
    if (tccli_is_named(text, name, "token"))
        return tccli_take_value(text, value, &out->credentials.token, out);
    if (tccli_is_named(text, name, "role-arn"))
        return tccli_take_value(text, value, &out->role, out);
    if (tccli_is_named(text, name, "type") && value->type == JSMN_STRING && tccli_is_named(text, value, "cvm-role"))
        out->of_machine = 1;
    if (!tccli_is_named(text, name, "expiresAt"))
        return 0;
    if (*time != NULL)
        return -1;
    *time = value;
    return 0;
}

static int tccli_take_members(char *text, const jsmntok_t *tokens, int count, tcx_posix_secrets *out)
{
    const jsmntok_t *time = NULL;
    int name;

    for (name = 1; name < count; name = tccli_skip(tokens, count, name + 1))
        if (tccli_take_member(text, &tokens[name], &tokens[name + 1], &time, out) != 0)
            return -1;
    /* For permanent keys, tccli keeps the expiry time of an earlier token. That time must be ignored. */
    if (time == NULL || out->credentials.token.bytes == NULL)
        return 0;
    return tccli_read_time(text, time, &out->expires);
}

int tcx_posix_tccli_read(char *text, size_t length, tcx_posix_secrets *out)
{
    jsmn_parser parser;
    jsmntok_t tokens[TCCLI_TOKENS_MAX];
    size_t needed;
    size_t characters;
    int count;

    if (!tcx_utf8_check(text, length, &characters)) {
        out->problem = "the file is not UTF-8. Save it as UTF-8";
        return -1;
    }
    if (tcx_json_check(text, length, &needed) != TCX_OK)
        return -1;
    if (needed > TCCLI_TOKENS_MAX) {
        out->problem = "the file has too many members for a file of tccli. Write it again with tccli";
        return -1;
    }
    jsmn_init(&parser);
    count = jsmn_parse(&parser, text, length, tokens, TCCLI_TOKENS_MAX);
    if (count < 1 || tokens[0].type != JSMN_OBJECT)
        return -1;
    return tccli_take_members(text, tokens, count, out);
}
