/*
 * What the unit tests share: cmocka and the library's headers; assertions that say where they failed; an example
 * request and the eight ways to sign and send it; memory between guard pages; the reader of the text files in
 * tests/vectors/.
 *
 * Tests run from the root of the repository.
 */
#ifndef TCX_TEST_H
#define TCX_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <tcexec.h>

#define TCX_COUNT(array) (sizeof(array) / sizeof(array)[0])

/* Fails with the names of both statuses and `where`, a text that names the row or case. */
#define assert_status(where, actual, expected) tcx_assert_status(where, actual, expected, __FILE__, __LINE__)
void tcx_assert_status(const char *where, int actual, int expected, const char *file, int line);

/* Fails unless `actual` holds exactly the bytes of `expected`; shows both from where they differ. */
#define assert_bytes(where, actual, length, expected)                                                                  \
    tcx_assert_bytes(where, actual, length, expected, __FILE__, __LINE__)
void tcx_assert_bytes(const char *where, const void *actual, size_t length, tcx_text expected, const char *file,
                      int line);

/* Deterministic numbers, for splits and samples: the same on every machine. The seed is not 0. */
uint32_t tcx_random(uint32_t *seed);

/* The request that the vectors are made of: ExampleFunc with XXX, of MPS, nonce 1. No token in the credentials. */
enum { TCX_EXAMPLE_TIME = 1700000000 };
extern const tcx_credentials tcx_example_credentials;
extern const tcx_request tcx_example_request;

/* A source, by value. */
typedef int (*tcx_read_at)(void *context, uint32_t offset, void *out, size_t length);
tcx_source tcx_source_of(tcx_read_at read_at, void *context, size_t size);

typedef struct tcx_way {
    const char *name;
    const tcx_scheme *scheme;
    const tcx_method *method;
} tcx_way;

extern const tcx_way tcx_ways[8];

/* A message, checked and signed. */
tcx_status tcx_signed_message(tcx_message *message, const tcx_request *request, tcx_signer *signer, int64_t unix_time,
                              uint32_t repeats);

/*
 * Memory between two pages that trap when they are touched. tcx_guard_place() gives exactly `size` bytes that end (or,
 * with TCX_AT_START, begin) right at such a page and fills them and all around them with TCX_GUARD_FILL;
 * tcx_guard_check() fails when a byte around them has changed. Each fails the test when it cannot do its work.
 */
enum { TCX_AT_START, TCX_AT_END };
enum { TCX_GUARD_FILL = 0xA5 };

typedef struct tcx_guard {
    unsigned char *memory;
    size_t capacity;
    unsigned char *place;
    size_t size;
} tcx_guard;

void tcx_guard_open(tcx_guard *guard, size_t most);
unsigned char *tcx_guard_place(tcx_guard *guard, size_t size, int where);
void tcx_guard_check(const tcx_guard *guard);
void tcx_guard_close(tcx_guard *guard);

/* A copy of `text` that ends right at a trapping page: for inputs that may not be read past their end. */
tcx_text tcx_guard_text(tcx_guard *guard, tcx_text text);

/* A rule with these fields. */
tcx_retry tcx_retry_rule(uint32_t attempts, uint32_t base, uint32_t cap, int correct_clock, int repeat_ambiguous,
                         uint32_t (*delay)(const tcx_retry *, const tcx_attempt *, uint32_t));

/* A file of tests/vectors/. Fails the test when it cannot be opened. */
FILE *tcx_vectors_open(const char *name);

/* The next line without its end, comments and empty lines left out, or NULL. Borrowed until the next one. */
char *tcx_vectors_line(FILE *file);

/* The next record (a paragraph of `key text` lines) into `record`: 1, or 0 at the end. */
typedef struct tcx_record {
    char *memory; /* freed by the next read */
    struct {
        const char *key;
        tcx_text value;
    } fields[32];
    size_t count;
} tcx_record;

int tcx_vectors_record(FILE *file, tcx_record *record);

/* A record's text, unset when it has none of that name; its number, 0 when it has none. */
tcx_text tcx_record_text(const tcx_record *record, const char *key);
uint64_t tcx_record_number(const tcx_record *record, const char *key);

/* Decodes \\ \r \n \xNN in place. Returns the length. */
size_t tcx_vectors_decode(char *text);

#endif
