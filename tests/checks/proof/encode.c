/*
 * units:  tcx_encode tcx_percent
 * bounds: any 1 to 12 bytes
 * eva:    -eva-min-loop-unroll 13 -eva-slevel 30 -eva-split-return full
 */
#include "any.h"
#include "tcx_message.h"

enum { MOST = 12, UNIT = 6 };

int main(void)
{
    unsigned char memory[MOST], unit[UNIT];
    size_t length = each(1, MOST), size;
    const unsigned char *bytes = any_bytes(memory, length);

    if (tcx_encode_json(bytes, length, unit, &size) == 0)
        memset(unit, 0, size);
    if (tcx_encode_percent(bytes, length, unit, &size) == 0)
        memset(unit, 0, size);
    return 0;
}
