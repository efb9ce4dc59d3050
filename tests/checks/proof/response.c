/*
 * units:  tcx_response tcx_http tcx_json tcx_utf8
 * bounds: 31 answers with any one byte in one place, cut short there, or with room for 0 tokens to enough and one byte
 *   less; a buffer at any alignment; any status and date
 * eva:    -eva-slevel 100000 -eva-min-loop-unroll 100 -eva-slevel-function one:0 -eva-split-return full
 */
#include "any.h"

#include <tcexec/response.h>

enum { TEXT = 64, TOKENS = 12, MOST = TEXT + sizeof(int) - 1 + TOKENS * TCX_JSON_TOKEN_SIZE };

/* A question mark is any byte. */
static const char *const answers[] = {
    "?",
    "?{}",
    "[?]",
    "{?\"Response\":{}}",
    "{\"Re?ponse\":{}}",
    "{\"Response?:{}}",
    "{\"Response\"?{}}",
    "{\"Response\":?}",
    "{\"Response\":{?}}",
    "{\"Response\":{}?}",
    "{\"Response\":{}}?",
    "{\"Response\":{\"Re?ult\":\"r\"}}",
    "{\"Response\":{\"Re\\?ult\":\"r\"}}",
    "{\"Response\":{\"Result\"?\"r\"}}",
    "{\"Response\":{\"Result\":?}}",
    "{\"Response\":{\"Result\":?null}}",
    "{\"Response\":{\"Result\":-?}}",
    "{\"Response\":{\"Result\":\"?\"}}",
    "{\"Response\":{\"Result\":\"\\?\"}}",
    "{\"Response\":{\"Result\":\"\\u00?9\"}}",
    "{\"Response\":{\"Result\":\"\\uD83D\\uDE?0\"}}",
    "{\"Response\":{\"Result\":\"\xC3?\"}}",
    "{\"Response\":{\"Result\":\"r\"?\"RequestId\":\"i\"}}",
    "{\"Response\":{\"Result\":\"r\",\"?\":[1,{}],\"Result\":null}}",
    "{\"Response\":{\"Error\":?}}",
    "{\"Response\":{\"Error\":{\"C?de\":\"c\"}}}",
    "{\"Response\":{\"Error\":{\"Code\":?}}}",
    "{\"Response\":{\"Error\":{\"Code\":\"\\?\",\"Message\":\"m\"},\"Result\":\"r\"}}",
    "{\"Response\":1,\"Re?ponse\":{}}",
    "{\"codeDesc\":?,\"message\":\"m\"}",
    "{\"codeDesc\":\"c\",\"me?sage\":\"m\"}",
};

/* Bytes that the check treats alike outside of an escape. */
static const unsigned char pieces[][2] = {
    { 0, 8 },     { '\t', '\n' }, { 0x0B, 0x1F }, { ' ', '!' }, { '"', '"' }, { '#', '+' },  { ',', ',' },
    { '-', '/' }, { '0', '0' },   { '1', '9' },   { ':', ':' }, { ';', 'Z' }, { '[', '[' },  { '\\', '\\' },
    { ']', ']' }, { '^', 'z' },   { '{', '{' },   { '|', '|' }, { '}', '}' }, { '~', 0x7F }, { 0x80, 0xFF },
};

static void see(const tcx_text *text)
{
    reads(text->bytes, text->length);
}

/* An answer of `length` bytes with any byte of a piece in one place; `piece` NULL: as it is. `room`: bytes after it. */
static void read_one(const char *answer, size_t length, const unsigned char *piece, size_t place, size_t room)
{
    unsigned char memory[MOST];
    tcx_response response;
    tcx_http http;
    int detail;

    memset(&http, 0, sizeof http);
    http.status = (uint16_t)any(0, 999);
    http.date_length = (uint8_t)any(0, sizeof http.date);
    Frama_C_make_unknown(http.date, sizeof http.date);
    http.body = memory + (MOST - length - room);
    http.body_capacity = (uint32_t)(length + room);
    http.body_length = (uint32_t)length;
    memcpy(http.body, answer, length);
    if (piece != NULL)
        http.body[place] = (unsigned char)any(piece[0], piece[1]);
    (void)tcx_response_read(&http, &response, &detail);
    //@ assert 0 <= detail <= INT_MAX;
    see(&response.result);
    see(&response.request_id);
    see(&response.error_code);
    see(&response.error_message);
    see(&response.body);
    see(&response.date);
}

/* All paths end here, so that the next answer begins with one state. */
static void one(const char *answer, size_t length, const unsigned char *piece, size_t place, size_t room)
{
    read_one(answer, length, piece, place, room);
}

int main(void)
{
    const size_t enough = sizeof(int) - 1 + TOKENS * TCX_JSON_TOKEN_SIZE;

    for (size_t i = 0; i < COUNT(answers); i++) {
        size_t length = strlen(answers[i]), place = 0;

        while (answers[i][place] != '?')
            place++;
        for (size_t piece = 0; piece < COUNT(pieces); piece++)
            one(answers[i], length, pieces[piece], place, enough);
        one(answers[i], place, NULL, 0, enough);
        for (size_t count = 0; count < TOKENS; count++) {
            one(answers[i], length, NULL, 0, count * TCX_JSON_TOKEN_SIZE);
            one(answers[i], length, NULL, 0, (count + 1) * TCX_JSON_TOKEN_SIZE - 1);
        }
    }
    return 0;
}
