/*
 * Certificate chains, for the programs that validate them.
 *
 * In: the time, the host with a zero byte, the anchors in PEM, the number of certificates, and each of them in DER.
 * Out: `accept`, or `refuse` and an error number; `split` if pieces give another result than the whole.
 */
#ifndef CHAINS_H
#define CHAINS_H

#include "frame.h"

enum { CERTIFICATES_MAX = 128, NOT_FOR_SIGNING = -1, NO_ANCHOR = -2 };

typedef struct chain {
    int64_t time;
    tcx_text host;
    tcx_text pem;
    size_t count;
    tcx_text certificates[CERTIFICATES_MAX];
} chain;

/* Reads all chains, and validates each with a function that returns 0 or an error number. */
static inline int chains_run(int (*validate)(const chain *chain, size_t piece))
{
    while (frame_next()) {
        chain read;
        int error, is_split = 0;

        read.time = (int64_t)frame_number();
        read.host = frame_text();
        read.pem = frame_text();
        read.count = frame_number();
        if (read.count > CERTIFICATES_MAX)
            frame_fail("CERTIFICATES_MAX is too small");
        for (size_t i = 0; i < read.count; i++)
            read.certificates[i] = frame_text();
        error = validate(&read, frame_pieces[0]);
        for (size_t i = 1; i < FRAME_PIECES; i++)
            is_split |= validate(&read, frame_pieces[i]) != error;
        printf("%s %d\n", is_split ? "split" : error == 0 ? "accept" : "refuse", error);
        for (size_t i = 0; i < read.count; i++)
            frame_free(read.certificates[i]);
        frame_free(read.pem);
        frame_free(read.host);
    }
    return 0;
}

#endif
