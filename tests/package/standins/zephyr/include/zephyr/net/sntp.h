/* Zephyr's SNTP client. */
#ifndef ZEPHYR_NET_SNTP_H
#define ZEPHYR_NET_SNTP_H

#include <stdint.h>

struct sntp_time {
    uint64_t seconds;
    uint32_t fraction;
};

/* The first query has no answer. Then the server is the host's clock. */
int sntp_simple(const char *server, uint32_t timeout, struct sntp_time *ts);

#endif
