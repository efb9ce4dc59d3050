/*
 * Borrowed text and the wiping of secrets.
 *
 * A tcx_text is a view of bytes that somebody else owns. It has no zero byte at its end and may contain any byte. The
 * library uses the bytes where they are. Do not change them for as long as the function or object borrows them. Its
 * comment says how long that is.
 *
 *   bytes == NULL               unset: an optional field is not sent
 *   bytes != NULL, length == 0  set but empty: an optional field is sent, empty
 */
#ifndef TCEXEC_TEXT_H
#define TCEXEC_TEXT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A view of bytes. */
typedef struct tcx_text {
    const char *bytes;
    size_t length; /* bytes */
} tcx_text;

/*
 * A view of a string literal, as an initialiser: `tcx_text t = TCX_TEXT("abc");` or `.field = TCX_TEXT("abc")`. It does
 * not compile with anything other than a literal.
 */
#define TCX_TEXT(literal) { "" literal, sizeof(literal) - 1 }

/* Returns a view of a string without the zero byte at its end. NULL gives the unset text. Borrows `string`. */
static inline tcx_text tcx_text_from(const char *string)
{
    tcx_text text = { NULL, 0 };

    text.bytes = string;
    text.length = string ? strlen(string) : 0;
    return text;
}

/*
 * Overwrites `length` bytes with zeroes. The compiler cannot remove this. Use it for keys, tokens and what was derived
 * from them. `memory` may be NULL if `length` is 0.
 */
void tcx_wipe(void *memory, size_t length);

#ifdef __cplusplus
}
#endif

#endif
