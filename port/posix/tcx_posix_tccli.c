/*
 * The JSON form of credentials: see tcx_posix_credentials.h.
 *
 * jsmn finds the tokens; it accepts more than JSON. What is read here is checked on its own: one object that is the
 * whole text, its members NAME ':' VALUE parted by ',', the secrets texts, the time a number. What other members hold
 * is not looked at.
 */
#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

#include "tcx_posix_credentials.h"

#define TOKENS_MAX 128

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Whether `text` from `start` to `end` is nothing but blanks around `mark`, or nothing but blanks when that is 0. */
static int only(const char *text, int start, int end, char mark)
{
    while (start < end && is_blank(text[start]))
        start++;
    if (mark != '\0' && (start == end || text[start++] != mark))
        return 0;
    while (start < end && is_blank(text[start]))
        start++;
    return start == end;
}

/* Where a token begins and ends in the text, a string's quotes included. */
static int outer_start(const jsmntok_t *token)
{
    return token->start - (token->type == JSMN_STRING);
}

static int outer_end(const jsmntok_t *token)
{
    return token->end + (token->type == JSMN_STRING);
}

/*
 * Undoes the escapes that a writer may have put around printable ASCII, in place. Any other has no business in a
 * secret: -1.
 */
static int unescape(char *text, const jsmntok_t *token, tcx_text *out)
{
    char *to = text + token->start;
    const char *from = to;
    const char *end = text + token->end;

    out->bytes = to;
    while (from < end) {
        if (*from == '\\' && *++from != '/' && *from != '\\' && *from != '"')
            return -1;
        *to++ = *from++;
    }
    out->length = (size_t)(to - out->bytes);
    return 0;
}

static int is_named(const char *text, const jsmntok_t *name, const char *expected)
{
    size_t length = (size_t)(name->end - name->start);

    return length == strlen(expected) && memcmp(text + name->start, expected, length) == 0;
}

static tcx_text *field_of(const char *text, const jsmntok_t *name, tcx_posix_secrets *out)
{
    if (is_named(text, name, "secretId"))
        return &out->credentials.secret_id;
    if (is_named(text, name, "secretKey"))
        return &out->credentials.secret_key;
    if (is_named(text, name, "token"))
        return &out->credentials.token;
    if (is_named(text, name, "role-arn"))
        return &out->role;
    return NULL;
}

/* The token behind `value` and all that it holds. */
static int skip(const jsmntok_t *tokens, int count, int value)
{
    int end = tokens[value].end;

    do
        value++;
    while (value < count && tokens[value].start < end);
    return value;
}

static int is_null(const char *text, const jsmntok_t *value)
{
    return value->type == JSMN_PRIMITIVE && is_named(text, value, "null");
}

/* An empty token or null, as tccli writes it for permanent keys, is none. */
static int take_value(char *text, const jsmntok_t *value, tcx_text *field)
{
    if (is_null(text, value))
        return 0;
    if (field->bytes != NULL || value->type != JSMN_STRING || unescape(text, value, field) != 0)
        return -1;
    if (field->length == 0)
        *field = tcx_text_from(NULL);
    return 0;
}

#define TIME_MAX 253402300799 /* the end of 9999 */

/* Seconds since 1970: digits, and a fraction that is cut off. */
static int take_time(const char *text, const jsmntok_t *value, int64_t *out)
{
    const char *at = text + value->start;
    const char *end = text + value->end;
    int64_t seconds = 0;

    if (is_null(text, value))
        return 0;
    if (*out != 0 || value->type != JSMN_PRIMITIVE)
        return -1;
    for (; at < end && *at >= '0' && *at <= '9' && seconds <= TIME_MAX; at++)
        seconds = seconds * 10 + (*at - '0');
    if (at < end && *at == '.')
        for (at++; at < end && *at >= '0' && *at <= '9';)
            at++;
    *out = seconds;
    return at == end && seconds > 0 && seconds <= TIME_MAX ? 0 : -1;
}

static int take_member(char *text, const jsmntok_t *name, const jsmntok_t *value, tcx_posix_secrets *out)
{
    tcx_text *field = field_of(text, name, out);

    if (is_named(text, name, "expiresAt"))
        return take_time(text, value, &out->expires);
    return field != NULL ? take_value(text, value, field) : 0;
}

static int take_members(char *text, const jsmntok_t *tokens, int count, tcx_posix_secrets *out)
{
    int at = tokens[0].start + 1;
    int name = 1;

    while (name < count) {
        const jsmntok_t *value = &tokens[name + 1];

        if (tokens[name].type != JSMN_STRING || tokens[name].parent != 0 || tokens[name].size != 1)
            return -1;
        if (!only(text, at, outer_start(&tokens[name]), name == 1 ? '\0' : ','))
            return -1;
        if (!only(text, outer_end(&tokens[name]), outer_start(value), ':'))
            return -1;
        if (take_member(text, &tokens[name], value, out) != 0)
            return -1;
        at = outer_end(value);
        name = skip(tokens, count, name + 1);
    }
    return only(text, at, tokens[0].end - 1, '\0') ? 0 : -1;
}

int tcx_posix_tccli_read(char *text, size_t length, tcx_posix_secrets *out)
{
    jsmn_parser parser;
    jsmntok_t tokens[TOKENS_MAX];
    int count;

    jsmn_init(&parser);
    count = jsmn_parse(&parser, text, length, tokens, TOKENS_MAX);
    if (count < 1 || tokens[0].type != JSMN_OBJECT)
        return -1;
    if (!only(text, 0, tokens[0].start, '\0') || !only(text, tokens[0].end, (int)length, '\0'))
        return -1;
    return take_members(text, tokens, count, out);
}
