/* PEM certificates to trust anchors and pinned keys: see tcx_posix.h. */
#include "tcx_posix.h"

/* Reads the CERTIFICATE blocks of a PEM text, one after the other. */
typedef struct reader {
    tcx_text left;
    int inside; /* a CERTIFICATE block */
    void (*append_dn)(void *context, const void *bytes, size_t length);
    void *append_dn_context;
    br_pem_decoder_context pem;
    br_x509_decoder_context x509;
} reader;

/* What reading a block came to. DAMAGED: it is no Base64, or the block has no end. */
enum { END, CERTIFICATE, DAMAGED };

static void start_reader(reader *in, tcx_text pem, void (*append_dn)(void *, const void *, size_t), void *context)
{
    in->left = pem;
    in->inside = 0;
    in->append_dn = append_dn;
    in->append_dn_context = context;
    br_pem_decoder_init(&in->pem);
}

static int is_blank(char c)
{
    return (unsigned char)c <= ' ';
}

/*
 * Takes the next line, without its end and the blanks before it: BearSSL would count a CR as a part of the block's
 * name.
 */
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

static int starts_with(tcx_text text, const char *start, size_t length)
{
    return text.length >= length && memcmp(text.bytes, start, length) == 0;
}

/* Returns the event that the bytes raise, 0 for none. A line raises one at most. */
static int push(br_pem_decoder_context *pem, const char *bytes, size_t length)
{
    int event = 0;

    while (length > 0) {
        size_t taken = br_pem_decoder_push(pem, bytes, length);
        int raised = br_pem_decoder_event(pem);

        bytes += taken;
        length -= taken;
        if (raised != 0)
            event = raised;
    }
    return event;
}

static int push_line(br_pem_decoder_context *pem, tcx_text line)
{
    int event = push(pem, line.bytes, line.length);
    int at_end = push(pem, "\n", 1);

    return event ? event : at_end;
}

static void take_der(void *context, const void *bytes, size_t length)
{
    br_x509_decoder_push(context, bytes, length);
}

static void begin_block(reader *in)
{
    const char *name = br_pem_decoder_name(&in->pem);

    in->inside = strcmp(name, "CERTIFICATE") == 0 || strcmp(name, "X509 CERTIFICATE") == 0;
    br_pem_decoder_setdest(&in->pem, in->inside ? take_der : NULL, &in->x509);
    if (in->inside)
        br_x509_decoder_init(&in->x509, in->append_dn, in->append_dn_context);
}

/*
 * BearSSL drops the line at which a block turns out to be damaged, and keeps the bytes that it had decoded for the next
 * block. So the decoder starts afresh, and a line that opens a block is read again.
 */
static void recover(reader *in, tcx_text line)
{
    static const char opening[] = "-----BEGIN ";

    br_pem_decoder_init(&in->pem);
    in->inside = 0;
    if (starts_with(line, opening, sizeof opening - 1) && push_line(&in->pem, line) == BR_PEM_BEGIN_OBJ)
        begin_block(in);
}

/* Reads on to the end of the next CERTIFICATE block; CERTIFICATE: in->x509 says what it holds. */
static int next_certificate(reader *in)
{
    tcx_text line;
    int was_inside;

    while (next_line(&in->left, &line)) {
        was_inside = in->inside;
        switch (push_line(&in->pem, line)) {
        case BR_PEM_BEGIN_OBJ:
            begin_block(in);
            break;
        case BR_PEM_END_OBJ:
            in->inside = 0;
            if (was_inside)
                return CERTIFICATE;
            break;
        case BR_PEM_ERROR:
            recover(in, line);
            if (was_inside)
                return DAMAGED;
            break;
        default:
            break;
        }
    }
    was_inside = in->inside;
    in->inside = 0;
    return was_inside ? DAMAGED : END;
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

/* The key of the certificate just read; NULL when that is damaged or of no use. */
static const br_x509_pkey *usable_key(reader *in)
{
    const br_x509_pkey *key = br_x509_decoder_get_pkey(&in->x509);

    return key != NULL && is_usable(key) ? key : NULL;
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
    reader in;
    const br_x509_pkey *key;
    shelf to = { NULL, sizeof out->bytes, 0, 0 };

    to.memory = out->bytes;
    start_reader(&in, pem, NULL, NULL);
    if (next_certificate(&in) != CERTIFICATE)
        return TCX_E_TLS_TRUST;
    key = usable_key(&in);
    if (key == NULL)
        return TCX_E_TLS_TRUST;
    copy_key(key, &out->key, &to);
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
static void add_anchor(shelf *to, reader *in, const br_x509_pkey *key, size_t dn)
{
    br_x509_trust_anchor anchor;

    memset(&anchor, 0, sizeof anchor);
    anchor.dn.len = to->used - dn;
    anchor.flags = br_x509_decoder_isCA(&in->x509) ? BR_X509_TA_CA : 0;
    copy_key(key, &anchor.pkey, to);
    if (has_room(to, 0, 1)) {
        anchor.dn.data = to->memory + dn;
        *(back_of(to) - to->anchors - 1) = anchor;
    }
    to->anchors++;
}

/* Goes through the text. Returns the number of certificates that were skipped. */
static size_t read_all(tcx_text pem, shelf *to)
{
    reader in;
    size_t skipped = 0;
    size_t dn = 0;
    int found;

    start_reader(&in, pem, take_dn, to);
    while ((found = next_certificate(&in)) != END) {
        const br_x509_pkey *key = found == CERTIFICATE ? usable_key(&in) : NULL;

        if (key != NULL) {
            add_anchor(to, &in, key, dn);
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
