/*
 * units:  tcx_status tcx_status_name tcx_status_text
 * bounds: every 32-bit number as a status or outcome
 * eva:    -eva-min-loop-unroll 200
 */
#include "any.h"

#include <tcexec/status.h>

int main(void)
{
    tcx_status status = (tcx_status)any(INT32_MIN, INT32_MAX);
    const char *text = either(0, 1) ? tcx_status_name(status) : tcx_status_text(status);

    strlen(text);
    strlen(tcx_outcome_name((tcx_outcome)any(INT32_MIN, INT32_MAX)));
    return 0;
}
