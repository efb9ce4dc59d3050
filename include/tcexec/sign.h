/*
 * Credentials and signatures.
 *
 * There are two families. The public documents "signature v3" and "signature v1" of Tencent Cloud API 3.0 describe
 * them:
 *
 *   TC3-HMAC-SHA256        three HMACs derive the key of a day and service from SecretKey. The signature is in a header
 *                          field
 *   HmacSHA1, HmacSHA256   v1: SecretKey itself signs the sorted parameters. The signature is one more parameter
 *
 * A signer keeps the key of the day as two HMAC midstates. So the signature of a small body costs 8 compressions of
 * SHA-256 instead of 22. The signer detects a new day or service itself.
 */
#ifndef TCEXEC_SIGN_H
#define TCEXEC_SIGN_H

#include <tcexec/bearssl.h>
#include <tcexec/private.h>
#include <tcexec/service.h>
#include <tcexec/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The credentials of the caller. All three are visible ASCII without blanks. The library refuses a text that is empty,
 * that has a blank at either end, or that has any other byte. Each has its own error. The texts are borrowed. No copy
 * is kept, and no error or trace shows them.
 */
typedef struct tcx_credentials {
    tcx_text secret_id;
    tcx_text secret_key;
    tcx_text token; /* of temporary credentials. Unset with permanent ones */
} tcx_credentials;

/* The layout and signature of a request. Opaque. The four that exist are named below. */
typedef struct tcx_format tcx_format;

/*
 * A way to sign: a format and its hash. To use a chip's hash engine, define your own scheme: `static const tcx_scheme
 * mine = { &tcx_format_tc3, &my_sha256_vtable };`. Then the signer does not link BearSSL's SHA-256. The hash must save
 * and restore its state between blocks (br_hash_class.state and .set_state), because the signer keeps midstates. Its
 * context must fit in a tcx_hash.
 */
typedef struct tcx_scheme {
    const tcx_format *format;
    const br_hash_class *hash;
} tcx_scheme;

/* Space for the context of any implementation of SHA-1 or SHA-256: 128 bytes. */
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
 * A signer. Its fields are private. It contains a secret, the key of the day: wipe it when you no longer need it. One
 * thread may use one signer for any number of calls. If several threads use it, you need a lock. RAM: 88 bytes on
 * 32-bit machines.
 */
typedef struct tcx_signer tcx_signer;

/*
 * Makes a signer. Borrows `credentials` and what they point to, and `scheme`, for as long as you use the signer. It
 * derives no key yet.
 *
 *   TCX_E_NULL                                          a pointer is NULL, the hash does not have the format's size, or
 *                                                       its context is too large
 *   TCX_E_SECRET_ID…, TCX_E_SECRET_KEY…, TCX_E_TOKEN…   the credentials cannot be used. The status says why
 *
 * After an error the signer is wiped, and every function that takes a signer refuses it with TCX_E_NULL.
 */
TCX_MUST_CHECK tcx_status tcx_signer_init(tcx_signer *signer, const tcx_credentials *credentials,
                                          const tcx_scheme *scheme);

/* Wipes the whole signer. Init it again before its next use, also to change credentials. NULL is ignored. */
void tcx_signer_wipe(tcx_signer *signer);

#ifdef __cplusplus
}
#endif

#endif
