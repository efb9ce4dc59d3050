/*
 * Finds certificates in a PEM text: see tcx_posix_block.h.
 *
 * A root that is skipped silently makes a call fail much later. A first certificate that is skipped silently pins the
 * wrong key. So this does not search for correct lines (RFC 7468). It searches for the words BEGIN and END before the
 * label of a certificate, anywhere in the text. It reads an irregular block if it can have only one meaning, such as a
 * block after a byte order mark, or after another block on the same line. It reports all others as faults.
 */
#include "tcx_posix_block.h"

#define BLOCK_DASHES       "-----"
#define BLOCK_DASHES_COUNT 5
#define BLOCK_LABEL_MAX    64 /* characters: a longer label is not that of a certificate. The limit bounds the search */

/* What a label says. BLOCK_NO_LABEL: any other label, or none. */
typedef enum block_kind {
    BLOCK_NO_LABEL,
    BLOCK_CERTIFICATE,
    BLOCK_TRUSTED,
    BLOCK_PKCS7,
    BLOCK_PUBLIC_KEY,
    BLOCK_SIMILAR
} block_kind;

/* "-----BEGIN BLOCK_CERTIFICATE-----", or a line that is similar. */
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

/* OpenSSL reads X509 BLOCK_CERTIFICATE as BLOCK_CERTIFICATE. */
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

/* Labels have no lower case, because "the END of BLOCK_CERTIFICATE" is a sentence. */
static int block_is_of_label(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '#';
}

static int block_starts_with(const char *at, const char *end, const char *start)
{
    return (size_t)(end - at) >= strlen(start) && memcmp(at, start, strlen(start)) == 0;
}

/* Returns the length of BEGIN or END at `at`, if a blank follows, else 0. */
static size_t block_measure_word(const char *at, const char *end, int *is_end)
{
    const size_t length = block_starts_with(at, end, "BEGIN") ? 5 : block_starts_with(at, end, "END") ? 3 : 0;

    *is_end = length == 3;
    return length > 0 && (size_t)(end - at) > length && block_is_blank(at[length]) ? length : 0;
}

/* Reads to the dashes, or to any character that is not part of a label. */
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

/* Reads the mark whose word is at `at`. Looks at nothing before `from`. Returns whether there is a mark. */
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

/* Base64 has no dash. Skips to the line of the first dash: this saves time with a bundle of 150 roots. */
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

/* If the END line of a block is wrong, the next mark ends the block. That mark may begin another block. */
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

    while (left->length > 0 && left->bytes[left->length - 1] == '\0') /* unused bytes at the end of a fixed buffer */
        left->length--;
    do {
        const char *end = left->bytes + left->length;
        const int found = block_find_mark(left->bytes, end, &begin, &zero);

        if (zero != NULL) { /* the next call finds the mark again */
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
