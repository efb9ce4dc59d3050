/*
 * A worked example: a chip's SHA-256 engine signs, in place of BearSSL's code for SHA-256.
 *
 *     static const tcx_scheme by_engine = { &tcx_format_tc3, &tcx_hash_engine_vtable };
 *     static tcx_signer signer;
 *
 *     status = tcx_signer_init(&signer, &credentials, &by_engine);
 *     client.config.signer = &signer;
 *
 * A br_hash_class must be able to leave its state and to take one back at any block, because HMAC continues from two
 * states that the signer keeps. There are two classes. Choose by what your engine can do:
 *
 *   tcx_hash_engine_vtable   its state can be read and written after each block. The engine does every block. The state
 *                            is in the context between two calls, so any number of contexts share the engine. A block
 *                            that the engine does not do, because it is taken, hangs or reports an error, is done in
 *                            software: the result is always right
 *   tcx_hash_digest_vtable   it gives only the digest at the end. The engine does hashes of more than one block. A hash
 *                            that needs a state is done in software: that is all of HMAC. One hash at a time has the
 *                            engine, and another one is done in software meanwhile. If the engine fails, what it was fed
 *                            is lost: the digest is then 32 zero bytes, and the service refuses the signature
 *
 * The second one saves little: half of a signature is HMAC. Measure before you use it. Both link br_sha256.
 *
 * The engine here is invented. It takes a block as 16 words, and the 16th word starts it. Bytes are in the order of
 * SHA-256, big-endian, in each word.
 */
#ifndef TCX_HASH_ENGINE_H
#define TCX_HASH_ENGINE_H

#include <bearssl.h>

/* The registers, by number. TCX_HASH_STATE is the first of eight words. */
enum { TCX_HASH_CONTROL, TCX_HASH_STATUS, TCX_HASH_DATA, TCX_HASH_STATE, TCX_HASH_REGISTERS = TCX_HASH_STATE + 8 };

/* What is written to TCX_HASH_CONTROL before a block. */
#define TCX_HASH_START 1u /* begin a hash */
#define TCX_HASH_LOAD  2u /* begin at the state in TCX_HASH_STATE */
#define TCX_HASH_LAST  4u /* the next block is the last one: the digest is then in TCX_HASH_STATE */

/* What is read from TCX_HASH_STATUS. */
#define TCX_HASH_BUSY  1u
#define TCX_HASH_ERROR 2u

/* Write these four. On a chip, a register is a volatile word in memory. */
uint32_t tcx_hash_engine_read(unsigned number);
void tcx_hash_engine_write(unsigned number, uint32_t value);
int tcx_hash_engine_take(void);  /* 0: another task or driver has the engine. Must not wait */
void tcx_hash_engine_give(void); /* after a take that returned 1 */

extern const br_hash_class tcx_hash_engine_vtable;
extern const br_hash_class tcx_hash_digest_vtable;

/* How many blocks software did for the first class because the engine did not, and how many digests of the second are zero. */
extern unsigned tcx_hash_engine_fallbacks, tcx_hash_digest_failures;

/*
 * Gives back the engine if a hash of the second class was begun and never ended, as in a call that was cancelled. Call
 * it after such a call. Without it, every later hash is done in software.
 */
void tcx_hash_digest_reset(void);

#endif
