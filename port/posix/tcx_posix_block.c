/*
 * Finds certificates in a PEM text: see tcx_posix_block.h.
 *
 * A root that is dropped without a word fails a call much later, and a pin that is passed over pins another key. So
 * this is not a search for lines that are right (RFC 7468), but for the words BEGIN and END before a certificate's
 * label, wherever they stand. What is written in another way than it should be is read where it has one meaning only,
 * such as a block behind a byte order mark, or behind another one on the same line. The rest is found as a fault.
 */
#include "tcx_posix_block.h"

#define DASHES       "-----"
#define DASHES_COUNT 5
#define LABEL_MAX    64 /* characters: a longer one is not a certificate's, and is not read on and on */

/* What a label says. NO_LABEL: nothing that matters here. */
typedef enum kind { NO_LABEL, CERTIFICATE, TRUSTED, PKCS7, PUBLIC_KEY, SIMILAR } kind;

/* "-----BEGIN CERTIFICATE-----", or what is meant to be such. */
typedef struct mark {
    const char *start;
    const char *end;
    tcx_text label;
    kind kind;
    int is_end;
    int is_exact;
} mark;

/* ---- labels ---- */

static int is_text(tcx_text text, const char *other)
{
    return text.length == strlen(other) && memcmp(text.bytes, other, text.length) == 0;
}

static int contains(tcx_text text, const char *part)
{
    const size_t length = strlen(part);
    size_t i;

    for (i = 0; i + length <= text.length; i++)
        if (memcmp(text.bytes + i, part, length) == 0)
            return 1;
    return 0;
}

/* OpenSSL reads X509 CERTIFICATE as CERTIFICATE. */
static kind kind_of(tcx_text label)
{
    if (is_text(label, "CERTIFICATE") || is_text(label, "X509 CERTIFICATE"))
        return CERTIFICATE;
    if (is_text(label, "TRUSTED CERTIFICATE"))
        return TRUSTED;
    if (is_text(label, "PKCS7") || is_text(label, "PKCS #7 SIGNED DATA"))
        return PKCS7;
    if (contains(label, "PUBLIC KEY"))
        return PUBLIC_KEY;
    if (contains(label, "CERTIFICATE") && !contains(label, "REQUEST") && !contains(label, "ATTRIBUTE"))
        return SIMILAR;
    return NO_LABEL;
}

/* ---- marks ---- */

static int is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static int is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* Labels have no small letters: "the END of CERTIFICATE" is a sentence. */
static int is_of_label(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || c == '#';
}

static int starts_with(const char *at, const char *end, const char *start)
{
    return (size_t)(end - at) >= strlen(start) && memcmp(at, start, strlen(start)) == 0;
}

/* The length of the word at `at`, if it is one of the two, and a blank follows. */
static size_t word_length(const char *at, const char *end, int *is_end)
{
    const size_t length = starts_with(at, end, "BEGIN") ? 5 : starts_with(at, end, "END") ? 3 : 0;

    *is_end = length == 3;
    return length > 0 && (size_t)(end - at) > length && is_blank(at[length]) ? length : 0;
}

/* From here to the dashes, or to whatever no label has. */
static tcx_text read_label(const char *at, const char *end)
{
    tcx_text label;

    label.bytes = at;
    while (at < end && at - label.bytes < LABEL_MAX && (is_of_label(*at) || is_blank(*at)))
        at++;
    while (at > label.bytes && is_blank(at[-1]))
        at--;
    label.length = (size_t)(at - label.bytes);
    return label;
}

/* Reads the mark whose word is at `at`. Nothing before `from` belongs to it. Returns whether there is one. */
static int read_mark(const char *from, const char *at, const char *end, mark *out)
{
    const size_t length = word_length(at, end, &out->is_end);
    const char *label = at + length + 1;

    if (length == 0 || (at > from && is_of_label(at[-1])))
        return 0;
    out->is_exact = at - from >= DASHES_COUNT && starts_with(at - DASHES_COUNT, at, DASHES) && at[length] == ' ' &&
                    label < end && !is_blank(*label);
    out->start = out->is_exact ? at - DASHES_COUNT : at;
    while (label < end && is_blank(*label))
        label++;
    out->label = read_label(label, end);
    out->kind = kind_of(out->label);
    out->end = out->label.bytes + out->label.length;
    out->is_exact = out->is_exact && starts_with(out->end, end, DASHES);
    if (out->is_exact)
        out->end += DASHES_COUNT;
    return out->kind != NO_LABEL;
}

static int is_comment(const char *line, const char *end)
{
    while (line < end && is_blank(*line))
        line++;
    return line < end && *line == '#';
}

/* Finds the next mark. `*zero` is the first zero byte before it, or NULL. Returns 0 at the end. */
static int next_mark(const char *from, const char *end, mark *out, const char **zero)
{
    const char *at = from;
    int is_passed_over = is_comment(from, end);

    *zero = NULL;
    for (; at < end; at++) {
        if (is_line_end(*at))
            is_passed_over = is_comment(at + 1, end);
        else if (*at == '\0' && *zero == NULL)
            *zero = at;
        else if ((*at == 'B' || *at == 'E') && !is_passed_over && read_mark(from, at, end, out))
            return 1;
    }
    return 0;
}

/* ---- blocks ---- */

static void go_on_at(tcx_text *left, const char *place)
{
    left->length -= (size_t)(place - left->bytes);
    left->bytes = place;
}

/* Base64 has no dash: all before the line of the first one is stepped over, which counts with a bundle of 150 roots. */
static int find_end_mark(tcx_text left, mark *out)
{
    const char *end = left.bytes + left.length;
    const char *from = left.length > 0 ? memchr(left.bytes, '-', left.length) : NULL;
    const char *zero;

    if (from == NULL)
        return 0;
    while (from > left.bytes && !is_line_end(from[-1]))
        from--;
    return next_mark(from, end, out, &zero);
}

/* A block whose end is not right is ended by the next mark. It may open another one. */
static tcx_posix_fault read_block(tcx_text *left, const mark *begin, tcx_text *base64)
{
    mark end;

    *base64 = *left;
    if (!find_end_mark(*left, &end)) {
        go_on_at(left, left->bytes + left->length);
        return TCX_POSIX_FAULT_END;
    }
    base64->length = (size_t)(end.start - base64->bytes);
    go_on_at(left, end.is_end ? end.end : end.start);
    if (!end.is_end || !end.is_exact || end.label.length != begin->label.length ||
        memcmp(end.label.bytes, begin->label.bytes, end.label.length) != 0)
        return TCX_POSIX_FAULT_END;
    return TCX_POSIX_FAULT_NONE;
}

static tcx_posix_fault fault_of(const mark *begin, tcx_posix_fault fault_of_end)
{
    if (begin->kind == TRUSTED)
        return TCX_POSIX_FAULT_TRUSTED;
    if (begin->kind == PKCS7)
        return TCX_POSIX_FAULT_PKCS7;
    return begin->kind == CERTIFICATE && begin->is_exact ? fault_of_end : TCX_POSIX_FAULT_BEGIN;
}

int tcx_posix_block_next(tcx_text *left, tcx_posix_block *out)
{
    const char *zero;
    mark begin;

    while (left->length > 0 && left->bytes[left->length - 1] == '\0') /* what is left of memory of a fixed size */
        left->length--;
    do {
        const char *end = left->bytes + left->length;
        const int found = next_mark(left->bytes, end, &begin, &zero);

        if (zero != NULL) { /* the mark is found again, by the next call */
            out->start = zero;
            out->fault = TCX_POSIX_FAULT_NOT_TEXT;
            go_on_at(left, found ? begin.start : end);
            return 1;
        }
        if (!found)
            return 0;
        go_on_at(left, begin.end);
    } while (begin.is_end && begin.kind == PUBLIC_KEY);
    out->start = begin.start;
    if (begin.kind == PUBLIC_KEY)
        out->fault = TCX_POSIX_FAULT_PUBLIC_KEY;
    else if (begin.is_end)
        out->fault = TCX_POSIX_FAULT_NO_BEGIN;
    else
        out->fault = fault_of(&begin, read_block(left, &begin, &out->base64));
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
