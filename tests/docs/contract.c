/*
 * Runs the contract suite on the tutorial's own transport: `contract PEER REFUSING UNANSWERING`, ports of peer.py.
 * Prints each check that fails.
 */
#define main tutorial_main
#include "port.c"
#undef main

#include "tcx_contract.h"

static unsigned char buffer[TCX_CONTRACT_BUFFER_MAX];

static tcx_peer peer_at(const char *port)
{
    const tcx_peer peer = { TCX_TEXT("localhost"), TCX_TEXT("127.0.0.1"), (uint16_t)atoi(port), 0, 0 };

    return peer;
}

int main(int argc, char **argv)
{
    tcx_contract contract = { .transport = &device.transport, .port = &port, .buffer = buffer };
    int failed = 0;
    size_t i;

    if (argc != 4)
        return 2;
    contract.buffer_size = sizeof buffer;
    contract.peer = peer_at(argv[1]);
    contract.refusing = peer_at(argv[2]);
    contract.unanswering = peer_at(argv[3]);
    contract.bulk = 4u << 20; /* more than the two systems' buffers hold */
    contract.longest = 250;   /* a busy machine may be late */
    for (i = 0; i < TCX_CONTRACT_CHECKS; i++) {
        if (tcx_contract_check(&contract, i) == 1)
            continue;
        printf("%s: %s (%d)\n", tcx_contract_name(i), contract.problem ? contract.problem : "left out",
               contract.number);
        failed = 1;
    }
    return failed;
}
