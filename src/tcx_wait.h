#ifndef TCX_WAIT_H
#define TCX_WAIT_H

#include <tcexec/transport.h>

/* Returns 1 if the link can do no more now. gcc 12 tests the cases of a switch as one range. */
static inline int tcx_must_wait(int result)
{
    switch (result) {
    case TCX_AGAIN:
    case TCX_WANT_READ:
    case TCX_WANT_WRITE:
        return 1;
    default:
        return 0;
    }
}

#endif
