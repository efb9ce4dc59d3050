/*
 * Credentials and signatures.
 *
 * Two families, as the public documents "signature v3" and "signature v1" of Tencent Cloud API 3.0 describe them:
 *
 *   TC3-HMAC-SHA256        the key of a day and service is derived from SecretKey by three HMACs; the signature is in a
 *                          header
 *   HmacSHA1, HmacSHA256   v1: the sorted parameters are signed with SecretKey itself; the signature is one
 *                          more of them
 *
 * A signer keeps the key of the day as two HMAC midstates, so that the signature of a small body costs 8 compressions
 * of SHA-256 instead of 22. It notices a new day or service by itself.
 */
#ifndef TCEXEC_SIGN_H
#define TCEXEC_SIGN_H

#include <bearssl.h>

#include <tcexec/private.h>
#include <tcexec/service.h>
#include <tcexec/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Who calls. All three are visible ASCII without blanks; an empty one, one with a blank at either end and one with any
 * other byte are refused, each with an error of its own. Borrowed, never copied, never shown in an error or a trace.
 */
typedef struct tcx_credentials {
    tcx_text secret_id;
    tcx_text secret_key;
    tcx_text token; /* of temporary credentials; unset with permanent ones */
} tcx_credentials;

/* How a request is laid out and signed. Opaque; the four that exist are named below. */
typedef struct tcx_format tcx_format;

/*
 * A way to sign: a format and the hash that drives it. A chip's hash engine takes over by a scheme of the caller's own,
 * `static const tcx_scheme mine = { &tcx_format_tc3, &my_sha256_vtable };`, and then BearSSL's SHA-256 is not linked.
 * The hash must be able to give and take back its state between blocks (br_hash_class.state and .set_state), because
 * midstates are kept, and its context must fit in a tcx_hash.
 */
typedef struct tcx_scheme {
    const tcx_format *format;
    const br_hash_class *hash;
} tcx_scheme;

/* Room for the context of SHA-1 or SHA-256, whoever's: 128 bytes. */
typedef union tcx_hash {
    const br_hash_class *vtable;
    uint64_t room[16];
} tcx_hash;

extern const tcx_format tcx_format_tc3;
extern const tcx_format tcx_format_tc3_compat;
extern const tcx_format tcx_format_hmac_sha1;
extern const tcx_format tcx_format_hmac_sha256;

extern const tcx_scheme tcx_sign_tc3;
extern const tcx_scheme tcx_sign_tc3_compat;
extern const tcx_scheme tcx_sign_hmac_sha1;
extern const tcx_scheme tcx_sign_hmac_sha256;

#define TCX_SIGN_TC3         (&tcx_sign_tc3)         /* signs content-type, host, x-tc-action: the one to choose */
#define TCX_SIGN_TC3_COMPAT  (&tcx_sign_tc3_compat)  /* signs content-type and host, as the official SDKs do */
#define TCX_SIGN_HMAC_SHA1   (&tcx_sign_hmac_sha1)   /* v1, for gateways that know nothing newer */
#define TCX_SIGN_HMAC_SHA256 (&tcx_sign_hmac_sha256) /* v1 with SHA-256 */

/*
 * A signer. Its fields are the library's own. It holds a secret (the key of the day): wipe it when done. One signer
 * serves any number of calls of one thread; between threads it needs the caller's lock. RAM: 88 bytes on 32-bit
 * machines.
 */
typedef struct tcx_signer tcx_signer;

/*
 * Makes a signer. Borrows `credentials` and what they point to, and `scheme`, for as long as the signer is used.
 * Derives nothing yet.
 *
 *   TCX_E_NULL                                          a pointer is NULL, or the hash has not the format's size
 *                                                       or a context that is too large
 *   TCX_E_SECRET_ID…, TCX_E_SECRET_KEY…, TCX_E_TOKEN…   the credentials are unusable; the status tells why
 *
 * After an error the signer is wiped and refused by every function that takes one.
 */
TCX_MUST_CHECK tcx_status tcx_signer_init(tcx_signer *signer, const tcx_credentials *credentials,
                                          const tcx_scheme *scheme);

/* Wipes the signer's key. To change credentials: wipe, then init again. NULL is ignored. */
void tcx_signer_wipe(tcx_signer *signer);

#ifdef __cplusplus
}
#endif

#endif
