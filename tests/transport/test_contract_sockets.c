/* Runs the contract suite on the port of port/sockets/, over TCP on loopback, against peer.py. */
#define _DEFAULT_SOURCE

#include "bench.h"
#include "bench_peer.h"
#include "tcx_sockets.h"

#include <sys/wait.h>
#include <unistd.h>

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

        ways[way].init(&sockets, 0);
        bench_run_over_tcp(ways[way].name, &sockets.port, peer, refusing, unanswering);
    }
    bench_report(bench_open_descriptors() == before, "no descriptor is left open");
    close(leash);
    waitpid(child, NULL, 0);
    return bench_end();
}
