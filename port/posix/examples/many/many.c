/*
 * Makes many calls at the same time, from one thread, with poll(). It allocates memory only at the start. Each call has
 * its own transport, client, TLS and buffers. A call is stepped when its socket is ready or its time is over.
 *
 *     many PORT [CALLS [ROOTS.pem [ROUNDS]]]
 *
 * Calls the function Echo of MPS at 127.0.0.1:PORT, the local endpoint (tests/endpoint). With ROOTS.pem it uses TLS,
 * with "-" it does not. CALLS are in flight at the same time. ROUNDS - 1 times, they are all made again, over the same
 * connections, which are kept. Each call has a different argument. The program checks that each Result is
 * the argument of its call. It finds credentials as the command does. Exit status: 0 if all Results are right.
 */
#define _DEFAULT_SOURCE

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include <tcexec/client.h>

#include "tcx_posix.h"

#define TIMEOUT     300000u /* ms for each call: it shares one processor with all the others */
#define CALLS_MAX   100000
#define ROUNDS_MAX  1000
#define BUNDLE_MAX  65536
#define OTHER_FILES 16  /* descriptors that belong to no call */
#define ANSWER_SIZE 512 /* bytes: enough for Echo's answer to a short argument */

/* All the memory of one call. Without TLS, only the fields before `chain` are needed. */
typedef struct flight {
    tcx_posix_tcp tcp;
    tcx_client client;
    tcx_connection connection;
    tcx_request request;
    char argument[32];
    unsigned char answer[ANSWER_SIZE];
    uint32_t wake; /* the tick at which it is stepped even if its socket is not ready */

    tcx_client_chain chain;
    unsigned char records[TCX_TLS_BUFFER_MIN]; /* TCX_TLS_BUFFER_SAFE if the server cannot send smaller records */
} flight;

static tcx_posix_credentials credentials;
static tcx_signer signer;
static tcx_posix_anchors anchors;

static int complain(const char *what)
{
    fprintf(stderr, "many: %s\n", what);
    return 1;
}

/* ---- one call ---- */

static void set_up(flight *it, int is_kept, uint16_t port)
{
    tcx_posix_tcp_init(&it->tcp, TIMEOUT);
    tcx_client_init(&it->client, &it->tcp.port, it->answer, sizeof it->answer);
    if (anchors.count > 0)
        tcx_client_trust_chain(&it->client, &it->chain, &tcx_tls_profile_full, anchors.anchors, anchors.count,
                               it->records, sizeof it->records);
    else
        tcx_client_trust_link(&it->client);
    it->client.config.signer = &signer; /* shared: a call uses it only inside its begin and its step */
    it->client.config.timeout = TIMEOUT;
    it->client.config.address = tcx_text_from("127.0.0.1");
    it->client.config.port = port;
    if (is_kept) {
        tcx_connection_init(&it->connection, 0);
        it->client.config.connection = &it->connection;
    }
    it->request.service = &tcx_mps;
    it->request.function_name = tcx_text_from("Echo");
}

static tcx_status begin(flight *it, long number)
{
    snprintf(it->argument, sizeof it->argument, "call %ld", number);
    it->request.function_arg = tcx_text_from(it->argument);
    return tcx_client_begin(&it->client, &it->request);
}

/* Returns what poll() must wait for, and sets `wake` to the end of the wait. */
static struct pollfd what_it_waits_for(flight *it)
{
    const unsigned wants = tcx_call_wants(&it->client.call);
    const uint32_t now = tcx_posix_tick();
    struct pollfd poll = { -1, 0, 0 };

    if (wants & (TCX_READ | TCX_WRITE))
        poll.fd = tcx_posix_tcp_fd(&it->tcp);
    poll.events = (short)((wants & TCX_READ ? POLLIN : 0) | (wants & TCX_WRITE ? POLLOUT : 0));
    it->wake = now + tcx_posix_tcp_time_left(&it->tcp, wants, tcx_call_time_left(&it->client.call, now));
    return poll;
}

/* Returns 1 if the Result is the argument. Otherwise prints what came and returns 0. */
static int is_right(const flight *it)
{
    const tcx_call *call = &it->client.call;
    const tcx_text result = call->response.result;

    if (call->status == TCX_OK && result.length == strlen(it->argument) &&
        memcmp(result.bytes, it->argument, result.length) == 0)
        return 1;
    fprintf(stderr, "many: %s: %s, %s\n", it->argument, tcx_status_name(call->status),
            call->status == TCX_OK ? "another Result" : tcx_outcome_name(call->outcome));
    return 0;
}

/* ---- all of them ---- */

static uint32_t time_until(uint32_t tick, uint32_t now)
{
    return (int32_t)(tick - now) > 0 ? tick - now : 0;
}

/*
 * Steps the calls that can go on, until all have ended. Returns how many were right.
 *
 * A call that is not ready costs at most one look at its `revents`. So the cost of a call hardly depends on how many
 * others wait. `nearest` is not after the first end of a wait. It can be before it, if that call has gone on since. All
 * waits are compared with the clock only when it has come.
 */
static long drive(flight *flights, struct pollfd *polls, long count)
{
    uint32_t nearest = tcx_posix_tick(); /* all first steps are due */
    long flying = count;
    long right = 0;
    int ready = 0;

    while (flying > 0) {
        const uint32_t now = tcx_posix_tick();
        const int is_due = time_until(nearest, now) == 0;
        long i;

        if (is_due)
            nearest = now + TIMEOUT;
        for (i = 0; i < count && (is_due || ready > 0); i++) {
            flight *it = &flights[i];

            ready -= polls[i].revents != 0;
            if (polls[i].revents == 0 && !is_due)
                continue;
            if (it->client.call.status != TCX_PENDING)
                continue;
            if (polls[i].revents != 0 || time_until(it->wake, now) == 0) {
                if (tcx_client_step(&it->client) != TCX_PENDING) {
                    polls[i].fd = -1;
                    polls[i].revents = 0;
                    flying--;
                    right += is_right(it);
                    continue;
                }
                polls[i] = what_it_waits_for(it);
            }
            if (time_until(it->wake, now) < time_until(nearest, now))
                nearest = it->wake;
        }
        if (flying > 0)
            ready = poll(polls, (nfds_t)count, (int)time_until(nearest, tcx_posix_tick()));
    }
    return right;
}

static int begin_all(flight *flights, long count, long first)
{
    long i;

    for (i = 0; i < count; i++) {
        tcx_status status = begin(&flights[i], first + i);

        if (status != TCX_PENDING)
            return complain(tcx_status_text(status));
        flights[i].wake = tcx_posix_tick(); /* the first step is due now */
    }
    return 0;
}

/* Makes rounds of calls, and prints how many were right and how long they took. Returns 1 if one was not right. */
static int make_rounds(flight *flights, struct pollfd *polls, long count, long round, long end, const char *kind)
{
    const long calls = count * (end - round);
    const uint32_t began = tcx_posix_tick();
    const clock_t worked = clock();
    uint32_t elapsed;
    double cpu;
    long right = 0;

    for (; round < end; round++) {
        if (begin_all(flights, count, count * round))
            return 1;
        right += drive(flights, polls, count);
    }
    elapsed = tcx_posix_tick() - began;
    cpu = (double)(clock() - worked) / CLOCKS_PER_SEC;
    printf("%ld of %ld calls right (%s), %lu ms, %lu calls/s, %.1f us of CPU, %zu bytes for each call in flight\n",
           right, calls, kind, (unsigned long)elapsed,
           (unsigned long)((uint64_t)calls * 1000 / ((uint64_t)elapsed + 1)), cpu * 1e6 / (double)calls,
           anchors.count > 0 ? sizeof *flights : offsetof(flight, chain));
    return right != calls;
}

static int run(long count, long rounds, uint16_t port)
{
    flight *flights = calloc((size_t)count, sizeof *flights);
    struct pollfd *polls = calloc((size_t)count, sizeof *polls);
    const char *kind = anchors.count > 0 ? "TLS" : "plain";
    long i;
    int failed;

    if (flights == NULL || polls == NULL) {
        failed = complain("not enough memory");
    } else {
        for (i = 0; i < count; i++)
            set_up(&flights[i], rounds > 1, port);
        failed = make_rounds(flights, polls, count, 0, 1, kind);
        if (!failed && rounds > 1)
            failed = make_rounds(flights, polls, count, 1, rounds, "kept");
    }
    for (i = 0; flights != NULL && i < count; i++)
        tcx_client_wipe(&flights[i].client);
    free(polls);
    free(flights);
    return failed;
}

/* ---- setup ---- */

static int load_roots(const char *path)
{
    static char pem[BUNDLE_MAX];
    static union {
        br_x509_trust_anchor align;
        unsigned char bytes[BUNDLE_MAX];
    } memory;
    FILE *file = fopen(path, "r");
    tcx_text text = { pem, 0 };

    if (file == NULL)
        return complain("cannot open ROOTS.pem: check the path");
    text.length = fread(pem, 1, sizeof pem, file);
    fclose(file);
    return tcx_posix_anchors_read(text, &memory, sizeof memory, &anchors) != TCX_OK
               ? complain("ROOTS.pem has no usable root")
               : 0;
}

/* Each call needs a descriptor, and the soft limit is often 1024. */
static int raise_file_limit(long count)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return complain("cannot read the limit of descriptors");
    if (limit.rlim_cur < (rlim_t)count + OTHER_FILES)
        limit.rlim_cur = (rlim_t)count + OTHER_FILES;
    return setrlimit(RLIMIT_NOFILE, &limit) != 0 ? complain("too many calls: raise `ulimit -Hn`") : 0;
}

int main(int argc, char **argv)
{
    const long port = argc > 1 ? atol(argv[1]) : 0;
    const long count = argc > 2 ? atol(argv[2]) : 1000;
    const int is_secure = argc > 3 && strcmp(argv[3], "-") != 0;
    const long rounds = argc > 4 ? atol(argv[4]) : 1;
    int failed;

    if (port < 1 || port > 65535 || count < 1 || count > CALLS_MAX || rounds < 1 || rounds > ROUNDS_MAX)
        return complain("usage: many PORT [CALLS (1000) [ROOTS.pem [ROUNDS (1)]]]");
    failed = raise_file_limit(count) || (is_secure && load_roots(argv[3]));
    if (!failed && tcx_posix_credentials_find(&credentials) != 0)
        failed = complain(credentials.problem);
    if (!failed && tcx_signer_init(&signer, &credentials.credentials, TCX_SIGN_TC3) != TCX_OK)
        failed = complain("the credentials cannot be used: check SecretId, SecretKey and token");
    if (!failed)
        failed = run(count, rounds, (uint16_t)port);
    tcx_signer_wipe(&signer);
    tcx_posix_credentials_wipe(&credentials);
    return failed;
}
