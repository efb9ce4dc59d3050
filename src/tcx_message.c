#include "tcx_message.h"

#include "tcx_calendar.h"
#include "tcx_request.h"

/* The marks as numbers, in their order. */
enum {
    FUNCTION_NAME = 0x80,
    FUNCTION_ARG,
    HOST = 0x8C,
    SUB_APP_ID,
    TIMESTAMP,
    NONCE,
    CONTENT_LENGTH,
    DATE,
    SIGNED_ACTION,
    DIGEST,
    TEXT,
    IF,
    END
};

/* Where the texts are, in the marks' order: whose they are, and where in it. */
enum { REQUEST, SERVICE, CREDENTIALS, FORMAT, MESSAGE };

static const struct {
    uint8_t owner;
    uint8_t offset;
} texts[] = {
    { REQUEST, offsetof(tcx_request, function_name) },   { REQUEST, offsetof(tcx_request, function_arg) },
    { REQUEST, offsetof(tcx_request, session_context) }, { REQUEST, offsetof(tcx_request, session_id) },
    { REQUEST, offsetof(tcx_request, ext_info) },        { REQUEST, offsetof(tcx_request, region) },
    { REQUEST, offsetof(tcx_request, language) },        { SERVICE, offsetof(tcx_service, name) },
    { SERVICE, offsetof(tcx_service, version) },         { CREDENTIALS, offsetof(tcx_credentials, secret_id) },
    { CREDENTIALS, offsetof(tcx_credentials, token) },   { FORMAT, offsetof(tcx_format, signature_method) },
    { MESSAGE, offsetof(tcx_message, host.sent) },
};

size_t tcx_encode_raw(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size)
{
    (void)bytes;
    (void)unit;
    (void)size;
    return length;
}

static size_t encode_lower(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size)
{
    size_t run = 0;

    while (run < length && !(bytes[run] >= 'A' && bytes[run] <= 'Z'))
        run++;
    *unit = (unsigned char)(*bytes + ('a' - 'A'));
    *size = 1;
    return run;
}

/* Divides by 10 in steps of 32 bits, which every core can do: a division of 64 brings in 700 bytes of library. */
static unsigned divide(uint32_t *high, uint32_t *low)
{
    uint32_t middle = *high % 10 << 16 | *low >> 16;
    uint32_t last = middle % 10 << 16 | (*low & 0xFFFF);

    *high /= 10;
    *low = middle / 10 << 16 | last / 10;
    return last % 10;
}

static void put_number(tcx_cursor *cursor, uint64_t number)
{
    uint32_t high = (uint32_t)(number >> 32), low = (uint32_t)number;
    unsigned char *digit = cursor->unit + sizeof cursor->unit;

    do {
        *--digit = (unsigned char)('0' + divide(&high, &low));
    } while ((high | low) != 0);
    cursor->value = digit;
    cursor->left = (size_t)(cursor->unit + sizeof cursor->unit - digit);
}

/* Makes a field the value that is read next. 0: it is unset. */
static int find(tcx_cursor *cursor, unsigned field)
{
    tcx_message *message = cursor->message;
    const tcx_request *request = message->request;
    const tcx_format *format = message->signer->scheme->format;

    if (field < SUB_APP_ID) {
        const void *const owners[] = { request, request->service, message->signer->credentials, format, message };
        const char *owner = owners[texts[field - FUNCTION_NAME].owner];
        const tcx_text *text = (const void *)(owner + texts[field - FUNCTION_NAME].offset);

        cursor->value = (const unsigned char *)text->bytes;
        if (text->bytes != NULL)
            cursor->left = text->length;
        if (field == FUNCTION_ARG && request->function_arg_source != NULL) {
            cursor->source = request->function_arg_source;
            cursor->source->offset = 0;
        }
        return text->bytes != NULL;
    }
    switch (field) {
    case SUB_APP_ID:
        if (request->sub_app_id == NULL)
            return 0;
        put_number(cursor, *request->sub_app_id);
        break;
    case TIMESTAMP:
        put_number(cursor, message->timestamp);
        break;
    case NONCE:
        put_number(cursor, message->nonce);
        break;
    case CONTENT_LENGTH:
        put_number(cursor, message->content_length);
        break;
    case DATE:
        cursor->value = (const unsigned char *)message->date;
        cursor->left = sizeof message->date;
        break;
    case SIGNED_ACTION:
        return format->signs_action;
    case DIGEST:
        cursor->value = message->digest;
        cursor->left = message->digest_length;
        return message->digest_length;
    }
    return 1;
}

/* What a mark stands for. */
static void follow(tcx_cursor *cursor)
{
    unsigned mark = (unsigned char)*cursor->text++;
    unsigned field = mark;

    if (mark >= TEXT && mark < END)
        field = (unsigned char)*cursor->text++;
    cursor->encoder = mark == TEXT ? cursor->texts : field == HOST ? encode_lower : tcx_encode_raw;
    if (!find(cursor, field) && mark == IF) {
        while ((unsigned char)*cursor->text++ != END)
            ;
    }
    if (mark == IF)
        cursor->left = 0;
}

/* Sees to it that there are bytes to be taken. 0: there are none any more, or none that can be had. */
static int next(tcx_cursor *cursor)
{
    while (cursor->length == 0) {
        size_t run = 0;

        if (cursor->status != TCX_OK)
            return 0;
        if (cursor->left > 0) {
            cursor->bytes = cursor->value;
            run = cursor->encoder(cursor->value, cursor->left, cursor->unit, &cursor->length);
            if (run > 0) {
                cursor->length = run;
            } else {
                cursor->bytes = cursor->unit;
                run = 1;
            }
            cursor->value += run;
            cursor->left -= run;
        } else if (cursor->source != NULL) {
            cursor->source->pull(cursor);
        } else if (*cursor->text == '\0') {
            if (cursor->parts == 0 || *cursor->part == NULL)
                return 0;
            cursor->parts--;
            cursor->text = *cursor->part++;
        } else {
            cursor->bytes = (const unsigned char *)cursor->text;
            while (cursor->bytes[run] != 0 && cursor->bytes[run] < FUNCTION_NAME)
                run++;
            cursor->text += run;
            cursor->length = run;
            if (run == 0)
                follow(cursor);
        }
    }
    return 1;
}

void tcx_cursor_init(tcx_cursor *cursor, tcx_message *message, const char *const *parts, size_t count,
                     tcx_encoder encoder)
{
    memset(cursor, 0, sizeof *cursor);
    cursor->message = message;
    cursor->part = parts;
    cursor->parts = (uint8_t)count;
    cursor->text = "";
    cursor->texts = encoder;
}

void tcx_cursor_init_wire(tcx_cursor *cursor, tcx_message *message)
{
    tcx_cursor_init(cursor, message, message->layout->wire, TCX_PARTS, message->layout->encoder);
}

size_t tcx_cursor_read(tcx_cursor *cursor, void *out, size_t capacity)
{
    unsigned char *bytes = out;
    size_t done = 0;

    while (done < capacity && next(cursor)) {
        size_t part = capacity - done;

        if (part > cursor->length)
            part = cursor->length;
        memcpy(bytes + done, cursor->bytes, part);
        cursor->bytes += part;
        cursor->length -= part;
        done += part;
    }
    return done;
}

int tcx_cursor_at_end(tcx_cursor *cursor)
{
    return !next(cursor) && cursor->status == TCX_OK;
}

tcx_status tcx_cursor_absorb(tcx_cursor *cursor, const br_hash_class **hash, uint32_t *length)
{
    uint32_t left = *length;

    while (next(cursor)) {
        if (cursor->length > left)
            return TCX_E_REQUEST_TOO_LARGE;
        left -= (uint32_t)cursor->length;
        if (hash != NULL)
            (*hash)->update(hash, cursor->bytes, cursor->length);
        cursor->length = 0;
    }
    *length -= left;
    return cursor->status;
}

uint32_t tcx_message_length(tcx_message *message)
{
    tcx_cursor cursor;

    if (message->head_length == 0) {
        message->head_length = UINT32_MAX;
        tcx_cursor_init(&cursor, message, message->layout->wire, message->layout->head, message->layout->encoder);
        (void)tcx_cursor_absorb(&cursor, NULL, &message->head_length);
    }
    return message->head_length + message->content_length;
}

tcx_status tcx_message_init(tcx_message *message, const tcx_request *request, tcx_signer *signer, int64_t unix_time,
                            uint32_t repeats)
{
    const tcx_format *format;
    const tcx_layout *layout;
    tcx_status status;

    memset(message, 0, sizeof *message);
    if (signer == NULL || signer->scheme == NULL)
        return TCX_E_NULL;
    status = tcx_request_read(request, &message->host);
    if (status != TCX_OK)
        return status;
    if (unix_time < 0 || unix_time > TCX_TIME_MAX)
        return TCX_E_TIME;
    format = signer->scheme->format;
    layout = request->method != NULL ? request->method->layouts[format->family] : format->post;
    message->request = request;
    message->signer = signer;
    message->layout = layout;
    if (request->nonce != 0) {
        message->nonce = request->nonce + repeats;
        message->nonce += message->nonce < repeats; /* around: past 0 */
    }
    message->timestamp = (uint64_t)unix_time;
    tcx_date_write(message->date, tcx_day(message->timestamp));
    if (request->function_arg_source != NULL) {
        if (request->function_arg_source->size > layout->limit)
            return TCX_E_REQUEST_TOO_LARGE; /* known before any of it is read */
        request->function_arg_source->is_signed = 0;
    }
    status = format->sign(message, signer);
    if (status == TCX_OK && layout->wire[layout->head] == NULL && tcx_message_length(message) > layout->limit)
        status = TCX_E_REQUEST_TOO_LARGE;
    return status;
}
