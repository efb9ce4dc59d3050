/* Base64 and DER, read as one stream: see tcx_posix_certificate.h. */
#include "tcx_posix_certificate.h"

enum {
    BOOLEAN = 0x01,
    INTEGER = 0x02,
    BIT_STRING = 0x03,
    OCTET_STRING = 0x04,
    OBJECT_IDENTIFIER = 0x06,
    SEQUENCE = 0x30,
    VERSION = 0xA0, /* of the TBSCertificate, RFC 5280 section 4.1 */
    ISSUER_ID = 0x81,
    SUBJECT_ID = 0x82,
    EXTENSIONS = 0xA3
};

enum { CERTIFICATE_MAX = 0xFFFFFF, OID_MAX = 9 }; /* bytes; of the identifiers that matter */

/* What has gone wrong stays: all that is read afterwards is 0. */
typedef struct stream {
    const char *next;
    const char *end;
    size_t position; /* bytes handed out */
    int failed;
    void (*take)(void *context, const void *bytes, size_t length); /* gets them as well; NULL: nobody does */
    void *context;
    size_t at; /* in the window */
    size_t filled;
    unsigned char window[192]; /* decoded: three bytes for each four digits */
} stream;

/* ---- Base64 (RFC 4648 section 4) ---- */

static int is_blank(char c)
{
    return (unsigned char)c <= ' ';
}

/* -1: no digit */
static int digit_value(char c)
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

/* Up to four digits, as the highest of 24 bits. Returns how many. */
static unsigned next_digits(stream *in, uint32_t *bits)
{
    const char *next = in->next;
    uint32_t sum = 0;
    unsigned digits = 0;

    for (; digits < 4 && next < in->end; next++) {
        int value = digit_value(*next);

        if (value >= 0) {
            sum = sum << 6 | (uint32_t)value;
            digits++;
        } else if (!is_blank(*next)) {
            break;
        }
    }
    in->next = next;
    *bits = sum << 6 * (4 - digits);
    return digits;
}

/* Behind the last digits: `missing` signs that fill up their group of four, and nothing else. */
static int is_ended(stream *in, unsigned missing)
{
    for (; in->next < in->end; in->next++) {
        if (*in->next == '=' && missing > 0)
            missing--;
        else if (!is_blank(*in->next))
            return 0;
    }
    return missing == 0;
}

static void refill(stream *in)
{
    unsigned digits = 4;

    in->at = in->filled = 0;
    while (digits == 4 && in->filled < sizeof in->window) {
        uint32_t bits;
        unsigned bytes;

        digits = next_digits(in, &bits);
        bytes = digits * 3 / 4;
        in->window[in->filled++] = (unsigned char)(bits >> 16);
        in->window[in->filled++] = (unsigned char)(bits >> 8);
        in->window[in->filled++] = (unsigned char)bits;
        in->filled -= 3 - bytes;
        if (digits < 4) /* the last ones: the bits that no byte has are 0 */
            in->failed |= digits == 1 || (bits & (0xFFFFFF >> 8 * bytes)) != 0 || !is_ended(in, (4 - digits) % 4);
    }
}

/* How many bytes are decoded; 0 at the end and after a failure. */
static size_t look(stream *in)
{
    if (in->at == in->filled && !in->failed)
        refill(in);
    return in->failed ? 0 : in->filled - in->at;
}

/* The next bytes, at most `length` of them. Returns NULL, and fails, when there are none. */
static const unsigned char *next_bytes(stream *in, size_t *length)
{
    const size_t decoded = look(in);
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

static unsigned next_byte(stream *in)
{
    size_t length = 1;
    const unsigned char *byte = next_bytes(in, &length);

    return byte != NULL ? *byte : 0;
}

/* ---- DER (X.690), as far as certificates use it ---- */

/* The length of an element, inside one that ends at `limit`. Returns where it ends. */
static size_t read_end(stream *in, size_t limit)
{
    size_t length = next_byte(in);

    if (length >= 0x80) {
        size_t octets = length & 0x7F;

        in->failed |= octets == 0 || octets > 3;
        for (length = 0; octets > 0 && !in->failed; octets--)
            length = length << 8 | next_byte(in);
    }
    if (in->failed || in->position > limit || length > limit - in->position) {
        in->failed = 1;
        return in->position;
    }
    return in->position + length;
}

/* Opens an element, which must have this tag. Returns where it ends. */
static size_t enter(stream *in, unsigned tag, size_t limit)
{
    in->failed |= next_byte(in) != tag;
    return read_end(in, limit);
}

static void skip_to(stream *in, size_t end)
{
    while (in->position < end && !in->failed) {
        size_t length = end - in->position;

        (void)next_bytes(in, &length);
    }
}

static void skip(stream *in, unsigned tag, size_t limit)
{
    skip_to(in, enter(in, tag, limit));
}

static void leave(stream *in, size_t end)
{
    in->failed |= in->position != end;
}

/* What is left of an element, as far as there is room. Returns how much. */
static size_t read_bytes(stream *in, size_t end, unsigned char *out, size_t room)
{
    size_t count = 0;

    while (in->position < end && count < room && !in->failed) {
        size_t length = end - in->position < room - count ? end - in->position : room - count;
        const unsigned char *bytes = next_bytes(in, &length);

        if (bytes != NULL) {
            memcpy(out + count, bytes, length);
            count += length;
        }
    }
    return count;
}

/* An object identifier; one that is longer than those that matter counts as none. */
typedef struct oid {
    unsigned char length;
    unsigned char bytes[OID_MAX];
} oid;

static const oid rsa_encryption = { 9, { 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01 } };
static const oid ec_public_key = { 7, { 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01 } };
static const oid secp256r1 = { 8, { 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07 } };
static const oid secp384r1 = { 5, { 0x2B, 0x81, 0x04, 0x00, 0x22 } };
static const oid basic_constraints = { 3, { 0x55, 0x1D, 0x13 } };

static oid read_oid(stream *in, size_t limit)
{
    oid id = { 0, { 0 } };
    size_t end = enter(in, OBJECT_IDENTIFIER, limit);

    id.length = (unsigned char)read_bytes(in, end, id.bytes, sizeof id.bytes);
    if (in->position < end)
        id.length = 0;
    skip_to(in, end);
    return id;
}

static int oid_is(const oid *id, const oid *other)
{
    return id->length == other->length && memcmp(id->bytes, other->bytes, other->length) == 0;
}

/* ---- the certificate ---- */

/* A number that is not negative, without leading zeros. Returns its length. */
static size_t read_number(stream *in, size_t limit, unsigned char *out, size_t room)
{
    size_t end = enter(in, INTEGER, limit);
    size_t zeros = 0, length;

    length = read_bytes(in, end, out, room);
    in->failed |= in->position != end || length == 0 || out[0] >= 0x80;
    while (zeros < length && out[zeros] == 0)
        zeros++;
    memmove(out, out + zeros, length - zeros);
    return length - zeros;
}

static void read_rsa(stream *in, size_t limit, tcx_posix_certificate *out)
{
    br_rsa_public_key *key = &out->key.key.rsa;
    size_t end = enter(in, SEQUENCE, limit);

    key->n = out->bytes;
    key->nlen = read_number(in, end, out->bytes, sizeof out->bytes);
    key->e = out->bytes + key->nlen;
    key->elen = read_number(in, end, out->bytes + key->nlen, sizeof out->bytes - key->nlen);
    leave(in, end);
    out->key.key_type = BR_KEYTYPE_RSA;
}

static void read_point(stream *in, size_t end, int curve, size_t length, tcx_posix_certificate *out)
{
    br_ec_public_key *key = &out->key.key.ec;

    key->curve = curve;
    key->q = out->bytes;
    key->qlen = read_bytes(in, end, out->bytes, length);
    in->failed |= key->qlen != length;
    out->key.key_type = BR_KEYTYPE_EC;
}

/* SubjectPublicKeyInfo: RFC 3279 section 2.3, RFC 5480 section 2. */
static void read_key(stream *in, size_t limit, tcx_posix_certificate *out)
{
    size_t end = enter(in, SEQUENCE, limit);
    size_t algorithm_end = enter(in, SEQUENCE, end);
    oid algorithm = read_oid(in, algorithm_end), curve = { 0, { 0 } };

    if (oid_is(&algorithm, &ec_public_key))
        curve = read_oid(in, algorithm_end);
    skip_to(in, algorithm_end);
    limit = enter(in, BIT_STRING, end);
    in->failed |= next_byte(in) != 0; /* bits that are not used in the last byte */
    if (oid_is(&algorithm, &rsa_encryption))
        read_rsa(in, limit, out);
    else if (oid_is(&curve, &secp256r1))
        read_point(in, limit, BR_EC_secp256r1, 65, out);
    else if (oid_is(&curve, &secp384r1))
        read_point(in, limit, BR_EC_secp384r1, 97, out);
    else
        skip_to(in, limit);
    leave(in, limit);
    leave(in, end);
}

static void read_extension(stream *in, size_t limit, tcx_posix_certificate *out)
{
    size_t end = enter(in, SEQUENCE, limit), value_end;
    oid id = read_oid(in, end);
    unsigned tag = next_byte(in);

    if (tag == BOOLEAN) { /* critical */
        skip_to(in, read_end(in, end));
        tag = next_byte(in);
    }
    in->failed |= tag != OCTET_STRING;
    value_end = read_end(in, end);
    if (oid_is(&id, &basic_constraints)) {
        size_t constraints_end = enter(in, SEQUENCE, value_end);

        if (in->position < constraints_end && next_byte(in) == BOOLEAN) {
            in->failed |= read_end(in, constraints_end) != in->position + 1;
            out->is_ca = next_byte(in) != 0;
        }
    }
    skip_to(in, value_end);
    leave(in, end);
}

static void read_extensions(stream *in, size_t limit, tcx_posix_certificate *out)
{
    size_t end = read_end(in, limit);
    size_t list_end = enter(in, SEQUENCE, end);

    out->is_ca = 0; /* they alone say it */
    while (in->position < list_end && !in->failed)
        read_extension(in, list_end, out);
    leave(in, end);
}

/* What stands behind the key: two identifiers that nobody uses, and the extensions. */
static void read_rest(stream *in, size_t end, tcx_posix_certificate *out)
{
    while (in->position < end && !in->failed) {
        switch (next_byte(in)) {
        case ISSUER_ID:
        case SUBJECT_ID:
            skip_to(in, read_end(in, end));
            break;
        case EXTENSIONS:
            read_extensions(in, end, out);
            break;
        default:
            in->failed = 1;
        }
    }
    leave(in, end);
}

/* Behind the version's tag. Returns whether it is version 1, which may be written though it is the default. */
static int is_version_1(stream *in, size_t limit)
{
    static const unsigned char zero[] = { INTEGER, 1, 0 };
    unsigned char number[sizeof zero];
    size_t end = read_end(in, limit);
    const int is_it = end - in->position == sizeof zero && read_bytes(in, end, number, sizeof zero) == sizeof zero &&
                      memcmp(number, zero, sizeof zero) == 0;

    skip_to(in, end);
    return is_it;
}

/* Whether the same name begins at both. They are copies: nothing is taken. */
static int is_same_name(stream one, stream other, size_t limit)
{
    const size_t end = enter(&one, SEQUENCE, limit), other_end = enter(&other, SEQUENCE, limit);

    if (end - one.position != other_end - other.position)
        return 0;
    while (one.position < end && !one.failed && !other.failed)
        if (next_byte(&one) != next_byte(&other))
            return 0;
    return !one.failed && !other.failed;
}

int tcx_posix_certificate_read(tcx_text base64, void (*take)(void *context, const void *bytes, size_t length),
                               void *context, tcx_posix_certificate *out)
{
    stream in, issuer;
    size_t end, signed_end;
    int is_old = 1;
    unsigned tag;

    memset(&in, 0, sizeof in);
    memset(out, 0, sizeof *out);
    in.next = base64.bytes;
    in.end = base64.bytes + base64.length;
    in.context = context;
    end = enter(&in, SEQUENCE, CERTIFICATE_MAX);
    signed_end = enter(&in, SEQUENCE, end);
    tag = next_byte(&in);
    if (tag == VERSION) {
        is_old = is_version_1(&in, signed_end);
        tag = next_byte(&in);
    }
    in.failed |= tag != INTEGER;
    skip_to(&in, read_end(&in, signed_end));
    skip(&in, SEQUENCE, signed_end); /* the signature's algorithm */
    issuer = in;
    skip(&in, SEQUENCE, signed_end); /* the issuer */
    skip(&in, SEQUENCE, signed_end); /* the dates */
    out->is_ca = is_old && is_same_name(issuer, in, signed_end);
    in.take = take;
    skip(&in, SEQUENCE, signed_end); /* the subject */
    in.take = NULL;
    read_key(&in, signed_end, out);
    read_rest(&in, signed_end, out);
    skip(&in, SEQUENCE, end);
    skip(&in, BIT_STRING, end);
    leave(&in, end);
    return look(&in) == 0 && !in.failed;
}
