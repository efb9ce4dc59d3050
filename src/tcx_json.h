/* JSON text (RFC 8259): a strict check before jsmn, and the decoding of strings. */
#ifndef TCX_JSON_H
#define TCX_JSON_H

#include <limits.h>

#include <tcexec/response.h>

/*
 * Checks that `text` is one JSON value and nothing else, against the whole grammar: separators, numbers, literals,
 * escapes, at most TCX_JSON_DEPTH_MAX levels. jsmn alone accepts much that is not JSON. After this check, its tree can
 * be trusted and has exactly `*tokens` tokens. The content of strings is not checked: see tcx_json_decode().
 *
 * Fails with TCX_E_JSON_SYNTAX or TCX_E_JSON_DEPTH. `*tokens` is then meaningless.
 */
/*@ ensures *tokens <= length; */
tcx_status tcx_json_check(const char *text, size_t length, size_t *tokens);

/*
 * Returns how many bytes are missing where `room` bytes must hold a gap and `count` tokens, at most INT_MAX. 0: they
 * fit. A text has fewer than 2^32 tokens, because its buffer is not larger.
 */
static inline int tcx_json_missing(uint32_t room, unsigned gap, uint32_t count)
{
    const uint64_t needed = gap + (uint64_t)count * TCX_JSON_TOKEN_SIZE;

    if (needed <= room)
        return 0;
    return needed - room < INT_MAX ? (int)(needed - room) : INT_MAX;
}

/*
 * Decodes the inside of a checked string in place. `*length` is its length before and after, and never grows. Returns 0
 * and changes nothing if it is not text: invalid UTF-8, or half of a surrogate pair.
 */
/*@ ensures *length <= \old(*length); */
int tcx_json_decode(char *text, size_t *length);

/*
 * Returns 1 if the inside of a checked string, decoded, is `name`, which is ASCII. A string that is not text has no
 * match.
 */
int tcx_json_equals(const char *text, size_t length, const char *name);

#endif
