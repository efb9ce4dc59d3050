#include "tcx_mbedtls.h"

#include <stddef.h>

#include <mbedtls/version.h>

#if MBEDTLS_VERSION_MAJOR == 3 ? MBEDTLS_VERSION_NUMBER < 0x03010000                                                  \
                               : MBEDTLS_VERSION_NUMBER < 0x021C0000 || MBEDTLS_VERSION_NUMBER >= 0x04000000
#error "tcx_mbedtls needs mbedTLS 2.28, or 3.1 and later"
#endif
#if !defined(MBEDTLS_SSL_CLI_C) || !defined(MBEDTLS_SSL_PROTO_TLS1_2) || !defined(MBEDTLS_CTR_DRBG_C) ||               \
    !defined(MBEDTLS_X509_CRT_PARSE_C) || !defined(MBEDTLS_SSL_SERVER_NAME_INDICATION)
#error "tcx_mbedtls needs a TLS 1.2 client, CTR_DRBG, X.509 and server names in the configuration of mbedTLS"
#endif
#if MBEDTLS_VERSION_NUMBER < 0x03000000 &&                                                                             \
    (!defined(MBEDTLS_X509_CHECK_KEY_USAGE) || !defined(MBEDTLS_X509_CHECK_EXTENDED_KEY_USAGE))
#error "tcx_mbedtls needs MBEDTLS_X509_CHECK_KEY_USAGE and MBEDTLS_X509_CHECK_EXTENDED_KEY_USAGE"
#endif

#include <mbedtls/oid.h>
#include <mbedtls/pk.h>
#if defined(MBEDTLS_USE_PSA_CRYPTO)
#include <psa/crypto.h>
#endif

#if !defined(MBEDTLS_PRIVATE) /* 2.28: its fields are public */
#define MBEDTLS_PRIVATE(member) member
#endif

/* Transfers of the link in one call, so that a peer that sends without end cannot block the caller. */
enum { MBED_TURNS = 64 };

/* MBED_RECEIVE_ONLY: the link takes no more bytes. */
enum { MBED_CLOSED, MBED_CONNECTING, MBED_HANDSHAKE, MBED_OPEN, MBED_RECEIVE_ONLY };

enum { MBED_LINK_FAILED = -0x7FFF }; /* what mbedTLS gets when the link fails. Not a number of mbedTLS itself */

enum {
    MBED_NAME_SIZE = 256,
    MBED_DATE_MAX = 99 /* in each byte of a date: later than any real date */
};

/* Records why TLS failed. Returns any negative number: the caller asks mbed_failure(). */
static int mbed_fail(tcx_mbedtls *tls, tcx_status status, int detail)
{
    tls->status = status;
    tls->detail = detail;
    return -1;
}

/* ---- what is offered ---- */

static const int mbed_suites[] = {
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    MBEDTLS_TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    MBEDTLS_TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    0,
};

#if MBEDTLS_VERSION_NUMBER >= 0x03000000
static const uint16_t mbed_groups[] = {
#if defined(MBEDTLS_ECP_DP_CURVE25519_ENABLED) || defined(MBEDTLS_ECP_HAVE_CURVE25519)
    MBEDTLS_SSL_IANA_TLS_GROUP_X25519,
#endif
#if defined(MBEDTLS_ECP_DP_SECP256R1_ENABLED) || defined(MBEDTLS_ECP_HAVE_SECP256R1)
    MBEDTLS_SSL_IANA_TLS_GROUP_SECP256R1,
#endif
#if defined(MBEDTLS_ECP_DP_SECP384R1_ENABLED) || defined(MBEDTLS_ECP_HAVE_SECP384R1)
    MBEDTLS_SSL_IANA_TLS_GROUP_SECP384R1,
#endif
    MBEDTLS_SSL_IANA_TLS_GROUP_NONE,
};
#else
static const mbedtls_ecp_group_id mbed_groups[] = {
#if defined(MBEDTLS_ECP_DP_CURVE25519_ENABLED)
    MBEDTLS_ECP_DP_CURVE25519,
#endif
#if defined(MBEDTLS_ECP_DP_SECP256R1_ENABLED)
    MBEDTLS_ECP_DP_SECP256R1,
#endif
#if defined(MBEDTLS_ECP_DP_SECP384R1_ENABLED)
    MBEDTLS_ECP_DP_SECP384R1,
#endif
    MBEDTLS_ECP_DP_NONE,
};
#endif

#if MBEDTLS_VERSION_NUMBER < 0x03000000 /* 3.x has no weaker ones */
static const int mbed_hashes[] = {
#if defined(MBEDTLS_SHA512_C)
    MBEDTLS_MD_SHA512,
    MBEDTLS_MD_SHA384,
#endif
    MBEDTLS_MD_SHA256,
    MBEDTLS_MD_NONE,
};
#endif

/* Keys and hashes in certificates. RSA keys over 4096 bits are refused too: see mbed_is_usable_key(). */
static const mbedtls_x509_crt_profile mbed_profile = {
    MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA256) | MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA384) |
        MBEDTLS_X509_ID_FLAG(MBEDTLS_MD_SHA512),
    MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_RSA) | MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECKEY) |
        MBEDTLS_X509_ID_FLAG(MBEDTLS_PK_ECDSA),
    MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP256R1) | MBEDTLS_X509_ID_FLAG(MBEDTLS_ECP_DP_SECP384R1),
    2048,
};

/* ---- failures ---- */

/* The reasons against certificates, in the order in which they count. */
static const struct {
    uint32_t reasons;
    tcx_status status;
} mbed_reasons[] = {
    { MBEDTLS_X509_BADCERT_OTHER, TCX_E_TLS_INTEGRITY }, /* not the pinned key */
    { MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE, TCX_E_X509_TIME },
    { MBEDTLS_X509_BADCERT_CN_MISMATCH, TCX_E_X509_NAME },
    { MBEDTLS_X509_BADCERT_BAD_MD | MBEDTLS_X509_BADCERT_BAD_PK | MBEDTLS_X509_BADCERT_BAD_KEY, TCX_E_X509_WEAK },
    { MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE | MBEDTLS_X509_BADCERT_NS_CERT_TYPE,
      TCX_E_X509_PURPOSE },
    { MBEDTLS_X509_BADCERT_NOT_TRUSTED, TCX_E_X509_UNTRUSTED },
};

/* Records why the certificates were refused. `error`: the number of mbedTLS, if it gave no reasons. */
static int mbed_fail_certificate(tcx_mbedtls *tls, int error)
{
    const uint32_t reasons = mbedtls_ssl_get_verify_result(&tls->ssl);

    for (size_t i = 0; reasons != UINT32_MAX && i < sizeof mbed_reasons / sizeof mbed_reasons[0]; i++) {
        if (reasons & mbed_reasons[i].reasons)
            return mbed_fail(tls, mbed_reasons[i].status, (int)reasons);
    }
    return mbed_fail(tls, TCX_E_X509, error);
}

/* Errors with a status of their own, at any time. Some names exist in one of the versions only. */
static const struct {
    int error;
    tcx_status status;
} mbed_errors[] = {
    { MBEDTLS_ERR_SSL_INVALID_MAC, TCX_E_TLS_INTEGRITY },
    { MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED, TCX_E_TLS_ENTROPY },
    { MBEDTLS_ERR_X509_INVALID_EXTENSIONS + MBEDTLS_ERR_ASN1_UNEXPECTED_TAG, TCX_E_X509_EXTENSION },
    { MBEDTLS_ERR_X509_FEATURE_UNAVAILABLE, TCX_E_X509_EXTENSION }, /* a policy that it does not know */
#if defined(MBEDTLS_ERR_SSL_BAD_HS_FINISHED)
    { MBEDTLS_ERR_SSL_BAD_HS_FINISHED, TCX_E_TLS_INTEGRITY },
#endif
#if defined(MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION)
    { MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION, TCX_E_TLS_UNSUPPORTED },
#else
    { MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION, TCX_E_TLS_UNSUPPORTED },
#endif
    { MBEDTLS_ERR_SSL_BUFFER_TOO_SMALL, TCX_E_TLS_RECORD },
};

/* mbedTLS has an error number for this in each of its modules, and adds one of a lower module to it. */
static int mbed_is_out_of_memory(int error)
{
    const int module = -error & 0xFF80, lower = -error & 0x7F;

    switch (-module) {
    case MBEDTLS_ERR_SSL_ALLOC_FAILED:
    case MBEDTLS_ERR_X509_ALLOC_FAILED:
    case MBEDTLS_ERR_PK_ALLOC_FAILED:
    case MBEDTLS_ERR_ECP_ALLOC_FAILED:
    case MBEDTLS_ERR_MD_ALLOC_FAILED:
    case MBEDTLS_ERR_CIPHER_ALLOC_FAILED:
        return 1;
    default:
        return lower == -MBEDTLS_ERR_MPI_ALLOC_FAILED || lower == -MBEDTLS_ERR_ASN1_ALLOC_FAILED;
    }
}

/* Returns 1 if the message received last is a ServerHello that names a cipher suite that was not offered. */
static int mbed_has_foreign_suite(const mbedtls_ssl_context *ssl)
{
    enum { TYPE_SERVER_HELLO = 2, AT_ID_LENGTH = 4 + 2 + 32 };
    const unsigned char *hello = ssl->MBEDTLS_PRIVATE(in_msg);
    const size_t length = ssl->MBEDTLS_PRIVATE(in_hslen);
    size_t at;
    int suite;

    if (hello == NULL || length > ssl->MBEDTLS_PRIVATE(in_msglen) || length < AT_ID_LENGTH + 1 ||
        hello[0] != TYPE_SERVER_HELLO)
        return 0;
    at = (size_t)AT_ID_LENGTH + 1 + hello[AT_ID_LENGTH];
    if (length < at + 2)
        return 0;
    suite = hello[at] << 8 | hello[at + 1];
    for (size_t i = 0; mbed_suites[i] != 0; i++) {
        if (mbed_suites[i] == suite)
            return 0;
    }
    return 1;
}

/* Returns 1 if the record received last is a valid one that is larger than mbedTLS was configured for. */
static int mbed_has_large_record(const mbedtls_ssl_context *ssl)
{
#if MBEDTLS_SSL_IN_CONTENT_LEN < 16384
    enum { RECORD_MAX = 16384 + 2048 };
    const unsigned char *header = ssl->MBEDTLS_PRIVATE(in_hdr);
    unsigned length;

    if (header == NULL || header[0] < 20 || header[0] > 23 || header[1] != 3)
        return 0;
    length = (unsigned)header[3] << 8 | header[4];
    return length > MBEDTLS_SSL_IN_CONTENT_LEN && length <= RECORD_MAX;
#else
    (void)ssl;
    return 0;
#endif
}

/* After its ServerHello, the server has chosen the version and the cipher suite. A later alert has another reason. */
static int mbed_fail_alert(tcx_mbedtls *tls)
{
    const int alert = tls->ssl.MBEDTLS_PRIVATE(in_msg)[1];
    const int has_chosen = tls->ssl.MBEDTLS_PRIVATE(state) > MBEDTLS_SSL_SERVER_HELLO;

    /* RFC 5246 section 7.2: handshake_failure, protocol_version, insufficient_security */
    return mbed_fail(
        tls, !has_chosen && (alert == 40 || alert == 70 || alert == 71) ? TCX_E_TLS_UNSUPPORTED : TCX_E_TLS_ALERT,
        256 + alert);
}

/* Records that mbedTLS failed with `error` in a handshake. */
static int mbed_fail_handshake(tcx_mbedtls *tls, int error)
{
    const int module = -error & 0xFF80, state = tls->ssl.MBEDTLS_PRIVATE(state);

    if (mbed_is_out_of_memory(error))
        return mbed_fail(tls, TCX_E_TLS_BUFFER, error);
    if (state == MBEDTLS_SSL_SERVER_KEY_EXCHANGE && module >= 0x3880 && module <= 0x4F80) /* PK, RSA, ECP */
        return mbed_fail(tls, TCX_E_TLS_INTEGRITY, error);
#if defined(MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE)
    if (state == MBEDTLS_SSL_SERVER_FINISHED && error == MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE)
        return mbed_fail(tls, TCX_E_TLS_INTEGRITY, error);
#endif
    if (module >= 0x3880 && module <= 0x4F80) /* a key in a certificate */
        return mbed_fail(tls, TCX_E_X509_WEAK, error);
    if (module >= 0x2080 && module <= 0x2F80) /* X.509 */
        return mbed_fail(tls, TCX_E_X509, error);
    if (state <= MBEDTLS_SSL_SERVER_CERTIFICATE && mbed_has_foreign_suite(&tls->ssl))
        return mbed_fail(tls, TCX_E_TLS_UNSUPPORTED, error);
    return mbed_fail(tls, TCX_E_TLS, error);
}

/* Records that mbedTLS failed with `error`. Returns a negative number, or TCX_CLOSED_CLEAN after a close_notify. */
static int mbed_explain(tcx_mbedtls *tls, int error)
{
    switch (error) {
    case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
        tls->ended = 1;
        return TCX_CLOSED_CLEAN;
    case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE:
        return mbed_fail_alert(tls);
    case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED:
#if defined(MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE)
    case MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE:
#else
    case MBEDTLS_ERR_SSL_BAD_CERTIFICATE:
#endif
        return mbed_fail_certificate(tls, error);
    default:
        break;
    }
    for (size_t i = 0; i < sizeof mbed_errors / sizeof mbed_errors[0]; i++) {
        if (mbed_errors[i].error == error)
            return mbed_fail(tls, mbed_errors[i].status, error);
    }
    if ((error == MBEDTLS_ERR_SSL_INVALID_RECORD || error == MBEDTLS_ERR_SSL_BAD_INPUT_DATA) &&
        mbed_has_large_record(&tls->ssl))
        return mbed_fail(tls, TCX_E_TLS_RECORD, error);
    return tls->state == MBED_HANDSHAKE ? mbed_fail_handshake(tls, error) : mbed_fail(tls, TCX_E_TLS, error);
}

/* ---- the link below mbedTLS ---- */

static int mbed_is_wait(int moved)
{
    return moved == TCX_AGAIN || moved == TCX_WANT_READ || moved == TCX_WANT_WRITE;
}

/* Returns 1 if mbedTLS returned `error` because of what the link did, which is in `tls->moved`. */
static int mbed_is_of_link(int error)
{
    return error == MBEDTLS_ERR_SSL_WANT_READ || error == MBEDTLS_ERR_SSL_WANT_WRITE || error == MBED_LINK_FAILED;
}

/*
 * Returns what a function of this transport returns after mbedTLS has returned `error`. If the link has moved bytes,
 * mbedTLS has stopped for another reason, and more can be done.
 */
static int mbed_result(tcx_mbedtls *tls, int error)
{
    if (mbed_is_of_link(error))
        return tls->moved > 0 ? TCX_AGAIN : tls->moved;
    return mbed_explain(tls, error);
}

/* Keeps the result of a link transfer of up to `length` bytes, and returns what mbedTLS wants to hear. */
static int mbed_moved(tcx_mbedtls *tls, int moved, size_t length, int want)
{
    if (moved == 0 || (moved > 0 && (size_t)moved > length))
        moved = mbed_fail(tls, TCX_E_TRANSPORT_CONTRACT, moved);
    tls->moved = moved;
    if (moved > 0)
        return moved;
    return mbed_is_wait(moved) ? want : MBED_LINK_FAILED;
}

/*
 * Sends for mbedTLS. It can call this from any of its functions, because each of them may send an alert, and sends the
 * rest of the record before it first. Only mbed_send() may send the rest of a record of the caller's bytes.
 *
 * If the link fails, the rest of the record is dropped, and so is all that follows: an answer or an alert that the peer
 * may have sent before can still be read.
 */
static int mbed_link_send(void *context, const unsigned char *bytes, size_t length)
{
    tcx_mbedtls *tls = context;
    const tcx_transport *link = tls->config->link;
    const size_t most = length < TCX_TRANSFER_MAX ? length : TCX_TRANSFER_MAX;
    int result;

    if (tls->state == MBED_RECEIVE_ONLY)
        return (int)length;
    tls->left = (uint16_t)length;
    if (tls->held != 0 && !tls->sending)
        return mbed_moved(tls, TCX_WANT_WRITE, most, MBEDTLS_ERR_SSL_WANT_WRITE);
    if (tls->turns-- == 0)
        return mbed_moved(tls, TCX_AGAIN, most, MBEDTLS_ERR_SSL_WANT_WRITE);
    result = mbed_moved(tls, link->send(link->context, bytes, most), most, MBEDTLS_ERR_SSL_WANT_WRITE);
    if (result > 0)
        tls->left = (uint16_t)(length - (size_t)result);
    else if (result == MBED_LINK_FAILED)
        tls->state = MBED_RECEIVE_ONLY;
    return result;
}

static int mbed_link_recv(void *context, unsigned char *bytes, size_t length)
{
    tcx_mbedtls *tls = context;
    const tcx_transport *link = tls->config->link;
    const size_t most = length < TCX_TRANSFER_MAX ? length : TCX_TRANSFER_MAX;

    if (tls->turns-- == 0)
        return mbed_moved(tls, TCX_AGAIN, most, MBEDTLS_ERR_SSL_WANT_READ);
    return mbed_moved(tls, link->recv(link->context, bytes, most), most, MBEDTLS_ERR_SSL_WANT_READ);
}

static void mbed_begin(tcx_mbedtls *tls)
{
    tls->turns = MBED_TURNS;
    tls->moved = 1;
}

/* ---- trust ---- */

/* Returns seconds since 1970-01-01 UTC. The months of a year are counted from March. */
static int64_t mbed_seconds(const mbedtls_x509_time *time)
{
    const int64_t year = time->mon > 2 ? time->year : time->year - 1;
    const int64_t month = time->mon > 2 ? time->mon - 3 : time->mon + 9;
    const int64_t days =
        365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + time->day - 1 - 719468;

    return ((days * 24 + time->hour) * 60 + time->min) * 60 + time->sec;
}

/* A session must not outlive the certificates. */
static void mbed_limit_session(tcx_tls_trust *trust, const mbedtls_x509_time *end)
{
    const uint8_t date[sizeof trust->until] = {
        (uint8_t)(end->year / 100), (uint8_t)(end->year % 100), (uint8_t)end->mon, (uint8_t)end->day,
        (uint8_t)end->hour,         (uint8_t)end->min,          (uint8_t)end->sec,
    };

    if (memcmp(date, trust->until, sizeof date) < 0)
        memcpy(trust->until, date, sizeof date);
}

/* Returns 1 for RSA of 2048 … 4096 bits, P-256 and P-384. */
static int mbed_is_usable_key(const mbedtls_pk_context *key)
{
    const size_t bits = mbedtls_pk_get_bitlen(key);

    switch (mbedtls_pk_get_type(key)) {
    case MBEDTLS_PK_RSA:
        return bits >= 2048 && bits <= 4096;
    case MBEDTLS_PK_ECKEY:
    case MBEDTLS_PK_ECDSA: {
#if MBEDTLS_VERSION_NUMBER >= 0x03000000 && defined(MBEDTLS_PK_USE_PSA_EC_DATA)
        return bits == 256 || bits == 384;
#else
        const mbedtls_ecp_group_id curve = mbedtls_pk_ec(*key)->MBEDTLS_PRIVATE(grp).id;

        return curve == MBEDTLS_ECP_DP_SECP256R1 || curve == MBEDTLS_ECP_DP_SECP384R1;
#endif
    }
    default:
        return 0;
    }
}

static int mbed_is_anchor(const tcx_mbedtls_config *config, const mbedtls_x509_crt *certificate)
{
    const mbedtls_x509_crt *anchor = config->anchors;

    while (anchor != NULL && anchor != certificate)
        anchor = anchor->next;
    return anchor != NULL;
}

/*
 * Returns 1 if the server has sent an issuer of the certificate that may not sign certificates. mbedTLS passes it over
 * and reports only that there is no issuer.
 */
static int mbed_has_barred_issuer(const mbedtls_x509_crt *certificate)
{
    for (const mbedtls_x509_crt *issuer = certificate->next; issuer != NULL; issuer = issuer->next) {
        if (issuer->subject_raw.len == certificate->issuer_raw.len &&
            memcmp(issuer->subject_raw.p, certificate->issuer_raw.p, issuer->subject_raw.len) == 0 &&
            mbedtls_x509_crt_check_key_usage(issuer, MBEDTLS_X509_KU_KEY_CERT_SIGN) != 0)
            return 1;
    }
    return 0;
}

/*
 * Judges a certificate of the server's chain, except the anchor. mbedTLS has checked the signatures, the issuers, the
 * name and the profile. It has checked the dates, or not, by a clock that need not be right.
 */
static uint32_t mbed_judge(tcx_mbedtls *tls, const mbedtls_x509_crt *certificate, int is_leaf, uint32_t reasons)
{
    const unsigned usage = is_leaf ? MBEDTLS_X509_KU_DIGITAL_SIGNATURE : MBEDTLS_X509_KU_KEY_CERT_SIGN;

    if (certificate->raw.p == NULL) /* mbedTLS ignores a certificate with a signature algorithm that it does not know */
        return MBEDTLS_X509_BADCERT_BAD_MD;
    if ((reasons & MBEDTLS_X509_BADCERT_NOT_TRUSTED) && mbed_has_barred_issuer(certificate))
        reasons |= MBEDTLS_X509_BADCERT_KEY_USAGE;
    if (tls->unix_time > mbed_seconds(&certificate->valid_to))
        reasons |= MBEDTLS_X509_BADCERT_EXPIRED;
    if (tls->unix_time < mbed_seconds(&certificate->valid_from))
        reasons |= MBEDTLS_X509_BADCERT_FUTURE;
    if (!mbed_is_usable_key(&certificate->pk))
        reasons |= MBEDTLS_X509_BADCERT_BAD_KEY;
    if (mbedtls_x509_crt_check_key_usage(certificate, usage) != 0)
        reasons |= MBEDTLS_X509_BADCERT_KEY_USAGE;
    if (mbedtls_x509_crt_check_extended_key_usage(certificate, MBEDTLS_OID_SERVER_AUTH,
                                                  MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)) != 0)
        reasons |= MBEDTLS_X509_BADCERT_EXT_KEY_USAGE;
    mbed_limit_session(&tls->trust, &certificate->valid_to);
    return reasons;
}

/* mbedTLS calls this for each certificate of the chain. The server's own is the last one, and has depth 0. */
static int mbed_verify(void *context, mbedtls_x509_crt *certificate, int depth, uint32_t *reasons)
{
    tcx_mbedtls *tls = context;
    const tcx_mbedtls_config *config = tls->config;

    if (!tls->verified && config->pin == NULL)
        memset(tls->trust.until, MBED_DATE_MAX, sizeof tls->trust.until);
    tls->verified = 1;
    if (config->pin != NULL) {
        const int is_pinned = certificate->pk_raw.len == config->pin_length &&
                              memcmp(certificate->pk_raw.p, config->pin, config->pin_length) == 0;

        *reasons = depth > 0 || is_pinned ? 0 : MBEDTLS_X509_BADCERT_OTHER;
        return 0;
    }
    *reasons &= ~(uint32_t)(MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE);
    if (mbed_is_anchor(config, certificate)) {
        if (!mbed_is_usable_key(&certificate->pk))
            *reasons |= MBEDTLS_X509_BADCERT_BAD_KEY;
    } else {
        *reasons = mbed_judge(tls, certificate, depth == 0, *reasons);
    }
    return 0;
}

/* The length goes before the bytes, so that different lists never give the same bytes. */
static void mbed_hash_field(br_sha256_context *hash, const unsigned char *bytes, size_t length)
{
    unsigned char prefix[4];

    for (size_t i = 0; i < sizeof prefix; i++)
        prefix[i] = (unsigned char)((uint32_t)length >> (24 - 8 * i));
    br_sha256_update(hash, prefix, sizeof prefix);
    br_sha256_update(hash, bytes, length);
}

/* A session is bound to this. */
static void mbed_identify(const tcx_tls_trust *trust, br_sha256_context *hash)
{
    static const char by_chain[] = "mbedTLS anchors", by_pin[] = "mbedTLS pin";
    const tcx_mbedtls_config *config = ((const tcx_mbedtls *)trust)->config; /* its first member */

    if (config->pin != NULL) {
        br_sha256_update(hash, by_pin, sizeof by_pin);
        mbed_hash_field(hash, config->pin, config->pin_length);
        return;
    }
    br_sha256_update(hash, by_chain, sizeof by_chain);
    for (const mbedtls_x509_crt *anchor = config->anchors; anchor != NULL; anchor = anchor->next)
        mbed_hash_field(hash, anchor->raw.p, anchor->raw.len);
}

/* ---- the beginning of a connection ---- */

/*
 * Writes the server's name as a string, without a dot at its end (RFC 6066 section 3). Returns 0 if it cannot be the
 * name in a server's certificate: it is an IP address, which no profile checks, or has a zero byte, which would cut it
 * off.
 */
static int mbed_write_name(char *out, size_t size, tcx_text name)
{
    int is_number = 1; /* the last label is a number in an IPv4 address and never in a domain name */

    if (name.length > 0 && name.bytes[name.length - 1] == '.')
        name.length--;
    if (name.length >= size)
        return 0;
    for (size_t i = 0; i < name.length; i++) {
        char byte = name.bytes[i];

        if (byte == '\0' || byte == ':')
            return 0;
        is_number = byte == '.' || (is_number && byte >= '0' && byte <= '9');
        out[i] = byte;
    }
    out[name.length] = '\0';
    return !is_number;
}

static int mbed_entropy(void *context, unsigned char *out, size_t length)
{
    const tcx_mbedtls_config *config = context;

    return config->entropy(config->entropy_context, out, length) == (int)length ? 0 : -1;
}

/* Sets up everything that does not need memory, apart from the random generator. */
static void mbed_set_up(tcx_mbedtls *tls)
{
    static const mbedtls_x509_crt nothing; /* with a pin, no certificate leads to it, and none needs to */
    const tcx_mbedtls_config *config = tls->config;
    mbedtls_ssl_config *settings = &tls->settings;

#if MBEDTLS_VERSION_NUMBER >= 0x03020000
    mbedtls_ssl_conf_min_tls_version(settings, MBEDTLS_SSL_VERSION_TLS1_2);
    mbedtls_ssl_conf_max_tls_version(settings, MBEDTLS_SSL_VERSION_TLS1_2);
#else
    mbedtls_ssl_conf_min_version(settings, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
    mbedtls_ssl_conf_max_version(settings, MBEDTLS_SSL_MAJOR_VERSION_3, MBEDTLS_SSL_MINOR_VERSION_3);
#endif
    mbedtls_ssl_conf_ciphersuites(settings, mbed_suites);
#if MBEDTLS_VERSION_NUMBER >= 0x03000000
    mbedtls_ssl_conf_groups(settings, mbed_groups);
#else
    mbedtls_ssl_conf_curves(settings, mbed_groups);
#endif
#if MBEDTLS_VERSION_NUMBER < 0x03000000
    mbedtls_ssl_conf_sig_hashes(settings, mbed_hashes);
#endif
#if defined(MBEDTLS_SSL_RENEGOTIATION)
    mbedtls_ssl_conf_renegotiation(settings, MBEDTLS_SSL_RENEGOTIATION_DISABLED);
#endif
#if defined(MBEDTLS_SSL_SESSION_TICKETS)
    mbedtls_ssl_conf_session_tickets(settings, MBEDTLS_SSL_SESSION_TICKETS_DISABLED);
#endif
#if defined(MBEDTLS_SSL_MAX_FRAGMENT_LENGTH) && MBEDTLS_SSL_IN_CONTENT_LEN < 16384
    (void)mbedtls_ssl_conf_max_frag_len(settings, MBEDTLS_SSL_IN_CONTENT_LEN >= 4096   ? MBEDTLS_SSL_MAX_FRAG_LEN_4096
                                                  : MBEDTLS_SSL_IN_CONTENT_LEN >= 2048 ? MBEDTLS_SSL_MAX_FRAG_LEN_2048
                                                  : MBEDTLS_SSL_IN_CONTENT_LEN >= 1024 ? MBEDTLS_SSL_MAX_FRAG_LEN_1024
                                                                                       : MBEDTLS_SSL_MAX_FRAG_LEN_512);
#endif
    mbedtls_ssl_conf_cert_profile(settings, &mbed_profile);
    mbedtls_ssl_conf_authmode(settings, MBEDTLS_SSL_VERIFY_REQUIRED);
    mbedtls_ssl_conf_verify(settings, mbed_verify, tls);
    mbedtls_ssl_conf_ca_chain(settings, config->pin != NULL ? (mbedtls_x509_crt *)&nothing : config->anchors, NULL);
    mbedtls_ssl_conf_rng(settings, mbedtls_ctr_drbg_random, &tls->random);
}

/* Seeds the random generator. Returns 0, or the number of mbedTLS. */
static int mbed_seed(tcx_mbedtls *tls)
{
#if defined(MBEDTLS_USE_PSA_CRYPTO)
    const psa_status_t status = psa_crypto_init();

    if (status != PSA_SUCCESS)
        return (int)status;
#endif
    mbedtls_ctr_drbg_init(&tls->random);
    mbedtls_ctr_drbg_set_entropy_len(&tls->random, TCX_TLS_SEED);
    if (mbedtls_ctr_drbg_set_nonce_len(&tls->random, 0) != 0) /* or it would ask twice */
        return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
    return mbedtls_ctr_drbg_seed(&tls->random, mbed_entropy, (void *)tls->config, NULL, 0);
}

/* Offers the session, if it may be. Returns 0, or the number of mbedTLS. */
static int mbed_offer(tcx_mbedtls *tls, const tcx_peer *peer, const char *name)
{
    tcx_tls_session *kept = tls->config->session;
    br_ssl_session_parameters parameters;
    mbedtls_ssl_session session;
    int error;

    if (kept == NULL || !kept->load(kept, name, peer, &tls->trust, &parameters))
        return 0;
    mbedtls_ssl_session_init(&session);
#if MBEDTLS_VERSION_NUMBER >= 0x03020000
    session.MBEDTLS_PRIVATE(tls_version) = MBEDTLS_SSL_VERSION_TLS1_2;
#elif MBEDTLS_VERSION_NUMBER >= 0x03000000
    session.MBEDTLS_PRIVATE(minor_ver) = MBEDTLS_SSL_MINOR_VERSION_3;
#endif
    session.MBEDTLS_PRIVATE(ciphersuite) = parameters.cipher_suite;
    session.MBEDTLS_PRIVATE(id_len) = parameters.session_id_len;
    memcpy(session.MBEDTLS_PRIVATE(id), parameters.session_id, sizeof session.MBEDTLS_PRIVATE(id));
    memcpy(session.MBEDTLS_PRIVATE(master), parameters.master_secret, sizeof session.MBEDTLS_PRIVATE(master));
    tcx_wipe(&parameters, sizeof parameters);
    error = mbedtls_ssl_set_session(&tls->ssl, &session);
    mbedtls_ssl_session_free(&session);
    return error;
}

static void mbed_free(tcx_mbedtls *tls)
{
    mbedtls_ssl_free(&tls->ssl);
    mbedtls_ssl_config_free(&tls->settings);
    mbedtls_ctr_drbg_free(&tls->random);
}

/*
 * Sets up mbedTLS for a new connection. This is before the link connects, so that a missing part is reported before a
 * byte is sent.
 */
static int mbed_start(tcx_mbedtls *tls, const tcx_peer *peer)
{
    char name[MBED_NAME_SIZE];
    int error;

    if (!mbed_write_name(name, sizeof name, peer->name))
        return mbed_fail(tls, TCX_E_TLS_NAME, 0);
    tls->unix_time = peer->unix_time;
    memset(tls->trust.until, tls->config->pin != NULL ? TCX_TLS_FOREVER : 0, sizeof tls->trust.until);
    mbedtls_ssl_init(&tls->ssl);
    mbedtls_ssl_config_init(&tls->settings);
    error = mbed_seed(tls);
    if (error != 0) {
        mbed_free(tls);
        return mbed_fail(tls, TCX_E_TLS_ENTROPY, error);
    }
    error = mbedtls_ssl_config_defaults(&tls->settings, MBEDTLS_SSL_IS_CLIENT, MBEDTLS_SSL_TRANSPORT_STREAM,
                                        MBEDTLS_SSL_PRESET_DEFAULT);
    mbed_set_up(tls);
    if (error == 0)
        error = mbedtls_ssl_setup(&tls->ssl, &tls->settings);
    if (error == 0)
        error = mbedtls_ssl_set_hostname(&tls->ssl, name);
    if (error == 0)
        error = mbed_offer(tls, peer, name);
    if (error != 0) {
        mbed_free(tls);
        return mbed_fail(tls, mbed_is_out_of_memory(error) ? TCX_E_TLS_BUFFER : TCX_E_TLS_PROFILE, error);
    }
    mbedtls_ssl_set_bio(&tls->ssl, tls, mbed_link_send, mbed_link_recv, NULL);
    return 1;
}

/* Gives the session of a full handshake, or the resumed one, to the object that keeps it. Returns 1 if it resumed. */
static uint8_t mbed_keep(tcx_mbedtls *tls, const tcx_peer *peer)
{
    tcx_tls_session *kept = tls->config->session;
    const mbedtls_ssl_session *session = tls->ssl.MBEDTLS_PRIVATE(session);
    br_ssl_session_parameters parameters;
    int resumed;

    memset(&parameters, 0, sizeof parameters);
    if (session->MBEDTLS_PRIVATE(id_len) <= sizeof parameters.session_id) {
        parameters.session_id_len = (unsigned char)session->MBEDTLS_PRIVATE(id_len);
        memcpy(parameters.session_id, session->MBEDTLS_PRIVATE(id), sizeof parameters.session_id);
    }
    parameters.cipher_suite = (uint16_t)session->MBEDTLS_PRIVATE(ciphersuite);
    memcpy(parameters.master_secret, session->MBEDTLS_PRIVATE(master), sizeof parameters.master_secret);
    if (tls->verified) /* a server can give a new session the old id */
        kept->offered = 0;
    resumed = kept->note(kept, peer, &tls->trust, &parameters);
    tcx_wipe(&parameters, sizeof parameters);
    return (uint8_t)resumed;
}

/*
 * A send has failed in the handshake. If an alert came before, it is the reason: a server that sends one closes the
 * link. Returns the number of mbedTLS for it, or that of the link's failure.
 */
static int mbed_receive_alert(tcx_mbedtls *tls)
{
    const int moved = tls->moved;

    mbed_begin(tls);
    if (mbedtls_ssl_handshake(&tls->ssl) == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE)
        return MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE;
    tls->status = TCX_OK;
    tls->moved = moved;
    return MBED_LINK_FAILED;
}

/* Handles a failed handshake. The session is erased. */
static int mbed_fail_open(tcx_mbedtls *tls, const tcx_peer *peer, int result)
{
    const tcx_mbedtls_config *config = tls->config;
    const int offered = config->session != NULL && config->session->offered;

    if (config->session != NULL)
        (void)config->session->note(config->session, peer, &tls->trust, NULL);
    if (!offered || tls->status == TCX_OK || tls->status == TCX_E_TRANSPORT_CONTRACT)
        return result;
    config->link->close(config->link->context); /* TLS may succeed without the session: retry on a new link */
    mbed_free(tls);
    tls->state = MBED_CLOSED;
    return TCX_AGAIN;
}

/* ---- the transport ---- */

static int mbed_open(void *context, const tcx_peer *peer)
{
    tcx_mbedtls *tls = context;
    const tcx_mbedtls_config *config = tls->config;
    int result;

    if (tls->state == MBED_CLOSED) {
        tls->status = TCX_OK;
        tls->held = 0;
        tls->left = 0;
        tls->verified = 0;
        tls->ended = 0;
        tls->resumed = 0;
        result = mbed_start(tls, peer);
        if (result != 1)
            return result;
        tls->state = MBED_CONNECTING;
    }
    if (tls->state == MBED_CONNECTING) {
        result = config->link->open(config->link->context, peer); /* an invalid result too: the caller refuses it */
        if (result != 1)
            return result;
        tls->state = MBED_HANDSHAKE;
    }
    if (tls->state != MBED_HANDSHAKE) /* it is open and may lead to another peer */
        return 0;
    mbed_begin(tls);
    result = mbedtls_ssl_handshake(&tls->ssl);
    if (tls->state == MBED_RECEIVE_ONLY && tls->status == TCX_OK)
        result = mbed_receive_alert(tls);
    if (result != 0) {
        result = mbed_result(tls, result);
        return mbed_is_wait(result) ? result : mbed_fail_open(tls, peer, result);
    }
    if (config->session != NULL)
        tls->resumed = mbed_keep(tls, peer);
    tls->state = MBED_OPEN;
    if (config->trace != NULL)
        config->trace->event(config->trace->context, tls->resumed ? TCX_EVENT_RESUMED : TCX_EVENT_HANDSHAKE,
                             (uint32_t)tls->ssl.MBEDTLS_PRIVATE(session)->MBEDTLS_PRIVATE(ciphersuite));
    return 1;
}

/* Sends the rest of an alert. Returns 1, or the result of the link. */
static int mbed_flush(tcx_mbedtls *tls)
{
    int result;

    if (tls->held != 0 || tls->left == 0 || tls->state != MBED_OPEN)
        return 1;
    result = mbedtls_ssl_write(&tls->ssl, (const unsigned char *)"", 0);
    return result == 0 ? 1 : mbed_result(tls, result);
}

/*
 * Bytes count as taken once the link has taken the last byte of their record. Before that, the peer cannot decrypt any
 * of them. After that it can, so nothing may happen between that byte and the return. While a record is being sent, the
 * caller offers the same bytes again, and mbedTLS needs the same length again.
 */
static int mbed_send(void *context, const void *bytes, size_t length)
{
    tcx_mbedtls *tls = context;
    int result;

    if (tls->state == MBED_RECEIVE_ONLY)
        return TCX_CLOSED;
    if (tls->ended)
        return TCX_CLOSED_CLEAN;
    if (tls->status != TCX_OK)
        return -1;
    mbed_begin(tls);
    if (tls->held == 0) {
        const int room = mbedtls_ssl_get_max_out_record_payload(&tls->ssl);

        result = mbed_flush(tls); /* or mbedTLS would take the rest of an alert for these bytes */
        if (result != 1)
            return result;
        if (room <= 0)
            return mbed_fail(tls, TCX_E_TLS, room);
        tls->held = (uint16_t)(length < (size_t)room ? length : (size_t)room);
    }
    tls->sending = 1;
    result = mbedtls_ssl_write(&tls->ssl, bytes, tls->held);
    tls->sending = 0;
    if (result <= 0)
        return mbed_result(tls, result);
    tls->held = 0;
    return result;
}

static int mbed_recv(void *context, void *bytes, size_t length)
{
    tcx_mbedtls *tls = context;
    int result;

    if (tls->ended)
        return TCX_CLOSED_CLEAN;
    if (tls->status != TCX_OK)
        return -1;
    mbed_begin(tls);
    result = mbed_flush(tls);
    if (result != 1)
        return result;
    result = mbedtls_ssl_read(&tls->ssl, bytes, length);
    if (result > 0)
        return result;
    if (result == 0) /* an empty record */
        return TCX_AGAIN;
    result = mbed_result(tls, result);
    return result == TCX_CLOSED_CLEAN && !tls->ended ? TCX_CLOSED : result; /* the link's end is not that of TLS */
}

/* Sends close_notify if that is possible at once. Does not wait for the peer's (RFC 5246 section 7.2.1). */
static void mbed_close(void *context)
{
    tcx_mbedtls *tls = context;
    const tcx_transport *link = tls->config->link;

    if (tls->state == MBED_CLOSED)
        return;
    if (tls->state == MBED_OPEN && tls->left == 0 && tls->status == TCX_OK) {
        mbed_begin(tls);
        (void)mbedtls_ssl_close_notify(&tls->ssl);
    }
    link->close(link->context);
    mbed_free(tls);
    tls->state = MBED_CLOSED;
}

static tcx_status mbed_failure(void *context, int *detail)
{
    tcx_mbedtls *tls = context;
    const tcx_transport *link = tls->config->link;

    if (tls->status != TCX_OK) {
        *detail = tls->detail;
        return tls->status;
    }
    return link->failure != NULL ? link->failure(link->context, detail) : TCX_OK;
}

static int mbed_is_usable_pin(const tcx_mbedtls_config *config)
{
    mbedtls_pk_context key;
    int usable;

    mbedtls_pk_init(&key);
    usable = mbedtls_pk_parse_public_key(&key, config->pin, config->pin_length) == 0 && mbed_is_usable_key(&key);
    mbedtls_pk_free(&key);
    return usable;
}

static int mbed_has_trust(const tcx_mbedtls_config *config)
{
    if (config->pin != NULL)
        return config->anchors == NULL && mbed_is_usable_pin(config);
    return config->anchors != NULL && config->anchors->raw.p != NULL;
}

tcx_status tcx_mbedtls_init(tcx_mbedtls *tls, const tcx_mbedtls_config *config)
{
    static const tcx_transport transport = { NULL, mbed_open, mbed_send, mbed_recv, mbed_close, NULL, mbed_failure };
    const tcx_transport *link;

    if (tls == NULL)
        return TCX_E_NULL;
    memset(tls, 0, sizeof *tls);
    if (config == NULL || config->link == NULL)
        return TCX_E_NULL;
    link = config->link;
    if (link->open == NULL || link->send == NULL || link->recv == NULL || link->close == NULL)
        return TCX_E_NULL;
    if (!mbed_has_trust(config))
        return TCX_E_TLS_TRUST;
    if (config->entropy == NULL)
        return TCX_E_TLS_ENTROPY;
    tls->config = config;
    tls->trust.identify = mbed_identify;
    tls->transport = transport;
    tls->transport.context = tls;
    return TCX_OK;
}

void tcx_mbedtls_wipe(tcx_mbedtls *tls)
{
    if (tls == NULL)
        return;
    if (tls->state != MBED_CLOSED)
        mbed_free(tls);
    tcx_wipe(tls, sizeof *tls);
}
