/*
 * The fault sweep: whole calls, plain and over TLS, with a fault in something below them. A dry run counts the calls of
 * the transport, of the clock and of the entropy function. Then each of them goes wrong in each way, one at a time and
 * in random pairs. The tables say how the call ends, and the server knows whether that is true. After each, the same
 * objects make a call over a good line.
 */
#include "peer.h"

/* How a call ends. */
enum { FINE, CONNECT, UNSENT, RECEIVE, CLOSED, CUT, LATE, NO_REPLY, BREACH, BROKEN };

static const struct end {
    tcx_status status;
    tcx_outcome outcome;
    int number; /* `detail` is what the transport returned, else 0 */
} ends[] = {
    [FINE] = { TCX_OK, TCX_ANSWERED, 0 },
    [CONNECT] = { TCX_E_CONNECT, TCX_NOT_SENT, 1 },
    [UNSENT] = { TCX_E_SEND, TCX_NOT_SENT, 1 },
    [RECEIVE] = { TCX_E_RECEIVE, TCX_MAYBE_EXECUTED, 1 },
    [CLOSED] = { TCX_E_CLOSED, TCX_NOT_SENT, 0 },
    [CUT] = { TCX_E_CLOSED, TCX_MAYBE_EXECUTED, 0 },
    [LATE] = { TCX_E_DEADLINE, TCX_NOT_SENT, 0 },
    [NO_REPLY] = { TCX_E_DEADLINE, TCX_MAYBE_EXECUTED, 0 },
    [BREACH] = { TCX_E_TRANSPORT_CONTRACT, TCX_NOT_SENT, 1 },
    [BROKEN] = { TCX_E_TRANSPORT_CONTRACT, TCX_MAYBE_EXECUTED, 1 },
};

/*
 * Where it stands: LOOK sees whether a kept connection stands, KEPT offers the last byte over it; LAST offers it over a
 * new one; in SILENCE nothing of the answer is there; GOODBYE says close_notify.
 */
enum { LOOK, KEPT, OPEN, HANDSHAKE, SEND, LAST, SILENCE, HEAD, BODY, GOODBYE, PHASES };

/* What a call of the transport returns instead, once or for ever (see script.h); how it ends by where it stood. */
/* clang-format off */
static const struct {
    int result, for_ever, ends[PHASES];
} faults[] = {
    /*                       LOOK  KEPT    OPEN     HANDSHAKE SEND    LAST    SILENCE   HEAD      BODY      GOODBYE */
    { PORT_ERROR, 0,       { FINE, FINE,   CONNECT, CONNECT,  UNSENT, UNSENT, RECEIVE,  RECEIVE,  RECEIVE,  FINE } },
    { -1, 0,               { FINE, FINE,   CONNECT, CONNECT,  UNSENT, UNSENT, RECEIVE,  RECEIVE,  RECEIVE,  FINE } },
    { INT32_MIN, 0,        { FINE, FINE,   CONNECT, CONNECT,  UNSENT, UNSENT, RECEIVE,  RECEIVE,  RECEIVE,  FINE } },
    { TCX_CLOSED, 0,       { FINE, FINE,   CLOSED,  CLOSED,   CLOSED, CLOSED, CUT,      CUT,      CUT,      FINE } },
    { TCX_CLOSED_CLEAN, 0, { FINE, FINE,   CLOSED,  CLOSED,   CLOSED, CLOSED, CUT,      CUT,      CUT,      FINE } },
    { SCRIPT_ZERO, 0,      { FINE, BREACH, BREACH,  BREACH,   BREACH, BREACH, BROKEN,   BROKEN,   BROKEN,   FINE } },
    { SCRIPT_TOO_MUCH, 0,  { FINE, BROKEN, BREACH,  BREACH,   BREACH, BROKEN, BROKEN,   BROKEN,   BROKEN,   FINE } },
    { TCX_WANT_READ, 1,    { LATE, LATE,   LATE,    LATE,     LATE,   LATE,   NO_REPLY, NO_REPLY, NO_REPLY, FINE } },
    { TCX_WANT_WRITE, 1,   { LATE, LATE,   LATE,    LATE,     LATE,   LATE,   NO_REPLY, NO_REPLY, NO_REPLY, FINE } },
    { TCX_AGAIN, 1,        { LATE, LATE,   LATE,    LATE,     LATE,   LATE,   NO_REPLY, NO_REPLY, NO_REPLY, FINE } },
    { TCX_WANT_READ, 0,    { FINE, FINE,   FINE,    FINE,     FINE,   FINE,   FINE,     FINE,     FINE,     FINE } },
    { TCX_WANT_WRITE, 0,   { FINE, FINE,   FINE,    FINE,     FINE,   FINE,   FINE,     FINE,     FINE,     FINE } },
    { TCX_AGAIN, 0,        { FINE, FINE,   FINE,    FINE,     FINE,   FINE,   FINE,     FINE,     FINE,     FINE } },
    { SCRIPT_ONE_BYTE, 0,  { FINE, FINE,   FINE,    FINE,     FINE,   FINE,   FINE,     FINE,     FINE,     FINE } },
};
/* clang-format on */

/* How a call ends that is refused before the transport is touched. */
static const struct {
    const char *name;
    int64_t clock;
    int entropy; /* what the entropy function returns */
    tcx_status status;
    int detail; /* BearSSL's number */
} refusals[] = {
    { "clock at zero", 0, TCX_TLS_SEED, TCX_E_CLOCK_UNSET, 0 },
    { "clock below zero", -1, TCX_TLS_SEED, TCX_E_CLOCK_UNSET, 0 },
    { "clock far below zero", INT64_MIN, TCX_TLS_SEED, TCX_E_CLOCK_UNSET, 0 },
    { "clock before its floor", TCX_CLOCK_FLOOR - 1, TCX_TLS_SEED, TCX_E_CLOCK_UNSET, 0 },
    { "clock out of range", INT64_MAX, TCX_TLS_SEED, TCX_E_TIME, 0 },
    { "entropy fails", NOW, -1, TCX_E_TLS_ENTROPY, BR_ERR_NO_RANDOM },
    { "entropy fails by the least", NOW, INT32_MIN, TCX_E_TLS_ENTROPY, BR_ERR_NO_RANDOM },
    { "no entropy", NOW, 0, TCX_E_TLS_ENTROPY, BR_ERR_NO_RANDOM },
    { "a byte of entropy", NOW, 1, TCX_E_TLS_ENTROPY, BR_ERR_NO_RANDOM },
    { "entropy but for a byte", NOW, TCX_TLS_SEED - 1, TCX_E_TLS_ENTROPY, BR_ERR_NO_RANDOM },
    { "too much entropy", NOW, TCX_TLS_SEED + 1, TCX_E_TLS_ENTROPY, BR_ERR_NO_RANDOM },
};

/* By how much the tick may be wrong from some reading on, and whether the deadline then seems to be past. */
enum { TIMEOUT = 2000, ROOM = 2048 };

static const struct {
    const char *name;
    uint32_t by;
    int is_late;
} jumps[] = {
    { "a millisecond back", UINT32_MAX, 0 },
    { "an hour back", (uint32_t)-3600000, 0 },
    { "forward, not to the deadline", TIMEOUT / 2, 0 },
    { "forward to the deadline", TIMEOUT, 1 },
    { "a day forward", 86400000, 1 },
    { "nearly half its range away", 0x7FFFFFF0, 1 },
    { "more than half its range away: that is back", 0x80000000, 0 },
};

#define AT(phase) (1u << (phase))

static const struct line {
    const char *name;
    int tls, resumes, keeps;
    size_t buffer;   /* for records; plain: for the answer, and the pieces of the request */
    size_t room;     /* bytes of the request that are offered together, at most */
    size_t piece;    /* bytes that the link moves at once, at most */
    size_t write;    /* bytes of the answer in one record */
    unsigned phases; /* in which it calls the transport */
} lines[] = {
    { "plain", 0, 0, 0, 2048, 2048, SCRIPT_NEVER, 16384, AT(OPEN) | AT(LAST) | AT(SILENCE) },
    { "plain, in pieces", 0, 0, 0, 200, 200, 30, 16384,
      AT(OPEN) | AT(SEND) | AT(LAST) | AT(SILENCE) | AT(HEAD) | AT(BODY) },
    { "plain, kept", 0, 0, 1, 2048, 2048, 30, 16384, AT(LOOK) | AT(KEPT) | AT(SILENCE) | AT(HEAD) | AT(BODY) },
    { "TLS", 1, 0, 0, TCX_TLS_BUFFER_SAFE, 16384, SCRIPT_NEVER, 16384,
      AT(OPEN) | AT(HANDSHAKE) | AT(LAST) | AT(SILENCE) | AT(GOODBYE) },
    { "TLS, resumed, in pieces", 1, 1, 0, TCX_TLS_BUFFER_MIN, 512, 60, 20,
      AT(OPEN) | AT(HANDSHAKE) | AT(SEND) | AT(LAST) | AT(SILENCE) | AT(HEAD) | AT(BODY) | AT(GOODBYE) },
    { "TLS, two ways, in pieces", 1, 1, 0, TCX_TLS_BUFFER_DUPLEX, 16384, 60, 20,
      AT(OPEN) | AT(HANDSHAKE) | AT(LAST) | AT(SILENCE) | AT(HEAD) | AT(BODY) | AT(GOODBYE) },
    { "TLS, two ways, kept", 1, 1, 1, TCX_TLS_BUFFER_DUPLEX, 16384, 200, 20,
      AT(LOOK) | AT(KEPT) | AT(SILENCE) | AT(HEAD) | AT(BODY) },
    { "TLS, kept", 1, 1, 1, TCX_TLS_BUFFER_SAFE, 16384, 200, 20,
      AT(LOOK) | AT(KEPT) | AT(SILENCE) | AT(HEAD) | AT(BODY) },
};

static const char json[] = "{\"Response\":{\"Result\":\"XXX\",\"RequestId\":\"id-1\"}}";

static SSL_CTX *context;
static const struct line *line;
static tcx_guard guard; /* around the answer's buffer */
static tcx_connection connection;
static tcx_tls_session session;
static unsigned char exported[TCX_TLS_SESSION_SIZE]; /* what each call goes on with */
static size_t request_length;

/* What has been seen of the call under way. */
static struct {
    int connected;         /* by the call's own events, like the next */
    size_t sent, received; /* bytes */
    size_t readings;       /* of the clock */
    size_t calls;          /* of the transport, at the last one */
    uint32_t tick;         /* goes on from call to call */
    size_t jumps_at;       /* the reading from which it is wrong; SCRIPT_NEVER: none */
    uint32_t jump;
} seen;

static void observe(void *unused, tcx_event event, uint32_t number)
{
    const size_t head = f.peer.answer_length - (sizeof json - 1);

    (void)unused;
    seen.sent += event == TCX_EVENT_SENT ? number : 0;
    seen.received += event == TCX_EVENT_RECEIVED ? number : 0;
    seen.connected |= event == TCX_EVENT_CONNECTED || event == TCX_EVENT_REUSED;
    switch (event) {
    case TCX_EVENT_DIAL:
        f.link.phase = OPEN;
        seen.sent = 0;
        break;
    case TCX_EVENT_REUSED:
        f.link.phase = KEPT;
        break;
    case TCX_EVENT_CONNECTED:
    case TCX_EVENT_SENT:
        if (f.link.phase != KEPT)
            f.link.phase = (seen.sent / line->room + 1) * line->room >= request_length ? LAST : SEND;
        break;
    case TCX_EVENT_REQUEST_SENT:
        f.link.phase = SILENCE;
        break;
    case TCX_EVENT_RECEIVED:
        f.link.phase = seen.received < head ? HEAD : BODY;
        break;
    case TCX_EVENT_ANSWER:
        f.link.phase = GOODBYE;
        break;
    default:
        break;
    }
}

static uint32_t read_clock(void *unused)
{
    (void)unused;
    assert_in_range(f.link.calls - seen.calls, 0, 500); /* in one step */
    seen.calls = f.link.calls;
    return seen.tick++ + (seen.readings++ >= seen.jumps_at ? seen.jump : 0);
}

static void wait_for(void *unused, unsigned wants, uint32_t left)
{
    (void)unused;
    if (f.link.phase != KEPT && f.link.phase != SEND && f.link.phase != LAST)
        assert_int_equal(wants, f.link.last_result == TCX_WANT_READ ? TCX_READ : TCX_WRITE);
    else if (wants & TCX_READ) /* a look comes before the send */
        assert_int_equal(f.link.last_received, TCX_WANT_READ);
    seen.tick += f.link.starved ? left : 1;
}

static void set_up_objects(const struct line *of)
{
    static const tcx_trace trace = { observe, NULL };
    static char argument[300]; /* more than one small record holds */

    line = of;
    set_up(NULL);
    memset(argument, 'a', sizeof argument);
    f.request.function_arg = (tcx_text){ argument, sizeof argument };
    f.config.timeout = TIMEOUT;
    f.config.trace = &trace;
    f.config.connection = line->keeps ? &connection : NULL;
    tcx_connection_init(&connection, 0);
    f.config.buffer_size = line->tls ? 500 : line->buffer;
    if (line->tls && !tls_subject.composes) /* the pieces of the request have the same length */
        f.config.buffer_size = line->room < ROOM ? line->room : ROOM;
    assert_int_equal(tcx_request_measure(&f.request, &f.signer, NOW, &request_length), TCX_OK);
    if (!line->tls) {
        f.config.transport = &f.link.transport;
        return;
    }
    assert_int_equal(subject_pin(RSA_LEAF), TCX_OK); /* messages of one length each */
    subject_set_buffer(line->buffer);
    if (line->resumes)
        subject_set_session(&session);
    assert_int_equal(subject_init(), TCX_OK);
}

static void check_text(const char *where, tcx_text text, const char *expected)
{
    if (expected != NULL)
        assert_bytes(where, text.bytes, text.length, tcx_text_from(expected));
    else
        check(text.bytes == NULL, "%s: %.*s", where, (int)text.length, text.bytes);
}

static int is_filled(const unsigned char *bytes, size_t length, unsigned char with)
{
    while (length > 0 && bytes[length - 1] == with)
        length--;
    return length == 0;
}

/* What is left of the answer where the call has ended; nothing of it is a result unless it is whole. */
static void check_outputs(const char *where)
{
    const tcx_response *response = &f.call.response;
    const size_t head = f.peer.answer_length - (sizeof json - 1);
    const int whole = f.call.status == TCX_OK, phase = f.link.phase;

    check_text(where, response->result, whole ? "XXX" : NULL);
    check_text(where, response->request_id, whole ? "id-1" : NULL);
    check_text(where, response->error_code, NULL);
    check_text(where, response->error_message, NULL);
    check_text(where, response->date, NULL);
    check(response->http_status == (phase >= BODY ? 200 : 0) || (phase == HEAD && response->http_status == 200),
          "%s: HTTP status %d", where, response->http_status);
    if (phase == BODY && seen.received > head)
        assert_bytes(where, response->body.bytes, response->body.length, ((tcx_text){ json, seen.received - head }));
    else
        check_text(where, response->body, NULL);
    tcx_guard_check(&guard);
    if (line->tls && tls_subject.composes ? seen.received == 0 : !seen.connected)
        check(is_filled(f.config.buffer, f.config.buffer_size, TCX_GUARD_FILL), "%s: the buffer was used", where);
}

static void execute(void)
{
    static const tcx_port port = { .tick = read_clock, .wait = wait_for };
    tcx_status status = tcx_execute(&f.call, &f.config, &f.request, &port);

    assert_int_equal(f.call.status, status);
}

/* How a call has ended; `returned`: by the transport. */
static void check_end(const char *where, struct end end, int returned)
{
    assert_status(where, f.call.status, end.status);
    check(f.call.outcome == end.outcome, "%s: outcome %d", where, (int)f.call.outcome);
    check(f.call.detail == (end.number ? returned : 0), "%s: detail %d", where, f.call.detail);
    check(f.link.violation == NULL, "%s: %s", where, f.link.violation);
    check(f.link.links <= 1u + (unsigned)line->keeps && f.link.closes + connection.open == f.link.links,
          "%s: %zu links, closed %zu times", where, f.link.links, f.link.closes);
    check(f.peer.requests == (f.call.outcome != TCX_NOT_SENT), "%s: %u requests", where, f.peer.requests);
    check_outputs(where);
}

static void check_call(const char *where, int end, int returned)
{
    check_end(where, ends[end], returned);
}

/* Another call, over the buffer that the last one had. */
static void set_up_buffer(void)
{
    seen.connected = 0;
    seen.sent = seen.received = seen.readings = 0;
    seen.calls = f.link.calls;
    seen.jumps_at = SCRIPT_NEVER;
    f.config.unix_time = NOW;
    f.config.buffer = tcx_guard_place(&guard, f.config.buffer_size, TCX_AT_END);
    f.link.phase = OPEN;
    f.peer.requests = 0;
}

/*
 * Another link, on which nothing is wrong yet. Where connections are kept, a first call has been made over it. Returns
 * how many calls of the transport that took.
 */
static size_t set_up_call(void)
{
    tcx_connection_close(&connection, f.config.transport);
    set_up_link(line->tls ? context : NULL);
    f.link.piece = line->piece;
    f.peer.plain = !line->tls;
    f.peer.write = line->write;
    tcx_tls_session_init(&session, exported);
    set_up_buffer();
    if (!line->keeps)
        return 0;
    execute();
    check_call("the first call", FINE, 0);
    assert_int_equal(connection.open, 1);
    set_up_buffer();
    f.link.phase = LOOK;
    return f.link.calls;
}

/* A call over a good line. Returns how many calls of the transport it took. */
static size_t good_call(const char *where)
{
    size_t before = set_up_call();

    execute();
    check_call(where, FINE, 0);
    return f.link.calls - before;
}

/* All objects, once for a line, and a dry run. Returns how many calls of the transport it took. */
static size_t begin_line(const struct line *of)
{
    size_t calls;

    set_up_objects(of);
    memset(exported, 0, sizeof exported);
    calls = good_call(line->name);
    if (!line->resumes)
        return calls;
    memcpy(exported, session.bytes, sizeof exported);
    calls = good_call(line->name);
    assert_int_equal(subject_resumed(), 1);
    return calls;
}

/* Which fault strikes at which call of the transport. */
static size_t kinds[2];

static void set_fault(size_t i, size_t kind, size_t call)
{
    kinds[i] = kind;
    f.link.faults[i].call = call;
    f.link.faults[i].result = faults[kind].result;
    f.link.faults[i].for_ever = faults[kind].for_ever;
}

/* Where the call stood when a fault struck it. */
static int phase_of(size_t i)
{
    return f.link.faults[i].phase == OPEN && f.link.faults[i].struck != SCRIPT_OPEN ? HANDSHAKE
                                                                                    : f.link.faults[i].phase;
}

/*
 * How a call ends by one fault. A look while it sends: a peer's end is not an error there, a look sends nothing whatever
 * it returns, and after a send that has just failed it decides nothing.
 */
static int end_of(size_t i)
{
    const int end = faults[kinds[i]].ends[phase_of(i)], before = f.link.faults[0].returned;
    const int is_look = f.link.faults[i].struck == SCRIPT_RECV && phase_of(i) >= KEPT && phase_of(i) <= LAST &&
                        phase_of(i) != OPEN && phase_of(i) != HANDSHAKE;

    if (!f.link.faults[i].struck)
        return FINE;
    if (is_look && i == 1 && f.link.faults[0].struck == SCRIPT_SEND &&
        f.link.faults[1].call == f.link.faults[0].call + 1 && before < 0 && before != TCX_AGAIN &&
        before != TCX_WANT_READ && before != TCX_WANT_WRITE)
        return FINE;
    if (is_look && (end == CLOSED || end == BROKEN))
        return end == CLOSED ? FINE : BREACH;
    return end;
}

/* The first fault that is not harmless decides. */
static void check_faults(const char *where)
{
    const size_t i = end_of(0) == FINE;

    check_call(where, end_of(i), f.link.faults[i].returned);
}

static void test_each_fault(void **state)
{
    (void)state;
    for (size_t l = 0; l < TCX_COUNT(lines); l++) {
        unsigned met[PHASES] = { 0 };
        size_t calls;

        calls = begin_line(&lines[l]);
        for (size_t call = 0; call < calls; call++) {
            for (size_t kind = 0; kind < TCX_COUNT(faults); kind++) {
                char where[120];

                size_t before = set_up_call();

                snprintf(where, sizeof where, "%s, call %zu of %zu: %d%s", line->name, call, calls, faults[kind].result,
                         faults[kind].for_ever ? " for ever" : "");
                set_fault(0, kind, before + call);
                execute();
                check(f.link.faults[0].struck, "%s: it was not reached", where);
                check_faults(where);
                met[phase_of(0)]++;
                if (faults[kind].result != TCX_AGAIN) /* that once more, what a short one left, a close_notify */
                    check(f.link.calls <= 2 * before + calls + 3, "%s: %zu calls", where, f.link.calls);
                if (line->resumes) /* a session that led to nothing is forgotten */
                    check(is_filled(session.bytes, sizeof session.bytes, 0) ==
                              (phase_of(0) == HANDSHAKE && f.call.status != TCX_OK && f.call.status != TCX_E_DEADLINE),
                          "%s: the session", where);
                check(good_call(where) == calls, "%s: then %zu calls", where, f.link.calls);
            }
        }
        for (int phase = 0; phase < PHASES; phase++)
            check((met[phase] > 0) == (lines[l].phases >> phase & 1), "%s: phase %d", line->name, phase);
    }
}

/* Nothing was done: neither the transport nor a buffer was touched, and nothing is left of the entropy. */
static void test_refusals(void **state)
{
    (void)state;
    for (size_t l = 0; l < TCX_COUNT(lines); l++) {
        if (lines[l].keeps)
            continue;
        (void)begin_line(&lines[l]);
        assert_int_equal(f.entropy_calls, line->tls); /* and of each reading of the clock, see below */
        for (size_t i = 0; i < TCX_COUNT(refusals); i++) {
            char where[120];

            if (refusals[i].entropy != TCX_TLS_SEED && !line->tls)
                continue;
            snprintf(where, sizeof where, "%s: %s", line->name, refusals[i].name);
            set_up_call();
            f.config.unix_time = refusals[i].clock;
            f.entropy_result = refusals[i].entropy;
            if (line->tls)
                subject_mark();
            execute();
            judge_detail(where, refusals[i].detail);
            check_end(where, (struct end){ refusals[i].status, TCX_NOT_SENT, 1 }, f.call.detail);
            check(f.link.calls + f.link.closes == 0, "%s: the transport was touched", where);
            check(f.entropy_calls == (refusals[i].clock == NOW), "%s: entropy was drawn %zu times", where,
                  f.entropy_calls);
            if (line->tls)
                subject_check_refused(where, f.entropy_calls > 0);
            (void)good_call(where);
        }
    }
}

/* From each reading of the clock on, the tick is wrong. Each transfer is in a step of its own. */
static void test_jumps_of_the_clock(void **state)
{
    (void)state;
    for (size_t l = 0; l < TCX_COUNT(lines); l++) {
        size_t readings;

        if (lines[l].keeps)
            continue;
        (void)begin_line(&lines[l]);
        set_up_call();
        f.link.stutter = TCX_WANT_READ;
        execute();
        check_call(line->name, FINE, 0);
        readings = seen.readings;
        assert_true(2 * readings > f.link.calls); /* a send that waits is followed by a look */
        for (size_t reading = 0; reading < readings; reading++) {
            for (size_t i = 0; i < TCX_COUNT(jumps); i++) {
                char where[120];
                int end = FINE;

                snprintf(where, sizeof where, "%s, reading %zu of %zu: %s", line->name, reading, readings,
                         jumps[i].name);
                set_up_call();
                f.link.stutter = TCX_WANT_READ;
                seen.jumps_at = reading;
                seen.jump = jumps[i].by;
                execute();
                if (jumps[i].is_late && reading > 0 && f.link.phase < GOODBYE) /* the first one is the beginning */
                    end = f.link.phase < SILENCE ? LATE : NO_REPLY;
                check_call(where, end, 0);
                check(end == FINE || seen.readings <= reading + 3, "%s: it went on", where);
                if (end != FINE)
                    (void)good_call(where);
            }
        }
    }
}

/* Two faults in one call, in pieces of random sizes. */
static void test_pairs_of_faults(void **state)
{
    const unsigned many = getenv("CI") != NULL ? 10 : 1;
    uint32_t seed = 20000;

    (void)state;
    for (size_t l = 0; l < TCX_COUNT(lines); l++) {
        const unsigned rounds = lines[l].tls ? 100 * many : 10000;
        unsigned outcomes[3] = { 0 };

        (void)begin_line(&lines[l]);
        for (unsigned round = 0; round < rounds; round++) {
            struct line drawn = lines[l];
            char where[120];
            size_t first;

            drawn.piece = 1 + tcx_random(&seed) % 400;
            line = &drawn;
            first = set_up_call() + tcx_random(&seed) % (4 + (line->tls ? 3000 : 1000) / line->piece);
            set_fault(0, tcx_random(&seed) % TCX_COUNT(faults), first);
            set_fault(1, tcx_random(&seed) % TCX_COUNT(faults), first + 1 + tcx_random(&seed) % 20);
            snprintf(where, sizeof where, "%s, round %u, pieces of %zu, call %zu: %d, call %zu: %d", line->name, round,
                     line->piece, first, f.link.faults[0].result, f.link.faults[1].call, f.link.faults[1].result);
            execute();
            check_faults(where);
            outcomes[f.call.outcome]++;
            line = &lines[l];
            (void)good_call(where);
        }
        for (int i = 0; i < 3; i++)
            check(outcomes[i] >= rounds / 100, "%s: %u calls with outcome %d", line->name, outcomes[i], i);
    }
}

static int make_all(void **state)
{
    (void)state;
    make_key(RSA_ROOT);
    make_key(RSA_LEAF);
    context = make_context(&rsa_leaf, NULL);
    SSL_CTX_set_timeout(context, DAY); /* for machines that are emulated */
    tcx_guard_open(&guard, ROOM);
    return 0;
}

static int free_all(void **state)
{
    (void)state;
    tcx_guard_close(&guard);
    SSL_CTX_free(context);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_fault),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_jumps_of_the_clock),
        cmocka_unit_test(test_pairs_of_faults),
    };

    return cmocka_run_group_tests(tests, make_all, free_all);
}
