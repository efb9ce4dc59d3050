/*
 * The floor of a call as a whole process: BearSSL and nothing else. It sends a request that is ready in a file over a
 * connection that is verified as tcexec verifies it. Of the answer it only looks for the end.
 *
 *     bare PORT ROOTS.pem REQUEST N [x25519-only | x25519-last]       N: how often, over the one connection
 *
 * It uses the same profile, the same record buffer, and br_sslio on a blocking socket of 127.0.0.1. There are two
 * experiments with the key exchange. The first offers X25519 alone, and still verifies certificates with all curves.
 * The second leaves the ClientHello as BearSSL writes it.
 */
#define _DEFAULT_SOURCE

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <tcexec/tls.h>

#include "tcx_posix.h"

#define HOST         "mps.tencentcloudapi.com"
#define REQUEST_MAX  4096
#define BUNDLE_MAX   (1u << 20)
#define ANSWER_MAX   4096
#define DAYS_TO_1970 719528u /* BearSSL counts days from 0000-01-01 */
#define DAY          86400

static br_ssl_client_context client;
static br_x509_minimal_context chain;
static br_sslio_context io;
static unsigned char records[TCX_TLS_BUFFER_SAFE];

static int fail(const char *what)
{
    fprintf(stderr, "bare: %s: %s (TLS %d)\n", what, strerror(errno), br_ssl_engine_last_error(&client.eng));
    return 1;
}

static size_t read_file(const char *name, void *bytes, size_t capacity)
{
    FILE *file = fopen(name, "r");
    size_t length = file != NULL ? fread(bytes, 1, capacity, file) : 0;

    if (file != NULL)
        fclose(file);
    return length;
}

static int load_roots(const char *name, tcx_posix_anchors *roots)
{
    char *pem = malloc(2 * BUNDLE_MAX);
    tcx_text text = { pem, 0 };

    if (pem == NULL)
        return 0;
    text.length = read_file(name, pem, BUNDLE_MAX);
    return tcx_posix_anchors_read(text, pem + BUNDLE_MAX, BUNDLE_MAX, roots) == TCX_OK;
}

static int dial(const char *port)
{
    struct sockaddr_in to = { .sin_family = AF_INET };
    const int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_port = htons((uint16_t)atoi(port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        connect(fd, (struct sockaddr *)&to, sizeof to) != 0)
        return -1;
    return fd;
}

static int receive(void *fd, unsigned char *bytes, size_t length)
{
    ssize_t got = read(*(int *)fd, bytes, length);

    return got > 0 ? (int)got : -1;
}

static int transmit(void *fd, const unsigned char *bytes, size_t length)
{
    ssize_t sent = write(*(int *)fd, bytes, length);

    return sent > 0 ? (int)sent : -1;
}

static void set_up(const tcx_posix_anchors *roots, int x25519_only)
{
    static br_ec_impl curves;
    const time_t now = time(NULL);
    unsigned char seed[TCX_TLS_SEED];

    br_ssl_client_zero(&client);
    br_ssl_engine_set_versions(&client.eng, BR_TLS12, BR_TLS12);
    br_x509_minimal_init(&chain, &br_sha256_vtable, roots->anchors, roots->count);
    br_x509_minimal_set_time(&chain, (uint32_t)(now / DAY) + DAYS_TO_1970, (uint32_t)(now % DAY));
    tcx_tls_profile_full.set_up(&client, &chain);
    if (x25519_only) {
        curves = *client.eng.iec;
        curves.supported_curves = 1u << BR_EC_curve25519;
        br_ssl_engine_set_ec(&client.eng, &curves);
    }
    br_ssl_engine_set_x509(&client.eng, &chain.vtable);
    br_ssl_engine_set_buffer(&client.eng, records, sizeof records, 0);
    if (tcx_posix_entropy(NULL, seed, sizeof seed) < 0)
        abort();
    br_ssl_engine_inject_entropy(&client.eng, seed, sizeof seed);
}

/* Sends the request and reads an answer that ends with the object that nginx.conf gives. */
static int exchange(const char *request, size_t length)
{
    char answer[ANSWER_MAX];
    size_t got = 0;

    if (br_sslio_write_all(&io, request, length) != 0 || br_sslio_flush(&io) != 0)
        return fail("sending");
    while (got < sizeof answer) {
        int more = br_sslio_read(&io, answer + got, sizeof answer - got);

        if (more <= 0)
            return fail("receiving");
        got += (size_t)more;
        if (answer[got - 1] == '}')
            return fwrite(answer, 1, got, stdout) != got;
    }
    return fail("the answer is too long");
}

int main(int argc, char **argv)
{
    char request[REQUEST_MAX];
    tcx_posix_anchors roots;
    const char *experiment = argc > 5 ? argv[5] : "";
    size_t length;
    int fd, failed;

    if (argc < 5)
        return fail("usage: bare PORT ROOTS.pem REQUEST N [x25519-only | x25519-last]");
    length = read_file(argv[3], request, sizeof request);
    if (length == 0 || !load_roots(argv[2], &roots))
        return fail("no request or no root");
    set_up(&roots, strcmp(experiment, "x25519-only") == 0);
    fd = dial(argv[1]);
    if (fd < 0)
        return fail("connecting");
    if (!br_ssl_client_reset(&client, HOST, 0))
        return fail("TLS");
    if (strcmp(experiment, "x25519-last") != 0)
        tcx_tls_profile_full.hello(&client.eng);
    br_sslio_init(&io, &client.eng, receive, &fd, transmit, &fd);
    failed = 0;
    for (long n = atol(argv[4]); n > 0 && !failed; n--)
        failed = exchange(request, length);
    return failed;
}
