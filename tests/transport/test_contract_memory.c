/* Runs the contract suite on the link in memory, which keeps the contract with any split and any delay. */
#include "bench.h"
#include "memory.h"

#include <stdio.h>

static unsigned char buffer[TCX_CONTRACT_BUFFER_MAX];

/* All or nothing: that is right, and hides what becomes of a rest. */
static int send_whole(void *context, const void *bytes, size_t length)
{
    memory *m = context;

    if (m->is_up && m->end == 0 && sizeof m->out.bytes - m->out.length < length)
        return TCX_WANT_WRITE;
    return memory_send(context, bytes, length);
}

int main(void)
{
    static const struct {
        size_t piece;
        int stutter;
        size_t buffer_size;
    } ways[] = {
        { 1460, 0, sizeof buffer },
        { TCX_TRANSFER_MAX, TCX_AGAIN, sizeof buffer },
        { 1, 0, TCX_CONTRACT_BUFFER_MIN },
        { 100, TCX_AGAIN, 1024 },
        { 7, 0, 1000 },
    };
    static memory link;
    tcx_contract contract;
    size_t i;

    for (i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        char name[80];

        snprintf(name, sizeof name, "memory, pieces of %u, a buffer of %u%s", (unsigned)ways[i].piece,
                 (unsigned)ways[i].buffer_size, ways[i].stutter != 0 ? ", stuttering" : "");
        memory_init(&link);
        link.piece = ways[i].piece;
        link.stutter = ways[i].stutter;
        memory_bench(&link, &contract, buffer, ways[i].buffer_size);
        bench_run(name, &contract, 0);
        bench_report(contract.wants == (TCX_READ | TCX_WRITE), "%s: it had to wait for both", name);
        bench_report(tcx_contract_note(&contract) == NULL, "%s: a send took only a part", name);
    }

    memory_init(&link);
    link.piece = TCX_TRANSFER_MAX;
    link.transport.send = send_whole;
    memory_bench(&link, &contract, buffer, 1000);
    bench_run("memory, whole sends", &contract, 0);
    bench_report(tcx_contract_note(&contract) != NULL && contract.short_sends == 0,
                 "no send that took only a part: noted");

    /* What is not given is left out, and nothing else. */
    memory_init(&link);
    memory_bench(&link, &contract, buffer, sizeof buffer);
    contract.refusing.port = contract.unanswering.port = 0;
    contract.no_reset = 1;
    contract.bulk = 5000;
    bench_run("memory, with little", &contract, 3);
    return bench_end();
}
