#include "tcx_message.h"

#include "tcx_calendar.h"
#include "tcx_request.h"
#include "tcx_stack.h"

/* The placeholders as numbers, in the order of the header. The texts come last and need no numbers here. */
enum {
    MESSAGE_ESCAPE = 0x80,
    MESSAGE_IF,
    MESSAGE_END,
    MESSAGE_SUB_APP_ID,
    MESSAGE_TIMESTAMP,
    MESSAGE_NONCE,
    MESSAGE_CONTENT_LENGTH,
    MESSAGE_DATE,
    MESSAGE_SIGNED_ACTION,
    MESSAGE_DIGEST,
    MESSAGE_HOST /* the first text */
};

/* The structures that hold texts. */
enum { MESSAGE_SELF, MESSAGE_REQUEST, MESSAGE_SERVICE, MESSAGE_CREDENTIALS, MESSAGE_FORMAT };

#define MESSAGE_REQUEST_ROW(member, status, limit, service, ascii) { MESSAGE_REQUEST, offsetof(tcx_request, member) },

/* Where each text is, in the order of the placeholders. */
static const struct {
    uint8_t owner;
    uint8_t offset;
} message_texts[] = {
    { MESSAGE_SELF, offsetof(tcx_message, host.sent) },
    { MESSAGE_SERVICE, offsetof(tcx_service, name) },
    { MESSAGE_SERVICE, offsetof(tcx_service, version) },
    { MESSAGE_CREDENTIALS, offsetof(tcx_credentials, secret_id) },
    { MESSAGE_CREDENTIALS, offsetof(tcx_credentials, token) },
    { MESSAGE_FORMAT, offsetof(tcx_format, signature_method) },
    TCX_TEXTS(MESSAGE_REQUEST_ROW)
};

static size_t message_encode_lower(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size)
{
    size_t run = 0;

    while (run < length && !(bytes[run] >= 'A' && bytes[run] <= 'Z'))
        run++;
    if (run == 0) {
        *unit = (unsigned char)(*bytes + ('a' - 'A'));
        *size = run = 1;
    }
    return run;
}

/* Divides by 10 in steps of 32 bits, which every core can do: a division of 64 bits links 700 bytes of library. */
static unsigned message_divide(uint32_t *high, uint32_t *low)
{
    uint32_t middle = *high % 10 << 16 | *low >> 16;
    uint32_t last = middle % 10 << 16 | (*low & 0xFFFF);

    *high /= 10;
    *low = middle / 10 << 16 | last / 10;
    return (unsigned)(last % 10);
}

/*@ ensures &message->unit[0] <= message->value && 1 <= message->left <= sizeof(message->unit); */
static void message_resolve_number(tcx_message *message, uint64_t number)
{
    uint32_t high = (uint32_t)(number >> 32), low = (uint32_t)number;
    unsigned char *end = message->unit + sizeof message->unit, *digit = end;

    do {
        *--digit = (unsigned char)('0' + message_divide(&high, &low));
    } while ((high | low) != 0);
    message->value = digit;
    message->left = (size_t)(end - digit);
}

/* Makes a text the value to read next. Returns 0 if it is unset. */
static int message_resolve_text(tcx_message *message, unsigned field)
{
    const tcx_request *request = message->request;
    const tcx_signer *signer = message->signer;
    const void *const owners[] = { message, request, request->service, signer->credentials, signer->scheme->format };
    const char *owner = owners[message_texts[field - MESSAGE_HOST].owner];
    const tcx_text *text = (const void *)(owner + message_texts[field - MESSAGE_HOST].offset);

    message->value = (const unsigned char *)text->bytes;
    if (text->bytes != NULL)
        message->left = text->length;
    if (field == (unsigned char)M_FUNCTION_ARG[0] && request->function_arg_source != NULL) {
        message->source = request->function_arg_source;
        message->source->offset = 0;
    }
    return text->bytes != NULL;
}

/* Makes a field the value to read next. Returns 0 if it is unset. */
static int message_resolve_field(tcx_message *message, unsigned field)
{
    uint64_t number = 0;

    switch (field) {
    case MESSAGE_SUB_APP_ID:
        if (message->request->sub_app_id == NULL)
            return 0;
        number = *message->request->sub_app_id;
        break;
    case MESSAGE_TIMESTAMP:
        number = message->timestamp;
        break;
    case MESSAGE_NONCE:
        number = message->nonce;
        break;
    case MESSAGE_CONTENT_LENGTH:
        number = message->content_length;
        break;
    case MESSAGE_DATE:
        message->value = (const unsigned char *)message->date;
        message->left = sizeof message->date;
        return 1;
    case MESSAGE_SIGNED_ACTION:
        return message->signer->scheme->format->signs_action;
    case MESSAGE_DIGEST:
        message->value = message->digest;
        message->left = message->digest_length;
        return message->digest_length;
    case MESSAGE_END:
        return 1;
    default:
        return message_resolve_text(message, field);
    }
    message_resolve_number(message, number);
    return 1;
}

/* Returns 1 for a byte of text in a template: neither its end nor a placeholder. */
static int message_is_constant(char byte)
{
    return (signed char)byte > 0;
}

/* Expands the placeholder that is next in the template. A section is skipped if the field in it is unset. */
static void message_expand_placeholder(tcx_message *message)
{
    const char *at = message->rest;
    unsigned placeholder = (unsigned char)*at++, field = placeholder;

    message->rest = at;
    while (field <= MESSAGE_IF)
        field = (unsigned char)*at++;
    if (placeholder == MESSAGE_IF) {
        if (!message_resolve_field(message, field)) {
            while ((unsigned char)*at++ != MESSAGE_END)
                ;
            message->rest = at;
        }
        message->left = 0;
        return;
    }
    message->rest = at;
    message->field_encoder = placeholder == MESSAGE_ESCAPE ? message->encoder
                             : field == MESSAGE_HOST       ? message_encode_lower
                                                           : NULL;
    (void)message_resolve_field(message, field);
}

/* Makes `bytes` and `length` non-empty. Returns 0 at the end or after an error. */
/*@ ensures (\result != 0) == (message->length > 0);
    ensures \valid_read(message->bytes + (0 .. message->length - 1)); */
static int message_refill(tcx_message *message)
{
    while (message->length == 0) {
        size_t run = 0;

        if (message->left > 0) {
            message->bytes = message->value;
            run = message->left;
            if (message->field_encoder != NULL)
                run = message->field_encoder(message->value, run, message->unit, &message->length);
            if (message->length > 0)
                message->bytes = message->unit;
            else
                message->length = run;
            message->value += run;
            message->left -= run;
        } else if (message->source != NULL) {
            if (message->status != TCX_OK)
                return 0;
            message->source->refill(message);
        } else if (message_is_constant(*message->rest)) {
            const char *end = message->rest;

            do
                end++;
            while (message_is_constant(*end));
            message->bytes = (const unsigned char *)message->rest;
            message->length = (size_t)(end - message->rest);
            message->rest = end;
        } else if (*message->rest != '\0') {
            message_expand_placeholder(message);
        } else if (message->parts != NULL && *message->parts != NULL) {
            message->rest = *message->parts++;
        } else if (message->last != NULL) {
            message->rest = message->last;
            message->last = NULL;
            if (message->proof != NULL)
                message->proof->hash.vtable->init(&message->proof->hash.vtable);
        } else {
            if (message->proof != NULL)
                message->proof->refill(message);
            return 0;
        }
    }
    return 1;
}

void tcx_message_begin(tcx_message *message, const char *const *parts, const char *last, tcx_encoder encoder)
{
    message->length = 0;
    message->left = 0;
    message->source = NULL;
    message->encoder = encoder;
    message->rest = "";
    message->parts = parts;
    message->last = last;
    message->proof = NULL;
}

void tcx_message_begin_wire(tcx_message *message)
{
    tcx_source *source = message->request->function_arg_source;

    tcx_message_begin(message, message->layout->head, message->layout->body, message->layout->encoder);
    if (source != NULL && source->in_body)
        message->proof = source;
}

size_t tcx_message_read(tcx_message *message, void *out, size_t capacity)
{
    unsigned char *bytes = out;
    size_t done = 0;

    while (done < capacity && message_refill(message)) {
        size_t part = capacity - done;

        if (part > message->length)
            part = message->length;
        memcpy(bytes + done, message->bytes, part);
        if (message->proof != NULL && message->last == NULL)
            message->proof->hash.vtable->update(&message->proof->hash.vtable, message->bytes, part);
        message->bytes += part;
        message->length -= part;
        done += part;
    }
    return done;
}

int tcx_message_at_end(tcx_message *message)
{
    return !message_refill(message) && message->status == TCX_OK;
}

tcx_status tcx_message_absorb(tcx_message *message, const br_hash_class **hash, uint32_t *length)
{
    uint32_t left = *length;

    if (hash == NULL && message->proof != NULL)
        hash = &message->proof->hash.vtable;
    while (message_refill(message)) {
        if (message->length > left)
            return TCX_E_REQUEST_TOO_LARGE;
        left -= (uint32_t)message->length;
        if (hash != NULL)
            (*hash)->update(hash, message->bytes, message->length);
        message->length = 0;
    }
    *length -= left;
    return message->status;
}

uint32_t tcx_message_head_length(tcx_message *message)
{
    uint32_t length = UINT32_MAX;

    tcx_message_begin(message, message->layout->head, NULL, message->layout->encoder);
    (void)tcx_message_absorb(message, NULL, &length);
    return length;
}

tcx_status tcx_message_init(tcx_message *message, const tcx_request *request, tcx_signer *signer)
{
    const tcx_format *format;
    tcx_status status;

    memset(message, 0, sizeof *message);
    if (signer == NULL || signer->scheme == NULL)
        return TCX_E_NULL;
    status = tcx_request_read(request, &message->host);
    if (status != TCX_OK)
        return status;
    format = signer->scheme->format;
    message->request = request;
    message->signer = signer;
    message->layout = request->method != NULL ? request->method->layouts[format->family] : format->post;
    if (request->function_arg_source != NULL) {
        if (request->function_arg_source->size > message->layout->limit)
            return TCX_E_REQUEST_TOO_LARGE; /* before any of it is read */
        request->function_arg_source->is_signed = 0;
        request->function_arg_source->in_body = 0;
    }
    return format->prepare != NULL ? format->prepare(message) : TCX_OK;
}

tcx_status tcx_message_sign(tcx_message *message, int64_t unix_time, uint32_t repeats)
{
    const tcx_layout *layout = message->layout;
    tcx_status status;

    if (unix_time < 0 || unix_time > TCX_TIME_MAX)
        return TCX_E_TIME;
    message->timestamp = (uint64_t)unix_time;
    tcx_date_write(message->date, tcx_day(message->timestamp));
    message->nonce = message->request->nonce;
    if (message->nonce != 0) {
        message->nonce += repeats;
        message->nonce += message->nonce < repeats; /* wrapped: skip 0 */
    }
    message->digest_length = 0;
    status = message->signer->scheme->format->sign(message);
    tcx_stack_wipe();
    if (status == TCX_OK && layout->body == NULL && tcx_message_head_length(message) > layout->limit)
        status = TCX_E_REQUEST_TOO_LARGE;
    return status;
}
