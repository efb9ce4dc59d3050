/* Finds the certificate blocks of a PEM text. Internal to the POSIX port. */
#ifndef TCX_POSIX_BLOCK_H
#define TCX_POSIX_BLOCK_H

#include "tcx_posix.h"

typedef struct tcx_posix_block {
    tcx_posix_fault fault; /* NONE: `base64` is the text between the lines, not checked */
    const char *start;     /* where the block begins */
    tcx_text base64;
} tcx_posix_block;

/*
 * Finds the next block of a certificate, even if its lines are damaged. Also finds a public key, as
 * TCX_POSIX_FAULT_PUBLIC_KEY. Moves `left` forward. Returns 1, or 0 at the end.
 */
int tcx_posix_block_next(tcx_text *left, tcx_posix_block *out);

/* Returns the number of the line of `text` that contains `place`, from 1. */
size_t tcx_posix_line_of(tcx_text text, const char *place);

#endif
