/*
 * Runs the contract suite on port/template/examples/tcx_modem.c. This program plays a modem behind a UART, over the link
 * in memory.
 */
#include "bench.h"
#include "memory.h"
#include "tcx_modem.h"

#include <tcexec/client.h>

#include <stdlib.h>

static memory wire;
static unsigned char buffer[TCX_CONTRACT_BUFFER_MAX];

enum { RING = 32 };

static struct {
    int is_ready, is_dialling, carrier;
    tcx_peer peer;
    char command[100], answer[64];
    size_t command_length, answer_length;
    unsigned lost, garbled,
        greetings;                   /* of the first `AT`: how many are lost, how many answered ERROR; how many came */
    const char *connected, *refused; /* NULL: as usual */
} modem;

static void answer(const char *text)
{
    size_t length = strlen(text);

    if (length <= sizeof modem.answer - modem.answer_length) {
        memcpy(modem.answer + modem.answer_length, text, length);
        modem.answer_length += length;
    }
}

static void obey(void)
{
    static const char dial[] = "AT+QSSLOPEN=1,1,0,\"peer\",";
    static const tcx_peer peer = { TCX_TEXT("peer"), TCX_TEXT("peer"), 0, 0, 0 };

    modem.command[modem.command_length] = '\0';
    modem.command_length = 0;
    if (strcmp(modem.command, "AT") == 0) {
        modem.greetings++;
        if (modem.greetings > modem.lost)
            answer(modem.greetings > modem.lost + modem.garbled ? "\r\nOK\r\n" : "\r\nERROR\r\n");
    } else if (strncmp(modem.command, dial, sizeof dial - 1) == 0) {
        modem.peer = peer;
        modem.peer.port = (uint16_t)atoi(modem.command + sizeof dial - 1);
        modem.is_dialling = 1;
    } else {
        answer("\r\nERROR\r\n");
    }
}

/* The modem's own work, between two calls. */
static void modem_turn(void)
{
    int result;

    if (!modem.is_dialling)
        return;
    result = memory_open(&wire, &modem.peer);
    if (result == TCX_WANT_WRITE)
        return;
    modem.is_dialling = 0;
    modem.carrier = result == 1;
    if (result == 1)
        answer(modem.connected ? modem.connected : "\r\nCONNECT\r\n");
    else
        answer(modem.refused ? modem.refused : "\r\n+QSSLOPEN: 0,552\r\n");
}

static size_t uart_write(void *context, const void *bytes, size_t length)
{
    size_t i;
    int result;

    (void)context;
    modem_turn();
    length = length < RING ? length : RING;
    if (modem.carrier) {
        result = memory_send(&wire, bytes, length);
        return result > 0 ? (size_t)result : 0;
    }
    for (i = 0; i < length; i++) {
        char byte = ((const char *)bytes)[i];

        if (byte == '\r')
            obey();
        else if (modem.command_length < sizeof modem.command - 1)
            modem.command[modem.command_length++] = byte;
    }
    return length;
}

static size_t uart_read(void *context, void *bytes, size_t length)
{
    int result;

    (void)context;
    modem_turn();
    if (modem.answer_length > 0) {
        length = length < modem.answer_length ? length : modem.answer_length;
        memcpy(bytes, modem.answer, length);
        modem.answer_length -= length;
        memmove(modem.answer, modem.answer + length, modem.answer_length);
        return length;
    }
    if (!modem.carrier)
        return 0;
    result = memory_recv(&wire, bytes, length);
    if (result > 0)
        return (size_t)result;
    if (result != TCX_WANT_READ) {
        modem.carrier = 0;
        answer("\r\nNO CARRIER\r\n");
    }
    return 0;
}

static int uart_carrier(void *context)
{
    (void)context;
    return modem.carrier;
}

static void uart_ready(void *context, int on)
{
    (void)context;
    if (!on) {
        modem.carrier = modem.is_dialling = 0;
        modem.command_length = 0;
        memory_close(&wire);
        answer("\r\nNO CARRIER\r\n");
    }
    modem.is_ready = on;
}

/* An interrupt for each byte that comes, and for each that is gone. */
static void uart_wait(void *context, unsigned wants, uint32_t time_left)
{
    (void)context;
    if ((wants & TCX_READ) && modem.answer_length > 0)
        return;
    memory_wait(&wire, modem.carrier ? wants : TCX_TIME, modem.carrier || wants == TCX_TIME ? time_left : 1);
}

static uint32_t uart_now(void *context)
{
    (void)context;
    return memory_now(&wire);
}

static int64_t a_date(void *context)
{
    (void)context;
    return 1800000000;
}

/* A dial, and an echo if it comes about, to `port`. Returns what tcx_contract_check() does; `*took`: ms. */
static int dial(tcx_contract *contract, uint16_t port, uint32_t *took)
{
    uint32_t began;
    int result;

    memory_init(&wire);
    began = memory_now(&wire);
    modem.greetings = 0;
    modem.answer_length = 0;
    contract->peer.port = port;
    result = tcx_contract_check(contract, 4);
    *took = memory_now(&wire) - began;
    return result;
}

/* What a modem may say in place of what is usual. */
static void test_answers(tcx_contract *contract)
{
    static const char *const connected[] = { "\r\nCONNECT 150000000\r\n", "\r\nOK\r\n\r\nCONNECT\r\n", "CONNECT\r\n" };
    static const char *const refused[] = { "\r\n+CME ERROR: 58\r\n",   "\r\nERROR\r\n",          "\r\nNO ANSWER\r\n",
                                           "\r\nNO CARRIER\r\n",       "\r\nNO DIALTONE\r\n",    "\r\nBUSY\r\n",
                                           "\r\n+QSSLOPEN: 1,579\r\n", "\r\n+CMS ERROR: 500\r\n" };
    static const struct {
        unsigned lost, garbled;
        int number;
    } greetings[] = {
        { 1, 0, 0 }, { 0, 1, 0 }, { 3, 2, 0 }, { 1000, 0, TCX_MODEM_SILENT }, { 0, 1000, TCX_MODEM_SILENT }
    };
    uint32_t took;
    size_t i;
    int result;

    contract->patience = 30000;
    for (i = 0; i < sizeof connected / sizeof connected[0]; i++) {
        modem.connected = connected[i];
        bench_report(dial(contract, MEMORY_PEER, &took) == 1, "modem: another answer of success, %u", (unsigned)i);
    }
    modem.connected = NULL;
    for (i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        modem.refused = refused[i];
        result = dial(contract, MEMORY_REFUSING, &took);
        bench_report(result < 0 && contract->number == TCX_MODEM_REFUSED && took < 1000,
                     "modem: another answer of failure, %u, after %u ms", (unsigned)i, (unsigned)took);
    }
    modem.refused = NULL;
    for (i = 0; i < sizeof greetings / sizeof greetings[0]; i++) {
        modem.lost = greetings[i].lost;
        modem.garbled = greetings[i].garbled;
        result = dial(contract, MEMORY_PEER, &took);
        bench_report(result == (greetings[i].number ? -1 : 1) && contract->number == greetings[i].number &&
                         took < 15000,
                     "modem: %u AT lost, %u answered ERROR, after %u ms", modem.lost, modem.garbled, (unsigned)took);
    }
    modem.lost = modem.garbled = 0;
}

/* The service, at the other end of the modem's TLS. */
static void answer_request(void *context, tcx_event event, uint32_t number)
{
    static const char text[] = "HTTP/1.1 200 OK\r\nContent-Length: 49\r\n\r\n"
                               "{\"Response\":{\"Result\":\"XXX\",\"RequestId\":\"an-id\"}}";

    (void)context;
    (void)number;
    if (event == TCX_EVENT_REQUEST_SENT) {
        memcpy(wire.in.bytes, text, sizeof text - 1);
        wire.in.length = sizeof text - 1;
    }
}

/* A call, with the modem's own TLS. */
static void test_call(tcx_modem *link)
{
    static const tcx_credentials credentials = { TCX_TEXT("AKIDEXAMPLE"), TCX_TEXT("SKEXAMPLE"), { NULL, 0 } };
    static const tcx_trace trace = { answer_request, NULL };
    static tcx_client client;
    const tcx_request request = { .service = &tcx_mps, .function_name = TCX_TEXT("ExampleFunc") };
    const tcx_text *result = &client.call.response.result;
    tcx_status status;

    memory_init(&wire);
    tcx_client_init(&client, &link->port, buffer, sizeof buffer);
    tcx_client_credentials(&client, &credentials);
    tcx_client_trust_link(&client);
    client.config.address = tcx_text_from("peer");
    client.config.port = MEMORY_PEER;
    client.config.trace = &trace;
    status = tcx_client_execute(&client, &request);
    bench_report(status == TCX_OK && result->length == 3 && memcmp(result->bytes, "XXX", 3) == 0,
                 "modem: a call of a client: %s, %d", tcx_status_name(status), client.call.detail);
    tcx_client_wipe(&client);
}

static void test_modem(void)
{
    static const tcx_modem_board board = {
        &wire, uart_write, uart_read, uart_carrier, uart_ready, uart_now, uart_wait, a_date
    };
    static tcx_modem link;
    tcx_contract contract;

    memory_init(&wire);
    memory_bench(&wire, &contract, buffer, sizeof buffer);
    tcx_modem_init(&link, &board);
    contract.transport = &link.transport;
    contract.port = &link.port;
    bench_run("modem", &contract, 0);
    test_answers(&contract);

    /* What the last peer said is no answer of the modem's. */
    memory_init(&wire);
    answer("\r\nOK\r\nCONNECT\r\n");
    contract.peer.port = MEMORY_REFUSING;
    bench_report(tcx_contract_check(&contract, 0) < 0 && contract.number == TCX_MODEM_REFUSED,
                 "modem: bytes left over do not answer a command");

    /* An address that would be a command. */
    contract.peer.address = tcx_text_from("peer\",443,2\rAT+CFUN=0");
    bench_report(tcx_contract_check(&contract, 0) < 0 && contract.number == TCX_MODEM_ADDRESS,
                 "modem: an address that would be a command is not dialled");

    test_call(&link);
}

int main(void)
{
    test_modem();
    return bench_end();
}
