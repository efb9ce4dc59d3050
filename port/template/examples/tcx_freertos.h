/*
 * A worked example: FreeRTOS+TCP sockets as a transport, for versions 3 and 4 of FreeRTOS+TCP. The client makes TLS on
 * top of them.
 *
 *     tcx_freertos_init(&freertos);
 *     freertos.port.unix_time = board_unix_time;
 *     freertos.port.entropy = board_entropy;
 *     tcx_client_init(&client, &freertos.port, answer, sizeof answer);
 *     tcx_client_credentials(&client, &credentials);
 *     tcx_client_trust_chain(&client, &chain, &tcx_tls_profile_full, anchors, anchor_count, records, sizeof records);
 *     client.config.address = address;
 *     status = tcx_client_execute(&client, &request);
 *
 * Addresses are numbers ("192.0.2.1"), IPv4 only. FreeRTOS_gethostbyname() blocks, so look up the name before the call,
 * and give the client the result as `address`.
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
    tcx_port port;   /* unix_time and entropy are NULL: set them to functions of your board */
    Socket_t socket; /* FREERTOS_INVALID_SOCKET: none */
    int is_up;
} tcx_freertos;

void tcx_freertos_init(tcx_freertos *link);

#endif
