#include <tcexec/tls.h>

#include "tcx_calendar.h"
#include "tcx_stack.h"

#define SESSION_SECONDS_KEPT TCX_SECONDS_PER_DAY /* at most, from the full handshake on */

/*
 * The layout of an exported session. The first byte is SESSION_FORMAT plus the length of the id. The lifetime is in
 * steps of two seconds.
 */
enum {
    SESSION_AT_SUITE = 1,
    SESSION_AT_ID = 3,
    SESSION_AT_SECRET = 35,
    SESSION_AT_DATE = 83,
    SESSION_AT_LIFETIME = 87,
    SESSION_AT_CHECK = 89,
    SESSION_CHECK_LENGTH = 7
};
enum { SESSION_FORMAT = 0x80, SESSION_ID_MAX = SESSION_AT_SECRET - SESSION_AT_ID };

enum { SESSION_PINNED = 0xFF }; /* a value that the flags of an anchor never have */

static void session_write_number(unsigned char *out, uint32_t value, int bytes)
{
    while (bytes-- > 0) {
        out[bytes] = (unsigned char)value;
        value >>= 8;
    }
}

static uint32_t session_read_number(const unsigned char *bytes, int count)
{
    uint32_t value = 0;

    while (count-- > 0)
        value = value << 8 | *bytes++;
    return value;
}

/* The length goes before the bytes, so that different fields never give the same bytes. */
static void session_hash_field(br_sha256_context *hash, const void *bytes, size_t length)
{
    unsigned char prefix[2];

    session_write_number(prefix, (uint32_t)length, sizeof prefix);
    br_sha256_update(hash, prefix, sizeof prefix);
    br_sha256_update(hash, bytes, length);
}

/* Leading zeroes do not change a number, so they are not hashed. */
static void session_hash_number(br_sha256_context *hash, const unsigned char *bytes, size_t length)
{
    while (length > 0 && *bytes == 0) {
        bytes++;
        length--;
    }
    session_hash_field(hash, bytes, length);
}

/* `flags`: the flags of an anchor, or SESSION_PINNED. */
static void session_hash_key(br_sha256_context *hash, unsigned flags, const br_x509_pkey *key)
{
    const int is_ec = key->key_type == BR_KEYTYPE_EC;
    unsigned char head[2];

    head[0] = (unsigned char)flags;
    head[1] = (unsigned char)(is_ec ? key->key.ec.curve : 0);
    session_hash_field(hash, head, sizeof head);
    if (is_ec) {
        session_hash_field(hash, key->key.ec.q, key->key.ec.qlen);
    } else {
        session_hash_number(hash, key->key.rsa.n, key->key.rsa.nlen);
        session_hash_number(hash, key->key.rsa.e, key->key.rsa.elen);
    }
}

static int session_has_identity(const tcx_tls_trust *trust)
{
    return trust->identify != NULL || trust->by.pin != NULL;
}

/* Records the peer of the session: the server's name and the trust that verifies it. */
static void session_bind(tcx_tls_session *session, const char *name, const tcx_tls_trust *trust)
{
    br_sha256_context hash;
    unsigned char digest[br_sha256_SIZE];

    br_sha256_init(&hash);
    session_hash_field(&hash, name, strlen(name));
    if (trust->identify != NULL) {
        session_hash_field(&hash, NULL, 0); /* in the place where the other kinds of trust have a name or a key */
        trust->identify(trust, &hash);
    } else if (trust->anchor_count == 0) {
        session_hash_key(&hash, SESSION_PINNED, trust->by.pin);
    }
    for (size_t i = 0; i < trust->anchor_count; i++) {
        const br_x509_trust_anchor *anchor = &trust->by.anchors[i];

        session_hash_key(&hash, anchor->flags, &anchor->pkey);
        session_hash_field(&hash, anchor->dn.data, anchor->dn.len);
    }
    br_sha256_out(&hash, digest);
    memcpy(session->bound_to, digest, sizeof session->bound_to);
}

/*
 * The check covers the session, the server's name and the trust. It protects against mix-ups and damage, not against
 * forgery.
 */
static void session_compute_check(const tcx_tls_session *session, unsigned char check[SESSION_CHECK_LENGTH])
{
    br_sha256_context hash;
    unsigned char digest[br_sha256_SIZE];

    br_sha256_init(&hash);
    br_sha256_update(&hash, session->bound_to, sizeof session->bound_to);
    br_sha256_update(&hash, session->bytes, SESSION_AT_CHECK);
    br_sha256_out(&hash, digest);
    memcpy(check, digest, SESSION_CHECK_LENGTH);
    tcx_wipe(&hash, sizeof hash);
    tcx_stack_wipe();
}

static uint8_t session_get_id_length(const tcx_tls_session *session)
{
    return (uint8_t)(session->bytes[0] - SESSION_FORMAT);
}

static int session_is_valid(const tcx_tls_session *session)
{
    unsigned char check[SESSION_CHECK_LENGTH];

    if (session_get_id_length(session) == 0 || session_get_id_length(session) > SESSION_ID_MAX)
        return 0;
    session_compute_check(session, check);
    return memcmp(check, session->bytes + SESSION_AT_CHECK, SESSION_CHECK_LENGTH) == 0;
}

/*
 * Corrects the date of a session that was made before the call corrected its clock. A session that certificates limit
 * keeps its date, because their dates were checked with the uncorrected clock.
 */
static void session_correct_date(tcx_tls_session *session, const tcx_peer *peer, const tcx_tls_trust *trust)
{
    if (session->is_new && peer->correction != 0 && trust->until[0] == TCX_TLS_FOREVER) {
        session_write_number(session->bytes + SESSION_AT_DATE,
                             session_read_number(session->bytes + SESSION_AT_DATE, 4) + (uint32_t)peer->correction, 4);
        session_compute_check(session, session->bytes + SESSION_AT_CHECK);
    }
    session->is_new = 0;
}

/* Separate from session_load(), because gcc 12 would leave a copy of the secret on its stack. */
static TCX_NOT_INLINE void session_restore(const tcx_tls_session *session, br_ssl_session_parameters *parameters)
{
    const unsigned char *bytes = session->bytes;

    memcpy(parameters->session_id, bytes + SESSION_AT_ID, SESSION_ID_MAX);
    parameters->session_id_len = session_get_id_length(session);
    parameters->version = BR_TLS12;
    parameters->cipher_suite = (uint16_t)session_read_number(bytes + SESSION_AT_SUITE, 2);
    memcpy(parameters->master_secret, bytes + SESSION_AT_SECRET, sizeof parameters->master_secret);
}

static int session_load(tcx_tls_session *session, const char *name, const tcx_peer *peer, const tcx_tls_trust *trust,
                        br_ssl_session_parameters *parameters)
{
    const unsigned char *bytes = session->bytes;

    session->offered = 0;
    if (!session_has_identity(trust))
        return 0;
    session_bind(session, name, trust);
    if (!session_is_valid(session))
        return 0;
    session_correct_date(session, peer, trust);
    /* unsigned: a clock that is before the date of the session is also far after it */
    if ((uint32_t)peer->unix_time - session_read_number(bytes + SESSION_AT_DATE, 4) >=
        2 * session_read_number(bytes + SESSION_AT_LIFETIME, 2))
        return 0;
    session->offered = 1;
    session_restore(session, parameters);
    return 1;
}

/* Returns seconds since 1970-01-01 UTC. TCX_TLS_FOREVER is a date like any other, far in the future. */
static int64_t session_read_date(const uint8_t date[7])
{
    const int32_t day = (int32_t)tcx_day_of_date(date[0] * 100u + date[1], date[2], date[3]); /* negative before 1970 */

    return (int64_t)day * TCX_SECONDS_PER_DAY + (int64_t)(date[4] * 60 + date[5]) * 60 + date[6];
}

static void session_save(tcx_tls_session *session, const tcx_peer *peer, const tcx_tls_trust *trust,
                         const br_ssl_session_parameters *established)
{
    unsigned char *bytes = session->bytes;
    int64_t lifetime = session_read_date(trust->until) - peer->unix_time;

    if (lifetime > SESSION_SECONDS_KEPT)
        lifetime = SESSION_SECONDS_KEPT;
    if (!session_has_identity(trust) || established->session_id_len == 0 || lifetime < 2)
        return;
    bytes[0] = (unsigned char)(SESSION_FORMAT | established->session_id_len);
    session_write_number(bytes + SESSION_AT_SUITE, established->cipher_suite, 2);
    memcpy(bytes + SESSION_AT_ID, established->session_id, established->session_id_len);
    memcpy(bytes + SESSION_AT_SECRET, established->master_secret, sizeof established->master_secret);
    session_write_number(bytes + SESSION_AT_DATE, (uint32_t)peer->unix_time, 4);
    session_write_number(bytes + SESSION_AT_LIFETIME, (uint32_t)lifetime / 2, 2);
    session_compute_check(session, bytes + SESSION_AT_CHECK);
    session->is_new = 1;
}

/* Records how the handshake ended. A resumed session is not changed, so its use does not extend its lifetime. */
static int session_record_outcome(tcx_tls_session *session, const tcx_peer *peer, const tcx_tls_trust *trust,
                                  const br_ssl_session_parameters *established)
{
    const int offered = session->offered;

    session->offered = 0;
    if (offered && established != NULL && established->session_id_len == session_get_id_length(session) &&
        memcmp(session->bytes + SESSION_AT_ID, established->session_id, established->session_id_len) == 0)
        return 1;
    tcx_wipe(session->bytes, sizeof session->bytes);
    if (established != NULL)
        session_save(session, peer, trust, established);
    return 0;
}

void tcx_tls_session_init(tcx_tls_session *session, const void *bytes)
{
    memset(session, 0, sizeof *session);
    session->load = session_load;
    session->note = session_record_outcome;
    if (bytes != NULL)
        memcpy(session->bytes, bytes, sizeof session->bytes);
}
