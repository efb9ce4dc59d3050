#include "memory.h"

#include <stdlib.h>

enum { COMMAND, ECHO, SINK, SOURCE, SUM, SILENT, CLOSING, BREAKING };
enum { CALL_TIME = 20, DIAL_TIME = 5 }; /* microseconds; ms */

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t put(memory_wire *wire, const void *bytes, size_t length)
{
    length = smaller(length, sizeof wire->bytes - wire->length);
    memcpy(wire->bytes + wire->length, bytes, length);
    wire->length += length;
    return length;
}

static size_t take(memory_wire *wire, void *bytes, size_t length)
{
    length = smaller(length, wire->length);
    memcpy(bytes, wire->bytes, length);
    wire->length -= length;
    memmove(wire->bytes, wire->bytes + length, wire->length);
    return length;
}

/* ---- the peer ---- */

static void obey(memory *m, char *line)
{
    static const struct {
        const char *word;
        int mode;
        int timed;
    } words[] = { { "echo ", ECHO, 0 },    { "sink ", SINK, 1 },    { "source ", SOURCE, 1 },
                  { "silent", SILENT, 0 }, { "close ", CLOSING, 0 }, { "reset ", BREAKING, 0 } };
    size_t i;

    m->mode = SILENT; /* what it does not understand, too */
    m->at = 0;
    m->sum = 1;
    m->wake = memory_now(m);
    for (i = 0; i < sizeof words / sizeof words[0]; i++) {
        size_t length = strlen(words[i].word);
        char *rest = line + length;

        if (strncmp(line, words[i].word, length) == 0) {
            m->mode = words[i].mode;
            if (words[i].timed)
                m->wake += (uint32_t)strtoul(rest, &rest, 10);
            m->count = (uint32_t)strtoul(rest, NULL, 10);
        }
    }
}

static unsigned char pattern(uint32_t at)
{
    return (unsigned char)((at + 1) * 2654435761u >> 24);
}

/* Takes bytes for a sink. */
static int swallow(memory *m)
{
    unsigned char bytes[512];
    size_t length = take(&m->out, bytes, smaller(sizeof bytes, m->count - m->at)), i;
    uint32_t low = m->sum & 0xFFFF, high = m->sum >> 16;

    for (i = 0; i < length; i++) {
        low = (low + bytes[i]) % 65521;
        high = (high + low) % 65521;
    }
    m->sum = high << 16 | low;
    m->at += (uint32_t)length;
    if (m->at == m->count) {
        m->mode = SUM;
        return 1;
    }
    return length > 0;
}

/* Gives bytes of the pattern. */
static int give(memory *m)
{
    unsigned char bytes[512];
    size_t length = smaller(sizeof bytes, m->count - m->at), i;

    for (i = 0; i < length; i++)
        bytes[i] = pattern(m->at + (uint32_t)i);
    length = put(&m->in, bytes, length);
    m->at += (uint32_t)length;
    if (m->at < m->count)
        return length > 0;
    if (m->mode == SOURCE)
        m->mode = COMMAND;
    else
        m->end = m->mode == CLOSING ? TCX_CLOSED : MEMORY_BROKEN;
    return 1;
}

/* Does one thing. 0: there is nothing to do now. */
static int peer_turn(memory *m)
{
    unsigned char bytes[512];
    size_t length;

    if (!m->is_up || m->end != 0 || (int32_t)(m->wake - memory_now(m)) > 0)
        return 0;
    switch (m->mode) {
    case COMMAND:
        if (m->line_length == sizeof m->line - 1)
            m->mode = SILENT;
        else if (take(&m->out, &m->line[m->line_length], 1) == 0)
            return 0;
        else if (m->line[m->line_length++] == '\n') {
            m->line[m->line_length - 1] = '\0';
            m->line_length = 0;
            obey(m, m->line);
        }
        return 1;
    case ECHO:
        length = smaller(smaller(sizeof bytes, m->count - m->at), sizeof m->in.bytes - m->in.length);
        length = put(&m->in, bytes, take(&m->out, bytes, length));
        m->at += (uint32_t)length;
        if (m->at == m->count)
            m->mode = COMMAND;
        return length > 0;
    case SINK:
        return swallow(m);
    case SUM:
        if (sizeof m->in.bytes - m->in.length < 4)
            return 0;
        for (length = 0; length < 4; length++)
            bytes[length] = (unsigned char)(m->sum >> (24 - 8 * length));
        (void)put(&m->in, bytes, length);
        m->mode = COMMAND;
        return 1;
    case SILENT:
        return take(&m->out, bytes, sizeof bytes) > 0;
    default:
        return give(m);
    }
}

static void run_peer(memory *m)
{
    while (peer_turn(m))
        ;
}

/* ---- time ---- */

uint32_t memory_now(void *context)
{
    memory *m = context;

    return (uint32_t)(m->microseconds / 1000) - 1000; /* it wraps in the middle of the first check */
}

unsigned memory_ready(memory *m)
{
    unsigned ready = 0;

    run_peer(m);
    if (m->is_dialling)
        return (int32_t)(m->up_at - memory_now(m)) <= 0 ? TCX_WRITE : 0;
    if (m->in.length > 0 || m->end != 0)
        ready |= TCX_READ;
    if (m->out.length < sizeof m->out.bytes || m->end != 0)
        ready |= TCX_WRITE;
    return ready;
}

void memory_wait(void *context, unsigned wants, uint32_t time_left)
{
    memory *m = context;

    do
        m->microseconds += 1000;
    while (time_left-- > 1 && (wants == TCX_TIME || (memory_ready(m) & wants) == 0));
}

/* Every call of a function begins so. 1: it stutters. */
static int begin(memory *m, unsigned *turns)
{
    m->microseconds += CALL_TIME;
    run_peer(m);
    return m->stutter != 0 && (*turns)++ % 2 == 0;
}

/* ---- the transport ---- */

int memory_open(void *context, const tcx_peer *peer)
{
    memory *m = context;

    if (begin(m, &m->turns[0]))
        return m->stutter;
    if (m->is_up)
        return 0;
    if (!m->is_dialling) {
        if (peer->address.length != 4 || memcmp(peer->address.bytes, "peer", 4) != 0)
            return MEMORY_UNKNOWN;
        m->is_dialling = 1;
        m->up_at = memory_now(m) + (peer->port == MEMORY_UNANSWERING ? 1000000 : DIAL_TIME);
    }
    if ((int32_t)(m->up_at - memory_now(m)) > 0)
        return TCX_WANT_WRITE;
    if (peer->port != MEMORY_PEER)
        return MEMORY_REFUSED;
    m->is_dialling = 0;
    m->is_up = 1;
    return 1;
}

int memory_send(void *context, const void *bytes, size_t length)
{
    memory *m = context;

    if (begin(m, &m->turns[1]))
        return m->stutter;
    if (m->end != 0)
        return MEMORY_GONE;
    length = put(&m->out, bytes, smaller(length, m->piece));
    run_peer(m);
    return length > 0 ? (int)length : TCX_WANT_WRITE;
}

int memory_recv(void *context, void *bytes, size_t length)
{
    memory *m = context;

    if (begin(m, &m->turns[2]))
        return m->stutter;
    length = take(&m->in, bytes, smaller(length, m->piece));
    if (length > 0)
        return (int)length;
    return m->end != 0 ? m->end : TCX_WANT_READ;
}

void memory_close(void *context)
{
    memory *m = context;

    m->is_dialling = m->is_up = 0;
    m->mode = COMMAND;
    m->line_length = 0;
    m->out.length = m->in.length = 0;
    m->wake = memory_now(m);
    m->end = 0;
}

void memory_init(memory *m)
{
    const tcx_transport transport = { m, memory_open, memory_send, memory_recv, memory_close, NULL, NULL };
    const tcx_port port = { &m->transport, m, memory_now, memory_wait, NULL, NULL };

    memset(m, 0, sizeof *m);
    m->transport = transport;
    m->port = port;
    m->piece = 1460;
    memory_close(m);
}

void memory_bench(memory *m, tcx_contract *contract, void *buffer, size_t size)
{
    static const tcx_peer peer = { TCX_TEXT("peer"), TCX_TEXT("peer"), MEMORY_PEER, 0, 0 };

    memset(contract, 0, sizeof *contract);
    contract->transport = &m->transport;
    contract->port = &m->port;
    contract->peer = contract->refusing = contract->unanswering = peer;
    contract->refusing.port = MEMORY_REFUSING;
    contract->unanswering.port = MEMORY_UNANSWERING;
    contract->buffer = buffer;
    contract->buffer_size = size;
}
