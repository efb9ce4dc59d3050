/*
 * units:  tcx_response tcx_http tcx_json tcx_utf8
 * bounds: 31 answers with any one byte in one place, cut short there, or with 0 tokens to enough; any status and date
 * eva:    -eva-slevel 100000 -eva-min-loop-unroll 100 -eva-slevel-function one:0 -eva-split-return full
 */
#include "any.h"

#include <tcexec/response.h>

enum { MOST = 64, TOKENS = 12 };

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

/* An answer of `length` bytes with any byte of a piece in one place; `piece` NULL: as it is. */
static void read_one(const char *answer, size_t length, const unsigned char *piece, size_t place, size_t count)
{
    unsigned char memory[MOST];
    tcx_token tokens[TOKENS];
    tcx_response response;
    tcx_http http;

    memset(&http, 0, sizeof http);
    http.status = (uint16_t)any(0, 999);
    http.date_length = (uint8_t)any(0, sizeof http.date);
    Frama_C_make_unknown(http.date, sizeof http.date);
    http.body = memory + (MOST - length);
    http.body_length = (uint32_t)length;
    memcpy(http.body, answer, length);
    if (piece != NULL)
        http.body[place] = (unsigned char)any(piece[0], piece[1]);
    (void)tcx_response_read(&http, tokens + (TOKENS - count), count, &response);
    see(&response.result);
    see(&response.request_id);
    see(&response.error_code);
    see(&response.error_message);
    see(&response.body);
    see(&response.date);
}

/* All paths end here, so that the next answer begins with one state. */
static void one(const char *answer, size_t length, const unsigned char *piece, size_t place, size_t count)
{
    read_one(answer, length, piece, place, count);
}

int main(void)
{
    for (size_t i = 0; i < COUNT(answers); i++) {
        size_t length = strlen(answers[i]), place = 0;

        while (answers[i][place] != '?')
            place++;
        for (size_t piece = 0; piece < COUNT(pieces); piece++)
            one(answers[i], length, pieces[piece], place, TOKENS);
        one(answers[i], place, NULL, 0, TOKENS);
        for (size_t count = 0; count < TOKENS; count++)
            one(answers[i], length, NULL, 0, count);
    }
    return 0;
}
