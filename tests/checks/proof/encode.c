/*
 * units:  tcx_encode tcx_percent
 * bounds: any 1 to 24 bytes
 * eva:    -eva-min-loop-unroll 25 -eva-slevel 100 -eva-split-return full
 */
#include "any.h"
#include "tcx_message.h"

enum { MOST = TCX_UNIT + 4 };

int main(void)
{
    unsigned char memory[MOST], unit[TCX_UNIT];
    size_t length = each(1, MOST), size = 0;
    const unsigned char *bytes = any_bytes(memory, length);

    tcx_encode_json(bytes, length, unit, &size);
    memset(unit, 0, size);
    size = 0;
    tcx_encode_percent(bytes, length, unit, &size);
    memset(unit, 0, size);
    return 0;
}
