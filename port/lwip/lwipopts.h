/* lwIP for one TCP connection, with little RAM. The other options are the defaults of lwIP's opt.h. */
#ifndef LWIPOPTS_H
#define LWIPOPTS_H

#define NO_SYS       1 /* no operating system: the main loop drives lwIP */
#define LWIP_NETCONN 0
#define LWIP_SOCKET  0
#define SYS_LIGHTWEIGHT_PROT 0 /* no interrupt calls lwIP */

/* Memory: the heap holds bytes that are sent but not acknowledged, the pool bytes that are received but not read. */
#define MEM_ALIGNMENT     4
#define MEM_SIZE          4096
#define PBUF_POOL_SIZE    4
#define MEMP_NUM_TCP_PCB  2 /* one in use, and one that is being closed */
#define MEMP_NUM_TCP_PCB_LISTEN 1
#define MEMP_NUM_TCP_SEG  8
#define MEMP_NUM_PBUF     4
#define TCP_MSS           1460
#define TCP_WND           (2 * TCP_MSS)
#define TCP_SND_BUF       (2 * TCP_MSS)
#define TCP_SND_QUEUELEN  8
#define TCP_QUEUE_OOSEQ   0 /* saves pbufs: segments that arrive out of order are dropped and sent again */
#define LWIP_STATS        0
#define LWIP_RAW          0
#define IP_REASSEMBLY     0
#define IP_FRAG           0

/* The build sets LWIP_DHCP. With it, addresses may also be names. */
#if LWIP_DHCP
#define LWIP_UDP 1
#define LWIP_DNS 1
#define DNS_SERVER_ADDRESS(address) IP_ADDR4(address, 10, 0, 2, 3) /* unless DHCP names one */
#else
#define LWIP_UDP 0
#define LWIP_DNS 0
#endif

#endif
