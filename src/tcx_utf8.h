/*
 * UTF-8 (RFC 3629).
 */
#ifndef TCX_UTF8_H
#define TCX_UTF8_H

#include <tcexec/text.h>

/*
 * The size of the character that the text begins with, 1 … 4 bytes; 0: it begins with none (overlong, a surrogate, over
 * U+10FFFF, a stray byte, cut short). `length` is at least 1.
 */
size_t tcx_utf8_size(const void *text, size_t length);

/* 1 when the whole text is well-formed; then `*characters` is how many code points it has. */
int tcx_utf8_check(const void *text, size_t length, size_t *characters);

#endif
