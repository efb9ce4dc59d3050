/*
 * units:  tcx_json tcx_utf8
 * bounds: any 0 to 2 bytes behind each of 17 beginnings (nothing, strings, escapes, surrogates, numbers, 31 levels ...)
 * eva:    -eva-slevel 500 -eva-split-return full
 */
#include "any.h"
#include "tcx_json.h"

enum { MOST = 2, PREFIX = 40 };

static char memory[PREFIX + MOST];

int main(void)
{
    static const char *const beginnings[] = {
        "", "\"", "\"\\u", "\"\\u0", "\"\\u00e", "\"\\uD8A0", "\"\\uD8A0\\uDC", "\"\\uD8A0\\uDC0", "\"\xF0", "\"\xF4\x8F",
        "-1.", "1e", "tr", "{\"a\":", "{\"a\":1", "[1,", "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    };
    const char *beginning = beginnings[each(0, sizeof beginnings / sizeof beginnings[0] - 1)];
    size_t prefix = strlen(beginning), length = prefix + each(0, MOST), tokens;
    char *text = any_bytes(memory, length);

    for (size_t i = 0; i < prefix; i++)
        text[i] = beginning[i];
    tcx_json_check(text, length, &tokens);
    return 0;
}
