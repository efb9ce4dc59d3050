/*
 * The template of a request: constant text in flash, with placeholders for the borrowed fields.
 *
 * The library copies nothing of a request until somebody asks for bytes. A cursor then writes them, and it can stop
 * after any byte. One template is hashed, counted for Content-Length, and sent. The strings to sign are templates, too.
 */
#ifndef TCX_MESSAGE_H
#define TCX_MESSAGE_H

#include "tcx_parameters.h"

/*
 * The placeholders, to be written between the literals of a template. A field is replaced by its bytes as they are.
 * Those of the texts of a request are in tcx_parameters.h.
 *
 *   M_ESCAPE FIELD       escapes the bytes with the encoder given to tcx_message_begin()
 *   M_IF … FIELD … M_END a section. It is skipped if the first field in it is unset. Sections do not nest
 */
#define M_ESCAPE           "\x80"
#define M_IF               "\x81"
#define M_END              "\x82"
#define M_SUB_APP_ID       "\x83" /* this one and the next three: decimal */
#define M_TIMESTAMP        "\x84"
#define M_NONCE            "\x85"
#define M_CONTENT_LENGTH   "\x86"
#define M_DATE             "\x87"
#define M_SIGNED_ACTION    "\x88" /* no bytes. Set if the format signs X-TC-Action */
#define M_DIGEST           "\x89" /* unset until there is one */
#define M_HOST             "\x8A" /* in lower case. From here on texts, in the order of message_texts */
#define M_SERVICE          "\x8B"
#define M_VERSION          "\x8C"
#define M_SECRET_ID        "\x8D"
#define M_TOKEN            "\x8E"
#define M_SIGNATURE_METHOD "\x8F"

/*
 * Escapes the bytes of a field. NULL in place of an encoder: the bytes stay as they are. `length` is at least 1, and
 * `*size` is 0. Returns how many bytes it took, at least 1. If `*size` is still 0, they stay as they are. Otherwise it
 * has written them, escaped, to `unit`: `*size` characters, at most TCX_UNIT.
 */
typedef size_t (*tcx_encoder)(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size);

/* For the inside of a JSON string. */
/*@ requires length > 0 && \valid_read(bytes + (0 .. length - 1)) && \valid(unit + (0 .. TCX_UNIT - 1)) && *size == 0;
    ensures 1 <= \result <= length && *size <= TCX_UNIT; */
size_t tcx_encode_json(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size);

/* RFC 3986: leaves unreserved characters as they are, and writes upper-case hex. */
/*@ requires length > 0 && \valid_read(bytes + (0 .. length - 1)) && \valid(unit + (0 .. TCX_UNIT - 1)) && *size == 0;
    ensures 1 <= \result <= length && *size <= TCX_UNIT; */
size_t tcx_encode_percent(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size);

/* Writes two hexadecimal digits of the alphabet, which has 16 characters. */
static inline void tcx_hex(unsigned char out[2], unsigned char byte, const char *alphabet)
{
    out[0] = (unsigned char)alphabet[byte >> 4];
    out[1] = (unsigned char)alphabet[byte & 15];
}

enum { TCX_PARTS = 5 }; /* templates in a row, with the NULL at the end */

/* The templates of one format and method. Rows of them end with NULL. */
typedef struct tcx_layout {
    const char *head[TCX_PARTS];      /* the head of the HTTP request */
    const char *body;                 /* NULL: there is no body */
    const char *canonical[TCX_PARTS]; /* what is signed (v1), or hashed and then signed (TC3) */
    tcx_encoder encoder;              /* for what is sent */
    uint32_t limit;                   /* bytes of the body; without a body, of the whole request */
} tcx_layout;

/* One for each tcx_format. The index into tcx_method.layouts. */
enum { TCX_FAMILY_TC3, TCX_FAMILY_V1, TCX_FAMILIES };

struct tcx_format {
    tcx_status (*prepare)(tcx_message *message); /* what does not depend on the time; NULL: nothing */
    tcx_status (*sign)(tcx_message *message);
    const tcx_layout *post;
    tcx_text signature_method; /* v1's parameter of that name */
    uint8_t family;
    uint8_t hash_size; /* bytes: 32 for SHA-256 */
    uint8_t signs_action;
};

struct tcx_method {
    const tcx_layout *layouts[TCX_FAMILIES];
};

extern const tcx_layout tcx_layout_tc3_get;
extern const tcx_layout tcx_layout_v1_get;

/*
 * Checks the request and, for TC3 by POST, hashes its body. Errors: those of tcx_request_check(), TCX_E_SOURCE,
 * TCX_E_FUNCTION_ARG_UTF8 of a source, TCX_E_REQUEST_TOO_LARGE. The message borrows all arguments.
 */
tcx_status tcx_message_init(tcx_message *message, const tcx_request *request, tcx_signer *signer);

/*
 * Signs the request, for the first time or again with another time. TC3 by POST does not read the body again.
 * `repeats`: how often the same request was sent before, so that each signature v1 has its own nonce. Errors: those of
 * tcx_request_build() except TCX_E_BUFFER. The deepest path of the stack is here.
 */
tcx_status tcx_message_sign(tcx_message *message, int64_t unix_time, uint32_t repeats);

/* Returns the bytes of the HTTP request without its body. Moves the cursor. */
uint32_t tcx_message_head_length(tcx_message *message);

/*
 * Starts to read `parts`, templates up to a NULL, and after them the template `last`. Each may be NULL. M_ESCAPE uses
 * `encoder`.
 */
void tcx_message_begin(tcx_message *message, const char *const *parts, const char *last, tcx_encoder encoder);

/* Starts to read the whole HTTP request. */
void tcx_message_begin_wire(tcx_message *message);

/*
 * Copies the next `capacity` bytes, or fewer at the end or after an error. An error (TCX_E_SOURCE,
 * TCX_E_FUNCTION_ARG_UTF8) is in message->status. After TCX_E_SOURCE, the source's own number is in message->detail.
 */
/*@ requires \valid((char *)out + (0 .. capacity - 1));
    ensures \result <= capacity; */
size_t tcx_message_read(tcx_message *message, void *out, size_t capacity);

/*
 * Returns 1 when everything was read without an error. Otherwise 0: message->status is the error, or TCX_OK if there
 * are more bytes. Ask before the last bytes are used: this finds a source that changed after it was signed.
 */
int tcx_message_at_end(tcx_message *message);

/*
 * Reads the rest into a running hash. NULL: into that of the body, if the body has one. `*length`: in, the limit; out,
 * the number of bytes. Returns TCX_E_REQUEST_TOO_LARGE as soon as there are more than the limit.
 */
tcx_status tcx_message_absorb(tcx_message *message, const br_hash_class **hash, uint32_t *length);

#endif
