/*
 * Section numbers are of RFC 8259, unless another is named.
 */
#include "tcx_json.h"

#include <tcexec/response.h>

#include "tcx_utf8.h"

typedef struct scanner {
    const char *at;
    const char *end;
} scanner;

static int is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The value of a hexadecimal digit, or -1. */
static int hex_value(char c)
{
    if (is_digit(c))
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Four hexadecimal digits, or -1. */
static int32_t code_unit(const char *text, const char *end)
{
    int32_t unit = 0;

    if (end - text < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_value(text[i]);

        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static int is_high_surrogate(int32_t unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static int is_low_surrogate(int32_t unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

/* Section 7: what follows a backslash. */
static tcx_status check_escape(scanner *scan)
{
    static const char simple[] = "\"\\/bfnrt";
    int32_t unit;
    char c;

    if (scan->at == scan->end)
        return TCX_E_JSON_SYNTAX;
    c = *scan->at++;
    for (size_t i = 0; i < sizeof simple - 1; i++) {
        if (c == simple[i])
            return TCX_OK;
    }
    unit = c == 'u' ? code_unit(scan->at, scan->end) : -1;
    if (unit < 0)
        return TCX_E_JSON_SYNTAX;
    scan->at += 4;
    if (is_low_surrogate(unit))
        return TCX_E_JSON_UTF8;
    if (is_high_surrogate(unit)) { /* section 8.2: one without its other half is no character */
        if (scan->end - scan->at < 2 || scan->at[0] != '\\' || scan->at[1] != 'u' ||
            !is_low_surrogate(code_unit(scan->at + 2, scan->end)))
            return TCX_E_JSON_UTF8;
        scan->at += 6;
    }
    return TCX_OK;
}

static int is_plain(char c)
{
    return (unsigned char)c >= 0x20 && c != '"' && c != '\\';
}

/* Section 7: the rest of a string whose first quotation mark has been read. */
static tcx_status check_string(scanner *scan)
{
    for (;;) {
        const char *run = scan->at;
        size_t ignored;
        tcx_status status;

        while (scan->at < scan->end && is_plain(*scan->at))
            scan->at++;
        if (!tcx_utf8_check(run, (size_t)(scan->at - run), &ignored))
            return TCX_E_JSON_UTF8;
        if (scan->at == scan->end)
            return TCX_E_JSON_SYNTAX;
        switch (*scan->at++) {
        case '"':
            return TCX_OK;
        case '\\':
            status = check_escape(scan);
            if (status != TCX_OK)
                return status;
            break;
        default: /* a control character */
            return TCX_E_JSON_SYNTAX;
        }
    }
}

/* One digit or more. */
static int check_digits(scanner *scan)
{
    const char *first = scan->at;

    while (scan->at < scan->end && is_digit(*scan->at))
        scan->at++;
    return scan->at > first;
}

/* Section 6. Numbers are not converted: no range is too large. */
static tcx_status check_number(scanner *scan)
{
    if (*scan->at == '-')
        scan->at++;
    if (scan->at < scan->end && *scan->at == '0')
        scan->at++;
    else if (!check_digits(scan))
        return TCX_E_JSON_SYNTAX;
    if (scan->at < scan->end && *scan->at == '.') {
        scan->at++;
        if (!check_digits(scan))
            return TCX_E_JSON_SYNTAX;
    }
    if (scan->at < scan->end && (*scan->at == 'e' || *scan->at == 'E')) {
        scan->at++;
        if (scan->at < scan->end && (*scan->at == '+' || *scan->at == '-'))
            scan->at++;
        if (!check_digits(scan))
            return TCX_E_JSON_SYNTAX;
    }
    return TCX_OK;
}

/* Section 3: a value that is no object, array or string. */
static tcx_status check_primitive(scanner *scan)
{
    static const char *const literals[] = { "true", "false", "null" };

    for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++) {
        size_t length = strlen(literals[i]);

        if ((size_t)(scan->end - scan->at) >= length && memcmp(scan->at, literals[i], length) == 0) {
            scan->at += length;
            return TCX_OK;
        }
    }
    return check_number(scan);
}

static void skip_blanks(scanner *scan)
{
    while (scan->at < scan->end && (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
        scan->at++;
}

/* Section 4: a name and its colon, from the quotation mark on. */
static tcx_status check_name(scanner *scan)
{
    tcx_status status;

    if (*scan->at++ != '"')
        return TCX_E_JSON_SYNTAX;
    status = check_string(scan);
    if (status != TCX_OK)
        return status;
    skip_blanks(scan);
    return scan->at < scan->end && *scan->at++ == ':' ? TCX_OK : TCX_E_JSON_SYNTAX;
}

tcx_status tcx_json_check(const char *text, size_t length, size_t *tokens)
{
    enum { VALUE, FIRST_VALUE, NAME, FIRST_NAME, AFTER_VALUE } expected = VALUE;
    scanner scan = { text, text + length };
    uint32_t objects = 0; /* a bit for each open level, the innermost lowest: 1 for an object, 0 for an array */
    unsigned depth = 0;

    *tokens = 0;
    for (;;) {
        tcx_status status = TCX_OK;
        char c;

        skip_blanks(&scan);
        if (scan.at == scan.end)
            return expected == AFTER_VALUE && depth == 0 ? TCX_OK : TCX_E_JSON_SYNTAX;
        c = *scan.at;

        if ((c == '}' && (expected == FIRST_NAME || (expected == AFTER_VALUE && depth > 0 && (objects & 1)))) ||
            (c == ']' && (expected == FIRST_VALUE || (expected == AFTER_VALUE && depth > 0 && !(objects & 1))))) {
            scan.at++;
            objects >>= 1;
            depth--;
            expected = AFTER_VALUE;
        } else if (expected == AFTER_VALUE) {
            if (c != ',' || depth == 0)
                return TCX_E_JSON_SYNTAX;
            scan.at++;
            expected = objects & 1 ? NAME : VALUE;
        } else if (expected == NAME || expected == FIRST_NAME) {
            status = check_name(&scan);
            ++*tokens;
            expected = VALUE;
        } else if (c == '{' || c == '[') {
            if (depth++ == TCX_JSON_DEPTH_MAX)
                return TCX_E_JSON_DEPTH;
            scan.at++;
            ++*tokens;
            objects = objects << 1 | (c == '{');
            expected = c == '{' ? FIRST_NAME : FIRST_VALUE;
        } else {
            if (c == '"') {
                scan.at++;
                status = check_string(&scan);
            } else {
                status = check_primitive(&scan);
            }
            ++*tokens;
            expected = AFTER_VALUE;
        }
        if (status != TCX_OK)
            return status;
    }
}

/* RFC 3629 section 3. Returns how many bytes it took, up to 4. */
static size_t put_utf8(char *out, uint32_t point)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    if (point < 0x800) {
        out[0] = (char)(0xC0 | point >> 6);
        out[1] = (char)(0x80 | (point & 63));
        return 2;
    }
    if (point < 0x10000) {
        out[0] = (char)(0xE0 | point >> 12);
        out[1] = (char)(0x80 | (point >> 6 & 63));
        out[2] = (char)(0x80 | (point & 63));
        return 3;
    }
    out[0] = (char)(0xF0 | point >> 18);
    out[1] = (char)(0x80 | (point >> 12 & 63));
    out[2] = (char)(0x80 | (point >> 6 & 63));
    out[3] = (char)(0x80 | (point & 63));
    return 4;
}

/*
 * Decodes the escape at `text`, which begins after the backslash. Returns the length of the UTF-8 in `out`; `*text`
 * moves behind it.
 */
static size_t decode_escape(const char **text, char out[4])
{
    static const char from[] = "bfnrt", to[] = "\b\f\n\r\t";
    const char *at = *text;
    char c = *at++;
    uint32_t point;

    if (c != 'u') {
        out[0] = c;
        for (size_t i = 0; i < sizeof from - 1; i++) {
            if (c == from[i])
                out[0] = to[i];
        }
        *text = at;
        return 1;
    }
    point = (uint32_t)code_unit(at, at + 4);
    at += 4;
    if (is_high_surrogate((int32_t)point)) {
        point = 0x10000 + ((point & 0x3FF) << 10) + ((uint32_t)code_unit(at + 2, at + 6) & 0x3FF);
        at += 6;
    }
    *text = at;
    return put_utf8(out, point);
}

size_t tcx_json_unescape(char *text, size_t length)
{
    const char *at = text, *end = text + length;
    char *out = text;

    while (at < end) {
        if (*at == '\\') {
            at++;
            out += decode_escape(&at, out);
        } else {
            *out++ = *at++;
        }
    }
    return (size_t)(out - text);
}

int tcx_json_equals(const char *text, size_t length, const char *name)
{
    const char *end = text + length;
    size_t left = strlen(name);

    while (text < end) {
        char decoded[4];
        size_t count = 1;

        decoded[0] = *text++;
        if (decoded[0] == '\\')
            count = decode_escape(&text, decoded);
        if (count > left || memcmp(name, decoded, count) != 0)
            return 0;
        name += count;
        left -= count;
    }
    return left == 0;
}
