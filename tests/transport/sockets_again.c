/* The port of port/sockets/ a second time, as it is for Zephyr: it connects again to see that a connection is up. */
#define _DEFAULT_SOURCE
#define SOCKETS_CONNECT_AGAIN 1
#define tcx_sockets_init      sockets_again_init
#define tcx_sockets_fd        sockets_again_fd
#define tcx_sockets_time_left sockets_again_time_left

#include "../../port/sockets/tcx_sockets.c"
