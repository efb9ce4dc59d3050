/*
 * Included before everything: a copy of no bytes may begin or end right behind an object, which Frama-C's contracts of
 * these functions refuse. It may not be at NULL.
 */
#ifndef PROOF_STRINGS_H
#define PROOF_STRINGS_H

#include <string.h>

static inline void *proof_memcpy(void *to, const void *from, size_t length)
{
    if (length > 0)
        return memcpy(to, from, length);
    //@ assert to != \null && from != \null;
    return to;
}

static inline void *proof_memmove(void *to, const void *from, size_t length)
{
    if (length > 0)
        return memmove(to, from, length);
    //@ assert to != \null && from != \null;
    return to;
}

static inline void *proof_memset(void *to, int byte, size_t length)
{
    if (length > 0)
        return memset(to, byte, length);
    //@ assert to != \null;
    return to;
}

static inline int proof_memcmp(const void *a, const void *b, size_t length)
{
    if (length > 0)
        return memcmp(a, b, length);
    //@ assert a != \null && b != \null;
    return 0;
}

#define memcpy  proof_memcpy
#define memmove proof_memmove
#define memset  proof_memset
#define memcmp  proof_memcmp

#endif
