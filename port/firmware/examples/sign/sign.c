/*
 * Signs a request and prints it. There is no link: on your board, give the bytes to a link and an HTTP of your own.
 * Exit status: 0 the request was printed, 1 it could not be made.
 */
#include <tcexec.h>

#include "board.h"

int main(void)
{
    const tcx_credentials credentials = {
        .secret_id = TCX_TEXT("AKIDEXAMPLE000000000000000000000000001"),
        .secret_key = TCX_TEXT("SKEXAMPLE0000000000000000000000002"),
    };
    const tcx_request request = {
        .service = &tcx_mps,
        .function_name = TCX_TEXT("ExampleFunc"),
        .function_arg = TCX_TEXT("{\"celsius\":21.5}"),
    };
    static char wire[600];
    tcx_signer signer;
    size_t length = 0;
    tcx_status status = tcx_signer_init(&signer, &credentials, TCX_SIGN_TC3);

    if (status == TCX_OK)
        status = tcx_request_build(&request, &signer, 1790000000, wire, sizeof wire, &length);
    board_put(NULL, wire, length);
    board_print("\n");
    tcx_signer_wipe(&signer);
    return status == TCX_OK ? 0 : 1;
}
