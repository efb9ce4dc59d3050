/*
 * Tests what a server may do on the wire: speak another protocol, or say nothing, cut its records anywhere, stall and
 * close anywhere. In CI the close comes at every byte, otherwise at one in a few.
 */
#include "peer.h"

/* What the server speaks. */
static void test_protocols(void **state)
{
    static const struct {
        const char *name;
        const certificate *leaf;
        int lowest, highest;
        const char *suites, *groups;
        tcx_status status;
        int detail;
    } rows[] = {
        { "TLS 1.0 to 1.3", &ec_leaf, 0, TLS1_3_VERSION, NULL, NULL, TCX_OK, 0 },
        { "ECDSA AES-128-GCM", &ec_leaf, 0, 0, "ECDHE-ECDSA-AES128-GCM-SHA256", NULL, TCX_OK, 0 },
        { "ECDSA AES-256-GCM", &ec_leaf, 0, 0, "ECDHE-ECDSA-AES256-GCM-SHA384", NULL, TCX_OK, 0 },
        { "ECDSA ChaCha20", &ec_leaf, 0, 0, "ECDHE-ECDSA-CHACHA20-POLY1305", NULL, TCX_OK, 0 },
        { "RSA AES-128-GCM", &rsa_leaf, 0, 0, "ECDHE-RSA-AES128-GCM-SHA256", NULL, TCX_OK, 0 },
        { "RSA AES-256-GCM", &rsa_leaf, 0, 0, "ECDHE-RSA-AES256-GCM-SHA384", NULL, TCX_OK, 0 },
        { "RSA ChaCha20", &rsa_leaf, 0, 0, "ECDHE-RSA-CHACHA20-POLY1305", NULL, TCX_OK, 0 },
        { "X25519", &ec_leaf, 0, 0, NULL, "X25519", TCX_OK, 0 },
        { "P-256", &ec_leaf, 0, 0, NULL, "P-256", TCX_OK, 0 },
        { "P-384", &rsa_leaf, 0, 0, NULL, "P-384", TCX_OK, 0 },

        { "TLS 1.3 only", &ec_leaf, TLS1_3_VERSION, TLS1_3_VERSION, NULL, NULL, TCX_E_TLS_UNSUPPORTED, 256 + 70 },
        { "TLS 1.1 only", &ec_leaf, 0, TLS1_1_VERSION, NULL, NULL, TCX_E_TLS_UNSUPPORTED, 256 + 40 },
        { "TLS 1.0 only", &rsa_leaf, 0, TLS1_VERSION, NULL, NULL, TCX_E_TLS_UNSUPPORTED, 256 + 40 },
        { "CBC only", &ec_leaf, 0, 0, "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES128-SHA", NULL, TCX_E_TLS_UNSUPPORTED,
          256 + 40 },
        { "CCM only", &ec_leaf, 0, 0, "ECDHE-ECDSA-AES128-CCM", NULL, TCX_E_TLS_UNSUPPORTED, 256 + 40 },
        { "static RSA only", &rsa_leaf, 0, 0, "AES128-GCM-SHA256:AES128-SHA", NULL, TCX_E_TLS_UNSUPPORTED, 256 + 40 },
        { "DHE only", &rsa_leaf, 0, 0, "DHE-RSA-AES128-GCM-SHA256", NULL, TCX_E_TLS_UNSUPPORTED, 256 + 40 },
        { "no server certificate", &rsa_leaf, 0, 0, "AECDH-AES128-SHA", NULL, TCX_E_TLS_UNSUPPORTED, 256 + 40 },
        { "no encryption", &rsa_leaf, 0, 0, "ECDHE-RSA-NULL-SHA:NULL-SHA256", NULL, TCX_E_TLS_UNSUPPORTED, 256 + 40 },
        { "P-521 only", &rsa_leaf, 0, 0, NULL, "P-521", TCX_E_TLS_UNSUPPORTED, 256 + 40 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        SSL_CTX *context = make_context(rows[i].leaf, NULL);
        tcx_status status;

        SSL_CTX_set_min_proto_version(context, rows[i].lowest != 0 ? rows[i].lowest : TLS1_VERSION);
        SSL_CTX_set_max_proto_version(context, rows[i].highest != 0 ? rows[i].highest : TLS1_2_VERSION);
        if (rows[i].suites != NULL)
            assert_int_equal(SSL_CTX_set_cipher_list(context, rows[i].suites), 1);
        if (rows[i].groups != NULL)
            assert_int_equal(SSL_CTX_set1_groups_list(context, rows[i].groups), 1);
        set_up(context);
        status = expected(rows[i].name, rows[i].status);
        if (status == TCX_OK) {
            assert_status(rows[i].name, run(), TCX_OK);
            judge(rows[i].name);
            assert_int_equal(SSL_version(f.peer.ssl), TLS1_2_VERSION);
            if (rows[i].suites != NULL)
                assert_string_equal(SSL_get_cipher_name(f.peer.ssl), rows[i].suites);
            assert_string_equal(SSL_get_servername(f.peer.ssl, TLSEXT_NAMETYPE_host_name), HOST);
        } else {
            check(run() < 0, "%s", rows[i].name);
            judge_refused(rows[i].name, status, rows[i].detail);
        }
        SSL_CTX_free(context);
    }
}

/*
 * A server that picks what it was not offered. OpenSSL never does, and Debian's has no 3DES at all, so these are made
 * by hand.
 */
static void test_server_hellos(void **state)
{
    enum { HELLO = 5 + 4 + 2 + 32 + 1 + 2 + 1 };
#define EXTENSION(bytes) bytes, sizeof bytes - 1
    static const struct {
        const char *name;
        unsigned version, suite, compression;
        const char *extensions;
        size_t length;
        tcx_status status;
        int detail;
    } rows[] = {
        { "what was offered", 0x303, 0xC02F, 0, EXTENSION(""), TCX_E_DEADLINE, 0 },
        { "static RSA, 3DES", 0x303, 0x000A, 0, EXTENSION(""), TCX_E_TLS_UNSUPPORTED, BR_ERR_BAD_CIPHER_SUITE },
        { "ECDHE RSA, 3DES", 0x303, 0xC012, 0, EXTENSION(""), TCX_E_TLS_UNSUPPORTED, BR_ERR_BAD_CIPHER_SUITE },
        { "ECDHE ECDSA, 3DES", 0x303, 0xC008, 0, EXTENSION(""), TCX_E_TLS_UNSUPPORTED, BR_ERR_BAD_CIPHER_SUITE },
        { "ECDHE RSA, CBC", 0x303, 0xC027, 0, EXTENSION(""), TCX_E_TLS_UNSUPPORTED, BR_ERR_BAD_CIPHER_SUITE },
        { "static RSA, GCM", 0x303, 0x009C, 0, EXTENSION(""), TCX_E_TLS_UNSUPPORTED, BR_ERR_BAD_CIPHER_SUITE },
        { "RC4", 0x303, 0xC011, 0, EXTENSION(""), TCX_E_TLS_UNSUPPORTED, BR_ERR_BAD_CIPHER_SUITE },
        { "no encryption", 0x303, 0x003B, 0, EXTENSION(""), TCX_E_TLS_UNSUPPORTED, BR_ERR_BAD_CIPHER_SUITE },
        { "no suite", 0x303, 0x0000, 0, EXTENSION(""), TCX_E_TLS_UNSUPPORTED, BR_ERR_BAD_CIPHER_SUITE },
        { "a suite of TLS 1.3", 0x303, 0x1301, 0, EXTENSION(""), TCX_E_TLS_UNSUPPORTED, BR_ERR_BAD_CIPHER_SUITE },
        { "TLS 1.1", 0x302, 0xC02F, 0, EXTENSION(""), TCX_E_TLS_UNSUPPORTED, BR_ERR_UNSUPPORTED_VERSION },
        { "TLS 1.0", 0x301, 0xC014, 0, EXTENSION(""), TCX_E_TLS_UNSUPPORTED, BR_ERR_UNSUPPORTED_VERSION },
        { "SSL 3", 0x300, 0x000A, 0, EXTENSION(""), TCX_E_TLS_UNSUPPORTED, BR_ERR_UNSUPPORTED_VERSION },
        { "TLS 1.3", 0x304, 0x1301, 0, EXTENSION(""), TCX_E_TLS_UNSUPPORTED, BR_ERR_UNSUPPORTED_VERSION },
        { "compression", 0x303, 0xC02F, 1, EXTENSION(""), TCX_E_TLS, BR_ERR_BAD_COMPRESSION },
        { "an extension of its own", 0x303, 0xC02F, 0, EXTENSION("\0\4\xAB\xCD\0\0"), TCX_E_TLS,
          BR_ERR_EXTRA_EXTENSION },
        { "records of 4096 bytes, where 512 were asked for", 0x303, 0xC02F, 0, EXTENSION("\0\5\0\1\0\1\4"), TCX_E_TLS,
          BR_ERR_BAD_FRAGLEN },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        unsigned char hello[100] = { 22, 3, 3, 0, 0, 2, 0, 0 };
        size_t length = HELLO + rows[i].length;

        hello[4] = (unsigned char)(length - 5);
        hello[8] = (unsigned char)(length - 9);
        hello[2] = hello[10] = (unsigned char)rows[i].version;
        hello[9] = 3;
        memset(hello + 11, 'r', 32);
        hello[44] = (unsigned char)(rows[i].suite >> 8);
        hello[45] = (unsigned char)rows[i].suite;
        hello[46] = (unsigned char)rows[i].compression;
        memcpy(hello + HELLO, rows[i].extensions, rows[i].length);
        set_up(NULL);
        subject_set_buffer(TCX_TLS_BUFFER_MIN);
        f.peer.raw = (const char *)hello;
        f.peer.raw_length = length;
        check(run() < 0, "%s", rows[i].name);
        judge_refused(rows[i].name, expected(rows[i].name, rows[i].status), rows[i].detail);
    }
}

/* What is no TLS, or too large, or an alert: before the handshake, or once the request has come. */
static void test_raw_answers(void **state)
{
#define RAW(bytes) bytes, sizeof bytes - 1
    static const struct {
        const char *name;
        const char *raw;
        size_t length;
        size_t buffer;
        size_t after; /* 0: at once; else behind the request, in the middle of TLS */
        tcx_status status;
        int detail;
    } rows[] = {
        { "plain HTTP", RAW("HTTP/1.1 400 Bad Request\r\n\r\n"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS,
          BR_ERR_UNSUPPORTED_VERSION },
        { "SSH", RAW("SSH-2.0-OpenSSH_9.2p1\r\n"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS, BR_ERR_UNSUPPORTED_VERSION },
        { "zeros", RAW("\0\0\0\0\0\0\0\0\0\0"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS, BR_ERR_UNSUPPORTED_VERSION },
        { "handshake_failure", RAW("\x15\x03\x03\x00\x02\x02\x28"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS_UNSUPPORTED,
          256 + 40 },
        { "protocol_version", RAW("\x15\x03\x01\x00\x02\x02\x46"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS_UNSUPPORTED,
          256 + 70 },
        { "no_certificate", RAW("\x15\x03\x03\x00\x02\x02\x29"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS_ALERT, 256 + 41 },
        { "insufficient_security", RAW("\x15\x03\x03\x00\x02\x02\x47"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS_UNSUPPORTED,
          256 + 71 },
        { "internal_error", RAW("\x15\x03\x03\x00\x02\x02\x50"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS_ALERT, 256 + 80 },
        { "unrecognized_name", RAW("\x15\x03\x03\x00\x02\x02\x70"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS_ALERT,
          256 + 112 },
        { "a fatal close_notify", RAW("\x15\x03\x03\x00\x02\x02\x00"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS_ALERT, 256 },
        { "close_notify at once", RAW("\x15\x03\x03\x00\x02\x01\x00"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_CLOSED, 0 },
        { "a large record in the clear is read in parts", RAW("\x16\x03\x03\x40\x00\x02\x00"), TCX_TLS_BUFFER_MIN, 0,
          TCX_E_DEADLINE, 0 },
        { "a record over the limit of TLS", RAW("\x16\x03\x03\x41\x01\x02\x00"), TCX_TLS_BUFFER_SAFE, 0, TCX_E_TLS,
          BR_ERR_BAD_LENGTH },
        { "a 16 KB record, 837", RAW("\x17\x03\x03\x40\x18 x"), TCX_TLS_BUFFER_MIN, 1, TCX_E_TLS_RECORD,
          BR_ERR_TOO_LARGE },
        { "a 16 KB record, 4 KiB", RAW("\x17\x03\x03\x40\x18 x"), 4096 + 325, 1, TCX_E_TLS_RECORD, BR_ERR_TOO_LARGE },
        { "a plain record", RAW("\x17\x03\x03\x00\x20 0123456789012345678901234567890"), TCX_TLS_BUFFER_SAFE, 1,
          TCX_E_TLS_INTEGRITY, BR_ERR_BAD_MAC },
        { "a plain alert", RAW("\x15\x03\x03\x00\x02\x01\x00"), TCX_TLS_BUFFER_SAFE, 1, TCX_E_TLS, BR_ERR_BAD_LENGTH },
        { "plain HTTP inside", RAW("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{\"Response\":{}}"),
          TCX_TLS_BUFFER_SAFE, 1, TCX_E_TLS, BR_ERR_UNSUPPORTED_VERSION },
    };
    SSL_CTX *context = make_context(&ec_leaf, NULL);

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        tcx_status status;

        set_up(rows[i].after ? context : NULL);
        f.peer.answer_length = 0;
        f.peer.raw = rows[i].raw;
        f.peer.raw_length = rows[i].length;
        f.peer.raw_after = rows[i].after;
        subject_set_buffer(rows[i].buffer);
        check(run() < 0, "%s", rows[i].name);
        status = expected(rows[i].name, rows[i].status);
        if (rows[i].after == 0) {
            judge_refused(rows[i].name, status, rows[i].detail);
            continue;
        }
        judge(rows[i].name);
        assert_status(rows[i].name, f.call.status, status);
        judge_detail(rows[i].name, rows[i].detail);
        check(f.call.outcome == TCX_MAYBE_EXECUTED, "%s: outcome %d", rows[i].name, (int)f.call.outcome);
    }
    for (uint32_t seed = 1; seed < 500; seed++) { /* garbage ends, and nothing is sent to it */
        char garbage[200];
        uint32_t random = seed;

        for (size_t i = 0; i < sizeof garbage; i++)
            garbage[i] = (char)(tcx_random(&random) >> 11);
        memcpy(garbage, "\x16\x03\x03\x00", seed % 5);
        set_up(NULL);
        f.peer.raw = garbage;
        f.peer.raw_length = sizeof garbage;
        check(run() < 0, "garbage %u", (unsigned)seed);
        judge("garbage");
        assert_int_equal(f.call.outcome, TCX_NOT_SENT);
        assert_int_equal(records_sent(APPLICATION_DATA), 0);
    }
    SSL_CTX_free(context);
}

/* A request of more than one full record: what the link is given at once stays within TCX_TRANSFER_MAX. */
static void test_full_records(void **state)
{
    static char argument[20000];
    SSL_CTX *context = make_context(&ec_leaf, NULL);

    (void)state;
    memset(argument, 'a', sizeof argument);
    set_up(context);
    subject_set_buffer(TCX_TLS_BUFFER_SAFE);
    f.request.function_arg = (tcx_text){ argument, sizeof argument };
    assert_status("call", run(), TCX_OK);
    judge("a long request");
    assert_int_equal(records_sent(APPLICATION_DATA), 2);
    SSL_CTX_free(context);
}

/* The end of a body without a length: only a close_notify proves it. */
static void test_close(void **state)
{
    static const char to_the_end[] = "HTTP/1.1 200 OK\r\n\r\n{\"Response\":{}}";
    static const struct {
        const char *answer;
        int goodbye, ending;
        tcx_status status;
    } rows[] = {
        { to_the_end, 1, TCX_CLOSED, TCX_OK },
        { to_the_end, 1, TCX_WANT_READ, TCX_OK }, /* the link itself need not end */
        { to_the_end, 1, PORT_ERROR, TCX_OK },
        { to_the_end, 0, TCX_CLOSED, TCX_E_CLOSED },
        { to_the_end, 0, TCX_CLOSED_CLEAN, TCX_E_CLOSED }, /* by the link below: that is no close_notify */
        { to_the_end, 0, PORT_ERROR, TCX_E_RECEIVE },
        { to_the_end, 0, TCX_WANT_READ, TCX_E_DEADLINE },
        { ANSWER, 0, TCX_CLOSED, TCX_OK }, /* Content-Length proves it as well */
        { ANSWER, 1, TCX_CLOSED, TCX_OK },
        { "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", 1, TCX_CLOSED, TCX_E_CLOSED },
        { "", 1, TCX_CLOSED, TCX_E_CLOSED },
        { "", 0, TCX_CLOSED, TCX_E_CLOSED },
    };
    SSL_CTX *context = make_context(&ec_leaf, NULL);

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        for (int deaf = 0; deaf < 2; deaf++) { /* a peer that has said goodbye may take no answer to it */
            size_t close_notify = 5 + 8 + 2 + 16, sent = f.link.sent_length;

            set_up(context);
            f.peer.answer = rows[i].answer;
            f.peer.answer_length = strlen(rows[i].answer);
            f.peer.says_goodbye = rows[i].goodbye;
            f.link.ending = rows[i].ending;
            if (deaf) {
                f.link.cut_sent = sent - close_notify;
                f.link.cut = PORT_ERROR;
            }
            assert_status(rows[i].answer, run(), rows[i].status);
            judge(rows[i].answer);
            assert_int_equal(records_sent(21), !deaf); /* one close_notify, and never two */
        }
    }
    SSL_CTX_free(context);
}

/* A client in front of an RSA server, all of whose messages have one length each time; it pins its key. */
static void set_up_pinned(SSL_CTX *context)
{
    set_up(context);
    assert_int_equal(subject_pin(RSA_LEAF), TCX_OK);
}

/*
 * Records of every size, through buffers of every size. A server that does as it was asked makes none that is too
 * large; one that does not is told by name as soon as one does not fit. The handshake comes in records of one byte,
 * too, and in one for each flight.
 */
static void test_records(void **state)
{
    static const struct {
        size_t buffer, limit; /* of plain bytes in a record, that it asks for; 0: it does not ask */
    } buffers[] = {
        { TCX_TLS_BUFFER_MIN, 512 },
        { 1100, 512 },
        { 1348, 512 },
        { 1349, 1024 },
        { 2372, 1024 },
        { 2373, 2048 },
        { 4420, 2048 },
        { 4421, 4096 },
        { 8517, 4096 },
        { TCX_TLS_BUFFER_SAFE - 1, 4096 },
        { TCX_TLS_BUFFER_SAFE, 0 },
        { 20000, 0 },
    };
    static const size_t writes[] = { 1, 100, 512, 513, 808, 809, 1024, 4096, 16384 }, records[] = { 0, 1, 16384 };
    static char answer[50100], argument[300];
    enum { SEALED = 8 + 16 }; /* what AES-GCM adds to a record */
    SSL_CTX *contexts[] = { make_context(&rsa_leaf, NULL), make_context(&rsa_leaf, NULL) };
    const int limits = tls_subject.has_record_buffer;
    unsigned refused = 0;

    (void)state;
    hide_fragment_length(contexts[1]);
    memset(argument, 'a', sizeof argument);
    for (size_t i = 0; i < TCX_COUNT(buffers) * TCX_COUNT(writes) * 2; i++) {
        int ignores = i % 2 == 1;
        size_t write = writes[i / 2 % TCX_COUNT(writes)], buffer = buffers[i / 2 / TCX_COUNT(writes)].buffer;
        size_t limit = buffers[i / 2 / TCX_COUNT(writes)].limit, size = write == 1 ? 1000 : 50000;
        int head = sprintf(answer, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n{\"Response\":{\"Result\":\"", size);
        char where[80];

        memset(answer + head, 'r', size - 26);
        strcpy(answer + head + size - 26, "\"}}");
        snprintf(where, sizeof where, "buffer %zu, records of %zu, %s", buffer, write, ignores ? "ignores" : "heeds");
        set_up_pinned(contexts[ignores]);
        subject_set_buffer(buffer);
        f.request.function_arg.bytes = argument;
        f.request.function_arg.length = sizeof argument;
        f.peer.answer = answer;
        f.peer.answer_length = strlen(answer);
        f.peer.write = write;
        f.peer.record = records[i % TCX_COUNT(records)];
        if (f.peer.record == 1 && !tls_subject.joins_messages)
            f.peer.record = 0;
        (void)run();
        judge(where);
        check(f.peer.requests == 1, "%s: %d, detail %d", where, f.call.status, f.call.detail);
        /* Head and body of the request in one record, where they fit. */
        assert_in_range(f.peer.request_length, 513, 1023);
        assert_int_equal(records_sent(APPLICATION_DATA), limits && buffer < 1024 + 325 ? 2 : 1);
        if (limits && !ignores && limit != 0)
            check(f.peer.largest <= limit + SEALED, "%s: %zu", where, f.peer.largest);
        if (!limits || !ignores || 5 + SEALED + write <= buffer) {
            assert_status(where, f.call.status, TCX_OK);
            assert_int_equal(f.call.response.result.length, size - 26);
        } else {
            assert_status(where, f.call.status, TCX_E_TLS_RECORD);
            judge_detail(where, BR_ERR_TOO_LARGE);
            assert_int_equal(f.call.outcome, TCX_MAYBE_EXECUTED);
            check(f.call.response.result.bytes == NULL, "%s: a part of a Result", where);
            refused++;
        }
    }
    assert_in_range(refused, limits ? 10 : 0, limits ? TCX_COUNT(buffers) * TCX_COUNT(writes) : 0);
    SSL_CTX_free(contexts[0]);
    SSL_CTX_free(contexts[1]);
}

/* What comes behind a close_notify does not count, also where it would make the answer whole. */
static void test_data_after_close_notify(void **state)
{
    static const struct {
        const char *answer, *behind;
        tcx_status status;
    } rows[] = {
        { ANSWER, "more", TCX_OK },
        { "HTTP/1.1 200 OK\r\n\r\n{\"Response\":{\"Result\":\"XXX\"}}", "{}", TCX_OK },
        { "HTTP/1.1 200 OK\r\n\r\n{\"Response\":{\"Result\":\"XXX\"}", "}", TCX_E_JSON_SYNTAX },
        { "HTTP/1.1 200 OK\r\nContent-Length: 29\r\n\r\n{\"Response\":{\"Result\":\"XXX\"}", "}", TCX_E_CLOSED },
        { "", ANSWER, TCX_E_CLOSED },
    };
    SSL_CTX *context = make_context(&rsa_leaf, NULL);

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        set_up_pinned(context);
        f.peer.answer = rows[i].answer;
        f.peer.answer_length = strlen(rows[i].answer);
        f.peer.says_goodbye = 1;
        f.peer.behind = rows[i].behind;
        assert_status(rows[i].answer, run(), rows[i].status);
        judge(rows[i].answer);
        assert_int_equal(f.call.outcome, rows[i].status == TCX_OK ? TCX_ANSWERED : TCX_MAYBE_EXECUTED);
        if (rows[i].status == TCX_OK)
            assert_bytes(rows[i].answer, f.call.response.result.bytes, f.call.response.result.length,
                         tcx_text_from("XXX"));
        else
            assert_null(f.call.response.result.bytes);
    }
    SSL_CTX_free(context);
}

/*
 * A renegotiation is declined, each time with a warning: the answer counts if it comes nevertheless. A server that
 * insists ends the connection; the function may have run.
 */
static void test_renegotiation(void **state)
{
    enum { HANDSHAKE = 22 };
    SSL_CTX *context = make_context(&rsa_leaf, NULL);

    (void)state;
    for (unsigned asks = 0; asks <= 3; asks++) {
        set_up_pinned(context);
        f.peer.asks = asks;
        assert_status("it answers", run(), TCX_OK);
        judge("it answers");
        assert_int_equal(records_sent(ALERT), asks + 1); /* and a close_notify */
        assert_int_equal(records_sent(HANDSHAKE), 3);
        if (asks == 0)
            continue;
        set_up_pinned(context);
        f.peer.asks = asks;
        f.peer.answer_length = 0;
        assert_status("it insists", run(), TCX_E_TLS_ALERT);
        judge("it insists");
        judge_detail("it insists", BR_ERR_RECV_FATAL_ALERT + 40); /* handshake_failure */
        assert_int_equal(f.call.outcome, TCX_MAYBE_EXECUTED);
        assert_int_equal(records_sent(HANDSHAKE), 3);
    }
    SSL_CTX_free(context);
}

/* The link goes silent: the call waits for its whole time, asks little of it meanwhile, and knows what was sent. */
static void stall(const char *where, unsigned wants, tcx_status status, tcx_outcome outcome)
{
    assert_int_equal(subject_init(), TCX_OK);
    assert_int_equal(tcx_call_begin(&f.call, &f.config, &f.request, 0), TCX_OK);
    for (int i = 0; i < 100; i++)
        check(tcx_call_step(&f.call, 0) >= 0, "%s: %d", where, f.call.status);
    if (status == TCX_E_DEADLINE) {
        check(tcx_call_step(&f.call, TCX_TIMEOUT_DEFAULT - 1) == TCX_PENDING, "%s: it did not wait", where);
        check(tcx_call_wants(&f.call) == wants, "%s: wants", where);
    }
    assert_status(where, tcx_call_step(&f.call, TCX_TIMEOUT_DEFAULT), status);
    judge(where);
    check(f.call.outcome == outcome, "%s: outcome %d", where, (int)f.call.outcome);
    assert_int_equal(f.call.detail, 0);
    assert_in_range(f.link.calls, 1, wants == (TCX_READ | TCX_WRITE) ? 300 : 200); /* for 100 steps */
}

/* At every flight: in front of it, and in its last byte. */
static void test_stalls(void **state)
{
    enum { SILENCE, HELLO, FINISHED, ANSWERED, FLIGHTS };
    enum { REQUEST = 4, RECORDS = 6 }; /* hello, key, change_cipher_spec, finished, request, close_notify */
    SSL_CTX *context = make_context(&rsa_leaf, NULL);
    size_t flights[FLIGHTS], records[8], count = 0;

    (void)state;
    set_up_pinned(context);
    assert_int_equal(run(), TCX_OK);
    assert_int_equal(f.peer.flight_count, FLIGHTS);
    memcpy(flights, f.peer.flights, sizeof flights);
    for (size_t at = 0; at < f.link.sent_length; at += 5u + f.link.sent[at + 3] * 256u + f.link.sent[at + 4])
        records[count++] = at;
    assert_int_equal(count, RECORDS);
    for (int i = SILENCE; i < FLIGHTS; i++) {
        for (size_t less = 0; less <= (i > SILENCE); less++) {
            int reached = i - (int)less;
            char where[80];

            snprintf(where, sizeof where, "received %zu bytes of flight %d", flights[i] - less, i);
            set_up_pinned(context);
            f.link.cut_received = flights[i] - less;
            f.link.cut = TCX_WANT_READ;
            stall(where, TCX_READ, reached == ANSWERED ? TCX_OK : TCX_E_DEADLINE,
                  reached == ANSWERED   ? TCX_ANSWERED
                  : reached == FINISHED ? TCX_MAYBE_EXECUTED
                                        : TCX_NOT_SENT);
        }
    }
    for (size_t i = 0; i + 1 < count; i++) {
        for (size_t more = 0; more <= 1; more++) {
            char where[80];

            snprintf(where, sizeof where, "sent %zu bytes of record %zu", more, i);
            set_up_pinned(context);
            f.link.cut_sent = records[i] + more;
            f.link.cut = TCX_WANT_WRITE;
            /* Without a buffer for both directions, an answer can come while a record is being sent. */
            stall(where, i == REQUEST && !tls_subject.has_record_buffer ? TCX_WRITE | TCX_READ : TCX_WRITE,
                  TCX_E_DEADLINE, TCX_NOT_SENT);
        }
    }
    SSL_CTX_free(context);
}

/* A chain of 4 is verified, and the server closes after each byte that it sends: nothing was sent to it. */
static void test_close_at_every_byte(void **state)
{
    static const certificate middle = {
        "Middle", NULL, RSA_4096, "RSA root", RSA_ROOT, -DAY, DAY, 1, "SHA256", 0, NULL
    };
    static const certificate last = { "Last", NULL, RSA_ROOT, "Middle", RSA_4096, -DAY, DAY, 1, "SHA256", 0, NULL };
    static const certificate leaf = { HOST, "DNS:" HOST, RSA_LEAF, "Last", RSA_ROOT, -DAY, DAY, 0, "SHA256", 0, NULL };
    SSL_CTX *context = make_context(&leaf, &last);
    size_t handshake, stride = getenv("CI") != NULL ? 1 : 17;

    (void)state;
    add_to_chain(context, &middle);
    set_up(context);
    assert_int_equal(run(), TCX_OK);
    assert_int_equal(f.peer.flight_count, 4);
    handshake = f.peer.flights[2];
    assert_in_range(handshake, 3000, 6000);
    for (size_t offset = 0; offset < handshake; offset += stride) {
        char where[80];

        snprintf(where, sizeof where, "byte %zu of %zu", offset, handshake);
        set_up(context);
        f.link.cut_received = offset;
        f.link.cut = TCX_CLOSED;
        check(run() < 0, "%s", where);
        judge_refused(where, TCX_E_CLOSED, 0);
    }
    SSL_CTX_free(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_protocols),
        cmocka_unit_test(test_server_hellos),
        cmocka_unit_test(test_raw_answers),
        cmocka_unit_test(test_full_records),
        cmocka_unit_test(test_close),
        cmocka_unit_test(test_records),
        cmocka_unit_test(test_data_after_close_notify),
        cmocka_unit_test(test_renegotiation),
        cmocka_unit_test(test_stalls),
        cmocka_unit_test(test_close_at_every_byte),
    };

    return cmocka_run_group_tests(tests, make_keys, NULL) + subject_count_unused(__FILE__);
}
