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
    return (unsigned)(last % 10);
}

/*@ ensures &message->unit[0] <= message->value && 1 <= message->left <= sizeof(message->unit); */
static void put_number(tcx_message *message, uint64_t number)
{
    uint32_t high = (uint32_t)(number >> 32), low = (uint32_t)number;
    unsigned char *end = message->unit + sizeof message->unit, *digit = end;

    do {
        *--digit = (unsigned char)('0' + divide(&high, &low));
    } while ((high | low) != 0);
    message->value = digit;
    message->left = (size_t)(end - digit);
}

/* Makes a text the value that is read next. 0: it is unset. */
static int find_text(tcx_message *message, unsigned field)
{
    const tcx_request *request = message->request;
    const tcx_signer *signer = message->signer;
    const void *const owners[] = { request, request->service, signer->credentials, signer->scheme->format, message };
    const char *owner = owners[texts[field - FUNCTION_NAME].owner];
    const tcx_text *text = (const void *)(owner + texts[field - FUNCTION_NAME].offset);

    message->value = (const unsigned char *)text->bytes;
    if (text->bytes != NULL)
        message->left = text->length;
    if (field == FUNCTION_ARG && request->function_arg_source != NULL) {
        message->source = request->function_arg_source;
        message->source->offset = 0;
    }
    return text->bytes != NULL;
}

/* Makes a field the value that is read next. 0: it is unset. */
static int find(tcx_message *message, unsigned field)
{
    uint64_t number = 0;

    switch (field) {
    case SUB_APP_ID:
        if (message->request->sub_app_id == NULL)
            return 0;
        number = *message->request->sub_app_id;
        break;
    case TIMESTAMP:
        number = message->timestamp;
        break;
    case NONCE:
        number = message->nonce;
        break;
    case CONTENT_LENGTH:
        number = message->content_length;
        break;
    case DATE:
        message->value = (const unsigned char *)message->date;
        message->left = sizeof message->date;
        return 1;
    case SIGNED_ACTION:
        return message->signer->scheme->format->signs_action;
    case DIGEST:
        message->value = message->digest;
        message->left = message->digest_length;
        return message->digest_length;
    case END:
        return 1;
    default:
        return find_text(message, field);
    }
    put_number(message, number);
    return 1;
}

/* What a mark stands for. */
static void follow(tcx_message *message)
{
    unsigned mark = (unsigned char)*message->text++;
    unsigned field = mark;

    if (mark == TEXT || mark == IF)
        field = (unsigned char)*message->text++;
    message->encoder = mark == TEXT ? message->texts : field == HOST ? encode_lower : NULL;
    if (find(message, field) || mark != IF) {
        if (mark == IF)
            message->left = 0;
        return;
    }
    while ((unsigned char)*message->text++ != END)
        ;
}

/* Sees to it that there are bytes to be taken. 0: there are none any more, or none that can be had. */
/*@ ensures (\result != 0) == (message->length > 0);
    ensures \valid_read(message->bytes + (0 .. message->length - 1)); */
static int next(tcx_message *message)
{
    while (message->length == 0) {
        size_t run = 0;

        if (message->status != TCX_OK)
            return 0;
        if (message->left > 0) {
            message->bytes = message->value;
            run = message->left;
            if (message->encoder != NULL)
                run = message->encoder(message->value, run, message->unit, &message->length);
            if (run > 0) {
                message->length = run;
            } else {
                message->bytes = message->unit;
                run = 1;
            }
            message->value += run;
            message->left -= run;
        } else if (message->source != NULL) {
            message->source->pull(message);
        } else if (*message->text == '\0') {
            if (message->part != NULL && *message->part != NULL) {
                message->text = *message->part++;
            } else if (message->last != NULL) {
                message->text = message->last;
                message->last = NULL;
            } else {
                return 0;
            }
        } else {
            message->bytes = (const unsigned char *)message->text;
            while (message->bytes[run] != 0 && message->bytes[run] < FUNCTION_NAME)
                run++;
            message->text += run;
            message->length = run;
            if (run == 0)
                follow(message);
        }
    }
    return 1;
}

void tcx_message_begin(tcx_message *message, const char *const *parts, const char *last, tcx_encoder encoder)
{
    message->length = 0;
    message->left = 0;
    message->source = NULL;
    message->texts = encoder;
    message->text = "";
    message->part = parts;
    message->last = last;
}

void tcx_message_begin_wire(tcx_message *message)
{
    tcx_message_begin(message, message->layout->head, message->layout->body, message->layout->encoder);
}

size_t tcx_message_read(tcx_message *message, void *out, size_t capacity)
{
    unsigned char *bytes = out;
    size_t done = 0;

    while (done < capacity && next(message)) {
        size_t part = capacity - done;

        if (part > message->length)
            part = message->length;
        memcpy(bytes + done, message->bytes, part);
        message->bytes += part;
        message->length -= part;
        done += part;
    }
    return done;
}

int tcx_message_at_end(tcx_message *message)
{
    return !next(message) && message->status == TCX_OK;
}

tcx_status tcx_message_absorb(tcx_message *message, const br_hash_class **hash, uint32_t *length)
{
    uint32_t left = *length;

    while (next(message)) {
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
            return TCX_E_REQUEST_TOO_LARGE; /* known before any of it is read */
        request->function_arg_source->is_signed = 0;
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
        message->nonce += message->nonce < repeats; /* around: past 0 */
    }
    message->digest_length = 0;
    status = message->signer->scheme->format->sign(message);
    if (status == TCX_OK && layout->body == NULL && tcx_message_head_length(message) > layout->limit)
        status = TCX_E_REQUEST_TOO_LARGE;
    return status;
}
