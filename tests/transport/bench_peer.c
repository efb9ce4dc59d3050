#define _DEFAULT_SOURCE

#include "bench.h"
#include "bench_peer.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

pid_t bench_start_peer(int *leash, unsigned *peer, unsigned *refusing, unsigned *unanswering)
{
    int in[2], out[2];
    FILE *lines;
    pid_t child;

    if (pipe(in) != 0 || pipe(out) != 0 || (child = fork()) < 0)
        return -1;
    if (child == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[0]);
        close(in[1]);
        close(out[0]);
        close(out[1]);
        execlp("python3", "python3", "tests/transport/peer.py", (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    *leash = in[1];
    lines = fdopen(out[0], "r");
    if (lines == NULL || fscanf(lines, "peer %u refusing %u unanswering %u", peer, refusing, unanswering) != 3)
        child = -1;
    if (lines != NULL)
        fclose(lines);
    return child;
}

void bench_run_over_tcp(const char *name, const tcx_port *port, unsigned peer, unsigned refusing, unsigned unanswering)
{
    static unsigned char buffer[TCX_CONTRACT_BUFFER_MAX];
    const tcx_peer loopback = { TCX_TEXT("localhost"), TCX_TEXT("127.0.0.1"), 0, 0, 0 };
    const tcx_contract blank = { 0 };
    tcx_contract contract = blank;

    contract.transport = port->link;
    contract.port = port;
    contract.peer = contract.refusing = contract.unanswering = loopback;
    contract.peer.port = (uint16_t)peer;
    contract.refusing.port = (uint16_t)refusing;
    contract.unanswering.port = (uint16_t)unanswering;
    contract.buffer = buffer;
    contract.buffer_size = sizeof buffer;
    contract.bulk = 4u << 20; /* more than the two systems' buffers hold */
    contract.longest = 250;   /* a busy machine may be late */
    bench_run(name, &contract, 0);
    bench_report(contract.wants == (TCX_READ | TCX_WRITE), "%s: it had to wait for both", name);
    bench_report(tcx_contract_note(&contract) == NULL, "%s: a send took only a part", name);
    printf("# the slowest function took %u ms\n", (unsigned)contract.slowest);
}

int bench_open_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int count = 0;

    while (directory != NULL && readdir(directory) != NULL)
        count++;
    if (directory != NULL)
        closedir(directory);
    return count;
}
