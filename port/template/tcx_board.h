/*
 * A port to start from. Copy this file and tcx_board.c, and fill in the places marked TODO in tcx_board.c. It compiles
 * as it is: a function that is not filled in fails with an error number of its own, so a call shows which function is
 * missing.
 *
 *     static tcx_board board;
 *     tcx_board_init(&board);    ... then pass &board.port to a client (tcexec/client.h) or to tcx_execute(),
 *                                    and &board.transport to a call, to TLS or to the contract suite
 *
 *   not filled in        the call ends with                           `call.detail`
 *   board_unix_time()    TCX_E_CLOCK_UNSET, before open               0
 *   board_entropy()      TCX_E_TLS_ENTROPY, before open               BearSSL's BR_ERR_NO_RANDOM
 *   board_open()         TCX_E_CONNECT, nothing sent                  TCX_BOARD_NO_OPEN
 *   board_send()         TCX_E_SEND, nothing sent                     TCX_BOARD_NO_SEND
 *   board_recv()         TCX_E_RECEIVE                                TCX_BOARD_NO_RECV
 *   tick, wait           the call works, but never sleeps, and counts each reading of the tick as a millisecond
 *
 * TLS sends and receives while it connects. So over TLS, open, send and recv all end a call with TCX_E_CONNECT, and
 * only `call.detail` distinguishes them.
 */
#ifndef TCX_BOARD_H
#define TCX_BOARD_H

#include <tcexec.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The port's own error numbers: any negative numbers except -32001 to -32005, which tcexec/transport.h uses. Give each
 * cause its own number: a log from the field will show you nothing else.
 */
enum {
    TCX_BOARD_NO_OPEN = -1001,
    TCX_BOARD_NO_SEND = -1002,
    TCX_BOARD_NO_RECV = -1003,
    TCX_BOARD_NO_ENTROPY = -1004
};

/* One link, and the platform. Do not move it: it points into itself. */
typedef struct tcx_board {
    tcx_transport transport;
    tcx_port port;
    int state;      /* TODO: add what the link needs: a socket, a UART, rings that the interrupts fill and empty */
    uint32_t looks; /* replaces the tick; delete it when there is one */
} tcx_board;

/* Initialises a link. Opens nothing. */
void tcx_board_init(tcx_board *board);

#ifdef __cplusplus
}
#endif

#endif
