/* The TCP transport. tcx_posix.h describes it, tcexec/transport.h has the rules that it must obey. */
#define _DEFAULT_SOURCE

#include "tcx_posix.h"
#include "tcx_posix_lookup.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

#define TCP_NAME_MAX 255u /* RFC 1035 section 2.3.4; a numeric address is shorter */

enum { TCP_CLOSED, TCP_LOOKING_UP, TCP_CONNECTING, TCP_CONNECTED };

static void tcp_drop(tcx_posix_tcp *tcp)
{
    if (tcp->fd >= 0)
        close(tcp->fd);
    tcp->fd = -1;
}

/* ---- open ---- */

static int tcp_is_loopback(const tcx_posix_address *address)
{
    if (address->to.any.sa_family == AF_INET)
        return ntohl(address->to.v4.sin_addr.s_addr) >> 24 == 127;
    return IN6_IS_ADDR_LOOPBACK(&address->to.v6.sin6_addr);
}

static uint32_t tcp_get_time_left(uint32_t end)
{
    int32_t left = (int32_t)(end - tcx_posix_tick());

    return left > 0 ? (uint32_t)left : 0;
}

/* Returns the tick at which to give up this address and try the next. */
static uint32_t tcp_get_share_end(const tcx_posix_tcp *tcp)
{
    size_t others = tcp->addresses.count - tcp->next;
    uint32_t share = tcp_get_time_left(tcp->connect_end) / (uint32_t)(others + 1);

    if (others == 0)
        return tcp->connect_end;
    return tcx_posix_tick() + (share < TCX_POSIX_ADDRESS_SHARE ? share : TCX_POSIX_ADDRESS_SHARE);
}

/* Starts to connect. Returns 0 if it is connected or connecting, else errno. */
static int tcp_dial(tcx_posix_tcp *tcp, const tcx_posix_address *address)
{
    const int on = 1;

    if (tcp->loopback_only && !tcp_is_loopback(address))
        return EACCES;
    tcp->fd = socket(address->to.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (tcp->fd < 0)
        return errno;
    /* A request is one write and then waits for its answer, so Nagle's algorithm could only delay it. */
    if (setsockopt(tcp->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0)
        return errno;
    if (connect(tcp->fd, &address->to.any, address->length) != 0 && errno != EINPROGRESS && errno != EINTR)
        return errno;
    return 0;
}

/* Tries the addresses until one is connecting. */
static int tcp_dial_next(tcx_posix_tcp *tcp)
{
    while (tcp->next < tcp->addresses.count) {
        tcp_drop(tcp);
        tcp->error = tcp_dial(tcp, &tcp->addresses.address[tcp->next++]);
        if (tcp->error == 0) {
            tcp->address_end = tcp_get_share_end(tcp);
            tcp->state = TCP_CONNECTING;
            return TCX_WANT_WRITE;
        }
    }
    return -tcp->error;
}

static int tcp_start(tcx_posix_tcp *tcp, const tcx_peer *peer)
{
    char name[TCP_NAME_MAX + 1];

    tcp->connect_end = tcx_posix_tick() + tcp->connect_timeout;
    tcp->next = 0;
    tcp->addresses.error = EAI_NONAME;
    tcp->addresses.system = 0;
    if (peer->address.length > TCP_NAME_MAX || memchr(peer->address.bytes, '\0', peer->address.length) != NULL)
        return -EINVAL;
    memcpy(name, peer->address.bytes, peer->address.length);
    name[peer->address.length] = '\0';
    if (tcx_posix_lookup_numeric(name, peer->port, &tcp->addresses))
        return tcp_dial_next(tcp);
    tcp->addresses.error = 0;
    tcp->fd = tcx_posix_lookup_start(name, peer->port);
    if (tcp->fd < 0)
        return -errno;
    tcp->state = TCP_LOOKING_UP;
    return TCX_WANT_READ;
}

static int tcp_finish_lookup(tcx_posix_tcp *tcp)
{
    int found = tcx_posix_lookup_finish(tcp->fd, &tcp->addresses);

    if (found == 0)
        return TCX_WANT_READ;
    if (found < 0)
        return -errno;
    if (tcp->addresses.system != 0)
        return -tcp->addresses.system;
    if (tcp->addresses.error != 0)
        return -EINVAL;
    return tcp_dial_next(tcp);
}

static int tcp_finish_connect(tcx_posix_tcp *tcp)
{
    struct pollfd ready = { tcp->fd, POLLOUT, 0 };
    socklen_t size = sizeof tcp->error;
    int count = poll(&ready, 1, 0);

    if (count < 0 && errno != EINTR)
        return -errno;
    if (count <= 0) {
        if (tcp_get_time_left(tcp->address_end) > 0)
            return TCX_WANT_WRITE;
        tcp->error = ETIMEDOUT;
        return tcp_dial_next(tcp);
    }
    if (getsockopt(tcp->fd, SOL_SOCKET, SO_ERROR, &tcp->error, &size) != 0)
        tcp->error = errno;
    if (tcp->error != 0)
        return tcp_dial_next(tcp);
    if (fcntl(tcp->fd, F_SETFL, 0) != 0) /* from now on, a wait may block in recv() */
        return -errno;
    tcp->state = TCP_CONNECTED;
    return 1;
}

static int tcp_open(void *context, const tcx_peer *peer)
{
    tcx_posix_tcp *tcp = context;

    switch (tcp->state) {
    case TCP_CLOSED:
        return tcp_start(tcp, peer);
    case TCP_LOOKING_UP:
        return tcp_finish_lookup(tcp);
    case TCP_CONNECTING:
        return tcp_finish_connect(tcp);
    default:
        return 0; /* until close, the link belongs to the call that opened it */
    }
}

/* ---- send, recv, close ---- */

static int tcp_would_block(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK;
}

static int tcp_send(void *context, const void *bytes, size_t length)
{
    tcx_posix_tcp *tcp = context;
    ssize_t sent;

    do
        sent = send(tcp->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
    while (sent < 0 && errno == EINTR);
    if (sent < 0)
        return tcp_would_block(errno) ? TCX_WANT_WRITE : -errno;
    tcp->sent += (uint64_t)sent;
    return (int)sent;
}

/* `flags`: MSG_DONTWAIT, which tries again after a signal; or 0, which blocks until a signal comes or earlier. */
static int tcp_receive(tcx_posix_tcp *tcp, void *bytes, size_t length, int flags)
{
    ssize_t got;

    do
        got = recv(tcp->fd, bytes, length, flags);
    while (got < 0 && errno == EINTR && flags == MSG_DONTWAIT);
    if (got < 0)
        return tcp_would_block(errno) || errno == EINTR ? TCX_WANT_READ : -errno;
    if (got == 0)
        return TCX_CLOSED;
    tcp->received += (uint64_t)got;
    return (int)got;
}

/* Reads ahead. Keeps the end of the connection for the next recv, because the system reports an error only once. */
static int tcp_receive_ahead(tcx_posix_tcp *tcp, int flags)
{
    int got = tcp_receive(tcp, tcp->ahead, tcp->ahead_size, flags);

    tcp->start = 0;
    tcp->end = got > 0 ? (size_t)got : 0;
    if (got < 0 && got != TCX_WANT_READ)
        tcp->ended = got;
    return got;
}

static int tcp_recv(void *context, void *bytes, size_t length)
{
    tcx_posix_tcp *tcp = context;

    if (tcp->start == tcp->end) {
        int got;

        if (tcp->ended != 0)
            return tcp->ended;
        if (length >= tcp->ahead_size)
            return tcp_receive(tcp, bytes, length, MSG_DONTWAIT);
        got = tcp_receive_ahead(tcp, MSG_DONTWAIT);
        if (got < 0)
            return got;
    }
    if (length > tcp->end - tcp->start)
        length = tcp->end - tcp->start;
    memcpy(bytes, (unsigned char *)tcp->ahead + tcp->start, length);
    tcp->start += length;
    return (int)length;
}

static void tcp_close(void *context)
{
    tcx_posix_tcp *tcp = context;

    tcp_drop(tcp);
    tcp->state = TCP_CLOSED;
    tcp->start = tcp->end = 0;
    tcp->ended = 0;
    tcp->patience = 0;
}

static tcx_status tcp_failure(void *context, int *detail)
{
    const tcx_posix_tcp *tcp = context;

    if (tcp->addresses.error == 0 || tcp->addresses.system != 0)
        return TCX_OK;
    *detail = tcp->addresses.error;
    return TCX_E_RESOLVE;
}

/* ---- for the caller ---- */

/* ---- the port ---- */

static uint32_t tcp_tick(void *context)
{
    (void)context;
    return tcx_posix_tick();
}

static void tcp_wait(void *context, unsigned wants, uint32_t time_left)
{
    tcx_posix_tcp *tcp = context;
    struct pollfd ready = { -1, 0, 0 };

    if (tcx_posix_tcp_read_ahead(tcp, wants, time_left))
        return;
    if (wants & (TCX_READ | TCX_WRITE))
        ready.fd = tcx_posix_tcp_fd(tcp);
    if (wants & TCX_READ)
        ready.events = POLLIN;
    if (wants & TCX_WRITE)
        ready.events = (short)(ready.events | POLLOUT);
    (void)poll(&ready, 1, (int)tcx_posix_tcp_time_left(tcp, wants, time_left));
}

static int64_t tcp_unix_time(void *context)
{
    (void)context;
    return tcx_posix_unix_time();
}

void tcx_posix_tcp_init(tcx_posix_tcp *tcp, uint32_t connect_timeout)
{
    const tcx_transport transport = { tcp, tcp_open, tcp_send, tcp_recv, tcp_close, NULL, tcp_failure };
    const tcx_port port = { &tcp->transport, tcp, tcp_tick, tcp_wait, tcp_unix_time, tcx_posix_entropy };

    memset(tcp, 0, sizeof *tcp);
    tcp->transport = transport;
    tcp->port = port;
    tcp->connect_timeout = connect_timeout ? connect_timeout : TCX_TIMEOUT_DEFAULT;
    tcp->fd = -1;
}

int tcx_posix_tcp_fd(const tcx_posix_tcp *tcp)
{
    return tcp->fd;
}

uint32_t tcx_posix_tcp_time_left(const tcx_posix_tcp *tcp, unsigned wants, uint32_t time_left)
{
    uint32_t address_left;

    if (wants == 0 || ((wants & TCX_READ) && tcp->start < tcp->end))
        return 0;
    if (tcp->state != TCP_CONNECTING)
        return time_left;
    address_left = tcp_get_time_left(tcp->address_end);
    return address_left < time_left ? address_left : time_left;
}

/* Returns the greatest power of two up to `time`, so that the timeout seldom has to be set again. */
static uint32_t tcp_round_down(uint32_t time)
{
    uint32_t power = 1;

    while (power <= time / 2)
        power *= 2;
    return power;
}

int tcx_posix_tcp_read_ahead(tcx_posix_tcp *tcp, unsigned wants, uint32_t time_left)
{
    const uint32_t patience = tcp_round_down(time_left);
    const struct timeval time = { (time_t)(patience / 1000), (suseconds_t)(patience % 1000 * 1000) };

    if (wants != TCX_READ || time_left == 0 || tcp->state != TCP_CONNECTED || tcp->ahead_size == 0 || tcp->ended != 0 ||
        tcp->start < tcp->end)
        return 0;
    if (patience != tcp->patience && setsockopt(tcp->fd, SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time) != 0)
        return 0;
    tcp->patience = patience;
    (void)tcp_receive_ahead(tcp, 0);
    return 1;
}

void tcx_posix_tcp_peer(const tcx_posix_tcp *tcp, char *text, size_t size)
{
    const tcx_posix_address *address = &tcp->addresses.address[tcp->next > 0 ? tcp->next - 1 : 0];
    char host[64]; /* room for an IPv6 address with a scope */
    char port[sizeof "65535"];

    if (size > 0)
        text[0] = '\0';
    if (tcp->next == 0 || getnameinfo(&address->to.any, address->length, host, sizeof host, port, sizeof port,
                                      NI_NUMERICHOST | NI_NUMERICSERV) != 0)
        return;
    snprintf(text, size, address->to.any.sa_family == AF_INET6 ? "[%s]:%s" : "%s:%s", host, port);
}
