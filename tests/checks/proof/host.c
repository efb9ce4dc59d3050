/*
 * units:  tcx_host
 * bounds: any host of 0 to 24 bytes
 * eva:    -eva-min-loop-unroll 25 -eva-slevel 100
 */
#include "any.h"
#include "tcx_request.h"

enum { MOST = 24 };

int main(void)
{
    char memory[MOST];
    tcx_host host;

    tcx_host_read(any_text(memory, each(0, MOST), 0), &host);
    return 0;
}
