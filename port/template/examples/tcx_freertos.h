/*
 * A worked example: FreeRTOS+TCP sockets as a transport. TLS goes on top: pass &freertos.transport to tcx_tls_init() as
 * its link.
 *
 * Addresses are numbers ("192.0.2.1"), IPv4 only. FreeRTOS_gethostbyname() blocks, so look up the name before the call,
 * and use the result as the call's `address`.
 */
#ifndef TCX_FREERTOS_H
#define TCX_FREERTOS_H

#include <FreeRTOS.h>
#include <FreeRTOS_Sockets.h>

#include <tcexec.h>

enum { TCX_FREERTOS_NO_SOCKET = -1001, TCX_FREERTOS_NO_NUMBER = -1002, TCX_FREERTOS_NOT_CONNECTED = -1003 };

/* One link. Do not move it: it points into itself. Other error numbers are FreeRTOS+TCP's: -pdFREERTOS_ERRNO_… */
typedef struct tcx_freertos {
    tcx_transport transport;
    tcx_port port; /* its unix_time and entropy are NULL: set them to functions of your board before you make a client */
    Socket_t socket; /* FREERTOS_INVALID_SOCKET: none */
    int is_up;
} tcx_freertos;

void tcx_freertos_init(tcx_freertos *link);

#endif
