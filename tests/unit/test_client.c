/*
 * Tests the front door over a scripted link: it makes the call that the same parts make by hand, keeps the first error
 * of its set-up, and sends nothing after one. With TLS, only the set-up is tested here: the programs of README and
 * tutorial make calls with it.
 */
#include "script.h"

#include <tcexec/client.h>

#define ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n{\"Response\":{\"Result\":\"XXX\"}}"

enum { NOW = 1800000000, JITTER = 0x0B };

/* A platform, what it was asked for, and a client on it. */
static struct {
    script link;
    uint32_t tick;
    int64_t time;
    int entropy_result; /* 0: the length */
    unsigned waits, drawn;
    tcx_port port;
    unsigned char answer[1024], records[TCX_TLS_BUFFER_MIN];
    tcx_client client;
} f;

static uint32_t tick(void *context)
{
    assert_ptr_equal(context, &f);
    return f.tick;
}

static void wait_for(void *context, unsigned wants, uint32_t time_left)
{
    assert_ptr_equal(context, &f);
    assert_int_not_equal(wants, 0);
    f.waits++;
    f.tick += time_left < 10 ? time_left : 10;
}

static int64_t unix_time(void *context)
{
    assert_ptr_equal(context, &f);
    return f.time;
}

static int entropy(void *context, void *out, size_t length)
{
    assert_ptr_equal(context, &f);
    memset(out, JITTER, length);
    f.drawn++;
    return f.entropy_result != 0 ? f.entropy_result : (int)length;
}

static void set_up_port(const char *answer)
{
    const tcx_port port = { &f.link.transport, &f, tick, wait_for, unix_time, entropy };

    memset(&f, 0, sizeof f);
    script_init(&f.link, answer, strlen(answer));
    f.tick = UINT32_MAX - 5;
    f.time = NOW;
    f.port = port;
}

/* A client whose link is believed to verify the server. */
static void set_up(const char *answer)
{
    set_up_port(answer);
    tcx_client_init(&f.client, &f.port, f.answer, sizeof f.answer);
    tcx_client_credentials(&f.client, &tcx_example_credentials);
    tcx_client_trust_link(&f.client);
}

static void assert_result(const char *where)
{
    assert_status(where, f.client.call.status, TCX_OK);
    assert_int_equal(f.client.call.response.result.length, 3);
    assert_memory_equal(f.client.call.response.result.bytes, "XXX", 3);
    assert_null(f.link.violation);
}

/* ---- the call ---- */

static void test_execute(void **state)
{
    static const int stutters[] = { 0, TCX_WANT_READ, TCX_WANT_WRITE, TCX_AGAIN };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(stutters); i++) {
        set_up(ANSWER);
        f.link.stutter = stutters[i];
        f.link.piece = 100;
        assert_status("execute", tcx_client_execute(&f.client, &tcx_example_request), TCX_OK);
        assert_result("execute");
        assert_int_equal(f.waits > 0, stutters[i] == TCX_WANT_READ || stutters[i] == TCX_WANT_WRITE);
        assert_int_equal(f.link.closes, 1);
        assert_int_equal(f.drawn, 0); /* nothing is random without retries and without TLS */
    }
}

/* The same request as the same parts make by hand. */
static void test_is_what_the_parts_do(void **state)
{
    static script link;
    static tcx_call call;
    unsigned char buffer[1024];
    tcx_signer signer;
    const tcx_call_config config = { .transport = &link.transport,
                                     .signer = &signer,
                                     .buffer = buffer,
                                     .buffer_size = sizeof buffer,
                                     .unix_time = NOW };

    (void)state;
    set_up(ANSWER);
    script_init(&link, ANSWER, sizeof ANSWER - 1);
    assert_status("by hand", tcx_signer_init(&signer, &tcx_example_credentials, TCX_SIGN_TC3), TCX_OK);
    assert_status("by hand", tcx_execute(&call, &config, &tcx_example_request, &f.port), TCX_OK);
    assert_status("client", tcx_client_execute(&f.client, &tcx_example_request), TCX_OK);
    assert_int_equal(f.link.sent_length, link.sent_length);
    assert_memory_equal(f.link.sent, link.sent, link.sent_length);
}

static void test_steps(void **state)
{
    tcx_status status;
    unsigned steps = 0;

    (void)state;
    set_up(ANSWER);
    f.port.wait = NULL; /* nobody waits */
    f.link.stutter = TCX_WANT_READ;
    f.link.piece = 100;
    status = tcx_client_begin(&f.client, &tcx_example_request);
    assert_status("begin", status, TCX_PENDING);
    assert_int_equal(f.link.calls, 0);
    for (; status == TCX_PENDING; status = tcx_client_step(&f.client), steps++) {
        check(steps < 100, "it does not end");
        assert_status("begin again", tcx_client_begin(&f.client, &tcx_example_request), TCX_E_BUSY);
        f.port.wait = wait_for;
        assert_status("execute as well", tcx_client_execute(&f.client, &tcx_example_request), TCX_E_BUSY);
        f.port.wait = NULL;
        assert_status("goes on", f.client.call.status, TCX_PENDING);
    }
    assert_true(steps > 2);
    assert_result("steps");
    assert_int_equal(f.waits, 0);
    assert_status("once more", tcx_client_step(&f.client), TCX_OK);
    assert_result("the answer stays");
}

/* A client makes one call after the other, over a connection that is kept. */
static void test_kept_connection(void **state)
{
    tcx_connection connection;

    (void)state;
    set_up(ANSWER ANSWER);
    f.link.answer_after = 0;
    f.link.answer_length = sizeof ANSWER - 1;
    tcx_connection_init(&connection, 0);
    f.client.config.connection = &connection;
    assert_status("first", tcx_client_execute(&f.client, &tcx_example_request), TCX_OK);
    assert_int_equal(f.link.closes, 0);
    f.link.answer_length = 2 * (sizeof ANSWER - 1);
    f.link.answer_after = f.link.sent_length + 1;
    assert_status("second", tcx_client_execute(&f.client, &tcx_example_request), TCX_OK);
    assert_result("second");
    assert_int_equal(f.link.links, 1);
    tcx_client_wipe(&f.client);
    assert_int_equal(f.link.closes, 1);
    tcx_client_wipe(&f.client);
    assert_int_equal(f.link.closes, 1);
}

/* ---- clock and jitter ---- */

/* Whether the request says that it was signed at `time`. */
static int was_signed_at(int64_t time)
{
    char field[40];

    snprintf(field, sizeof field, "X-TC-Timestamp: %lld\r\n", (long long)time);
    f.link.sent[f.link.sent_length] = '\0';
    return strstr((const char *)f.link.sent, field) != NULL;
}

static void test_clock(void **state)
{
    static const struct {
        int64_t time, offset;
        tcx_status status;
    } rows[] = {
        { NOW, 0, TCX_OK },
        { NOW, -3600, TCX_OK },
        { 12, NOW, TCX_OK }, /* a counter of the seconds since reset, and when that was */
        { 0, 0, TCX_E_CLOCK_UNSET },
        { 0, 3600, TCX_E_CLOCK_UNSET },
        { NOW, -NOW, TCX_E_CLOCK_UNSET },
        { INT64_MAX, 1, TCX_E_CLOCK_UNSET },
        { INT64_MIN, -1, TCX_E_TIME },
        { INT64_MAX, 0, TCX_E_TIME },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        set_up(ANSWER);
        f.time = rows[i].time;
        f.client.clock_offset = rows[i].offset;
        check(tcx_client_execute(&f.client, &tcx_example_request) == rows[i].status, "row %zu", i);
        check(rows[i].status != TCX_OK || was_signed_at(rows[i].time + rows[i].offset), "row %zu", i);
        check(rows[i].status == TCX_OK || f.link.calls == 0, "row %zu", i);
    }
}

/* What the service's Date says is applied by one line, and only by that. Applied twice, it is not added twice. */
static void test_clock_offset(void **state)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nDate: Fri, 15 Jan 2027 08:01:00 GMT\r\nContent-Length: 29\r\n\r\n"
                                 "{\"Response\":{\"Result\":\"XXX\"}}"; /* NOW + 60 */

    (void)state;
    set_up(answer);
    assert_status("first", tcx_client_execute(&f.client, &tcx_example_request), TCX_OK);
    assert_int_equal(f.client.clock_offset, 0);
    for (int i = 0; i < 2; i++) {
        f.client.clock_offset += tcx_call_clock_offset(&f.client.call);
        assert_int_equal(f.client.clock_offset, 60);
        script_init(&f.link, answer, sizeof answer - 1);
        assert_status("again", tcx_client_execute(&f.client, &tcx_example_request), TCX_OK);
        assert_true(was_signed_at(NOW + 60));
    }
}

static void test_jitter(void **state)
{
    tcx_retry retry;

    (void)state;
    tcx_retry_init(&retry, 2);
    set_up(ANSWER);
    f.client.config.retry = &retry;
    assert_status("drawn", tcx_client_execute(&f.client, &tcx_example_request), TCX_OK);
    assert_int_equal(f.client.config.jitter, JITTER * 0x01010101u);
    assert_int_equal(f.drawn, 1);
    for (int result = -1; result < 4; result += result < 0 ? 2 : 1) {
        set_up(ANSWER);
        f.client.config.retry = &retry;
        f.entropy_result = result;
        assert_status("failed", tcx_client_execute(&f.client, &tcx_example_request), TCX_E_TLS_ENTROPY);
        assert_status("failed", f.client.call.status, TCX_E_TLS_ENTROPY);
        assert_int_equal(f.link.calls, 0);
    }
    set_up(ANSWER);
    f.client.config.retry = &retry;
    f.client.config.jitter = 77; /* the caller's own, on a platform without entropy */
    f.port.entropy = NULL;
    assert_status("none", tcx_client_execute(&f.client, &tcx_example_request), TCX_OK);
    assert_int_equal(f.client.config.jitter, 77);
}

/* ---- the set-up ---- */

static unsigned char modulus[256] = { 0x80 }, exponent[1] = { 3 };
static const br_x509_pkey key = { BR_KEYTYPE_RSA, { .rsa = { modulus, sizeof modulus, exponent, 1 } } };
static const br_x509_pkey short_key = { BR_KEYTYPE_RSA, { .rsa = { modulus, 128, exponent, 1 } } };
static const tcx_credentials no_key = { TCX_TEXT("AKIDEXAMPLE"), { NULL, 0 }, { NULL, 0 } };
static br_x509_trust_anchor anchor;

static tcx_client_chain chain;
static tcx_client_pin pin;
static tcx_tls tls;

/* What a set-up does wrong. */
enum {
    NO_PORT,
    NO_LINK,
    NO_TICK,
    NO_UNIX_TIME,
    NO_WAIT,
    NO_ANSWER,
    NO_ANSWER_SIZE,
    NO_CREDENTIALS,
    NULL_CREDENTIALS,
    NO_SECRET_KEY,
    NO_RECEIVE,
    NO_TRUST,
    NULL_CHAIN,
    NO_ANCHORS,
    NULL_PIN,
    SHORT_KEY,
    NULL_TLS,
    NO_PROFILE,
    NO_ENTROPY,
    SMALL_RECORDS,
    MISTAKES
};

static void set_up_wrongly(int mistake)
{
    const tcx_tls_profile *profile = mistake == NO_PROFILE ? NULL : &tcx_tls_profile_full;
    const size_t size = mistake == SMALL_RECORDS ? sizeof f.records - 1 : sizeof f.records;

    set_up_port(ANSWER);
    f.port.link = mistake == NO_LINK ? NULL : f.port.link;
    f.port.tick = mistake == NO_TICK ? NULL : f.port.tick;
    f.port.wait = mistake == NO_WAIT ? NULL : f.port.wait;
    f.port.unix_time = mistake == NO_UNIX_TIME ? NULL : f.port.unix_time;
    f.port.entropy = mistake == NO_ENTROPY ? NULL : f.port.entropy;
    if (mistake == NO_RECEIVE)
        f.link.transport.recv = NULL;
    tcx_client_init(&f.client, mistake == NO_PORT ? NULL : &f.port, mistake == NO_ANSWER ? NULL : f.answer,
                    mistake == NO_ANSWER_SIZE ? 0 : sizeof f.answer);
    if (mistake != NO_CREDENTIALS)
        tcx_client_credentials(&f.client, mistake == NULL_CREDENTIALS ? NULL
                                          : mistake == NO_SECRET_KEY  ? &no_key
                                                                      : &tcx_example_credentials);
    switch (mistake) {
    case NO_TRUST:
        break;
    case NULL_CHAIN:
        tcx_client_trust_chain(&f.client, NULL, profile, &anchor, 1, f.records, size);
        break;
    case NO_ANCHORS:
        tcx_client_trust_chain(&f.client, &chain, profile, &anchor, 0, f.records, size);
        break;
    case NULL_PIN:
        tcx_client_trust_pin(&f.client, NULL, profile, &key, f.records, size);
        break;
    case SHORT_KEY:
        tcx_client_trust_pin(&f.client, &pin, profile, &short_key, f.records, size);
        break;
    case NULL_TLS:
        tcx_client_trust(&f.client, NULL, profile, &chain.chain.trust, f.records, size);
        break;
    case NO_PROFILE:
    case NO_ENTROPY:
    case SMALL_RECORDS:
        tcx_client_trust_pin(&f.client, &pin, profile, &key, f.records, size);
        break;
    default:
        tcx_client_trust_link(&f.client);
    }
}

static const tcx_status mistakes[MISTAKES] = {
    [NO_PORT] = TCX_E_NULL,
    [NO_LINK] = TCX_E_NULL,
    [NO_TICK] = TCX_E_NULL,
    [NO_UNIX_TIME] = TCX_E_NULL,
    [NO_WAIT] = TCX_E_NULL,
    [NO_ANSWER] = TCX_E_NULL,
    [NO_ANSWER_SIZE] = TCX_E_NULL,
    [NO_CREDENTIALS] = TCX_E_NULL,
    [NULL_CREDENTIALS] = TCX_E_NULL,
    [NO_SECRET_KEY] = TCX_E_SECRET_KEY_EMPTY,
    [NO_RECEIVE] = TCX_E_NULL,
    [NO_TRUST] = TCX_E_TLS_TRUST,
    [NULL_CHAIN] = TCX_E_NULL,
    [NO_ANCHORS] = TCX_E_TLS_TRUST,
    [NULL_PIN] = TCX_E_NULL,
    [SHORT_KEY] = TCX_E_TLS_TRUST,
    [NULL_TLS] = TCX_E_NULL,
    [NO_PROFILE] = TCX_E_NULL,
    [NO_ENTROPY] = TCX_E_TLS_ENTROPY,
    [SMALL_RECORDS] = TCX_E_TLS_BUFFER,
};

static void assert_refused(int mistake, tcx_status status)
{
    check(status == mistakes[mistake], "mistake %d: %s", mistake, tcx_status_name(status));
    check(f.client.call.status == status, "mistake %d: %s", mistake, tcx_status_name(f.client.call.status));
    check(f.client.call.outcome == TCX_NOT_SENT && f.link.calls == 0 && f.link.closes == 0, "mistake %d", mistake);
}

static void test_mistakes(void **state)
{
    (void)state;
    for (int mistake = 0; mistake < MISTAKES; mistake++) {
        set_up_wrongly(mistake);
        assert_refused(mistake, tcx_client_execute(&f.client, &tcx_example_request));
        assert_refused(mistake, tcx_client_execute(&f.client, &tcx_example_request));
        if (mistake == NO_WAIT)
            continue;
        assert_refused(mistake, tcx_client_begin(&f.client, &tcx_example_request));
        assert_refused(mistake, tcx_client_step(&f.client));
        tcx_client_wipe(&f.client);
        assert_refused(mistake, f.client.call.status);
        set_up(ANSWER);
        assert_status("set up again", tcx_client_execute(&f.client, &tcx_example_request), TCX_OK);
    }
}

/* The first mistake stays, whatever is right or wrong after it. */
static void test_first_mistake(void **state)
{
    (void)state;
    set_up_port(ANSWER);
    tcx_client_init(&f.client, &f.port, f.answer, sizeof f.answer);
    tcx_client_credentials(&f.client, &no_key);
    tcx_client_trust_chain(&f.client, &chain, &tcx_tls_profile_full, NULL, 0, f.records, sizeof f.records);
    assert_status("first", tcx_client_execute(&f.client, &tcx_example_request), TCX_E_SECRET_KEY_EMPTY);
    tcx_client_credentials(&f.client, &tcx_example_credentials);
    tcx_client_trust_link(&f.client);
    assert_status("kept", tcx_client_execute(&f.client, &tcx_example_request), TCX_E_SECRET_KEY_EMPTY);
    assert_int_equal(f.link.calls, 0);
}

static void test_null(void **state)
{
    static tcx_client zero;

    (void)state;
    assert_status("execute", tcx_client_execute(NULL, &tcx_example_request), TCX_E_NULL);
    assert_status("begin", tcx_client_begin(NULL, &tcx_example_request), TCX_E_NULL);
    assert_status("step", tcx_client_step(NULL), TCX_E_NULL);
    assert_status("not made", tcx_client_execute(&zero, &tcx_example_request), TCX_E_NULL);
    tcx_client_wipe(&zero);
    set_up(ANSWER);
    assert_status("request", tcx_client_execute(&f.client, NULL), TCX_E_NULL);
}

/* Credentials that change between two calls, and a signer of the caller. */
static void test_signers(void **state)
{
    static const tcx_credentials others = { TCX_TEXT("AKIDOTHER"), TCX_TEXT("SKOTHER"), { NULL, 0 } };
    tcx_signer signer;

    (void)state;
    set_up(ANSWER);
    assert_status("first", tcx_client_execute(&f.client, &tcx_example_request), TCX_OK);
    tcx_client_credentials(&f.client, &others);
    script_init(&f.link, ANSWER, sizeof ANSWER - 1);
    assert_status("others", tcx_client_execute(&f.client, &tcx_example_request), TCX_OK);
    f.link.sent[f.link.sent_length] = '\0';
    assert_non_null(strstr((const char *)f.link.sent, "AKIDOTHER"));

    set_up_port(ANSWER);
    tcx_client_init(&f.client, &f.port, f.answer, sizeof f.answer);
    tcx_client_trust_link(&f.client);
    assert_status("own", tcx_signer_init(&signer, &tcx_example_credentials, TCX_SIGN_HMAC_SHA256), TCX_OK);
    f.client.config.signer = &signer;
    assert_status("own", tcx_client_execute(&f.client, &tcx_example_request), TCX_OK);
    f.link.sent[f.link.sent_length] = '\0';
    assert_non_null(strstr((const char *)f.link.sent, "SignatureMethod=HmacSHA256"));
}

/* ---- TLS and wiping ---- */

/* Each kind of trust begins a handshake over the port's link, with the port's entropy. */
static void test_tls(void **state)
{
    static tcx_tls_pin own;

    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        const tcx_tls *secured = kind == 0 ? &chain.tls : kind == 1 ? &pin.tls : &tls;

        set_up_port("");
        tcx_client_init(&f.client, &f.port, f.answer, sizeof f.answer);
        tcx_client_credentials(&f.client, &tcx_example_credentials);
        assert_status("own", tcx_tls_pin_init(&own, &key), TCX_OK);
        if (kind == 0)
            tcx_client_trust_chain(&f.client, &chain, &tcx_tls_profile_full, &anchor, 1, f.records, sizeof f.records);
        else if (kind == 1)
            tcx_client_trust_pin(&f.client, &pin, &tcx_tls_profile_full, &key, f.records, sizeof f.records);
        else
            tcx_client_trust(&f.client, &tls, &tcx_tls_profile_full, &own.trust, f.records, sizeof f.records);
        assert_status("begin", tcx_client_begin(&f.client, &tcx_example_request), TCX_PENDING);
        assert_status("step", tcx_client_step(&f.client), TCX_PENDING);
        assert_int_equal(f.drawn, 1);
        assert_int_equal(f.link.sent[0], 22); /* a handshake record */
        assert_ptr_equal(f.client.config.transport, &secured->transport);
        tcx_client_wipe(&f.client);
        assert_status("wiped", f.client.call.status, TCX_E_CANCELLED);
        assert_int_equal(f.client.call.outcome, TCX_NOT_SENT);
        assert_int_equal(f.link.closes, 1);
        for (size_t i = 0; i < sizeof *secured; i++)
            check(((const unsigned char *)secured)[i] == 0, "kind %d, byte %zu", kind, i);
        assert_status("no more", tcx_client_execute(&f.client, &tcx_example_request), TCX_E_NULL);
    }
}

/* After the wiping, no signature can be made any more, and the answer can still be read. */
static void test_wipe(void **state)
{
    (void)state;
    set_up(ANSWER);
    assert_status("execute", tcx_client_execute(&f.client, &tcx_example_request), TCX_OK);
    assert_int_not_equal(f.client.signer.keyed, 0);
    tcx_client_wipe(&f.client);
    for (size_t i = 0; i < sizeof f.client.signer; i++)
        assert_int_equal(((const unsigned char *)&f.client.signer)[i], 0);
    assert_result("wiped");
    assert_status("no more", tcx_client_execute(&f.client, &tcx_example_request), TCX_E_NULL);
}

/* ---- the report ---- */

static char report[8192];
static size_t reported;

static void put(void *context, const char *bytes, size_t length)
{
    assert_ptr_equal(context, report);
    assert_true(reported + length < sizeof report);
    memcpy(report + reported, bytes, length);
    reported += length;
    report[reported] = '\0';
}

static void assert_report(const tcx_client_words *words, const char *expected)
{
    reported = 0;
    report[0] = '\0';
    tcx_client_report(&f.client, words, put, report);
    assert_string_equal(report, expected);
}

static const char *name_of(tcx_status status)
{
    assert_int_equal(status, f.client.call.status);
    return "NAME";
}

static const char *text_of(tcx_status status)
{
    assert_int_equal(status, f.client.call.status);
    return "TEXT";
}

static const char *advice_on(tcx_text code)
{
    assert_ptr_equal(code.bytes, f.client.call.response.error_code.bytes);
    return "ADVICE";
}

static void test_report(void **state)
{
    static const tcx_client_words all = { name_of, text_of, advice_on }, names = { name_of, NULL, NULL },
                                  texts = { NULL, text_of, NULL };
    tcx_call *call = &f.client.call;
    tcx_response *response = &call->response;
    char page[300];

    (void)state;
    set_up(ANSWER);
    call->status = TCX_E_CONNECT;
    call->detail = -111;
    call->attempts = 1;
    assert_report(NULL, "status -300\nnot sent: the function did not run; attempts 1, HTTP status 0, detail -111\n");
    assert_report(&names, "NAME -300\nnot sent: the function did not run; attempts 1, HTTP status 0, detail -111\n");
    assert_report(&texts,
                  "status -300: TEXT\nnot sent: the function did not run; attempts 1, HTTP status 0, detail -111\n");
    assert_report(&all,
                  "NAME -300: TEXT\nnot sent: the function did not run; attempts 1, HTTP status 0, detail -111\n");

    call->status = TCX_E_API;
    call->outcome = TCX_ANSWERED;
    call->detail = 0;
    call->attempts = 12;
    response->http_status = 200;
    response->error_code = tcx_text_from("AuthFailure.SignatureFailure");
    response->error_message = tcx_text_from("wrong \xE7\xAD\xBE\xE5\x90\x8D");
    response->request_id = tcx_text_from("id-1");
    assert_report(&all, "NAME -700: TEXT\nanswered; attempts 12, HTTP status 200, detail 0\n"
                        "code: AuthFailure.SignatureFailure\nmessage: wrong \xE7\xAD\xBE\xE5\x90\x8D\n"
                        "advice: ADVICE\nRequestId: id-1\n");
    assert_report(NULL, "status -700\nanswered; attempts 12, HTTP status 200, detail 0\n"
                        "code: AuthFailure.SignatureFailure\nmessage: wrong \xE7\xAD\xBE\xE5\x90\x8D\n"
                        "RequestId: id-1\n");

    /* A page, which is cut; nothing in it reaches a terminal but text. */
    memset(page, 'x', sizeof page);
    memcpy(page, "\x1B[2J\n\0\x7F\xC2\x9B\xC2\xA0\xFF\xE7\xAD", 15);
    memset(response, 0, sizeof *response);
    call->status = TCX_E_HTTP_STATUS;
    call->outcome = TCX_MAYBE_EXECUTED;
    response->body.bytes = page;
    response->body.length = 15;
    assert_report(&names, "NAME -506\nunknown: the function may have run; attempts 12, HTTP status 0, detail 0\n"
                          "answer: ?[2J?????\xC2\xA0????\n");
    response->body.length = sizeof page;
    reported = 0;
    tcx_client_report(&f.client, NULL, put, report);
    assert_non_null(strstr(report, "xxx\n"));
    assert_int_equal(strspn(strstr(report, "xxx"), "x"), 200 - 15);

    call->detail = INT32_MIN;
    memset(response, 0, sizeof *response);
    assert_report(&names,
                  "NAME -506\nunknown: the function may have run; attempts 12, HTTP status 0, detail -2147483648\n");
}

/* The words of the library. */
static void test_words(void **state)
{
    (void)state;
    set_up_port(ANSWER);
    f.client.call.status = TCX_E_API;
    f.client.call.response.error_code = tcx_text_from("RequestLimitExceeded");
    reported = 0;
    tcx_client_report(&f.client, &tcx_client_all_words, put, report);
    assert_non_null(strstr(report, "TCX_E_API -700: "));
    assert_non_null(strstr(report, tcx_status_text(TCX_E_API)));
    assert_non_null(strstr(report, tcx_api_advice(f.client.call.response.error_code)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_execute),        cmocka_unit_test(test_is_what_the_parts_do),
        cmocka_unit_test(test_steps),          cmocka_unit_test(test_kept_connection),
        cmocka_unit_test(test_clock),          cmocka_unit_test(test_clock_offset),
        cmocka_unit_test(test_jitter),         cmocka_unit_test(test_mistakes),
        cmocka_unit_test(test_first_mistake),  cmocka_unit_test(test_null),
        cmocka_unit_test(test_signers),        cmocka_unit_test(test_tls),
        cmocka_unit_test(test_wipe),           cmocka_unit_test(test_report),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
