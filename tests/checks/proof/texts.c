/*
 * units:  tcx_check tcx_code tcx_api tcx_api_advice tcx_text tcx_stack
 * bounds: any text of 0 to 32 bytes, set or unset; any memory of 0 to 32 bytes to wipe
 * eva:    -eva-min-loop-unroll 200
 */
#include "any.h"

#include <tcexec/response.h>

#include "tcx_check.h"
#include "tcx_code.h"
#include "tcx_stack.h"

enum { MOST = 32 };

int main(void)
{
    char memory[MOST];
    size_t length = each(0, MOST);
    tcx_text text = any_text(memory, length, 1);

    tcx_check_required(text, TCX_E_HOST);
    tcx_check_optional(text, TCX_E_REGION);
    tcx_code_is(text, "AuthFailure");
    tcx_api_classify(text);
    tcx_api_advice(text);
    tcx_wipe(memory + (MOST - length), length);
    tcx_stack_wipe();
    return 0;
}
