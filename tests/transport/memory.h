/*
 * A link in memory, with the test peer at its other end. Time is virtual: each call takes 20 microseconds, and a wait
 * ends at once and moves the clock. This transport obeys the contract. The tests build wrong transports on it.
 */
#ifndef MEMORY_H
#define MEMORY_H

#include "tcx_contract.h"

enum { MEMORY_PEER = 7000, MEMORY_REFUSING = 7001, MEMORY_UNANSWERING = 7002 }; /* ports of the host "peer" */
enum { MEMORY_REFUSED = -111, MEMORY_BROKEN = -104, MEMORY_GONE = -32, MEMORY_UNKNOWN = -22 }; /* its error numbers */
enum { MEMORY_WIRE = 4096 }; /* the most bytes in transit in one direction */

typedef struct memory_wire {
    unsigned char bytes[MEMORY_WIRE];
    size_t length;
} memory_wire;

typedef struct memory {
    tcx_transport transport;
    tcx_port port;
    size_t piece; /* the most bytes that one call moves */
    int stutter;  /* if not 0, every second call moves nothing and returns this */

    uint64_t microseconds;
    memory_wire out, in;
    int is_dialling, is_up;
    uint32_t up_at; /* tick */
    unsigned turns[3]; /* calls of open, send, recv */

    /* The peer. */
    int mode;
    char line[40];
    size_t line_length;
    uint32_t count, at, sum, wake;
    int end; /* what recv returns when `in` is empty; 0: the peer is still connected */

    /* For wrong transports. */
    unsigned opens;
    size_t held;
    const void *kept;
    unsigned char stale[64];
} memory;

void memory_init(memory *link);

/* Sets up the suite for this link. */
void memory_bench(memory *link, tcx_contract *contract, void *buffer, size_t size);

int memory_open(void *context, const tcx_peer *peer);
int memory_send(void *context, const void *bytes, size_t length);
int memory_recv(void *context, void *bytes, size_t length);
void memory_close(void *context);

/* Moves the clock until one of `wants` is ready or `time_left` is over, by at least 1 ms. */
void memory_wait(void *context, unsigned wants, uint32_t time_left);
uint32_t memory_now(void *context);

/* Which of TCX_READ and TCX_WRITE are ready. */
unsigned memory_ready(memory *link);

#endif
