/* Zephyr's numbers of a look-up, those of the host. */
#ifndef ZEPHYR_NET_DNS_RESOLVE_H
#define ZEPHYR_NET_DNS_RESOLVE_H

#include <netdb.h>

#define DNS_EAI_NONAME EAI_NONAME
#define DNS_EAI_MEMORY EAI_MEMORY

#endif
