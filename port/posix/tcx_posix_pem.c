/* PEM certificates to trust anchors and pinned keys: see tcx_posix.h. */
#include "tcx_posix.h"
#include "tcx_posix_certificate.h"

enum { END, CERTIFICATE, DAMAGED };

static int is_blank(char c)
{
    return (unsigned char)c <= ' ';
}

/* Takes the next line, without its end and the blanks before that. */
static int next_line(tcx_text *left, tcx_text *line)
{
    const char *end;

    if (left->length == 0)
        return 0;
    end = memchr(left->bytes, '\n', left->length);
    line->bytes = left->bytes;
    line->length = end ? (size_t)(end - left->bytes) : left->length;
    left->bytes += line->length + (end != NULL);
    left->length -= line->length + (end != NULL);
    while (line->length > 0 && is_blank(line->bytes[line->length - 1]))
        line->length--;
    return 1;
}

static int starts_with(tcx_text text, const char *start)
{
    return text.length >= strlen(start) && memcmp(text.bytes, start, strlen(start)) == 0;
}

static int is_line(tcx_text line, const char *text)
{
    return line.length == strlen(text) && starts_with(line, text);
}

/*
 * Finds the next CERTIFICATE block: `base64` is what stands in it. A line of dashes that does not end it damages it,
 * and may open another. What stands between blocks, and blocks of any other kind, are passed over.
 */
static int next_block(tcx_text *left, tcx_text *base64)
{
    tcx_text line, after;

    do {
        if (!next_line(left, &line))
            return END;
    } while (!is_line(line, "-----BEGIN CERTIFICATE-----") && !is_line(line, "-----BEGIN X509 CERTIFICATE-----"));
    base64->bytes = left->bytes;
    for (after = *left; next_line(&after, &line); *left = after) {
        if (starts_with(line, "-----")) {
            base64->length = (size_t)(line.bytes - base64->bytes);
            if (!starts_with(line, "-----END "))
                return DAMAGED;
            *left = after;
            return CERTIFICATE;
        }
    }
    return DAMAGED;
}

/* Reads the next certificate. `take` gets its subject: see tcx_posix_certificate.h. */
static int next_certificate(tcx_text *left, void (*take)(void *context, const void *bytes, size_t length),
                            void *context, tcx_posix_certificate *certificate)
{
    tcx_text base64;
    int found = next_block(left, &base64);

    if (found == CERTIFICATE && !tcx_posix_certificate_read(base64, take, context, certificate))
        return DAMAGED;
    return found;
}

/* ---- keys ---- */

static size_t bit_length(const unsigned char *number, size_t length)
{
    size_t bits;
    unsigned top;

    while (length > 0 && *number == 0) {
        number++;
        length--;
    }
    if (length == 0)
        return 0;
    bits = 8 * (length - 1);
    for (top = *number; top != 0; top >>= 1)
        bits++;
    return bits;
}

/* Whether the library's full profile can use the key (tcexec/tls.h). */
static int is_usable(const br_x509_pkey *key)
{
    size_t bits;

    if (key->key_type == BR_KEYTYPE_EC)
        return key->key.ec.curve == BR_EC_secp256r1 || key->key.ec.curve == BR_EC_secp384r1;
    bits = bit_length(key->key.rsa.n, key->key.rsa.nlen);
    return key->key_type == BR_KEYTYPE_RSA && bits >= 2048 && bits <= 4096;
}

/*
 * Where keys and names are put, one after the other from the front; anchors stand at the back. What does not fit is
 * only counted, so `used` and `anchors` tell in the end what would have been needed.
 */
typedef struct shelf {
    unsigned char *memory;
    size_t capacity;
    size_t used;    /* bytes at the front */
    size_t anchors; /* at the back */
} shelf;

static int has_room(const shelf *to, size_t bytes, size_t anchors)
{
    return to->used + bytes + (to->anchors + anchors) * sizeof(br_x509_trust_anchor) <= to->capacity;
}

static unsigned char *put(shelf *to, const void *bytes, size_t length)
{
    unsigned char *place = NULL;

    if (has_room(to, length, 0)) {
        place = to->memory + to->used;
        memcpy(place, bytes, length);
    }
    to->used += length;
    return place;
}

static void copy_key(const br_x509_pkey *key, br_x509_pkey *copy, shelf *to)
{
    *copy = *key;
    if (key->key_type == BR_KEYTYPE_EC) {
        copy->key.ec.q = put(to, key->key.ec.q, key->key.ec.qlen);
    } else {
        copy->key.rsa.n = put(to, key->key.rsa.n, key->key.rsa.nlen);
        copy->key.rsa.e = put(to, key->key.rsa.e, key->key.rsa.elen);
    }
}

tcx_status tcx_posix_key_read(tcx_text pem, tcx_posix_key *out)
{
    tcx_posix_certificate first;
    shelf to = { NULL, sizeof out->bytes, 0, 0 };

    to.memory = out->bytes;
    if (next_certificate(&pem, NULL, NULL, &first) != CERTIFICATE || !is_usable(&first.key))
        return TCX_E_TLS_TRUST;
    copy_key(&first.key, &out->key, &to);
    return TCX_OK;
}

/* ---- anchors ---- */

static void take_dn(void *context, const void *bytes, size_t length)
{
    put(context, bytes, length);
}

/* The back of the shelf: the anchors end here, the first one last. */
static br_x509_trust_anchor *back_of(const shelf *to)
{
    return (br_x509_trust_anchor *)(void *)(to->memory + to->capacity);
}

/* Adds the certificate whose name has been put at `dn`. */
static void add_anchor(shelf *to, const tcx_posix_certificate *certificate, size_t dn)
{
    br_x509_trust_anchor anchor;

    memset(&anchor, 0, sizeof anchor);
    anchor.dn.len = to->used - dn;
    anchor.flags = certificate->is_ca ? BR_X509_TA_CA : 0;
    copy_key(&certificate->key, &anchor.pkey, to);
    if (has_room(to, 0, 1)) {
        anchor.dn.data = to->memory + dn;
        *(back_of(to) - to->anchors - 1) = anchor;
    }
    to->anchors++;
}

/* Goes through the text. Returns the number of certificates that were skipped. */
static size_t read_all(tcx_text pem, shelf *to)
{
    tcx_posix_certificate certificate;
    size_t skipped = 0;
    size_t dn = 0;
    int found;

    while ((found = next_certificate(&pem, take_dn, to, &certificate)) != END) {
        if (found == CERTIFICATE && is_usable(&certificate.key)) {
            add_anchor(to, &certificate, dn);
        } else {
            to->used = dn;
            skipped++;
        }
        dn = to->used;
    }
    return skipped;
}

static void reverse(br_x509_trust_anchor *anchors, size_t count)
{
    size_t i;

    for (i = 0; i < count / 2; i++) {
        const br_x509_trust_anchor other = anchors[i];

        anchors[i] = anchors[count - 1 - i];
        anchors[count - 1 - i] = other;
    }
}

/* What stands behind a char is aligned: */
struct aligned {
    char first;
    br_x509_trust_anchor anchor;
};

#define ALIGNMENT offsetof(struct aligned, anchor)

tcx_status tcx_posix_anchors_read(tcx_text pem, void *memory, size_t capacity, tcx_posix_anchors *out)
{
    shelf to = { NULL, 0, 0, 0 };

    to.memory = memory;
    to.capacity = capacity - capacity % ALIGNMENT;
    out->anchors = NULL;
    out->skipped = read_all(pem, &to);
    out->count = to.anchors;
    out->size = (to.used + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT + to.anchors * sizeof(br_x509_trust_anchor);
    if (out->count > 0 && out->size <= to.capacity) {
        reverse(back_of(&to) - to.anchors, to.anchors);
        out->anchors = back_of(&to) - to.anchors;
        return TCX_OK;
    }
    if (capacity > 0)
        memset(memory, 0, capacity);
    return out->count > 0 ? TCX_E_BUFFER : TCX_E_TLS_TRUST;
}
