/*
 * A port on BSD sockets: see tcx_sockets.h. tcexec/transport.h has the rules that it must obey.
 *
 * All that differs between the systems is in the first part. SYS(connect) is the system's connect().
 */
#if !defined(__ZEPHYR__) && !defined(ESP_PLATFORM)
#define _DEFAULT_SOURCE
#endif

#include "tcx_sockets.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#if defined(__ZEPHYR__)
#include <zephyr/kernel.h>
#include <zephyr/net/dns_resolve.h>
#include <zephyr/posix/fcntl.h> /* the minimal C library has no <fcntl.h> with O_NONBLOCK */
#include <zephyr/random/random.h>
#if defined(__has_include) && __has_include(<zephyr/sys/clock.h>)
#include <zephyr/sys/clock.h>
#endif
#define SYS(name)                zsock_##name
#define SOCKETS_EAI(name)        DNS_EAI_##name
#define SOCKETS_POLLIN           ZSOCK_POLLIN
#define SOCKETS_POLLOUT          ZSOCK_POLLOUT
#define SOCKETS_CONNECT_AGAIN    1
#define sockets_uptime()         k_uptime_get_32()
#define sockets_fill(out, count) (SOCKETS_HAVE_RANDOM && sys_csrand_get(out, count) == 0)
/* Without both, sys_csrand_get() is declared and is not there. The second is for tests: its bytes can be guessed. */
#define SOCKETS_HAVE_RANDOM (IS_ENABLED(CONFIG_CSPRNG_ENABLED) || IS_ENABLED(CONFIG_TEST_CSPRNG_GENERATOR))
#elif defined(ESP_PLATFORM) && !defined(CONFIG_IDF_TARGET_LINUX)
#include <esp_random.h>
#include <esp_timer.h>
#include <fcntl.h>
#include <lwip/netdb.h>
#include <sys/poll.h>
#include <time.h>
#define sockets_uptime()         ((uint32_t)(esp_timer_get_time() / 1000))
#define sockets_fill(out, count) (esp_fill_random(out, count), 1)
#else
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>
#define sockets_fill(out, count) (getrandom(out, count, 0) == (ssize_t)(count))
#define SOCKETS_HAVE_EAI_SYSTEM  1

static uint32_t sockets_uptime(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint32_t)((uint64_t)now.tv_sec * 1000u + (uint64_t)now.tv_nsec / 1000000u);
}
#endif

#ifndef SYS
#define SYS(name)         name
#define SOCKETS_EAI(name) EAI_##name
#define SOCKETS_POLLIN    POLLIN
#define SOCKETS_POLLOUT   POLLOUT
#endif

/*
 * getaddrinfo() returns EAI_SYSTEM when the system failed, and errno says how. lwIP has no such number. Zephyr returns
 * it also when it has no DNS server or the name is too long.
 */
#ifndef SOCKETS_HAVE_EAI_SYSTEM
#define SOCKETS_HAVE_EAI_SYSTEM 0
#endif

/*
 * How open() finds out whether the connection is up. 0: by poll() without a wait. 1: by a second connect().
 *
 * Zephyr needs the second way: the sockets that native_sim takes from its host report nothing to a poll() without a
 * wait, because their events come only while time passes. lwIP needs the first way: it does not expect connect() on a
 * socket that is connected.
 */
#ifndef SOCKETS_CONNECT_AGAIN
#define SOCKETS_CONNECT_AGAIN 0
#endif

/* A write to a link that the peer has closed must return an error. On POSIX it would end the program by a signal. */
#ifdef MSG_NOSIGNAL
#define SOCKETS_SEND_FLAGS MSG_NOSIGNAL
#else
#define SOCKETS_SEND_FLAGS 0
#endif

#define SOCKETS_NAME_MAX 255u /* RFC 1035 section 2.3.4; a numeric address is shorter */

enum { SOCKETS_CLOSED, SOCKETS_CONNECTING, SOCKETS_CONNECTED };

/* ---- the platform ---- */

static uint32_t sockets_tick(void *context)
{
    (void)context;
    return sockets_uptime();
}

static int64_t sockets_unix_time(void *context)
{
    (void)context;
#if defined(__ZEPHYR__) && defined(SYS_CLOCK_REALTIME)
    struct timespec now;

    return sys_clock_gettime(SYS_CLOCK_REALTIME, &now) == 0 ? (int64_t)now.tv_sec : 0;
#elif defined(__ZEPHYR__)
    return 0;
#else
    return (int64_t)time(NULL);
#endif
}

static int sockets_entropy(void *context, void *out, size_t length)
{
    (void)context;
    return sockets_fill(out, length) ? (int)length : -1;
}

/* The socket -1 is not waited for. Then poll() waits for the time only. */
static void sockets_wait(void *context, unsigned wants, uint32_t time_left)
{
    const tcx_sockets *sockets = context;
    struct SYS(pollfd) ready = { .fd = -1 };

    if (wants & (TCX_READ | TCX_WRITE)) {
        ready.fd = sockets->fd;
        time_left = tcx_sockets_time_left(sockets, time_left);
    }
    if (wants & TCX_READ)
        ready.events = SOCKETS_POLLIN;
    if (wants & TCX_WRITE)
        ready.events = (short)(ready.events | SOCKETS_POLLOUT);
    if (wants != 0)
        (void)SYS(poll)(&ready, 1, time_left < INT_MAX ? (int)time_left : INT_MAX);
}

/* ---- open ---- */

static void sockets_drop(tcx_sockets *sockets)
{
    if (sockets->fd >= 0)
        SYS(close)(sockets->fd);
    sockets->fd = -1;
}

static uint32_t sockets_get_time_left(uint32_t end)
{
    int32_t left = (int32_t)(end - sockets_uptime());

    return left > 0 ? (uint32_t)left : 0;
}

/* Returns the tick at which to give up this address and try the next. */
static uint32_t sockets_get_share_end(const tcx_sockets *sockets)
{
    uint32_t others = (uint32_t)(sockets->count - sockets->next);
    uint32_t share = sockets_get_time_left(sockets->connect_end) / (others + 1);

    if (others == 0)
        return sockets->connect_end;
    return sockets_uptime() + (share < TCX_SOCKETS_ADDRESS_SHARE ? share : TCX_SOCKETS_ADDRESS_SHARE);
}

static int sockets_is_pending(int error)
{
    return error == EINPROGRESS || error == EALREADY || error == EINTR;
}

/* Connects to the address tried last. Returns 0 when it is connected or connecting, else errno. */
static int sockets_dial(tcx_sockets *sockets)
{
    const int on = 1, index = sockets->next - 1;

    sockets->fd = SYS(socket)(sockets->address[index].to.any.sa_family, SOCK_STREAM, IPPROTO_TCP);
    if (sockets->fd < 0)
        return errno;
    if (SYS(fcntl)(sockets->fd, F_SETFL, O_NONBLOCK) != 0)
        return errno;
    /* A request is one write and then waits for its answer, so Nagle's algorithm could only delay it. */
    (void)SYS(setsockopt)(sockets->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (SYS(connect)(sockets->fd, &sockets->address[index].to.any, sockets->address[index].length) != 0 &&
        !sockets_is_pending(errno))
        return errno;
    return 0;
}

/* Tries the addresses until one is connecting. */
static int sockets_dial_next(tcx_sockets *sockets)
{
    while (sockets->next < sockets->count) {
        sockets_drop(sockets);
        sockets->next++;
        sockets->error = sockets_dial(sockets);
        if (sockets->error == 0) {
            sockets->address_end = sockets_get_share_end(sockets);
            sockets->state = SOCKETS_CONNECTING;
            return TCX_WANT_WRITE;
        }
    }
    return -sockets->error;
}

/* Returns 0, or the number of getaddrinfo(). */
static int sockets_look_up(tcx_sockets *sockets, const char *name, uint16_t port)
{
    const struct SYS(addrinfo) hints = { .ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM };
    struct SYS(addrinfo) *found = NULL, *at;
    int error;

    errno = 0;
    error = SYS(getaddrinfo)(name, NULL, &hints, &found);
    if (error != 0)
        return error;
    sockets->count = 0;
    for (at = found; at != NULL && sockets->count < TCX_SOCKETS_ADDRESSES_MAX; at = at->ai_next) {
        const int index = sockets->count;

        if (at->ai_addrlen > sizeof sockets->address[index].to)
            continue;
        memcpy(&sockets->address[index].to, at->ai_addr, at->ai_addrlen);
        sockets->address[index].length = (socklen_t)at->ai_addrlen;
        sockets->address[index].to.v4.sin_port = htons(port); /* IPv6 has its port at the same place */
        sockets->count++;
    }
    SYS(freeaddrinfo)(found);
    return sockets->count == 0 ? SOCKETS_EAI(NONAME) : 0;
}

/* Returns errno if a look-up failed with `error` because of this system, so nothing is known of the name. Else 0. */
static int sockets_get_cause(int error)
{
    if (error == SOCKETS_EAI(MEMORY))
        return ENOMEM;
#if SOCKETS_HAVE_EAI_SYSTEM
    if (error == SOCKETS_EAI(SYSTEM))
        return errno;
#endif
    return 0;
}

static int sockets_start(tcx_sockets *sockets, const tcx_peer *peer)
{
    char name[SOCKETS_NAME_MAX + 1];
    int error = SOCKETS_EAI(NONAME), cause = 0;

    sockets->connect_end = sockets_uptime() + sockets->connect_timeout;
    sockets->next = 0;
    if (peer->address.length <= SOCKETS_NAME_MAX && memchr(peer->address.bytes, '\0', peer->address.length) == NULL) {
        memcpy(name, peer->address.bytes, peer->address.length);
        name[peer->address.length] = '\0';
        error = sockets_look_up(sockets, name, peer->port);
        cause = sockets_get_cause(error);
    }
    sockets->lookup_error = cause == 0 ? error : 0;
    if (error == 0)
        return sockets_dial_next(sockets);
    return cause != 0 ? -cause : -EINVAL;
}

/* Returns 1 when the connection is up, 0 while it is not, and -1 with `error` set when it has failed. */
static int sockets_check(tcx_sockets *sockets)
{
    socklen_t size = sizeof sockets->error;
    int is_up;
#if SOCKETS_CONNECT_AGAIN
    const int index = sockets->next - 1;

    is_up = SYS(connect)(sockets->fd, &sockets->address[index].to.any, sockets->address[index].length) == 0 ||
            errno == EISCONN;
    sockets->error = is_up || sockets_is_pending(errno) ? 0 : errno;
    if (sockets->error != 0)
        return -1;
#else
    struct SYS(pollfd) ready = { .fd = sockets->fd, .events = SOCKETS_POLLOUT };

    is_up = SYS(poll)(&ready, 1, 0) > 0;
#endif
    if (is_up && SYS(getsockopt)(sockets->fd, SOL_SOCKET, SO_ERROR, &sockets->error, &size) != 0)
        sockets->error = errno;
    return sockets->error != 0 ? -1 : is_up;
}

static int sockets_finish_connect(tcx_sockets *sockets)
{
    const int result = sockets_check(sockets);

    if (result > 0) {
        sockets->state = SOCKETS_CONNECTED;
        return 1;
    }
    if (result == 0) {
        if (sockets_get_time_left(sockets->address_end) > 0)
            return TCX_WANT_WRITE;
        sockets->error = ETIMEDOUT;
    }
    return sockets_dial_next(sockets);
}

static int sockets_open(void *context, const tcx_peer *peer)
{
    tcx_sockets *sockets = context;

    switch (sockets->state) {
    case SOCKETS_CLOSED:
        return sockets_start(sockets, peer);
    case SOCKETS_CONNECTING:
        return sockets_finish_connect(sockets);
    default:
        return 0; /* until close, the link belongs to the call that opened it */
    }
}

/* ---- send, recv, close ---- */

static int sockets_would_block(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

static int sockets_send(void *context, const void *bytes, size_t length)
{
    const tcx_sockets *sockets = context;
    ssize_t sent = SYS(send)(sockets->fd, bytes, length, SOCKETS_SEND_FLAGS);

    if (sent < 0)
        return sockets_would_block(errno) ? TCX_WANT_WRITE : -errno;
    return sent > 0 ? (int)sent : TCX_WANT_WRITE;
}

static int sockets_recv(void *context, void *bytes, size_t length)
{
    const tcx_sockets *sockets = context;
    ssize_t got = SYS(recv)(sockets->fd, bytes, length, 0);

    if (got < 0)
        return sockets_would_block(errno) ? TCX_WANT_READ : -errno;
    return got > 0 ? (int)got : TCX_CLOSED;
}

static void sockets_close(void *context)
{
    tcx_sockets *sockets = context;

    sockets_drop(sockets);
    sockets->state = SOCKETS_CLOSED;
}

static tcx_status sockets_failure(void *context, int *detail)
{
    const tcx_sockets *sockets = context;

    if (sockets->lookup_error == 0)
        return TCX_OK;
    *detail = sockets->lookup_error;
    return TCX_E_RESOLVE;
}

/* ---- for the caller ---- */

void tcx_sockets_init(tcx_sockets *sockets, uint32_t connect_timeout)
{
    const tcx_transport transport = { sockets,       sockets_open, sockets_send,   sockets_recv,
                                      sockets_close, NULL,         sockets_failure };
    const tcx_port port = {
        &sockets->transport, sockets, sockets_tick, sockets_wait, sockets_unix_time, sockets_entropy
    };

    memset(sockets, 0, sizeof *sockets);
    sockets->transport = transport;
    sockets->port = port;
    sockets->connect_timeout = connect_timeout ? connect_timeout : TCX_TIMEOUT_DEFAULT;
    sockets->fd = -1;
}

int tcx_sockets_fd(const tcx_sockets *sockets)
{
    return sockets->fd;
}

uint32_t tcx_sockets_time_left(const tcx_sockets *sockets, uint32_t time_left)
{
    uint32_t address_left;

    if (sockets->state != SOCKETS_CONNECTING)
        return time_left;
    address_left = sockets_get_time_left(sockets->address_end);
    return address_left < time_left ? address_left : time_left;
}
