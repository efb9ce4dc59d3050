#include <tcexec/tls.h>

#include "tcx_calendar.h"
#include "tcx_hmac.h"

#define SECONDS_KEPT TCX_SECONDS_PER_DAY /* at most, counted from the full handshake */

/*
 * Where things are in an exported session. The first byte is FORMAT plus the length of the id. LASTS counts in steps of
 * two seconds.
 */
enum { SUITE = 1, ID = 3, SECRET = 35, MADE = 83, LASTS = 87, CHECK = 89, CHECK_LENGTH = 7 };
enum { FORMAT = 0x80, ID_MAX = SECRET - ID };

enum { PINNED = 0xFF }; /* no flags of an anchor */

static void put(unsigned char *out, uint32_t value, int bytes)
{
    while (bytes-- > 0) {
        out[bytes] = (unsigned char)value;
        value >>= 8;
    }
}

static uint32_t get(const unsigned char *bytes, int count)
{
    uint32_t value = 0;

    while (count-- > 0)
        value = value << 8 | *bytes++;
    return value;
}

/* The length goes before the bytes, so that different fields never give the same bytes. */
static void hash_field(br_sha256_context *hash, const void *bytes, size_t length)
{
    unsigned char prefix[2];

    put(prefix, (uint32_t)length, sizeof prefix);
    br_sha256_update(hash, prefix, sizeof prefix);
    br_sha256_update(hash, bytes, length);
}

/* Zeroes in front of a number make no difference. */
static void hash_number(br_sha256_context *hash, const unsigned char *bytes, size_t length)
{
    while (length > 0 && *bytes == 0) {
        bytes++;
        length--;
    }
    hash_field(hash, bytes, length);
}

/* `flags`: of an anchor; or PINNED. */
static void hash_key(br_sha256_context *hash, unsigned flags, const br_x509_pkey *key)
{
    const int is_ec = key->key_type == BR_KEYTYPE_EC;
    unsigned char head[2];

    head[0] = (unsigned char)flags;
    head[1] = (unsigned char)(is_ec ? key->key.ec.curve : 0);
    hash_field(hash, head, sizeof head);
    if (is_ec) {
        hash_field(hash, key->key.ec.q, key->key.ec.qlen);
    } else {
        hash_number(hash, key->key.rsa.n, key->key.rsa.nlen);
        hash_number(hash, key->key.rsa.e, key->key.rsa.elen);
    }
}

static int has_identity(const tcx_tls_trust *trust)
{
    return trust->identify != NULL || trust->by.pin != NULL;
}

/* Whom a session is made with: the server's name, recognised by this trust. */
static void bind_to(tcx_tls_session *session, const char *name, const tcx_tls_trust *trust)
{
    br_sha256_context hash;
    unsigned char digest[br_sha256_SIZE];

    br_sha256_init(&hash);
    hash_field(&hash, name, strlen(name));
    if (trust->identify != NULL) {
        hash_field(&hash, NULL, 0); /* where the others have a name or a key */
        trust->identify(trust, &hash);
    } else if (trust->anchor_count == 0) {
        hash_key(&hash, PINNED, trust->by.pin);
    }
    for (size_t i = 0; i < trust->anchor_count; i++) {
        const br_x509_trust_anchor *anchor = &trust->by.anchors[i];

        hash_key(&hash, anchor->flags, &anchor->pkey);
        hash_field(&hash, anchor->dn.data, anchor->dn.len);
    }
    br_sha256_out(&hash, digest);
    memcpy(session->bound_to, digest, sizeof session->bound_to);
}

/* The check covers the session and what it is bound to. It guards against mix-ups and damage, not against forgery. */
static void compute_check(const tcx_tls_session *session, unsigned char check[CHECK_LENGTH])
{
    br_sha256_context hash;
    unsigned char digest[br_sha256_SIZE];

    br_sha256_init(&hash);
    br_sha256_update(&hash, session->bound_to, sizeof session->bound_to);
    br_sha256_update(&hash, session->bytes, CHECK);
    br_sha256_out(&hash, digest);
    memcpy(check, digest, CHECK_LENGTH);
    tcx_wipe(&hash, sizeof hash);
    tcx_stack_wipe();
}

static uint8_t id_length(const tcx_tls_session *session)
{
    return (uint8_t)(session->bytes[0] - FORMAT);
}

static int is_sound(const tcx_tls_session *session)
{
    unsigned char check[CHECK_LENGTH];

    if (id_length(session) == 0 || id_length(session) > ID_MAX)
        return 0;
    compute_check(session, check);
    return memcmp(check, session->bytes + CHECK, CHECK_LENGTH) == 0;
}

/*
 * The call has corrected its clock since it made the session: the session gets the date that it would have had. Not so
 * where certificates limit it: their dates were checked by the clock as it was.
 */
static void redate(tcx_tls_session *session, const tcx_peer *peer, const tcx_tls_trust *trust)
{
    if (session->is_new && peer->correction != 0 && trust->until[0] == TCX_TLS_FOREVER) {
        put(session->bytes + MADE, get(session->bytes + MADE, 4) + (uint32_t)peer->correction, 4);
        compute_check(session, session->bytes + CHECK);
    }
    session->is_new = 0;
}

/* Not a part of load(), on whose stack gcc 12 leaves a copy of the secret. */
static TCX_NOT_INLINE void restore(const tcx_tls_session *session, br_ssl_session_parameters *parameters)
{
    const unsigned char *bytes = session->bytes;

    memcpy(parameters->session_id, bytes + ID, ID_MAX);
    parameters->session_id_len = id_length(session);
    parameters->version = BR_TLS12;
    parameters->cipher_suite = (uint16_t)get(bytes + SUITE, 2);
    memcpy(parameters->master_secret, bytes + SECRET, sizeof parameters->master_secret);
}

static int load(tcx_tls_session *session, const char *name, const tcx_peer *peer, const tcx_tls_trust *trust,
                br_ssl_session_parameters *parameters)
{
    const unsigned char *bytes = session->bytes;

    session->offered = 0;
    if (!has_identity(trust))
        return 0;
    bind_to(session, name, trust);
    if (!is_sound(session))
        return 0;
    redate(session, peer, trust);
    /* A clock before the session was made is far after it, too. */
    if ((uint32_t)peer->unix_time - get(bytes + MADE, 4) >= 2 * get(bytes + LASTS, 2))
        return 0;
    session->offered = 1;
    restore(session, parameters);
    return 1;
}

/* Seconds since 1970-01-01 UTC. TCX_TLS_FOREVER is far away like any other date. */
static int64_t seconds_of(const uint8_t date[7])
{
    const int32_t day = (int32_t)tcx_day_of_date(date[0] * 100u + date[1], date[2], date[3]); /* negative before 1970 */

    return (int64_t)day * TCX_SECONDS_PER_DAY + (int64_t)(date[4] * 60 + date[5]) * 60 + date[6];
}

static void save(tcx_tls_session *session, const tcx_peer *peer, const tcx_tls_trust *trust,
                 const br_ssl_session_parameters *made)
{
    unsigned char *bytes = session->bytes;
    int64_t lasts = seconds_of(trust->until) - peer->unix_time;

    if (lasts > SECONDS_KEPT)
        lasts = SECONDS_KEPT;
    if (!has_identity(trust) || made->session_id_len == 0 || lasts < 2)
        return;
    bytes[0] = (unsigned char)(FORMAT | made->session_id_len);
    put(bytes + SUITE, made->cipher_suite, 2);
    memcpy(bytes + ID, made->session_id, made->session_id_len);
    memcpy(bytes + SECRET, made->master_secret, sizeof made->master_secret);
    put(bytes + MADE, (uint32_t)peer->unix_time, 4);
    put(bytes + LASTS, (uint32_t)lasts / 2, 2);
    compute_check(session, bytes + CHECK);
    session->is_new = 1;
}

/* A resumed session stays as it is: it does not last longer because it is used. */
static int note(tcx_tls_session *session, const tcx_peer *peer, const tcx_tls_trust *trust,
                const br_ssl_session_parameters *made)
{
    const int offered = session->offered;

    session->offered = 0;
    if (offered && made != NULL && made->session_id_len == id_length(session) &&
        memcmp(session->bytes + ID, made->session_id, made->session_id_len) == 0)
        return 1;
    tcx_wipe(session->bytes, sizeof session->bytes);
    if (made != NULL)
        save(session, peer, trust, made);
    return 0;
}

void tcx_tls_session_init(tcx_tls_session *session, const void *bytes)
{
    memset(session, 0, sizeof *session);
    session->load = load;
    session->note = note;
    if (bytes != NULL)
        memcpy(session->bytes, bytes, sizeof session->bytes);
}
