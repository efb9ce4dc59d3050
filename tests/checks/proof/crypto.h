/*
 * What the proof takes BearSSL to do: it reads the bytes that it is given and the state that it has set up before, and
 * writes anything into its contexts and outputs, and nothing else. Each read is checked.
 */
#ifndef PROOF_CRYPTO_H
#define PROOF_CRYPTO_H

#include "any.h"

#include <bearssl.h>

#define HASH(name, size)                                                                                       \
    static void name##_init(const br_hash_class **context)                                                     \
    {                                                                                                          \
        Frama_C_make_unknown((char *)context, sizeof(br_##name##_context));                                    \
        *context = &br_##name##_vtable;                                                                        \
    }                                                                                                          \
    static void name##_update(const br_hash_class **context, const void *data, size_t length)                  \
    {                                                                                                          \
        reads(context, sizeof(br_##name##_context));                                                           \
        reads(data, length);                                                                                   \
        Frama_C_make_unknown((char *)(context + 1), sizeof(br_##name##_context) - sizeof(*context));           \
    }                                                                                                          \
    static void name##_out(const br_hash_class *const *context, void *out)                                     \
    {                                                                                                          \
        reads(context, sizeof(br_##name##_context));                                                           \
        Frama_C_make_unknown(out, size);                                                                       \
    }                                                                                                          \
    static uint64_t name##_state(const br_hash_class *const *context, void *out)                               \
    {                                                                                                          \
        name##_out(context, out);                                                                              \
        return any_uint64();                                                                                   \
    }                                                                                                          \
    static void name##_set_state(const br_hash_class **context, const void *state, uint64_t count)             \
    {                                                                                                          \
        (void)count;                                                                                           \
        reads(state, size);                                                                                    \
        name##_update(context, NULL, 0);                                                                       \
    }                                                                                                          \
    const br_hash_class br_##name##_vtable = {                                                                 \
        sizeof(br_##name##_context), (uint32_t)(size) << BR_HASHDESC_OUT_OFF, name##_init, name##_update,      \
        name##_out, name##_state, name##_set_state,                                                            \
    }

HASH(sha1, 20);
HASH(sha256, 32);

#endif
