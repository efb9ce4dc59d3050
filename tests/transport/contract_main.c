/*
 * Runs the contract suite on your port: `contract ADDRESS PEER [REFUSING UNANSWERING]`, three ports of peer.py. Link it
 * with tcx_contract.c and tcx_board.c. Writes TAP to standard output. Returns 1 if a check failed.
 *
 * For a device without a command line, copy this file and write the address and the ports into main().
 */
#include <stdio.h>
#include <stdlib.h>

#include "tcx_board.h"
#include "tcx_contract.h"

static unsigned char buffer[TCX_CONTRACT_BUFFER_MAX];
static tcx_board board;

/* A port that is not given is 0: its check is skipped. */
static tcx_peer peer_at(const char *address, const char *port)
{
    const tcx_peer peer = { TCX_TEXT("peer"), tcx_text_from(address), (uint16_t)(port != NULL ? atoi(port) : 0), 0, 0 };

    return peer;
}

int main(int argc, char **argv)
{
    const tcx_contract blank = { 0 };
    tcx_contract contract = blank;
    int failed = 0;
    unsigned i;

    if (argc != 3 && argc != 5) {
        fprintf(stderr, "usage: contract ADDRESS PEER [REFUSING UNANSWERING]: the address and the ports of peer.py\n");
        return 2;
    }
    tcx_board_init(&board);
    contract.transport = board.port.link;
    contract.port = &board.port;
    contract.peer = peer_at(argv[1], argv[2]);
    contract.refusing = peer_at(argv[1], argc == 5 ? argv[3] : NULL);
    contract.unanswering = peer_at(argv[1], argc == 5 ? argv[4] : NULL);
    contract.buffer = buffer;
    contract.buffer_size = sizeof buffer;
    contract.bulk = 4ul << 20; /* more than the buffers of two systems hold. Slow line: less */
    contract.longest = 250;   /* a busy machine may be late */
    printf("1..%u\n", TCX_CONTRACT_CHECKS);
    for (i = 0; i < TCX_CONTRACT_CHECKS; i++) {
        int result;

        printf("# %s\n", tcx_contract_name(i)); /* before it runs: a function that blocks for ever stops it here */
        fflush(stdout);
        result = tcx_contract_check(&contract, i);
        printf("%sok %u - %s%s", result < 0 ? "not " : "", i + 1, tcx_contract_name(i), result == 0 ? " # SKIP" : "");
        if (result < 0)
            printf(": %s (%d); %s", contract.problem, contract.number, tcx_contract_text(i));
        printf("\n");
        failed |= result < 0;
    }
    if (tcx_contract_note(&contract) != NULL)
        printf("# %s\n", tcx_contract_note(&contract));
    return failed;
}
