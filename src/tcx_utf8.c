#include "tcx_utf8.h"

/*
 * RFC 3629 section 4: what may follow each first byte. The ranges of the second byte keep out overlong forms,
 * surrogates and what lies beyond U+10FFFF.
 */
static int start(tcx_utf8 *utf8, unsigned char first)
{
    utf8->low = 0x80;
    utf8->high = 0xBF;
    if (first >= 0xC2 && first <= 0xDF) {
        utf8->missing = 1;
    } else if (first >= 0xE0 && first <= 0xEF) {
        utf8->missing = 2;
        if (first == 0xE0)
            utf8->low = 0xA0;
        else if (first == 0xED)
            utf8->high = 0x9F;
    } else if (first >= 0xF0 && first <= 0xF4) {
        utf8->missing = 3;
        if (first == 0xF0)
            utf8->low = 0x90;
        else if (first == 0xF4)
            utf8->high = 0x8F;
    } else {
        return 0;
    }
    return 1;
}

int tcx_utf8_feed(tcx_utf8 *utf8, const void *bytes, size_t length)
{
    const unsigned char *next = bytes;
    const unsigned char *end = next + length;

    for (; next < end; next++) {
        if (utf8->missing > 0) {
            if (*next < utf8->low || *next > utf8->high)
                return 0;
            utf8->missing--;
            utf8->low = 0x80;
            utf8->high = 0xBF;
        } else if (*next >= 0x80 && !start(utf8, *next)) {
            return 0;
        }
    }
    return 1;
}

int tcx_utf8_check(const void *bytes, size_t length, size_t *characters)
{
    const unsigned char *text = bytes;
    tcx_utf8 utf8 = { 0, 0, 0 };
    size_t count = 0;

    for (size_t i = 0; i < length; i++)
        count += (text[i] & 0xC0) != 0x80;
    *characters = count;
    return tcx_utf8_feed(&utf8, bytes, length) && utf8.missing == 0;
}
