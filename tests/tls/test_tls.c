/* Tests the parts of TLS with a peer that others wrote: set-up, the client's hello, pieces, damage, sessions. */
#include "peer.h"

/* Six suites and no other are offered, and TLS 1.2 and no other. (0x00FF is not a suite: RFC 5746.) */
static void test_client_hello(void **state)
{
    static const unsigned char suites[] = { 0xC0, 0x2B, 0xC0, 0x2F, 0xCC, 0xA9, 0xCC,
                                            0xA8, 0xC0, 0x2C, 0xC0, 0x30, 0x00, 0xFF };
    const size_t length = sizeof suites - (tls_subject.says_scsv ? 0 : 2);
    const unsigned char *hello = f.link.sent;

    (void)state;
    set_up(NULL);
    assert_int_equal(run(), TCX_E_DEADLINE);
    judge("silence");
    assert_int_equal(hello[0], 22);
    assert_int_equal(hello[5], 1);
    assert_memory_equal(hello + 9, "\x03\x03", 2);
    assert_int_equal(hello[43], 0); /* no session */
    assert_int_equal(hello[44] * 256 + hello[45], length);
    for (size_t i = 0; i < length; i += 2) {
        int found = 0;

        for (size_t j = 0; j < length; j += 2)
            found += memcmp(hello + 46 + i, suites + j, 2) == 0;
        assert_int_equal(found, 1);
    }
}

/* The client's hello, in one record, has that name for the server (RFC 6066 section 3). */
static void check_server_name(const char *name)
{
    enum { SESSION = 5 + 4 + 2 + 32 };
    const unsigned char *at = f.link.sent + SESSION, *end = f.link.sent + f.link.sent_length;

    at += 1 + at[0];
    at += 2 + at[0] * 256 + at[1];
    at += 1 + at[0] + 2;
    while (at < end && (at[0] != 0 || at[1] != 0))
        at += 4 + at[2] * 256 + at[3];
    check(at < end, "%s: no server_name", name);
    assert_int_equal(at[2] * 256u + at[3], 2 + 1 + 2 + strlen(name));
    assert_int_equal(at[6], 0); /* host_name */
    assert_bytes(name, at + 9, at[7] * 256u + at[8], tcx_text_from(name));
}

/* Opens a connection to that name. NULL: it is refused, before the link was asked. Otherwise the server is shown it. */
static void check_name(const char *name, size_t length, const char *shown, int is_pinned)
{
    const tcx_peer peer = { { name, length }, TCX_TEXT("address"), 443, NOW, 0 };
    const tcx_transport *tls = subject_transport;
    int detail = -1, result;

    set_up(NULL);
    assert_int_equal(is_pinned ? subject_pin(EC_LEAF) : subject_init(), TCX_OK);
    result = tls->open(tls->context, &peer);
    if (shown == NULL) {
        check(result < 0 && f.link.calls == 0, "%s: %d", name, result);
        assert_status(name, tls->failure(tls->context, &detail), TCX_E_TLS_NAME);
        assert_int_equal(detail, 0);
    } else {
        check(result == TCX_WANT_READ && f.link.links == 1, "%s: %d", name, result);
        check_server_name(shown);
    }
    tls->close(tls->context);
    assert_int_equal(f.link.closes, f.link.links);
}

/*
 * A name that no certificate can be for, or that is too long: not a byte leaves, the link is not even opened. A pin needs
 * such a name too. The dot that may end a name is not a part of it.
 */
static void test_kinds_of_names(void **state)
{
    static const struct {
        const char *name, *shown; /* NULL: refused */
    } rows[] = {
        { HOST, HOST },
        { HOST ".", HOST },
        { "localhost", "localhost" },
        { "a", "a" },
        { "1.2.3.4.example", "1.2.3.4.example" },
        { "127.0.0.1a", "127.0.0.1a" },
        { "1a", "1a" },
        { "a-1", "a-1" },
        { ".", NULL },
        { "..", NULL },
        { HOST "..", NULL },
        { "127.0.0.1", NULL },
        { "127.0.0.1.", NULL },
        { "127.1", NULL },
        { "2130706433", NULL },
        { "256.256.256.256", NULL },
        { "example.1", NULL },
        { "::1", NULL },
        { "2001:db8::1", NULL },
        { "fe80::1%eth0", NULL },
        { "::ffff:10.0.0.1", NULL },
    };
    static const char zeroes[] = "\0mps.tencentcloudapi.com\0.evil.test\0";

    (void)state;
    for (int is_pinned = 0; is_pinned < 2; is_pinned++) {
        for (size_t i = 0; i < TCX_COUNT(rows); i++)
            check_name(rows[i].name, strlen(rows[i].name), rows[i].shown, is_pinned);
        check_name(zeroes, sizeof zeroes - 1, NULL, is_pinned);
        check_name(zeroes + 1, sizeof zeroes - 2, NULL, is_pinned);
        check_name(zeroes + 1, sizeof HOST, NULL, is_pinned);
        check_name(zeroes, 1, NULL, is_pinned);
    }
}

static void test_names(void **state)
{
    static char long_name[300];

    (void)state;
    memset(long_name, 'a', sizeof long_name - 1);
    for (size_t length = 0; length < sizeof long_name; length++) {
        char shown[sizeof long_name];

        memcpy(shown, long_name, length);
        shown[length] = '\0';
        check_name(long_name, length, length == 0 || length > 255 ? NULL : shown, 0);
    }
}

/* What does not fit in a record is taken in part. Behind the record buffer a page traps. */
static void test_more_than_a_record(void **state)
{
    static const unsigned char bytes[TCX_TRANSFER_MAX] = "GET /";
    const tcx_transport *tls = subject_transport;
    SSL_CTX *context = make_context(&ec_leaf, NULL);
    tcx_connection connection;
    int taken;

    (void)state;
    set_up(context);
    subject_set_buffer(TCX_TLS_BUFFER_MIN);
    tcx_connection_init(&connection, 0);
    f.config.connection = &connection;
    assert_status("the call", run(), TCX_OK);
    f.peer.request_length = 0;
    taken = tls->send(tls->context, bytes, sizeof bytes);
    assert_in_range(taken, 1, tls_subject.has_record_buffer ? 512 : 16384);
    assert_int_equal(f.peer.request_length, taken);
    assert_memory_equal(f.peer.request, bytes, (size_t)taken);
    tcx_connection_close(&connection, tls);
    SSL_CTX_free(context);
}

/* A connection that is up is not taken for another: open() is refused by name until close(). */
static void test_open_twice(void **state)
{
    SSL_CTX *context = make_context(&ec_leaf, NULL);
    const tcx_peer other = { TCX_TEXT("vod.tencentcloudapi.com"), TCX_TEXT("x"), 443, NOW, 0 };
    const tcx_transport *tls = subject_transport;

    (void)state;
    for (int is_other = 0; is_other < 2; is_other++) {
        tcx_connection connection;

        set_up(context);
        tcx_connection_init(&connection, 0);
        f.config.connection = &connection;
        assert_status("the first call", run(), TCX_OK);
        assert_int_equal(f.link.closes, 0); /* it is kept */
        f.config.connection = NULL;         /* which the next call does not know */
        if (is_other) {
            assert_int_equal(tls->open(tls->context, &other), 0);
            tls->close(tls->context);
        } else {
            f.peer.requests = 0;
            f.peer.request_length = 0;
            assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
            assert_status("the second call", tcx_call_step(&f.call, 0), TCX_E_TRANSPORT_CONTRACT);
            judge("the second call");
            assert_int_equal(f.call.outcome, TCX_NOT_SENT);
        }
        assert_int_equal(f.link.closes, 1);
        assert_int_equal(f.link.links, 1);
    }
    SSL_CTX_free(context);
}

/* A link that moves little, and blocks in front of every transfer. */
static void test_pieces(void **state)
{
    static const int stutters[] = { 0, TCX_WANT_READ, TCX_WANT_WRITE, TCX_AGAIN };
    static const size_t pieces[] = { 1, 2, 5, 6, 100, SCRIPT_NEVER };
    SSL_CTX *context = make_context(&ec_leaf, NULL);

    (void)state;
    for (size_t p = 0; p < TCX_COUNT(pieces); p++) {
        for (size_t i = 0; i < TCX_COUNT(stutters); i++) {
            for (size_t buffer = TCX_TLS_BUFFER_MIN; buffer <= TCX_TLS_BUFFER_SAFE;
                 buffer += TCX_TLS_BUFFER_SAFE - TCX_TLS_BUFFER_MIN) {
                set_up(context);
                f.link.piece = pieces[p];
                f.link.stutter = stutters[i];
                subject_set_buffer(buffer);
                assert_status("pieces", run(), TCX_OK);
                judge("pieces");
                assert_int_equal(f.peer.requests, 1);
            }
        }
    }
    SSL_CTX_free(context);
}

/* A quick client: it pins the server's key. */
static void set_up_pinned(SSL_CTX *context)
{
    set_up(context);
    assert_int_equal(subject_pin(EC_LEAF), TCX_OK);
}

/*
 * The link dies after every byte, in either direction: the call knows exactly whether the server can have seen the
 * request.
 */
static void test_cut_at_every_byte(void **state)
{
    static const int cuts[] = { PORT_ERROR, TCX_CLOSED, TCX_WANT_READ };
    SSL_CTX *context = make_context(&ec_leaf, NULL);
    unsigned outcomes[3] = { 0, 0, 0 };

    (void)state;
    for (int receiving = 0; receiving < 2; receiving++) {
        int whole = 0; /* lengths of signatures differ by a byte or two: go on behind the first success */

        for (size_t offset = 0; whole < 4; offset++) {
            int cut = cuts[offset % TCX_COUNT(cuts)];
            char where[80];
            tcx_status status;

            snprintf(where, sizeof where, "%s %zu bytes, then %d", receiving ? "received" : "sent", offset, cut);
            set_up_pinned(context);
            *(receiving ? &f.link.cut_received : &f.link.cut_sent) = offset;
            f.link.cut = cut;
            if (cut == TCX_WANT_READ) {
                assert_int_equal(subject_init(), TCX_OK);
                assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
                status = tcx_call_step(&f.call, 0);
                check(status == TCX_PENDING || status == TCX_OK, "%s: %d", where, status);
                status = tcx_call_step(&f.call, TCX_TIMEOUT_DEFAULT);
                check(status == TCX_E_DEADLINE || status == TCX_OK, "%s: %d", where, status);
            } else {
                status = run();
                check(status == TCX_OK || (cut == TCX_CLOSED ? status == TCX_E_CLOSED
                                                             : status >= TCX_E_RECEIVE && status <= TCX_E_CONNECT),
                      "%s: %d", where, status);
                check(f.call.detail == (status == TCX_OK || cut == TCX_CLOSED ? 0 : cut), "%s: detail %d", where,
                      f.call.detail);
            }
            judge(where);
            outcomes[f.call.outcome]++;
            whole += status == TCX_OK;
            assert_in_range(offset, 0, 5000);
        }
    }
    for (int i = 0; i < 3; i++)
        assert_in_range(outcomes[i], 8, 5000);
    SSL_CTX_free(context);
}

/*
 * A byte from the server is damaged on its way: whichever it is, nothing is believed, and nothing was sent before the
 * handshake was whole.
 */
static void test_damage_at_every_byte(void **state)
{
    SSL_CTX *context = make_context(&ec_leaf, NULL);
    size_t handshake = 0, all = 1;

    (void)state;
    for (size_t offset = 0; offset < all; offset++) {
        char where[80];
        tcx_status status;

        snprintf(where, sizeof where, "byte %zu", offset);
        set_up_pinned(context);
        if (offset == 0) {
            assert_int_equal(run(), TCX_OK);
            all = f.peer.given - 4; /* signatures may be shorter the next time */
            handshake = all - (sizeof ANSWER - 1) - 29 - 4;
            continue;
        }
        f.peer.flip = offset;
        status = run();
        if (server_flipped_version(&f.peer, tls_subject.free_versions)) {
            assert_status(where, status, TCX_OK);
            judge(where);
            continue;
        }
        check(status < 0, "%s", where);
        check(f.call.outcome != TCX_ANSWERED && f.peer.requests <= 1, "%s", where);
        check(offset > handshake || (f.call.outcome == TCX_NOT_SENT && f.peer.request_length == 0),
              "%s: it got %zu bytes", where, f.peer.request_length);
        assert_null(f.link.violation);
    }
    SSL_CTX_free(context);
}

/* After a record that is not valid, nothing more is sent: the connection may be another's. */
static void test_nothing_after_damage(void **state)
{
    static const char record[] = "\x17\x03\x03\x00\x20 0123456789012345678901234567890";
    const tcx_peer peer = { TCX_TEXT(HOST), TCX_TEXT("x"), 443, NOW, 0 };
    const tcx_transport *tls = subject_transport;
    SSL_CTX *context = make_context(&ec_leaf, NULL);
    unsigned char byte;
    unsigned alerts;
    int detail;

    (void)state;
    set_up_pinned(context);
    assert_int_equal(subject_init(), TCX_OK);
    assert_int_equal(tls->open(tls->context, &peer), 1);
    f.peer.raw = record;
    f.peer.raw_length = sizeof record - 1;
    assert_true(tls->recv(tls->context, &byte, 1) < 0);
    alerts = records_sent(ALERT);
    assert_in_range(alerts, 0, 1);
    for (int times = 0; times < 3; times++) {
        assert_status("recv", tls->failure(tls->context, &detail), TCX_E_TLS_INTEGRITY);
        assert_true(tls->send(tls->context, "GET /", 5) < 0);
        assert_true(tls->recv(tls->context, &byte, 1) < 0);
    }
    tls->close(tls->context);
    assert_int_equal(f.peer.request_length, 0);
    assert_int_equal(records_sent(APPLICATION_DATA), 0);
    assert_int_equal(records_sent(ALERT), alerts);
    SSL_CTX_free(context);
}

/* A peer that talks without end cannot hold a step. */
static void test_endless_records(void **state)
{
    static char warnings[70000];
    size_t before;

    (void)state;
    for (size_t at = 0; at + 7 <= sizeof warnings; at += 7)
        memcpy(warnings + at, "\x15\x03\x03\x00\x02\x01\x5A", 7); /* a warning that means nothing */
    set_up(NULL);
    f.peer.raw = warnings;
    f.peer.raw_length = sizeof warnings / 7 * 7;
    assert_int_equal(subject_init(), TCX_OK);
    assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
    do {
        before = f.link.calls;
        assert_int_equal(tcx_call_step(&f.call, 0), TCX_PENDING);
        assert_in_range(f.link.calls - before, 0, 100);
        assert_int_equal(tcx_call_wants(&f.call), f.link.starved ? TCX_READ : 0); /* to be stepped again at once */
    } while (!f.link.starved);
    assert_int_equal(tcx_call_step(&f.call, TCX_TIMEOUT_DEFAULT), TCX_E_DEADLINE);
    judge("endless warnings");
}

/* Sessions: resumed where both sides agree, else a full handshake, never an error. */
static void test_sessions(void **state)
{
    static const struct {
        const char *name;
        int damaged;   /* byte of the exported session; -1: none */
        int forgotten; /* by the server */
        int resumed;
    } rows[] = {
        { "resumed", -1, 0, 1 },         { "forgotten by the server", -1, 1, 0 },
        { "damaged in front", 0, 0, 0 }, { "damaged id", 10, 0, 0 },
        { "damaged secret", 60, 0, 0 },  { "damaged check", TCX_TLS_SESSION_SIZE - 1, 0, 0 },
    };
    static tcx_tls_session session;
    unsigned char exported[TCX_TLS_SESSION_SIZE];
    const tcx_transport *tls = subject_transport;
    SSL_CTX *context = make_context(&ec_leaf, NULL);

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        SSL_CTX *other = rows[i].forgotten ? make_context(&ec_leaf, NULL) : NULL;

        tcx_tls_session_init(&session, NULL);
        set_up(context);
        subject_set_session(&session);
        assert_status(rows[i].name, run(), TCX_OK);
        assert_int_equal(subject_resumed(), 0);
        memcpy(exported, session.bytes, sizeof exported);
        if (rows[i].damaged >= 0)
            exported[rows[i].damaged] ^= 1;
        tcx_tls_session_init(&session, exported);
        set_up(other != NULL ? other : context);
        subject_set_session(&session);
        assert_status(rows[i].name, run(), TCX_OK);
        judge(rows[i].name);
        check(subject_resumed() == rows[i].resumed && SSL_session_reused(f.peer.ssl) == rows[i].resumed, "%s",
              rows[i].name);
        /* A session is bound to the name that it was made for. */
        set_up(other != NULL ? other : context);
        subject_set_session(&session);
        assert_int_equal(subject_init(), TCX_OK);
        assert_true(tls->open(tls->context,
                              &(tcx_peer){ TCX_TEXT("vod.tencentcloudapi.com"), TCX_TEXT("x"), 443, NOW, 0 }) < 0);
        assert_int_equal(f.link.sent[43], 0); /* not offered */
        tls->close(tls->context);
        SSL_CTX_free(other);
    }
    /* The next connection of the same object fails before it has one: it goes on with none. */
    tcx_tls_session_init(&session, NULL);
    for (int resumed = 0; resumed < 2; resumed++) {
        set_up(context);
        subject_set_session(&session);
        assert_int_equal(run(), TCX_OK);
        assert_int_equal(subject_resumed(), resumed);
    }
    f.entropy_result = -1;
    assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
    assert_int_equal(tcx_call_step(&f.call, 0), TCX_E_TLS_ENTROPY);
    assert_int_equal(subject_resumed(), 0);
    SSL_CTX_free(context);
}

/*
 * A session lasts as long as the certificates of the chain, a day at most, and is not one of other anchors. Any change
 * of the anchors is another trust: one less, another order, other flags.
 */
static void test_end_of_session(void **state)
{
    enum { LESS = 1, ORDER, FLAGS, PIN };
    static const struct {
        const char *name;
        long leaf, middle; /* seconds that they last */
        int trust;         /* what is trusted then */
        int64_t after;
        int resumed;
    } rows[] = {
        { "at once", 3600, DAY, 0, 0, 1 },
        { "in the last second", 3600, DAY, 0, 3599, 1 },
        { "by one that ends first", 3600, 1800, 0, 1799, 1 },
        { "the leaf has ended", 3600, DAY, 0, 3600, 0 },
        { "one in the middle has ended", 3600, 1800, 0, 1800, 0 },
        { "of a long chain", 3 * DAY, 2 * DAY, 0, DAY - 1, 1 },
        { "after a day", 3 * DAY, 2 * DAY, 0, DAY, 0 },
        { "the clock went back", 3 * DAY, 2 * DAY, 0, -1, 0 },
        { "an anchor less", 3 * DAY, 2 * DAY, LESS, 60, 0 },
        { "another order", 3 * DAY, 2 * DAY, ORDER, 60, 0 },
        { "no CA", 3 * DAY, 2 * DAY, FLAGS, 60, 0 },
        { "a pin", 3 * DAY, 2 * DAY, PIN, 60, 0 },
    };
    static tcx_tls_session session;

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const certificate leaf = { HOST,         "DNS:" HOST, EC_LEAF,  "Middle", EC_OTHER, -DAY,
                                   rows[i].leaf, 0,           "SHA256", 0,        NULL };
        const certificate middle = { "Middle",       NULL, EC_OTHER, "EC root", EC_ROOT, -DAY,
                                     rows[i].middle, 1,    "SHA256", 0,         NULL };
        SSL_CTX *context = make_context(&leaf, &middle);
        const int is_less = rows[i].trust == LESS, is_other = rows[i].trust == ORDER;
        const int order[ANCHORS] = { is_other ? 1 : 0, is_other ? 0 : 1, 2, 3 };
        tcx_status status;

        tcx_tls_session_init(&session, NULL);
        set_up(context);
        subject_set_session(&session);
        assert_status(rows[i].name, run(), TCX_OK);
        assert_int_equal(subject_resumed(), 0);
        set_up(context);
        subject_set_session(&session);
        f.config.unix_time = NOW + rows[i].after;
        subject_trust(order, is_less ? ANCHORS - 1 : ANCHORS, rows[i].trust != FLAGS);
        if (rows[i].trust == PIN)
            assert_int_equal(subject_pin(EC_LEAF), TCX_OK);
        status = run();
        judge(rows[i].name);
        check(subject_resumed() == rows[i].resumed, "%s: resumed %d", rows[i].name, subject_resumed());
        check((status == TCX_OK) == (rows[i].after <= rows[i].leaf && rows[i].after <= rows[i].middle), "%s: %d",
              rows[i].name, status);
        SSL_CTX_free(context);
    }
}

/* One pin's session is not another's. */
static void test_session_of_pin(void **state)
{
    static tcx_tls_session session;
    SSL_CTX *context = make_context(&rsa_leaf, NULL);

    (void)state;
    for (int other = 0; other < 2; other++) {
        tcx_tls_session_init(&session, NULL);
        for (int again = 0; again < 2; again++) {
            const int is_other = other && again;

            set_up(context);
            assert_int_equal(subject_pin(is_other ? RSA_ROOT : RSA_LEAF), TCX_OK);
            subject_set_session(&session);
            f.config.unix_time = NOW + again * (DAY - 1);
            assert_status("pin", run(), is_other ? TCX_E_TLS_INTEGRITY : TCX_OK);
            judge("pin");
            check(subject_resumed() == (again && !other), "other %d: resumed %d", other, subject_resumed());
        }
    }
    SSL_CTX_free(context);
}

static unsigned char seen_id[32];
static size_t seen_length;

/* The client's id becomes that of the new session. */
static int echo(SSL *ssl, unsigned char *id, unsigned *length)
{
    (void)ssl;
    memset(id, 0x77, *length);
    memcpy(id, seen_id, seen_length);
    if (seen_length > 0)
        *length = (unsigned)seen_length;
    return 1;
}

static int see(SSL *ssl, int *alert, void *argument)
{
    const unsigned char *id;

    (void)alert;
    (void)argument;
    seen_length = SSL_client_hello_get0_session_id(ssl, &id);
    memcpy(seen_id, id, seen_length);
    return SSL_CLIENT_HELLO_SUCCESS;
}

/* A server that has forgotten the session, and gives its id to a new one: once more in the same call, without it. */
static void test_echoed_id(void **state)
{
    static tcx_tls_session session;
    SSL_CTX *context = make_context(&ec_leaf, NULL), *other = make_context(&ec_leaf, NULL);

    (void)state;
    SSL_CTX_set_client_hello_cb(other, see, NULL);
    SSL_CTX_set_generate_session_id(other, echo);
    tcx_tls_session_init(&session, NULL);
    for (int call = 0; call < 3; call++) {
        set_up(call == 0 ? context : other);
        subject_set_session(&session);
        assert_status("echoed", run(), TCX_OK);
        assert_int_equal(f.peer.requests, 1);
        assert_int_equal(f.call.attempts, 1);
        check(subject_resumed() == (call == 2), "call %d: resumed %d", call, subject_resumed());
        check(f.link.links == (call == 1 ? 2 : 1) && f.link.closes == f.link.links, "call %d: %zu links, %zu closed",
              call, f.link.links, f.link.closes);
    }
    SSL_CTX_free(context);
    SSL_CTX_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_client_hello),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_kinds_of_names),
        cmocka_unit_test(test_open_twice),
        cmocka_unit_test(test_more_than_a_record),
        cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_cut_at_every_byte),
        cmocka_unit_test(test_damage_at_every_byte),
        cmocka_unit_test(test_nothing_after_damage),
        cmocka_unit_test(test_endless_records),
        cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_end_of_session),
        cmocka_unit_test(test_session_of_pin),
        cmocka_unit_test(test_echoed_id),
    };

    return cmocka_run_group_tests(tests, make_keys, NULL);
}
