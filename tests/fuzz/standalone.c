/*
 * A front end for a target without libFuzzer, for any compiler, machine and emulator:
 *
 *     fuzz_NAME                                 the kept inputs, and mutations of them: the tests, in TAP
 *     fuzz_NAME -runs=N [-seed=S]               N mutations
 *     fuzz_NAME FILE|FOLDER ...                 those inputs, once each
 *
 * Two runs with the same seed and corpus are the same. An input that breaks a promise is left in crash-NAME in the
 * program's own folder, which is $(B)/tests. make unpacks the corpus into $(B)/fuzz/corpus/NAME.
 */
#define _DEFAULT_SOURCE

#include "fuzz.h"

#include <dirent.h>
#include <signal.h>
#include <sys/stat.h>

enum { INPUTS = 4096, LONGEST = 4096 };

typedef struct kept {
    uint8_t *bytes;
    size_t length;
} kept;

static kept corpus[INPUTS];
static size_t corpus_count;
static kept running; /* what is being tried */
static const char *program; /* the path of this program */
static int folder_length;   /* of its folder in that path, with the slash */

/* Leaves the input behind. Sanitizers call it as well, before they end the program. */
static void leave_input(void)
{
    char path[1024];
    FILE *file;

    snprintf(path, sizeof path, "%.*scrash-%s", folder_length, program, fuzz_name);
    file = fopen(path, "wb");
    if (file == NULL || fwrite(running.bytes, 1, running.length, file) != running.length || fclose(file) != 0)
        return;
    fprintf(stderr, "the input is in %s\n", path);
}

static void die(int number)
{
    signal(number, SIG_DFL);
    leave_input();
    raise(number);
}

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifdef SANITIZED
void __sanitizer_set_death_callback(void (*callback)(void));
#endif

static void try(const uint8_t *bytes, size_t length)
{
    running.bytes = fuzz_copy(bytes, length); /* of exactly its size, as libFuzzer has it */
    running.length = length;
    LLVMFuzzerTestOneInput(running.bytes, length);
    free(running.bytes);
}

static void load_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    kept *input = &corpus[corpus_count];
    long length;

    if (file == NULL || corpus_count == INPUTS || fseek(file, 0, SEEK_END) != 0 || (length = ftell(file)) < 0) {
        fprintf(stderr, "%s cannot be read, or is one too many\n", path);
        exit(2);
    }
    rewind(file);
    input->length = (size_t)length;
    input->bytes = fuzz_memory(input->length);
    if (fread(input->bytes, 1, input->length, file) != input->length)
        exit(2);
    fclose(file);
    corpus_count++;
}

static int visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

/* Loads a file, or all files of a folder in the order of their names. A folder that is not there is empty. */
static void load(const char *path)
{
    struct dirent **entries;
    struct stat about;
    int count;

    if (stat(path, &about) != 0)
        return;
    if (!S_ISDIR(about.st_mode)) {
        load_file(path);
        return;
    }
    count = scandir(path, &entries, visible, alphasort);
    for (int i = 0; i < count; i++) {
        char name[1024];

        snprintf(name, sizeof name, "%s/%s", path, entries[i]->d_name);
        load_file(name);
        free(entries[i]);
    }
    free(entries);
}

/* Loads the corpus and the regressions. Half of them would pass for all: without a corpus it loads nothing. */
static void load_kept(void)
{
    struct stat about;
    char path[1024];

    if (stat("tests/fuzz/regressions", &about) != 0) {
        fprintf(stderr, "no tests/fuzz/regressions here: run from the root of the repository, or name inputs\n");
        exit(2);
    }
    snprintf(path, sizeof path, "%.*s../fuzz/corpus/%s", folder_length, program, fuzz_name);
    load(path);
    if (corpus_count == 0)
        return;
    snprintf(path, sizeof path, "tests/fuzz/regressions/%s", fuzz_name);
    load(path);
}

static uint32_t seed;

static uint32_t pick(size_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return below > 0 ? seed % (uint32_t)below : 0;
}

/* Replaces `gone` bytes at `at` by `count` others; does nothing where there is no room. Returns the new length. */
static size_t replace(uint8_t *bytes, size_t length, size_t at, size_t gone, const uint8_t *others, size_t count)
{
    uint8_t copy[LONGEST];

    if (gone > length - at)
        gone = length - at;
    if (length - gone + count > LONGEST)
        return length;
    memcpy(copy, others, count);
    memmove(bytes + at + count, bytes + at + gone, length - at - gone);
    memcpy(bytes + at, copy, count);
    return length - gone + count;
}

/* A kept input with up to four changes: bits, bytes, pieces lost, doubled, or taken from another input. */
static size_t mutate(uint8_t *bytes)
{
    static const uint8_t spice[] = "\r\n\t \0\x7F\x80\xC3\xED\xFF{}[]:,;\"\\=/-+.0123456789abcdefuEtnl<>";
    const kept *base = &corpus[pick(corpus_count)];
    size_t length = base->length < LONGEST ? base->length : LONGEST;

    memcpy(bytes, base->bytes, length);
    for (uint32_t changes = 1 + pick(4); changes > 0; changes--) {
        const size_t at = pick(length + 1), some = 1 + pick(pick(4) == 0 ? 64 : 4);
        const kept *other = &corpus[pick(corpus_count)];
        const size_t from = pick(other->length + 1);
        const uint8_t any = (uint8_t)pick(256), flavour = spice[pick(sizeof spice - 1)];

        switch (pick(7)) {
        case 0:
            if (at < length)
                bytes[at] ^= (uint8_t)(1u << pick(8));
            break;
        case 1:
            length = replace(bytes, length, at, 1, &any, 1);
            break;
        case 2:
            length = replace(bytes, length, at, pick(2), &flavour, 1);
            break;
        case 3:
            length = replace(bytes, length, at, some, &any, 0);
            break;
        case 4:
            length = replace(bytes, length, at, 0, bytes + at, some < length - at ? some : length - at);
            break;
        case 5:
            length = replace(bytes, length, at, pick(2) * some, other->bytes + from,
                             some < other->length - from ? some : other->length - from);
            break;
        default:
            length = pick(4) == 0 ? at : length;
        }
    }
    return length;
}

static void try_mutations(unsigned runs, uint32_t from)
{
    static uint8_t bytes[LONGEST];

    seed = from * 2654435761u + 1;
    for (unsigned run = 0; run < runs; run++)
        try(bytes, mutate(bytes));
}

int main(int count, char **arguments)
{
    const char *slash = count > 0 ? strrchr(arguments[0], '/') : NULL;
    unsigned runs = 0;
    uint32_t from = 1;
    int files = 0;

    if (slash == NULL) {
        fprintf(stderr, "run it by a path with its folder: a failing input is left there\n");
        return 2;
    }
    program = arguments[0];
    folder_length = (int)(slash + 1 - program);
#ifdef SANITIZED
    __sanitizer_set_death_callback(leave_input);
#endif
    signal(SIGABRT, die);
    signal(SIGSEGV, die);
    for (int i = 1; i < count; i++) {
        if (strncmp(arguments[i], "-runs=", 6) == 0)
            runs = (unsigned)strtoul(arguments[i] + 6, NULL, 10);
        else if (strncmp(arguments[i], "-seed=", 6) == 0)
            from = (uint32_t)strtoul(arguments[i] + 6, NULL, 10);
        else
            load(arguments[i]), files++;
    }
    if (files == 0)
        load_kept();
    if (corpus_count == 0) {
        fprintf(stderr, "no inputs: name some, or let make unpack the corpus: make unit-tests\n");
        return 2;
    }
    printf("1..2\n");
    for (size_t i = 0; i < corpus_count; i++)
        try(corpus[i].bytes, corpus[i].length);
    printf("ok 1 - %s: %zu inputs\n", fuzz_name, corpus_count);
    if (files == 0 && runs == 0)
        runs = fuzz_runs;
    try_mutations(runs, from);
    printf("ok 2 - %s: %u mutations, seed %u\n", fuzz_name, runs, (unsigned)from);
    return 0;
}
