/*
 * A call on the template, with one more function filled in each time. Prints a line for each: the function that is
 * missing, and status and `detail` of the call, without TLS and with it.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <tcexec/client.h>

#include "anchors.h"
#include "tcx_board.h"

static unsigned char records[TCX_TLS_BUFFER_DUPLEX], answer[4096];
static tcx_board board;
static tcx_client_chain chain;
static tcx_client client;

static int64_t tell_time(void *context)
{
    (void)context;
    return (int64_t)time(NULL);
}

static int fill(void *context, void *out, size_t length)
{
    (void)context;
    memset(out, 1, length);
    return (int)length;
}

static int connect_at_once(void *context, const tcx_peer *peer)
{
    (void)context;
    (void)peer;
    return 1;
}

static int send_all(void *context, const void *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    return (int)length;
}

/* Makes a call with the first `count` functions filled in. */
static void make_call(unsigned count, int with_tls)
{
    const tcx_credentials credentials = { TCX_TEXT("AKID"), TCX_TEXT("SK"), { NULL, 0 } };
    const tcx_request request = { .service = &tcx_mps, .function_name = TCX_TEXT("F"), .function_arg = TCX_TEXT("x") };

    tcx_board_init(&board);
    if (count > 0)
        board.port.unix_time = tell_time;
    if (count > 1)
        board.port.entropy = fill;
    if (count > 2)
        board.transport.open = connect_at_once;
    if (count > 3)
        board.transport.send = send_all;
    tcx_client_init(&client, &board.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    if (with_tls)
        tcx_client_trust_chain(&client, &chain, &tcx_tls_profile_full, trust_anchors, TRUST_ANCHOR_COUNT, records,
                               sizeof records);
    else
        tcx_client_trust_link(&client);
    printf("%s", tcx_status_name(tcx_client_execute(&client, &request)));
    printf(" %d", client.call.detail);
}

int main(void)
{
    static const char *const names[] = { "wall clock", "entropy", "open", "send", "recv" };
    unsigned i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        printf("%s: ", names[i]);
        make_call(i, 0);
        printf(", ");
        make_call(i, 1);
        printf("\n");
    }
    return 0;
}
