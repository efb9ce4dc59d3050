/*
 * The Host of a request: which it is, and what it is made of.
 */
#ifndef TCX_HOST_H
#define TCX_HOST_H

#include <tcexec/request.h>

/* The host that is signed and sent, with its port if it names one that is not the default, 443. */
tcx_text tcx_request_host(const tcx_request *request);

/*
 * Splits NAME[:PORT]. 1, or 0 when it is malformed. `*port` is 0 when none is named; a bracketed IPv6 address loses its
 * brackets.
 */
int tcx_host_split(tcx_text host, tcx_text *name, uint16_t *port);

#endif
