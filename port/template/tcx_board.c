/*
 * The port: see tcx_board.h. The table at the top of tcexec/transport.h is the contract of the four functions. The
 * comments here say what it means in practice. When everything is filled in, run the contract suite, tests/transport/.
 *
 * Only tcx_call_step() calls the four functions, one at a time, never from an interrupt. None of them may wait, not
 * even for a millisecond. A function that cannot continue returns what it waits for, and is called again.
 */
#include "tcx_board.h"

enum { CLOSED, OPENING, OPEN };

/*
 * Starts to connect, or continues to. Called with the same peer until it returns 1 or fails.
 *
 * Dial peer->address and peer->port. peer->name is for TLS. The address is a name, or a number as text. It has a length
 * and NO zero byte at its end: copy it into a buffer of yours before you pass it to a function that takes a string.
 *
 * Return
 *
 *   1               when the link is up: the other side has answered. It is not enough that the dial has begun
 *   TCX_WANT_WRITE  while dialling, if the end of the dial shows as room to send (a socket that connects)
 *   TCX_WANT_READ   while dialling, if the end of the dial shows as received bytes (a modem's CONNECT, a DNS answer)
 *   your number     when the dial failed. Set a time limit, or leave that to the call's deadline, which then closes
 *   0               if open has returned 1 and close was not called since. The link belongs to the call that opened it,
 *                   and another call may want another host. That call ends with TCX_E_TRANSPORT_CONTRACT
 */
static int board_open(void *context, const tcx_peer *peer)
{
    tcx_board *board = context;

    (void)peer;
    switch (board->state) {
    case CLOSED:
        /* TODO: empty the rings: bytes may have come since close. Start to connect, and set `state` to OPENING. */
        return TCX_BOARD_NO_OPEN;
    case OPENING:
        /* TODO: check the progress. When the link is up, set `state` to OPEN and return 1. */
        return TCX_BOARD_NO_OPEN;
    default:
        return 0;
    }
}

/*
 * Sends from `bytes`: as many as there is room for now, up to `length` (1 … TCX_TRANSFER_MAX).
 *
 * Copy the bytes, or finish with them before you return: the library uses the memory again at once. Return exactly how
 * many you took: the library never offers these again, and always offers the rest. If there is no room at all, take
 * nothing and return TCX_WANT_WRITE, never 0. If the link is gone, return TCX_CLOSED or a number of yours.
 */
static int board_send(void *context, const void *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
    /* TODO */
    return TCX_BOARD_NO_SEND;
}

/*
 * Receives into `bytes`: what is there now, up to `length`. Keep the rest for the next call.
 *
 * If nothing is there, return TCX_WANT_READ, never 0. If the peer has closed, return TCX_CLOSED, but first deliver all
 * bytes that came before: read the carrier before the bytes, and use its value only if no byte was there. BSD's recv()
 * returns 0 at the end, and -1 with EAGAIN for nothing. Other stacks return 0 for nothing. Never return
 * TCX_CLOSED_CLEAN: it is for layers that can prove a clean end.
 */
static int board_recv(void *context, void *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
    /* TODO */
    return TCX_BOARD_NO_RECV;
}

/*
 * Ends the link at once. If open is still dialling, gives up the dial. Called once for each link, also after a failure.
 * Afterwards open must work again, and no byte of this link may appear on the next one: empty the rings and reset the
 * error. Bytes that send took and that are still on their way may be lost: the answer is there by now, or it no longer
 * matters.
 */
static void board_close(void *context)
{
    tcx_board *board = context;

    /* TODO: hang up, empty what was received. */
    board->state = CLOSED;
}

/*
 * The tick: milliseconds since any moment, in 32 bits that may wrap. Deadlines are measured with it, so it must never
 * go back, and should continue during sleep. TODO: return the system's tick (HAL_GetTick(), k_uptime_get_32(), a
 * timer). Until then each reading counts as a millisecond, so that a call still ends.
 */
static uint32_t board_tick(void *context)
{
    tcx_board *board = context;

    return board->looks++;
}

/*
 * Waits until one of the events in `wants` is true (TCX_READ: bytes came, or the peer closed; TCX_WRITE: there is room,
 * or a dial ended), and at most for `time_left` ms. It may return earlier for any reason. TCX_TIME waits only for the
 * time. TODO: sleep until an interrupt (WFI), take a semaphore that the interrupts give, or call poll(). Until then it
 * returns at once. That is correct, but wastes power.
 */
static void board_wait(void *context, unsigned wants, uint32_t time_left)
{
    (void)context;
    (void)wants;
    (void)time_left;
}

/*
 * The wall clock signs the request, and certificates are checked against it. The service allows a difference of five
 * minutes. Until the clock is set, return 0, and never an invented date: a call refuses 0 before it dials. TODO: read
 * an RTC that was set by the network, SNTP or GNSS. For a device with none of them, see port/README.md.
 */
static int64_t board_unix_time(void *context)
{
    (void)context;
    return 0;
}

/*
 * Entropy: fills `out` with `length` bytes of a hardware generator and returns `length`. Each connection asks for
 * TCX_TLS_SEED bytes. rand(), a counter, a serial number and uninitialised RAM are not entropy: TLS keys made from them
 * can be guessed. If the generator reports a fault, return a negative number. Then no byte is sent. TODO
 */
static int board_entropy(void *context, void *out, size_t length)
{
    (void)context;
    (void)out;
    (void)length;
    return TCX_BOARD_NO_ENTROPY;
}

void tcx_board_init(tcx_board *board)
{
    const tcx_transport transport = { board, board_open, board_send, board_recv, board_close, NULL, NULL };
    const tcx_port port = { &board->transport, board, board_tick, board_wait, board_unix_time, board_entropy };

    memset(board, 0, sizeof *board);
    board->transport = transport;
    board->port = port;
}
