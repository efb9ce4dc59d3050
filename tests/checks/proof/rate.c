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
    uint32_t delay;

    tcx_rate_init(&rate, any_uint32(), any_uint32(), any_uint32());
    while (either(0, 1)) {
        delay = rate.wait(&rate, any_uint32());
        //@ assert delay < 2000;
        (void)delay;
    }
    return 0;
}
