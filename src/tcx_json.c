/* Section numbers are of RFC 8259 unless another RFC is named. */
#include "tcx_json.h"

#include <tcexec/response.h>

#include "tcx_utf8.h"

typedef struct json_scanner {
    const char *at;
    const char *end;
} json_scanner;

/* Takes the next byte if it is one of `set`. */
static int json_take(json_scanner *scan, const char *set)
{
    for (; scan->at < scan->end && *set != '\0'; set++) {
        if (*scan->at == *set) {
            scan->at++;
            return 1;
        }
    }
    return 0;
}

static int json_take_digits(json_scanner *scan)
{
    const char *first = scan->at;

    while (json_take(scan, "0123456789"))
        ;
    return scan->at > first;
}

/* Section 6. Numbers are not converted, so no number is too large. */
static int json_take_number(json_scanner *scan)
{
    (void)json_take(scan, "-");
    if (!json_take(scan, "0") && !json_take_digits(scan))
        return 0;
    if (json_take(scan, ".") && !json_take_digits(scan))
        return 0;
    if (!json_take(scan, "eE"))
        return 1;
    (void)json_take(scan, "+-");
    return json_take_digits(scan);
}

/* Section 3: a value that is not an object, an array or a string. */
static int json_take_primitive(json_scanner *scan)
{
    static const char literals[][6] = { "true", "false", "null" };

    for (size_t i = 0; i < sizeof literals / sizeof literals[0]; i++) {
        size_t length = strlen(literals[i]);

        if ((size_t)(scan->end - scan->at) >= length && memcmp(scan->at, literals[i], length) == 0) {
            scan->at += length;
            return 1;
        }
    }
    return json_take_number(scan);
}

/* Returns the value of four hexadecimal digits, or -1. */
static int32_t json_take_code_unit(json_scanner *scan)
{
    int32_t unit = 0;

    for (int i = 0; i < 4; i++) {
        char c = scan->at < scan->end ? *scan->at++ : '\0', letter = (char)(c | ' ');

        if (c >= '0' && c <= '9')
            unit = unit * 16 + c - '0';
        else if (letter >= 'a' && letter <= 'f')
            unit = unit * 16 + letter - 'a' + 10;
        else
            return -1;
    }
    return unit;
}

/* RFC 3629 section 3. Returns how many bytes it wrote, up to 4. */
static size_t json_put_utf8(unsigned char *out, uint32_t point)
{
    int more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;

    for (int i = more; i > 0; i--) {
        out[i] = (unsigned char)(0x80 | (point & 63));
        point >>= 6;
    }
    out[0] = (unsigned char)(more > 0 ? 0xF0u << (3 - more) | point : point);
    return (size_t)more + 1;
}

/*
 * Section 7: reads what follows a backslash in a string whose grammar was checked. Returns the length of its UTF-8 in
 * `out`, or 0, because half of a surrogate pair is not a character (section 8.2).
 */
static size_t json_read_escape(json_scanner *scan, unsigned char out[4])
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t"; /* the most frequent first */
    char c = *scan->at++;
    int32_t unit, low = 0;

    for (size_t i = 0; i < sizeof from - 1; i++) {
        if (c == from[i]) {
            out[0] = (unsigned char)to[i];
            return 1;
        }
    }
    unit = json_take_code_unit(scan);
    if (unit >= 0xD800 && unit <= 0xDFFF) {
        if (json_take(scan, "\\") && json_take(scan, "u"))
            low = json_take_code_unit(scan);
        if (unit > 0xDBFF || low < 0xDC00 || low > 0xDFFF)
            return 0;
        unit = 0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF);
    }
    return json_put_utf8(out, (uint32_t)unit);
}

#define JSON_EACH(byte) (SIZE_MAX / 255 * (byte)) /* this byte, in each byte of a word */

/*
 * Skips characters that stand for themselves in a string (section 7), in whole words only: most strings have no others.
 * A subtraction sets the highest bit of an ASCII byte that is less than what is subtracted. With bit 1 inverted, the
 * quotation mark and the control characters are less than '!'. A backslash without the bits of a backslash is less
 * than 1.
 */
static const char *json_skip_plain(const char *at, const char *end)
{
    size_t word, words = (size_t)(end - at) / sizeof word;

    for (; words > 0; words--, at += sizeof word) {
        memcpy(&word, at, sizeof word);
        if ((((word ^ JSON_EACH(2)) - JSON_EACH('!')) | ((word ^ JSON_EACH('\\')) - JSON_EACH(1))) & ~word &
            JSON_EACH(0x80))
            break;
    }
    return at;
}

/* Section 7: takes what follows a backslash. Returns 0 if it is malformed. */
static int json_take_escape(json_scanner *scan)
{
    return json_take(scan, "\"\\/bfnrt") || (json_take(scan, "u") && json_take_code_unit(scan) >= 0);
}

/* Section 7: takes the rest of a string after its first quotation mark. Returns 0 if it is malformed. */
static int json_take_string(json_scanner *scan)
{
    const char *const end = scan->end, *at = json_skip_plain(scan->at, end);

    while (at < end) {
        const unsigned char c = (unsigned char)*at++;

        if (c > '\\') /* letters: the most frequent */
            continue;
        scan->at = at;
        if (c == '"')
            return 1;
        if (c < ' ' || (c == '\\' && !json_take_escape(scan)))
            return 0;
        at = json_skip_plain(scan->at, end);
    }
    return 0;
}

/* What may come next. 0: only the end of the text. */
enum { JSON_NAME = 1, JSON_COLON = 2, JSON_VALUE = 4, JSON_COMMA = 8, JSON_CLOSE = 16 };

tcx_status tcx_json_check(const char *text, size_t length, size_t *tokens)
{
    json_scanner scan = { text, text + length };
    unsigned expected = JSON_VALUE, depth = 0;
    uint32_t objects = 0; /* a bit for each open level, the innermost lowest: 1 for an object, 0 for an array */

    *tokens = 0;
    for (;;) {
        unsigned after = depth > 0 ? JSON_COMMA | JSON_CLOSE : 0;
        char c;

        while (json_take(&scan, " \t\n\r"))
            ;
        if (scan.at == scan.end)
            return expected == 0 ? TCX_OK : TCX_E_JSON_SYNTAX;
        c = *scan.at;
        if (c == ':' || c == ',') {
            if (!(expected & (c == ':' ? JSON_COLON : JSON_COMMA)))
                return TCX_E_JSON_SYNTAX;
            scan.at++;
            expected = c == ',' && (objects & 1) ? JSON_NAME : JSON_VALUE;
        } else if (c == '}' || c == ']') {
            if (!(expected & JSON_CLOSE) || (c == '}') != (objects & 1))
                return TCX_E_JSON_SYNTAX;
            scan.at++;
            objects >>= 1;
            expected = --depth > 0 ? JSON_COMMA | JSON_CLOSE : 0;
        } else if (c == '"') {
            scan.at++;
            if (!(expected & (JSON_NAME | JSON_VALUE)) || !json_take_string(&scan))
                return TCX_E_JSON_SYNTAX;
            ++*tokens;
            expected = expected & JSON_NAME ? JSON_COLON : after;
        } else if (!(expected & JSON_VALUE)) {
            return TCX_E_JSON_SYNTAX;
        } else if (c == '{' || c == '[') {
            if (depth++ == TCX_JSON_DEPTH_MAX)
                return TCX_E_JSON_DEPTH;
            scan.at++;
            ++*tokens;
            objects = objects << 1 | (c == '{');
            expected = JSON_CLOSE | (c == '{' ? JSON_NAME : JSON_VALUE);
        } else {
            if (!json_take_primitive(&scan))
                return TCX_E_JSON_SYNTAX;
            ++*tokens;
            expected = after;
        }
    }
}

/*
 * Reads the whole text before it writes the first byte, so that the second pass can trust the first. An escape is never
 * shorter than its character.
 */
int tcx_json_decode(char *text, size_t *length)
{
    const char *const end = text + *length, *const first = json_skip_plain(text, end), *at = first;
    json_scanner scan = { NULL, end };
    char *out = text + (first - text);
    size_t characters;

    if (!tcx_utf8_check(text, *length, &characters))
        return 0;
    while (at < end) {
        unsigned char ignored[4];

        if (*at++ != '\\' || *at++ != 'u') /* no other escape can be half of a pair */
            continue;
        scan.at = at - 1;
        if (json_read_escape(&scan, ignored) == 0)
            return 0;
        at = scan.at;
    }
    at = first;
    while (at < end) {
        if (*at != '\\' || *++at < 'b') { /* after a backslash, what is not a letter stands for itself */
            *out++ = *at++;
            continue;
        }
        scan.at = at;
        out += json_read_escape(&scan, (unsigned char *)out);
        at = scan.at;
    }
    *length = (size_t)(out - text);
    return 1;
}

int tcx_json_equals(const char *text, size_t length, const char *name)
{
    json_scanner scan = { text, text + length };
    size_t left = strlen(name);

    while (scan.at < scan.end) {
        unsigned char decoded[4];
        size_t count = 1;

        decoded[0] = (unsigned char)*scan.at++;
        if (decoded[0] == '\\')
            count = json_read_escape(&scan, decoded);
        if (count == 0 || count > left || memcmp(name, decoded, count) != 0)
            return 0;
        name += count;
        left -= count;
    }
    return left == 0;
}
