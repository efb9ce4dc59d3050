/*
 * units:  tcx_message
 * bounds: each field in turn, set in a section, or unset in a section and then bare; of any 3 bytes, two of 0 to 3;
 *         escaped, by any encoder; any number; a row of 4 templates, read into 0 to 3 bytes, again into 0 to 3, the rest
 *         under any limit
 * eva:    -eva-slevel 100000 -eva-min-loop-unroll 30 -eva-slevel-function one:0 -eva-split-return full
 */
#include "crypto.h"

#include <tcexec/service.h>

#include "../../unit/request_texts.h"
#include "tcx_message.h"

enum { MOST = 3, CAPACITY = 3 };

/* The part of the template with the field: in a section, and after one that is skipped, too. */
static char part[8];

static void write_part(char field, int is_encoded, int is_set)
{
    const char bare[] = { M_IF[0], 'a', field, 'b', M_END[0], 0 };
    const char encoded[] = { M_IF[0], 'a', M_ESCAPE[0], field, 'b', M_END[0], 0 };
    const char skipped[] = { M_IF[0], 'a', M_ESCAPE[0], field, M_END[0], field, 0 };

    if (!is_set)
        memcpy(part, skipped, sizeof skipped);
    else if (is_encoded)
        memcpy(part, encoded, sizeof encoded);
    else
        memcpy(part, bare, sizeof bare);
}

/* Any encoder that keeps to its contract. */
static size_t encode(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size)
{
    static const size_t sizes[] = { 0, 1, 2, TCX_UNIT };

    reads(bytes, length);
    Frama_C_make_unknown((char *)unit, TCX_UNIT);
    *size = sizes[each(0, COUNT(sizes) - 1)];
    return each(1, length);
}

static void refill(tcx_message *message)
{
    message->proof = NULL;
    if (either(0, 1))
        message->status = TCX_E_SOURCE;
}

static void read_template(char field, int is_encoded, int is_set, size_t length, uint64_t number)
{
    static const char *const parts[] = { "", part, "c", NULL };
    char memory[MOST];
    unsigned char out[CAPACITY];
    const tcx_text set = any_text(memory, length, 0), unset = { NULL, length }, text = is_set ? set : unset;
    const tcx_format format = { .signature_method = text, .signs_action = (uint8_t)is_set };
    const tcx_service service = { .name = text, .version = text };
    const tcx_credentials credentials = { text, text, text };
    const tcx_scheme scheme = { &format, &br_sha256_vtable };
    tcx_signer signer = { .scheme = &scheme, .credentials = &credentials };
    tcx_request request = { .service = &service, .sub_app_id = is_set ? &number : NULL };
    tcx_message message;
    uint32_t limit = any_uint32();
    tcx_source proof = { .refill = refill };
    tcx_hash hash;

    for (size_t i = 0; i < REQUEST_TEXTS; i++)
        *request_text_of(&request, i) = text;
    memset(&message, 0, sizeof message);
    message.request = &request;
    message.signer = &signer;
    message.timestamp = number;
    message.nonce = (uint32_t)number;
    message.content_length = (uint32_t)number;
    message.host.sent = text;
    message.digest_length = (uint8_t)length;
    Frama_C_make_unknown((char *)message.digest, sizeof message.digest);
    Frama_C_make_unknown(message.date, sizeof message.date);
    br_sha256_vtable.init(&hash.vtable);
    br_sha256_vtable.init(&proof.hash.vtable);
    write_part(field, is_encoded, is_set);
    tcx_message_begin(&message, parts, "d", encode);
    if (is_set)
        message.proof = &proof;
    for (int i = 0; i < 2; i++) {
        size_t capacity = each(0, CAPACITY);
        size_t done = tcx_message_read(&message, out + (CAPACITY - capacity), capacity);
        int is_at_end = tcx_message_at_end(&message);

        //@ assert done == capacity || is_at_end || message.status != TCX_OK;
        (void)done;
        (void)is_at_end;
    }
    tcx_message_absorb(&message, either(0, 1) ? &hash.vtable : NULL, &limit);
}

/* Where all paths of a field come together, so that the next one begins with one state. */
static void one(char field, int is_encoded, int is_set, size_t length, uint64_t number)
{
    read_template(field, is_encoded, is_set, length, number);
}

int main(void)
{
    for (unsigned field = (unsigned char)M_SUB_APP_ID[0]; field <= (unsigned char)M_LANGUAGE[0]; field++) {
        one((char)field, 0, 0, MOST, 10);
        one((char)field, 0, 1, MOST, 10);
    }
    for (size_t length = 0; length <= MOST; length++) {
        one(M_HOST[0], 0, 1, length, 0);
        one(M_TOKEN[0], 1, 1, length, 0);
    }
    one(M_DIGEST[0], 1, 1, MOST, 0);
    one(M_TIMESTAMP[0], 0, 1, 0, any_uint64());
    return 0;
}
