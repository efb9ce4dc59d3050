/*
 * HMAC (RFC 2104) with the key that a signer keeps as two midstates.
 *
 * The contexts of BearSSL's own HMAC are sized for SHA-512 and take 900 bytes of stack. A device that only signs does
 * not need them.
 */
#ifndef TCX_HMAC_H
#define TCX_HMAC_H

#include <tcexec/sign.h>

enum { TCX_BLOCK = 64 }; /* of SHA-1 and SHA-256, in bytes */

/*
 * Makes the `length` bytes in `block` (at most TCX_BLOCK) the signer's key. Overwrites all of `block`. The bytes that
 * remain in `block` and in `hash` are secret.
 */
void tcx_hmac_key(tcx_signer *signer, tcx_hash *hash, unsigned char block[TCX_BLOCK], size_t length);

/* Does the same with `prefix` followed by the SecretKey as the key. */
void tcx_hmac_secret(tcx_signer *signer, tcx_hash *hash, unsigned char block[TCX_BLOCK], const char *prefix);

/* Begins an HMAC. Then give the text to the update() of `hash`. */
void tcx_hmac_begin(const tcx_signer *signer, tcx_hash *hash);

/* Ends an HMAC and writes the result, which is as long as the hash. */
void tcx_hmac_end(const tcx_signer *signer, tcx_hash *hash, unsigned char *out);

#endif
