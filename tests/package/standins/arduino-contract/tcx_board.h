/* A board with the port for Arduino, as contract_main.c takes it. */
#ifndef TCX_BOARD_H
#define TCX_BOARD_H

#include <tcexec/port.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tcx_board {
    tcx_port port;
} tcx_board;

void tcx_board_init(tcx_board *board);

#ifdef __cplusplus
}
#endif

#endif
