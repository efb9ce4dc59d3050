/*
 * Tests a tunnel through a proxy: what is sent for it, what is believed of the answer, with any split and with a fault
 * at every step, and a call through it.
 */
#include "script.h"

static const tcx_peer peer = { TCX_TEXT("signed.test"), TCX_TEXT("host.test"), 443, 1800000000, 5 };
static const char granted[] = "HTTP/1.1 200 Connection established\r\n\r\n";

static struct {
    script link;
    tcx_proxy proxy;
    tcx_proxy_config config;
} f;

static void set_up(const char *answer, size_t length)
{
    script_init(&f.link, answer, length);
    f.config = (tcx_proxy_config){ &f.link.transport, TCX_TEXT("proxy.test"), 3128, { NULL, 0 } };
    assert_status("init", tcx_proxy_init(&f.proxy, &f.config), TCX_OK);
}

static int waits(int result)
{
    return result == TCX_AGAIN || result == TCX_WANT_READ || result == TCX_WANT_WRITE;
}

/* Opens until it returns what is not a wait, or nothing more will come. No call makes more transfers than it may. */
static int open_to(const tcx_peer *to)
{
    int result;

    do {
        const size_t calls = f.link.calls;

        result = f.proxy.transport.open(f.proxy.transport.context, to);
        assert_true(f.link.calls - calls <= 65);
    } while (waits(result) && !(result == TCX_WANT_READ && f.link.starved));
    return result;
}

static void close_proxy(void)
{
    f.proxy.transport.close(f.proxy.transport.context);
    assert_int_equal(f.link.closes, f.link.links);
    if (f.link.violation != NULL)
        fail_msg("%s", f.link.violation);
}

static tcx_status failure(int *detail)
{
    return f.proxy.transport.failure(f.proxy.transport.context, detail);
}

/* Opens, expects `status` with `detail`, and closes. */
static void expect(const char *where, tcx_status status, int detail)
{
    const int result = open_to(&peer);
    int found = result;

    assert_int_equal(f.proxy.is_up, status == TCX_OK);

    if (status == TCX_OK) {
        check(result == 1, "%s: open returned %d", where, result);
    } else {
        check(result < 0 && !waits(result) && result != TCX_CLOSED, "%s: open returned %d", where, result);
        assert_status(where, failure(&found), status);
        check(found == detail, "%s: detail %d", where, found);
        assert_int_equal(f.link.after_failure, 0);
    }
    close_proxy();
}

/* ---- the request ---- */

static void test_request(void **state)
{
    static const struct {
        tcx_text address;
        uint16_t port;
        tcx_text credentials;
        const char *sent;
    } rows[] = {
        { TCX_TEXT("host.test"), 443, { NULL, 0 }, "CONNECT host.test:443 HTTP/1.1\r\nHost: host.test:443\r\n\r\n" },
        { TCX_TEXT("10.0.0.1"), 1, { NULL, 0 }, "CONNECT 10.0.0.1:1 HTTP/1.1\r\nHost: 10.0.0.1:1\r\n\r\n" },
        { TCX_TEXT("2001:db8::1"),
          65535,
          { NULL, 0 },
          "CONNECT [2001:db8::1]:65535 HTTP/1.1\r\nHost: [2001:db8::1]:65535\r\n\r\n" },
        { TCX_TEXT("A-b_c.09Zz"),
          10000,
          { NULL, 0 },
          "CONNECT A-b_c.09Zz:10000 HTTP/1.1\r\nHost: A-b_c.09Zz:10000\r\n\r\n" },
        { TCX_TEXT("h"), 80, TCX_TEXT(":"),
          "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\nProxy-Authorization: Basic Og==\r\n\r\n" },
        { TCX_TEXT("h"), 80, TCX_TEXT("a:"),
          "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\nProxy-Authorization: Basic YTo=\r\n\r\n" },
        { TCX_TEXT("h"), 80, TCX_TEXT("a:b"),
          "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\nProxy-Authorization: Basic YTpi\r\n\r\n" },
        { TCX_TEXT("h"), 80, TCX_TEXT("Aladdin:open sesame"), /* RFC 7617 section 2 */
          "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n\r\n" },
        { TCX_TEXT("h"), 80, TCX_TEXT("test:123\xC2\xA3"), /* the same, section 2.1 */
          "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\nProxy-Authorization: Basic dGVzdDoxMjPCow==\r\n\r\n" },
        { TCX_TEXT("h"), 80, TCX_TEXT("a:\xFF\xFF\xFE~>?"),
          "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\nProxy-Authorization: Basic YTr///5+Pj8=\r\n\r\n" },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        tcx_peer to = peer;

        to.address = rows[i].address;
        to.port = rows[i].port;
        for (size_t piece = 1; piece <= 300; piece++) {
            set_up(granted, strlen(granted));
            f.config.credentials = rows[i].credentials;
            f.link.piece = piece;
            assert_int_equal(open_to(&to), 1);
            assert_bytes(rows[i].sent, f.link.sent, f.link.sent_length, tcx_text_from(rows[i].sent));
            close_proxy();
        }
    }
    /* The proxy is dialled, and is whom a link with TLS would verify. */
    assert_bytes("name", f.link.dialled.name.bytes, f.link.dialled.name.length, tcx_text_from("proxy.test"));
    assert_bytes("address", f.link.dialled.address.bytes, f.link.dialled.address.length, tcx_text_from("proxy.test"));
    assert_int_equal(f.link.dialled.port, 3128);
    assert_true(f.link.dialled.unix_time == 1800000000 && f.link.dialled.correction == 5);
}

/* The longest request: more than any window, sent in all pieces. */
static void test_long_request(void **state)
{
    static char address[256], credentials[TCX_PROXY_CREDENTIALS_MAX + 1], sent[2200];
    tcx_peer to = peer;
    size_t length;

    (void)state;
    memset(address, 'a', 255);
    memset(credentials, 'c', TCX_PROXY_CREDENTIALS_MAX);
    credentials[500] = ':';
    to.address = tcx_text_from(address);
    for (size_t piece = 1; piece < 600; piece += 7) {
        set_up(granted, strlen(granted));
        f.config.credentials = tcx_text_from(credentials);
        assert_status("long", tcx_proxy_init(&f.proxy, &f.config), TCX_OK);
        f.link.piece = piece;
        f.link.stutter = TCX_WANT_WRITE;
        assert_int_equal(open_to(&to), 1);
        length = (size_t)sprintf(sent, "CONNECT %s:443 HTTP/1.1\r\nHost: %s:443\r\nProxy-Authorization: Basic ",
                                 address, address);
        assert_bytes("begin", f.link.sent, length, tcx_text_from(sent));
        assert_int_equal(f.link.sent_length, length + (TCX_PROXY_CREDENTIALS_MAX + 2) / 3 * 4 + 4);
        assert_bytes("end", f.link.sent + f.link.sent_length - 6, 6, tcx_text_from("==\r\n\r\n"));
        close_proxy();
    }
}

static void test_targets(void **state)
{
    static const char bad[] = " \t\r\n\"#%&'()*+,/;<=>?@[\\]^`{|}~\x7F\x80\xFF";
    char address[300] = "a.test";
    tcx_peer to = peer;
    int detail = 7;

    (void)state;
    for (size_t i = 0; i < sizeof bad; i++) { /* and the zero byte that ends it */
        set_up(granted, strlen(granted));
        address[2] = bad[i];
        to.address = (tcx_text){ address, 6 };
        assert_true(f.proxy.transport.open(f.proxy.transport.context, &to) < 0);
        assert_status("target", failure(&detail), TCX_E_PROXY_TARGET);
        assert_int_equal(f.proxy.is_up, 0);
        assert_int_equal(detail, 0);
        close_proxy();
        assert_int_equal(f.link.calls, 0);
    }
    memset(address, 'a', sizeof address);
    for (size_t length = 0; length <= 256; length++) {
        set_up(granted, strlen(granted));
        to.address = (tcx_text){ address, length };
        assert_int_equal(open_to(&to) == 1, length > 0 && length < 256);
        close_proxy();
    }
}

/* ---- the answer ---- */

static void test_statuses(void **state)
{
    char answer[64];

    (void)state;
    for (int code = 0; code < 1000; code++) {
        const int is_good = code >= 200 && code < 300, is_interim = code >= 100 && code < 200 && code != 101;

        for (int with_reason = 0; with_reason < 2; with_reason++) {
            set_up(answer,
                   (size_t)sprintf(answer, "HTTP/1.%d %03d%s\r\n\r\n", code % 10, code, with_reason ? " x" : ""));
            f.link.ending = TCX_CLOSED;
            expect(answer,
                   is_good      ? TCX_OK
                   : is_interim ? TCX_E_PROXY_CLOSED
                   : code < 100 ? TCX_E_PROXY_ANSWER
                                : TCX_E_PROXY,
                   code < 100 || is_interim ? 0 : code);
        }
    }
}

static void test_answers(void **state)
{
    static const struct {
        tcx_text answer;
        tcx_status status;
        int detail;
    } rows[] = {
        { TCX_TEXT("HTTP/1.0 200 Connection established\r\nProxy-agent: a/1.0\r\n\r\n"), TCX_OK, 0 },
        { TCX_TEXT("HTTP/1.1 200 \r\n\r\n"), TCX_OK, 0 },
        { TCX_TEXT("HTTP/1.1 200\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"), TCX_OK, 0 },
        { TCX_TEXT("HTTP/1.1 200 \xE4\tb\r\nA:\r\nb!#$%&'*+-.^_`|~09:\t\xFF x: \r\n\r\n"), TCX_OK, 0 },
        { TCX_TEXT("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"), TCX_OK,
          0 },
        { TCX_TEXT("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 407 A\r\n\r\n"), TCX_E_PROXY, 407 },
        { TCX_TEXT("HTTP/1.1 403 Filtered\r\n"), TCX_E_PROXY, 403 }, /* cut off after it has said so */
        { TCX_TEXT("HTTP/1.1 502 Bad Gateway\r\nno field"), TCX_E_PROXY, 502 },
        { TCX_TEXT("HTTP/1.1 200 OK\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200\n\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200 OK\r\n\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200 OK\r\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200 OK\r\n\rx"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200 OK\rA: b\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200 O\0K\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200 O\x7FK\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200 OK\r\nA: \0\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200 OK\r\nA: b\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200 OK\r\nA: b\r\n\tc\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200 OK\r\n A: b\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200 OK\r\nA : b\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200 OK\r\n: b\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200 OK\r\nAb\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200 OK\r\n\xE4: b\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 2000\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 200\tOK\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 20\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1  200\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.1 2 0 OK\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1.: 200 OK\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/1./ 200 OK\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("HTTP/2 200\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("http/1.1 200 OK\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("\r\nHTTP/1.1 200 OK\r\n\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT("\x05\xFF"), TCX_E_PROXY_ANSWER, 0 },                     /* SOCKS */
        { TCX_TEXT("\x15\x03\x01\x00\x02\x02\x16"), TCX_E_PROXY_ANSWER, 0 }, /* TLS */
        { TCX_TEXT("SSH-2.0-OpenSSH_9.2\r\n"), TCX_E_PROXY_ANSWER, 0 },
        { TCX_TEXT(""), TCX_E_PROXY_CLOSED, 0 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        for (int clean = 0; clean < 2; clean++) {
            set_up(rows[i].answer.bytes, rows[i].answer.length);
            f.link.ending = clean ? TCX_CLOSED_CLEAN : TCX_CLOSED;
            expect(rows[i].answer.bytes, rows[i].status, rows[i].detail);
        }
    }
}

/* What a byte outside the status line may be: against the same rule, written as a list. */
static void test_every_byte(void **state)
{
    static const char tokens[] = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        const int is_text = byte == '\t' || (byte >= 32 && byte != 127), is_token = byte && strchr(tokens, byte);
        char answers[3][40] = { "HTTP/1.1 200 a?b\r\nA: b\r\n\r\n", "HTTP/1.1 200 a\r\nA: b?c\r\n\r\n",
                                "HTTP/1.1 200 a\r\nA?b: c\r\n\r\n" };

        for (size_t i = 0; i < 3; i++) {
            const int is_good = i < 2 ? is_text : is_token || byte == ':';
            char *place = strchr(answers[i], '?');

            *place = (char)byte;
            set_up(answers[i], 26);
            f.link.ending = TCX_CLOSED;
            expect("byte", is_good ? TCX_OK : TCX_E_PROXY_ANSWER, 0);
        }
    }
}

/* An answer ends where its head ends: what comes along with it is the tunnel's, however it is split. */
static void test_splits(void **state)
{
    static const char answer[] =
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nVia: 1.1 a\r\nContent-Length: 3\r\n\r\n"
        "\r\nHTTP/1.1 tunnel";
    static const int stutters[] = { 0, TCX_AGAIN, TCX_WANT_READ, TCX_WANT_WRITE };
    const size_t head = strlen(answer) - strlen("\r\nHTTP/1.1 tunnel");

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(stutters); i++) {
        for (size_t piece = 1; piece <= sizeof answer; piece++) {
            char got[40];
            size_t length = 0;

            set_up(answer, strlen(answer));
            f.link.stutter = stutters[i];
            f.link.piece = piece;
            assert_int_equal(open_to(&peer), 1);
            assert_int_equal(f.link.received, head);
            assert_int_equal(f.proxy.transport.open(f.proxy.transport.context, &peer), 0);
            while (length < strlen(answer) - head) {
                int moved = f.proxy.transport.recv(f.proxy.transport.context, got + length, sizeof got - length);

                assert_true(moved > 0 || waits(moved));
                length += moved > 0 ? (size_t)moved : 0;
            }
            assert_bytes("tunnel", got, length, tcx_text_from(answer + head));
            while ((length = (size_t)f.proxy.transport.send(f.proxy.transport.context, "x", 1)) != 1)
                assert_true(waits((int)length));
            assert_int_equal(f.link.sent[f.link.sent_length - 1], 'x');
            close_proxy();
        }
    }
}

/* An answer that is cut off: a refusal counts from the end of its status line, an agreement from the end of the head. */
static void test_cuts(void **state)
{
    static const char agreed[] = "HTTP/1.1 100 a\r\n\r\nHTTP/1.1 200 OK\r\nA: b\r\n\r\n";
    static const char refused[] = "HTTP/1.1 407 Authenticate\r\nA: b\r\n\r\n";
    const size_t line = strlen("HTTP/1.1 407 Authenticate\r\n");

    (void)state;
    for (size_t length = 0; length < sizeof agreed; length++) {
        set_up(agreed, length);
        f.link.ending = TCX_CLOSED;
        expect("agreed", length == strlen(agreed) ? TCX_OK : TCX_E_PROXY_CLOSED, 0);
        set_up(agreed, length);
        if (length < strlen(agreed)) {
            assert_int_equal(open_to(&peer), TCX_WANT_READ);
            close_proxy();
        }
    }
    for (size_t length = 0; length < sizeof refused; length++) {
        set_up(refused, length);
        f.link.ending = TCX_CLOSED;
        expect("refused", length >= line ? TCX_E_PROXY : TCX_E_PROXY_CLOSED, length >= line ? 407 : 0);
    }
}

/* 8192 bytes in all are read, and not one more. */
static void test_long_answers(void **state)
{
    static const char begin[] = "HTTP/1.1 200 OK\r\nA: ", interim[] = "HTTP/1.1 100 a\r\n\r\n";
    static char answer[20000];
    size_t length;

    (void)state;
    for (size_t more = 0; more < 3; more++) {
        const size_t total = TCX_PROXY_ANSWER_MAX - 1 + more;

        memset(answer, 'a', sizeof answer);
        memcpy(answer, begin, strlen(begin));
        memcpy(answer + total - 4, "\r\n\r\n", 4);
        set_up(answer, sizeof answer);
        expect("long", more < 2 ? TCX_OK : TCX_E_PROXY_ANSWER, 0);
        assert_int_equal(f.link.received, total);
    }
    for (length = 0; length + strlen(interim) < sizeof answer; length += strlen(interim))
        memcpy(answer + length, interim, strlen(interim));
    set_up(answer, length);
    expect("flood", TCX_E_PROXY_ANSWER, 0);
    assert_int_equal(f.link.received, TCX_PROXY_ANSWER_MAX + 1);
}

/* ---- faults ---- */

static tcx_status link_failure(void *context, int *detail)
{
    (void)context;
    *detail = *detail == -77 ? 12 : *detail;
    return TCX_E_RESOLVE;
}

/* Every call of the link fails once, in every way. */
static void test_faults(void **state)
{
    static const int results[] = { SCRIPT_ZERO, SCRIPT_TOO_MUCH, -77, TCX_CLOSED, TCX_CLOSED_CLEAN };
    size_t calls;

    (void)state;
    set_up(granted, strlen(granted));
    f.link.piece = 20;
    assert_int_equal(open_to(&peer), 1);
    calls = f.link.calls;
    close_proxy();
    assert_int_equal(calls, 1 + 3 + strlen(granted));
    for (size_t i = 0; i < calls * TCX_COUNT(results) * 2; i++) {
        const int result = results[i / 2 % TCX_COUNT(results)], is_named = i % 2 != 0;
        const size_t call = i / 2 / TCX_COUNT(results);
        int got, detail;
        tcx_status status;

        set_up(granted, strlen(granted));
        f.link.piece = 20;
        f.link.faults[0].call = call;
        f.link.faults[0].result = result;
        f.link.transport.failure = is_named ? link_failure : NULL;
        got = detail = open_to(&peer);
        if (call == 0) { /* the call looks at open's results */
            assert_int_equal(got, f.link.faults[0].returned);
            close_proxy();
            continue;
        }
        assert_true(got < 0 && !waits(got) && got != TCX_CLOSED && got != TCX_CLOSED_CLEAN);
        status = failure(&detail);
        if (result == -77) {
            assert_int_equal(got, -77);
            assert_status("the link's", status, is_named ? TCX_E_RESOLVE : TCX_OK);
            assert_int_equal(detail, is_named ? 12 : -77);
        } else if (result < 0) {
            assert_status("closed", status, TCX_E_PROXY_CLOSED);
            assert_int_equal(detail, 0);
        } else {
            assert_status("contract", status, TCX_E_TRANSPORT_CONTRACT);
            assert_int_equal(detail, f.link.faults[0].returned);
        }
        assert_int_equal(f.link.after_failure, 0);
        close_proxy();

        /* The next link knows nothing of it. */
        script_init(&f.link, granted, strlen(granted));
        detail = 5;
        assert_int_equal(open_to(&peer), 1);
        assert_status("as new", failure(&detail), TCX_OK);
        assert_int_equal(f.proxy.is_up, 1);
        assert_int_equal(detail, 5);
        close_proxy();
    }
}

/* Closed after every step, and opened again: the request begins anew, and so does the answer. */
static void test_reopened(void **state)
{
    (void)state;
    for (size_t steps = 0; steps < 60; steps++) {
        int result = TCX_AGAIN;

        set_up(granted, strlen(granted));
        f.link.piece = 10;
        f.link.stutter = TCX_AGAIN;
        for (size_t i = 0; i < steps && result == TCX_AGAIN; i++)
            result = f.proxy.transport.open(f.proxy.transport.context, &peer);
        close_proxy();
        close_proxy(); /* of a link that is closed: the one below is not asked again */
        script_init(&f.link, granted, strlen(granted));
        assert_int_equal(open_to(&peer), 1);
        assert_bytes("sent", f.link.sent, f.link.sent_length,
                     tcx_text_from("CONNECT host.test:443 HTTP/1.1\r\nHost: host.test:443\r\n\r\n"));
        close_proxy();
    }
}

/* ---- set-up ---- */

static unsigned char place[8];

static unsigned char *compose(void *context, size_t *length)
{
    *length = context == &f.link ? sizeof place : 0;
    return place;
}

static void test_init(void **state)
{
    static char longest[TCX_PROXY_CREDENTIALS_MAX + 2];
    static const char *const bad_addresses[] = { "", " a", "a b", "a\n", "\x7F", "\xC3\xA4" };
    tcx_transport link;
    size_t length = 0;

    (void)state;
    set_up("", 0);
    assert_null(f.proxy.transport.compose);
    f.link.transport.compose = compose;
    assert_status("compose", tcx_proxy_init(&f.proxy, &f.config), TCX_OK);
    assert_ptr_equal(f.proxy.transport.compose(f.proxy.transport.context, &length), place);
    assert_int_equal(length, sizeof place);

    assert_status("no proxy", tcx_proxy_init(NULL, &f.config), TCX_E_NULL);
    assert_status("no config", tcx_proxy_init(&f.proxy, NULL), TCX_E_NULL);
    assert_null(f.proxy.transport.open);
    for (int missing = 0; missing < 6; missing++) {
        link = f.link.transport;
        f.config.link = missing == 0 ? NULL : &link;
        f.config.address = missing == 1 ? (tcx_text){ NULL, 0 } : tcx_text_from("a");
        link.open = missing == 2 ? NULL : link.open;
        link.send = missing == 3 ? NULL : link.send;
        link.recv = missing == 4 ? NULL : link.recv;
        link.close = missing == 5 ? NULL : link.close;
        assert_status("missing", tcx_proxy_init(&f.proxy, &f.config), TCX_E_NULL);
    }
    set_up("", 0);
    for (size_t i = 0; i < TCX_COUNT(bad_addresses); i++) {
        f.config.address = tcx_text_from(bad_addresses[i]);
        assert_status(bad_addresses[i], tcx_proxy_init(&f.proxy, &f.config), TCX_E_PROXY_ADDRESS);
    }
    f.config.address = tcx_text_from("!~");
    assert_status("visible", tcx_proxy_init(&f.proxy, &f.config), TCX_OK);
    f.config.port = 0;
    assert_status("port", tcx_proxy_init(&f.proxy, &f.config), TCX_E_PROXY_ADDRESS);
    f.config.port = 1;
    for (int byte = 0; byte < 256; byte++) {
        const char text[] = { 'a', ':', (char)byte };

        f.config.credentials = (tcx_text){ text, 3 };
        assert_status("byte", tcx_proxy_init(&f.proxy, &f.config),
                      byte < 32 || byte == 127 ? TCX_E_PROXY_CREDENTIALS : TCX_OK);
    }
    f.config.credentials = tcx_text_from("user");
    assert_status("no colon", tcx_proxy_init(&f.proxy, &f.config), TCX_E_PROXY_CREDENTIALS);
    f.config.credentials = tcx_text_from("");
    assert_status("empty", tcx_proxy_init(&f.proxy, &f.config), TCX_E_PROXY_CREDENTIALS);
    memset(longest, ':', TCX_PROXY_CREDENTIALS_MAX + 1);
    f.config.credentials = tcx_text_from(longest);
    assert_status("long", tcx_proxy_init(&f.proxy, &f.config), TCX_E_PROXY_CREDENTIALS);
    f.config.credentials.length--;
    assert_status("longest", tcx_proxy_init(&f.proxy, &f.config), TCX_OK);
}

/* ---- a call ---- */

/* A proxy, and the service behind it: says the next of its answers whenever a blank line has come. */
static struct {
    const char *answers[2];
    size_t heads, line, given;
} far_end;

static void take(void *context, const unsigned char *bytes, size_t length)
{
    (void)context;
    for (size_t i = 0; i < length; i++) {
        far_end.heads += bytes[i] == '\n' && far_end.line == 0;
        if (bytes[i] != '\r')
            far_end.line = bytes[i] == '\n' ? 0 : far_end.line + 1;
    }
}

static size_t give(void *context, unsigned char *bytes, size_t length)
{
    size_t at = far_end.given, begin = 0;

    (void)context;
    (void)length;
    for (size_t i = 0; i < far_end.heads && i < 2; i++) {
        if (at - begin < strlen(far_end.answers[i])) {
            *bytes = (unsigned char)far_end.answers[i][at - begin];
            far_end.given++;
            return 1;
        }
        begin += strlen(far_end.answers[i]);
    }
    return 0;
}

static void call_through(const char *proxy_says, const char *service_says, tcx_call *call)
{
    static unsigned char buffer[2048];
    static tcx_signer signer;
    static tcx_call_config config;

    set_up("", 0);
    memset(call, 0, sizeof *call);
    memset(&far_end, 0, sizeof far_end);
    far_end.answers[0] = proxy_says;
    far_end.answers[1] = service_says;
    f.link.take = take;
    f.link.give = give;
    config = (tcx_call_config){ .transport = &f.proxy.transport,
                                .signer = &signer,
                                .buffer = buffer,
                                .buffer_size = sizeof buffer,
                                .unix_time = SCRIPT_NOW };
    assert_status("signer", tcx_signer_init(&signer, &tcx_example_credentials, TCX_SIGN_TC3), TCX_OK);
    assert_status("begin", tcx_call_begin(call, &config, &tcx_example_request, 0), TCX_OK);
    while (tcx_call_step(call, 0) == TCX_PENDING)
        assert_int_equal(tcx_call_wants(call), 0);
    assert_int_equal(f.link.closes, 1);
    assert_null(f.link.violation);
}

static void test_call(void **state)
{
    static const char answer[] = "{\"Response\":{\"Result\":\"done\",\"RequestId\":\"r\"}}";
    tcx_call call;

    (void)state;
    call_through(granted, script_answer(answer, "Fri, 15 Jan 2027 08:00:00 GMT", ""), &call);
    assert_status("through", call.status, TCX_OK);
    assert_bytes("Result", call.response.result.bytes, call.response.result.length, tcx_text_from("done"));
    assert_non_null(strstr((char *)f.link.sent, "\r\n\r\nPOST / HTTP/1.1\r\n"));

    call_through("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n", "", &call);
    assert_status("407", call.status, TCX_E_PROXY);
    assert_int_equal(call.detail, 407);
    assert_int_equal(call.outcome, TCX_NOT_SENT);
    assert_int_equal(far_end.heads, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request),  cmocka_unit_test(test_long_request), cmocka_unit_test(test_targets),
        cmocka_unit_test(test_statuses), cmocka_unit_test(test_answers),      cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_splits),   cmocka_unit_test(test_cuts),         cmocka_unit_test(test_long_answers),
        cmocka_unit_test(test_faults),   cmocka_unit_test(test_reopened),     cmocka_unit_test(test_init),
        cmocka_unit_test(test_call),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
