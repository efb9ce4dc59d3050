#include "tcx_utf8.h"

size_t tcx_utf8_size(const void *text, size_t length)
{
    const unsigned char *byte = text;
    unsigned first = byte[0];
    size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

    if (size > length || (size > 1 && first < 0xC2) || first > 0xF4)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((byte[i] & 0xC0) != 0x80)
            return 0;
    }
    /* RFC 3629 section 4: the second byte shows overlong forms, surrogates and code points above U+10FFFF. */
    if ((first == 0xE0 && byte[1] < 0xA0) || (first == 0xED && byte[1] > 0x9F) || (first == 0xF0 && byte[1] < 0x90) ||
        (first == 0xF4 && byte[1] > 0x8F))
        return 0;
    return size;
}

int tcx_utf8_check(const void *text, size_t length, size_t *characters)
{
    const unsigned char *byte = text, *end = byte + length;

    *characters = length;
    while (byte < end) {
        size_t size, word;

        if (*byte >= 0x80) {
            size = tcx_utf8_size(byte, (size_t)(end - byte));
            if (size == 0)
                return 0;
            *characters -= size - 1;
            byte += size;
            continue;
        }
        byte++;
        for (size_t words = (size_t)(end - byte) / sizeof word; words > 0; words--) { /* most text is ASCII */
            memcpy(&word, byte, sizeof word);
            if (word & (SIZE_MAX / 255 * 0x80))
                break;
            byte += sizeof word;
        }
    }
    return 1;
}
