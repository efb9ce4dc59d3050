/*
 * Borrowed text and the wiping of secrets.
 *
 * A tcx_text is a view of bytes that somebody else owns. It is not terminated by a zero byte and may hold any byte. The
 * library never copies one: the bytes must stay as they are for as long as the function or object that took the view is
 * documented to use them.
 *
 *   bytes == NULL               unset: an optional field is left out
 *   bytes != NULL, length == 0  set, and empty: an optional field is sent, empty
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
 * A view of a string literal, as an initialiser: `tcx_text t = TCX_TEXT("abc");` or `.field = TCX_TEXT("abc")`. Refuses
 * anything but a literal.
 */
#define TCX_TEXT(literal) { "" literal, sizeof(literal) - 1 }

/* A view of a string that ends in a zero byte, without that byte. NULL gives the unset text. Borrows `string`. */
static inline tcx_text tcx_text_from(const char *string)
{
    tcx_text text = { NULL, 0 };

    text.bytes = string;
    text.length = string ? strlen(string) : 0;
    return text;
}

/*
 * Overwrites `length` bytes with zeroes in a way the compiler may not leave out. For keys, tokens and what was derived
 * from them. `memory` may be NULL when `length` is 0.
 */
void tcx_wipe(void *memory, size_t length);

#ifdef __cplusplus
}
#endif

#endif
