/*
 * A port on BSD sockets, for systems without full POSIX: Zephyr, ESP-IDF, and others on lwIP's sockets.
 *
 *     static tcx_sockets sockets;
 *     tcx_sockets_init(&sockets, 0);    ... then pass &sockets.port to a client (tcexec/client.h) or to tcx_execute(),
 *                                           and &sockets.transport to a call or to TLS
 *
 * It needs no thread, and allocates no memory. getaddrinfo() of the system may allocate some, and so does ESP-IDF's
 * poll() for as long as it waits.
 *
 * The system gives the tick, the wall clock and entropy:
 *
 *              wall clock                                  entropy
 *   Zephyr     sys_clock_gettime(). Set it first, for      sys_csrand_get(). Without CONFIG_CSPRNG_ENABLED there is
 *              example by SNTP. Zephyr before 4.2: none    none
 *   ESP-IDF    time(). Set it first, for example by SNTP   esp_fill_random()
 *   POSIX      time()                                      getrandom()
 *
 * ESP-IDF's target linux is POSIX. On a chip, esp_fill_random() is unpredictable only while WiFi or Bluetooth is on, or
 * after bootloader_random_enable().
 *
 * If your clock or your entropy is another, replace `sockets.port.unix_time` or `sockets.port.entropy` after init.
 * Until the clock is set, a call fails with TCX_E_CLOCK_UNSET. Without entropy it fails with TCX_E_TLS_ENTROPY. In both
 * cases nothing is sent.
 */
#ifndef TCX_SOCKETS_H
#define TCX_SOCKETS_H

#include <tcexec/call.h>
#include <tcexec/port.h>

#if defined(ESP_PLATFORM)
#include "sdkconfig.h"
#endif

#if defined(__ZEPHYR__)
#include <zephyr/net/socket.h>
#elif defined(ESP_PLATFORM) && !defined(CONFIG_IDF_TARGET_LINUX)
#include <lwip/sockets.h>
#else
#include <netinet/in.h>
#include <sys/socket.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define TCX_SOCKETS_ADDRESSES_MAX 4     /* addresses of one name; more are not tried */
#define TCX_SOCKETS_ADDRESS_SHARE 5000u /* ms for each address but the last, at most */

/*
 * A TCP connection as a transport (tcexec/transport.h), and the platform. Do not move it: it points into itself.
 *
 * THE LOOK-UP BLOCKS: open() calls getaddrinfo(), which waits for the answer of DNS. If DNS does not answer, it waits:
 *
 *   Zephyr     CONFIG_NET_SOCKETS_DNS_TIMEOUT ms (2000 unless you set it)
 *   ESP-IDF    some seconds for each DNS server, by the settings of lwIP
 *   POSIX      as resolv.conf says. glibc: 10 seconds for each server
 *
 * A numeric address, as text, is not looked up. The time of the look-up counts. The addresses are tried one after the
 * other. All other functions return at once.
 *
 * The port's error number is -errno. If the look-up fails, the call ends with TCX_E_RESOLVE, and the number is that of
 * getaddrinfo(). If it fails only because the system has no memory or no socket, it is TCX_E_CONNECT with -errno.
 */
typedef struct tcx_sockets {
    tcx_transport transport;
    tcx_port port;

    /* Private: do not read or write. */
    uint32_t connect_timeout;
    uint32_t connect_end; /* tick: end of connecting */
    uint32_t address_end; /* tick: end of trying the current address */
    int fd;               /* -1: none */
    int state;
    int error;        /* errno of the last address tried */
    int lookup_error; /* 0, or the number of getaddrinfo() */
    int count;
    int next; /* index of the next address to try */
    struct {
        socklen_t length; /* bytes used of `to` */
        union {
            struct sockaddr any;
            struct sockaddr_in v4;
            struct sockaddr_storage storage;
        } to;
    } address[TCX_SOCKETS_ADDRESSES_MAX];
} tcx_sockets;

/*
 * Initialises the port. Opens nothing.
 *
 *   connect_timeout  ms: the most time to connect, over all addresses. Give the timeout of the call. 0:
 *                    TCX_TIMEOUT_DEFAULT. Each address gets an equal part of the time left, at most
 *                    TCX_SOCKETS_ADDRESS_SHARE. The last address gets all of it
 */
void tcx_sockets_init(tcx_sockets *sockets, uint32_t connect_timeout);

/*
 * For your own poll(). Returns the socket to wait for, or -1: none. It changes while connecting, so ask before each
 * wait.
 */
int tcx_sockets_fd(const tcx_sockets *sockets);

/*
 * For your own poll(). Returns the most ms to wait before the next step: `time_left` (what tcx_call_time_left()
 * returned), or less: then the next address must be tried.
 */
uint32_t tcx_sockets_time_left(const tcx_sockets *sockets, uint32_t time_left);

#ifdef __cplusplus
}
#endif

#endif
