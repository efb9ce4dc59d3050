#include "tcx_hmac.h"

/* The frames of a signature and its hash take fewer than these 198 words. */
TCX_NOT_INLINE void tcx_stack_wipe(void)
{
    volatile size_t below[198];

    for (size_t i = sizeof below / sizeof below[0]; i > 0;)
        below[--i] = 0;
}
