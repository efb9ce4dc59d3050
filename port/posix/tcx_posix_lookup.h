/* Name look-ups that do not block, for tcx_posix_tcp.c. */
#ifndef TCX_POSIX_LOOKUP_H
#define TCX_POSIX_LOOKUP_H

#include "tcx_posix.h"

/* Parses a numeric address. Never waits. Returns 1, or 0 if `name` is not a numeric address. */
int tcx_posix_lookup_numeric(const char *name, uint16_t port, tcx_posix_addresses *found);

/*
 * Starts to look up a name. Returns a descriptor that becomes readable when the answer is there, or -1 with errno set.
 * To give up the look-up, close the descriptor.
 */
int tcx_posix_lookup_start(const char *name, uint16_t port);

/* Reads the answer. Returns 1, 0 if there is no answer yet, or -1 with errno set. */
int tcx_posix_lookup_finish(int fd, tcx_posix_addresses *found);

#endif
