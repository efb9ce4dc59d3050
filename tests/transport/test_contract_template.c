/*
 * Tests the template as it is: it links, a call over it ends by itself and says what is missing, and nothing is sent.
 * The contract suite reports the same.
 */
#include "bench.h"
#include "tcx_board.h"

#include <tcexec/client.h>

static tcx_board board;

static int is_open(void *context, const tcx_peer *peer)
{
    (void)context;
    (void)peer;
    return 1;
}

static int nothing_comes(void *context, void *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
    return TCX_WANT_READ;
}

static int all_is_taken(void *context, const void *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    return (int)length;
}

static int any_entropy(void *context, void *out, size_t length)
{
    (void)context;
    memset(out, 7, length);
    return (int)length;
}

static int64_t a_date(void *context)
{
    (void)context;
    return 1800000000;
}

enum { LINK, TLS };

/* One call over the board, with TLS of the library or without. */
static void run(const char *name, int trust, tcx_status status, tcx_outcome outcome, int detail)
{
    static const tcx_credentials credentials = { TCX_TEXT("AKIDEXAMPLE"), TCX_TEXT("SKEXAMPLE"), { NULL, 0 } };
    static const unsigned char point[65] = { 4 };
    static const br_x509_pkey key = { .key_type = BR_KEYTYPE_EC,
                                      .key = { .ec = { BR_EC_secp256r1, (unsigned char *)(uintptr_t)point, 65 } } };
    static unsigned char records[TCX_TLS_BUFFER_MIN], answer[1024];
    static tcx_client_pin pin;
    static tcx_client client;
    const tcx_request request = { .service = &tcx_mps, .function_name = TCX_TEXT("ExampleFunc"), .nonce = 1 };
    tcx_status ended;

    tcx_client_init(&client, &board.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    if (trust == TLS)
        tcx_client_trust_pin(&client, &pin, &tcx_tls_profile_full, &key, records, sizeof records);
    else
        tcx_client_trust_link(&client);
    ended = tcx_client_execute(&client, &request);
    bench_report(ended == status && client.call.outcome == outcome && client.call.detail == detail, "%s: %s, %s, %d",
                 name, tcx_status_name(ended), tcx_outcome_name(client.call.outcome), client.call.detail);
}

int main(void)
{
    static unsigned char buffer[TCX_CONTRACT_BUFFER_MIN];
    const tcx_peer peer = { TCX_TEXT("peer"), TCX_TEXT("192.0.2.1"), 7000, 0, 0 };
    tcx_contract contract;
    size_t i;

    /* One after the other is filled in. */
    tcx_board_init(&board);
    run("no clock", LINK, TCX_E_CLOCK_UNSET, TCX_NOT_SENT, 0);
    board.port.unix_time = a_date;
    run("no open", LINK, TCX_E_CONNECT, TCX_NOT_SENT, TCX_BOARD_NO_OPEN);
    board.transport.open = is_open;
    run("no send", LINK, TCX_E_SEND, TCX_NOT_SENT, TCX_BOARD_NO_SEND);
    board.transport.send = all_is_taken;
    run("no recv", LINK, TCX_E_RECEIVE, TCX_MAYBE_EXECUTED, TCX_BOARD_NO_RECV);
    board.transport.recv = nothing_comes;
    run("no tick: it ends even so", LINK, TCX_E_DEADLINE, TCX_MAYBE_EXECUTED, 0);

    /* The same with TLS on top: it sends and receives before its own open comes to 1. */
    tcx_board_init(&board);
    run("no clock under TLS", TLS, TCX_E_CLOCK_UNSET, TCX_NOT_SENT, 0);
    board.port.unix_time = a_date;
    run("no entropy", TLS, TCX_E_TLS_ENTROPY, TCX_NOT_SENT, BR_ERR_NO_RANDOM);
    board.port.entropy = any_entropy;
    run("no open under TLS", TLS, TCX_E_CONNECT, TCX_NOT_SENT, TCX_BOARD_NO_OPEN);
    board.transport.open = is_open;
    run("no send under TLS", TLS, TCX_E_CONNECT, TCX_NOT_SENT, TCX_BOARD_NO_SEND);
    board.transport.send = all_is_taken;
    run("no recv under TLS", TLS, TCX_E_CONNECT, TCX_NOT_SENT, TCX_BOARD_NO_RECV);

    tcx_board_init(&board);
    memset(&contract, 0, sizeof contract);
    contract.transport = &board.transport;
    contract.port = &board.port;
    contract.peer = peer;
    contract.buffer = buffer;
    contract.buffer_size = sizeof buffer;
    for (i = 0; i < TCX_CONTRACT_CHECKS; i++) {
        int result = tcx_contract_check(&contract, i);

        if (result != 0)
            bench_report(result < 0 && contract.number == TCX_BOARD_NO_OPEN, "the suite, `%s`: %s (%d)",
                         tcx_contract_name(i), contract.problem, contract.number);
    }
    return bench_end();
}
