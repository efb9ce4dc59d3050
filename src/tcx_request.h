/*
 * A request, checked, and its host taken apart.
 */
#ifndef TCX_REQUEST_H
#define TCX_REQUEST_H

#include <tcexec/request.h>

/* tcx_request_check(), which also reads the host. */
tcx_status tcx_request_read(const tcx_request *request, tcx_host *host);

/*
 * Reads NAME[:PORT], a bracketed IPv6 address as the name included. 1, or 0 when it is malformed: then `host` is
 * meaningless.
 */
int tcx_host_read(tcx_text text, tcx_host *host);

#endif
