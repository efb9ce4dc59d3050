/* Name look-ups for tcx_posix_tcp.c that do not block. */
#ifndef TCX_POSIX_LOOKUP_H
#define TCX_POSIX_LOOKUP_H

#include "tcx_posix.h"

/* Takes apart a numeric address; never waits. Returns 1, or 0 when `name` is none. */
int tcx_posix_lookup_numeric(const char *name, uint16_t port, tcx_posix_addresses *found);

/*
 * Starts to look up a name. Returns a descriptor that becomes readable when the answer is there, or -1 with errno set.
 * Closing it abandons the look-up.
 */
int tcx_posix_lookup_start(const char *name, uint16_t port);

/* Reads the answer. Returns 1; 0 when it is not there yet; or -1 with errno set. */
int tcx_posix_lookup_finish(int fd, tcx_posix_addresses *found);

#endif
