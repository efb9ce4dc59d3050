/* The transport contract suite on lwIP, on the device; the test peer is at 10.0.2.100. Exit status: 0 all passed. */
#include "board.h"
#include "net.h"
#include "tcx_contract.h"
#include "tcx_lwip.h"

static tcx_lwip line;
static unsigned char buffer[4096];
static tcx_contract contract = {
    .transport = &line.transport,
    .waiter = &net_waiter,
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

int main(void)
{
    int failures = 0;

    if (!net_start())
        return 3;
    tcx_lwip_init(&line);
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
    if (is_all_free()) {
        board_print("memory: passed\n");
    } else {
        board_print("memory: failed\n");
        failures++;
    }
    return failures > 0;
}
