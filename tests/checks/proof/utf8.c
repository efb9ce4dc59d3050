/*
 * units:  tcx_utf8
 * bounds: any text of 0 to 6 bytes
 * eva:    -eva-slevel 1000 -eva-split-return full
 */
#include "any.h"
#include "tcx_utf8.h"

enum { MOST = 6 };

int main(void)
{
    char memory[MOST];
    size_t length = each(0, MOST), characters;
    const char *text = any_bytes(memory, length);

    tcx_utf8_check(text, length, &characters);
    if (length > 0)
        tcx_utf8_size(text, length);
    return 0;
}
