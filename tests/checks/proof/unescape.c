/*
 * units:  tcx_json tcx_utf8
 * bounds: any one byte at each place of each of 3 strings, where the check accepts it; 3 names
 * eva:    -eva-slevel 100000 -eva-min-loop-unroll 60 -eva-slevel-function one:0 -eva-split-return full
 */
#include "any.h"
#include "tcx_json.h"

enum { MOST = 16 };

static const char *const strings[] = {
    "\"\\n\"",
    "\"a\\u00E9\"",
    "\"\\uD83D\\uDE00\"",
};

/* Bytes that the check and the decoder treat alike; hexadecimal digits one by one. */
static const unsigned char pieces[][2] = {
    { 0, 31 },      { 32, 33 },     { '"', '"' },   { '#', '.' },   { '/', '/' },   { '0', '0' },   { '1', '1' },
    { '2', '2' },   { '3', '3' },   { '4', '4' },   { '5', '5' },   { '6', '6' },   { '7', '7' },   { '8', '8' },
    { '9', '9' },   { ':', '@' },   { 'A', 'A' },   { 'B', 'B' },   { 'C', 'C' },   { 'D', 'D' },   { 'E', 'E' },
    { 'F', 'F' },   { 'G', '[' },   { '\\', '\\' }, { ']', '`' },   { 'a', 'a' },   { 'b', 'b' },   { 'c', 'c' },
    { 'd', 'd' },   { 'e', 'e' },   { 'f', 'f' },   { 'g', 'm' },   { 'n', 'n' },   { 'o', 'q' },   { 'r', 'r' },
    { 's', 's' },   { 't', 't' },   { 'u', 'u' },   { 'v', 127 },   { 0x80, 0x8F }, { 0x90, 0x9F }, { 0xA0, 0xBF },
    { 0xC0, 0xC1 }, { 0xC2, 0xDF }, { 0xE0, 0xE0 }, { 0xE1, 0xEC }, { 0xED, 0xED }, { 0xEE, 0xEF }, { 0xF0, 0xF0 },
    { 0xF1, 0xF3 }, { 0xF4, 0xF4 }, { 0xF5, 0xFF },
};

/* What the check accepts is decoded. */
static void read_string(const char *string, size_t length, size_t place, const unsigned char piece[2])
{
    char memory[MOST], *text = memory + (MOST - length);
    size_t tokens, inside = length - 2;

    memcpy(text, string, length);
    text[place] = (char)any(piece[0], piece[1]);
    if (tcx_json_check(text, length, &tokens) != TCX_OK || text[0] != '"')
        return;
    tcx_json_equals(text + 1, length - 2, "a");
    tcx_json_equals(text + 1, length - 2, "Result");
    tcx_json_decode(text + 1, &inside);
}

/* All paths end here, so that the next string begins with one state. */
static void one(const char *string, size_t length, size_t place, const unsigned char piece[2])
{
    read_string(string, length, place, piece);
}

int main(void)
{
    for (size_t i = 0; i < COUNT(strings); i++) {
        size_t length = strlen(strings[i]);

        for (size_t place = 0; place < length; place++) {
            for (size_t piece = 0; piece < COUNT(pieces); piece++)
                one(strings[i], length, place, pieces[piece]);
        }
    }
    return 0;
}
