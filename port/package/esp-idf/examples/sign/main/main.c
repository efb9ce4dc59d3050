/* Builds and signs a request, and prints its bytes. For firmware that sends them with HTTP of its own. */
#include <stdio.h>
#include <stdlib.h>

#include "sdkconfig.h"

#include <tcexec.h>

void app_main(void)
{
    static const tcx_credentials credentials = { TCX_TEXT("AKIDEXAMPLE"), TCX_TEXT("SKEXAMPLE"), { NULL, 0 } };
    static const tcx_request request = { .service = &tcx_mps, .function_name = TCX_TEXT("ExampleFunc"),
                                         .function_arg = TCX_TEXT("XXX") };
    static tcx_signer signer;
    static char wire[600];
    size_t length;
    tcx_status status = tcx_signer_init(&signer, &credentials, TCX_SIGN_TC3);

    if (status == TCX_OK)
        status = tcx_request_build(&request, &signer, 1700000000, wire, sizeof wire, &length);
    if (status == TCX_OK)
        printf("%.*s\n", (int)length, wire);
    else
        printf("%s %d\n", tcx_status_name(status), (int)status);
#if CONFIG_IDF_TARGET_LINUX
    exit(status != TCX_OK); /* on a chip, the task of app_main() ends and the others go on */
#endif
}
