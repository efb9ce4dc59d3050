/*
 * Ends a call after every step: it is cancelled, or its time is over, after each of its steps, over links that move 1
 * to 64 bytes in a transfer. The lengths of the requests let their last byte go out around a multiple of what a step
 * transfers. The server counts the requests that it has received whole, so it knows the truth: the outcome is NOT_SENT
 * if it has none, and only then.
 */
#include "peer.h"

enum { TURNS = 64 };                            /* transfers in a step */
enum { OVERHEAD = 5 + 8 + 16, MOST = 1 << 15 }; /* bytes: of a record, of FunctionArg */

static const struct line {
    const char *name;
    int tls, keeps;
    size_t buffer; /* for records; plain: for the answer, and the pieces of the request */
    size_t room;   /* bytes of the request in one record, at most */
} lines[] = {
    { "plain", 0, 0, 16384, MOST },
    { "plain, in pieces", 0, 0, 200, MOST },
    { "plain, kept", 0, 1, 16384, MOST },
    { "TLS, the smallest buffer", 1, 0, TCX_TLS_BUFFER_MIN, 512 },
    { "TLS, one way", 1, 0, TCX_TLS_BUFFER_SAFE, 16384 },
    { "TLS, one way, kept", 1, 1, TCX_TLS_BUFFER_SAFE, 16384 },
    { "TLS, two ways", 1, 0, TCX_TLS_BUFFER_DUPLEX, 16384 },
    { "TLS, two ways, kept", 1, 1, TCX_TLS_BUFFER_DUPLEX, 16384 },
};

static SSL_CTX *context;
static tcx_connection connection;
static tcx_tls_session session;
static unsigned char exported[TCX_TLS_SESSION_SIZE];
static size_t shortest; /* request: with an empty FunctionArg */
static char argument[MOST];
static unsigned ended[3]; /* calls, by outcome */

/* One buffer for both directions. */
static int is_one_way(const struct line *line)
{
    return line->tls && tls_subject.has_record_buffer && line->buffer < TCX_TLS_BUFFER_DUPLEX;
}

/* The last record that the link has taken is not whole. */
static int is_in_record(void)
{
    size_t at = 0;

    while (at + 5 <= f.link.sent_length)
        at += 5u + f.link.sent[at + 3] * 256u + f.link.sent[at + 4];
    return at != f.link.sent_length;
}

static void set_up_line(const struct line *line)
{
    memset(exported, 0, sizeof exported);
    set_up(NULL);
    f.config.timeout = 1000;
    f.config.connection = line->keeps ? &connection : NULL;
    tcx_connection_init(&connection, 0);
    f.request.function_arg = (tcx_text){ argument, 0 };
    assert_int_equal(tcx_request_measure(&f.request, &f.signer, NOW, &shortest), TCX_OK);
    f.config.buffer_size = line->tls ? 500 : line->buffer;
    if (line->tls && !tls_subject.composes) /* the pieces of the request have the same length */
        f.config.buffer_size = line->room;
    if (!line->tls) {
        f.config.transport = &f.link.transport;
        return;
    }
    assert_int_equal(subject_pin(RSA_LEAF), TCX_OK);
    subject_set_session(&session);
    subject_set_buffer(line->buffer);
    assert_int_equal(subject_init(), TCX_OK);
}

/* A call that is stepped to its end. */
static void finish(const char *where)
{
    tcx_status status;

    for (int steps = 0; (status = tcx_call_step(&f.call, 0)) == TCX_PENDING; steps++)
        check(steps < 100000, "%s: it does not end", where);
    assert_status(where, status, TCX_OK);
}

/* Another link; where connections are kept, a first call has been made over it. */
static void begin(const struct line *line, size_t length, const char *where)
{
    set_up_link(line->tls ? context : NULL);
    f.peer.plain = !line->tls;
    tcx_tls_session_init(&session, exported);
    for (int calls = line->keeps; calls >= 0; calls--) {
        f.request.function_arg.length = calls > 0 ? 0 : length - shortest;
        assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
        if (calls > 0)
            finish(where);
    }
    f.peer.requests = 0;
}

/* A call that ends after so many steps: by cancel, or because its time is over in the last of them. 0: it was done. */
static int end_after(const struct line *line, size_t length, size_t piece, int stutter, size_t steps, int cancelled,
                     const char *where)
{
    int pending = 1;

    begin(line, length, where);
    f.link.piece = piece;
    f.link.stutter = stutter;
    for (size_t step = 0; step < steps && pending; step++) {
        const size_t before = f.link.calls;

        pending = tcx_call_step(&f.call, 0) == TCX_PENDING;
        check(f.link.calls - before <= 6 * TURNS, "%s: %zu transfers in a step", where, f.link.calls - before);
    }
    if (pending && cancelled)
        tcx_call_cancel(&f.call);
    for (int late = 0; f.call.status == TCX_PENDING; late++) {
        (void)!tcx_call_step(&f.call, f.config.timeout);
        check(late < 100000, "%s: it does not end", where);
    }
    check(f.link.violation == NULL, "%s: %s", where, f.link.violation);
    check(f.peer.requests <= 1, "%s: %u requests", where, f.peer.requests);
    check((f.call.outcome == TCX_NOT_SENT) == (f.peer.requests == 0), "%s: %s, and the server has %u requests", where,
          tcx_outcome_name(f.call.outcome), f.peer.requests);
    check((f.call.outcome == TCX_ANSWERED) == (f.call.status == TCX_OK), "%s: %s", where,
          tcx_outcome_name(f.call.outcome));
    ended[f.call.outcome]++;
    tcx_connection_close(&connection, f.config.transport);
    check(f.link.closes == f.link.links, "%s: %zu links, closed %zu times", where, f.link.links, f.link.closes);
    return pending;
}

static void end_after_each(const struct line *line, size_t length, size_t piece, int stutter)
{
    for (int cancelled = 0; cancelled <= 1; cancelled++) {
        char where[160];
        size_t steps = 0;

        do
            snprintf(where, sizeof where, "%s, %zu bytes, %zu at a time, stutter %d, %s after step %zu", line->name,
                     length, piece, stutter, cancelled ? "cancelled" : "late", steps);
        while (end_after(line, length, piece, stutter, steps++, cancelled, where));
    }
}

/* The length of a request whose last record (plain: all of it) goes out in so many transfers. 0: there is none. */
static size_t length_of(const struct line *line, size_t piece, size_t transfers)
{
    const size_t overhead = line->tls ? OVERHEAD : 0, step = line->room < shortest ? line->room : piece * TURNS;
    size_t last = piece * transfers;

    if (last <= overhead || last - overhead > line->room)
        return 0;
    for (last -= overhead; last < shortest; last += step)
        ;
    return last - shortest < MOST ? last : 0;
}

static void run_line(const struct line *line)
{
    const size_t nearly = getenv("CI") != NULL ? 3 : 1;

    memset(ended, 0, sizeof ended);
    set_up_line(line);
    begin(line, shortest, line->name);
    finish(line->name);
    tcx_connection_close(&connection, f.config.transport);
    memcpy(exported, session.bytes, sizeof exported);
    for (size_t piece = 1; piece <= 64; piece++) {
        for (size_t transfers = TURNS - nearly; transfers <= TURNS + nearly; transfers++) {
            size_t length = length_of(line, piece, transfers);

            if (length > 0)
                end_after_each(line, length, piece, 0);
        }
        if (piece % 16 == 0) /* after every transfer */
            end_after_each(line, shortest + 4 * piece, piece, TCX_WANT_WRITE);
    }
    print_message("# %s: %u not sent, %u maybe executed, %u answered\n", line->name, ended[0], ended[1], ended[2]);
    assert_true(ended[TCX_NOT_SENT] > 200 && ended[TCX_MAYBE_EXECUTED] > 20 && ended[TCX_ANSWERED] > 50);
}

/*
 * The server answers after so many bytes of what the link carries, and takes no more. `then`: whether it holds the
 * connection, closes it or resets it. The answer is told at once, and what became of the request as the server knows
 * it. With one buffer for both directions and a record half sent, nothing can be received while the server holds.
 */
static void early_answer(const struct line *line, size_t length, size_t early, int then, const char *where)
{
    static const char page[] = "HTTP/1.1 413 x\r\nContent-Length: 4\r\n\r\npage";
    const int one_way = is_one_way(line);
    uint32_t tick = 0;

    begin(line, length, where);
    f.peer.answer = page;
    f.peer.answer_length = sizeof page - 1;
    f.peer.early = early;
    f.peer.then = then;
    f.link.piece = 50;
    for (int steps = 0; tcx_call_step(&f.call, tick) == TCX_PENDING; steps++) {
        check(steps < 100000, "%s: it does not end", where);
        if ((tcx_call_wants(&f.call) & TCX_READ) == 0 || BIO_ctrl_pending(f.peer.wire) == 0)
            tick += tcx_call_wants(&f.call) != 0 ? 100 : 0; /* nothing more can come */
    }
    check(f.link.violation == NULL, "%s: %s", where, f.link.violation);
    check((f.call.outcome == TCX_NOT_SENT) == (f.peer.requests == 0), "%s: %s, and the server has %u requests", where,
          tcx_outcome_name(f.call.outcome), f.peer.requests);
    if (f.call.status == TCX_E_DEADLINE && one_way && then == TCX_WANT_WRITE) {
        check(is_in_record() && f.call.outcome == TCX_NOT_SENT, "%s", where);
    } else {
        assert_status(where, f.call.status, TCX_E_HTTP_STATUS);
        check(tick == 0, "%s: it took %u ms", where, (unsigned)tick);
        check(f.call.response.http_status == 413 && f.call.detail == 0, "%s", where);
        assert_bytes(where, f.call.response.body.bytes, f.call.response.body.length, tcx_text_from("page"));
    }
    ended[f.call.status == TCX_E_DEADLINE]++;
}

static void test_early_answers(void **state)
{
    static const int ways[] = { TCX_WANT_WRITE, TCX_CLOSED, PORT_ERROR };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(lines); i++) {
        const struct line *line = &lines[i];
        const size_t length = line->room < shortest ? 2000 : 20000, step = getenv("CI") != NULL ? 11 : 101;
        size_t before = 0;

        if (line->keeps)
            continue; /* there a new connection is opened */
        memset(ended, 0, sizeof ended);
        set_up_line(line);
        begin(line, shortest, line->name);
        finish(line->name);
        if (line->tls)
            before = f.link.sent_length - shortest - OVERHEAD * (1 + shortest / line->room);
        memcpy(exported, session.bytes, sizeof exported);
        argument[0] = 'a';
        for (size_t early = 1; early < length; early += step) {
            for (size_t way = 0; way < TCX_COUNT(ways); way++) {
                char where[120];

                snprintf(where, sizeof where, "%s, answered after %zu of %zu bytes, then %d", line->name, early, length,
                         ways[way]);
                early_answer(line, length, before + early, ways[way], where);
            }
        }
        print_message("# %s: %u told, %u cannot be\n", line->name, ended[0], ended[1]);
        assert_true(ended[0] > 100 && (ended[1] > 0) == is_one_way(line));
    }
}

/* What cannot go on does not claim to have sent: the link has failed, or what came meanwhile broke the connection. */
static void test_a_record_that_stays(void **state)
{
    static const struct {
        int then;    /* what the link returns in the middle of the record */
        int flipped; /* the answer that comes meanwhile is damaged */
    } rows[] = { { PORT_ERROR, 0 }, { TCX_CLOSED, 0 }, { TCX_WANT_WRITE, 1 } };
    const struct line *line = &lines[6];
    const tcx_peer peer = { TCX_TEXT(HOST), TCX_TEXT("10.0.0.1"), 443, NOW, 0 };

    (void)state;
    assert_int_equal(line->buffer, TCX_TLS_BUFFER_DUPLEX);
    set_up_line(line);
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const tcx_transport *tls = subject_transport;
        unsigned char byte;
        size_t calls;
        int detail = 0;

        set_up_link(context);
        assert_int_equal(subject_init(), TCX_OK);
        assert_int_equal(tls->open(tls->context, &peer), 1);
        f.peer.early = f.link.sent_length + 100;
        f.peer.then = rows[i].then;
        f.link.piece = 50;
        assert_int_equal(tls->send(tls->context, argument, 1000), rows[i].then);
        if (rows[i].flipped) {
            f.peer.flip = f.peer.given + 20;
            assert_true(tls->recv(tls->context, &byte, 1) < 0);
        }
        calls = f.link.calls;
        assert_true(tls->send(tls->context, argument, 1000) < 0);
        assert_int_equal(f.link.calls, calls); /* a link that has failed is left alone */
        if (rows[i].flipped) {
            assert_status("damaged", tls->failure(tls->context, &detail), TCX_E_TLS_INTEGRITY);
            assert_true(tls_subject.is_bearssl ? detail == BR_ERR_BAD_MAC : detail != 0);
        }
        assert_int_equal(f.peer.request_length, 0);
        tls->close(tls->context);
    }
}

/*
 * What comes while a record is half sent may want an answer: an alert. It must wait. Only send() sends the rest of the
 * record, so that its result tells whether the server has it.
 */
static void test_an_alert_that_waits(void **state)
{
    static const struct {
        const char *name;
        int flipped;   /* what comes is damaged */
        unsigned asks; /* for a renegotiation, before it answers */
        int says_goodbye;
    } rows[] = { { "nothing", 0, 0, 0 },
                 { "a damaged record", 1, 0, 0 },
                 { "a renegotiation", 0, 1, 0 },
                 { "three renegotiations", 0, 3, 0 },
                 { "a close_notify", 0, 0, 1 } };
    const struct line *line = &lines[6];
    const tcx_peer peer = { TCX_TEXT(HOST), TCX_TEXT("10.0.0.1"), 443, NOW, 0 };

    (void)state;
    assert_int_equal(line->buffer, TCX_TLS_BUFFER_DUPLEX);
    set_up_line(line);
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const tcx_transport *tls = subject_transport;
        unsigned char bytes[1000];
        int result;

        set_up_link(context);
        assert_int_equal(subject_init(), TCX_OK);
        assert_int_equal(tls->open(tls->context, &peer), 1);
        f.peer.early = f.link.sent_length + 100;
        f.peer.then = TCX_WANT_WRITE;
        f.peer.asks = rows[i].asks;
        f.peer.says_goodbye = rows[i].says_goodbye;
        f.link.piece = 50;
        assert_int_equal(tls->send(tls->context, argument, 1000), TCX_WANT_WRITE);
        if (rows[i].flipped)
            f.peer.flip = f.peer.given + 20;
        f.link.cut_sent = SCRIPT_NEVER; /* the link would take all */
        for (int times = 0; times < 100; times++)
            (void)tls->recv(tls->context, bytes, sizeof bytes);
        check(f.peer.request_length == 0, "%s: recv() sent the record", rows[i].name);
        do
            result = tls->send(tls->context, argument, 1000);
        while (result == TCX_AGAIN || result == TCX_WANT_WRITE);
        check(f.peer.request_length == (result < 0 ? 0 : 1000), "%s: send() is %d, and the server has %zu bytes",
              rows[i].name, result, f.peer.request_length);
        if (!rows[i].says_goodbye) /* then BearSSL sends the rest, and mbedTLS does not */
            check((result < 0) == rows[i].flipped, "%s: send() is %d", rows[i].name, result);
        tls->close(tls->context);
    }
}

#define LINE_TEST(number)                                                                                              \
    static void test_line_##number(void **state)                                                                       \
    {                                                                                                                  \
        (void)state;                                                                                                   \
        run_line(&lines[number]);                                                                                      \
    }

LINE_TEST(0)
LINE_TEST(1)
LINE_TEST(2)
LINE_TEST(3)
LINE_TEST(4)
LINE_TEST(5)
LINE_TEST(6)
LINE_TEST(7)

static int make_all(void **state)
{
    (void)state;
    make_key(RSA_ROOT);
    make_key(RSA_LEAF);
    context = make_context(&rsa_leaf, NULL);
    SSL_CTX_set_timeout(context, DAY);
    memset(argument, 'a', sizeof argument);
    return 0;
}

static int free_all(void **state)
{
    (void)state;
    SSL_CTX_free(context);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_0),
        cmocka_unit_test(test_line_1),
        cmocka_unit_test(test_line_2),
        cmocka_unit_test(test_line_3),
        cmocka_unit_test(test_line_4),
        cmocka_unit_test(test_line_5),
        cmocka_unit_test(test_line_6),
        cmocka_unit_test(test_line_7),
        cmocka_unit_test(test_early_answers),
        cmocka_unit_test(test_a_record_that_stays),
        cmocka_unit_test(test_an_alert_that_waits),
    };

    return cmocka_run_group_tests(tests, make_all, free_all);
}
