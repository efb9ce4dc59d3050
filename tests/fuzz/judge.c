#define _GNU_SOURCE /* memmem */

#include "judge.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LEVELS = 32 };

int judge_utf8(judge_span text)
{
    /* The first byte, how many follow, and the range of the second. */
    static const struct {
        unsigned char from, to, more, low, high;
    } rows[] = {
        { 0x00, 0x7F, 0, 0x80, 0xBF }, { 0xC2, 0xDF, 1, 0x80, 0xBF }, { 0xE0, 0xE0, 2, 0xA0, 0xBF },
        { 0xE1, 0xEC, 2, 0x80, 0xBF }, { 0xED, 0xED, 2, 0x80, 0x9F }, { 0xEE, 0xEF, 2, 0x80, 0xBF },
        { 0xF0, 0xF0, 3, 0x90, 0xBF }, { 0xF1, 0xF3, 3, 0x80, 0xBF }, { 0xF4, 0xF4, 3, 0x80, 0x8F },
    };
    const unsigned char *at = (const unsigned char *)text.at, *end = (const unsigned char *)text.end;

    while (at < end) {
        size_t row = 0;

        while (row < sizeof rows / sizeof rows[0] && (*at < rows[row].from || *at > rows[row].to))
            row++;
        if (row == sizeof rows / sizeof rows[0] || end - at <= rows[row].more)
            return 0;
        for (int i = 1; i <= rows[row].more; i++) {
            if (i == 1 ? at[1] < rows[row].low || at[1] > rows[row].high : (at[i] & 0xC0) != 0x80)
                return 0;
        }
        at += 1 + rows[row].more;
    }
    return 1;
}

static void blanks(judge_span *text)
{
    while (text->at < text->end && memchr(" \t\n\r", *text->at, 4) != NULL)
        text->at++;
}

static int taken(judge_span *text, char c)
{
    if (text->at == text->end || *text->at != c)
        return 0;
    text->at++;
    return 1;
}

/* Four hexadecimal digits. */
static int unit(const char *at, const char *end, unsigned *code)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";

    *code = 0;
    for (int i = 0; i < 4; i++, at++) {
        const char *digit = at < end ? memchr(digits, *at, sizeof digits - 1) : NULL;

        if (digit == NULL)
            return 0;
        *code = *code * 16 + (unsigned)(digit - digits) % 16;
    }
    return 1;
}

/* What escape() says of half a surrogate pair, which the grammar allows, and of what it does not allow. */
enum { HALF = -2, NONE = -1 };

/* The code point of an escape, behind whose backslash `at` stands; moves behind it. */
static long escape(const char **at, const char *end)
{
    static const char names[] = "\"\\/bfnrt", means[] = "\"\\/\b\f\n\r\t";
    const char *name = *at < end ? memchr(names, **at, sizeof names - 1) : NULL;
    unsigned first, second;

    if (name != NULL) {
        ++*at;
        return means[name - names];
    }
    if (*at == end || **at != 'u' || !unit(*at + 1, end, &first))
        return NONE;
    *at += 5;
    if (first < 0xD800 || first > 0xDFFF)
        return (long)first;
    if (first > 0xDBFF || end - *at < 2 || (*at)[0] != '\\' || (*at)[1] != 'u' || !unit(*at + 2, end, &second) ||
        second < 0xDC00 || second > 0xDFFF)
        return HALF;
    *at += 6;
    return (long)(0x10000 + (first - 0xD800) * 0x400 + (second - 0xDC00));
}

static int string(judge_span *text)
{
    if (!taken(text, '"'))
        return 0;
    while (text->at < text->end && *text->at != '"') {
        if ((unsigned char)*text->at < ' ')
            return 0;
        if (*text->at++ == '\\' && escape(&text->at, text->end) == NONE)
            return 0;
    }
    return taken(text, '"');
}

static int digits(judge_span *text)
{
    const char *first = text->at;

    while (text->at < text->end && *text->at >= '0' && *text->at <= '9')
        text->at++;
    return text->at > first;
}

static int number(judge_span *text)
{
    taken(text, '-');
    if (!taken(text, '0') && !digits(text))
        return 0;
    if (taken(text, '.') && !digits(text))
        return 0;
    if (taken(text, 'e') || taken(text, 'E')) {
        if (!taken(text, '+'))
            taken(text, '-');
        return digits(text);
    }
    return 1;
}

static int literal(judge_span *text, const char *word)
{
    size_t length = strlen(word);

    if ((size_t)(text->end - text->at) < length || memcmp(text->at, word, length) != 0)
        return 0;
    text->at += length;
    return 1;
}

static int value(judge_span *text, int levels, size_t *tokens);

static int members(judge_span *text, char last, int levels, size_t *tokens)
{
    text->at++;
    blanks(text);
    if (taken(text, last))
        return 1;
    do {
        blanks(text);
        if (last == '}') {
            ++*tokens;
            if (!string(text))
                return 0;
            blanks(text);
            if (!taken(text, ':'))
                return 0;
            blanks(text);
        }
        if (!value(text, levels - 1, tokens))
            return 0;
        blanks(text);
    } while (taken(text, ','));
    return taken(text, last);
}

static int value(judge_span *text, int levels, size_t *tokens)
{
    ++*tokens;
    if (text->at == text->end)
        return 0;
    switch (*text->at) {
    case '{':
        return levels > 0 && members(text, '}', levels, tokens);
    case '[':
        return levels > 0 && members(text, ']', levels, tokens);
    case '"':
        return string(text);
    default:
        return literal(text, "true") || literal(text, "false") || literal(text, "null") || number(text);
    }
}

int judge_json(judge_span text, size_t *tokens)
{
    *tokens = 0;
    blanks(&text);
    if (!value(&text, LEVELS, tokens))
        return 0;
    blanks(&text);
    return text.at == text.end;
}

static size_t put(char *out, unsigned long point)
{
    int more = point < 0x80 ? 0 : point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    static const unsigned char marks[] = { 0x00, 0xC0, 0xE0, 0xF0 };

    for (int i = more; i > 0; i--, point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3F));
    out[0] = (char)(marks[more] | point);
    return (size_t)more + 1;
}

int judge_string(judge_span text, char *out, size_t *length)
{
    *length = 0;
    if (text.at == NULL || !taken(&text, '"'))
        return 0;
    while (*text.at != '"') {
        if (*text.at == '\\') {
            long point;

            text.at++;
            point = escape(&text.at, text.end);
            if (point == HALF)
                return 0;
            *length += put(out + *length, (unsigned long)point);
        } else {
            out[(*length)++] = *text.at++;
        }
    }
    return judge_utf8((judge_span){ out, out + *length });
}

int judge_null(judge_span text)
{
    return text.at != NULL && text.end - text.at == 4 && memcmp(text.at, "null", 4) == 0;
}

unsigned judge_member(judge_span object, const char *name, judge_span *found)
{
    unsigned count = 0;
    size_t ignored = 0;

    found->at = found->end = NULL;
    if (object.at != NULL)
        blanks(&object);
    if (object.at == NULL || !taken(&object, '{'))
        return 0;
    blanks(&object);
    if (taken(&object, '}'))
        return 0;
    do {
        judge_span key, member;
        char *decoded;
        size_t length;

        blanks(&object);
        key.at = object.at;
        string(&object);
        key.end = object.at;
        blanks(&object);
        object.at++;
        blanks(&object);
        member.at = object.at;
        value(&object, LEVELS, &ignored);
        member.end = object.at;
        blanks(&object);
        decoded = malloc((size_t)(key.end - key.at));
        if (decoded == NULL)
            exit(2);
        if (judge_string(key, decoded, &length) && length == strlen(name) && memcmp(decoded, name, length) == 0 &&
            count++ == 0)
            *found = member;
        free(decoded);
    } while (taken(&object, ','));
    return count;
}

/* ---- HTTP ---- */

static const char *find(const char *from, const char *end, const char *what)
{
    return from < end ? memmem(from, (size_t)(end - from), what, strlen(what)) : NULL;
}

/* The value of a field of the head, or NULL: `name` is given with its colon, `*end` becomes the value's. */
static const char *field(const char *head, const char *head_end, const char *name, const char **end)
{
    const char *line = find(head, head_end, "\r\n");

    while (line != NULL && line + 2 < head_end) {
        const char *next = find(line + 2, head_end, "\r\n");

        line += 2;
        if ((size_t)(head_end - line) > strlen(name) && strncasecmp(line, name, strlen(name)) == 0) {
            *end = next != NULL ? next : head_end;
            for (line += strlen(name); line < *end && (*line == ' ' || *line == '\t'); line++)
                ;
            return line;
        }
        line = next;
    }
    return NULL;
}

/* The number that stands at `at`, as far as its digits go. Too large a one is as good as any other that is. */
static size_t figure(const char *at, const char *end, size_t base)
{
    static const char all[] = "0123456789abcdef0123456789ABCDEF";
    size_t sum = 0;

    for (; at < end && sum < SIZE_MAX / 32; at++) {
        const char *digit = memchr(all, *at, sizeof all - 1);

        if (digit == NULL || (size_t)(digit - all) % 16 >= base)
            break;
        sum = sum * base + (size_t)(digit - all) % 16;
    }
    return sum;
}

static void take(judge_answer *answer, const char *at, size_t length)
{
    memcpy(answer->body + answer->body_length, at, length);
    answer->body_length += length;
}

static void chunks(const char *bytes, const char *at, const char *end, judge_answer *answer)
{
    const char *line, *last;

    while ((line = find(at, end, "\r\n")) != NULL) {
        size_t size = figure(at, line, 16), left = (size_t)(end - line) - 2;

        if (size == 0) {
            last = find(line, end, "\r\n\r\n"); /* with or without trailers */
            answer->complete = last != NULL;
            answer->used = last != NULL ? (size_t)(last + 4 - bytes) : 0;
            return;
        }
        take(answer, line + 2, size < left ? size : left);
        if (left < size + 2)
            return;
        at = line + 2 + size + 2;
    }
}

judge_answer judge_http(const char *bytes, size_t length, int closed, char *body)
{
    judge_answer answer = { 0, 0, 0, body, 0 };
    const char *head, *at = bytes, *end = bytes + length, *text, *stop;
    size_t size;

    do { /* over answers that only announce another */
        head = at;
        at = find(head, end, "\r\n\r\n");
        if (at == NULL || at - head < 12)
            return answer;
        at += 4;
        answer.status = (int)figure(head + 9, head + 12, 10);
    } while (answer.status >= 100 && answer.status < 200);

    size = (size_t)(end - at);
    if (answer.status == 204 || answer.status == 304) {
        answer.complete = 1;
        size = 0;
    } else if ((text = field(head, at - 2, "Transfer-Encoding:", &stop)) != NULL && strncasecmp(text, "i", 1) != 0) {
        chunks(bytes, at, end, &answer);
        return answer;
    } else if ((text = field(head, at - 2, "Content-Length:", &stop)) != NULL) {
        answer.complete = figure(text, stop, 10) <= size;
        size = answer.complete ? figure(text, stop, 10) : size;
    } else {
        answer.complete = closed;
    }
    take(&answer, at, size);
    answer.used = (size_t)(at - bytes) + size;
    return answer;
}
