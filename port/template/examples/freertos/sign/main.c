/*
 * Signs a request and prints its bytes, for a link and HTTP of your own. Nothing of the network, TLS or JSON is linked
 * for it, and it needs no entropy.
 */
#include "board.h"
#include "network.h"

#include <string.h>
#include <tcexec.h>

/* On a device, keep these where the debug port cannot read them. */
static const tcx_credentials credentials = { .secret_id = TCX_TEXT("AKIDEXAMPLE000000000000000000000000001"),
                                             .secret_key = TCX_TEXT("SKEXAMPLE0000000000000000000000002") };
static const tcx_request request = { .service = &tcx_mps,
                                     .function_name = TCX_TEXT("ExampleFunc"),
                                     .function_arg = TCX_TEXT("XXX") };
static char wire[600];

static void sign(void)
{
    tcx_signer signer;
    size_t length;
    tcx_status status = tcx_signer_init(&signer, &credentials, TCX_SIGN_TC3);

    if (status == TCX_OK)
        status = tcx_request_build(&request, &signer, board_unix_time(NULL), wire, sizeof wire, &length);
    tcx_signer_wipe(&signer);
    if (status == TCX_OK)
        board_put(NULL, wire, length);
    else
        board_put(NULL, tcx_status_name(status), strlen(tcx_status_name(status)));
    board_put(NULL, "\n", 1);
}

int main(void)
{
    network_run(sign); /* the network sets the clock, on most boards */
    return 0;
}
