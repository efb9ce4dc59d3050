#include "tcx_contract.h"

/*
 * Functions here return 0 after a failure, with `problem` set. So 0 is never the result of a transport: judge() turns
 * that 0 into a failure, too.
 */

enum { GUARD = 8, FILL = 0xA5, SMALL = 64, FEW = 16, ROUNDS = 8, SUM_SIZE = 4 };

static int blame(tcx_contract *c, const char *problem, int number)
{
    c->problem = problem;
    c->number = number;
    return 0;
}

/* Keeps the first problem: later ones often follow from it. */
static int fail(tcx_contract *c, const char *problem, int number)
{
    return c->problem != NULL ? 0 : blame(c, problem, number);
}

/* ---- settings and the two halves of the buffer ---- */

static uint32_t now(const tcx_contract *c)
{
    return c->port->tick(c->port->context);
}

static uint32_t bulk(const tcx_contract *c)
{
    return c->bulk != 0 ? c->bulk : (uint32_t)1 << 20;
}

static uint32_t longest(const tcx_contract *c)
{
    return c->longest != 0 ? c->longest : 100;
}

static uint32_t patience(const tcx_contract *c)
{
    return c->patience != 0 ? c->patience : 5000;
}

/* How long the peer stays idle. It is longer than a function may take, so a function that waits for the peer fails. */
static uint32_t pause_length(const tcx_contract *c)
{
    return 3 * longest(c);
}

/* The largest transfer, in bytes. */
static size_t largest(const tcx_contract *c)
{
    size_t half = c->buffer_size / 2 - GUARD;

    return half < TCX_TRANSFER_MAX ? half : TCX_TRANSFER_MAX;
}

static unsigned char *outgoing(const tcx_contract *c)
{
    return c->buffer;
}

static unsigned char *incoming(const tcx_contract *c)
{
    return outgoing(c) + largest(c);
}

/* ---- bytes ---- */

static unsigned char pattern(uint32_t at)
{
    return (unsigned char)(((at + 1) * 2654435761u & 0xFFFFFFFFu) >> 24);
}

/* Continues an Adler-32. */
static uint32_t add_to_sum(uint32_t sum, const unsigned char *bytes, size_t length)
{
    uint32_t low = sum & 0xFFFF, high = sum >> 16;

    while (length-- > 0) {
        low = (low + *bytes++) % 65521;
        high = (high + low) % 65521;
    }
    return high << 16 | low;
}

/* A pseudo-random number from 1 to `most`, the same on every machine. */
static size_t some(tcx_contract *c, size_t most)
{
    c->seed = c->seed * 1664525u + 1013904223u;
    return (c->seed >> 16) % most + 1;
}

/* ---- calls of the four functions, with checks ---- */

static int timed(tcx_contract *c, uint32_t began)
{
    uint32_t took = now(c) - began;

    if (took > c->slowest)
        c->slowest = took;
    return took <= longest(c) || fail(c, "a function blocked (time in ms): return at once instead", (int)took);
}

/* Checks what holds for every function. */
static int judge(tcx_contract *c, uint32_t began, int result, size_t most)
{
    if (result == 0)
        return fail(c, "a function returned 0: see the table of return values in tcexec/transport.h", 0);
    if (result > 0 && (size_t)result > most)
        return fail(c, "a function returned more than it was asked for: return the byte count; open: 1", result);
    return timed(c, began) ? result : 0;
}

static int is_wait(int result)
{
    return result == TCX_WANT_READ || result == TCX_WANT_WRITE || result == TCX_AGAIN;
}

static int do_open(tcx_contract *c, const tcx_peer *peer)
{
    uint32_t began = now(c);
    int result;

    c->is_open = 1;
    result = judge(c, began, c->transport->open(c->transport->context, peer), 1);
    if (result == TCX_CLOSED || result == TCX_CLOSED_CLEAN)
        return fail(c, "open returned closed: return an error number of your own", result);
    return result;
}

static int do_send(tcx_contract *c, size_t length)
{
    uint32_t began = now(c);
    int result = judge(c, began, c->transport->send(c->transport->context, outgoing(c), length), length);

    if (result > 0 && (size_t)result < length)
        c->short_sends++;
    if (result > 0)
        c->sum = add_to_sum(c->sum, outgoing(c), (size_t)result);
    if (result == TCX_CLOSED_CLEAN)
        return fail(c, "send returned TCX_CLOSED_CLEAN: only recv may return it", result);
    /* After send, the memory belongs to the caller. This catches a transport that still reads from it. */
    memset(outgoing(c), FILL, length);
    return result;
}

static int do_recv(tcx_contract *c, size_t length)
{
    uint32_t began = now(c);
    int result, i;

    memset(incoming(c) + length, FILL, GUARD);
    result = judge(c, began, c->transport->recv(c->transport->context, incoming(c), length), length);
    for (i = 0; i < GUARD; i++) {
        if (incoming(c)[length + (size_t)i] != FILL)
            return fail(c, "recv wrote past the end of the buffer: write at most `length` bytes", i);
    }
    if (result == TCX_CLOSED_CLEAN && !c->has_end_mark)
        return fail(c, "recv returned TCX_CLOSED_CLEAN: a plain link must return TCX_CLOSED", result);
    return result;
}

static int do_close(tcx_contract *c)
{
    uint32_t began = now(c);

    c->transport->close(c->transport->context);
    c->is_open = 0;
    return timed(c, began);
}

/* ---- waiting ---- */

static void progress(tcx_contract *c)
{
    c->since = now(c);
}

/* Adds what a result waits for. Any other result is a failure. */
static int note(tcx_contract *c, int result, unsigned *wants, int *again)
{
    if (result == TCX_AGAIN)
        *again = 1;
    else if (result == TCX_WANT_READ)
        *wants |= TCX_READ;
    else if (result == TCX_WANT_WRITE)
        *wants |= TCX_WRITE;
    else if (result == TCX_CLOSED || result == TCX_CLOSED_CLEAN)
        return fail(c, "the link returned closed, but the peer did not close it", result);
    else
        return fail(c, "the link failed: look up this error number of the port", result);
    c->wants |= *wants;
    return 1;
}

/* Waits for what the transport asked for, and for nothing else. */
static int await(tcx_contract *c, unsigned wants, int again)
{
    uint32_t gone = now(c) - c->since;

    if (!again && gone < patience(c))
        c->port->wait(c->port->context, wants, patience(c) - gone);
    if (now(c) - c->since < patience(c))
        return 1;
    if (again)
        return fail(c, "TCX_AGAIN was returned for too long: return it only after work was done", TCX_AGAIN);
    return fail(c, "the wait brought no progress: check this return value, and the port's wait",
                wants == TCX_READ    ? TCX_WANT_READ
                : wants == TCX_WRITE ? TCX_WANT_WRITE
                                     : TCX_AGAIN);
}

static int await_result(tcx_contract *c, int result)
{
    unsigned wants = 0;
    int again = 0;

    return note(c, result, &wants, &again) && await(c, wants, again);
}

static void pass_time(tcx_contract *c, uint32_t time)
{
    uint32_t began = now(c), gone;

    while ((gone = now(c) - began) < time)
        c->port->wait(c->port->context, TCX_TIME, time - gone);
}

/* ---- parts of the checks ---- */

static int dial_to(tcx_contract *c, const tcx_peer *peer)
{
    int result;

    progress(c);
    while ((result = do_open(c, peer)) < 0) {
        if (!is_wait(result))
            return fail(c, "open failed: look up this error number of the port", result);
        if (!await_result(c, result))
            return 0;
    }
    return result;
}

static int dial(tcx_contract *c)
{
    return dial_to(c, &c->peer);
}

static size_t put_text(unsigned char *to, const char *text)
{
    size_t length = strlen(text);

    memcpy(to, text, length);
    return length;
}

static size_t put_number(unsigned char *to, uint32_t number)
{
    unsigned char digits[10];
    size_t length = 0, i;

    do
        digits[length++] = (unsigned char)('0' + number % 10);
    while ((number /= 10) != 0);
    for (i = 0; i < length; i++)
        to[i] = digits[length - 1 - i];
    return length;
}

/* Sends a command. NONE: the command does not have this number. */
#define NONE 0xFFFFFFFFu
static int command(tcx_contract *c, const char *word, uint32_t time, uint32_t count)
{
    unsigned char line[40], *end = line + put_text(line, word);
    size_t length, sent = 0;
    int result;

    if (time != NONE) {
        *end++ = ' ';
        end += put_number(end, time);
    }
    if (count != NONE) {
        *end++ = ' ';
        end += put_number(end, count);
    }
    *end++ = '\n';
    length = (size_t)(end - line);
    progress(c);
    while (sent < length) {
        memcpy(outgoing(c), line + sent, length - sent);
        result = do_send(c, length - sent);
        if (result > 0) {
            sent += (size_t)result;
            progress(c);
        } else if (result == 0 || !await_result(c, result)) {
            return 0;
        }
    }
    c->sum = 1;
    return 1;
}

/* Compares the received bytes with the pattern from `at` on. */
static int compare(tcx_contract *c, uint32_t at, size_t length)
{
    size_t i;

    for (i = 0; i < length; i++) {
        if (incoming(c)[i] != pattern(at + (uint32_t)i))
            return fail(c, "wrong bytes came, from this offset on: look for lost, repeated or overwritten bytes",
                        (int)(at + (uint32_t)i));
    }
    return 1;
}

/*
 * Sends `out` bytes of the pattern and receives `in` bytes of it at the same time, in pieces of up to `most` bytes.
 * After a send that moved nothing, offers the same bytes again, perhaps with more bytes after them.
 */
static int pump(tcx_contract *c, uint32_t out, uint32_t in, size_t most)
{
    uint32_t sent = 0, got = 0;
    size_t offered = 0, length, i;

    progress(c);
    while (sent < out || got < in) {
        unsigned wants = 0;
        int result, again = 0, moved = 0;

        if (sent < out) {
            length = some(c, most);
            length = length > offered ? length : offered;
            length = length < out - sent ? length : out - sent;
            for (i = 0; i < length; i++)
                outgoing(c)[i] = pattern(sent + (uint32_t)i);
            result = do_send(c, length);
            if (result > 0) {
                sent += (uint32_t)result;
                offered = 0;
                moved = 1;
            } else {
                offered = length;
                if (result == 0 || !note(c, result, &wants, &again))
                    return 0;
            }
        }
        if (got < in) {
            length = some(c, most);
            length = length < in - got ? length : in - got;
            result = do_recv(c, length);
            if (result > 0) {
                if (!compare(c, got, (size_t)result))
                    return 0;
                got += (uint32_t)result;
                moved = 1;
            } else if (result == 0 || !note(c, result, &wants, &again)) {
                return 0;
            }
        }
        if (moved)
            progress(c);
        else if (!await(c, wants, again))
            return 0;
    }
    return 1;
}

/* Sends to a `sink` and compares its checksum. */
static int fill_sink(tcx_contract *c, uint32_t time, uint32_t count, size_t most)
{
    unsigned char told[SUM_SIZE], should[SUM_SIZE];
    size_t got = 0;
    int result, i;

    if (!command(c, "sink", time, count) || !pump(c, count, 0, most))
        return 0;
    for (i = 0; i < SUM_SIZE; i++)
        should[i] = (unsigned char)(c->sum >> (24 - 8 * i));
    progress(c);
    while (got < SUM_SIZE) {
        result = do_recv(c, SUM_SIZE - got);
        if (result > 0) {
            memcpy(told + got, incoming(c), (size_t)result);
            got += (size_t)result;
            progress(c);
        } else if (result == 0) {
            return 0;
        } else if (!await_result(c, result)) {
            return blame(c, "no checksum came: send returned more than the peer got. Count only bytes taken", result);
        }
    }
    return memcmp(told, should, SUM_SIZE) == 0 ||
           fail(c, "the peer got wrong bytes: look for repeated or swapped bytes, or memory used after send returned",
                (int)count);
}

/* Receives up to `most` bytes of the pattern, until the link ends. Returns how it ended, and the count in `*got`. */
static int receive_to_end(tcx_contract *c, uint32_t most, uint32_t *got)
{
    int result;

    *got = 0;
    progress(c);
    for (;;) {
        result = do_recv(c, some(c, largest(c)));
        if (result > 0) {
            if (*got + (uint32_t)result > most)
                return fail(c, "recv returned more bytes than the peer sent: look for repeated bytes", result);
            if (!compare(c, *got, (size_t)result))
                return 0;
            *got += (uint32_t)result;
            progress(c);
        } else if (result == 0 || !is_wait(result)) {
            return result;
        } else if (!await_result(c, result)) {
            return 0;
        }
    }
}

static int echo(tcx_contract *c)
{
    return command(c, "echo", NONE, SMALL) && pump(c, SMALL, SMALL, SMALL);
}

/* Whether the link still works after a close. */
static int works_again(tcx_contract *c)
{
    return do_close(c) && dial(c) && echo(c);
}

/* ---- the checks ---- */

static int check_open(tcx_contract *c)
{
    return dial(c);
}

/* The texts of a peer have a length and no zero byte after it. */
static int check_text(tcx_contract *c)
{
    char text[SMALL];
    tcx_peer peer = c->peer;

    if (peer.address.length == 0 || peer.address.length >= sizeof text)
        return 1;
    memset(text, '7', sizeof text);
    memcpy(text, peer.address.bytes, peer.address.length);
    text[sizeof text - 1] = '\0';
    peer.address.bytes = text;
    if (dial_to(c, &peer) == 0)
        return 0;
    memset(text, 0, sizeof text); /* open has returned 1: the text is not borrowed any more */
    return echo(c);
}

/* A link belongs to the call that opened it. Another call may want another host. */
static int check_open_twice(tcx_contract *c)
{
    uint32_t began;
    int result;

    if (!dial(c))
        return 0;
    progress(c);
    do {
        began = now(c);
        result = c->transport->open(c->transport->context, &c->peer);
        if (!timed(c, began) || (is_wait(result) && !await_result(c, result)))
            return 0;
    } while (is_wait(result));
    if (result != 0)
        return fail(c, "open was called on an open link: it must return 0 until close", result);
    return echo(c);
}

static int check_want_read(tcx_contract *c)
{
    return dial(c) && command(c, "source", pause_length(c), 1) && pump(c, 0, 1, 1);
}

static int check_echo(tcx_contract *c)
{
    return dial(c) && echo(c) && echo(c);
}

static int check_pieces(tcx_contract *c)
{
    return dial(c) && command(c, "echo", NONE, 8 * SMALL) && pump(c, 8 * SMALL, 8 * SMALL, 1);
}

/* Receives on an idle link. */
static int recv_nothing(tcx_contract *c)
{
    int result, turn = 0;

    do
        result = do_recv(c, largest(c));
    while (result == TCX_AGAIN && ++turn < ROUNDS);
    if (result > 0)
        return fail(c, "recv returned bytes that nobody sent: empty your buffers in open and close", result);
    if (result == 0 || result == TCX_WANT_READ)
        return result;
    if (is_wait(result))
        return fail(c, "no bytes have come, and recv does not return TCX_WANT_READ: the caller spins", result);
    return fail(c, "the link failed, but the peer was only silent: return TCX_WANT_READ", result);
}

static int check_silent(tcx_contract *c)
{
    uint32_t began;

    if (!dial(c) || !command(c, "silent", NONE, NONE))
        return 0;
    for (began = now(c); now(c) - began < pause_length(c); pass_time(c, longest(c) / 4 + 1)) {
        if (recv_nothing(c) == 0)
            return 0;
    }
    return pump(c, SMALL, 0, SMALL);
}

/* The peer takes nothing for a while, so that all buffers fill up. */
static int check_want_write(tcx_contract *c)
{
    return dial(c) && fill_sink(c, pause_length(c), bulk(c), largest(c)) && echo(c);
}

static int check_send(tcx_contract *c)
{
    return dial(c) && fill_sink(c, 0, bulk(c), largest(c)) && fill_sink(c, 0, bulk(c) / 16, SMALL) && echo(c);
}

static int check_recv(tcx_contract *c)
{
    return dial(c) && command(c, "source", 0, bulk(c)) && pump(c, 0, bulk(c), largest(c)) &&
           command(c, "source", 0, bulk(c) / 16) && pump(c, 0, bulk(c) / 16, SMALL) && echo(c);
}

static int check_both(tcx_contract *c)
{
    return dial(c) && command(c, "echo", NONE, bulk(c)) && pump(c, bulk(c), bulk(c), largest(c)) && echo(c);
}

/* Nobody receives for a while: the bytes must be kept or held back, and not dropped. */
static int check_late(tcx_contract *c)
{
    if (!dial(c) || !command(c, "source", 0, bulk(c)))
        return 0;
    pass_time(c, pause_length(c));
    return pump(c, 0, bulk(c), largest(c)) && echo(c);
}

static int check_close_with(tcx_contract *c, uint32_t count)
{
    uint32_t got;
    int result;

    if (!dial(c) || !command(c, "close", NONE, count))
        return 0;
    result = receive_to_end(c, count, &got);
    if (result == 0)
        return 0;
    if (got < count)
        return fail(c, "recv reported the end before the last bytes: return all bytes first", (int)got);
    if (result != (c->has_end_mark ? TCX_CLOSED_CLEAN : TCX_CLOSED))
        return fail(c, "the peer closed, and recv did not return TCX_CLOSED; TLS: TCX_CLOSED_CLEAN", result);
    return works_again(c);
}

static int check_close(tcx_contract *c)
{
    return check_close_with(c, 16 * SMALL + 1);
}

static int check_close_now(tcx_contract *c)
{
    return check_close_with(c, 0);
}

/* After the peer has closed, send must fail in the end. TCP learns of it only from the answer to a first send. */
static int check_send_closed(tcx_contract *c)
{
    uint32_t got;
    int result;

    if (!dial(c) || !command(c, "close", NONE, 0) || receive_to_end(c, 0, &got) == 0)
        return 0;
    progress(c);
    do {
        memset(outgoing(c), FILL, SMALL);
        result = do_send(c, SMALL);
        if (result == 0)
            return 0;
        if (now(c) - c->since >= patience(c))
            return fail(c, "the peer has closed, and send never fails: return TCX_CLOSED or an error number", result);
        pass_time(c, 1);
    } while (result > 0 || is_wait(result));
    return works_again(c);
}

/* Bytes that were in transit when the link broke may be lost. */
static int check_reset(tcx_contract *c)
{
    uint32_t got;

    return dial(c) && command(c, "reset", NONE, SMALL) && receive_to_end(c, SMALL, &got) != 0 && works_again(c);
}

/* Bytes of a closed link must not appear on the next. */
static int check_fresh(tcx_contract *c)
{
    return dial(c) && command(c, "source", 0, 16 * SMALL) && pump(c, 0, 1, 1) && works_again(c);
}

/* A new link, on which no command was sent yet, has nothing to receive. */
static int is_new(tcx_contract *c)
{
    return dial(c) && recv_nothing(c) != 0 && echo(c);
}

/* So few bytes that a port may hold all of them in its own buffer. */
static int check_unread(tcx_contract *c)
{
    if (!dial(c) || !command(c, "source", 0, FEW))
        return 0;
    pass_time(c, pause_length(c));
    return do_close(c) && is_new(c);
}

/* A peer on a wire does not notice a close. One byte fits any UART, even one without a FIFO. */
static int check_between(tcx_contract *c)
{
    if (!dial(c) || !command(c, "source", pause_length(c), 1) || !do_close(c))
        return 0;
    pass_time(c, 2 * pause_length(c));
    return is_new(c);
}

static int check_half_open(tcx_contract *c)
{
    int round, result;

    for (round = 0; round < ROUNDS; round++) {
        result = do_open(c, &c->peer);
        if (result < 0 && !is_wait(result))
            return fail(c, "open failed: look up this error number of the port", result);
        if (result == 0 || !do_close(c))
            return 0;
    }
    return dial(c) && echo(c);
}

static int check_reopen(tcx_contract *c)
{
    int round;

    for (round = 0; round < ROUNDS; round++) {
        if (!dial(c) || !echo(c) || !do_close(c))
            return 0;
    }
    return 1;
}

static int check_refused(tcx_contract *c)
{
    int result;

    progress(c);
    while (is_wait(result = do_open(c, &c->refusing))) {
        if (!await_result(c, result))
            return 0;
    }
    if (result > 0)
        return fail(c, "open returned 1 for a link that was refused: return an error number", result);
    return result != 0 && works_again(c);
}

static int check_unanswered(tcx_contract *c)
{
    uint32_t began = now(c);
    int result;

    while (is_wait(result = do_open(c, &c->unanswering))) {
        if (now(c) - began >= pause_length(c))
            return works_again(c);
        pass_time(c, longest(c) / 4 + 1);
    }
    if (result > 0)
        return fail(c, "open returned 1 for a link that nobody answered: return TCX_WANT_WRITE until then", result);
    return result != 0 && works_again(c); /* it failed earlier, which is allowed */
}

static const struct {
    const char *name;
    const char *text;
    int (*run)(tcx_contract *c);
} checks[TCX_CONTRACT_CHECKS] = {
    { "open", "open returns what it waits for, and 1 in the end", check_open },
    { "text", "open takes the length of an address, and needs no zero byte after it", check_text },
    { "open-twice", "open returns 0 for an open link, and does not change the link", check_open_twice },
    { "want-read", "recv returns at once when no bytes have come, and the wait ends when bytes come", check_want_read },
    { "echo", "a few bytes come back from the peer", check_echo },
    { "pieces", "one byte at a time", check_pieces },
    { "silent", "a peer that sends nothing is not a failure", check_silent },
    { "want-write", "send returns at once when there is no room, and the wait ends with room", check_want_write },
    { "send", "sends many bytes: all of them, once, in order", check_send },
    { "recv", "receives many bytes: all of them, once, in order", check_recv },
    { "both", "sends and receives many bytes at the same time", check_both },
    { "late", "many bytes come, and the caller reads them late", check_late },
    { "close", "the peer sends and closes: recv returns all bytes, then TCX_CLOSED", check_close },
    { "close-now", "the peer closes without a byte", check_close_now },
    { "send-closed", "send to a peer that has closed fails in the end", check_send_closed },
    { "reset", "a broken link ends, and can be opened again", check_reset },
    { "fresh", "a new link has no bytes of the previous link", check_fresh },
    { "unread", "close discards the bytes that nobody read", check_unread },
    { "between", "bytes that come between two links are discarded", check_between },
    { "half-open", "close works before open has returned 1", check_half_open },
    { "reopen", "open and close work again and again", check_reopen },
    { "refused", "open fails when the peer refuses, and the next open works", check_refused },
    { "unanswered", "open does not block when nobody answers, and the next open works", check_unanswered },
};

const char *tcx_contract_name(size_t check)
{
    return check < TCX_CONTRACT_CHECKS ? checks[check].name : NULL;
}

const char *tcx_contract_text(size_t check)
{
    return check < TCX_CONTRACT_CHECKS ? checks[check].text : NULL;
}

static int is_left_out(const tcx_contract *c, size_t check)
{
    return (checks[check].run == check_refused && c->refusing.port == 0) ||
           (checks[check].run == check_unanswered && c->unanswering.port == 0) ||
           (checks[check].run == check_reset && c->no_reset);
}

int tcx_contract_check(tcx_contract *c, size_t check)
{
    c->problem = NULL;
    c->number = 0;
    if (check >= TCX_CONTRACT_CHECKS || c->buffer_size < TCX_CONTRACT_BUFFER_MIN) {
        (void)fail(c, "no such check, or buffer_size is less than TCX_CONTRACT_BUFFER_MIN", (int)c->buffer_size);
        return -1;
    }
    if (is_left_out(c, check))
        return 0;
    c->seed = (uint32_t)check;
    if (!checks[check].run(c))
        (void)fail(c, "failed", 0);
    if (c->is_open)
        (void)do_close(c);
    return c->problem == NULL ? 1 : -1;
}

size_t tcx_contract_run(tcx_contract *c, const char **failed, size_t room)
{
    const char *problem = NULL;
    size_t count = 0, check;
    int number = 0;

    for (check = 0; check < TCX_CONTRACT_CHECKS; check++) {
        if (tcx_contract_check(c, check) >= 0)
            continue;
        if (count == 0) {
            problem = c->problem;
            number = c->number;
        }
        if (count < room)
            failed[count] = checks[check].name;
        count++;
    }
    c->problem = problem;
    c->number = number;
    return count;
}

const char *tcx_contract_note(const tcx_contract *c)
{
    return c->short_sends > 0 ? NULL
                              : "every send took all bytes that it was offered, so a port that drops the rest would "
                                "pass. Give a larger buffer, up to TCX_CONTRACT_BUFFER_MAX, or a larger bulk";
}
