#ifndef LWIP_NETDB_H
#define LWIP_NETDB_H

#include <netdb.h>

#endif
