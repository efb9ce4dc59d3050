/*
 * The transport contract suite: checks that a port obeys tcexec/transport.h.
 *
 * It needs the transport, a port (tcexec/port.h: tick and wait), a test peer to dial, some memory, and string.h. So it
 * also runs on the device itself. RAM: this structure, the caller's buffer and less than 300 bytes of stack.
 *
 * If RAM is short, give a smaller buffer. It must be more than twice as large as what one send of the port can take.
 * With a smaller buffer every send takes all bytes, and the suite cannot see a port that drops the rest: then
 * tcx_contract_note() returns a text.
 *
 *     static unsigned char buffer[TCX_CONTRACT_BUFFER_MAX];
 *     tcx_contract contract = {
 *         .transport = &board.transport,
 *         .port = &board.port,
 *         .peer = { TCX_TEXT("peer"), TCX_TEXT("192.0.2.1"), 7000, 0, 0 },
 *         .buffer = buffer,
 *         .buffer_size = sizeof buffer,
 *     };
 *     const char *failed[TCX_CONTRACT_CHECKS];
 *     size_t count = tcx_contract_run(&contract, failed, TCX_CONTRACT_CHECKS);
 *     const char *note = tcx_contract_note(&contract);
 *
 * Each check opens and closes its own link, so a failure does not affect the next check. A function that blocks for
 * ever also blocks the suite. Print the name of each check before it runs, or use a watchdog.
 *
 * The test peer accepts one connection after the other. A connection carries a series of commands. A command is a line
 * of text with decimal numbers. `peer.py` is a peer over TCP, `memory.c` is one in memory.
 *
 *     echo N          sends back each of the next N bytes as it comes
 *     sink MS N       waits for MS milliseconds, then receives the next N bytes, then sends their Adler-32 (RFC 1950):
 *                     4 bytes, highest first
 *     source MS N     waits for MS milliseconds, then sends N bytes of the pattern
 *     silent          receives everything and never sends
 *     close N         sends N bytes of the pattern, then closes in order
 *     reset N         sends N bytes of the pattern, then breaks the link, as TCP's RST does
 *
 * Byte i of the pattern, from 0, is the highest byte of the 32-bit product (i + 1) * 2654435761.
 */
#ifndef TCX_CONTRACT_H
#define TCX_CONTRACT_H

#include <tcexec/call.h>
#include <tcexec/transport.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TCX_CONTRACT_CHECKS     23u
#define TCX_CONTRACT_BUFFER_MIN 256u
#define TCX_CONTRACT_BUFFER_MAX (2u * (TCX_TRANSFER_MAX + 8u)) /* more is not used; less: smaller transfers */

typedef struct tcx_contract {
    const tcx_transport *transport; /* required, and closed */
    const tcx_port *port;           /* required: its tick and its wait */
    tcx_peer peer;                  /* required: the test peer */
    void *buffer;                   /* required */
    size_t buffer_size;             /* bytes: at least TCX_CONTRACT_BUFFER_MIN */

    /* Optional. */
    tcx_peer refusing;    /* an address that refuses connections; port 0: skips the check `refused` */
    tcx_peer unanswering; /* an address that never answers; port 0: skips the check `unanswered` */
    uint32_t bulk;        /* bytes of a large transfer; 0: 1 MiB. Give less for a slow line */
    uint32_t longest;     /* the most ms that one function may take; 0: 100 */
    uint32_t patience;    /* a check fails after so many ms without progress; 0: 5000 */
    uint8_t no_reset;     /* 1: the peer cannot break this link; skips the check `reset` */
    uint8_t has_end_mark; /* 1: a layer such as TLS, whose orderly end is TCX_CLOSED_CLEAN */

    /* Results. */
    const char *problem;  /* of the last check, one line; NULL: none. Static text */
    int number;           /* belongs to `problem`: a function's result, a count of bytes, an offset, or ms */
    unsigned wants;       /* TCX_READ, TCX_WRITE: which of them the transport has asked for so far */
    uint32_t slowest;     /* ms: the longest call of a function */
    uint32_t short_sends; /* how many sends took fewer bytes than offered */

    /* Private to the suite. */
    uint32_t since; /* tick of the last progress */
    uint32_t seed;
    uint32_t sum;
    uint8_t is_open;
} tcx_contract;

/* The name of a check, 0 … TCX_CONTRACT_CHECKS - 1, and what it checks, in a line. Static texts, or NULL. */
const char *tcx_contract_name(size_t check);
const char *tcx_contract_text(size_t check);

/* Runs one check. Returns 1: passed; 0: skipped, its peer was not given; -1: failed, see `problem` and `number`. */
int tcx_contract_check(tcx_contract *contract, size_t check);

/*
 * Runs all checks and returns how many failed. Writes the names of up to `room` of them to `failed`. Afterwards,
 * `problem` and `number` are those of the first check that failed.
 */
size_t tcx_contract_run(tcx_contract *contract, const char **failed, size_t room);

/* Returns what the checks could not test, in a line, or NULL. Print it. It is not a failure. */
const char *tcx_contract_note(const tcx_contract *contract);

#ifdef __cplusplus
}
#endif

#endif
