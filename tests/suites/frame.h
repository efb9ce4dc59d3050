/*
 * How suites.py sends cases to a program. A number is a line. A text is a line with its length, then its bytes. The
 * program answers each case with one line.
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdio.h>
#include <stdlib.h>

#include <tcexec.h>
#include <tcexec/bearssl.h>

/* The sizes of the pieces in which the same bytes are read. The first one is the whole. */
static const size_t frame_pieces[] = { SIZE_MAX, 1, 2, 3, 7 };
enum { FRAME_PIECES = sizeof frame_pieces / sizeof frame_pieces[0] };

/* Ends the program: the input is wrong, or one of the test's own limits is too small. */
static inline void frame_fail(const char *why)
{
    fprintf(stderr, "%s\n", why);
    exit(2);
}

/* 1: another case follows. */
static inline int frame_next(void)
{
    const int c = getchar();

    return c != EOF && ungetc(c, stdin) == c;
}

static inline size_t frame_number(void)
{
    size_t number;

    if (scanf("%zu", &number) != 1 || getchar() != '\n')
        frame_fail("a number is missing");
    return number;
}

/* Memory of exactly that size, so that a sanitizer sees an access behind its end. The caller frees it. */
static inline char *frame_memory(size_t size)
{
    char *memory = malloc(size > 0 ? size : 1);

    if (memory == NULL)
        frame_fail("out of memory");
    return memory;
}

/* The caller passes it to frame_free(). */
static inline tcx_text frame_text(void)
{
    const size_t length = frame_number();
    char *bytes = frame_memory(length);
    const tcx_text text = { bytes, length };

    if (fread(bytes, 1, length, stdin) != length)
        frame_fail("a text is cut short");
    return text;
}

static inline void frame_free(tcx_text text)
{
    free((char *)text.bytes);
}

static inline size_t frame_least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static inline void frame_print_hex(const void *bytes, size_t length)
{
    const unsigned char *byte = bytes;

    for (size_t i = 0; i < length; i++)
        printf("%02x", byte[i]);
}

static inline void frame_sha256(const void *bytes, size_t length, unsigned char out[32])
{
    br_sha256_context hash;

    br_sha256_init(&hash);
    br_sha256_update(&hash, bytes, length);
    br_sha256_out(&hash, out);
}

#endif
