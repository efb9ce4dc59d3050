/*
 * Runs the contract suite on a tunnel through a proxy (tcexec/proxy.h), which must change nothing that the link below
 * it promises. This program plays the proxy, in front of the link in memory: it dials the address in CONNECT.
 */
#include "bench.h"
#include "memory.h"

#include <stdio.h>
#include <stdlib.h>

#include <tcexec/proxy.h>

static memory wire;
static unsigned char buffer[TCX_CONTRACT_BUFFER_MAX];

enum { CLOSED, HEAD, DIALLING, ANSWERING, TUNNEL };

static struct {
    int state;
    char head[200];
    size_t length;
    const char *answer;
} played;

static int play_open(void *context, const tcx_peer *peer)
{
    (void)context;
    if (played.state != CLOSED)
        return 0;
    if (peer->address.length != 5 || memcmp(peer->address.bytes, "proxy", 5) != 0 || peer->port != 3128)
        return MEMORY_UNKNOWN;
    memset(&played, 0, sizeof played);
    played.state = HEAD;
    return 1;
}

static int play_send(void *context, const void *bytes, size_t length)
{
    if (played.state == TUNNEL)
        return memory_send(context, bytes, length);
    if (played.state != HEAD || played.length + 2 > sizeof played.head)
        return MEMORY_GONE;
    if (length > wire.piece)
        length = wire.piece;
    if (length > sizeof played.head - 1 - played.length)
        length = sizeof played.head - 1 - played.length;
    memcpy(played.head + played.length, bytes, length);
    played.length += length;
    if (strstr(played.head, "\r\n\r\n") != NULL)
        played.state = DIALLING;
    return (int)length;
}

/* Dials where the head says. */
static int play_dial(void)
{
    static const char begin[] = "CONNECT peer:";
    tcx_peer peer = { TCX_TEXT("peer"), TCX_TEXT("peer"), 0, 0, 0 };
    int result = MEMORY_UNKNOWN;

    peer.port = (uint16_t)atoi(played.head + strlen(begin));
    if (strncmp(played.head, begin, strlen(begin)) == 0)
        result = memory_open(&wire, &peer);
    if (result == TCX_WANT_WRITE || result == TCX_AGAIN)
        return result;
    played.state = ANSWERING;
    played.answer = result == 1 ? "HTTP/1.1 200 OK\r\n\r\n" : "HTTP/1.1 502 Bad Gateway\r\n\r\n";
    return TCX_AGAIN;
}

static int play_recv(void *context, void *bytes, size_t length)
{
    if (played.state == TUNNEL)
        return memory_recv(context, bytes, length);
    if (played.state == HEAD)
        return TCX_WANT_READ;
    if (played.state == DIALLING)
        return play_dial();
    if (length > strlen(played.answer))
        length = strlen(played.answer);
    memcpy(bytes, played.answer, length);
    played.answer += length;
    if (*played.answer == '\0')
        played.state = TUNNEL;
    return (int)length;
}

static void play_close(void *context)
{
    memory_close(context);
    played.state = CLOSED;
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
        { 7, TCX_AGAIN, 1000 },
    };
    static const tcx_transport link = { &wire, play_open, play_send, play_recv, play_close, NULL, NULL };
    static const tcx_proxy_config config = { &link, TCX_TEXT("proxy"), 3128, TCX_TEXT("user:password") };
    tcx_proxy proxy;
    tcx_contract contract;
    size_t i;

    if (tcx_proxy_init(&proxy, &config) != TCX_OK)
        return 1;
    for (i = 0; i < sizeof ways / sizeof ways[0]; i++) {
        char name[80];

        snprintf(name, sizeof name, "proxy, pieces of %u%s", (unsigned)ways[i].piece,
                 ways[i].stutter != 0 ? ", stuttering" : "");
        memory_init(&wire);
        wire.piece = ways[i].piece;
        wire.stutter = ways[i].stutter;
        memory_bench(&wire, &contract, buffer, ways[i].buffer_size);
        contract.transport = &proxy.transport;
        bench_run(name, &contract, 0);
    }
    return bench_end();
}
