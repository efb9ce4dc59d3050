/*
 * Finds certificates in a PEM text: see tcx_posix_block.h.
 *
 * A root that is dropped without a word fails a call much later, and a pin that is passed over pins another key. So
 * this is not a search for lines that are right (RFC 7468), but for the words BEGIN and END before a certificate's
 * label, wherever they stand. What is written in another way than it should be is read where it has one meaning only,
 * such as a block behind a byte order mark, or behind another one on the same line. The rest is found as a fault.
 */
#include "tcx_posix_block.h"

#define BLOCK_DASHES       "-----"
#define BLOCK_DASHES_COUNT 5
#define BLOCK_LABEL_MAX    64 /* characters: a longer one is not a certificate's, and is not read on and on */

/* What a label says. BLOCK_NO_LABEL: nothing that matters here. */
typedef enum block_kind {
    BLOCK_NO_LABEL,
    BLOCK_CERTIFICATE,
    BLOCK_TRUSTED,
    BLOCK_PKCS7,
    BLOCK_PUBLIC_KEY,
    BLOCK_SIMILAR
} block_kind;

/* "-----BEGIN CERTIFICATE-----", or what is meant to be such. */
typedef struct block_mark {
    const char *start;
    const char *end;
    tcx_text label;
    block_kind kind;
    int is_end;
    int is_exact;
} block_mark;

/* ---- labels ---- */

static int block_is_text(tcx_text text, const char *other)
{
    return text.length == strlen(other) && memcmp(text.bytes, other, text.length) == 0;
}

static int block_contains(tcx_text text, const char *part)
{
    const size_t length = strlen(part);
    size_t i;

    for (i = 0; i + length <= text.length; i++)
        if (memcmp(text.bytes + i, part, length) == 0)
            return 1;
    return 0;
}

/* OpenSSL reads X509 CERTIFICATE as CERTIFICATE. */
static block_kind block_get_kind(tcx_text label)
{
    if (block_is_text(label, "CERTIFICATE") || block_is_text(label, "X509 CERTIFICATE"))
        return BLOCK_CERTIFICATE;
    if (block_is_text(label, "TRUSTED CERTIFICATE"))
        return BLOCK_TRUSTED;
    if (block_is_text(label, "PKCS7") || block_is_text(label, "PKCS #7 SIGNED DATA"))
        return BLOCK_PKCS7;
    if (block_contains(label, "PUBLIC KEY"))
        return BLOCK_PUBLIC_KEY;
    if (block_contains(label, "CERTIFICATE") && !block_contains(label, "REQUEST") &&
        !block_contains(label, "ATTRIBUTE"))
        return BLOCK_SIMILAR;
    return BLOCK_NO_LABEL;
}

/* ---- marks ---- */

static int block_is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static int block_is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* Labels have no small letters: "the END of CERTIFICATE" is a sentence. */
static int block_is_of_label(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '#';
}

static int block_starts_with(const char *at, const char *end, const char *start)
{
    return (size_t)(end - at) >= strlen(start) && memcmp(at, start, strlen(start)) == 0;
}

/* The length of the word at `at`, if it is one of the two, and a blank follows. */
static size_t block_measure_word(const char *at, const char *end, int *is_end)
{
    const size_t length = block_starts_with(at, end, "BEGIN") ? 5 : block_starts_with(at, end, "END") ? 3 : 0;

    *is_end = length == 3;
    return length > 0 && (size_t)(end - at) > length && block_is_blank(at[length]) ? length : 0;
}

/* From here to the dashes, or to whatever no label has. */
static tcx_text block_read_label(const char *at, const char *end)
{
    tcx_text label;

    label.bytes = at;
    while (at < end && at - label.bytes < BLOCK_LABEL_MAX && (block_is_of_label(*at) || block_is_blank(*at)))
        at++;
    while (at > label.bytes && block_is_blank(at[-1]))
        at--;
    label.length = (size_t)(at - label.bytes);
    return label;
}

/* Reads the mark whose word is at `at`. Nothing before `from` belongs to it. Returns whether there is one. */
static int block_read_mark(const char *from, const char *at, const char *end, block_mark *out)
{
    const size_t length = block_measure_word(at, end, &out->is_end);
    const char *label = at + length + 1;

    if (length == 0 || (at > from && block_is_of_label(at[-1])))
        return 0;
    out->is_exact = at - from >= BLOCK_DASHES_COUNT && block_starts_with(at - BLOCK_DASHES_COUNT, at, BLOCK_DASHES) &&
                    at[length] == ' ' && label < end && !block_is_blank(*label);
    out->start = out->is_exact ? at - BLOCK_DASHES_COUNT : at;
    while (label < end && block_is_blank(*label))
        label++;
    out->label = block_read_label(label, end);
    out->kind = block_get_kind(out->label);
    out->end = out->label.bytes + out->label.length;
    out->is_exact = out->is_exact && block_starts_with(out->end, end, BLOCK_DASHES);
    if (out->is_exact)
        out->end += BLOCK_DASHES_COUNT;
    return out->kind != BLOCK_NO_LABEL;
}

static int block_is_comment(const char *line, const char *end)
{
    while (line < end && block_is_blank(*line))
        line++;
    return line < end && *line == '#';
}

/* Finds the next mark. `*zero` is the first zero byte before it, or NULL. Returns 0 at the end. */
static int block_find_mark(const char *from, const char *end, block_mark *out, const char **zero)
{
    const char *at = from;
    int is_passed_over = block_is_comment(from, end);

    *zero = NULL;
    for (; at < end; at++) {
        if (block_is_line_end(*at))
            is_passed_over = block_is_comment(at + 1, end);
        else if (*at == '\0' && *zero == NULL)
            *zero = at;
        else if ((*at == 'B' || *at == 'E') && !is_passed_over && block_read_mark(from, at, end, out))
            return 1;
    }
    return 0;
}

/* ---- blocks ---- */

static void block_skip_to(tcx_text *left, const char *place)
{
    left->length -= (size_t)(place - left->bytes);
    left->bytes = place;
}

/* Base64 has no dash: all before the line of the first one is stepped over, which counts with a bundle of 150 roots. */
static int block_find_end_mark(tcx_text left, block_mark *out)
{
    const char *end = left.bytes + left.length;
    const char *from = left.length > 0 ? memchr(left.bytes, '-', left.length) : NULL;
    const char *zero;

    if (from == NULL)
        return 0;
    while (from > left.bytes && !block_is_line_end(from[-1]))
        from--;
    return block_find_mark(from, end, out, &zero);
}

/* A block whose end is not right is ended by the next mark. It may open another one. */
static tcx_posix_fault block_read(tcx_text *left, const block_mark *begin, tcx_text *base64)
{
    block_mark end;

    *base64 = *left;
    if (!block_find_end_mark(*left, &end)) {
        block_skip_to(left, left->bytes + left->length);
        return TCX_POSIX_FAULT_END;
    }
    base64->length = (size_t)(end.start - base64->bytes);
    block_skip_to(left, end.is_end ? end.end : end.start);
    if (!end.is_end || !end.is_exact || end.label.length != begin->label.length ||
        memcmp(end.label.bytes, begin->label.bytes, end.label.length) != 0)
        return TCX_POSIX_FAULT_END;
    return TCX_POSIX_FAULT_NONE;
}

static tcx_posix_fault block_get_fault(const block_mark *begin, tcx_posix_fault fault_of_end)
{
    if (begin->kind == BLOCK_TRUSTED)
        return TCX_POSIX_FAULT_TRUSTED;
    if (begin->kind == BLOCK_PKCS7)
        return TCX_POSIX_FAULT_PKCS7;
    return begin->kind == BLOCK_CERTIFICATE && begin->is_exact ? fault_of_end : TCX_POSIX_FAULT_BEGIN;
}

int tcx_posix_block_next(tcx_text *left, tcx_posix_block *out)
{
    const char *zero;
    block_mark begin;

    while (left->length > 0 && left->bytes[left->length - 1] == '\0') /* what is left of memory of a fixed size */
        left->length--;
    do {
        const char *end = left->bytes + left->length;
        const int found = block_find_mark(left->bytes, end, &begin, &zero);

        if (zero != NULL) { /* the mark is found again, by the next call */
            out->start = zero;
            out->fault = TCX_POSIX_FAULT_NOT_TEXT;
            block_skip_to(left, found ? begin.start : end);
            return 1;
        }
        if (!found)
            return 0;
        block_skip_to(left, begin.end);
    } while (begin.is_end && begin.kind == BLOCK_PUBLIC_KEY);
    out->start = begin.start;
    if (begin.kind == BLOCK_PUBLIC_KEY)
        out->fault = TCX_POSIX_FAULT_PUBLIC_KEY;
    else if (begin.is_end)
        out->fault = TCX_POSIX_FAULT_NO_BEGIN;
    else
        out->fault = block_get_fault(&begin, block_read(left, &begin, &out->base64));
    return 1;
}

size_t tcx_posix_line_of(tcx_text text, const char *place)
{
    const char *at = text.bytes;
    size_t line = 1;

    for (; at < place; at++)
        if (*at == '\n' || (*at == '\r' && at[1] != '\n'))
            line++;
    return line;
}
