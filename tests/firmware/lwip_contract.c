/*
 * Runs the transport contract suite on lwIP, on the device. The test peer is at 10.0.2.100. Exit status: 0 all passed.
 */
#include "board.h"
#include "net.h"
#include "tcx_contract.h"

static unsigned char buffer[4096];
static tcx_contract contract = {
    .transport = &net_link.transport,
    .port = &net_port,
    .peer = { TCX_TEXT("peer"), TCX_TEXT("10.0.2.100"), 443, 0, 0 },
    .refusing = { TCX_TEXT("peer"), TCX_TEXT("10.0.2.2"), 443, 0, 0 },     /* the gateway */
    .unanswering = { TCX_TEXT("peer"), TCX_TEXT("10.0.2.77"), 443, 0, 0 }, /* nobody */
    .buffer = buffer,
    .buffer_size = sizeof buffer,
    .longest = 250, /* a busy machine may be late */
};

/* What the checks took of lwIP's pools is there again: all pbufs, all connections. 1: it is. */
static int is_all_free(void)
{
    struct pbuf *pbufs[PBUF_POOL_SIZE];
    struct tcp_pcb *pcbs[MEMP_NUM_TCP_PCB];
    int free = 1;

    for (size_t i = 0; i < PBUF_POOL_SIZE; i++) {
        pbufs[i] = pbuf_alloc(PBUF_RAW, 1, PBUF_POOL);
        free &= pbufs[i] != NULL;
    }
    for (size_t i = 0; i < MEMP_NUM_TCP_PCB; i++) {
        pcbs[i] = tcp_new(); /* takes the place of what is still being closed */
        free &= pcbs[i] != NULL;
    }
    for (size_t i = 0; i < PBUF_POOL_SIZE; i++)
        if (pbufs[i] != NULL)
            pbuf_free(pbufs[i]);
    for (size_t i = 0; i < MEMP_NUM_TCP_PCB; i++)
        if (pcbs[i] != NULL)
            tcp_abort(pcbs[i]);
    return free;
}

/* Takes all connections. A dial then fails for want of memory: the address is a number, and nothing is wrong with it. */
static int is_named(void)
{
    const tcx_transport *link = net_port.link;
    struct tcp_pcb *pcbs[MEMP_NUM_TCP_PCB];
    int result, detail;
    tcx_status status;

    for (size_t i = 0; i < MEMP_NUM_TCP_PCB; i++)
        pcbs[i] = tcp_new();
    result = detail = link->open(link->context, &contract.peer);
    status = link->failure(link->context, &detail);
    link->close(link->context);
    for (size_t i = 0; i < MEMP_NUM_TCP_PCB; i++)
        if (pcbs[i] != NULL)
            tcp_abort(pcbs[i]);
    return result == ERR_MEM && status == TCX_OK;
}

static int report(const char *name, int passed)
{
    board_print(name);
    board_print(passed ? ": passed\n" : ": failed\n");
    return !passed;
}

int main(void)
{
    int failures = 0;

    if (!net_start())
        return 3;
    for (size_t check = 0; check < TCX_CONTRACT_CHECKS; check++) {
        int result;

        board_print(tcx_contract_name(check)); /* before it runs: it may hang */
        result = tcx_contract_check(&contract, check);
        board_print(result > 0 ? ": passed" : result == 0 ? ": left out" : ": failed: ");
        if (result < 0) {
            board_print(contract.problem);
            board_print(" ");
            board_print_number(contract.number);
            failures++;
        }
        board_print("\n");
    }
    failures += report("memory", is_all_free());
    failures += report("no memory", is_named());
    return failures > 0;
}
