/*
 * Checks of the caller's texts. Each returns TCX_OK or the field's status with the reason as its unit, as
 * tcexec/status.h lays them out: `field` is the one that ends in 0.
 */
#ifndef TCX_CHECK_H
#define TCX_CHECK_H

#include <tcexec/status.h>
#include <tcexec/text.h>

enum { TCX_REASON_EMPTY = 1, TCX_REASON_BLANK = 2, TCX_REASON_UTF8 = 3, TCX_REASON_LONG = 4, TCX_REASON_SERVICE = 5 };

/* Visible ASCII, not empty: what may stand in a header or credential. */
tcx_status tcx_check_required(tcx_text text, int field);

/* The same, or unset. */
tcx_status tcx_check_optional(tcx_text text, int field);

#endif
