#include "tcx_hmac.h"

/* The frames of the hash take fewer than these 144 words. */
TCX_NOT_INLINE void tcx_stack_wipe(void)
{
    volatile size_t below[144];

    for (size_t i = 0; i < sizeof below / sizeof below[0]; i++)
        below[i] = 0;
}
