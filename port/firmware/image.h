/*
 * What differs between the images: whom they trust, their cipher suites, and the size of a record. One of image_full.c,
 * image_x25519.c, image_rsa.c and image_pin.c is linked. The rest of the firmware is the same. Each image names the primitives of
 * BearSSL one by one, because only those are linked.
 *
 * i31, m31 and ctmul multiply 32 by 32 to 64 bits. On a Cortex-M3 that instruction takes longer for larger numbers, so
 * someone who can time the device exactly may learn something about a key. i15, m15 and ctmul32 do not have this
 * weakness, but need more flash and are slower. From the Cortex-M4 on, the instruction takes constant time.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include <tcexec/client.h>

/* Gives the client the image's trust, profile and record buffer. For one client: they are the image's own. */
void image_trust(tcx_client *client);

/* A profile's set_up() for chains of ECDSA (P-256) and RSA certificates, with P-256 as the only curve. */
void image_set_up_chain(br_ssl_client_context *client, br_x509_minimal_context *validator);

/* A br_ecdsa_vrfy for P-256 only. It ignores `curves`. */
uint32_t image_verify_p256(const br_ec_impl *curves, const void *hash, size_t hash_length, const br_ec_public_key *key,
                           const void *signature, size_t length);

#endif
