/* Tests the port of port/sockets/ on this system's sockets, both ways in which it sees that a connection is up. */
#define _DEFAULT_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tcx_sockets.h"

#define TIMEOUT 5000u

void sockets_again_init(tcx_sockets *sockets, uint32_t connect_timeout); /* sockets_again.c */

static tcx_sockets sockets;
static void (*init)(tcx_sockets *sockets, uint32_t connect_timeout);

/* ---- a resolver that says what the test wants, and system calls that fail when it wants ---- */

static struct sockaddr_in6 book[TCX_SOCKETS_ADDRESSES_MAX + 2];
static size_t book_length;
static int book_error, book_errno, book_lent;
static char asked[256];
static int failing_socket, failing_send, failing_recv; /* errno of the next one */

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
    size_t i;

    (void)service;
    assert_int_equal(hints->ai_socktype, SOCK_STREAM);
    snprintf(asked, sizeof asked, "%s", node);
    for (i = book_error ? 0 : book_length; i > 0; i--) {
        struct addrinfo *made = calloc(1, sizeof *made);

        made->ai_addr = (struct sockaddr *)(void *)&book[i - 1];
        made->ai_family = made->ai_addr->sa_family;
        made->ai_addrlen = made->ai_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
        made->ai_next = i == book_length ? NULL : *result;
        *result = made;
        book_lent++;
    }
    if (book_errno != 0)
        errno = book_errno;
    return book_error;
}

void freeaddrinfo(struct addrinfo *result)
{
    while (result != NULL) {
        struct addrinfo *next = result->ai_next;

        free(result);
        book_lent--;
        result = next;
    }
}

/* Fails once with the errno that the test wants. Returns whether it fails. */
static int fails(int *wanted)
{
    errno = *wanted;
    *wanted = 0;
    return errno != 0;
}

int socket(int domain, int type, int protocol)
{
    return fails(&failing_socket) ? -1 : (int)syscall(SYS_socket, domain, type, protocol);
}

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
    return fails(&failing_send) ? -1 : sendto(fd, bytes, length, flags, NULL, 0);
}

ssize_t recv(int fd, void *bytes, size_t length, int flags)
{
    return fails(&failing_recv) ? -1 : recvfrom(fd, bytes, length, flags, NULL, NULL);
}

/* ---- listeners ---- */

static int listen_on(int backlog, uint16_t *port)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    assert_true(fd >= 0);
    address.sin_port = htons(*port);
    assert_int_equal(bind(fd, (struct sockaddr *)(void *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, backlog), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)(void *)&address, &length), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

/* All addresses have the port of the peer. 127.0.0.1 has the listener, the others refuse. */
static void add(uint32_t address)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(address) };

    memcpy(&book[book_length++], &to, sizeof to);
}

static tcx_peer peer_at(const char *address, uint16_t port)
{
    const tcx_peer peer = { .address = tcx_text_from(address), .port = port };

    return peer;
}

static int open_now(const tcx_peer *peer)
{
    const tcx_port *port = &sockets.port;
    const uint32_t begun = port->tick(port->context);
    int result;

    while ((result = port->link->open(port->link->context, peer)) == TCX_WANT_WRITE) {
        assert_true(port->tick(port->context) - begun < TIMEOUT);
        port->wait(port->context, TCX_WRITE, TIMEOUT);
    }
    return result;
}

static int start(void **state)
{
    init = *(void (**)(tcx_sockets *, uint32_t)) * state;
    memset(book, 0, sizeof book);
    book_length = 0;
    book_error = book_errno = 0;
    init(&sockets, TIMEOUT);
    return 0;
}

static int end(void **state)
{
    (void)state;
    sockets.transport.close(sockets.transport.context);
    assert_int_equal(tcx_sockets_fd(&sockets), -1);
    assert_int_equal(book_lent, 0);
    return 0;
}

/* ---- the tests ---- */

static void test_name_is_looked_up(void **state)
{
    uint16_t port = 0;
    int listener = listen_on(4, &port);
    tcx_peer peer = peer_at("mps.example.com and more", port);

    (void)state;
    peer.address.length = strlen("mps.example.com");
    add(INADDR_LOOPBACK);
    assert_int_equal(open_now(&peer), 1);
    assert_string_equal(asked, "mps.example.com");
    assert_int_equal(sockets.transport.open(sockets.transport.context, &peer), 0);
    close(listener);
}

static void test_addresses_are_tried_in_order(void **state)
{
    uint16_t port = 0;
    int listener = listen_on(4, &port), other;
    struct sockaddr_in from;
    socklen_t length = sizeof from;
    const tcx_peer peer = peer_at("name", port);

    (void)state;
    add(INADDR_LOOPBACK + 1);
    add(INADDR_LOOPBACK);
    add(INADDR_LOOPBACK + 2);
    assert_int_equal(open_now(&peer), 1);
    other = accept(listener, (struct sockaddr *)(void *)&from, &length);
    assert_true(other >= 0);
    close(other);
    close(listener);
}

static void test_all_refuse(void **state)
{
    uint16_t port = 0;
    tcx_peer peer;

    (void)state;
    close(listen_on(1, &port));
    peer = peer_at("name", port);
    add(INADDR_LOOPBACK);
    add(INADDR_LOOPBACK + 1);
    assert_int_equal(open_now(&peer), -ECONNREFUSED);
    assert_int_equal(sockets.transport.failure(sockets.transport.context, &(int){ 0 }), TCX_OK);
}

static void test_too_many_addresses(void **state)
{
    uint16_t port = 0;
    int listener = listen_on(4, &port);
    const tcx_peer peer = peer_at("name", port);
    uint32_t i;

    (void)state;
    for (i = 1; i <= TCX_SOCKETS_ADDRESSES_MAX; i++)
        add(INADDR_LOOPBACK + i);
    add(INADDR_LOOPBACK);
    assert_int_equal(open_now(&peer), -ECONNREFUSED);
    close(listener);
}

/* A listener whose queue is full answers nobody. The next address gets its turn. */
static void test_silent_address(void **state)
{
    uint16_t port = 0;
    int queue[8], listener, good, result, i;
    struct sockaddr_in silent = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    const struct timespec moment = { 0, 20000000 };
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1) };
    tcx_peer peer;

    (void)state;
    listener = listen_on(0, &port);
    silent.sin_port = to.sin_port = htons(port);
    for (i = 0; i < 8; i++) {
        queue[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)connect(queue[i], (struct sockaddr *)(void *)&silent, sizeof silent);
    }
    nanosleep(&moment, NULL);
    good = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(good, (struct sockaddr *)(void *)&to, sizeof to), 0);
    assert_int_equal(listen(good, 4), 0);
    init(&sockets, 600);
    peer = peer_at("name", port);
    add(INADDR_LOOPBACK);
    add(INADDR_LOOPBACK + 1);
    result = open_now(&peer);
    assert_int_equal(result, 1);
    sockets.transport.close(sockets.transport.context);
    book_length = 1; /* nobody else */
    assert_int_equal(open_now(&peer), -ETIMEDOUT);
    for (i = 0; i < 8; i++)
        close(queue[i]);
    close(good);
    close(listener);
}

static void test_look_up_fails(void **state)
{
    const tcx_peer peer = peer_at("name", 443);
    int result, detail;

    (void)state;
    book_error = EAI_NONAME;
    result = open_now(&peer);
    assert_true(result < 0);
    detail = result;
    assert_int_equal(sockets.transport.failure(sockets.transport.context, &detail), TCX_E_RESOLVE);
    assert_int_equal(detail, EAI_NONAME);
}

/* The system failed, and nothing is known of the name. If it does not say why, the look-up is what failed. */
static void test_look_up_that_the_system_cannot_make(void **state)
{
    static const struct {
        int error, number, result;
        tcx_status status;
    } rows[] = {
        { EAI_MEMORY, 0, -ENOMEM, TCX_OK },
        { EAI_SYSTEM, EMFILE, -EMFILE, TCX_OK },
        { EAI_SYSTEM, 0, -EINVAL, TCX_E_RESOLVE },
        { EAI_AGAIN, EMFILE, -EINVAL, TCX_E_RESOLVE },
    };
    const tcx_peer peer = peer_at("name", 443);
    size_t i;

    (void)state;
    for (i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        int detail = rows[i].result;

        book_error = rows[i].error;
        book_errno = rows[i].number;
        errno = EPERM; /* of something earlier */
        assert_int_equal(open_now(&peer), rows[i].result);
        assert_int_equal(sockets.transport.failure(sockets.transport.context, &detail), rows[i].status);
        assert_int_equal(detail, rows[i].status == TCX_OK ? rows[i].result : rows[i].error);
        sockets.transport.close(sockets.transport.context);
    }
}

/* Opens an address that has no name: the status says so. */
static void check_no_name(const tcx_peer *peer)
{
    int detail = 0;

    assert_int_equal(open_now(peer), -EINVAL);
    assert_int_equal(sockets.transport.failure(sockets.transport.context, &detail), TCX_E_RESOLVE);
    assert_int_equal(detail, EAI_NONAME);
    sockets.transport.close(sockets.transport.context);
}

static void test_name_without_an_address(void **state)
{
    const tcx_peer peer = peer_at("name", 443);

    (void)state;
    check_no_name(&peer);
    assert_string_equal(asked, "name");
}

static void test_address_that_is_no_string(void **state)
{
    static char longer[300];
    tcx_peer peer = peer_at("na\0me", 443);

    (void)state;
    asked[0] = '\0';
    peer.address.length = 5;
    check_no_name(&peer);
    memset(longer, 'a', sizeof longer);
    peer.address.bytes = longer;
    peer.address.length = 256;
    check_no_name(&peer);
    assert_string_equal(asked, "");
}

static void test_no_socket(void **state)
{
    const tcx_peer peer = peer_at("name", 443);

    (void)state;
    add(INADDR_LOOPBACK);
    failing_socket = EMFILE;
    assert_int_equal(open_now(&peer), -EMFILE);
    assert_int_equal(sockets.transport.failure(sockets.transport.context, &(int){ 0 }), TCX_OK);
}

static void test_interrupted_and_failed_calls(void **state)
{
    uint16_t port = 0;
    int listener = listen_on(4, &port);
    const tcx_peer peer = peer_at("name", port);
    const tcx_transport *link = &sockets.transport;
    char byte = 'x';

    (void)state;
    add(INADDR_LOOPBACK);
    assert_int_equal(open_now(&peer), 1);
    failing_send = EINTR;
    assert_int_equal(link->send(link->context, &byte, 1), TCX_WANT_WRITE);
    failing_send = EHOSTUNREACH;
    assert_int_equal(link->send(link->context, &byte, 1), -EHOSTUNREACH);
    failing_recv = EINTR;
    assert_int_equal(link->recv(link->context, &byte, 1), TCX_WANT_READ);
    failing_recv = ETIMEDOUT;
    assert_int_equal(link->recv(link->context, &byte, 1), -ETIMEDOUT);
    close(listener);
}

/* A signal would end this program. */
static void test_peer_has_gone(void **state)
{
    uint16_t port = 0;
    int listener = listen_on(4, &port), other, result = 0, tries;
    const tcx_peer peer = peer_at("name", port);
    const tcx_transport *link = &sockets.transport;
    const struct timespec moment = { 0, 1000000 };

    (void)state;
    add(INADDR_LOOPBACK);
    assert_int_equal(open_now(&peer), 1);
    other = accept(listener, NULL, NULL);
    close(other);
    close(listener);
    for (tries = 0; tries < 1000 && result >= 0; tries++) {
        result = link->send(link->context, "x", 1);
        nanosleep(&moment, NULL);
    }
    assert_true(result == -EPIPE || result == -ECONNRESET);
}

static void test_platform(void **state)
{
    const tcx_port *port = &sockets.port;
    unsigned char random[2][32] = { { 0 }, { 0 } };
    uint32_t begun = port->tick(port->context), passed;
    int64_t now = port->unix_time(port->context);

    (void)state;
    assert_true(now >= (int64_t)time(NULL) - 1 && now <= (int64_t)time(NULL));
    assert_int_equal(port->entropy(port->context, random[0], 32), 32);
    assert_int_equal(port->entropy(port->context, random[1], 32), 32);
    assert_memory_not_equal(random[0], random[1], 32);
    port->wait(port->context, TCX_TIME, 30);
    passed = port->tick(port->context) - begun;
    assert_true(passed >= 29 && passed < 2000);
    begun = port->tick(port->context);
    port->wait(port->context, 0, TIMEOUT);
    assert_true(port->tick(port->context) - begun < 1000);
    assert_int_equal(tcx_sockets_time_left(&sockets, 1234), 1234);
}

int main(void)
{
    static void (*ways[])(tcx_sockets *, uint32_t) = { tcx_sockets_init, sockets_again_init };
    static const struct {
        const char *name;
        CMUnitTestFunction run;
    } cases[] = {
        { "a name is looked up", test_name_is_looked_up },
        { "addresses are tried in order", test_addresses_are_tried_in_order },
        { "all refuse", test_all_refuse },
        { "too many addresses", test_too_many_addresses },
        { "a silent address", test_silent_address },
        { "the look-up fails", test_look_up_fails },
        { "a look-up that the system cannot make", test_look_up_that_the_system_cannot_make },
        { "a name without an address", test_name_without_an_address },
        { "an address that is not a string", test_address_that_is_no_string },
        { "no socket", test_no_socket },
        { "interrupted and failed calls", test_interrupted_and_failed_calls },
        { "the peer has gone", test_peer_has_gone },
        { "the platform", test_platform },
    };
    enum { CASES = sizeof cases / sizeof cases[0] };
    static struct CMUnitTest tests[2 * CASES];
    size_t i;

    for (i = 0; i < 2 * (size_t)CASES; i++) {
        tests[i].name = cases[i % CASES].name;
        tests[i].test_func = cases[i % CASES].run;
        tests[i].setup_func = start;
        tests[i].teardown_func = end;
        tests[i].initial_state = &ways[i / CASES];
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
