#include <tcexec/sign.h>

#include "tcx_check.h"
#include "tcx_message.h"

tcx_status tcx_signer_init(tcx_signer *signer, const tcx_credentials *credentials, const tcx_scheme *scheme)
{
    tcx_status status;

    if (signer == NULL)
        return TCX_E_NULL;
    tcx_signer_wipe(signer);
    if (credentials == NULL || scheme == NULL || scheme->format == NULL || scheme->hash == NULL)
        return TCX_E_NULL;
    if (scheme->hash->context_size > sizeof(tcx_hash) ||
        ((scheme->hash->desc >> BR_HASHDESC_OUT_OFF) & BR_HASHDESC_OUT_MASK) != scheme->format->hash_size)
        return TCX_E_NULL;

    status = tcx_check_required(credentials->secret_id, TCX_E_SECRET_ID);
    if (status == TCX_OK)
        status = tcx_check_required(credentials->secret_key, TCX_E_SECRET_KEY);
    if (status == TCX_OK)
        status = tcx_check_optional(credentials->token, TCX_E_TOKEN);
    if (status != TCX_OK)
        return status;
    signer->credentials = credentials;
    signer->scheme = scheme;
    return TCX_OK;
}

void tcx_signer_wipe(tcx_signer *signer)
{
    if (signer != NULL)
        tcx_wipe(signer, sizeof *signer);
}
