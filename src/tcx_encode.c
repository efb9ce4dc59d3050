#include "tcx_message.h"

void tcx_hex(unsigned char out[2], unsigned char byte, const char *alphabet)
{
    out[0] = (unsigned char)alphabet[byte >> 4];
    out[1] = (unsigned char)alphabet[byte & 15];
}

size_t tcx_encode_json(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size)
{
    static const unsigned char from[] = "\b\t\n\f\r\"\\", to[] = "btnfr\"\\";
    size_t run = 0;

    while (run < length && bytes[run] >= 0x20 && bytes[run] != '"' && bytes[run] != '\\')
        run++;
    if (run > 0)
        return run;
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
