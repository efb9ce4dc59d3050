/*
 * tcexec: Tencent Cloud ExecuteFunction (MPS 2019-06-12, VOD 2018-07-17) from a device with a few kilobytes of RAM.
 *
 *   tcexec/status.h     what functions return, and what became of a call
 *   tcexec/text.h       borrowed text, wiping
 *   tcexec/service.h    the services
 *   tcexec/sign.h       credentials and signers
 *   tcexec/request.h    what to call: check, measure, build into a buffer
 *   tcexec/response.h   the answer: HTTP reader, Result and RequestId, error classes
 *   tcexec/transport.h  the port contract: four functions
 *   tcexec/proxy.h      a tunnel through an HTTP proxy, over a transport
 *   tcexec/call.h       the whole call, step by step or blocking
 *   tcexec/retry.h      when to try again, and how fast to call
 *   tcexec/trace.h      events for progress displays and logs
 *   tcexec/private.h    structures that are visible so that their size is known
 *   tcexec/tls.h        TLS over a transport (not included here: a modem may have its own)
 *
 * Rules that hold everywhere:
 *
 *   Memory     No heap, no static state, no recursion. Every object is the caller's; structures are visible so
 *              that their size is known, and their fields are the library's own unless described.
 *   NULL       A pointer may be NULL only where that is written; where a function checks it, TCX_E_NULL.
 *   Ownership  Pointers that are given are borrowed, for the time that is written at the function.
 *   Aliasing   Outputs overlap no inputs, unless written.
 *   Errors     0 or a negative tcx_status. After an error an output is untouched or wiped, never partial.
 *   Threads    Objects are not shared: one thread at a time for each. Different objects are independent.
 *   Time       Seconds since 1970-01-01 UTC in 64 bits; ticks are milliseconds in 32 bits that may wrap; arguments all.
 *   Secrets    Derived keys are wiped on every exit. No error text holds a secret.
 */
#ifndef TCEXEC_H
#define TCEXEC_H

#define TCX_VERSION "0.1.0"

#include <tcexec/call.h>
#include <tcexec/proxy.h>
#include <tcexec/request.h>
#include <tcexec/response.h>
#include <tcexec/retry.h>
#include <tcexec/service.h>
#include <tcexec/sign.h>
#include <tcexec/status.h>
#include <tcexec/text.h>
#include <tcexec/trace.h>
#include <tcexec/transport.h>

#endif
