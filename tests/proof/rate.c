/*
 * units:  tcx_rate
 * bounds: any rate, burst and ticks; any number of waits
 * eva:    -eva-slevel-function main:0
 */
#include "any.h"

#include <tcexec/retry.h>

int main(void)
{
    tcx_rate rate;

    tcx_rate_init(&rate, any_uint32(), any_uint32(), any_uint32());
    while (either(0, 1))
        rate.wait(&rate, any_uint32());
    return 0;
}
