/* Runs the contract suite on the port of port/sockets/, over TCP on loopback, against peer.py. */
#define _DEFAULT_SOURCE

#include "bench.h"
#include "bench_peer.h"
#include "tcx_sockets.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned char buffer[TCX_CONTRACT_BUFFER_MAX];

void sockets_again_init(tcx_sockets *sockets, uint32_t connect_timeout); /* sockets_again.c */

int main(void)
{
    static const struct {
        const char *name;
        void (*init)(tcx_sockets *sockets, uint32_t connect_timeout);
    } ways[] = { { "sockets", tcx_sockets_init }, { "sockets, connecting again", sockets_again_init } };
    unsigned peer, refusing, unanswering;
    int leash = -1, before;
    size_t way;
    pid_t child = bench_start_peer(&leash, &peer, &refusing, &unanswering);

    if (!bench_report(child > 0, "the peer starts"))
        return bench_end();
    before = bench_open_descriptors();
    for (way = 0; way < sizeof ways / sizeof ways[0]; way++) {
        static tcx_sockets sockets;
        const tcx_contract blank = { 0 };
        tcx_contract contract = blank;
        const tcx_peer loopback = { TCX_TEXT("localhost"), TCX_TEXT("127.0.0.1"), 0, 0, 0 };

        ways[way].init(&sockets, 0);
        contract.transport = &sockets.transport;
        contract.port = &sockets.port;
        contract.peer = contract.refusing = contract.unanswering = loopback;
        contract.peer.port = (uint16_t)peer;
        contract.refusing.port = (uint16_t)refusing;
        contract.unanswering.port = (uint16_t)unanswering;
        contract.buffer = buffer;
        contract.buffer_size = sizeof buffer;
        contract.bulk = 4u << 20; /* more than the two systems' buffers hold */
        contract.longest = 250;   /* a busy machine may be late */
        bench_run(ways[way].name, &contract, 0);
        bench_report(contract.wants == (TCX_READ | TCX_WRITE), "%s: it had to wait for both", ways[way].name);
        bench_report(tcx_contract_note(&contract) == NULL, "%s: a send took only a part", ways[way].name);
    }
    bench_report(bench_open_descriptors() == before, "no descriptor is left open");
    close(leash);
    waitpid(child, NULL, 0);
    return bench_end();
}
