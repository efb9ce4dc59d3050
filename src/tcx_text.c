#include <tcexec/text.h>

void tcx_wipe(void *memory, size_t length)
{
    volatile unsigned char *byte = memory;

    while (length-- > 0)
        *byte++ = 0;
}
