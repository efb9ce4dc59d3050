/* Zephyr's sockets, on those of the host. */
#ifndef ZEPHYR_NET_SOCKET_H
#define ZEPHYR_NET_SOCKET_H

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <unistd.h>

#include <zephyr/kernel.h>

#define zsock_addrinfo     addrinfo
#define zsock_pollfd       pollfd
#define zsock_socket       socket
#define zsock_connect      connect
#define zsock_setsockopt   setsockopt
#define zsock_getsockopt   getsockopt
#define zsock_send         send
#define zsock_recv         recv
#define zsock_close        close
#define zsock_getaddrinfo  getaddrinfo
#define zsock_freeaddrinfo freeaddrinfo
#define ZSOCK_POLLIN       POLLIN
#define ZSOCK_POLLOUT      POLLOUT

/* As on native_sim, nothing is ready if it does not wait. */
int zsock_poll(struct zsock_pollfd *fds, int count, int timeout);
int zsock_fcntl(int fd, int command, int flags);

#endif
