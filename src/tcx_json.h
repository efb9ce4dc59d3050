/*
 * JSON text (RFC 8259): the strict check that comes before jsmn, and strings decoded.
 */
#ifndef TCX_JSON_H
#define TCX_JSON_H

#include <tcexec/status.h>
#include <tcexec/text.h>

/*
 * Whether `text` is one JSON value and nothing else, by the whole grammar: separators, numbers, literals, escapes, at
 * most TCX_JSON_DEPTH_MAX levels. jsmn accepts much that is not. After this check its tree can be trusted, and has
 * exactly `*tokens` tokens. What strings hold is not looked at: see tcx_json_decode().
 *
 * TCX_E_JSON_SYNTAX, TCX_E_JSON_DEPTH; `*tokens` is then meaningless.
 */
/*@ ensures *tokens <= length; */
tcx_status tcx_json_check(const char *text, size_t length, size_t *tokens);

/*
 * Decodes the inside of a checked string in place; `*length`: in, out, never more. Returns 0, and changes nothing, where
 * it is no text: invalid UTF-8, or half of a surrogate pair.
 */
/*@ ensures *length <= \old(*length); */
int tcx_json_decode(char *text, size_t *length);

/* Whether the inside of a checked string, decoded, is `name`, which is ASCII. What is no text is no name. */
int tcx_json_equals(const char *text, size_t length, const char *name);

#endif
