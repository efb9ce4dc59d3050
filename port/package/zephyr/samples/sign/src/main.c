/* Signs a request and prints the bytes that an HTTP client of yours would send. No network, no TLS. */
#include <stdio.h>

#include <tcexec.h>

int main(void)
{
    const tcx_credentials credentials = { TCX_TEXT("AKIDEXAMPLE"), TCX_TEXT("SKEXAMPLE"), { NULL, 0 } };
    const tcx_request request = { .service = &tcx_mps,
                                  .function_name = TCX_TEXT("ExampleFunc"),
                                  .function_arg = TCX_TEXT("XXX") };
    tcx_signer signer;
    char wire[600];
    size_t length;
    tcx_status status = tcx_signer_init(&signer, &credentials, TCX_SIGN_TC3);

    if (status == TCX_OK)
        status = tcx_request_build(&request, &signer, 1700000000, wire, sizeof wire, &length);
    if (status == TCX_OK)
        printf("%.*s\n", (int)length, wire);
    else
        printf("%s\n", tcx_status_name(status));
    tcx_signer_wipe(&signer);
    return 0;
}
