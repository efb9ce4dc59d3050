/*
 * Checks of the caller's texts. Each returns TCX_OK or a status of the field. As in tcexec/status.h, the last digit is
 * the reason: `field` is the status that ends in 0.
 */
#ifndef TCX_CHECK_H
#define TCX_CHECK_H

#include <tcexec/status.h>
#include <tcexec/text.h>

enum { TCX_REASON_EMPTY = 1, TCX_REASON_BLANK = 2, TCX_REASON_UTF8 = 3, TCX_REASON_LONG = 4, TCX_REASON_SERVICE = 5 };

/* The text must be visible ASCII and not empty, as in a header or a credential. */
tcx_status tcx_check_required(tcx_text text, int field);

/* The same, but the text may be unset. */
tcx_status tcx_check_optional(tcx_text text, int field);

#endif
