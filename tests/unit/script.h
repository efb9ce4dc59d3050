/*
 * A scripted transport: a port like any other (tcexec/transport.h), whose other end is a script. It takes what is sent,
 * returns a prepared answer or the answer of a peer, does it in pieces, and fails where the script says so. It also
 * checks that the library keeps its side of the contract.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "tcx_test.h"

#include <tcexec/transport.h>

/* An assertion that says which row of a table it was about. */
#define check(condition, ...)      \
    do {                           \
        if (!(condition)) {        \
            print_error("%s: ", #condition); \
            fail_msg(__VA_ARGS__); \
        }                          \
    } while (0)

/* What a faulty call does. A number below 0 is returned as it is, and nothing is moved. */
enum { SCRIPT_ZERO = 0, SCRIPT_ONE_BYTE = 1, SCRIPT_TOO_MUCH = 2 };

enum { SCRIPT_OPEN = 'o', SCRIPT_SEND = 's', SCRIPT_RECV = 'r' };

#define SCRIPT_NEVER ((size_t)-1)
#define SCRIPT_WHOLE ((size_t)-2)

typedef struct script {
    tcx_transport transport;

    /* The script. script_init() sets what is most usual; change it before the call begins. */
    const char *answer;    /* what the peer says ... */
    size_t answer_length;
    size_t answer_after;   /* ... once it has got so many bytes; SCRIPT_WHOLE: a whole request */
    int ending;            /* what recv returns when nothing is left: TCX_WANT_READ, TCX_CLOSED, an error ... */
    size_t piece;          /* bytes moved by one call, at most */
    int stutter;           /* not 0: what every other call returns instead of moving anything */
    size_t cut_sent;       /* after so many bytes taken, or handed over, ... */
    size_t cut_received;
    int cut;               /* ... this is returned for ever */
    struct {
        size_t call;       /* which call, counted from 0 over open, send and recv */
        int result;
        int for_ever;      /* and every one behind it: time must pass */

        /* What happened. */
        int struck;        /* which function: SCRIPT_OPEN, SCRIPT_SEND, SCRIPT_RECV; 0: it was not reached */
        int phase;         /* of the script, at that moment */
        int returned;
    } faults[2];
    int phase;             /* the test's own: how far the call has come */
    void *peer;            /* instead of a prepared answer: somebody who takes the bytes and makes others */
    void (*reopened)(void *peer); /* behind the first link there is another one; or NULL */
    void (*take)(void *peer, const unsigned char *bytes, size_t length);
    size_t (*give)(void *peer, unsigned char *bytes, size_t length);

    /* What happened. */
    unsigned char sent[40000];
    size_t sent_length;
    size_t received;       /* bytes handed over */
    size_t calls;          /* of open, send and recv */
    size_t opens;          /* of open: one connection may take several */
    size_t links;          /* connections */
    size_t closes;
    int starved;           /* the last call found nothing to receive, and nothing will come */
    int last_call;         /* SCRIPT_OPEN, SCRIPT_SEND, SCRIPT_RECV */
    int last_result;
    int last_received;     /* the last result of recv */
    size_t after_failure;  /* calls after one that had failed, but for close */
    const char *violation; /* the first breach of the contract by the library; NULL: none */
    tcx_peer dialled;

    /* Its own. */
    size_t moves[2]; /* of open and send, of recv */
    int is_open, is_up;
    unsigned char offered[TCX_TRANSFER_MAX];
    size_t offered_length;
} script;

void script_init(script *link, const char *answer, size_t length);

/*
 * `length` bytes (up to 256 KiB) behind which a page lies that traps. There are SCRIPT_EDGES such places, each used
 * again, not filled.
 */
enum { SCRIPT_EDGES = 3 };
unsigned char *script_edge(unsigned place, size_t length);

/*
 * A table: the lines of a file of tests/vectors/, each with `columns` columns between " | ", undecoded. Returns how
 * many lines there were.
 */
size_t script_table(const char *name, size_t columns, void (*row)(char **columns));

/*
 * A series: one call and all it needs, over a transport that is dialled more than once, in virtual time. Its script is
 * a table: each row is one exchange, which begins when a link is opened or when a kept one is sent something new.
 */
typedef struct script_exchange {
    int open;           /* what open returns in the end; 0: 1 */
    unsigned dialling;  /* how often it says TCX_WANT_WRITE before */
    int breaks;         /* what send returns for ever; 0: it takes all ... */
    size_t after;       /* ... once it has taken so many bytes */
    const char *answer; /* comes as soon as a whole request is there; NULL: silence */
    size_t early;       /* ... or so many bytes of one; 0: only then */
    const char *later;  /* comes behind it, in a transfer of its own */
    int ending;         /* what recv returns when nothing is left; 0: TCX_WANT_READ */
} script_exchange;

enum { SCRIPT_EXCHANGES = 8, SCRIPT_WAITS = 64, SCRIPT_NOW = 1800000000 /* Fri, 15 Jan 2027 08:00:00 GMT */ };

typedef struct script_series {
    tcx_transport transport;
    tcx_signer signer;
    unsigned char buffer[2048];
    tcx_call_config config;
    tcx_request request;
    tcx_call call;
    uint32_t tick;

    const script_exchange *script;
    size_t length;

    /* What happened. */
    struct {
        unsigned char sent[2048];
        size_t length;
        int whole;     /* it is one whole HTTP request */
        int reused;    /* over a link that had been kept */
        int64_t clock; /* that the peer was dialled with */
        uint32_t tick;
    } seen[SCRIPT_EXCHANGES];
    size_t count; /* of `seen` */
    size_t dials, closes, looks;
    struct {
        unsigned wants;
        uint32_t left;
    } waits[SCRIPT_WAITS];
    size_t wait_count;

    /* Its own. */
    size_t given;
    unsigned dialled;
    int is_open, is_up;
} script_series;

/* `length` rows; an exchange too many fails the test. The tick is soon to wrap; TC3 by POST, no retry, no kept link. */
void script_series_init(script_series *series, const script_exchange *script, size_t length);

/*
 * Begins the call and steps it to its end; at each wait the time passes that it asks for, or 7 ms where it waits for a
 * dial. The next run goes on in the script.
 */
tcx_status script_series_run(script_series *series);

/*
 * An answer with `json` as its body, and the Date; `fields` is "" or more field lines. Text of its own, of the last 16.
 */
const char *script_answer(const char *json, const char *date, const char *fields);

/* The value behind `name` in a request, up to the end of its line or parameter. Text of its own, of the last 16. */
const char *script_value(const script_series *series, size_t exchange, const char *name);

#endif
