/*
 * JSON text (RFC 8259): the strict check that comes before jsmn, and strings decoded.
 */
#ifndef TCX_JSON_H
#define TCX_JSON_H

#include <tcexec/status.h>
#include <tcexec/text.h>

/*
 * Whether `text` is one JSON value and nothing else, by the whole grammar: separators, numbers, literals, escapes,
 * UTF-8, paired surrogates, at most TCX_JSON_DEPTH_MAX levels. jsmn accepts much that is not; after this check its tree
 * can be trusted, and has exactly `*tokens` tokens.
 *
 * TCX_E_JSON_SYNTAX, TCX_E_JSON_UTF8, TCX_E_JSON_DEPTH; `*tokens` is then meaningless.
 */
/*@ ensures *tokens <= length; */
tcx_status tcx_json_check(const char *text, size_t length, size_t *tokens);

/* Decodes the inside of a checked string in place. Returns its new length, which is never more. */
/*@ ensures \result <= length; */
size_t tcx_json_unescape(char *text, size_t length);

/* Whether the inside of a checked string, decoded, is `name`, which is ASCII. */
int tcx_json_equals(const char *text, size_t length, const char *name);

#endif
