/* Shared by the programs that run the contract suite on the host. They write TAP, so that tests/run.py can count. */
#ifndef BENCH_H
#define BENCH_H

#include "tcx_contract.h"

/* Writes one line of TAP with this text. Returns `passed`. */
int bench_report(int passed, const char *format, ...);

/* Runs all checks and writes one line for each. Fails unless exactly `leave_out` checks were skipped. */
void bench_run(const char *transport, tcx_contract *contract, int leave_out);

/* Writes the last line. Returns the exit status of the program. */
int bench_end(void);

#endif
