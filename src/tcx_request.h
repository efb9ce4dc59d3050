/*
 * Checks a request and reads its host.
 */
#ifndef TCX_REQUEST_H
#define TCX_REQUEST_H

#include <tcexec/request.h>

/* Does what tcx_request_check() does, and reads the host. */
tcx_status tcx_request_read(const tcx_request *request, tcx_host *host);

/*
 * Reads NAME[:PORT]. The name may be an IPv6 address in brackets. Returns 1, or 0 if the text is malformed: `host` is
 * then meaningless.
 */
int tcx_host_read(tcx_text text, tcx_host *host);

#endif
