/* Tests the TCP transport, against listeners in this program: port/posix/tcx_posix_tcp.c, _lookup.c, _system.c. */
#define _GNU_SOURCE /* ppoll() */

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sys/syscall.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tcx_posix.h"

#define TIMEOUT 5000u

static void sleep_ms(unsigned ms)
{
    struct timespec time = { 0, 0 };

    time.tv_nsec = (long)ms * 1000000;
    nanosleep(&time, NULL);
}

/* ---- a resolver that says what the test wants ---- */

static pthread_mutex_t book_lock = PTHREAD_MUTEX_INITIALIZER;
static int book_errno;
static struct sockaddr_in book[4];
static size_t book_length;
static int book_error;
static int book_family;
static unsigned book_delay; /* ms */

/* One entry of a list, with its address behind it. */
typedef struct page {
    struct addrinfo info;
    struct sockaddr_in6 address;
} page;

static struct addrinfo *make_page(const void *address, socklen_t length, int family, struct addrinfo *next)
{
    page *made = calloc(1, sizeof *made);

    memcpy(&made->address, address, length);
    made->info.ai_family = family;
    made->info.ai_addr = (struct sockaddr *)(void *)&made->address;
    made->info.ai_addrlen = length;
    made->info.ai_next = next;
    return &made->info;
}

static int look_at_number(const char *node, const char *service, struct addrinfo **result)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    memset(&v4, 0, sizeof v4);
    memset(&v6, 0, sizeof v6);
    v4.sin_family = AF_INET;
    v6.sin6_family = AF_INET6;
    v4.sin_port = v6.sin6_port = htons((uint16_t)atoi(service));
    if (inet_pton(AF_INET, node, &v4.sin_addr) == 1)
        *result = make_page(&v4, sizeof v4, AF_INET, NULL);
    else if (inet_pton(AF_INET6, node, &v6.sin6_addr) == 1)
        *result = make_page(&v6, sizeof v6, AF_INET6, NULL);
    else
        return EAI_NONAME;
    return 0;
}

/* These two stand in for the C library's. */
int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
    size_t i;
    int error;

    if (hints->ai_flags & AI_NUMERICHOST)
        return look_at_number(node, service, result);
    pthread_mutex_lock(&book_lock);
    i = book_delay;
    pthread_mutex_unlock(&book_lock);
    sleep_ms((unsigned)i);
    pthread_mutex_lock(&book_lock);
    error = book_error;
    *result = NULL;
    for (i = error ? 0 : book_length; i > 0; i--)
        *result = make_page(&book[i - 1], sizeof book[0], book_family, *result);
    i = (size_t)book_errno;
    pthread_mutex_unlock(&book_lock);
    errno = (int)i;
    return error;
}

void freeaddrinfo(struct addrinfo *result)
{
    while (result != NULL) {
        struct addrinfo *next = result->ai_next;

        free(result);
        result = next;
    }
}

/* ---- system calls that fail when the test wants it ---- */

static int failing_poll;   /* errno of the next poll(); 0: it works */
static int failing_recv;   /* errno of the next recv() */
static int failing_socket; /* errno of socket() and socketpair(), until it is 0 */

int poll(struct pollfd *fds, nfds_t count, int ms)
{
    const struct timespec time = { ms / 1000, ms % 1000 * 1000000L };

    if (failing_poll == 0)
        return ppoll(fds, count, ms < 0 ? NULL : &time, NULL);
    errno = failing_poll;
    failing_poll = 0;
    return -1;
}

ssize_t recv(int fd, void *bytes, size_t length, int flags)
{
    if (failing_recv == 0)
        return recvfrom(fd, bytes, length, flags, NULL, NULL);
    errno = failing_recv;
    failing_recv = 0;
    return -1;
}

int socket(int domain, int type, int protocol)
{
    if (failing_socket == 0)
        return (int)syscall(SYS_socket, domain, type, protocol);
    errno = failing_socket;
    return -1;
}

int socketpair(int domain, int type, int protocol, int ends[2])
{
    if (failing_socket == 0)
        return (int)syscall(SYS_socketpair, domain, type, protocol, ends);
    errno = failing_socket;
    return -1;
}

static int start(void **state)
{
    (void)state;
    pthread_mutex_lock(&book_lock);
    book_length = 0;
    book_error = book_errno = 0;
    book_family = AF_INET;
    book_delay = 0;
    pthread_mutex_unlock(&book_lock);
    return 0;
}

static void add_to_book(uint16_t port)
{
    struct sockaddr_in *address = &book[book_length++];

    memset(address, 0, sizeof *address);
    address->sin_family = AF_INET;
    address->sin_port = htons(port);
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
}

/* ---- listeners ---- */

static int listen_on_loopback(int backlog, uint16_t *port)
{
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)(void *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, backlog), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

static uint16_t refusing_port(void)
{
    uint16_t port;

    close(listen_on_loopback(1, &port));
    return port;
}

/* A listener that answers nobody any more: its queue is full, and Linux drops what comes then. */
typedef struct black_hole {
    int fds[8];
    uint16_t port;
} black_hole;

static void open_black_hole(black_hole *hole)
{
    size_t i;

    hole->fds[0] = listen_on_loopback(0, &hole->port);
    for (i = 1; i < sizeof hole->fds / sizeof hole->fds[0]; i++) {
        struct sockaddr_in address;

        memset(&address, 0, sizeof address);
        address.sin_family = AF_INET;
        address.sin_port = htons(hole->port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        hole->fds[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(hole->fds[i], (struct sockaddr *)(void *)&address, sizeof address);
    }
    sleep_ms(20);
}

static void close_black_hole(black_hole *hole)
{
    size_t i;

    for (i = 0; i < sizeof hole->fds / sizeof hole->fds[0]; i++)
        close(hole->fds[i]);
}

static int open_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int count = 0;

    assert_non_null(directory);
    while (readdir(directory) != NULL)
        count++;
    closedir(directory);
    return count;
}

/* A thread closes its end a moment after its answer has been read. */
static void assert_open_descriptors(int count)
{
    int tries = 100;

    while (open_descriptors() != count && tries-- > 0)
        sleep_ms(10);
    assert_int_equal(open_descriptors(), count);
}

/* ---- driving a transport ---- */

static tcx_posix_tcp tcp;

static tcx_peer peer_at(const char *address, uint16_t port)
{
    tcx_peer peer;

    memset(&peer, 0, sizeof peer);
    peer.address = tcx_text_from(address);
    peer.port = port;
    return peer;
}

static void wait_for(unsigned wants)
{
    tcp.port.wait(tcp.port.context, wants, TIMEOUT);
}

static int open_now(const tcx_peer *peer)
{
    const uint32_t begun = tcx_posix_tick();
    int result;

    while ((result = tcp.transport.open(tcp.transport.context, peer)) == TCX_WANT_READ || result == TCX_WANT_WRITE) {
        assert_true(tcx_posix_tick() - begun < TIMEOUT);
        wait_for(result == TCX_WANT_READ ? TCX_READ : TCX_WRITE);
    }
    return result;
}

static int receive_now(void *bytes, size_t length)
{
    int result;

    while ((result = tcp.transport.recv(tcp.transport.context, bytes, length)) == TCX_WANT_READ)
        wait_for(TCX_READ);
    return result;
}

static int send_bytes(const void *bytes, size_t length)
{
    return tcp.transport.send(tcp.transport.context, bytes, length);
}

static void close_now(void)
{
    tcp.transport.close(tcp.transport.context);
    assert_int_equal(tcx_posix_tcp_fd(&tcp), -1);
}

/* Connects to a listener of its own. Returns the other end. */
static int connect_again(void)
{
    uint16_t port;
    int listener = listen_on_loopback(4, &port);
    tcx_peer peer = peer_at("127.0.0.1", port);
    int other;

    assert_int_equal(open_now(&peer), 1);
    other = accept(listener, NULL, NULL);
    assert_true(other >= 0);
    close(listener);
    return other;
}

static int connect_pair(void)
{
    tcx_posix_tcp_init(&tcp, TIMEOUT);
    return connect_again();
}

/* ---- open ---- */

static void test_connect_and_talk(void **state)
{
    char text[80];
    char bytes[8];
    int other = connect_pair();

    (void)state;
    assert_int_equal(tcp.transport.open(tcp.transport.context, NULL), 0); /* refused, and as it was */
    tcx_posix_tcp_peer(&tcp, text, sizeof text);
    assert_memory_equal(text, "127.0.0.1:", 10);
    assert_int_equal(tcp.transport.recv(tcp.transport.context, bytes, sizeof bytes), TCX_WANT_READ);
    assert_int_equal(send_bytes("ping", 4), 4);
    assert_int_equal(read(other, bytes, sizeof bytes), 4);
    assert_int_equal(write(other, "pong!", 5), 5);
    assert_int_equal(receive_now(bytes, sizeof bytes), 5);
    assert_memory_equal(bytes, "pong!", 5);
    assert_int_equal(tcp.sent, 4);
    assert_int_equal(tcp.received, 5);
    close_now();
    close(other);
}

static void test_refused(void **state)
{
    uint16_t port = refusing_port();
    tcx_peer peer = peer_at("127.0.0.1", port);
    int detail = -ECONNREFUSED;

    (void)state;
    tcx_posix_tcp_init(&tcp, TIMEOUT);
    assert_int_equal(open_now(&peer), -ECONNREFUSED);
    assert_int_equal(tcp.transport.failure(tcp.transport.context, &detail), TCX_OK);
    assert_int_equal(detail, -ECONNREFUSED);
    close_now();
}

static void test_all_addresses_in_order(void **state)
{
    uint16_t port;
    int listener = listen_on_loopback(4, &port);
    tcx_peer peer = peer_at("many.example", port);
    char text[80];
    char expected[80];

    (void)state;
    add_to_book(refusing_port());
    add_to_book(refusing_port());
    add_to_book(port);
    add_to_book(refusing_port());
    tcx_posix_tcp_init(&tcp, TIMEOUT);
    assert_int_equal(open_now(&peer), 1);
    tcx_posix_tcp_peer(&tcp, text, sizeof text);
    snprintf(expected, sizeof expected, "127.0.0.1:%u", (unsigned)port);
    assert_string_equal(text, expected);
    close_now();
    close(listener);
    assert_int_equal(open_now(&peer), -ECONNREFUSED);
    close_now();
}

static void test_a_black_hole_gets_its_share_only(void **state)
{
    black_hole hole;
    uint16_t port;
    int listener = listen_on_loopback(4, &port);
    tcx_peer peer = peer_at("many.example", port);
    uint32_t begun = tcx_posix_tick();

    (void)state;
    open_black_hole(&hole);
    add_to_book(hole.port);
    add_to_book(hole.port);
    add_to_book(port);
    tcx_posix_tcp_init(&tcp, 600);
    assert_int_equal(open_now(&peer), 1);
    assert_in_range(tcx_posix_tick() - begun, 350, 590);
    close_now();
    book_length = 2;
    begun = tcx_posix_tick();
    tcx_posix_tcp_init(&tcp, 200);
    assert_int_equal(open_now(&peer), -ETIMEDOUT);
    assert_in_range(tcx_posix_tick() - begun, 195, 400);
    close_now();
    close(listener);
    close_black_hole(&hole);
}

static void test_a_name_that_is_not_known(void **state)
{
    tcx_peer peer = peer_at("nosuch.example", 80);
    int detail = -1;

    (void)state;
    book_error = EAI_AGAIN;
    tcx_posix_tcp_init(&tcp, TIMEOUT);
    assert_true(open_now(&peer) < 0);
    assert_int_equal(tcp.transport.failure(tcp.transport.context, &detail), TCX_E_RESOLVE);
    assert_int_equal(detail, EAI_AGAIN);
    close_now();
    book_error = 0; /* known, and no address with it that TCP could use */
    add_to_book(80);
    book_family = AF_UNIX;
    assert_true(open_now(&peer) < 0);
    assert_int_equal(tcp.transport.failure(tcp.transport.context, &detail), TCX_E_RESOLVE);
    assert_int_equal(detail, EAI_NONAME);
    close_now();
}

/* This machine failed, and nothing is known of the name. */
static void test_a_lookup_that_this_machine_cannot_make(void **state)
{
    static const struct {
        int error, number, result;
    } rows[] = {
        { EAI_SYSTEM, EMFILE, -EMFILE },
        { EAI_MEMORY, 0, -ENOMEM },
    };
    tcx_peer peer = peer_at("any.example", 80);
    size_t i;

    (void)state;
    tcx_posix_tcp_init(&tcp, TIMEOUT);
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int detail = rows[i].result;

        book_error = rows[i].error;
        book_errno = rows[i].number;
        assert_int_equal(open_now(&peer), rows[i].result);
        assert_int_equal(tcp.transport.failure(tcp.transport.context, &detail), TCX_OK);
        assert_int_equal(detail, rows[i].result);
        close_now();
    }
    book_error = EAI_SYSTEM; /* and the system does not say why */
    book_errno = 0;
    assert_true(open_now(&peer) < 0);
    assert_int_equal(tcp.transport.failure(tcp.transport.context, &(int){ 0 }), TCX_E_RESOLVE);
    close_now();
}

/* A number or a name: what is missing is a descriptor, also after a look-up that failed for another reason. */
static void test_no_descriptor_is_left(void **state)
{
    static const char *const addresses[] = { "127.0.0.1", "any.example" };
    size_t i;

    (void)state;
    tcx_posix_tcp_init(&tcp, TIMEOUT);
    for (i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
        tcx_peer peer = peer_at("", 80);
        int result, detail;

        assert_int_equal(open_now(&peer), -EINVAL);
        close_now();
        peer = peer_at(addresses[i], 80);
        failing_socket = EMFILE;
        result = detail = tcp.transport.open(tcp.transport.context, &peer);
        failing_socket = 0;
        assert_int_equal(result, -EMFILE);
        assert_int_equal(tcp.transport.failure(tcp.transport.context, &detail), TCX_OK);
        assert_int_equal(detail, -EMFILE);
        close_now();
    }
}

/* It is not a dial that nobody answered. */
static void test_a_poll_that_fails(void **state)
{
    black_hole hole;
    tcx_peer peer;
    uint32_t begun = tcx_posix_tick();

    (void)state;
    open_black_hole(&hole);
    peer = peer_at("127.0.0.1", hole.port);
    tcx_posix_tcp_init(&tcp, TIMEOUT);
    assert_int_equal(tcp.transport.open(tcp.transport.context, &peer), TCX_WANT_WRITE);
    failing_poll = EINTR;
    assert_int_equal(tcp.transport.open(tcp.transport.context, &peer), TCX_WANT_WRITE);
    failing_poll = ENOMEM;
    assert_int_equal(tcp.transport.open(tcp.transport.context, &peer), -ENOMEM);
    assert_true(tcx_posix_tick() - begun < TIMEOUT);
    close_now();
    close_black_hole(&hole);
}

static void test_names_that_cannot_be(void **state)
{
    static char name[300];
    tcx_peer peer = peer_at(name, 80);
    int detail = -1;

    (void)state;
    memset(name, 'a', sizeof name - 1);
    peer.address.length = 256;
    tcx_posix_tcp_init(&tcp, TIMEOUT);
    assert_int_equal(open_now(&peer), -EINVAL);
    assert_int_equal(tcp.transport.failure(tcp.transport.context, &detail), TCX_E_RESOLVE);
    assert_int_equal(detail, EAI_NONAME);
    close_now();
    peer.address.length = 20;
    name[4] = '\0';
    assert_int_equal(open_now(&peer), -EINVAL);
    close_now();
}

static void test_a_lookup_does_not_block_and_can_be_abandoned(void **state)
{
    tcx_peer peer = peer_at("slow.example", 80);
    struct pollfd ready = { -1, POLLIN, 0 };
    uint32_t begun;
    int before;

    (void)state;
    sleep_ms(50); /* for the threads of the tests before */
    before = open_descriptors();
    begun = tcx_posix_tick();
    book_delay = 150;
    add_to_book(refusing_port());
    tcx_posix_tcp_init(&tcp, TIMEOUT);
    assert_int_equal(tcp.transport.open(tcp.transport.context, &peer), TCX_WANT_READ);
    assert_int_equal(tcp.transport.open(tcp.transport.context, &peer), TCX_WANT_READ);
    assert_true(tcx_posix_tick() - begun < 100);
    ready.fd = tcx_posix_tcp_fd(&tcp);
    assert_int_equal(poll(&ready, 1, 0), 0);
    close_now();
    assert_open_descriptors(before);
    assert_int_equal(open_now(&peer), -ECONNREFUSED); /* the answer of the new look-up, not of the old one */
    close_now();
    assert_open_descriptors(before);
}

static void test_loopback_only(void **state)
{
    static const char *const outside[] = { "192.0.2.1", "128.0.0.1", "2001:db8::1", "0.0.0.0", "::" };
    uint16_t port = refusing_port();
    tcx_peer peer = peer_at("127.200.0.1", port);
    size_t i;

    (void)state;
    tcx_posix_tcp_init(&tcp, TIMEOUT);
    tcp.loopback_only = 1;
    assert_int_equal(open_now(&peer), -ECONNREFUSED);
    close_now();
    for (i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        peer = peer_at(outside[i], port);
        assert_int_equal(open_now(&peer), -EACCES);
        close_now();
    }
    add_to_book(port);
    book[0].sin_addr.s_addr = htonl(0xC0000201u); /* 192.0.2.1 */
    peer = peer_at("localhost", port);
    assert_int_equal(open_now(&peer), -EACCES);
    close_now();
}

static void test_ipv6(void **state)
{
    uint16_t port = refusing_port();
    tcx_peer peer = peer_at("::1", port);
    char text[80];
    char expected[80];
    int result;

    (void)state;
    tcx_posix_tcp_init(&tcp, TIMEOUT);
    tcp.loopback_only = 1;
    tcx_posix_tcp_peer(&tcp, text, sizeof text);
    assert_string_equal(text, "");
    result = open_now(&peer);
    if (result == -EAFNOSUPPORT || result == -EADDRNOTAVAIL) {
        print_message("# IPv6: not run, there is none here\n");
        skip();
    }
    assert_int_equal(result, -ECONNREFUSED);
    tcx_posix_tcp_peer(&tcp, text, sizeof text);
    snprintf(expected, sizeof expected, "[::1]:%u", (unsigned)port);
    assert_string_equal(text, expected);
    close_now();
}

/* ---- send and recv ---- */

static void test_send_until_there_is_no_room(void **state)
{
    static char bytes[TCX_TRANSFER_MAX];
    int other = connect_pair();
    uint64_t sent = 0;
    uint64_t got = 0;
    int result;

    (void)state;
    while ((result = send_bytes(bytes, sizeof bytes)) > 0) {
        assert_in_range(result, 1, sizeof bytes);
        sent += (uint64_t)result;
    }
    assert_int_equal(result, TCX_WANT_WRITE);
    while (got < sent)
        got += (uint64_t)read(other, bytes, sizeof bytes);
    wait_for(TCX_WRITE);
    assert_true(send_bytes(bytes, 1) == 1);
    assert_int_equal(tcp.sent, sent + 1);
    close_now();
    close(other);
}

static void read_ahead(void)
{
    static unsigned char ahead[TCX_POSIX_READ_AHEAD];

    tcp.ahead = ahead;
    tcp.ahead_size = sizeof ahead;
}

static void test_what_was_read_ahead_is_not_waited_for(void **state)
{
    static unsigned char bytes[30000];
    static unsigned char got[30000];
    int other = connect_pair();
    size_t done = 0;
    size_t i;

    (void)state;
    read_ahead();
    for (i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 7 + (i >> 8));
    assert_int_equal(write(other, bytes, sizeof bytes), (ssize_t)sizeof bytes);
    assert_int_equal(receive_now(got, 5), 5);
    assert_int_equal(tcp.received, TCX_POSIX_READ_AHEAD);
    assert_int_equal(tcx_posix_tcp_time_left(&tcp, TCX_READ, 1000), 0);
    assert_int_equal(tcx_posix_tcp_time_left(&tcp, TCX_READ | TCX_WRITE, 1000), 0);
    assert_int_equal(tcx_posix_tcp_time_left(&tcp, TCX_WRITE, 1000), 1000);
    assert_int_equal(tcx_posix_tcp_time_left(&tcp, 0, 1000), 0);
    for (done = 5; done < sizeof bytes;) {
        int result = receive_now(got + done, sizeof bytes - done < 777 ? sizeof bytes - done : 777);

        assert_in_range(result, 1, 777);
        done += (size_t)result;
    }
    assert_memory_equal(got, bytes, sizeof bytes);
    assert_int_equal(tcx_posix_tcp_time_left(&tcp, TCX_READ, 1000), 1000);
    close_now();
    close(other);
}

static void test_without_memory_only_what_is_asked_for_is_read(void **state)
{
    char bytes[8];
    int other = connect_pair();

    (void)state;
    assert_int_equal(write(other, "abcdefgh", 8), 8);
    assert_int_equal(receive_now(bytes, 5), 5);
    assert_int_equal(tcp.received, 5);
    assert_int_equal(tcx_posix_tcp_time_left(&tcp, TCX_READ, 1000), 1000); /* poll() tells of the rest */
    assert_int_equal(receive_now(bytes + 5, 3), 3);
    assert_memory_equal(bytes, "abcdefgh", 8);
    assert_int_equal(tcp.transport.recv(tcp.transport.context, bytes, sizeof bytes), TCX_WANT_READ);
    close_now();
    close(other);
}

/* One system call waits and reads: what came, or what ended the connection, is there for the next recv. */
static void test_waiting_reads_ahead(void **state)
{
    const struct linger at_once = { 1, 0 };
    char bytes[8];
    int other = connect_pair();
    uint32_t begun;

    (void)state;
    assert_int_equal(tcx_posix_tcp_read_ahead(&tcp, TCX_READ, 1000), 0); /* there is no memory for it */
    read_ahead();
    assert_int_equal(tcx_posix_tcp_read_ahead(&tcp, TCX_READ | TCX_WRITE, 1000), 0);
    assert_int_equal(tcx_posix_tcp_read_ahead(&tcp, TCX_READ, 0), 0);
    begun = tcx_posix_tick();
    assert_int_equal(tcx_posix_tcp_read_ahead(&tcp, TCX_READ, 100), 1);
    assert_in_range(tcx_posix_tick() - begun, 50, 100 + 10); /* or earlier, but not at once; a tick of the system */
    assert_int_equal(tcp.transport.recv(tcp.transport.context, bytes, sizeof bytes), TCX_WANT_READ);

    assert_int_equal(write(other, "abc", 3), 3);
    assert_int_equal(tcx_posix_tcp_read_ahead(&tcp, TCX_READ, TIMEOUT), 1);
    assert_int_equal(tcp.received, 3);
    assert_int_equal(tcx_posix_tcp_read_ahead(&tcp, TCX_READ, TIMEOUT), 0); /* bytes are there */
    assert_int_equal(tcp.transport.recv(tcp.transport.context, bytes, sizeof bytes), 3);

    assert_int_equal(setsockopt(other, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    close(other);
    assert_int_equal(tcx_posix_tcp_read_ahead(&tcp, TCX_READ, TIMEOUT), 1);
    assert_int_equal(tcx_posix_tcp_read_ahead(&tcp, TCX_READ, TIMEOUT), 0);
    assert_int_equal(tcp.transport.recv(tcp.transport.context, bytes, sizeof bytes), -ECONNRESET);
    close_now();
    other = connect_again();
    assert_int_equal(write(other, "x", 1), 1);
    assert_int_equal(receive_now(bytes, sizeof bytes), 1); /* the next connection knows nothing of it */
    close_now();
    close(other);
}

/* Each recv asks the system, also right after a send: what is there is received, and a close is seen. */
static void test_no_look_is_a_guess(void **state)
{
    char bytes[8];

    (void)state;
    for (int with_memory = 0; with_memory < 2; with_memory++) {
        int other = connect_pair();

        if (with_memory)
            read_ahead();
        assert_int_equal(write(other, "abc", 3), 3);
        assert_int_equal(send_bytes("x", 1), 1);
        assert_int_equal(tcp.transport.recv(tcp.transport.context, bytes, sizeof bytes), 3);
        assert_int_equal(read(other, bytes, 1), 1);
        assert_int_equal(send_bytes("x", 1), 1);
        assert_int_equal(read(other, bytes, 1), 1);
        assert_int_equal(write(other, "d", 1), 1);
        failing_recv = EINTR; /* the system did not look */
        assert_int_equal(tcp.transport.recv(tcp.transport.context, bytes, sizeof bytes), 1);
        close(other);
        assert_int_equal(tcp.transport.recv(tcp.transport.context, bytes, sizeof bytes), TCX_CLOSED);
        close_now();
    }
}

static void test_nothing_is_left_for_the_next_connection(void **state)
{
    char bytes[8];
    int other = connect_pair();

    (void)state;
    read_ahead();
    assert_int_equal(write(other, "old", 3), 3);
    assert_int_equal(receive_now(bytes, 1), 1);
    close_now();
    close(other);
    other = connect_pair();
    assert_int_equal(tcp.transport.recv(tcp.transport.context, bytes, sizeof bytes), TCX_WANT_READ);
    close_now();
    close(other);
}

static void test_the_peer_closes(void **state)
{
    char bytes[8];
    int other = connect_pair();

    (void)state;
    assert_int_equal(write(other, "bye", 3), 3);
    close(other);
    assert_int_equal(receive_now(bytes, sizeof bytes), 3);
    assert_int_equal(receive_now(bytes, sizeof bytes), TCX_CLOSED);
    assert_int_equal(receive_now(bytes, sizeof bytes), TCX_CLOSED);
    close_now();
}

/* SIGPIPE would end this program. */
static void test_the_peer_resets(void **state)
{
    const struct linger at_once = { 1, 0 };
    char bytes[8];
    int other = connect_pair();
    int detail = 0;

    (void)state;
    assert_int_equal(setsockopt(other, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once), 0);
    close(other);
    assert_int_equal(receive_now(bytes, sizeof bytes), -ECONNRESET);
    assert_int_equal(send_bytes("x", 1), -EPIPE);
    assert_int_equal(tcp.transport.failure(tcp.transport.context, &detail), TCX_OK);
    close_now();
}

/* ---- a whole call ---- */

static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 46\r\n\r\n"
                             "{\"Response\":{\"Result\":\"ok\",\"RequestId\":\"r-1\"}}";
static const tcx_request request = { .service = &tcx_mps, .function_name = TCX_TEXT("F") };

/* What a call over the POSIX link needs. */
static tcx_call_config set_up_call(tcx_signer *signer)
{
    static const tcx_credentials credentials = { TCX_TEXT("AKID"), TCX_TEXT("key"), { NULL, 0 } };
    static unsigned char buffer[1024];
    tcx_call_config config;

    assert_int_equal(tcx_signer_init(signer, &credentials, TCX_SIGN_TC3), TCX_OK);
    memset(&config, 0, sizeof config);
    config.transport = &tcp.transport;
    config.signer = signer;
    config.buffer = buffer;
    config.buffer_size = sizeof buffer;
    config.unix_time = tcx_posix_unix_time();
    config.timeout = TIMEOUT;
    return config;
}

static void *serve_one(void *argument)
{
    int listener = *(int *)argument;
    int fd = accept(listener, NULL, NULL);
    char bytes[4096];

    if (read(fd, bytes, sizeof bytes) > 0)
        (void)!write(fd, answer, sizeof answer - 1);
    close(fd);
    return NULL;
}

static void test_a_whole_call(void **state)
{
    static tcx_call call;
    tcx_call_config config;
    tcx_signer signer;
    pthread_t server;
    uint16_t port;
    int listener = listen_on_loopback(4, &port);

    (void)state;
    add_to_book(refusing_port());
    add_to_book(port);
    assert_int_equal(pthread_create(&server, NULL, serve_one, &listener), 0);
    tcx_posix_tcp_init(&tcp, TIMEOUT);
    config = set_up_call(&signer);
    assert_int_equal(tcx_execute(&call, &config, &request, &tcp.port), TCX_OK);
    assert_int_equal(call.response.result.length, 2);
    assert_memory_equal(call.response.result.bytes, "ok", 2);
    assert_int_equal(pthread_join(server, NULL), 0);
    close(listener);
}

/* Answers one request and keeps the connection. Returns how many bytes came after it. */
static void *serve_and_listen(void *argument)
{
    int listener = *(int *)argument;
    int fd = accept(listener, NULL, NULL);
    char bytes[4096];
    ssize_t count = read(fd, bytes, sizeof bytes);

    if (count > 0)
        (void)!write(fd, answer, sizeof answer - 1);
    count = read(fd, bytes, sizeof bytes);
    close(fd);
    return (void *)(intptr_t)count;
}

/* The first call keeps its connection. The second knows nothing of it, and wants another host. */
static void test_a_call_does_not_take_the_link_of_another(void **state)
{
    static tcx_call call;
    tcx_connection connection;
    tcx_call_config config;
    tcx_signer signer;
    pthread_t server;
    uint16_t port;
    int listener = listen_on_loopback(4, &port);
    void *more;

    (void)state;
    assert_int_equal(pthread_create(&server, NULL, serve_and_listen, &listener), 0);
    tcx_posix_tcp_init(&tcp, TIMEOUT);
    config = set_up_call(&signer);
    tcx_connection_init(&connection, 0);
    config.address = tcx_text_from("127.0.0.1");
    config.port = port;
    config.connection = &connection;
    assert_int_equal(tcx_execute(&call, &config, &request, &tcp.port), TCX_OK);
    config.address = tcx_text_from("127.0.0.2");
    config.connection = NULL;
    assert_int_equal(tcx_execute(&call, &config, &request, &tcp.port), TCX_E_TRANSPORT_CONTRACT);
    assert_int_equal(call.outcome, TCX_NOT_SENT);
    assert_int_equal(call.detail, 0);
    assert_int_equal(tcx_posix_tcp_fd(&tcp), -1); /* closed */
    assert_int_equal(pthread_join(server, &more), 0);
    assert_int_equal((intptr_t)more, 0);
    close(listener);
}

/* ---- clocks and entropy ---- */

static void test_clocks(void **state)
{
    uint32_t begun = tcx_posix_tick();

    (void)state;
    sleep_ms(30);
    assert_in_range(tcx_posix_tick() - begun, 29, 1000);
    assert_true(tcx_posix_unix_time() >= TCX_CLOCK_FLOOR);
    begun = tcx_posix_tick();
    tcx_posix_tcp_init(&tcp, TIMEOUT);
    tcp.port.wait(tcp.port.context, TCX_READ, 30); /* on nothing */
    assert_in_range(tcx_posix_tick() - begun, 29, 1000);
}

static void test_entropy(void **state)
{
    unsigned char one[1000];
    unsigned char two[1000];

    (void)state;
    memset(one, 0, sizeof one);
    memset(two, 0, sizeof two);
    assert_int_equal(tcx_posix_entropy(NULL, one, 999), 999);
    assert_int_equal(tcx_posix_entropy(NULL, two, 999), 999);
    assert_memory_not_equal(one, two, 999);
    assert_memory_not_equal(one + 900, one, 99);
    assert_int_equal(one[999], 0);
    assert_int_equal(tcx_posix_entropy(NULL, one, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_connect_and_talk, start),
        cmocka_unit_test_setup(test_refused, start),
        cmocka_unit_test_setup(test_all_addresses_in_order, start),
        cmocka_unit_test_setup(test_a_black_hole_gets_its_share_only, start),
        cmocka_unit_test_setup(test_a_name_that_is_not_known, start),
        cmocka_unit_test_setup(test_a_lookup_that_this_machine_cannot_make, start),
        cmocka_unit_test_setup(test_no_descriptor_is_left, start),
        cmocka_unit_test_setup(test_a_poll_that_fails, start),
        cmocka_unit_test_setup(test_names_that_cannot_be, start),
        cmocka_unit_test_setup(test_a_lookup_does_not_block_and_can_be_abandoned, start),
        cmocka_unit_test_setup(test_loopback_only, start),
        cmocka_unit_test_setup(test_ipv6, start),
        cmocka_unit_test_setup(test_send_until_there_is_no_room, start),
        cmocka_unit_test_setup(test_what_was_read_ahead_is_not_waited_for, start),
        cmocka_unit_test_setup(test_without_memory_only_what_is_asked_for_is_read, start),
        cmocka_unit_test_setup(test_waiting_reads_ahead, start),
        cmocka_unit_test_setup(test_no_look_is_a_guess, start),
        cmocka_unit_test_setup(test_nothing_is_left_for_the_next_connection, start),
        cmocka_unit_test_setup(test_the_peer_closes, start),
        cmocka_unit_test_setup(test_the_peer_resets, start),
        cmocka_unit_test_setup(test_a_whole_call, start),
        cmocka_unit_test_setup(test_a_call_does_not_take_the_link_of_another, start),
        cmocka_unit_test_setup(test_clocks, start),
        cmocka_unit_test_setup(test_entropy, start),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
