/*
 * units:  tcx_source tcx_message tcx_utf8
 * bounds: any 0 to 3 bytes, read twice, 4 read once, by a source that returns anything, in any pieces, and changes; 40
 *         bytes, the last 4 of the first window any, the others ASCII; taken in pieces of 1 to 3 bytes
 * eva:    -eva-slevel 100000 -eva-min-loop-unroll 60 -eva-slevel-function one:0 -eva-split-return full
 */
#include "crypto.h"

#include "tcx_message.h"

enum { MOST = 4, LONG = 40, WINDOW = sizeof((tcx_source *)0)->window };

/* Hands over as much as it likes: of a short text anything, of a long one the whole window, with any bytes at its end. */
static int read_at(void *context, uint32_t offset, void *out, size_t length)
{
    const tcx_source *source = context;
    char *bytes = out;
    int got = (int)(source->size > MOST ? length : each(1, length));

    //@ assert 1 <= length <= WINDOW && offset + length <= source->size && \valid(bytes + (0 .. length - 1));
    if (either(0, 1))
        return either(either(INT32_MIN, 0), either(INT32_MAX, (int)length + 1));
    Frama_C_make_unknown(bytes, (size_t)got);
    for (int i = 0; source->size > MOST && i < got; i++) {
        if (offset + (uint32_t)i < WINDOW - 4 || offset + (uint32_t)i >= WINDOW)
            bytes[i] = (char)any(0, 127);
    }
    return got;
}

static const char list[] = M_FUNCTION_ARG;

/* All of it into nothing, as signing does. */
static void absorb(tcx_message *message)
{
    uint32_t length = UINT32_MAX;

    tcx_message_begin(message, NULL, list, NULL);
    (void)tcx_message_absorb(message, NULL, &length);
}

/* All of it, in pieces, as sending does. */
static void read_all(tcx_message *message, tcx_source *proof)
{
    unsigned char out[3];
    size_t capacity = each(1, 3);

    tcx_message_begin(message, NULL, list, NULL);
    message->proof = proof;
    while (tcx_message_read(message, out + (sizeof out - capacity), capacity) == capacity)
        ;
    (void)tcx_message_at_end(message);
}

static void read_source(uint32_t size, const br_hash_class *hash, int is_again, int is_in_body)
{
    tcx_source source;
    const tcx_request request = { .function_arg_source = &source };
    const tcx_scheme scheme = { NULL, hash };
    tcx_signer signer = { .scheme = &scheme };
    tcx_message message;

    memset(&message, 0, sizeof message);
    message.request = &request;
    message.signer = &signer;
    tcx_source_init(&source, read_at, &source, size);
    if (is_in_body) { /* as TC3 leaves it after it has hashed the body */
        source.in_body = 1;
        hash->init(&source.hash.vtable);
    }
    if (is_again)
        absorb(&message);
    read_all(&message, is_in_body ? &source : NULL);
}

/* Where all paths of a size come together, so that the next one begins with one state. */
static void one(uint32_t size, const br_hash_class *hash, int is_again, int is_in_body)
{
    read_source(size, hash, is_again, is_in_body);
}

int main(void)
{
    for (uint32_t size = 0; size < MOST; size++)
        one(size, &br_sha256_vtable, 1, size % 2 == 0);
    one(MOST, &br_sha256_vtable, 0, 1);
    one(LONG, &br_sha1_vtable, 0, 0);
    return 0;
}
