#include "tcx_message.h"

static int percent_is_unreserved(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '_' || byte == '.' || byte == '~';
}

size_t tcx_encode_percent(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size)
{
    size_t run = 0;

    while (run < length && percent_is_unreserved(bytes[run]))
        run++;
    if (run > 0)
        return run;
    unit[0] = '%';
    tcx_hex(unit + 1, *bytes, "0123456789ABCDEF");
    *size = 3;
    return 1;
}
