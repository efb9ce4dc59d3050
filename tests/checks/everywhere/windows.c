/* Linked into each test program for Windows: standard input and output carry bytes, not lines that end in CR and LF. */
#include <fcntl.h>
#include <io.h>

static void __attribute__((constructor)) carry_bytes(void)
{
    (void)_setmode(0, _O_BINARY);
    (void)_setmode(1, _O_BINARY);
}
