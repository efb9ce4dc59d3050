#include "peer.h"

EVP_PKEY *keys[KEYS];

const certificate ec_root = { "EC root", NULL, EC_ROOT, "EC root", EC_ROOT, -DAY, DAY, 1, "SHA256", 0, NULL };
const certificate rsa_root = { "RSA root", NULL, RSA_ROOT, "RSA root", RSA_ROOT, -DAY, DAY, 1, "SHA256", 0, NULL };
const certificate p384_root = { "P-384 root", NULL, P384, "P-384 root", P384, -DAY, DAY, 1, "SHA384", 0, NULL };
const certificate rsa_4096_root = { "RSA 4096 root", NULL, RSA_4096, "RSA 4096 root", RSA_4096, -DAY, DAY, 1,
                                    "SHA256",        0,    NULL };

const certificate ec_leaf = { HOST, "DNS:" HOST, EC_LEAF, "EC root", EC_ROOT, -DAY, DAY, 0, "SHA256", 0, NULL };
const certificate rsa_leaf = { HOST, "DNS:" HOST, RSA_LEAF, "RSA root", RSA_ROOT, -DAY, DAY, 0, "SHA256", 0, NULL };

static void add_extension(X509 *made, int kind, const char *value)
{
    X509_EXTENSION *extension;

    if (value == NULL)
        return;
    extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);
    assert_non_null(extension);
    X509_add_ext(made, extension, -1);
    X509_EXTENSION_free(extension);
}

X509 *make_certificate(const certificate *plan)
{
    static long serial = 1;
    time_t now = NOW; /* plus much more, which a time_t may not hold */
    X509 *made = X509_new();
    X509_NAME *issuer = X509_NAME_new();

    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), serial++);
    X509_time_adj_ex(X509_getm_notBefore(made), (int)(plan->from / DAY), plan->from % DAY, &now);
    X509_time_adj_ex(X509_getm_notAfter(made), (int)(plan->until / DAY), plan->until % DAY, &now);
    X509_NAME_add_entry_by_txt(X509_get_subject_name(made), "CN", MBSTRING_ASC, (const unsigned char *)plan->subject,
                               -1, -1, 0);
    X509_NAME_add_entry_by_txt(issuer, "CN", MBSTRING_ASC, (const unsigned char *)plan->issuer, -1, -1, 0);
    X509_set_issuer_name(made, issuer);
    X509_set_pubkey(made, keys[plan->key]);
    add_extension(made, NID_basic_constraints,
                  plan->is_ca == LAST_CA ? "critical,CA:TRUE,pathlen:0"
                  : plan->is_ca          ? "critical,CA:TRUE"
                                         : "CA:FALSE");
    add_extension(made, NID_subject_alt_name, plan->names);
    add_extension(made, plan->extension, plan->value);
    assert_true(X509_sign(made, keys[plan->issuer_key], EVP_get_digestbyname(plan->hash)) > 0);
    X509_NAME_free(issuer);
    return made;
}

const certificate *const roots[ANCHORS] = { &ec_root, &rsa_root, &p384_root, &rsa_4096_root };

void make_key(int key)
{
    static const char *const curves[] = {
        [EC_ROOT] = "P-256", [EC_LEAF] = "P-256", [EC_OTHER] = "P-256", [P384] = "P-384", [P521] = "P-521"
    };
    unsigned rsa_bits = key == RSA_1024 ? 1024 : key == RSA_2040 ? 2040 : key == RSA_4096 ? 4096 : 2048;

    keys[key] = key < RSA_ROOT ? EVP_EC_gen(curves[key]) : EVP_RSA_gen(rsa_bits);
    assert_non_null(keys[key]);
    subject_take_key(key);
}

int make_keys(void **state)
{
    (void)state;
    for (int i = 0; i < KEYS; i++)
        make_key(i);
    subject_take_roots();
    return 0;
}

/* The server. */

/* Counts a request when it has come to its end. */
static int is_whole(const server *peer)
{
    const char *text = (const char *)peer->request, *body, *length;

    body = strstr(text, "\r\n\r\n");
    length = strstr(text, "Content-Length: ");
    return body != NULL && length != NULL &&
           peer->request_length == (size_t)(body + 4 - text) + (size_t)atol(length + 16);
}

static void say(server *peer, const char *bytes, size_t length)
{
    int count = peer->plain ? BIO_write(peer->wire, bytes, (int)length) : SSL_write(peer->ssl, bytes, (int)length);

    assert_int_equal(count, length);
}

static void answer(server *peer)
{
    size_t count;

    for (unsigned i = 0; i < peer->asks; i++) {
        assert_int_equal(SSL_renegotiate(peer->ssl), 1);
        SSL_do_handshake(peer->ssl);
    }
    for (size_t done = 0; done < peer->answer_length; done += count) {
        size_t left = peer->answer_length - done;

        count = left < peer->write ? left : peer->write;
        say(peer, peer->answer + done, count);
    }
    if (peer->says_goodbye)
        SSL_shutdown(peer->ssl);
    if (peer->behind != NULL) {
        SSL_set_shutdown(peer->ssl, 0); /* or OpenSSL says nothing more */
        say(peer, peer->behind, strlen(peer->behind));
    }
}

/* Bytes of a request have come; of the next one, when there was a whole one before. */
static void got(server *peer, const unsigned char *bytes, size_t length)
{
    if (is_whole(peer))
        peer->request_length = 0;
    assert_true(peer->request_length + length < sizeof peer->request);
    memcpy(peer->request + peer->request_length, bytes, length);
    peer->request_length += length;
    peer->request[peer->request_length] = '\0';
    if (!is_whole(peer))
        return;
    peer->requests++;
    answer(peer);
}

static void serve(server *peer)
{
    unsigned char bytes[16384];
    int count;

    while ((count = SSL_read(peer->ssl, bytes, sizeof bytes)) > 0)
        got(peer, bytes, (size_t)count);
}

static void put(server *peer, int type, const unsigned char *bytes, size_t length)
{
    const unsigned char header[] = { (unsigned char)type, 3, 3, (unsigned char)(length >> 8), (unsigned char)length };

    BIO_write(peer->wire, header, sizeof header);
    BIO_write(peer->wire, bytes, (int)length);
    peer->made += sizeof header + length;
}

/* A record of OpenSSL as it is. */
static void put_record(server *peer, const unsigned char *record, size_t length)
{
    if (!peer->sealed && peer->version_count < TCX_COUNT(peer->versions))
        peer->versions[peer->version_count++] = peer->made + 2;
    BIO_write(peer->wire, record, (int)length);
    peer->made += length;
}

int server_flipped_version(const server *peer, size_t count)
{
    int found = 0;

    assert_in_range(peer->version_count, 0, TCX_COUNT(peer->versions) - 1);
    for (size_t i = 0; i < peer->version_count; i++)
        found |= peer->flip <= peer->versions[i] && peer->versions[i] < peer->flip + count;
    return found;
}

/* Puts what OpenSSL has to say on the wire; a handshake in the clear may be cut into other records than it has made. */
static void forward(server *peer)
{
    enum { CHANGE_CIPHER_SPEC = 20, HANDSHAKE = 22, HEADER = 5 };
    unsigned char *record, clear[40000];
    size_t length, gathered = 0, left = (size_t)BIO_get_mem_data(SSL_get_wbio(peer->ssl), &record);

    for (; left > 0; record += length, left -= length) {
        length = HEADER + record[3] * 256u + record[4];
        assert_true(length <= left);
        peer->largest = length - HEADER > peer->largest ? length - HEADER : peer->largest;
        if (peer->record == 0 || peer->sealed || record[0] != HANDSHAKE) {
            put_record(peer, record, length);
            peer->sealed |= record[0] == CHANGE_CIPHER_SPEC;
            continue;
        }
        assert_true(gathered + length <= sizeof clear);
        memcpy(clear + gathered, record + HEADER, length - HEADER);
        gathered += length - HEADER;
    }
    for (size_t at = 0; at < gathered; at += peer->record)
        put(peer, HANDSHAKE, clear + at, gathered - at < peer->record ? gathered - at : peer->record);
    BIO_reset(SSL_get_wbio(peer->ssl));
}

/* It has heard enough. */
static void answer_early(server *peer)
{
    if (peer->early == 0 || f.link.sent_length < peer->early)
        return;
    peer->early = 0;
    f.link.cut_sent = f.link.sent_length;
    f.link.cut = peer->then;
    f.link.ending = peer->then == TCX_WANT_WRITE ? TCX_WANT_READ : peer->then;
    if (peer->requests == 0)
        answer(peer);
}

static void take(void *context, const unsigned char *bytes, size_t length)
{
    server *peer = context;

    if (peer->plain) {
        got(peer, bytes, length);
        answer_early(peer);
    }
    if (peer->ssl == NULL)
        return;
    if (peer->flight_count == 0 || peer->flights[(peer->flight_count - 1) % TCX_COUNT(peer->flights)] != peer->given)
        peer->flights[peer->flight_count++ % TCX_COUNT(peer->flights)] = peer->given;
    assert_int_equal(BIO_write(SSL_get_rbio(peer->ssl), bytes, (int)length), (int)length);
    serve(peer);
    answer_early(peer);
    forward(peer);
}

static size_t give(void *context, unsigned char *bytes, size_t length)
{
    server *peer = context;
    int count = BIO_read(peer->wire, bytes, (int)length);

    if (count <= 0 && peer->raw != NULL && peer->request_length >= peer->raw_after) {
        count = (int)(length < peer->raw_length - peer->raw_given ? length : peer->raw_length - peer->raw_given);
        memcpy(bytes, peer->raw + peer->raw_given, (size_t)count);
        peer->raw_given += (size_t)count;
    }
    if (count <= 0)
        return 0;
    if (peer->flip >= peer->given && peer->flip < peer->given + (size_t)count)
        bytes[peer->flip - peer->given] ^= 1;
    peer->given += (size_t)count;
    return (size_t)count;
}

void add_to_chain(SSL_CTX *context, const certificate *plan)
{
    assert_int_equal(SSL_CTX_add0_chain_cert(context, make_certificate(plan)), 1);
}

SSL_CTX *make_context(const certificate *leaf, const certificate *second)
{
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    X509 *made = make_certificate(leaf);

    SSL_CTX_set_security_level(context, 0);
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_TICKET);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"x", 1);
    assert_int_equal(SSL_CTX_use_certificate(context, made), 1);
    X509_free(made);
    if (second != NULL)
        add_to_chain(context, second);
    assert_int_equal(SSL_CTX_use_PrivateKey(context, keys[leaf->key]), 1);
    return context;
}

/*
 * OpenSSL hashes a message, shows it, then reads it: between the two, the extension gets a number that nobody knows.
 * The hash of the handshake, which both sides compare, stays that of what the client has sent.
 */
static void hide(int is_sent, int version, int type, const void *bytes, size_t length, SSL *ssl, void *argument)
{
    enum { CLIENT_HELLO = 1, SESSION = 4 + 2 + 32, MAX_FRAGMENT_LENGTH = 1 };
    unsigned char *at = (unsigned char *)bytes, *end = at + length;

    (void)version;
    (void)ssl;
    (void)argument;
    if (is_sent || type != SSL3_RT_HANDSHAKE || at[0] != CLIENT_HELLO)
        return;
    at += SESSION;
    at += 1 + at[0];
    at += 2 + at[0] * 256 + at[1];
    at += 1 + at[0] + 2;
    for (; at < end; at += 4 + at[2] * 256 + at[3])
        if (at[0] == 0 && at[1] == MAX_FRAGMENT_LENGTH)
            at[0] = 0x7F;
}

void hide_fragment_length(SSL_CTX *context)
{
    SSL_CTX_set_msg_callback(context, hide);
}

/* The client. */

struct fixture f;

/* No entropy at all, but the same bytes on every run. */
static int entropy(void *context, void *out, size_t length)
{
    (void)context;
    assert_int_equal(length, TCX_TLS_SEED);
    memset(out, ENTROPY_BYTE, length);
    f.entropy_calls++;
    return f.entropy_result;
}

/* The server's end of a new link. */
static void join(server *peer, SSL_CTX *context)
{
    if (peer->ssl != NULL)
        SSL_set_shutdown(peer->ssl, SSL_SENT_SHUTDOWN); /* or OpenSSL forgets the session */
    SSL_free(peer->ssl);
    BIO_free(peer->wire);
    peer->ssl = NULL;
    peer->wire = BIO_new(BIO_s_mem());
    peer->request_length = 0;
    if (context == NULL)
        return;
    peer->ssl = SSL_new(context);
    SSL_set_bio(peer->ssl, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    SSL_set_accept_state(peer->ssl);
}

static void reopened(void *context)
{
    server *peer = context;

    join(peer, peer->ssl != NULL ? SSL_get_SSL_CTX(peer->ssl) : NULL);
}

void set_up_link(SSL_CTX *context)
{
    const server peer = { .ssl = f.peer.ssl,
                          .wire = f.peer.wire,
                          .answer = ANSWER,
                          .answer_length = sizeof ANSWER - 1,
                          .write = 16384,
                          .flip = SCRIPT_NEVER };

    script_init(&f.link, "", 0);
    f.link.peer = &f.peer;
    f.link.reopened = reopened;
    f.link.take = take;
    f.link.give = give;
    f.peer = peer;
    join(&f.peer, context);
    f.entropy_result = TCX_TLS_SEED;
    f.entropy_calls = 0;
}

void set_up(SSL_CTX *context)
{
    const tcx_call_config config = { .transport = subject_transport,
                                     .signer = &f.signer,
                                     .buffer = f.buffer,
                                     .buffer_size = sizeof f.buffer,
                                     .unix_time = NOW };

    set_up_link(context);
    subject_reset(&f.link.transport, entropy);
    f.config = config;
    f.request = tcx_example_request;
    memset(&f.call, 0, sizeof f.call);
    assert_int_equal(tcx_signer_init(&f.signer, &tcx_example_credentials, TCX_SIGN_TC3), TCX_OK);
}

tcx_status run(void)
{
    uint32_t tick = 0;
    tcx_status status;

    assert_int_equal(subject_init(), TCX_OK);
    status = tcx_call_begin(&f.call, &f.config, &f.request, tick);
    assert_int_equal(status, TCX_OK);
    for (int steps = 0; (status = tcx_call_step(&f.call, tick)) == TCX_PENDING; steps++) {
        check(steps < 100000, "it does not end");
        tick += f.link.starved && tcx_call_wants(&f.call) != 0 ? tcx_call_time_left(&f.call, tick) : 0;
    }
    return status;
}

void judge(const char *where)
{
    check(f.link.violation == NULL, "%s: %s", where, f.link.violation);
    check(f.link.closes == f.link.links && f.link.links <= 1, "%s: %zu links, closed %zu times", where, f.link.links,
          f.link.closes);
    check(f.peer.requests <= 1, "%s: %u requests", where, f.peer.requests);
    check((f.call.outcome == TCX_NOT_SENT) == (f.peer.requests == 0), "%s: outcome %d, but %u requests (%zu bytes)",
          where, (int)f.call.outcome, f.peer.requests, f.peer.request_length);
    check((f.call.outcome == TCX_ANSWERED) == (f.call.status == TCX_OK), "%s: outcome %d", where, (int)f.call.outcome);
}

void judge_detail(const char *where, int detail)
{
    const int is_of_tls =
        (f.call.status <= TCX_E_TLS && f.call.status > TCX_E_HTTP_SYNTAX) || f.call.status == TCX_E_TLS_ENTROPY;

    if (tls_subject.is_bearssl)
        check(f.call.detail == detail, "%s: detail %d, not %d", where, f.call.detail, detail);
    else
        check((f.call.detail != 0) == is_of_tls, "%s: detail %d", where, f.call.detail);
}

void judge_refused(const char *where, tcx_status status, int detail)
{
    judge(where);
    assert_status(where, f.call.status, status);
    judge_detail(where, detail);
    check(f.call.outcome == TCX_NOT_SENT, "%s: outcome %d", where, (int)f.call.outcome);
    check(f.peer.request_length == 0 && records_sent(APPLICATION_DATA) == 0, "%s: %u records, %zu bytes decrypted",
          where, records_sent(APPLICATION_DATA), f.peer.request_length);
}

unsigned records_sent(unsigned char type)
{
    unsigned count = 0;

    for (size_t at = 0; at + 5 <= f.link.sent_length; at += 5u + f.link.sent[at + 3] * 256u + f.link.sent[at + 4])
        count += f.link.sent[at] == type;
    return count;
}
