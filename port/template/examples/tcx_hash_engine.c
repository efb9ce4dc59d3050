#include "tcx_hash_engine.h"

#include <string.h>

#include <tcexec/text.h>

enum { BLOCK = 64, WORD = 4, BLOCK_WORDS = BLOCK / WORD, STATE_WORDS = br_sha256_SIZE / WORD, LENGTH_AT = BLOCK - 8 };

#define PATIENCE 1000u /* reads of the status for a block: an engine that is busy for longer hangs */

#define DESCRIPTION                                                                                                    \
    (BR_HASHDESC_ID(br_sha256_ID) | BR_HASHDESC_OUT(br_sha256_SIZE) | BR_HASHDESC_STATE(br_sha256_SIZE) |              \
     BR_HASHDESC_LBLEN(6) | BR_HASHDESC_MD_PADDING | BR_HASHDESC_MD_PADDING_BE)

unsigned tcx_hash_engine_fallbacks, tcx_hash_digest_failures;

static uint32_t word_at(const unsigned char *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static void put_word(unsigned char *bytes, uint32_t word)
{
    bytes[0] = (unsigned char)(word >> 24);
    bytes[1] = (unsigned char)(word >> 16);
    bytes[2] = (unsigned char)(word >> 8);
    bytes[3] = (unsigned char)word;
}

static void write_state(const unsigned char *state)
{
    unsigned i;

    for (i = 0; i < STATE_WORDS; i++)
        tcx_hash_engine_write(TCX_HASH_STATE + i, word_at(state + WORD * i));
}

static void read_state(unsigned char *state)
{
    unsigned i;

    for (i = 0; i < STATE_WORDS; i++)
        put_word(state + WORD * i, tcx_hash_engine_read(TCX_HASH_STATE + i));
}

/* Returns 0 if the engine has not done the block. */
static int feed(const unsigned char *block)
{
    unsigned i, tries = PATIENCE;
    uint32_t status;

    for (i = 0; i < BLOCK_WORDS; i++)
        tcx_hash_engine_write(TCX_HASH_DATA, word_at(block + WORD * i));
    do
        status = tcx_hash_engine_read(TCX_HASH_STATUS);
    while ((status & TCX_HASH_BUSY) && --tries > 0);
    return !(status & (TCX_HASH_BUSY | TCX_HASH_ERROR));
}

/*
 * Ends the message in `block`, which has `used` bytes of it. Returns how many bytes to hash: one block or two. `count`:
 * bytes in the whole message. FIPS 180-4, 5.1.1.
 */
static size_t pad(unsigned char block[2 * BLOCK], size_t used, uint64_t count)
{
    const size_t size = used < LENGTH_AT ? BLOCK : 2 * BLOCK;

    memset(block + used, 0, size - used);
    block[used] = 0x80;
    put_word(block + size - 2 * WORD, (uint32_t)(count >> 29)); /* in bits */
    put_word(block + size - WORD, (uint32_t)(count << 3));
    return size;
}

/* ---- The state can be read and written ---- */

typedef struct engine_context {
    const br_hash_class *vtable;
    uint64_t count; /* bytes so far. The last count % BLOCK of them are in `block` */
    unsigned char state[br_sha256_SIZE];
    unsigned char block[BLOCK];
} engine_context;

/* Changes `state` only if the engine has done all blocks. Returns whether it has. */
static int run_engine(unsigned char *state, const unsigned char *bytes, size_t size)
{
    size_t done = 0;

    if (!tcx_hash_engine_take())
        return 0;
    write_state(state);
    tcx_hash_engine_write(TCX_HASH_CONTROL, TCX_HASH_LOAD);
    while (done < size && feed(bytes + done))
        done += BLOCK;
    if (done == size)
        read_state(state);
    tcx_hash_engine_give();
    return done == size;
}

static void run_blocks(unsigned char *state, const unsigned char *bytes, size_t size)
{
    br_sha256_context software;

    if (size == 0 || run_engine(state, bytes, size))
        return;
    tcx_hash_engine_fallbacks += (unsigned)(size / BLOCK);
    br_sha256_init(&software);
    br_sha256_set_state(&software, state, 0); /* whole blocks from here on: the count does not matter */
    br_sha256_update(&software, bytes, size);
    (void)br_sha256_state(&software, state);
    tcx_wipe(&software, sizeof software);
}

static void engine_init(const br_hash_class **context)
{
    static const uint32_t initial[STATE_WORDS] = { 0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A,
                                                   0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19 };
    engine_context *hash = (engine_context *)(void *)context;
    unsigned i;

    hash->vtable = &tcx_hash_engine_vtable;
    hash->count = 0;
    for (i = 0; i < STATE_WORDS; i++)
        put_word(hash->state + WORD * i, initial[i]);
}

static void engine_update(const br_hash_class **context, const void *bytes, size_t length)
{
    engine_context *hash = (engine_context *)(void *)context;
    const unsigned char *from = bytes;
    size_t used = (size_t)(hash->count % BLOCK), whole;

    hash->count += length;
    if (used > 0) {
        const size_t room = BLOCK - used, count = length < room ? length : room;

        memcpy(hash->block + used, from, count);
        if (count < room)
            return;
        run_blocks(hash->state, hash->block, BLOCK);
        from += count;
        length -= count;
    }
    whole = length / BLOCK * BLOCK;
    run_blocks(hash->state, from, whole);
    if (length > whole)
        memcpy(hash->block, from + whole, length - whole);
}

/* The context stays as it is: it may go on. */
static void engine_out(const br_hash_class *const *context, void *out)
{
    const engine_context *hash = (const engine_context *)(const void *)context;
    const size_t used = (size_t)(hash->count % BLOCK);
    unsigned char block[2 * BLOCK], state[br_sha256_SIZE];

    memcpy(block, hash->block, used);
    memcpy(state, hash->state, sizeof state);
    run_blocks(state, block, pad(block, used, hash->count));
    memcpy(out, state, sizeof state);
    tcx_wipe(block, sizeof block);
}

static uint64_t engine_state(const br_hash_class *const *context, void *out)
{
    const engine_context *hash = (const engine_context *)(const void *)context;

    memcpy(out, hash->state, sizeof hash->state);
    return hash->count;
}

static void engine_set_state(const br_hash_class **context, const void *state, uint64_t count)
{
    engine_context *hash = (engine_context *)(void *)context;

    memcpy(hash->state, state, sizeof hash->state);
    hash->count = count;
}

const br_hash_class tcx_hash_engine_vtable = { sizeof(engine_context), DESCRIPTION, engine_init,
                                               engine_update,          engine_out,  engine_state,
                                               engine_set_state };

/* ---- Only the digest can be read ---- */

enum { KEPT, IN_ENGINE, IN_SOFTWARE };

/*
 * KEPT: at most one block has come, and is in `block`. A state is asked for at this point, if at all: software then
 * makes it from these bytes. IN_ENGINE: all but the last 1 to 64 bytes are in the engine.
 */
typedef struct digest_context {
    const br_hash_class *vtable;
    int place;
    unsigned used;
    union {
        struct {
            uint64_t count;
            unsigned char block[BLOCK];
        } kept;
        br_sha256_context software;
    } in;
} digest_context;

static const digest_context *owner; /* whose bytes are in the engine */
static int has_failed;

void tcx_hash_digest_reset(void)
{
    if (owner != NULL)
        tcx_hash_engine_give();
    owner = NULL;
}

static void disown(const digest_context *hash)
{
    if (owner == hash)
        tcx_hash_digest_reset();
}

/* Makes the software's context of the bytes that are kept. */
static void software_of(const digest_context *hash, br_sha256_context *software)
{
    br_sha256_init(software);
    br_sha256_update(software, hash->in.kept.block, hash->used);
}

static void to_software(digest_context *hash)
{
    br_sha256_context software;

    software_of(hash, &software);
    hash->in.software = software;
    hash->place = IN_SOFTWARE;
    tcx_wipe(&software, sizeof software);
}

/* Another byte comes, and `block` is full. */
static void pass_on(digest_context *hash)
{
    if (hash->place == KEPT) {
        if (owner != NULL || !tcx_hash_engine_take()) {
            to_software(hash);
            return;
        }
        owner = hash;
        has_failed = 0;
        hash->place = IN_ENGINE;
        tcx_hash_engine_write(TCX_HASH_CONTROL, TCX_HASH_START);
    }
    if (owner == hash && !has_failed)
        has_failed = !feed(hash->in.kept.block);
    hash->used = 0;
}

static void digest_init(const br_hash_class **context)
{
    digest_context *hash = (digest_context *)(void *)context;

    disown(hash);
    hash->vtable = &tcx_hash_digest_vtable;
    hash->place = KEPT;
    hash->used = 0;
    hash->in.kept.count = 0;
}

static void digest_update(const br_hash_class **context, const void *bytes, size_t length)
{
    digest_context *hash = (digest_context *)(void *)context;
    const unsigned char *from = bytes;

    while (length > 0 && hash->place != IN_SOFTWARE) {
        size_t count = BLOCK - hash->used;

        if (count == 0) {
            pass_on(hash);
            continue;
        }
        if (count > length)
            count = length;
        memcpy(hash->in.kept.block + hash->used, from, count);
        hash->used += (unsigned)count;
        hash->in.kept.count += count;
        from += count;
        length -= count;
    }
    if (length > 0)
        br_sha256_update(&hash->in.software, from, length);
}

/* Ends a hash that is in the engine: such a context cannot go on, and has its digest once. */
static void digest_out_of_engine(const digest_context *hash, unsigned char *out)
{
    unsigned char block[2 * BLOCK];
    size_t size, done;
    int is_done = owner == hash && !has_failed;

    memcpy(block, hash->in.kept.block, hash->used);
    size = pad(block, hash->used, hash->in.kept.count);
    for (done = 0; is_done && done < size; done += BLOCK) {
        if (done + BLOCK == size)
            tcx_hash_engine_write(TCX_HASH_CONTROL, TCX_HASH_LAST);
        is_done = feed(block + done);
    }
    if (is_done) {
        read_state(out);
    } else {
        memset(out, 0, br_sha256_SIZE);
        tcx_hash_digest_failures++;
    }
    disown(hash);
}

static void digest_out(const br_hash_class *const *context, void *out)
{
    const digest_context *hash = (const digest_context *)(const void *)context;
    br_sha256_context software;

    if (hash->place == IN_ENGINE) {
        digest_out_of_engine(hash, out);
    } else if (hash->place == IN_SOFTWARE) {
        br_sha256_out(&hash->in.software, out);
    } else {
        software_of(hash, &software);
        br_sha256_out(&software, out);
        tcx_wipe(&software, sizeof software);
    }
}

/* Not for a hash that is in the engine: neither HMAC nor TLS asks for its state then. */
static uint64_t digest_state(const br_hash_class *const *context, void *out)
{
    const digest_context *hash = (const digest_context *)(const void *)context;
    br_sha256_context software;
    uint64_t count;

    if (hash->place == IN_SOFTWARE)
        return br_sha256_state(&hash->in.software, out);
    if (hash->place == IN_ENGINE) {
        memset(out, 0, br_sha256_SIZE);
        tcx_hash_digest_failures++;
        return 0;
    }
    software_of(hash, &software);
    count = br_sha256_state(&software, out);
    tcx_wipe(&software, sizeof software);
    return count;
}

static void digest_set_state(const br_hash_class **context, const void *state, uint64_t count)
{
    digest_context *hash = (digest_context *)(void *)context;

    disown(hash);
    hash->place = IN_SOFTWARE;
    br_sha256_init(&hash->in.software);
    br_sha256_set_state(&hash->in.software, state, count);
}

const br_hash_class tcx_hash_digest_vtable = { sizeof(digest_context), DESCRIPTION, digest_init,
                                               digest_update,          digest_out,  digest_state,
                                               digest_set_state };
