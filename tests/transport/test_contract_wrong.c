/* Tests that the contract suite finds each mistake of a port, by the check that is named, one mistake at a time. */
#include "bench.h"
#include "memory.h"

enum { EXTRA = 4, PACKET = 64 };

/* Waits within the call until something is so, as a blocking function does. */
static void block(memory *m, unsigned wants)
{
    memory_wait(m, wants, 60000);
}

/* ---- open ---- */

static int open_returns_0(void *context, const tcx_peer *peer)
{
    int result = memory_open(context, peer);

    return result == 1 ? 0 : result; /* the 0 of connect() */
}

static int open_returns_2(void *context, const tcx_peer *peer)
{
    int result = memory_open(context, peer);

    return result == 1 ? 2 : result;
}

static int open_returns_a_positive_error(void *context, const tcx_peer *peer)
{
    int result = memory_open(context, peer);

    return result == MEMORY_REFUSED ? -MEMORY_REFUSED : result; /* errno as it is */
}

static int open_blocks(void *context, const tcx_peer *peer)
{
    int result = memory_open(context, peer);

    if (result == TCX_WANT_WRITE) {
        memory_wait(context, TCX_WRITE, 60000);
        result = memory_open(context, peer);
    }
    return result;
}

static int open_says_1_too_soon(void *context, const tcx_peer *peer)
{
    int result = memory_open(context, peer);

    return result == TCX_WANT_WRITE ? 1 : result; /* EINPROGRESS taken for success */
}

static int open_wants_the_wrong_thing(void *context, const tcx_peer *peer)
{
    int result = memory_open(context, peer);

    return result == TCX_WANT_WRITE ? TCX_WANT_READ : result;
}

static int open_is_never_done(void *context, const tcx_peer *peer)
{
    return memory_open(context, peer) < 0 ? TCX_WANT_WRITE : 1; /* a failed dial looks like one under way */
}

static int open_says_closed(void *context, const tcx_peer *peer)
{
    int result = memory_open(context, peer);

    return result == MEMORY_REFUSED ? TCX_CLOSED : result;
}

static int open_works_once(void *context, const tcx_peer *peer)
{
    memory *m = context;
    int result;

    if (m->opens > 0)
        return MEMORY_GONE;
    result = memory_open(context, peer);
    m->opens += result == 1;
    return result;
}

static int open_takes_a_string(void *context, const tcx_peer *peer)
{
    tcx_peer other = *peer;

    other.address = tcx_text_from(peer->address.bytes);
    return memory_open(context, &other);
}

static int open_takes_a_link_that_is_up(void *context, const tcx_peer *peer)
{
    const memory *m = context;

    return m->is_up ? 1 : memory_open(context, peer); /* the state machine rests in its last state */
}

static int open_dials_anew(void *context, const tcx_peer *peer)
{
    const memory *m = context;

    if (m->is_up)
        memory_close(context);
    return memory_open(context, peer);
}

static int open_hangs_up_and_refuses(void *context, const tcx_peer *peer)
{
    const memory *m = context;

    if (!m->is_up)
        return memory_open(context, peer);
    memory_close(context);
    return 0;
}

/* ---- send ---- */

static int send_claims_too_much(void *context, const void *bytes, size_t length)
{
    int result = memory_send(context, bytes, length);

    return result > 0 && (size_t)result == length ? result + 1 : result;
}

static int send_blocks(void *context, const void *bytes, size_t length)
{
    int result = memory_send(context, bytes, length);

    if (result == TCX_WANT_WRITE) {
        block(context, TCX_WRITE);
        result = memory_send(context, bytes, length);
    }
    return result;
}

static int send_claims_all(void *context, const void *bytes, size_t length)
{
    int result = memory_send(context, bytes, length);

    return result > 0 ? (int)length : result; /* the count of a short write is not looked at */
}

static int send_loses_a_byte(void *context, const void *bytes, size_t length)
{
    int result = memory_send(context, bytes, length);

    return result > 0 && (size_t)result < length ? result + 1 : result;
}

static int send_repeats_a_byte(void *context, const void *bytes, size_t length)
{
    int result = memory_send(context, bytes, length);

    return result > 1 && (size_t)result < length ? result - 1 : result;
}

/* Takes some bytes and says, every other time, that it would block because it did not take all. */
static int send_takes_and_would_block(void *context, const void *bytes, size_t length)
{
    memory *m = context;
    int result = memory_send(context, bytes, length);

    return result > 0 && (size_t)result < length && m->held++ % 2 == 0 ? TCX_WANT_WRITE : result;
}

static int send_swaps(void *context, const void *bytes, size_t length)
{
    unsigned char swapped[2];

    if (length == 2) { /* as a ring that is wrongly wrapped */
        swapped[0] = ((const unsigned char *)bytes)[1];
        swapped[1] = ((const unsigned char *)bytes)[0];
        return memory_send(context, swapped, 2);
    }
    return memory_send(context, bytes, length > 2 ? length - 2 : length);
}

static int send_never_wakes(void *context, const void *bytes, size_t length)
{
    memory *m = context;
    int result = m->held ? TCX_WANT_WRITE : memory_send(context, bytes, length);

    m->held = result == TCX_WANT_WRITE; /* the interrupt that says `there is room` was never enabled */
    return result;
}

static int send_wants_the_wrong_thing(void *context, const void *bytes, size_t length)
{
    int result = memory_send(context, bytes, length);

    return result == TCX_WANT_WRITE ? TCX_WANT_READ : result;
}

static int send_fails_when_full(void *context, const void *bytes, size_t length)
{
    int result = memory_send(context, bytes, length);

    return result == TCX_WANT_WRITE ? -11 : result; /* EAGAIN handed on */
}

static int send_says_again_for_ever(void *context, const void *bytes, size_t length)
{
    memory *m = context;
    int result = m->held ? TCX_AGAIN : memory_send(context, bytes, length);

    m->held = result == TCX_WANT_WRITE || result == TCX_AGAIN;
    m->microseconds += m->held * 1000; /* so that five seconds are soon over */
    return result;
}

/* Remembers where the bytes are and takes them later, when they are no longer there. */
static int send_does_not_copy(void *context, const void *bytes, size_t length)
{
    memory *m = context;

    if (m->kept != NULL)
        (void)memory_send(context, m->kept, m->held);
    m->kept = NULL;
    if (length < 32)
        return memory_send(context, bytes, length);
    m->kept = bytes;
    m->held = 32;
    return 32;
}

static int send_says_all_is_well(void *context, const void *bytes, size_t length)
{
    int result = memory_send(context, bytes, length);

    return result == MEMORY_GONE ? (int)length : result;
}

/* ---- recv ---- */

static int recv_returns_0(void *context, void *bytes, size_t length)
{
    int result = memory_recv(context, bytes, length);

    return result == TCX_CLOSED ? 0 : result; /* BSD's recv() */
}

static int recv_returns_0_for_nothing(void *context, void *bytes, size_t length)
{
    int result = memory_recv(context, bytes, length);

    return result == TCX_WANT_READ ? 0 : result;
}

static int recv_claims_too_much(void *context, void *bytes, size_t length)
{
    int result = memory_recv(context, bytes, length);

    return result > 0 && (size_t)result == length ? result + 1 : result;
}

static int recv_returns_a_positive_error(void *context, void *bytes, size_t length)
{
    int result = memory_recv(context, bytes, length);

    return result == MEMORY_BROKEN ? -MEMORY_BROKEN : result;
}

static int recv_blocks(void *context, void *bytes, size_t length)
{
    block(context, TCX_READ);
    return memory_recv(context, bytes, length);
}

/* Writes whole words. */
static int recv_ignores_the_length(void *context, void *bytes, size_t length)
{
    unsigned char more[TCX_TRANSFER_MAX + EXTRA] = { 0 };
    int result = memory_recv(context, more, length);

    if (result > 0)
        memcpy(bytes, more, ((size_t)result + EXTRA - 1) / EXTRA * EXTRA);
    return result;
}

/* Takes a packet and drops what was not asked for. */
static int recv_drops_the_rest(void *context, void *bytes, size_t length)
{
    unsigned char packet[PACKET];
    int result = memory_recv(context, packet, sizeof packet);

    if (result <= 0)
        return result;
    length = length < (size_t)result ? length : (size_t)result;
    memcpy(bytes, packet, length);
    return (int)length;
}

static int recv_swaps(void *context, void *bytes, size_t length)
{
    unsigned char *at = bytes, first;
    int result = memory_recv(context, bytes, length);

    if (result > 700) {
        first = at[0];
        at[0] = at[result - 1];
        at[result - 1] = first;
    }
    return result;
}

/* A buffer of its own that overflows while nobody looks. */
static int recv_overflows(void *context, void *bytes, size_t length)
{
    memory *m = context;

    if (m->in.length == sizeof m->in.bytes)
        m->in.length -= EXTRA;
    return memory_recv(context, bytes, length);
}

static int recv_never_says_closed(void *context, void *bytes, size_t length)
{
    int result = memory_recv(context, bytes, length);

    return result == TCX_CLOSED ? TCX_WANT_READ : result;
}

static int recv_says_closed_too_soon(void *context, void *bytes, size_t length)
{
    memory *m = context;

    return m->end != 0 ? m->end : memory_recv(context, bytes, length); /* the carrier is looked at before the buffer */
}

static int recv_says_closed_for_nothing(void *context, void *bytes, size_t length)
{
    int result = memory_recv(context, bytes, length);

    return result == TCX_WANT_READ ? TCX_CLOSED : result;
}

static int recv_says_closed_clean(void *context, void *bytes, size_t length)
{
    int result = memory_recv(context, bytes, length);

    return result == TCX_CLOSED ? TCX_CLOSED_CLEAN : result;
}

static int recv_reports_an_end_as_an_error(void *context, void *bytes, size_t length)
{
    int result = memory_recv(context, bytes, length);

    return result == TCX_CLOSED ? MEMORY_GONE : result;
}

static int recv_does_not_notice_a_break(void *context, void *bytes, size_t length)
{
    int result = memory_recv(context, bytes, length);

    return result == MEMORY_BROKEN ? TCX_WANT_READ : result;
}

static int recv_wants_the_wrong_thing(void *context, void *bytes, size_t length)
{
    int result = memory_recv(context, bytes, length);

    return result == TCX_WANT_READ ? TCX_WANT_WRITE : result; /* there is always room: it works, and burns power */
}

static int recv_says_again_for_nothing(void *context, void *bytes, size_t length)
{
    int result = memory_recv(context, bytes, length);

    return result == TCX_WANT_READ ? TCX_AGAIN : result;
}

/* Reads ahead, and still has it when the link is another. */
static int recv_keeps_what_was_read(void *context, void *bytes, size_t length)
{
    memory *m = context;
    int result;

    if (m->held == 0) {
        result = memory_recv(context, m->stale, sizeof m->stale);
        if (result <= 0)
            return result;
        m->held = (size_t)result;
    }
    length = length < m->held ? length : m->held;
    memcpy(bytes, m->stale, length);
    m->held -= length;
    memmove(m->stale, m->stale + length, m->held);
    return (int)length;
}

/* ---- close ---- */

static void close_does_nothing(void *context)
{
    (void)context;
}

/* Looks at `connected` only, so that a dial under way goes on. */
static void close_forgets_a_half_open_link(void *context)
{
    memory *m = context;

    if (m->is_up)
        memory_close(context);
}

/* Waits until what was sent has been taken, and for the other side's end. */
static void close_lingers(void *context)
{
    memory_wait(context, TCX_TIME, 1000);
    memory_close(context);
}

static void close_forgets_the_failure(void *context)
{
    memory *m = context;

    if (m->end != MEMORY_BROKEN) /* the error stays set, for ever */
        memory_close(context);
}

static void close_keeps_what_has_come(void *context)
{
    memory *m = context;
    size_t length = m->in.length;

    memory_close(context);
    m->in.length = length; /* the ring is emptied nowhere */
}

/* A wire without a carrier: the peer goes on. The ring is emptied, but only here. */
static void close_empties_the_ring(void *context)
{
    memory *m = context;

    m->in.length = 0;
    m->held = 1; /* closed */
}

static int open_finds_what_has_come(void *context, const tcx_peer *peer)
{
    memory *m = context;
    int result = m->held ? 1 : memory_open(context, peer);

    m->held = 0;
    return result;
}

/* ---- the table ---- */

#define RIGHT memory_open, memory_send, memory_recv, memory_close

static const struct {
    const char *name;
    int (*open)(void *context, const tcx_peer *peer);
    int (*send)(void *context, const void *bytes, size_t length);
    int (*recv)(void *context, void *bytes, size_t length);
    void (*close)(void *context);
    const char *check;   /* that fails; NULL: none, it is right */
    const char *problem; /* how its words begin */
} table[] = {
#define OPEN(function, check, problem)  { #function, function, memory_send, memory_recv, memory_close, check, problem }
#define SEND(function, check, problem)  { #function, memory_open, function, memory_recv, memory_close, check, problem }
#define RECV(function, check, problem)  { #function, memory_open, memory_send, function, memory_close, check, problem }
#define CLOSE(function, check, problem) { #function, memory_open, memory_send, memory_recv, function, check, problem }
    { "the right one", RIGHT, NULL, NULL },
    OPEN(open_returns_0, "open", "a function returned 0"),
    OPEN(open_returns_2, "open", "a function returned more"),
    OPEN(open_returns_a_positive_error, "refused", "a function returned more"),
    OPEN(open_blocks, "unanswered", "a function blocked"),
    OPEN(open_says_1_too_soon, "refused", "open returned 1 for a link"),
    OPEN(open_wants_the_wrong_thing, "open", "the wait brought no progress"),
    OPEN(open_is_never_done, "refused", "the wait brought no progress"),
    OPEN(open_says_closed, "refused", "open returned closed"),
    OPEN(open_works_once, "reopen", "open failed"),
    OPEN(open_takes_a_link_that_is_up, "open-twice", "open was called on an open link"),
    OPEN(open_dials_anew, "open-twice", "open was called on an open link"),
    OPEN(open_hangs_up_and_refuses, "open-twice", "the wait brought no progress"),
    { "open_finds_what_has_come", open_finds_what_has_come, memory_send, memory_recv, close_empties_the_ring, "between",
      "recv returned bytes that nobody" },
    OPEN(open_takes_a_string, "text", "open failed"),
    SEND(send_claims_too_much, "echo", "a function returned more"),
    SEND(send_blocks, "want-write", "a function blocked"),
    SEND(send_claims_all, "send", "no checksum came"),
    SEND(send_loses_a_byte, "send", "no checksum came"),
    SEND(send_repeats_a_byte, "send", "the peer got wrong bytes"),
    SEND(send_takes_and_would_block, "send", "the peer got wrong bytes"),
    SEND(send_swaps, "send", "the peer got wrong bytes"),
    SEND(send_never_wakes, "want-write", "the wait brought no progress"),
    SEND(send_wants_the_wrong_thing, "want-write", "the wait brought no progress"),
    SEND(send_fails_when_full, "want-write", "the link failed"),
    SEND(send_says_again_for_ever, "want-write", "TCX_AGAIN was returned for too long"),
    SEND(send_does_not_copy, "send", "the peer got wrong bytes"),
    SEND(send_says_all_is_well, "send-closed", "the peer has closed, and send"),
    RECV(recv_returns_0, "close", "a function returned 0"),
    RECV(recv_returns_0_for_nothing, "want-read", "a function returned 0"),
    RECV(recv_claims_too_much, "want-read", "a function returned more"),
    RECV(recv_returns_a_positive_error, "reset", ""),
    RECV(recv_blocks, "want-read", "a function blocked"),
    RECV(recv_ignores_the_length, "pieces", "recv wrote past the end"),
    RECV(recv_drops_the_rest, "recv", ""),
    RECV(recv_swaps, "recv", "wrong bytes came"),
    RECV(recv_overflows, "late", "wrong bytes came"),
    RECV(recv_never_says_closed, "close", "the wait brought no progress"),
    RECV(recv_says_closed_too_soon, "close", "recv reported the end before"),
    RECV(recv_says_closed_for_nothing, "silent", "the link failed, but the peer was only silent"),
    RECV(recv_says_closed_clean, "close", "recv returned TCX_CLOSED_CLEAN"),
    RECV(recv_reports_an_end_as_an_error, "close-now", "the peer closed, and recv"),
    RECV(recv_does_not_notice_a_break, "reset", "the wait brought no progress"),
    RECV(recv_wants_the_wrong_thing, "silent", "no bytes have come, and recv"),
    RECV(recv_says_again_for_nothing, "silent", "no bytes have come, and recv"),
    RECV(recv_keeps_what_was_read, "fresh", "wrong bytes came"),
    CLOSE(close_does_nothing, "fresh", ""),
    CLOSE(close_keeps_what_has_come, "unread", "recv returned bytes that nobody"),
    CLOSE(close_forgets_a_half_open_link, "unanswered", ""),
    CLOSE(close_lingers, "open", "a function blocked"),
    CLOSE(close_forgets_the_failure, "reset", ""),
};

static unsigned char buffer[TCX_CONTRACT_BUFFER_MAX];

/* Runs a row, and looks for the check that it names. */
static void run_row(size_t row)
{
    static memory link;
    tcx_contract contract;
    const char *failed[TCX_CONTRACT_CHECKS], *problem = "", *name = "nothing";
    size_t count, i;
    int caught = 0;

    memory_init(&link);
    link.transport.open = table[row].open;
    link.transport.send = table[row].send;
    link.transport.recv = table[row].recv;
    link.transport.close = table[row].close;
    memory_bench(&link, &contract, buffer, sizeof buffer);
    count = tcx_contract_run(&contract, failed, TCX_CONTRACT_CHECKS);
    if (table[row].check == NULL) {
        bench_report(count == 0, "the right one passes all checks");
        return;
    }
    for (i = 0; i < TCX_CONTRACT_CHECKS; i++) {
        /* Again, on a new link: the check must find it by itself, whatever went before. */
        if (strcmp(tcx_contract_name(i), table[row].check) != 0)
            continue;
        memory_init(&link);
        link.transport.open = table[row].open;
        link.transport.send = table[row].send;
        link.transport.recv = table[row].recv;
        link.transport.close = table[row].close;
        name = tcx_contract_name(i);
        if (tcx_contract_check(&contract, i) < 0) {
            problem = contract.problem;
            caught = strncmp(problem, table[row].problem, strlen(table[row].problem)) == 0;
        }
    }
    bench_report(caught && count > 0, "%s: `%s`: %s (%d); %u checks fail, the first is `%s`", table[row].name, name,
                 problem, contract.number, (unsigned)count, count > 0 ? failed[0] : "");
}

int main(void)
{
    size_t row;

    for (row = 0; row < sizeof table / sizeof table[0]; row++)
        run_row(row);
    return bench_end();
}
