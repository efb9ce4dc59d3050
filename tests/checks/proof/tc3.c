/*
 * units:  tcx_tc3 tcx_build tcx_message tcx_source tcx_request tcx_host tcx_utf8 tcx_check tcx_get tcx_hmac tcx_stack
 *         tcx_calendar tcx_service tcx_sign tcx_text
 * bounds: requests of both formats, POST and GET, all fields set or those required or a source: each of any 4 letters;
 *         four ways for an encoder to cut; 3 capacities; 3 limits; signers used again; any time out of range
 * eva:    -eva-slevel 100000 -eva-min-loop-unroll 200 -eva-slevel-function one:0 -eva-split-return full
 */
#include "build.h"

int main(void)
{
    by(&tcx_sign_tc3, TCX_POST);
    by(&tcx_sign_tc3, TCX_GET);
    one(&tcx_sign_tc3_compat, TCX_POST, ALL, WHOLE, sizeof wire);
    one(&tcx_sign_tc3_compat, TCX_GET, ALL, WHOLE, sizeof wire);
    limits(&tcx_sign_tc3, tcx_format_tc3.post, 40);
    limits(&tcx_sign_tc3, &tcx_layout_tc3_get, 409);
    again(&tcx_sign_tc3);
    return 0;
}
