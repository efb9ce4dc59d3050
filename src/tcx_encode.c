#include "tcx_message.h"

size_t tcx_encode_json(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size)
{
    static const unsigned char from[] = "\b\t\n\f\r\"\\", to[] = "btnfr\"\\";
    const unsigned char *at = bytes, *end = bytes + length;

    do {
        if (*at <= '\\' && (*at == '\\' || *at == '"' || *at < ' ')) /* letters first: the most frequent */
            break;
        at++;
    } while (at < end);
    if (at > bytes)
        return (size_t)(at - bytes);
    unit[0] = '\\';
    *size = 2;
    for (size_t i = 0; i < sizeof from - 1; i++) {
        if (from[i] == *bytes) {
            unit[1] = to[i];
            return 0;
        }
    }
    memcpy(unit + 1, "u00", 3);
    tcx_hex(unit + 4, *bytes, "0123456789abcdef");
    *size = 6;
    return 0;
}
