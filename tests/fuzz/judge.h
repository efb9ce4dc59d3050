/*
 * A second reader of JSON and HTTP, which shares no code with the library and works in another way: it is recursive, it
 * has all bytes at once, and it is lenient where leniency cannot hide a lie. It says what a strict reader may believe.
 */
#ifndef JUDGE_H
#define JUDGE_H

#include <stddef.h>

typedef struct judge_span {
    const char *at; /* NULL: none */
    const char *end;
} judge_span;

/*
 * Whether the span is one JSON value of at most 32 levels and nothing else, by the grammar of RFC 8259; counts values
 * and names. Strings may hold any bytes.
 */
int judge_json(judge_span text, size_t *tokens);

/* Whether the span is valid UTF-8 (Unicode, table 3-7). */
int judge_utf8(judge_span text);

/*
 * How many members of that name, which is ASCII, an object has, and the value of the first. 0 when it is no object. The
 * text has been found to be JSON.
 */
unsigned judge_member(judge_span object, const char *name, judge_span *value);

/*
 * Whether a value is a string of text: valid UTF-8, and no half of a surrogate pair. Then the text is written to `out`,
 * which takes as many bytes as the value has.
 */
int judge_string(judge_span value, char *out, size_t *length);

/* Whether a value is the literal null. */
int judge_null(judge_span value);

/* What a peer's bytes come to. */
typedef struct judge_answer {
    int complete;
    int status;
    size_t used; /* bytes of it */
    char *body;
    size_t body_length;
} judge_answer;

/*
 * Reads the first answer in `bytes`. `closed`: nothing more comes, and that is proven. `body` takes `length` bytes.
 */
judge_answer judge_http(const char *bytes, size_t length, int closed, char *body);

#endif
