/* Turns PEM certificates into trust anchors and pinned keys: see tcx_posix.h. */
#include "tcx_posix.h"
#include "tcx_posix_block.h"
#include "tcx_posix_certificate.h"

/* ---- keys ---- */

static size_t pem_count_bits(const unsigned char *number, size_t length)
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
static int pem_is_usable(const br_x509_pkey *key)
{
    size_t bits;

    if (key->key_type == BR_KEYTYPE_EC)
        return key->key.ec.curve == BR_EC_secp256r1 || key->key.ec.curve == BR_EC_secp384r1;
    bits = pem_count_bits(key->key.rsa.n, key->key.rsa.nlen);
    return key->key_type == BR_KEYTYPE_RSA && bits >= 2048 && bits <= 4096;
}

/*
 * Finds and reads the next certificate. `take` gets its subject: see tcx_posix_certificate.h. Returns 0 at the end.
 */
static int pem_read_certificate(tcx_text *left, void (*take)(void *context, const void *bytes, size_t length),
                                void *context, tcx_posix_certificate *certificate, tcx_posix_block *block)
{
    if (!tcx_posix_block_next(left, block))
        return 0;
    if (block->fault != TCX_POSIX_FAULT_NONE)
        return 1;
    if (!tcx_posix_certificate_read(block->base64, take, context, certificate))
        block->fault = TCX_POSIX_FAULT_DAMAGED;
    else if (!pem_is_usable(&certificate->key))
        block->fault = TCX_POSIX_FAULT_KEY;
    return 1;
}

/*
 * The caller's memory. Keys and names fill it from the front, anchors from the back. What does not fit is only counted,
 * so `used` and `anchors` give the memory needed in the end.
 */
typedef struct pem_shelf {
    unsigned char *memory;
    size_t capacity;
    size_t used;    /* bytes at the front */
    size_t anchors; /* at the back */
} pem_shelf;

static int pem_has_room(const pem_shelf *to, size_t bytes, size_t anchors)
{
    return to->used + bytes + (to->anchors + anchors) * sizeof(br_x509_trust_anchor) <= to->capacity;
}

static unsigned char *pem_put(pem_shelf *to, const void *bytes, size_t length)
{
    unsigned char *place = NULL;

    if (pem_has_room(to, length, 0)) {
        place = to->memory + to->used;
        memcpy(place, bytes, length);
    }
    to->used += length;
    return place;
}

static void pem_copy_key(const br_x509_pkey *key, br_x509_pkey *copy, pem_shelf *to)
{
    *copy = *key;
    if (key->key_type == BR_KEYTYPE_EC) {
        copy->key.ec.q = pem_put(to, key->key.ec.q, key->key.ec.qlen);
    } else {
        copy->key.rsa.n = pem_put(to, key->key.rsa.n, key->key.rsa.nlen);
        copy->key.rsa.e = pem_put(to, key->key.rsa.e, key->key.rsa.elen);
    }
}

tcx_status tcx_posix_key_read(tcx_text pem, tcx_posix_key *out)
{
    tcx_posix_certificate first;
    tcx_posix_block block;
    tcx_text left = pem;
    pem_shelf to = { NULL, sizeof out->bytes, 0, 0 };

    memset(out, 0, sizeof *out);
    to.memory = out->bytes;
    if (!pem_read_certificate(&left, NULL, NULL, &first, &block))
        return TCX_E_TLS_TRUST;
    if (block.fault == TCX_POSIX_FAULT_NONE) {
        pem_copy_key(&first.key, &out->key, &to);
        return TCX_OK;
    }
    out->fault = block.fault;
    out->fault_line = tcx_posix_line_of(pem, block.start);
    return TCX_E_TLS_TRUST;
}

/* ---- anchors ---- */

static void pem_take_dn(void *context, const void *bytes, size_t length)
{
    pem_put(context, bytes, length);
}

/* The end of the memory. The anchors end here, in reverse order. */
static br_x509_trust_anchor *pem_get_back(const pem_shelf *to)
{
    return (br_x509_trust_anchor *)(void *)(to->memory + to->capacity);
}

/* Adds the certificate whose name was copied to `dn`. */
static void pem_add_anchor(pem_shelf *to, const tcx_posix_certificate *certificate, size_t dn)
{
    br_x509_trust_anchor anchor;

    memset(&anchor, 0, sizeof anchor);
    anchor.dn.len = to->used - dn;
    anchor.flags = certificate->is_ca ? BR_X509_TA_CA : 0;
    pem_copy_key(&certificate->key, &anchor.pkey, to);
    if (pem_has_room(to, 0, 1)) {
        anchor.dn.data = to->memory + dn;
        *(pem_get_back(to) - to->anchors - 1) = anchor;
    }
    to->anchors++;
}

static void pem_count_skipped(tcx_text pem, const tcx_posix_block *block, tcx_posix_anchors *out)
{
    if (out->skipped++ > 0)
        return;
    out->fault = block->fault;
    out->fault_line = tcx_posix_line_of(pem, block->start);
}

static void pem_read_all(tcx_text pem, pem_shelf *to, tcx_posix_anchors *out)
{
    tcx_posix_certificate certificate;
    tcx_posix_block block;
    tcx_text left = pem;
    size_t dn = 0;

    while (pem_read_certificate(&left, pem_take_dn, to, &certificate, &block)) {
        if (block.fault == TCX_POSIX_FAULT_NONE) {
            pem_add_anchor(to, &certificate, dn);
        } else {
            to->used = dn;
            if (block.fault != TCX_POSIX_FAULT_PUBLIC_KEY) /* a public key is never a root */
                pem_count_skipped(pem, &block, out);
        }
        dn = to->used;
    }
}

static void pem_reverse(br_x509_trust_anchor *anchors, size_t count)
{
    size_t i;

    for (i = 0; i < count / 2; i++) {
        const br_x509_trust_anchor other = anchors[i];

        anchors[i] = anchors[count - 1 - i];
        anchors[count - 1 - i] = other;
    }
}

/* Gives the alignment of an anchor: the offset of a member after a char. */
struct pem_aligned {
    char first;
    br_x509_trust_anchor anchor;
};

#define PEM_ALIGNMENT offsetof(struct pem_aligned, anchor)

tcx_status tcx_posix_anchors_read(tcx_text pem, void *memory, size_t capacity, tcx_posix_anchors *out)
{
    pem_shelf to = { NULL, 0, 0, 0 };

    to.memory = memory;
    to.capacity = capacity - capacity % PEM_ALIGNMENT;
    memset(out, 0, sizeof *out);
    pem_read_all(pem, &to, out);
    out->count = to.anchors;
    out->size =
        (to.used + PEM_ALIGNMENT - 1) / PEM_ALIGNMENT * PEM_ALIGNMENT + to.anchors * sizeof(br_x509_trust_anchor);
    if (out->count > 0 && out->size <= to.capacity) {
        pem_reverse(pem_get_back(&to) - to.anchors, to.anchors);
        out->anchors = pem_get_back(&to) - to.anchors;
        return TCX_OK;
    }
    if (capacity > 0)
        memset(memory, 0, capacity);
    return out->count > 0 ? TCX_E_BUFFER : TCX_E_TLS_TRUST;
}
