#ifndef LWIP_SOCKETS_H
#define LWIP_SOCKETS_H

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#endif
