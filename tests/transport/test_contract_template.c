/*
 * Tests the template as it is: it links, a call over it ends by itself and says what is missing, and nothing is sent.
 * The contract suite reports the same.
 */
#include "bench.h"
#include "tcx_board.h"

#include <tcexec/tls.h>

static tcx_board board;
static tcx_tls tls;
static tcx_tls_pin pin;
static unsigned char records[TCX_TLS_BUFFER_MIN], answer[1024];
static tcx_token tokens[TCX_TOKENS_DEFAULT];

static int is_open(void *context, const tcx_peer *peer)
{
    (void)context;
    (void)peer;
    return 1;
}

/* One call over `link`. */
static void run(const char *name, const tcx_transport *link, int64_t unix_time, tcx_status status, tcx_outcome outcome,
                int detail)
{
    static const tcx_credentials credentials = { TCX_TEXT("AKIDEXAMPLE"), TCX_TEXT("SKEXAMPLE"), { NULL, 0 } };
    const tcx_request request = { .service = &tcx_mps, .function_name = TCX_TEXT("ExampleFunc"), .nonce = 1 };
    static tcx_call call;
    tcx_signer signer;
    tcx_call_config config;
    tcx_status ended = tcx_signer_init(&signer, &credentials, TCX_SIGN_TC3);

    memset(&config, 0, sizeof config);
    config.transport = link;
    config.signer = &signer;
    config.buffer = answer;
    config.buffer_size = sizeof answer;
    config.tokens = tokens;
    config.token_count = TCX_TOKENS_DEFAULT;
    config.unix_time = unix_time;
    if (ended == TCX_OK)
        ended = tcx_execute(&call, &config, &request, &board.port);
    bench_report(ended == status && call.outcome == outcome && call.detail == detail, "%s: %s, %s, %d", name,
                 tcx_status_name(ended), tcx_outcome_name(call.outcome), call.detail);
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

int main(void)
{
    enum { NOW = 1800000000 };
    static const unsigned char point[65] = { 4 };
    static const br_x509_pkey key = { .key_type = BR_KEYTYPE_EC,
                                      .key = { .ec = { BR_EC_secp256r1, (unsigned char *)(uintptr_t)point, 65 } } };
    static unsigned char buffer[TCX_CONTRACT_BUFFER_MIN];
    tcx_tls_config tls_config = {
        .link = &board.transport,
        .profile = tcx_tls_profile_full,
        .trust = &pin.trust,
        .buffer = records,
        .buffer_size = sizeof records,
    };
    tcx_tls_config with_entropy = tls_config;
    const tcx_peer peer = { TCX_TEXT("peer"), TCX_TEXT("192.0.2.1"), 7000, 0, 0 };
    tcx_contract contract;
    size_t i;

    tcx_board_init(&board);
    tls_config.entropy = board.port.entropy;
    run("no clock", &board.transport, board.port.unix_time(&board), TCX_E_CLOCK_UNSET, TCX_NOT_SENT, 0);
    run("no open", &board.transport, NOW, TCX_E_CONNECT, TCX_NOT_SENT, TCX_BOARD_NO_OPEN);
    bench_report(tcx_tls_pin_init(&pin, &key) == TCX_OK && tcx_tls_init(&tls, &tls_config) == TCX_OK, "TLS on top");
    run("no entropy", &tls.transport, NOW, TCX_E_TLS_ENTROPY, TCX_NOT_SENT, BR_ERR_NO_RANDOM);

    /* One after the other is filled in. */
    board.transport.open = is_open;
    run("no send", &board.transport, NOW, TCX_E_SEND, TCX_NOT_SENT, TCX_BOARD_NO_SEND);
    board.transport.send = all_is_taken;
    run("no recv", &board.transport, NOW, TCX_E_RECEIVE, TCX_MAYBE_EXECUTED, TCX_BOARD_NO_RECV);
    board.transport.recv = nothing_comes;
    run("no tick: it ends even so", &board.transport, NOW, TCX_E_DEADLINE, TCX_MAYBE_EXECUTED, 0);

    /* The same with TLS on top: it sends and receives before its own open comes to 1. */
    with_entropy.entropy = any_entropy;
    tcx_board_init(&board);
    bench_report(tcx_tls_init(&tls, &with_entropy) == TCX_OK, "TLS on top, with entropy");
    run("no open under TLS", &tls.transport, NOW, TCX_E_CONNECT, TCX_NOT_SENT, TCX_BOARD_NO_OPEN);
    board.transport.open = is_open;
    run("no send under TLS", &tls.transport, NOW, TCX_E_CONNECT, TCX_NOT_SENT, TCX_BOARD_NO_SEND);
    board.transport.send = all_is_taken;
    run("no recv under TLS", &tls.transport, NOW, TCX_E_CONNECT, TCX_NOT_SENT, TCX_BOARD_NO_RECV);

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
