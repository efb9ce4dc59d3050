#include "tcx_message.h"

#include "tcx_calendar.h"
#include "tcx_host.h"
#include "tcx_utf8.h"

enum { WINDOW = 64, DIGITS = 20 };

/* A field's value: memory, or a source when `bytes` is NULL and `length` is not 0. */
typedef struct view {
    const unsigned char *bytes;
    size_t length;
    tcx_source *source;
    char digits[DIGITS];
} view;

static int view_text(view *value, tcx_text text)
{
    value->bytes = (const unsigned char *)text.bytes;
    value->length = text.bytes != NULL ? text.length : 0;
    return text.bytes != NULL;
}

/*
 * A tenth, rounded down, by a series of shifts that is short by less than one in ten: a division of 64 bits would bring
 * in 700 bytes of the compiler's library on a 32-bit machine.
 */
static uint64_t tenth(uint64_t number)
{
    uint64_t tenth = (number >> 1) + (number >> 2);

    tenth += tenth >> 4;
    tenth += tenth >> 8;
    tenth += tenth >> 16;
    tenth += tenth >> 32;
    tenth >>= 3;
    return tenth + (number - tenth * 10 > 9);
}

static int view_number(view *value, uint64_t number)
{
    char *digit = value->digits + DIGITS;

    do {
        uint64_t rest = tenth(number);

        *--digit = (char)('0' + (number - rest * 10));
        number = rest;
    } while (number > 0);
    value->bytes = (const unsigned char *)digit;
    value->length = (size_t)(value->digits + DIGITS - digit);
    return 1;
}

static int view_argument(view *value, const tcx_request *request)
{
    view_text(value, request->function_arg);
    if (request->function_arg_source != NULL) {
        value->source = request->function_arg_source;
        value->length = value->source->size;
    }
    return 1;
}

/* Finds a field's value. 0: it is unset. */
static int view_field(view *value, const tcx_message *message, unsigned field)
{
    const tcx_request *request = message->request;
    const tcx_format *format = message->signer->scheme->format;

    value->bytes = NULL;
    value->length = 0;
    value->source = NULL;
    switch (field) {
    case TCX_FIELD_HOST:
        return view_text(value, tcx_request_host(request));
    case TCX_FIELD_SERVICE:
        return view_text(value, request->service->name);
    case TCX_FIELD_VERSION:
        return view_text(value, request->service->version);
    case TCX_FIELD_REGION:
        return view_text(value, request->region);
    case TCX_FIELD_LANGUAGE:
        return view_text(value, request->language);
    case TCX_FIELD_SECRET_ID:
        return view_text(value, message->signer->credentials->secret_id);
    case TCX_FIELD_TOKEN:
        return view_text(value, message->signer->credentials->token);
    case TCX_FIELD_TIMESTAMP:
        return view_number(value, message->timestamp);
    case TCX_FIELD_DATE:
        value->bytes = (const unsigned char *)message->date;
        value->length = sizeof message->date;
        return 1;
    case TCX_FIELD_NONCE:
        return view_number(value, message->nonce);
    case TCX_FIELD_SIGNATURE_METHOD:
        return view_text(value, format->signature_method);
    case TCX_FIELD_SIGNED_ACTION:
        return format->signs_action;
    case TCX_FIELD_DIGEST:
        value->bytes = message->digest;
        value->length = message->digest_length;
        return 1;
    case TCX_FIELD_CONTENT_LENGTH:
        return view_number(value, message->content_length);
    case TCX_FIELD_FUNCTION_NAME:
        return view_text(value, request->function_name);
    case TCX_FIELD_FUNCTION_ARG:
        return view_argument(value, request);
    case TCX_FIELD_SUB_APP_ID:
        return request->sub_app_id != NULL && view_number(value, *request->sub_app_id);
    case TCX_FIELD_SESSION_CONTEXT:
        return view_text(value, request->session_context);
    case TCX_FIELD_SESSION_ID:
        return view_text(value, request->session_id);
    case TCX_FIELD_EXT_INFO:
        return view_text(value, request->ext_info);
    default:
        return 1;
    }
}

static int is_unreserved(unsigned char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '_' || byte == '.' || byte == '~';
}

/* How many of the bytes, from the first on, are encoded as themselves. */
static size_t plain_run(unsigned encoding, const unsigned char *bytes, size_t length)
{
    size_t run = 0;

    switch (encoding) {
    case TCX_ENCODE_JSON:
        while (run < length && bytes[run] >= 0x20 && bytes[run] != '"' && bytes[run] != '\\')
            run++;
        return run;
    case TCX_ENCODE_PERCENT:
        while (run < length && is_unreserved(bytes[run]))
            run++;
        return run;
    case TCX_ENCODE_LOWER:
        while (run < length && !(bytes[run] >= 'A' && bytes[run] <= 'Z'))
            run++;
        return run;
    case TCX_ENCODE_HEX:
        return 0;
    default:
        return length;
    }
}

static void hex(char out[2], unsigned char byte, const char *alphabet)
{
    out[0] = alphabet[byte >> 4];
    out[1] = alphabet[byte & 15];
}

/* The encoding of a byte that is not encoded as itself. Returns its length. */
static unsigned escape(char unit[6], unsigned encoding, unsigned char byte)
{
    static const char short_from[] = "\b\t\n\f\r\"\\", short_to[] = "btnfr\"\\";
    static const char lower[] = "0123456789abcdef";

    switch (encoding) {
    case TCX_ENCODE_JSON:
        unit[0] = '\\';
        for (unsigned i = 0; i < sizeof short_from - 1; i++) {
            if ((unsigned char)short_from[i] == byte) {
                unit[1] = short_to[i];
                return 2;
            }
        }
        memcpy(unit + 1, "u00", 3);
        hex(unit + 4, byte, lower);
        return 6;
    case TCX_ENCODE_PERCENT:
        unit[0] = '%';
        hex(unit + 1, byte, "0123456789ABCDEF");
        return 3;
    case TCX_ENCODE_LOWER:
        unit[0] = (char)(byte - 'A' + 'a');
        return 1;
    default:
        hex(unit, byte, lower);
        return 2;
    }
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Encodes from `bytes` on, moving cursor->offset by what it took. Returns how much came out. */
static size_t encode(tcx_cursor *cursor, unsigned encoding, const unsigned char *bytes, size_t length,
                     unsigned char *out, size_t room)
{
    size_t in = 0, done = 0;

    while (in < length && done < room) {
        size_t run = plain_run(encoding, bytes + in, smaller(length - in, room - done));

        memcpy(out + done, bytes + in, run);
        in += run;
        done += run;
        if (in < length && done < room) {
            char unit[6];
            unsigned size = escape(unit, encoding, bytes[in]);

            while (cursor->unit < size && done < room)
                out[done++] = (unsigned char)unit[cursor->unit++];
            if (cursor->unit >= size) { /* over: the byte of a source has changed since the last reading */
                cursor->unit = 0;
                in++;
            }
        }
    }
    cursor->offset += in;
    return done;
}

/*
 * Notes bytes of a source that went out. At its end they must be UTF-8 and, but for the first reading, what was signed.
 */
static tcx_status consumed(tcx_cursor *cursor, tcx_source *source, const unsigned char *bytes, size_t length)
{
    const br_hash_class *hash = cursor->message->signer->scheme->hash;
    tcx_utf8 utf8 = { cursor->utf8[0], cursor->utf8[1], cursor->utf8[2] };
    unsigned char digest[sizeof source->signed_digest] = { 0 };

    if (cursor->offset == length)
        hash->init(&source->hash.vtable);
    hash->update(&source->hash.vtable, bytes, length);
    if (!tcx_utf8_feed(&utf8, bytes, length) || (cursor->offset == source->size && utf8.missing > 0))
        return TCX_E_FUNCTION_ARG_UTF8;
    cursor->utf8[0] = utf8.missing;
    cursor->utf8[1] = utf8.low;
    cursor->utf8[2] = utf8.high;
    if (cursor->offset < source->size)
        return TCX_OK;
    hash->out(&source->hash.vtable, digest);
    if (source->is_signed && memcmp(digest, source->signed_digest, sizeof digest) != 0)
        return TCX_E_SOURCE;
    memcpy(source->signed_digest, digest, sizeof digest);
    source->is_signed = 1;
    return TCX_OK;
}

static size_t encode_source(tcx_cursor *cursor, unsigned encoding, tcx_source *source, unsigned char *out, size_t room)
{
    unsigned char window[WINDOW];
    size_t wanted = smaller(source->size - cursor->offset, WINDOW);
    size_t before = cursor->offset;
    int got = source->read_at(source->context, (uint32_t)before, window, wanted);
    size_t done;

    if (got <= 0 || (size_t)got > wanted) {
        cursor->message->detail = got;
        cursor->status = TCX_E_SOURCE;
        return 0;
    }
    done = encode(cursor, encoding, window, (size_t)got, out, room);
    if (cursor->offset > before)
        cursor->status = consumed(cursor, source, window, cursor->offset - before);
    return done;
}

void tcx_cursor_init(tcx_cursor *cursor, tcx_message *message, const tcx_segment *const *lists, int raw)
{
    memset(cursor, 0, sizeof *cursor);
    cursor->message = message;
    cursor->list = lists;
    cursor->segment = *lists;
    cursor->raw = raw != 0;
}

static void next_segment(tcx_cursor *cursor)
{
    cursor->segment++;
    cursor->offset = 0;
    cursor->in_field = 0;
}

size_t tcx_cursor_read(tcx_cursor *cursor, void *out, size_t capacity)
{
    unsigned char *bytes = out;
    size_t done = 0;

    while (cursor->segment != NULL && done < capacity && cursor->status == TCX_OK) {
        const tcx_segment *segment = cursor->segment;
        unsigned encoding = segment->encoding;
        view value;

        if (segment->literal == NULL) {
            cursor->segment = *++cursor->list;
        } else if (!view_field(&value, cursor->message, segment->field)) {
            next_segment(cursor);
        } else if (!cursor->in_field) {
            const char *literal = segment->literal + cursor->offset;
            size_t length = strlen(literal);
            size_t part = smaller(length, capacity - done);

            memcpy(bytes + done, literal, part);
            done += part;
            cursor->offset += part;
            if (part == length) {
                cursor->in_field = 1;
                cursor->offset = 0;
            }
        } else if (encoding == TCX_ENCODE_NOTHING || cursor->offset == value.length) {
            next_segment(cursor);
        } else {
            if (encoding == TCX_ENCODE_PERCENT && cursor->raw)
                encoding = TCX_ENCODE_RAW;
            if (value.source != NULL)
                done += encode_source(cursor, encoding, value.source, bytes + done, capacity - done);
            else
                done += encode(cursor, encoding, value.bytes + cursor->offset, value.length - cursor->offset,
                               bytes + done, capacity - done);
        }
    }
    return done;
}

int tcx_cursor_at_end(tcx_cursor *cursor)
{
    unsigned char more;

    return tcx_cursor_read(cursor, &more, 1) == 0 && cursor->status == TCX_OK;
}

tcx_status tcx_cursor_absorb(tcx_cursor *cursor, const br_hash_class **hash, uint64_t *length)
{
    unsigned char block[WINDOW]; /* a hash block: the hash then copies nothing */
    size_t count;

    *length = 0;
    do {
        count = tcx_cursor_read(cursor, block, sizeof block);
        if (hash != NULL)
            (*hash)->update(hash, block, count);
        *length += count;
    } while (count == sizeof block);
    return cursor->status;
}

const tcx_layout *tcx_message_layout(const tcx_message *message)
{
    const tcx_format *format = message->signer->scheme->format;
    const tcx_method *method = message->request->method;

    return method != NULL ? method->layouts[format->family] : format->post;
}

/* The length of all that stands before the body. */
static tcx_status head_length(tcx_message *message, const tcx_layout *layout, uint64_t *length)
{
    const tcx_segment *lists[TCX_LISTS] = { NULL };
    tcx_cursor cursor;

    memcpy(lists, layout->wire, layout->payload * sizeof lists[0]);
    tcx_cursor_init(&cursor, message, lists, 0);
    return tcx_cursor_absorb(&cursor, NULL, length);
}

tcx_status tcx_message_init(tcx_message *message, const tcx_request *request, tcx_signer *signer, int64_t unix_time,
                            uint32_t repeats)
{
    const tcx_layout *layout;
    uint64_t head;
    tcx_status status;

    memset(message, 0, sizeof *message);
    if (signer == NULL || signer->scheme == NULL)
        return TCX_E_NULL;
    status = tcx_request_check(request);
    if (status != TCX_OK)
        return status;
    if (unix_time < 0 || unix_time > TCX_TIME_MAX)
        return TCX_E_TIME;
    message->request = request;
    message->signer = signer;
    if (request->nonce != 0) {
        message->nonce = request->nonce + repeats;
        message->nonce += message->nonce < repeats; /* around: past 0 */
    }
    message->timestamp = (uint64_t)unix_time;
    tcx_date_write(message->date, tcx_day(message->timestamp));
    layout = tcx_message_layout(message);
    if (request->function_arg_source != NULL) {
        if (request->function_arg_source->size > layout->limit)
            return TCX_E_REQUEST_TOO_LARGE; /* known before any of it is read */
        request->function_arg_source->is_signed = 0;
    }
    status = signer->scheme->format->sign(message, signer);
    if (status != TCX_OK)
        return status;
    status = head_length(message, layout, &head);
    message->length = head + message->content_length;
    if (status == TCX_OK && (layout->wire[layout->payload] != NULL ? message->content_length : head) > layout->limit)
        status = TCX_E_REQUEST_TOO_LARGE;
    return status;
}
