/*
 * HMAC (RFC 2104) with the key that a signer keeps as two midstates.
 *
 * BearSSL's own would do the same in contexts that are made for SHA-512, with 900 bytes of stack; a device that only
 * signs has a better use for them.
 */
#ifndef TCX_HMAC_H
#define TCX_HMAC_H

#include <tcexec/sign.h>

enum { TCX_BLOCK = 64 }; /* of SHA-1 and SHA-256, in bytes */

/*
 * Makes the key of `length` bytes (at most TCX_BLOCK) in `block` the signer's. All of `block` is used up; what is left
 * in it and in `hash` is secret.
 */
void tcx_hmac_key(tcx_signer *signer, tcx_hash *hash, unsigned char block[TCX_BLOCK], size_t length);

/* The same with `prefix` and SecretKey as the key. */
void tcx_hmac_secret(tcx_signer *signer, tcx_hash *hash, unsigned char block[TCX_BLOCK], const char *prefix);

/* Begins; then `hash` takes the text by its update(). */
void tcx_hmac_begin(const tcx_signer *signer, tcx_hash *hash);

/* Ends: writes the result, as many bytes as the hash has. */
void tcx_hmac_end(const tcx_signer *signer, tcx_hash *hash, unsigned char *out);

/*
 * Wipes the stack below the caller: the hash leaves words of midstates in its frames. The stack gets no deeper by it,
 * where the hash has been there.
 */
#if defined(__GNUC__)
#define TCX_NOT_INLINE __attribute__((noinline))
#else
#define TCX_NOT_INLINE
#endif
TCX_NOT_INLINE void tcx_stack_wipe(void);

#endif
