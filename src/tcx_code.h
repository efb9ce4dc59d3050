/* Compares API error codes. */
#ifndef TCX_CODE_H
#define TCX_CODE_H

#include <tcexec/text.h>

/* Returns 1 if `code` is `wanted` or a sub-code of it. A dot separates a code from its sub-code. */
int tcx_code_is(tcx_text code, const char *wanted);

#endif
