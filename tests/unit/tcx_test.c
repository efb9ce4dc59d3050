#define _DEFAULT_SOURCE

#include "tcx_test.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tcx_message.h"

const tcx_credentials tcx_example_credentials = {
    TCX_TEXT("AKIDEXAMPLE000000000000000000000000001"),
    TCX_TEXT("SKEXAMPLE0000000000000000000000002"),
    { NULL, 0 },
};

const tcx_request tcx_example_request = {
    .service = &tcx_mps,
    .function_name = TCX_TEXT("ExampleFunc"),
    .function_arg = TCX_TEXT("XXX"),
    .nonce = 1,
};

tcx_source tcx_source_of(tcx_read_at read_at, void *context, size_t size)
{
    tcx_source source;

    tcx_source_init(&source, read_at, context, (uint32_t)size);
    return source;
}

tcx_status tcx_signed_message(tcx_message *message, const tcx_request *request, tcx_signer *signer, int64_t unix_time,
                              uint32_t repeats)
{
    tcx_status status = tcx_message_init(message, request, signer);

    return status == TCX_OK ? tcx_message_sign(message, unix_time, repeats) : status;
}

const tcx_way tcx_ways[8] = {
    { "TC3 POST", TCX_SIGN_TC3, TCX_POST },
    { "TC3 GET", TCX_SIGN_TC3, TCX_GET },
    { "TC3 compat POST", TCX_SIGN_TC3_COMPAT, TCX_POST },
    { "TC3 compat GET", TCX_SIGN_TC3_COMPAT, TCX_GET },
    { "HmacSHA1 POST", TCX_SIGN_HMAC_SHA1, TCX_POST },
    { "HmacSHA1 GET", TCX_SIGN_HMAC_SHA1, TCX_GET },
    { "HmacSHA256 POST", TCX_SIGN_HMAC_SHA256, TCX_POST },
    { "HmacSHA256 GET", TCX_SIGN_HMAC_SHA256, TCX_GET },
};

void tcx_assert_status(const char *where, int actual, int expected, const char *file, int line)
{
    if (actual != expected) {
        print_error("%s: %s (%d), expected %s (%d)\n", where, tcx_status_name((tcx_status)actual), actual,
                    tcx_status_name((tcx_status)expected), expected);
        _fail(file, line);
    }
}

static void show(const char *what, const unsigned char *bytes, size_t from, size_t length)
{
    print_error("  %s, %zu bytes, from %zu: ", what, length, from);
    for (size_t i = from; i < length && i < from + 60; i++)
        print_error(bytes[i] >= ' ' && bytes[i] <= '~' ? "%c" : "\\x%02x", bytes[i]);
    print_error("\n");
}

void tcx_assert_bytes(const char *where, const void *actual, size_t length, tcx_text expected, const char *file,
                      int line)
{
    const unsigned char *is = actual, *should = (const unsigned char *)expected.bytes;
    size_t same = 0;

    while (same < length && same < expected.length && is[same] == should[same])
        same++;
    if (same < length || same < expected.length) {
        print_error("%s: differs\n", where);
        show("is", is, same, length);
        show("should be", should, same, expected.length);
        _fail(file, line);
    }
}

uint32_t tcx_random(uint32_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed;
}

static size_t page_size(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

void tcx_guard_open(tcx_guard *guard, size_t most)
{
    size_t page = page_size();
    unsigned char *pages;

    guard->capacity = (most / page + 1) * page;
    pages = mmap(NULL, guard->capacity + 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED)
        fail_msg("no memory for guard pages");
    if (mprotect(pages, page, PROT_NONE) != 0 || mprotect(pages + page + guard->capacity, page, PROT_NONE) != 0)
        fail_msg("the guard pages cannot be installed");
    guard->memory = pages + page;
    guard->place = guard->memory;
    guard->size = 0;
}

unsigned char *tcx_guard_place(tcx_guard *guard, size_t size, int where)
{
    assert_true(size <= guard->capacity);
    memset(guard->memory, TCX_GUARD_FILL, guard->capacity);
    guard->size = size;
    guard->place = guard->memory + (where == TCX_AT_END ? guard->capacity - size : 0);
    return guard->place;
}

void tcx_guard_check(const tcx_guard *guard)
{
    const unsigned char *end = guard->place + guard->size;

    for (const unsigned char *byte = guard->memory; byte < guard->memory + guard->capacity; byte++) {
        if (*byte != TCX_GUARD_FILL && (byte < guard->place || byte >= end))
            fail_msg("written %td bytes from the start of a buffer of %zu", byte - guard->place, guard->size);
    }
}

void tcx_guard_close(tcx_guard *guard)
{
    size_t page = page_size();

    assert_int_equal(munmap(guard->memory - page, guard->capacity + 2 * page), 0);
}

tcx_text tcx_guard_text(tcx_guard *guard, tcx_text text)
{
    tcx_text copy = text;

    tcx_guard_open(guard, text.length);
    if (text.bytes != NULL)
        copy.bytes = memcpy(tcx_guard_place(guard, text.length, TCX_AT_END), text.bytes, text.length);
    return copy;
}

tcx_retry tcx_retry_rule(uint32_t attempts, uint32_t base, uint32_t cap, int correct_clock, int repeat_ambiguous,
                         uint32_t (*delay)(const tcx_retry *, const tcx_attempt *, uint32_t))
{
    tcx_retry retry;

    tcx_retry_init(&retry, attempts);
    retry.base = base;
    retry.cap = cap;
    retry.correct_clock = (unsigned char)correct_clock;
    retry.repeat_ambiguous = (unsigned char)repeat_ambiguous;
    retry.delay = delay;
    return retry;
}

FILE *tcx_vectors_open(const char *name)
{
    char path[100];
    FILE *file;

    snprintf(path, sizeof path, "tests/vectors/%s", name);
    file = fopen(path, "r");
    if (file == NULL)
        fail_msg("%s cannot be read: run from the root of the repository", path);
    return file;
}

/* A line, its end cut off, also an empty one. NULL: no more. */
static char *read_line(FILE *file)
{
    static char line[65536];
    size_t length;

    if (fgets(line, sizeof line, file) == NULL)
        return NULL;
    length = strlen(line);
    assert_true(length > 0 && line[length - 1] == '\n');
    line[length - 1] = '\0';
    return line;
}

char *tcx_vectors_line(FILE *file)
{
    char *line;

    do {
        line = read_line(file);
    } while (line != NULL && (line[0] == '#' || line[0] == '\0'));
    return line;
}

size_t tcx_vectors_decode(char *text)
{
    char *out = text;

    for (char *at = text; *at != '\0'; at++) {
        unsigned byte = (unsigned char)*at;

        if (byte == '\\') {
            at++;
            byte = *at == 'n' ? '\n' : *at == 'r' ? '\r' : '\\';
            if (*at == 'x') {
                assert_int_equal(sscanf(at + 1, "%2x", &byte), 1);
                at += 2;
            }
        }
        *out++ = (char)byte;
    }
    *out = '\0';
    return (size_t)(out - text);
}

int tcx_vectors_record(FILE *file, tcx_record *record)
{
    size_t used = 0;
    char *line;

    free(record->memory);
    record->memory = NULL;
    record->count = 0;
    line = tcx_vectors_line(file);
    if (line == NULL)
        return 0;
    record->memory = malloc(65536);
    assert_non_null(record->memory);
    for (; line != NULL && line[0] != '\0'; line = read_line(file)) {
        char *key = record->memory + used, *value;
        size_t size = strlen(line) + 1;

        assert_true(size <= 65536 - used && record->count < TCX_COUNT(record->fields));
        memcpy(key, line, size);
        used += size;
        value = strchr(key, ' ');
        assert_non_null(value);
        *value++ = '\0';
        record->fields[record->count].key = key;
        record->fields[record->count].value.bytes = value;
        record->fields[record->count++].value.length = tcx_vectors_decode(value);
    }
    return 1;
}

tcx_text tcx_record_text(const tcx_record *record, const char *key)
{
    for (size_t i = 0; i < record->count; i++) {
        if (strcmp(record->fields[i].key, key) == 0)
            return record->fields[i].value;
    }
    return tcx_text_from(NULL);
}

uint64_t tcx_record_number(const tcx_record *record, const char *key)
{
    tcx_text text = tcx_record_text(record, key);

    return text.bytes != NULL ? strtoull(text.bytes, NULL, 10) : 0;
}
