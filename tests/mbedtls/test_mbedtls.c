/*
 * Tests of TLS by mbedTLS that BearSSL cannot have: its configuration, its heap, and what mbedTLS sends by itself while
 * a record of the caller is on its way. The linker puts counting functions in the place of calloc() and free().
 */
#include "peer.h"

#include <malloc.h>

#include <tcx_mbedtls.h>

static struct {
    size_t live, peak; /* bytes */
    unsigned calls;
    unsigned fails_at; /* this allocation fails, counted from 1. 0: none */
} heap;

void *__real_calloc(size_t count, size_t size);
void __real_free(void *memory);
void *__wrap_calloc(size_t count, size_t size);
void __wrap_free(void *memory);

void *__wrap_calloc(size_t count, size_t size)
{
    void *memory;

    if (++heap.calls == heap.fails_at)
        return NULL;
    memory = __real_calloc(count, size);
    heap.live += malloc_usable_size(memory);
    heap.peak = heap.live > heap.peak ? heap.live : heap.peak;
    return memory;
}

void __wrap_free(void *memory)
{
    if (memory != NULL)
        heap.live -= malloc_usable_size(memory);
    __real_free(memory);
}

/* ---- the configuration ---- */

static int no_entropy(void *context, void *out, size_t length)
{
    (void)context;
    (void)out;
    (void)length;
    return 0;
}

static size_t public_key_of(int key, unsigned char *out)
{
    return (size_t)i2d_PUBKEY(keys[key], &out);
}

static void test_configuration(void **state)
{
    static mbedtls_x509_crt empty;
    static const struct {
        const char *what;
        int key; /* the pinned one. -1: none; -2: bytes that are not a key */
        int is_twofold, has_entropy;
        tcx_status status;
    } rows[] = {
        { "P-256", EC_LEAF, 0, 1, TCX_OK },
        { "P-384", P384, 0, 1, TCX_OK },
        { "P-521", P521, 0, 1, TCX_E_TLS_TRUST },
        { "RSA 1024", RSA_1024, 0, 1, TCX_E_TLS_TRUST },
        { "RSA 2040", RSA_2040, 0, 1, TCX_E_TLS_TRUST },
        { "RSA 2048", RSA_LEAF, 0, 1, TCX_OK },
        { "RSA 4096", RSA_4096, 0, 1, TCX_OK },
        { "not a key", -2, 0, 1, TCX_E_TLS_TRUST },
        { "no anchor", -1, 0, 1, TCX_E_TLS_TRUST },
        { "an anchor and a pin", EC_LEAF, 1, 1, TCX_E_TLS_TRUST },
        { "no entropy", EC_LEAF, 0, 0, TCX_E_TLS_ENTROPY },
    };
    static unsigned char pin[1024];
    static tcx_mbedtls tls;
    const size_t before = heap.live;
    tcx_transport half;

    (void)state;
    script_init(&f.link, "", 0);
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        tcx_mbedtls_config config = { .link = &f.link.transport, .anchors = &empty };

        memset(pin, 'p', sizeof pin);
        if (rows[i].key != -1) {
            config.pin = pin;
            config.pin_length = rows[i].key == -2 ? 91 : public_key_of(rows[i].key, pin);
            config.anchors = rows[i].is_twofold ? &empty : NULL;
        }
        config.entropy = rows[i].has_entropy ? no_entropy : NULL;
        memset(&tls, 'x', sizeof tls);
        assert_status(rows[i].what, tcx_mbedtls_init(&tls, &config), rows[i].status);
        if (rows[i].status != TCX_OK)
            assert_null(tls.transport.open);
        assert_int_equal(heap.live, before);
        tcx_mbedtls_wipe(&tls);
    }
    assert_int_equal(tcx_mbedtls_init(NULL, NULL), TCX_E_NULL);
    assert_int_equal(tcx_mbedtls_init(&tls, NULL), TCX_E_NULL);
    for (int missing = 0; missing < 5; missing++) {
        const tcx_mbedtls_config config = { .link = missing == 0 ? NULL : &half, .anchors = &empty };

        half = f.link.transport;
        half.open = missing == 1 ? NULL : half.open;
        half.send = missing == 2 ? NULL : half.send;
        half.recv = missing == 3 ? NULL : half.recv;
        half.close = missing == 4 ? NULL : half.close;
        assert_int_equal(tcx_mbedtls_init(&tls, &config), TCX_E_NULL);
    }
    tcx_mbedtls_wipe(NULL);
    assert_int_equal(f.link.calls, 0);
}

/* ---- the heap ---- */

/* It is in use from open to close, and at no other time. */
static void test_heap(void **state)
{
    SSL_CTX *context = make_context(&ec_leaf, NULL);
    size_t before;

    (void)state;
    set_up(context);
    before = heap.live;
    heap.peak = 0;
    assert_int_equal(run(), TCX_OK);
    judge("a call");
    assert_int_equal(heap.live, before);
    assert_in_range(heap.peak - before, 2 * 16384, 64 * 1024);
    print_message("# mbedTLS took at most %zu bytes of the heap\n", heap.peak - before);
    SSL_CTX_free(context);
}

/*
 * Whichever allocation fails, nothing is sent, and nothing is left. Each number of a computation is an allocation, so
 * only some are tried. If memory ends in a computation, mbedTLS does not say so, but that a signature is not valid.
 */
static void test_out_of_memory(void **state)
{
    enum { EACH = 30, STRIDE = 2399 };
    SSL_CTX *context = make_context(&ec_leaf, NULL);
    unsigned counts[2] = { 0, 0 };

    (void)state;
    for (unsigned at = 1;; at += at < EACH ? 1 : STRIDE) {
        char where[40];
        size_t before;

        snprintf(where, sizeof where, "allocation %u", at);
        set_up(context);
        before = heap.live;
        heap.calls = 0;
        heap.fails_at = at;
        (void)run();
        heap.fails_at = 0;
        assert_int_equal(heap.live, before);
        judge(where);
        if (heap.calls < at) /* there are fewer */
            break;
        check(f.call.status < 0 && f.call.outcome == TCX_NOT_SENT, "%s: status %d", where, f.call.status);
        assert_int_equal(records_sent(APPLICATION_DATA), 0);
        counts[f.call.status == TCX_E_TLS_BUFFER]++;
    }
    assert_status("enough memory", f.call.status, TCX_OK);
    assert_in_range(counts[1], 10, 1000);
    SSL_CTX_free(context);
}

/* ---- what mbedTLS sends by itself ---- */

#define REQUEST "POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n"

/* A connection on which the server has just asked for a renegotiation. Returns the transport. */
static const tcx_transport *set_up_asked(SSL_CTX *context)
{
    const tcx_peer peer = { .name = TCX_TEXT(HOST), .address = TCX_TEXT(HOST), .port = 443, .unix_time = NOW };
    const tcx_transport *transport = subject_transport;
    int result;

    set_up(context);
    f.peer.asks = 1;
    f.peer.answer_length = 0;
    assert_int_equal(subject_init(), TCX_OK);
    do
        result = transport->open(transport->context, &peer);
    while (result == TCX_AGAIN || result == TCX_WANT_READ);
    assert_int_equal(result, 1);
    result = transport->send(transport->context, REQUEST, sizeof REQUEST - 1);
    assert_int_equal(result, sizeof REQUEST - 1);
    assert_int_equal(f.peer.requests, 1);
    return transport;
}

/*
 * The rest of an alert is not taken for the caller's bytes: they count only once their own record is out. OpenSSL reads
 * no more after such an alert, so what was sent tells it.
 */
static void test_rest_of_an_alert(void **state)
{
    enum { RECORD_HEAD = 5 + 8, RECORD_TAG = 16, ALERT_RECORD = RECORD_HEAD + 2 + RECORD_TAG };
    SSL_CTX *context = make_context(&ec_leaf, NULL);
    unsigned char bytes[1000];

    (void)state;
    memset(bytes, 'b', sizeof bytes);
    for (size_t part = 0; part < ALERT_RECORD; part++) {
        const tcx_transport *transport = set_up_asked(context);
        const size_t sent = f.link.sent_length;

        f.link.cut = TCX_WANT_WRITE;
        f.link.cut_sent = sent + part;
        assert_int_equal(transport->recv(transport->context, bytes, sizeof bytes), TCX_WANT_WRITE);
        assert_int_equal(f.link.sent_length, sent + part);
        assert_int_equal(transport->send(transport->context, bytes, sizeof bytes), TCX_WANT_WRITE);
        f.link.cut_sent = sent + ALERT_RECORD + 3; /* the alert goes out, and the caller's record is cut */
        assert_int_equal(transport->send(transport->context, bytes, sizeof bytes), TCX_WANT_WRITE);
        f.link.cut_sent = SCRIPT_NEVER;
        assert_int_equal(transport->send(transport->context, bytes, sizeof bytes), sizeof bytes);
        assert_int_equal(f.link.sent_length, sent + ALERT_RECORD + RECORD_HEAD + sizeof bytes + RECORD_TAG);
        assert_int_equal(records_sent(ALERT), 1);
        assert_int_equal(records_sent(APPLICATION_DATA), 2);
        transport->close(transport->context);
        assert_int_equal(records_sent(ALERT), 2);
    }
    SSL_CTX_free(context);
}

/* While a record of the caller is on its way, reading does not send its rest, although mbedTLS would. */
static void test_rest_of_a_record(void **state)
{
    SSL_CTX *context = make_context(&ec_leaf, NULL);
    unsigned char bytes[1000], received[100];

    (void)state;
    memset(bytes, 'b', sizeof bytes);
    for (size_t part = 0; part < 600; part += 7) {
        const tcx_transport *transport = set_up_asked(context);
        const size_t sent = f.link.sent_length;
        int result;

        f.link.cut = TCX_WANT_WRITE;
        f.link.cut_sent = sent + part;
        assert_int_equal(transport->send(transport->context, bytes, 600), TCX_WANT_WRITE);
        f.link.cut_sent = SCRIPT_NEVER;
        result = transport->recv(transport->context, received, sizeof received);
        assert_int_equal(result, TCX_WANT_WRITE);
        result = transport->recv(transport->context, received, sizeof received);
        assert_int_equal(result, TCX_WANT_READ);
        assert_int_equal(f.link.sent_length, sent + part);
        assert_int_equal(f.peer.request_length, sizeof REQUEST - 1);
        assert_int_equal(transport->send(transport->context, bytes, sizeof bytes), 600);
        assert_int_equal(f.peer.request_length, 600);
        transport->close(transport->context);
    }
    SSL_CTX_free(context);
}

/* ---- sessions ---- */

static int same_id(SSL *ssl, unsigned char *id, unsigned *length)
{
    (void)ssl;
    memset(id, 'i', *length);
    return 1;
}

/*
 * A server that gives a new session the old id. With another suite, this is a full handshake. With the same one, the
 * client takes it for a resumption, fails, and tries once more without the session.
 */
static void test_new_session_with_the_old_id(void **state)
{
    static const char *const suites[] = { "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384" };

    (void)state;
    for (size_t second = 0; second < TCX_COUNT(suites); second++) {
        SSL_CTX *context = make_context(&ec_leaf, NULL);
        tcx_tls_session session;
        unsigned char first[TCX_TLS_SESSION_SIZE];

        SSL_CTX_set_max_proto_version(context, TLS1_2_VERSION);
        SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL);
        SSL_CTX_set_generate_session_id(context, same_id);
        SSL_CTX_set_cipher_list(context, suites[0]);
        tcx_tls_session_init(&session, NULL);
        set_up(context);
        subject_set_session(&session);
        assert_status("first", run(), TCX_OK);
        memcpy(first, session.bytes, sizeof first);
        SSL_CTX_set_cipher_list(context, suites[second]);
        set_up(context);
        subject_set_session(&session);
        assert_status(suites[second], run(), TCX_OK);
        assert_int_equal(f.link.links, second == 0 ? 2 : 1);
        assert_int_equal(subject_resumed(), 0);
        assert_memory_not_equal(session.bytes, first, sizeof first);
        SSL_CTX_free(context);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_configuration),
        cmocka_unit_test(test_heap),
        cmocka_unit_test(test_out_of_memory),
        cmocka_unit_test(test_rest_of_an_alert),
        cmocka_unit_test(test_rest_of_a_record),
        cmocka_unit_test(test_new_session_with_the_old_id),
    };

    return cmocka_run_group_tests(tests, make_keys, NULL);
}
