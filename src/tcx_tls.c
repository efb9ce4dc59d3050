#include <tcexec/tls.h>

#include "tcx_wait.h"

/* Transfers of the link in one call, so that a peer that sends without end cannot block the caller. */
enum { TLS_TURNS = 64 };

/* TLS_RECEIVE_ONLY: the link takes no more bytes. */
enum { TLS_CLOSED, TLS_CONNECTING, TLS_HANDSHAKE, TLS_OPEN, TLS_RECEIVE_ONLY };

/* Records why TLS failed. Returns any negative number: the caller asks tls_failure(). */
static int tls_fail(tcx_tls *tls, tcx_status status, int detail)
{
    tls->status = status;
    tls->detail = detail;
    return -1;
}

/* BearSSL errors with a status of their own, as the distance below TCX_E_TLS so that it fits a byte. */
static const struct {
    uint8_t error;
    uint8_t below;
} tls_errors[] = {
    { BR_ERR_TOO_LARGE, TCX_E_TLS - TCX_E_TLS_RECORD },
    { BR_ERR_BAD_MAC, TCX_E_TLS - TCX_E_TLS_INTEGRITY },
    { BR_ERR_BAD_FINISHED, TCX_E_TLS - TCX_E_TLS_INTEGRITY },
    { BR_ERR_BAD_SIGNATURE, TCX_E_TLS - TCX_E_TLS_INTEGRITY },
    { BR_ERR_WRONG_KEY_USAGE, TCX_E_TLS - TCX_E_TLS_INTEGRITY }, /* the pinned key is of another kind */
    { BR_ERR_UNSUPPORTED_VERSION, TCX_E_TLS - TCX_E_TLS_UNSUPPORTED },
    { BR_ERR_BAD_CIPHER_SUITE, TCX_E_TLS - TCX_E_TLS_UNSUPPORTED },
    { BR_ERR_INVALID_ALGORITHM, TCX_E_TLS - TCX_E_TLS_UNSUPPORTED },
    { BR_ERR_LIMIT_EXCEEDED, TCX_E_TLS - TCX_E_X509_WEAK }, /* an RSA key of more than 4096 bits */
    { BR_ERR_X509_BAD_SERVER_NAME, TCX_E_TLS - TCX_E_X509_NAME },
    { BR_ERR_X509_TIME_UNKNOWN, TCX_E_TLS - TCX_E_X509_TIME },
    { BR_ERR_X509_EXPIRED, TCX_E_TLS - TCX_E_X509_TIME },
    { BR_ERR_X509_NOT_TRUSTED, TCX_E_TLS - TCX_E_X509_UNTRUSTED },
    { BR_ERR_X509_BAD_SIGNATURE, TCX_E_TLS - TCX_E_X509_UNTRUSTED },
    { BR_ERR_X509_WEAK_PUBLIC_KEY, TCX_E_TLS - TCX_E_X509_WEAK },
    { BR_ERR_X509_UNSUPPORTED, TCX_E_TLS - TCX_E_X509_WEAK },
    { BR_ERR_X509_LIMIT_EXCEEDED, TCX_E_TLS - TCX_E_X509_WEAK },
    { BR_ERR_X509_NOT_CA, TCX_E_TLS - TCX_E_X509_UNTRUSTED },
    { BR_ERR_X509_FORBIDDEN_KEY_USAGE, TCX_E_TLS - TCX_E_X509_PURPOSE },
    { BR_ERR_X509_CRITICAL_EXTENSION, TCX_E_TLS - TCX_E_X509_EXTENSION },
};

/* After its ServerHello, the server has chosen the version and the cipher suite. A later alert has another reason. */
static tcx_status tls_map_error(const br_ssl_engine_context *engine, int error)
{
    if (error >= BR_ERR_RECV_FATAL_ALERT) {
        int alert = error & 255, has_chosen = engine->reneg != 0;

        /* RFC 5246 section 7.2: handshake_failure, protocol_version, insufficient_security */
        return !has_chosen && (alert == 40 || alert == 70 || alert == 71) ? TCX_E_TLS_UNSUPPORTED : TCX_E_TLS_ALERT;
    }
    for (size_t i = 0; i < sizeof tls_errors / sizeof tls_errors[0]; i++) {
        if (tls_errors[i].error == error)
            return (tcx_status)(TCX_E_TLS - tls_errors[i].below);
    }
    return error > BR_ERR_X509_OK ? TCX_E_X509 : TCX_E_TLS;
}

/* Returns TCX_CLOSED_CLEAN if the engine ended cleanly, or else the failure. */
static int tls_explain_end(tcx_tls *tls)
{
    int error = br_ssl_engine_last_error(&tls->client.eng);
    const unsigned char *header = tls->config->buffer; /* of the last record received */

    if (error == BR_ERR_UNSUPPORTED_VERSION && header[1] != 3)
        return tls_fail(tls, TCX_E_TLS, error); /* not a version of TLS, for example a web page on this port */
    return error == BR_ERR_OK ? TCX_CLOSED_CLEAN : tls_fail(tls, tls_map_error(&tls->client.eng, error), error);
}

/*
 * Checks the result `moved` of a link transfer of up to `length` bytes. Returns it, or a failure if the transport
 * contract does not allow it.
 */
static int tls_check_transfer(tcx_tls *tls, int moved, size_t length)
{
    if (moved == 0 || (moved > 0 && (size_t)moved > length))
        return tls_fail(tls, TCX_E_TRANSPORT_CONTRACT, moved);
    return moved;
}

/*
 * Sends from the record that is ready. After the link has failed, all records are dropped: in a buffer for both
 * directions, they occupy the space of an answer or an alert that the peer may have sent before.
 */
static int tls_send_record(tcx_tls *tls)
{
    const tcx_transport *link = tls->config->link;
    br_ssl_engine_context *engine = &tls->client.eng;
    size_t ready, length;
    unsigned char *record = br_ssl_engine_sendrec_buf(engine, &ready);
    int moved;

    if (record == NULL)
        return tls_explain_end(tls);
    if (tls->state != TLS_RECEIVE_ONLY) {
        length = ready < TCX_TRANSFER_MAX ? ready : TCX_TRANSFER_MAX;
        moved = tls_check_transfer(tls, link->send(link->context, record, length), length);
        if (tcx_must_wait(moved))
            return moved;
        if (moved < 0) {
            tls->state = TLS_RECEIVE_ONLY;
            tls->left = 0;
            return moved;
        }
        ready = (size_t)moved;
    }
    br_ssl_engine_sendrec_ack(engine, ready);
    return (int)ready;
}

static int tls_receive_record(tcx_tls *tls)
{
    const tcx_transport *link = tls->config->link;
    br_ssl_engine_context *engine = &tls->client.eng;
    size_t length;
    unsigned char *record = br_ssl_engine_recvrec_buf(engine, &length);
    int moved;

    length = length < TCX_TRANSFER_MAX ? length : TCX_TRANSFER_MAX;
    moved = tls_check_transfer(tls, link->recv(link->context, record, length), length);
    if (moved > 0)
        br_ssl_engine_recvrec_ack(engine, (size_t)moved);
    return moved;
}

/*
 * Sends and receives records until the engine is in one of the `wanted` states or the link can do no more. Only
 * tls_send() sends the rest of a record that tls_send() has begun.
 *
 * Returns 1, or the result of the link, or TCX_WANT_WRITE if such a record must be sent first, or TCX_AGAIN if data
 * must be received first, or TCX_CLOSED_CLEAN after a close_notify, or a failure of TLS.
 */
static int tls_run(tcx_tls *tls, unsigned wanted)
{
    int turns = TLS_TURNS, moved = 1;

    while (moved > 0) {
        unsigned state = br_ssl_engine_current_state(&tls->client.eng);
        int sends = (state & BR_SSL_SENDREC) && tls->left == 0;

        if (state & BR_SSL_CLOSED)
            return tls_explain_end(tls);
        if (!sends && (state & wanted))
            return 1;
        if (!sends && !(state & BR_SSL_RECVREC))
            return state & BR_SSL_SENDREC ? TCX_WANT_WRITE : TCX_AGAIN;
        if (turns-- == 0)
            return TCX_AGAIN;
        moved = sends ? tls_send_record(tls) : tls_receive_record(tls);
    }
    return moved;
}

/*
 * Writes the server's name as a string, without a dot at its end (RFC 6066 section 3). Returns 0 if it cannot be the
 * name in a server's certificate: it is an IP address, which no profile checks, or has a zero byte, which would cut it
 * off.
 */
static int tls_write_name(char *out, size_t size, tcx_text name)
{
    int is_domain = 0; /* the last label is a number in an IPv4 address and never in a domain name */

    if (name.length > 0 && name.bytes[name.length - 1] == '.')
        name.length--;
    if (name.length >= size)
        return 0;
    for (size_t i = 0; i < name.length; i++) {
        char byte = name.bytes[i];

        if (byte == '\0' || byte == ':')
            return 0;
        if (byte == '.')
            is_domain = 0;
        else if (byte < '0' || byte > '9')
            is_domain = 1;
        out[i] = byte;
    }
    out[name.length] = '\0';
    return is_domain;
}

/*
 * Sets up the engine for a new connection. This is before the link connects, so that a missing part is reported before
 * a byte is sent.
 */
static int tls_start(tcx_tls *tls, const tcx_peer *peer)
{
    const tcx_tls_config *config = tls->config;
    br_ssl_engine_context *engine = &tls->client.eng;
    char *name = config->buffer; /* there is no record in it yet, and the engine copies the name */
    unsigned char *seed = (unsigned char *)config->buffer + sizeof engine->server_name;
    const br_x509_class **validator;
    int offered = 0, seeded;

    if (!tls_write_name(name, sizeof engine->server_name, peer->name))
        return tls_fail(tls, TCX_E_TLS_NAME, 0);
    br_ssl_client_zero(&tls->client);
    br_ssl_engine_set_versions(engine, BR_TLS12, BR_TLS12);
    br_ssl_engine_set_all_flags(engine, BR_OPT_NO_RENEGOTIATION);
    validator = config->trust->start(config->trust, config->profile, &tls->client, peer->unix_time);
    br_ssl_engine_set_x509(engine, validator);
    br_ssl_engine_set_buffer(engine, config->buffer, config->buffer_size, config->buffer_size >= TCX_TLS_BUFFER_DUPLEX);

    seeded = config->entropy(config->entropy_context, seed, TCX_TLS_SEED) == (int)TCX_TLS_SEED;
    if (seeded)
        br_ssl_engine_inject_entropy(engine, seed, TCX_TLS_SEED);
    tcx_wipe(seed, TCX_TLS_SEED);
    if (!seeded)
        return tls_fail(tls, TCX_E_TLS_ENTROPY, BR_ERR_NO_RANDOM);
    if (config->session != NULL)
        offered = config->session->load(config->session, name, peer, config->trust, &engine->session);
    if (!br_ssl_client_reset(&tls->client, name, offered))
        return tls_fail(tls, TCX_E_TLS_PROFILE, br_ssl_engine_last_error(engine));
    if (config->profile->hello != NULL)
        config->profile->hello(engine);
    return 1;
}

/*
 * A send has failed in the handshake with `result`. If an alert came before, it is the reason: a server that sends one
 * closes the link. Returns that failure, or `result`.
 */
static int tls_receive_alert(tcx_tls *tls, int result)
{
    const int reason = tls_run(tls, 0);

    if (br_ssl_engine_last_error(&tls->client.eng) >= BR_ERR_RECV_FATAL_ALERT)
        return reason;
    tls->status = TCX_OK;
    return result;
}

/* Handles the end of the handshake. After a failure, the session is erased. */
static int tls_end_handshake(tcx_tls *tls, const tcx_peer *peer, int result)
{
    const tcx_tls_config *config = tls->config;
    tcx_tls_session *session = config->session;
    const br_ssl_session_parameters *established = result == 1 ? &tls->client.eng.session : NULL;
    const int offered = session != NULL && session->offered;

    if (session != NULL)
        tls->resumed = (uint8_t)session->note(session, peer, config->trust, established);
    if (established == NULL) {
        if (!offered || br_ssl_engine_last_error(&tls->client.eng) == BR_ERR_OK)
            return result;
        config->link->close(config->link->context); /* TLS may succeed without the session: retry on a new link */
        tls->state = TLS_CLOSED;
        return TCX_AGAIN;
    }
    tls->state = TLS_OPEN;
    if (config->trace != NULL)
        config->trace->event(config->trace->context, tls->resumed ? TCX_EVENT_RESUMED : TCX_EVENT_HANDSHAKE,
                             established->cipher_suite);
    return 1;
}

static int tls_open(void *context, const tcx_peer *peer)
{
    tcx_tls *tls = context;
    const tcx_transport *link = tls->config->link;
    int result;

    if (tls->state == TLS_CLOSED) {
        tls->status = TCX_OK;
        tls->left = 0;
        tls->resumed = 0;
        result = tls_start(tls, peer);
        if (result != 1)
            return result;
        tls->state = TLS_CONNECTING;
    }
    if (tls->state == TLS_CONNECTING) {
        result = link->open(link->context, peer); /* an invalid result is returned too: the caller refuses it */
        if (result != 1)
            return result;
        tls->state = TLS_HANDSHAKE;
    }
    if (tls->state != TLS_HANDSHAKE) /* it is open and may lead to another peer */
        return 0;
    result = tls_run(tls, BR_SSL_SENDAPP);
    if (tcx_must_wait(result))
        return result;
    if (tls->state == TLS_RECEIVE_ONLY && tls->status == TCX_OK)
        result = tls_receive_alert(tls, result);
    return tls_end_handshake(tls, peer, result);
}

static unsigned char *tls_compose(void *context, size_t *length)
{
    tcx_tls *tls = context;

    return br_ssl_engine_sendapp_buf(&tls->client.eng, length);
}

/*
 * Bytes count as taken once the link has taken the last byte of their record. Before that, the peer cannot decrypt any
 * of them. After that it can, so nothing may happen between that byte and the return. While a record is being sent, the
 * caller offers the same bytes again.
 */
static int tls_send(void *context, const void *bytes, size_t length)
{
    tcx_tls *tls = context;
    br_ssl_engine_context *engine = &tls->client.eng;
    int turns = TLS_TURNS, moved;

    if (tls->state == TLS_RECEIVE_ONLY)
        return TCX_CLOSED;
    if (tls->left == 0) {
        size_t room;
        unsigned char *payload;

        moved = tls_run(tls, BR_SSL_SENDAPP);
        if (moved != 1)
            return moved;
        payload = br_ssl_engine_sendapp_buf(engine, &room);
        length = length < room ? length : room;
        memmove(payload, bytes, length);
        br_ssl_engine_sendapp_ack(engine, length);
        br_ssl_engine_flush(engine, 0);
        tls->held = (uint16_t)length;
        (void)br_ssl_engine_sendrec_buf(engine, &length);
        tls->left = (uint16_t)length;
    }
    do {
        if (turns-- == 0)
            return TCX_AGAIN;
        moved = tls_send_record(tls);
        if (moved <= 0)
            return moved;
        tls->left = (uint16_t)(tls->left - (unsigned)moved);
    } while (tls->left > 0);
    return (int)tls->held;
}

static int tls_recv(void *context, void *bytes, size_t length)
{
    tcx_tls *tls = context;
    br_ssl_engine_context *engine = &tls->client.eng;
    int result = tls_run(tls, BR_SSL_RECVAPP);
    unsigned char *payload;
    size_t available;

    if (result != 1) { /* a close_notify, and nothing else, is a clean end, even if its answer cannot be sent */
        if (engine->shutdown_recv)
            return TCX_CLOSED_CLEAN;
        return result != TCX_CLOSED_CLEAN ? result : TCX_CLOSED;
    }
    payload = br_ssl_engine_recvapp_buf(engine, &available);
    length = length < available ? length : available;
    memcpy(bytes, payload, length);
    br_ssl_engine_recvapp_ack(engine, length);
    return (int)length;
}

/* Sends close_notify if that is possible at once. Does not wait for the peer's (RFC 5246 section 7.2.1). */
static void tls_close(void *context)
{
    tcx_tls *tls = context;
    const tcx_transport *link = tls->config->link;
    br_ssl_engine_context *engine = &tls->client.eng;
    size_t length;
    unsigned char *record;

    if (tls->state == TLS_OPEN && tls->left == 0) {
        br_ssl_engine_close(engine);
        record = br_ssl_engine_sendrec_buf(engine, &length);
        if (record != NULL)
            (void)link->send(link->context, record, length);
    }
    if (tls->state != TLS_CLOSED)
        link->close(link->context);
    tls->state = TLS_CLOSED;
}

static tcx_status tls_failure(void *context, int *detail)
{
    tcx_tls *tls = context;
    const tcx_transport *link = tls->config->link;

    if (tls->status != TCX_OK) {
        *detail = tls->detail;
        return tls->status;
    }
    return link->failure != NULL ? link->failure(link->context, detail) : TCX_OK;
}

tcx_status tcx_tls_init(tcx_tls *tls, const tcx_tls_config *config)
{
    static const tcx_transport transport = { NULL, tls_open, tls_send, tls_recv, tls_close, tls_compose, tls_failure };
    const tcx_transport *link;

    if (tls == NULL)
        return TCX_E_NULL;
    tcx_tls_wipe(tls);
    if (config == NULL || config->link == NULL || config->profile == NULL || config->profile->set_up == NULL ||
        config->buffer == NULL)
        return TCX_E_NULL;
    link = config->link;
    if (link->open == NULL || link->send == NULL || link->recv == NULL || link->close == NULL)
        return TCX_E_NULL;
    if (config->buffer_size < TCX_TLS_BUFFER_MIN)
        return TCX_E_TLS_BUFFER;
    if (config->trust == NULL || config->trust->start == NULL)
        return TCX_E_TLS_TRUST;
    if (config->entropy == NULL)
        return TCX_E_TLS_ENTROPY;
    tls->config = config;
    tls->transport = transport;
    tls->transport.context = tls;
    return TCX_OK;
}

void tcx_tls_wipe(tcx_tls *tls)
{
    if (tls != NULL)
        tcx_wipe(tls, sizeof *tls);
}
