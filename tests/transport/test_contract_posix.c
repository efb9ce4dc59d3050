/* Runs the contract suite on POSIX sockets, over TCP on loopback, against peer.py. */
#include "bench.h"
#include "bench_peer.h"
#include "tcx_posix.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned char buffer[TCX_CONTRACT_BUFFER_MAX], ahead[TCX_POSIX_READ_AHEAD];

static tcx_posix_tcp right;

/* The count of a short write is not looked at. */
static int send_claims_all(void *context, const void *bytes, size_t length)
{
    int result = right.transport.send(context, bytes, length);

    return result > 0 ? (int)length : result;
}

/* A port that drops the rest is caught, or the suite says that it has not seen what becomes of it. */
static void report_claims_all(uint16_t port)
{
    static const struct {
        size_t buffer_size;
        uint32_t bulk;
        int is_caught; /* -1: by this system, or not; it must be noted then */
    } ways[] = { { sizeof buffer, 4u << 20, 1 }, { 1024, 0, -1 }, { TCX_CONTRACT_BUFFER_MIN, 4096, 0 } };
    size_t way;

    for (way = 0; way < sizeof ways / sizeof ways[0]; way++) {
        const tcx_contract blank = { 0 };
        const tcx_peer loopback = { TCX_TEXT("localhost"), TCX_TEXT("127.0.0.1"), port, 0, 0 };
        tcx_contract contract = blank;
        tcx_transport wrong;
        size_t i;
        int failed = 0;

        tcx_posix_tcp_init(&right, 0);
        wrong = right.transport;
        wrong.send = send_claims_all;
        contract.transport = &wrong;
        contract.port = &right.port;
        contract.peer = loopback;
        contract.buffer = buffer;
        contract.buffer_size = ways[way].buffer_size;
        contract.bulk = ways[way].bulk;
        contract.longest = 250;
        contract.patience = 1500;
        for (i = 0; i < TCX_CONTRACT_CHECKS; i++)
            if (strcmp(tcx_contract_name(i), "want-write") == 0 || strcmp(tcx_contract_name(i), "send") == 0)
                failed |= tcx_contract_check(&contract, i) < 0;
        printf("# a buffer of %u: %s, %s\n", (unsigned)ways[way].buffer_size, failed ? "caught" : "passed",
               tcx_contract_note(&contract) != NULL ? "noted" : "no note");
        bench_report((ways[way].is_caught < 0 || ways[way].is_caught == failed) &&
                         (failed || tcx_contract_note(&contract) != NULL),
                     "a send that drops the rest, a buffer of %u: caught or noted", (unsigned)ways[way].buffer_size);
    }
}

int main(void)
{
    static const char *const names[] = { "posix", "posix, reading ahead" };
    unsigned peer, refusing, unanswering;
    int leash = -1, before, way;
    pid_t child;

    child = bench_start_peer(&leash, &peer, &refusing, &unanswering);
    if (!bench_report(child > 0, "the peer starts"))
        return bench_end();
    before = bench_open_descriptors();
    for (way = 0; way < 2; way++) {
        static tcx_posix_tcp tcp;

        tcx_posix_tcp_init(&tcp, 0);
        if (way == 1) {
            tcp.ahead = ahead;
            tcp.ahead_size = sizeof ahead;
        }
        bench_run_over_tcp(names[way], &tcp.port, peer, refusing, unanswering);
    }
    report_claims_all((uint16_t)peer);
    bench_report(bench_open_descriptors() == before, "no descriptor is left open");
    close(leash);
    waitpid(child, NULL, 0);
    return bench_end();
}
