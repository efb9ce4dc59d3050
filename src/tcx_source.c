#include "tcx_message.h"
#include "tcx_utf8.h"

/* Ends the hash of the source. The first pass records the digest. Every later pass must match it. */
static tcx_status source_check(tcx_source *source)
{
    unsigned char *digest = source->window; /* no more reads need it */

    memset(digest, 0, sizeof source->digest);
    source->hash.vtable->out(&source->hash.vtable, digest);
    if (source->is_signed && memcmp(digest, source->digest, sizeof source->digest) != 0)
        return TCX_E_SOURCE;
    memcpy(source->digest, digest, sizeof source->digest);
    source->is_signed = 1;
    return TCX_OK;
}

/* End of the whole request. What was sent as the body must have the digest that was signed. */
static void source_check_body(tcx_message *message)
{
    tcx_source *source = message->proof;

    message->proof = NULL;
    source->hash.vtable->out(&source->hash.vtable, source->window);
    if (memcmp(source->window, message->payload, sizeof message->payload) != 0)
        message->status = TCX_E_SOURCE;
}

/* Returns how many bytes form whole characters. `*valid` is 0 if the bytes after them cannot become a character. */
/*@ ensures \result <= length && (*valid != 0 ==> length - \result <= 3); */
static size_t source_whole_characters(const unsigned char *bytes, size_t length, int is_last, int *valid)
{
    size_t at = 0, size = 1;

    while (at < length && (size = tcx_utf8_size(bytes + at, length - at)) > 0)
        at += size;
    *valid = size > 0 || (!is_last && length - at < 4);
    return at;
}

/* Reads the next window of the source. The whole characters in it are the value to read next. */
static void source_read_window(tcx_message *message)
{
    tcx_source *source = message->source;
    const br_hash_class *hash = message->signer->scheme->hash;
    uint32_t left = source->size - source->offset; /* a size_t may have 16 bits */
    size_t wanted = sizeof source->window - source->begun, length, whole;
    int got, valid;

    if (source->offset == 0) {
        if (!source->in_body)
            hash->init(&source->hash.vtable);
        source->begun = 0;
    }
    if (left == 0) {
        if (!source->in_body)
            message->status = source_check(source);
        if (message->status == TCX_OK)
            message->source = NULL;
        return;
    }
    if (wanted > left)
        wanted = (size_t)left;
    memcpy(source->window, source->part, source->begun);
    got = source->read_at(source->context, source->offset, source->window + source->begun, wanted);
    if (got <= 0 || (size_t)got > wanted) {
        message->detail = got;
        message->status = TCX_E_SOURCE;
        return;
    }
    source->offset += (uint32_t)got;
    length = source->begun + (size_t)got;
    whole = source_whole_characters(source->window, length, source->offset == source->size, &valid);
    if (!valid) {
        message->status = TCX_E_FUNCTION_ARG_UTF8;
        return;
    }
    source->begun = (uint8_t)(length - whole);
    memcpy(source->part, source->window + whole, source->begun);
    if (!source->in_body)
        hash->update(&source->hash.vtable, source->window, whole);
    message->value = source->window;
    message->left = whole;
}

static void source_refill(tcx_message *message)
{
    if (message->source != NULL)
        source_read_window(message);
    else
        source_check_body(message);
}

void tcx_source_init(tcx_source *source, int (*read_at)(void *context, uint32_t offset, void *out, size_t length),
                     void *context, uint32_t size)
{
    memset(source, 0, sizeof *source);
    source->read_at = read_at;
    source->context = context;
    source->size = size;
    source->refill = source_refill;
}
