/* What the host's runners of the contract suite share: they report as TAP, so that tests/run.py can count. */
#ifndef BENCH_H
#define BENCH_H

#include "tcx_contract.h"

/* One line of TAP; `format` says what it is about. Returns `passed`. */
int bench_report(int passed, const char *format, ...);

/* Runs all checks, each of them one line, and says what failed. `leave_out` of them may be left out. */
void bench_run(const char *transport, tcx_contract *contract, int leave_out);

/* The last line, and the exit status of the program. */
int bench_end(void);

#endif
