/* Chains of ECDSA (P-256) and RSA certificates; AES-128-GCM and ChaCha20-Poly1305; records of 4 KiB. */
#include "image.h"

#include "roots.h"

static tcx_client_chain chain;
static unsigned char records[4096 + 325]; /* for records of up to 4096 bytes: the server is asked not to exceed this */

static const tcx_tls_profile profile = { image_set_up_chain, NULL };

void image_trust(tcx_client *client)
{
    tcx_client_trust_chain(client, &chain, &profile, trust_anchors, TRUST_ANCHOR_COUNT, records, sizeof records);
}
