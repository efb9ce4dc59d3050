/*
 * units:  tcx_sign tcx_check tcx_text
 * bounds: any hash, a format of each family; an id, a key and a token of 0 to 16 bytes, set or unset
 * eva:    -eva-min-loop-unroll 200
 */
#include "crypto.h"

#include "tcx_message.h"

enum { MOST = 16 };

static const tcx_format tc3 = { NULL, NULL, NULL, { NULL, 0 }, TCX_FAMILY_TC3, 32, 1 };
static const tcx_format v1 = { NULL, NULL, NULL, { NULL, 0 }, TCX_FAMILY_V1, 20, 0 };

int main(void)
{
    char id[MOST], key[MOST], token[MOST];
    size_t length = each(0, MOST);
    const tcx_credentials credentials = { any_text(id, length, 1), any_text(key, length, 1), any_text(token, length, 1) };
    const br_hash_class hash = { Frama_C_size_t_interval(0, SIZE_MAX), any_uint32() };
    const tcx_format *formats[] = { NULL, &tc3, &v1 };
    const tcx_scheme scheme = { formats[each(0, 2)], either(0, 1) ? &hash : NULL };
    tcx_signer memory, *signer = either(0, 1) ? &memory : NULL;

    tcx_signer_init(signer, either(0, 1) ? &credentials : NULL, either(0, 1) ? &scheme : NULL);
    tcx_signer_wipe(signer);
    return 0;
}
