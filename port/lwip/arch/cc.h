/* What lwIP needs from the compiler and the board. */
#ifndef ARCH_CC_H
#define ARCH_CC_H

#include "board.h"

#define LWIP_NO_INTTYPES_H 1
#define U16_F "u"
#define S16_F "d"
#define X16_F "x"
#define U32_F "u"
#define S32_F "d"
#define X32_F "x"
#define SZT_F "u"

#define LWIP_PLATFORM_DIAG(message)   ((void)0)
#define LWIP_PLATFORM_ASSERT(message) board_exit(BOARD_FAULT)

/* For ports and sequence numbers. GUESSABLE here. A device MUST read its hardware generator. */
#define LWIP_RAND() (board_counter() * 2654435761u)

#endif
