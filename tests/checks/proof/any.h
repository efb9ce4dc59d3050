/*
 * What the harnesses share: anything of anything, for Frama-C Eva.
 *
 * A number from each() is analysed value by value, one from any() as an interval. Memory from any_bytes() ends right
 * where it may no longer be read, and holds any bytes.
 */
#ifndef ANY_H
#define ANY_H

#include <__fc_builtin.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <tcexec/text.h>

#define each(low, high) ((size_t)Frama_C_interval_split((low), (high)))
#define any(low, high)  Frama_C_interval((low), (high))
#define any_uint32()    Frama_C_unsigned_int_interval(0, UINT32_MAX)
#define any_int64()     Frama_C_long_long_interval(INT64_MIN, INT64_MAX)
#define any_uint64()    Frama_C_unsigned_long_long_interval(0, UINT64_MAX)
#define either(a, b)    Frama_C_nondet((a), (b))

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The last `length` of `size` bytes: what a length of less than `size` leaves is before them, not behind. */
#define any_bytes(memory, length) ((void *)any_bytes_of((char *)(memory), sizeof(memory), (length)))

/* A text of `length` bytes; unset, too, when `or_unset`. */
#define any_text(memory, length, or_unset) any_text_of((memory), sizeof(memory), (length), (or_unset))

static char *any_bytes_of(char *memory, size_t size, size_t length)
{
    Frama_C_make_unknown(memory, size);
    return memory + (size - length);
}

static tcx_text any_text_of(char *memory, size_t size, size_t length, int or_unset)
{
    tcx_text text = { any_bytes_of(memory, size, length), length };

    if (or_unset && either(0, 1))
        text.bytes = NULL;
    return text;
}

/* Says that these bytes may be read and are set. */
static void reads(const void *data, size_t length)
{
    const unsigned char *bytes = data;

    if (length == 0)
        return;
    //@ assert \valid_read(bytes + (0 .. length - 1));
    //@ assert \initialized(bytes + (0 .. length - 1));
}

#endif
