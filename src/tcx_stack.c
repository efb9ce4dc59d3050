#include "tcx_stack.h"

#include <stddef.h>

/* The frames of a signature and its hash take at most these 198 words. */
TCX_NOT_INLINE void tcx_stack_wipe(void)
{
    volatile size_t below[198];

    for (size_t i = sizeof below / sizeof below[0]; i > 0;)
        below[--i] = 0;
}
