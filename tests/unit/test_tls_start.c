/*
 * Tests TLS that cannot begin or continue: a profile of the caller that gives the engine nothing to work with, and a
 * server, BearSSL's, that speaks before the client.
 */
#include "script.h"

#include <tcexec/tls.h>

static int drawn = 7;

static int entropy(void *context, void *out, size_t length)
{
    (void)context;
    memset(out, drawn, length);
    return (int)length;
}

static const tcx_peer peer = { TCX_TEXT("host.test"), TCX_TEXT("host.test"), 443, 1800000000, 0 };

static struct {
    script link;
    tcx_tls tls;
    tcx_tls_pin pin;
    tcx_tls_config config;
    unsigned char buffer[TCX_TLS_BUFFER_MIN];
} f;

/* TLS with a pinned key, over a link from which nothing comes. */
static void set_up(const tcx_tls_profile *profile)
{
    static unsigned char number[1] = { 3 }, modulus[256] = { 0x80 };
    static const br_x509_pkey key = { BR_KEYTYPE_RSA, { .rsa = { modulus, sizeof modulus, number, 1 } } };

    memset(&f, 0, sizeof f);
    script_init(&f.link, "", 0);
    f.config = (tcx_tls_config){ .link = &f.link.transport,
                                 .profile = profile,
                                 .trust = &f.pin.trust,
                                 .entropy = entropy,
                                 .buffer = f.buffer,
                                 .buffer_size = sizeof f.buffer };
    assert_status("pin", tcx_tls_pin_init(&f.pin, &key), TCX_OK);
    assert_status("init", tcx_tls_init(&f.tls, &f.config), TCX_OK);
}

static void set_up_nothing(br_ssl_client_context *client, br_x509_minimal_context *chain)
{
    (void)client;
    (void)chain;
}

static void test_empty_profile(void **state)
{
    static const tcx_tls_profile empty = { set_up_nothing, NULL };
    int detail = 0;

    (void)state;
    set_up(&empty);
    assert_true(f.tls.transport.open(f.tls.transport.context, &peer) < 0);
    assert_status("open", f.tls.transport.failure(f.tls.transport.context, &detail), TCX_E_TLS_PROFILE);
    assert_int_not_equal(detail, 0);
    assert_string_equal(f.buffer, "host.test");
    for (size_t i = sizeof "host.test"; i < sizeof f.buffer; i++)
        assert_int_equal(f.buffer[i], 0); /* nothing is left of the entropy */
    f.tls.transport.close(f.tls.transport.context);
    assert_int_equal(f.link.sent_length, 0);
}

/* As on a device: BearSSL is told that it has asked the system for randomness, and has got none. */
static void set_up_device(br_ssl_client_context *client, br_x509_minimal_context *chain)
{
    tcx_tls_profile_full.set_up(client, chain);
    client->eng.rng_os_rand_done = 1;
}

static const tcx_tls_profile device_profile = { set_up_device, NULL };

/* All randomness is that of the entropy function: the same again makes the same hello, another one another. */
static void test_entropy(void **state)
{
    unsigned char hello[32] = { 0 };

    (void)state;
    for (int i = 0; i < 3; i++) {
        drawn = i < 2 ? 7 : 8;
        set_up(&device_profile);
        assert_int_equal(f.tls.transport.open(f.tls.transport.context, &peer), TCX_WANT_READ);
        f.tls.transport.close(f.tls.transport.context);
        assert_int_equal(f.link.sent[5], 1); /* ClientHello; its 32 random bytes stand at 11 */
        assert_int_equal(memcmp(f.link.sent + 11, hello, sizeof hello) == 0, i == 1);
        memcpy(hello, f.link.sent + 11, sizeof hello);
    }
}

/* The server, and the link to it: both ends in memory. */
static br_ssl_server_context server;

static int link_open(void *context, const tcx_peer *peer)
{
    (void)context;
    (void)peer;
    return 1;
}

static int link_send(void *context, const void *bytes, size_t length)
{
    size_t room;
    unsigned char *record = br_ssl_engine_recvrec_buf(&server.eng, &room);

    (void)context;
    if (record == NULL)
        return TCX_WANT_WRITE;
    length = length < room ? length : room;
    memcpy(record, bytes, length);
    br_ssl_engine_recvrec_ack(&server.eng, length);
    return (int)length;
}

static int link_recv(void *context, void *bytes, size_t length)
{
    size_t available;
    unsigned char *record = br_ssl_engine_sendrec_buf(&server.eng, &available);

    (void)context;
    if (record == NULL)
        return TCX_WANT_READ;
    length = length < available ? length : available;
    memcpy(bytes, record, length);
    br_ssl_engine_sendrec_ack(&server.eng, length);
    return (int)length;
}

static void link_close(void *context)
{
    (void)context;
}

static struct {
    tcx_event event;
    uint32_t number;
} seen;

static void observe(void *context, tcx_event event, uint32_t number)
{
    (void)context;
    seen.event = event;
    seen.number = number;
}

/*
 * What the client sends from memory of its own comes through. What the server said then has been read in part when the
 * client sends again: there is one buffer, and it is not free.
 */
static void test_server(void **state)
{
    static const tcx_trace trace = { observe, NULL };
    static const tcx_transport link = { .open = link_open, .send = link_send, .recv = link_recv, .close = link_close };
    static unsigned char buffer[TCX_TLS_BUFFER_SAFE], server_buffer[BR_SSL_BUFSIZE_BIDI], certificate[1] = { 0x30 };
    static unsigned char private_bytes[BR_EC_KBUF_PRIV_MAX_SIZE], public_bytes[BR_EC_KBUF_PUB_MAX_SIZE];
    static tcx_tls tls;
    const br_x509_certificate chain = { certificate, sizeof certificate }; /* a pin does not look at it */
    br_hmac_drbg_context random;
    br_ec_private_key key;
    br_x509_pkey public_key = { .key_type = BR_KEYTYPE_EC };
    tcx_tls_pin pin;
    tcx_tls_config config = { .link = &link,
                              .profile = &tcx_tls_profile_full,
                              .trust = &pin.trust,
                              .entropy = entropy,
                              .buffer = buffer,
                              .buffer_size = sizeof buffer,
                              .trace = &trace };
    unsigned char byte, *room;
    size_t length;
    int result;

    (void)state;
    br_hmac_drbg_init(&random, &br_sha256_vtable, "seed", 4);
    assert_true(br_ec_keygen(&random.vtable, br_ec_get_default(), &key, private_bytes, BR_EC_secp256r1) > 0);
    assert_true(br_ec_compute_pub(br_ec_get_default(), &public_key.key.ec, public_bytes, &key) > 0);
    br_ssl_server_init_minf2g(&server, &chain, 1, &key);
    br_ssl_engine_set_buffer(&server.eng, server_buffer, sizeof server_buffer, 1);
    br_ssl_engine_inject_entropy(&server.eng, "seed", 4);
    assert_true(br_ssl_server_reset(&server));

    assert_status("pin", tcx_tls_pin_init(&pin, &public_key), TCX_OK);
    assert_status("init", tcx_tls_init(&tls, &config), TCX_OK);
    while ((result = tls.transport.open(tls.transport.context, &peer)) == TCX_AGAIN || result == TCX_WANT_READ)
        ;
    assert_int_equal(result, 1);
    assert_int_equal(seen.event, TCX_EVENT_HANDSHAKE);
    assert_int_equal(seen.number, BR_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256);
    assert_int_equal(tls.transport.send(tls.transport.context, "request", 7), 7);
    room = br_ssl_engine_recvapp_buf(&server.eng, &length);
    assert_non_null(room);
    assert_int_equal(length, 7);
    assert_memory_equal(room, "request", 7);
    br_ssl_engine_recvapp_ack(&server.eng, length);
    room = br_ssl_engine_sendapp_buf(&server.eng, &length);
    assert_non_null(room);
    memcpy(room, "hello", 5);
    br_ssl_engine_sendapp_ack(&server.eng, 5);
    br_ssl_engine_flush(&server.eng, 0);
    assert_int_equal(tls.transport.recv(tls.transport.context, &byte, 1), 1);
    assert_int_equal(byte, 'h');
    /* what has come must be received first */
    assert_int_equal(tls.transport.send(tls.transport.context, "x", 1), TCX_AGAIN);
    tls.transport.close(tls.transport.context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty_profile),
        cmocka_unit_test(test_entropy),
        cmocka_unit_test(test_server),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
