/*
 * What differs between the images: whom they trust, which suites they speak, how large a record may be. One of
 * image_full.c, image_rsa.c and image_pin.c is linked; the rest of the firmware is the same. BearSSL's primitives are
 * named one by one there, because what is named is what is linked.
 *
 * i31, m31 and ctmul multiply 32 by 32 to 64 bits. On a Cortex-M3 that instruction takes longer for larger numbers, so
 * a neighbour who can time the device exactly may learn something. i15, m15 and ctmul32 do not have this, for 3 to 8 KB
 * more of flash and half the speed. From the Cortex-M4 on there is no such difference.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include <tcexec/tls.h>

/* Sets profile, trust, buffer and buffer_size. */
TCX_MUST_CHECK tcx_status image_set(tcx_tls_config *config);

/* A br_ecdsa_vrfy for P-256 and nothing else, whatever `curves` has. */
uint32_t image_verify_p256(const br_ec_impl *curves, const void *hash, size_t hash_length, const br_ec_public_key *key,
                           const void *signature, size_t length);

#endif
