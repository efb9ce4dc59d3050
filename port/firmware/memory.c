/*
 * The five functions of the C library that the image needs, byte by byte. They are much smaller than the library's,
 * which are made for speed. Compile this without link-time optimisation, and without the optimisations that would
 * replace a loop by a call of the function that contains it.
 */
#include <stddef.h>
#include <string.h>

void *memcpy(void *restrict to, const void *restrict from, size_t length)
{
    return memmove(to, from, length);
}

void *memmove(void *to, const void *from, size_t length)
{
    unsigned char *out = to;
    const unsigned char *in = from;

    if (out <= in) {
        for (size_t i = 0; i < length; i++)
            out[i] = in[i];
    } else {
        while (length-- > 0)
            out[length] = in[length];
    }
    return to;
}

void *memset(void *to, int byte, size_t length)
{
    unsigned char *out = to;

    while (length-- > 0)
        *out++ = (unsigned char)byte;
    return to;
}

int memcmp(const void *left, const void *right, size_t length)
{
    const unsigned char *a = left, *b = right;

    for (; length > 0; length--, a++, b++) {
        if (*a != *b)
            return *a - *b;
    }
    return 0;
}

size_t strlen(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0')
        length++;
    return length;
}
