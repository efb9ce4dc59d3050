/*
 * The transport contract suite: whether a port keeps to tcexec/transport.h, check by check.
 *
 * It needs the transport, a waiter (tcexec/call.h), a test peer to dial, and some memory; of the C library, string.h.
 * So it runs wherever the port runs, on the device itself too. RAM: this structure, the caller's buffer and less than
 * 300 bytes of stack. With less RAM give a smaller buffer: it must be more than twice what a send of the port takes at
 * once, or what becomes of the rest is not seen. tcx_contract_note() says so.
 *
 *     static unsigned char buffer[TCX_CONTRACT_BUFFER_MAX];
 *     tcx_contract contract = {
 *         .transport = &port.transport,
 *         .waiter = &waiter,
 *         .peer = { TCX_TEXT("peer"), TCX_TEXT("192.0.2.1"), 7000, 0, 0 },
 *         .buffer = buffer,
 *         .buffer_size = sizeof buffer,
 *     };
 *     const char *failed[TCX_CONTRACT_CHECKS];
 *     size_t count = tcx_contract_run(&contract, failed, TCX_CONTRACT_CHECKS);
 *     const char *note = tcx_contract_note(&contract);
 *
 * Every check opens its own link and closes it, so a check that fails does not spoil the next. A function that blocks
 * for ever blocks the suite as well: show the name of each check before it runs, or let a watchdog bite.
 *
 * The test peer takes connections one after the other, each of them a series of commands, which are lines of text with
 * decimal numbers. `peer.py` is one over TCP, `memory.c` one in memory.
 *
 *     echo N          gives back each of the next N bytes as it comes
 *     sink MS N       leaves the next N bytes alone for MS milliseconds, then takes them, then gives their Adler-32
 *                     (RFC 1950), 4 bytes, highest first
 *     source MS N     waits for MS milliseconds, then gives N bytes of the pattern
 *     silent          takes everything and never says a word
 *     close N         gives N bytes of the pattern, then closes in order
 *     reset N         gives N bytes of the pattern, then breaks the link: TCP's RST
 *
 * Byte number i of the pattern is the highest of the 32 bits of (i + 1) * 2654435761.
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
#define TCX_CONTRACT_BUFFER_MAX (2u * (TCX_TRANSFER_MAX + 8u)) /* more is not used; less asks for smaller transfers */

typedef struct tcx_contract {
    const tcx_transport *transport; /* required, and closed */
    const tcx_waiter *waiter;       /* required */
    tcx_peer peer;                  /* required: the test peer */
    void *buffer;                   /* required */
    size_t buffer_size;             /* bytes: at least TCX_CONTRACT_BUFFER_MIN */

    /* What follows is optional. */
    tcx_peer refusing;    /* a place that refuses to be dialled; port 0: `refused` is left out */
    tcx_peer unanswering; /* a place that never answers; port 0: `unanswered` is left out */
    uint32_t bulk;        /* bytes of a large transfer; 0: 1 MiB. A slow line takes less */
    uint32_t longest;     /* ms that one function may take; 0: 100 */
    uint32_t patience;    /* ms without any progress after which a wait was in vain; 0: 5000 */
    uint8_t no_reset;     /* 1: this link cannot be broken by its peer; `reset` is left out */
    uint8_t has_end_mark; /* 1: a layer such as TLS, whose orderly end is TCX_CLOSED_CLEAN */

    /* What was found. */
    const char *problem; /* by the last check, one line; NULL: none */
    int number;          /* that goes with it: what a function returned, or bytes, or ms */
    unsigned wants;      /* TCX_READ and TCX_WRITE, as far as the transport ever wanted them */
    uint32_t slowest;    /* ms: the function that took longest */
    uint32_t short_sends; /* sends that took fewer bytes than they were offered */

    /* The suite's own. */
    uint32_t since; /* tick of the last progress */
    uint32_t seed;
    uint32_t sum;
    uint8_t is_open;
} tcx_contract;

/* The name of a check, 0 … TCX_CONTRACT_CHECKS - 1; what it checks, in a line. Static text. */
const char *tcx_contract_name(size_t check);
const char *tcx_contract_text(size_t check);

/* Runs one check. 1: passed. 0: left out, it needs what was not given. -1: failed, see `problem` and `number`. */
int tcx_contract_check(tcx_contract *contract, size_t check);

/*
 * Runs them all and lists the names of those that failed, as many as there is room for. Returns how many failed; 0 is
 * what a port should strive for. `problem` and `number` are then of the first that failed.
 */
size_t tcx_contract_run(tcx_contract *contract, const char **failed, size_t room);

/* What the checks that were run could not see, in a line; NULL: nothing. Print it: it is not a failure. */
const char *tcx_contract_note(const tcx_contract *contract);

#ifdef __cplusplus
}
#endif

#endif
