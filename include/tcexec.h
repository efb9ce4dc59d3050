/*
 * tcexec: Tencent Cloud ExecuteFunction (MPS 2019-06-12, VOD 2018-07-17) from a device with a few kilobytes of RAM.
 *
 *   tcexec/status.h     what functions return, and what became of a call
 *   tcexec/text.h       borrowed text, and how to wipe secrets
 *   tcexec/service.h    the services
 *   tcexec/sign.h       credentials and signers
 *   tcexec/request.h    what to call: check it, measure it, build it into a buffer
 *   tcexec/response.h   the answer: HTTP reader, Result and RequestId, error classes
 *   tcexec/transport.h  the port contract: four functions
 *   tcexec/port.h       a platform: link, tick, wait, wall clock, entropy
 *   tcexec/proxy.h      a tunnel through an HTTP proxy, over a transport
 *   tcexec/call.h       the whole call, step by step or blocking
 *   tcexec/retry.h      when to try again, and how fast to call
 *   tcexec/trace.h      events for progress displays and logs
 *   tcexec/bearssl.h    BearSSL's headers, wherever this system has them
 *   tcexec/private.h    private structures: visible only so that their size is known
 *   tcexec/tls.h        TLS over a transport. Not included here: a modem may have its own
 *   tcexec/client.h     the front door: a call in a few lines, over a port. Not included here, because it includes TLS
 *
 * Rules for all headers:
 *
 *   Memory     No heap, no static state, no recursion. You provide every object. Structures are visible so that their
 *              size is known. Fields without a description are private.
 *   NULL       A pointer may be NULL only if its comment says so. A function that checks it returns TCX_E_NULL.
 *   Ownership  The library borrows the pointers that you pass. The comment at the function says for how long.
 *   Aliasing   An output must not overlap an input, unless the comment says so.
 *   Errors     Functions return 0 or a negative tcx_status. After an error an output is untouched or wiped, never
 *              partial, unless the comment says so.
 *   Threads    Only one thread at a time may use an object. Different objects are independent.
 *   Time       Seconds since 1970-01-01 UTC in 64 bits. Ticks are milliseconds in 32 bits and may wrap. All are passed
 *              in as arguments.
 *   Secrets    Functions wipe the keys that they derive to sign. Two objects hold keys until you wipe them: tcx_signer
 *              and tcx_tls. A tcx_tls_session is a secret too. No error text contains a secret.
 */
#ifndef TCEXEC_H
#define TCEXEC_H

#define TCX_VERSION "0.1.0"

#include <tcexec/bearssl.h>
#include <tcexec/call.h>
#include <tcexec/port.h>
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
