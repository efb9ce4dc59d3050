/* The client's internal interface for its kinds of trust. */
#ifndef TCX_CLIENT_H
#define TCX_CLIENT_H

#include <tcexec/client.h>

/* Keeps the first error of the set-up. */
void tcx_client_keep(tcx_client *client, tcx_status status);

#endif
