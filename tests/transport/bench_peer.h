/* For the programs that run the contract suite over TCP: the peer, in a process of its own. */
#ifndef BENCH_PEER_H
#define BENCH_PEER_H

#include "tcx_contract.h"

#include <sys/types.h>

/*
 * Starts peer.py, and reads its three ports. It ends when `*leash` is closed, however this program ends. Returns its
 * process, or -1.
 */
pid_t bench_start_peer(int *leash, unsigned *peer, unsigned *refusing, unsigned *unanswering);

/*
 * Runs all checks on a port over TCP with the peer at these three ports, writes one line for each, and two more: the
 * port had to wait for both directions, and a send took only a part.
 */
void bench_run_over_tcp(const char *name, const tcx_port *port, unsigned peer, unsigned refusing, unsigned unanswering);

/* Returns a number that changes when a descriptor is opened or closed. */
int bench_open_descriptors(void);

#endif
