/*
 * What a fuzz target is: a function over any bytes that returns if every promise held, and aborts if one did not.
 * libFuzzer is one front end of it, standalone.c is the other. Both find the target by these names.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <tcexec.h>

#define FUZZ_COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Aborts, and says which promise was broken and how. */
#define fuzz_check(condition, ...)                                                  \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: %s: ", __FILE__, __LINE__, #condition);         \
            fprintf(stderr, __VA_ARGS__);                                           \
            fputc('\n', stderr);                                                    \
            abort();                                                                \
        }                                                                           \
    } while (0)

/* The target's name: its folders are corpus/NAME and regressions/NAME. How many mutations `make test` tries. */
extern const char fuzz_name[];
extern const unsigned fuzz_runs;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Reads an input from front to back; behind the end it is all zeros. */
typedef struct fuzz_input {
    const uint8_t *at;
    const uint8_t *end;
} fuzz_input;

static inline uint8_t fuzz_byte(fuzz_input *input)
{
    return input->at < input->end ? *input->at++ : 0;
}

/* The next bytes, `*length` at most, of which it becomes the number there really are. */
static inline const uint8_t *fuzz_bytes(fuzz_input *input, size_t *length)
{
    const uint8_t *bytes = input->at;

    if (*length > (size_t)(input->end - input->at))
        *length = (size_t)(input->end - input->at);
    input->at += *length;
    return bytes;
}

/* Memory of exactly that size, never NULL, so that a sanitizer sees one byte too many. The caller frees it. */
static inline void *fuzz_memory(size_t size)
{
    void *memory = malloc(size > 0 ? size : 1);

    if (memory == NULL)
        exit(2); /* not the library's fault */
    return memory;
}

static inline void *fuzz_copy(const void *bytes, size_t length)
{
    void *copy = fuzz_memory(length);

    if (length > 0)
        memcpy(copy, bytes, length);
    return copy;
}

/* Fails unless a text is unset or lies in the memory. */
static inline void fuzz_inside(tcx_text text, const void *memory, size_t size, const char *what)
{
    const char *from = memory;

    fuzz_check(text.bytes == NULL ? text.length == 0
                                  : text.bytes >= from && text.bytes <= from + size &&
                                        text.length <= size - (size_t)(text.bytes - from),
               "%s lies outside its memory", what);
}

#endif
