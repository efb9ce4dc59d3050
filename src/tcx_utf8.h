/*
 * UTF-8 (RFC 3629).
 */
#ifndef TCX_UTF8_H
#define TCX_UTF8_H

#include <tcexec/text.h>

/*
 * Returns the size of the first character of the text, 1 … 4 bytes, or 0 if it is not a valid one (overlong, a
 * surrogate, above U+10FFFF, a stray byte, cut off). `length` is at least 1.
 */
size_t tcx_utf8_size(const void *text, size_t length);

/* Returns 1 if the whole text is well-formed. `*characters` is then its number of code points. */
int tcx_utf8_check(const void *text, size_t length, size_t *characters);

#endif
