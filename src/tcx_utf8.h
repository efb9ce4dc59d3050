/*
 * UTF-8 (RFC 3629), checked in pieces of any size.
 */
#ifndef TCX_UTF8_H
#define TCX_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* The state between two pieces. Zeroed: at a character's start. */
typedef struct tcx_utf8 {
    uint8_t missing; /* continuation bytes that the current character still needs; 0 at the end of a valid text */
    uint8_t low;     /* range of the next one */
    uint8_t high;
} tcx_utf8;

/*
 * Takes the next bytes. 1: well-formed so far; 0: not UTF-8 (overlong, a surrogate, over U+10FFFF, a stray byte), and
 * the state is spent.
 */
int tcx_utf8_feed(tcx_utf8 *utf8, const void *bytes, size_t length);

/* 1 when the whole text is well-formed; then `*characters` is how many code points it has. */
int tcx_utf8_check(const void *bytes, size_t length, size_t *characters);

#endif
