/*
 * The port: see tcx_port.h. The contract of the four functions is the table at the top of tcexec/transport.h; what
 * stands here is what it means in practice. When all is filled in, run the contract suite, tests/transport/.
 *
 * The four functions are called from tcx_call_step() only, one at a time, never from an interrupt. None of them may
 * wait, not even for a millisecond: one that cannot go on says what it waits for and is called again.
 */
#include "tcx_port.h"

enum { CLOSED, OPENING, OPEN };

/*
 * Starts to connect, or goes on with it. Called with the same peer until it returns 1 or fails.
 *
 * Dial peer->address and peer->port; peer->name is for TLS. The address is a name, or a number as text. It has a length
 * and NO zero byte at its end: copy it into a buffer of yours before you give it to a function that takes a string.
 *
 *   1               the link is up: the other side has answered, not: the dial has begun
 *   TCX_WANT_WRITE  the dial is under way, and what ends it counts as room to send (a socket that connects)
 *   TCX_WANT_READ   the dial is under way, and what ends it is received (a modem's CONNECT, an answer from DNS)
 *   your number     it failed. Give up by yourself in time, or leave it to the call's deadline, which then closes
 *   0               open has returned 1, and close was not called yet. The link belongs to the call that opened it:
 *                   another call may want another host. It ends with TCX_E_TRANSPORT_CONTRACT
 */
static int port_open(void *context, const tcx_peer *peer)
{
    tcx_port *port = context;

    (void)peer;
    switch (port->state) {
    case CLOSED:
        /* TODO: empty the rings: bytes may have come since close. Begin to connect, and set `state` to OPENING. */
        return TCX_PORT_NO_OPEN;
    case OPENING:
        /* TODO: look how far it is; when the link is up, set `state` to OPEN. */
        return TCX_PORT_NO_OPEN;
    default:
        return 0;
    }
}

/*
 * Sends from `bytes`: as many as there is room for just now, up to `length` (1 … TCX_TRANSFER_MAX).
 *
 * Copy them, or be through with them before you return: the memory is used again at once. Return how many you took,
 * exactly: those before it are never offered again, those behind it always are. With no room at all take nothing and
 * return TCX_WANT_WRITE; never 0. If the link is gone, TCX_CLOSED or a number of yours.
 */
static int port_send(void *context, const void *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
    /* TODO */
    return TCX_PORT_NO_SEND;
}

/*
 * Receives into `bytes`: what is there just now, up to `length`. Keep the rest for the next call.
 *
 * With nothing there return TCX_WANT_READ; never 0. When the peer has closed return TCX_CLOSED, but hand over first all
 * that came before: read the carrier first, and go by it only if no byte was there. BSD's recv() says 0 for the end and
 * -1 with EAGAIN for nothing; other stacks say 0 for nothing. Never TCX_CLOSED_CLEAN: that is for layers that can prove
 * it.
 */
static int port_recv(void *context, void *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
    /* TODO */
    return TCX_PORT_NO_RECV;
}

/*
 * Ends the link at once, also one that open has not brought up: a dial under way is given up. Called once for each
 * link, also after a failure. Afterwards open must work again, and no byte of this link may show up in the next: empty
 * the rings, forget the error. What send took and is still on its way may be lost: the answer is there by now, or it
 * no longer matters.
 */
static void port_close(void *context)
{
    tcx_port *port = context;

    /* TODO: hang up, empty what was received. */
    port->state = CLOSED;
}

void tcx_port_init(tcx_port *port)
{
    const tcx_transport transport = { port, port_open, port_send, port_recv, port_close, NULL, NULL };

    memset(port, 0, sizeof *port);
    port->transport = transport;
}

/*
 * The tick: milliseconds since any moment, in 32 bits that may wrap. It must never go back and should run on in sleep:
 * deadlines are measured by it. TODO: return the system's (HAL_GetTick(), k_uptime_get_32(), a timer). Until then every
 * look counts as a millisecond, so that a call ends even so.
 */
static uint32_t port_tick(void *context)
{
    tcx_port *port = context;

    return port->looks++;
}

/*
 * Waits: returns when what `wants` names is so (TCX_READ: something came or the peer closed; TCX_WRITE: there is room,
 * or a dial came to an end), after `time_left` ms in any case, or earlier for any reason. With TCX_TIME nothing but
 * time is waited for. TODO: sleep until an interrupt (WFI), take a semaphore that the interrupts give, or poll(). Until
 * then it returns at once: that is right, and burns power.
 */
static void port_wait(void *context, unsigned wants, uint32_t time_left)
{
    (void)context;
    (void)wants;
    (void)time_left;
}

tcx_waiter tcx_port_waiter(tcx_port *port)
{
    const tcx_waiter waiter = { port, port_tick, port_wait };

    return waiter;
}

/*
 * The wall clock signs the request, and certificates are checked against it. The service allows five minutes. Until it
 * is set return 0, which a call refuses before it dials; never a made-up date. TODO: read an RTC that was set by the
 * network, SNTP or GNSS. Without any of them see port/README.md.
 */
int64_t tcx_port_unix_time(void)
{
    return 0;
}

/*
 * Entropy: fills `out` with `length` bytes of a hardware generator and returns `length`. Each connection asks for
 * TCX_TLS_SEED of them. rand(), a counter, a serial number or uninitialised RAM are no entropy: TLS keys that are made
 * of them can be guessed. When the generator reports a fault return a negative number: no byte is sent then. TODO
 */
int tcx_port_entropy(void *context, void *out, size_t length)
{
    (void)context;
    (void)out;
    (void)length;
    return TCX_PORT_NO_ENTROPY;
}
