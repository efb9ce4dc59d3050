/* The certificate blocks of a PEM text. Internal to the POSIX port. */
#ifndef TCX_POSIX_BLOCK_H
#define TCX_POSIX_BLOCK_H

#include "tcx_posix.h"

typedef struct tcx_posix_block {
    tcx_posix_fault fault; /* NONE: `base64` is the text between its lines, which is not looked at */
    const char *start;     /* where it begins */
    tcx_text base64;
} tcx_posix_block;

/*
 * Finds the next block that is a certificate's, or would be if it were written as it should. A public key is found too,
 * as TCX_POSIX_FAULT_PUBLIC_KEY. Returns 0 at the end.
 */
int tcx_posix_block_next(tcx_text *left, tcx_posix_block *out);

/* The line of `text` that `place` is on, from 1. */
size_t tcx_posix_line_of(tcx_text text, const char *place);

#endif
