/* Reads Base64 and DER as one stream: see tcx_posix_certificate.h. */
#include "tcx_posix_certificate.h"

enum {
    CERTIFICATE_BOOLEAN = 0x01,
    CERTIFICATE_INTEGER = 0x02,
    CERTIFICATE_BIT_STRING = 0x03,
    CERTIFICATE_OCTET_STRING = 0x04,
    CERTIFICATE_OID = 0x06,
    CERTIFICATE_SEQUENCE = 0x30,
    CERTIFICATE_VERSION = 0xA0, /* of the TBSCertificate, RFC 5280 section 4.1 */
    CERTIFICATE_ISSUER_ID = 0x81,
    CERTIFICATE_SUBJECT_ID = 0x82,
    CERTIFICATE_EXTENSIONS = 0xA3
};

enum {
    CERTIFICATE_SIZE_MAX = 0xFFFFFF,
    CERTIFICATE_OID_MAX = 9
}; /* bytes; of the longest identifier that is compared */

/* `failed` stays set: all bytes after an error are read as 0. */
typedef struct certificate_stream {
    const char *next;
    const char *end;
    size_t position; /* bytes handed out */
    int failed;
    void (*take)(void *context, const void *bytes, size_t length); /* also gets these bytes; may be NULL */
    void *context;
    size_t at; /* in the window */
    size_t filled;
    unsigned char window[192]; /* decoded bytes: three for four digits */
} certificate_stream;

/* ---- Base64 (RFC 4648 section 4) ---- */

static int certificate_is_blank(char c)
{
    return (unsigned char)c <= ' ';
}

/* Returns the value of a Base64 digit, or -1. */
static int certificate_decode_digit(char c)
{
    static const signed char values['z' - '+' + 1] = {
        62, -1, -1, -1, 63,                                 /* + to / */
        52, 53, 54, 55, 56, 57, 58, 59, 60, 61,             /* 0 to 9 */
        -1, -1, -1, -1, -1, -1, -1,                         /* : to @ */
        0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, /* A to M */
        13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, /* N to Z */
        -1, -1, -1, -1, -1, -1,                             /* [ to ` */
        26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, /* a to m */
        39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, /* n to z */
    };
    const unsigned at = (unsigned)(unsigned char)c - '+';

    return at < sizeof values ? values[at] : -1;
}

/* Reads up to four digits into the highest of 24 bits. Returns how many. */
static unsigned certificate_read_digits(certificate_stream *in, uint32_t *bits)
{
    const char *next = in->next;
    uint32_t sum = 0;
    unsigned digits = 0;

    for (; digits < 4 && next < in->end; next++) {
        int value = certificate_decode_digit(*next);

        if (value >= 0) {
            sum = sum << 6 | (uint32_t)value;
            digits++;
        } else if (!certificate_is_blank(*next)) {
            break;
        }
    }
    in->next = next;
    *bits = sum << 6 * (4 - digits);
    return digits;
}

/* Checks the text after the last digits: only `missing` signs of padding may follow. */
static int certificate_is_ended(certificate_stream *in, unsigned missing)
{
    for (; in->next < in->end; in->next++) {
        if (*in->next == '=' && missing > 0)
            missing--;
        else if (!certificate_is_blank(*in->next))
            return 0;
    }
    return missing == 0;
}

static void certificate_refill(certificate_stream *in)
{
    unsigned digits = 4;

    in->at = in->filled = 0;
    while (digits == 4 && in->filled < sizeof in->window) {
        uint32_t bits;
        unsigned bytes;

        digits = certificate_read_digits(in, &bits);
        bytes = digits * 3 / 4;
        in->window[in->filled++] = (unsigned char)(bits >> 16);
        in->window[in->filled++] = (unsigned char)(bits >> 8);
        in->window[in->filled++] = (unsigned char)bits;
        in->filled -= 3 - bytes;
        if (digits < 4) /* the last digits: the bits that are in no byte must be 0 */
            in->failed |=
                digits == 1 || (bits & (0xFFFFFF >> 8 * bytes)) != 0 || !certificate_is_ended(in, (4 - digits) % 4);
    }
}

/* Decodes more if needed. Returns how many bytes are decoded; 0 at the end and after a failure. */
static size_t certificate_peek(certificate_stream *in)
{
    if (in->at == in->filled && !in->failed)
        certificate_refill(in);
    return in->failed ? 0 : in->filled - in->at;
}

/* Returns the next bytes, at most `*length`. Returns NULL and fails if there are none. */
static const unsigned char *certificate_read_piece(certificate_stream *in, size_t *length)
{
    const size_t decoded = certificate_peek(in);
    const unsigned char *bytes = in->window + in->at;

    in->failed |= decoded == 0;
    if (in->failed)
        return NULL;
    *length = *length < decoded ? *length : decoded;
    in->at += *length;
    in->position += *length;
    if (in->take != NULL)
        in->take(in->context, bytes, *length);
    return bytes;
}

static unsigned certificate_read_byte(certificate_stream *in)
{
    size_t length = 1;
    const unsigned char *byte = certificate_read_piece(in, &length);

    return byte != NULL ? *byte : 0;
}

/* ---- DER (X.690), as far as certificates use it ---- */

/* Reads the length of an element, inside an element that ends at `limit`. Returns where the inner one ends. */
static size_t certificate_read_end(certificate_stream *in, size_t limit)
{
    size_t length = certificate_read_byte(in);

    if (length >= 0x80) {
        size_t octets = length & 0x7F;

        in->failed |= octets == 0 || octets > 3;
        for (length = 0; octets > 0 && !in->failed; octets--)
            length = length << 8 | certificate_read_byte(in);
    }
    if (in->failed || in->position > limit || length > limit - in->position) {
        in->failed = 1;
        return in->position;
    }
    return in->position + length;
}

/* Reads the tag, which must be this one, and the length. Returns where the element ends. */
static size_t certificate_enter(certificate_stream *in, unsigned tag, size_t limit)
{
    in->failed |= certificate_read_byte(in) != tag;
    return certificate_read_end(in, limit);
}

static void certificate_skip_to(certificate_stream *in, size_t end)
{
    while (in->position < end && !in->failed) {
        size_t length = end - in->position;

        (void)certificate_read_piece(in, &length);
    }
}

static void certificate_skip(certificate_stream *in, unsigned tag, size_t limit)
{
    certificate_skip_to(in, certificate_enter(in, tag, limit));
}

static void certificate_leave(certificate_stream *in, size_t end)
{
    in->failed |= in->position != end;
}

/* Copies the rest of an element, at most `room` bytes. Returns how many. */
static size_t certificate_read_bytes(certificate_stream *in, size_t end, unsigned char *out, size_t room)
{
    size_t count = 0;

    while (in->position < end && count < room && !in->failed) {
        size_t length = end - in->position < room - count ? end - in->position : room - count;
        const unsigned char *bytes = certificate_read_piece(in, &length);

        if (bytes != NULL) {
            memcpy(out + count, bytes, length);
            count += length;
        }
    }
    return count;
}

/* An object identifier. One that is longer than CERTIFICATE_OID_MAX matches none of those below. */
typedef struct certificate_oid {
    unsigned char length;
    unsigned char bytes[CERTIFICATE_OID_MAX];
} certificate_oid;

static const certificate_oid certificate_rsa_encryption = { 9,
                                                            { 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01 } };
static const certificate_oid certificate_ec_public_key = { 7, { 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01 } };
static const certificate_oid certificate_secp256r1 = { 8, { 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07 } };
static const certificate_oid certificate_secp384r1 = { 5, { 0x2B, 0x81, 0x04, 0x00, 0x22 } };
static const certificate_oid certificate_basic_constraints = { 3, { 0x55, 0x1D, 0x13 } };

static certificate_oid certificate_read_oid(certificate_stream *in, size_t limit)
{
    certificate_oid id = { 0, { 0 } };
    size_t end = certificate_enter(in, CERTIFICATE_OID, limit);

    id.length = (unsigned char)certificate_read_bytes(in, end, id.bytes, sizeof id.bytes);
    if (in->position < end)
        id.length = 0;
    certificate_skip_to(in, end);
    return id;
}

static int certificate_is_oid(const certificate_oid *id, const certificate_oid *other)
{
    return id->length == other->length && memcmp(id->bytes, other->bytes, other->length) == 0;
}

/* ---- the certificate ---- */

/* Reads a number, which must not be negative, without its leading zeros. Returns its length. */
static size_t certificate_read_number(certificate_stream *in, size_t limit, unsigned char *out, size_t room)
{
    size_t end = certificate_enter(in, CERTIFICATE_INTEGER, limit);
    size_t zeros = 0, length;

    length = certificate_read_bytes(in, end, out, room);
    in->failed |= in->position != end || length == 0 || out[0] >= 0x80;
    while (zeros < length && out[zeros] == 0)
        zeros++;
    memmove(out, out + zeros, length - zeros);
    return length - zeros;
}

static void certificate_read_rsa(certificate_stream *in, size_t limit, tcx_posix_certificate *out)
{
    br_rsa_public_key *key = &out->key.key.rsa;
    size_t end = certificate_enter(in, CERTIFICATE_SEQUENCE, limit);

    key->n = out->bytes;
    key->nlen = certificate_read_number(in, end, out->bytes, sizeof out->bytes);
    key->e = out->bytes + key->nlen;
    key->elen = certificate_read_number(in, end, out->bytes + key->nlen, sizeof out->bytes - key->nlen);
    certificate_leave(in, end);
    out->key.key_type = BR_KEYTYPE_RSA;
}

static void certificate_read_point(certificate_stream *in, size_t end, int curve, size_t length,
                                   tcx_posix_certificate *out)
{
    br_ec_public_key *key = &out->key.key.ec;

    key->curve = curve;
    key->q = out->bytes;
    key->qlen = certificate_read_bytes(in, end, out->bytes, length);
    in->failed |= key->qlen != length;
    out->key.key_type = BR_KEYTYPE_EC;
}

/* SubjectPublicKeyInfo: RFC 3279 section 2.3, RFC 5480 section 2. */
static void certificate_read_key(certificate_stream *in, size_t limit, tcx_posix_certificate *out)
{
    size_t end = certificate_enter(in, CERTIFICATE_SEQUENCE, limit);
    size_t algorithm_end = certificate_enter(in, CERTIFICATE_SEQUENCE, end);
    certificate_oid algorithm = certificate_read_oid(in, algorithm_end), curve = { 0, { 0 } };

    if (certificate_is_oid(&algorithm, &certificate_ec_public_key))
        curve = certificate_read_oid(in, algorithm_end);
    certificate_skip_to(in, algorithm_end);
    limit = certificate_enter(in, CERTIFICATE_BIT_STRING, end);
    in->failed |= certificate_read_byte(in) != 0; /* the number of unused bits in the last byte */
    if (certificate_is_oid(&algorithm, &certificate_rsa_encryption))
        certificate_read_rsa(in, limit, out);
    else if (certificate_is_oid(&curve, &certificate_secp256r1))
        certificate_read_point(in, limit, BR_EC_secp256r1, 65, out);
    else if (certificate_is_oid(&curve, &certificate_secp384r1))
        certificate_read_point(in, limit, BR_EC_secp384r1, 97, out);
    else
        certificate_skip_to(in, limit);
    certificate_leave(in, limit);
    certificate_leave(in, end);
}

static void certificate_read_extension(certificate_stream *in, size_t limit, tcx_posix_certificate *out)
{
    size_t end = certificate_enter(in, CERTIFICATE_SEQUENCE, limit), value_end;
    certificate_oid id = certificate_read_oid(in, end);
    unsigned tag = certificate_read_byte(in);

    if (tag == CERTIFICATE_BOOLEAN) { /* critical */
        certificate_skip_to(in, certificate_read_end(in, end));
        tag = certificate_read_byte(in);
    }
    in->failed |= tag != CERTIFICATE_OCTET_STRING;
    value_end = certificate_read_end(in, end);
    if (certificate_is_oid(&id, &certificate_basic_constraints)) {
        size_t constraints_end = certificate_enter(in, CERTIFICATE_SEQUENCE, value_end);

        if (in->position < constraints_end && certificate_read_byte(in) == CERTIFICATE_BOOLEAN) {
            in->failed |= certificate_read_end(in, constraints_end) != in->position + 1;
            out->is_ca = certificate_read_byte(in) != 0;
        }
    }
    certificate_skip_to(in, value_end);
    certificate_leave(in, end);
}

static void certificate_read_extensions(certificate_stream *in, size_t limit, tcx_posix_certificate *out)
{
    size_t end = certificate_read_end(in, limit);
    size_t list_end = certificate_enter(in, CERTIFICATE_SEQUENCE, end);

    out->is_ca = 0; /* if there are extensions, only they count */
    while (in->position < list_end && !in->failed)
        certificate_read_extension(in, list_end, out);
    certificate_leave(in, end);
}

/* Reads what follows the key: two unused identifiers, and the extensions. */
static void certificate_read_rest(certificate_stream *in, size_t end, tcx_posix_certificate *out)
{
    while (in->position < end && !in->failed) {
        switch (certificate_read_byte(in)) {
        case CERTIFICATE_ISSUER_ID:
        case CERTIFICATE_SUBJECT_ID:
            certificate_skip_to(in, certificate_read_end(in, end));
            break;
        case CERTIFICATE_EXTENSIONS:
            certificate_read_extensions(in, end, out);
            break;
        default:
            in->failed = 1;
        }
    }
    certificate_leave(in, end);
}

/* Reads the version, after its tag. Returns whether it is 1, which may be written although it is the default. */
static int certificate_is_version_1(certificate_stream *in, size_t limit)
{
    static const unsigned char zero[] = { CERTIFICATE_INTEGER, 1, 0 };
    unsigned char number[sizeof zero];
    size_t end = certificate_read_end(in, limit);
    const int is_it = end - in->position == sizeof zero &&
                      certificate_read_bytes(in, end, number, sizeof zero) == sizeof zero &&
                      memcmp(number, zero, sizeof zero) == 0;

    certificate_skip_to(in, end);
    return is_it;
}

/* Whether both streams have the same name next. They are copies, so `take` gets nothing. */
static int certificate_is_same_name(certificate_stream one, certificate_stream other, size_t limit)
{
    const size_t end = certificate_enter(&one, CERTIFICATE_SEQUENCE, limit),
                 other_end = certificate_enter(&other, CERTIFICATE_SEQUENCE, limit);

    if (end - one.position != other_end - other.position)
        return 0;
    while (one.position < end && !one.failed && !other.failed)
        if (certificate_read_byte(&one) != certificate_read_byte(&other))
            return 0;
    return !one.failed && !other.failed;
}

int tcx_posix_certificate_read(tcx_text base64, void (*take)(void *context, const void *bytes, size_t length),
                               void *context, tcx_posix_certificate *out)
{
    certificate_stream in, issuer;
    size_t end, signed_end;
    int is_old = 1;
    unsigned tag;

    memset(&in, 0, sizeof in);
    memset(out, 0, sizeof *out);
    in.next = base64.bytes;
    in.end = base64.bytes + base64.length;
    in.context = context;
    end = certificate_enter(&in, CERTIFICATE_SEQUENCE, CERTIFICATE_SIZE_MAX);
    signed_end = certificate_enter(&in, CERTIFICATE_SEQUENCE, end);
    tag = certificate_read_byte(&in);
    if (tag == CERTIFICATE_VERSION) {
        is_old = certificate_is_version_1(&in, signed_end);
        tag = certificate_read_byte(&in);
    }
    in.failed |= tag != CERTIFICATE_INTEGER;
    certificate_skip_to(&in, certificate_read_end(&in, signed_end));
    certificate_skip(&in, CERTIFICATE_SEQUENCE, signed_end); /* the signature's algorithm */
    issuer = in;
    certificate_skip(&in, CERTIFICATE_SEQUENCE, signed_end); /* the issuer */
    certificate_skip(&in, CERTIFICATE_SEQUENCE, signed_end); /* the dates */
    out->is_ca = is_old && certificate_is_same_name(issuer, in, signed_end);
    in.take = take;
    certificate_skip(&in, CERTIFICATE_SEQUENCE, signed_end); /* the subject */
    in.take = NULL;
    certificate_read_key(&in, signed_end, out);
    certificate_read_rest(&in, signed_end, out);
    certificate_skip(&in, CERTIFICATE_SEQUENCE, end);
    certificate_skip(&in, CERTIFICATE_BIT_STRING, end);
    certificate_leave(&in, end);
    return certificate_peek(&in) == 0 && !in.failed;
}
