/*
 * API error codes, compared.
 */
#ifndef TCX_CODE_H
#define TCX_CODE_H

#include <tcexec/text.h>

/* Whether `code` is `wanted` or a sub-code of it: codes are hierarchical, with dots. */
int tcx_code_is(tcx_text code, const char *wanted);

#endif
