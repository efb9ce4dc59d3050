/*
 * The gather list: the text of a request, in flash, with marks where borrowed fields stand.
 *
 * Nothing of a request is copied until bytes are asked for, and then they come out through a cursor that can stop after
 * any byte. The same list is read into the payload hash, counted for Content-Length, and sent; the strings that are
 * signed are lists of the same kind.
 */
#ifndef TCX_MESSAGE_H
#define TCX_MESSAGE_H

#include <tcexec/request.h>

/*
 * The marks, to be written between the literals of a string. A field stands for its bytes as they are; M_TEXT before it
 * encodes them as the list's reader was told. M_IF FIELD … M_END: only where the field is set; these do not nest.
 */
#define M_FUNCTION_NAME    "\x80"
#define M_FUNCTION_ARG     "\x81"
#define M_SESSION_CONTEXT  "\x82"
#define M_SESSION_ID       "\x83"
#define M_EXT_INFO         "\x84"
#define M_REGION           "\x85"
#define M_LANGUAGE         "\x86"
#define M_SERVICE          "\x87"
#define M_VERSION          "\x88"
#define M_SECRET_ID        "\x89"
#define M_TOKEN            "\x8A"
#define M_SIGNATURE_METHOD "\x8B"
#define M_HOST             "\x8C" /* in lower case */
#define M_SUB_APP_ID       "\x8D" /* this and the next three: decimal */
#define M_TIMESTAMP        "\x8E"
#define M_NONCE            "\x8F"
#define M_CONTENT_LENGTH   "\x90"
#define M_DATE             "\x91"
#define M_SIGNED_ACTION    "\x92" /* empty; set where the format signs X-TC-Action */
#define M_DIGEST           "\x93" /* unset before there is one */
#define M_TEXT             "\x94"
#define M_IF               "\x95"
#define M_END              "\x96"

/*
 * How the bytes of a text stand in a list; NULL: as they are. Returns how many of the `length` (at least 1) bytes at
 * `bytes`, from the first on, stand as they are; where that is 0, the first one stands as the `*size` characters that
 * it puts into `unit` (at most 6).
 */
typedef size_t (*tcx_encoder)(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size);

/* The inside of a JSON string. */
/*@ requires length > 0 && \valid_read(bytes + (0 .. length - 1)) && \valid(unit + (0 .. 5)) && \valid(size);
    ensures \result <= length && (\result == 0 ==> 1 <= *size <= 6); */
size_t tcx_encode_json(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size);

/* RFC 3986: only unreserved characters bare, upper-case hex. */
/*@ requires length > 0 && \valid_read(bytes + (0 .. length - 1)) && \valid(unit + (0 .. 5)) && \valid(size);
    ensures \result <= length && (\result == 0 ==> 1 <= *size <= 6); */
size_t tcx_encode_percent(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size);

/* Two hexadecimal digits of the alphabet, 16 characters. */
static inline void tcx_hex(unsigned char out[2], unsigned char byte, const char *alphabet)
{
    out[0] = (unsigned char)alphabet[byte >> 4];
    out[1] = (unsigned char)alphabet[byte & 15];
}

enum { TCX_PARTS = 5 }; /* of a list, the NULL included */

/* The lists of one format and method, in parts that end with NULL. */
typedef struct tcx_layout {
    const char *head[TCX_PARTS];      /* of the HTTP request */
    const char *body;                 /* NULL: it has none */
    const char *canonical[TCX_PARTS]; /* what is signed (v1) or hashed and then signed (TC3) */
    tcx_encoder encoder;              /* of texts on the wire */
    uint32_t limit;                   /* bytes of the body; without one, of the whole request */
} tcx_layout;

/* One for each tcx_format; the index into tcx_method.layouts. */
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
 * TCX_E_FUNCTION_ARG_UTF8 of a source, TCX_E_REQUEST_TOO_LARGE. The message borrows what it is given.
 */
tcx_status tcx_message_init(tcx_message *message, const tcx_request *request, tcx_signer *signer);

/*
 * Signs, for the first time or again with another time; TC3 by POST does not read the body for it. `repeats`: how often
 * the same request was sent before, so that each signature v1 has a nonce of its own. Errors: those of
 * tcx_request_build() but TCX_E_BUFFER. Stack: the deepest path of signing.
 */
tcx_status tcx_message_sign(tcx_message *message, int64_t unix_time, uint32_t repeats);

/* Of the HTTP request without its body, in bytes. Not to be asked while it is read. */
uint32_t tcx_message_head_length(tcx_message *message);

/* Begins to read a list: `parts` up to a NULL, then `last`; each may be NULL. `encoder`: of its texts. */
void tcx_message_begin(tcx_message *message, const char *const *parts, const char *last, tcx_encoder encoder);

/* Begins to read the whole HTTP request. */
void tcx_message_begin_wire(tcx_message *message);

/*
 * The next bytes, `capacity` of them or, at the end or after an error, fewer. An error (TCX_E_SOURCE,
 * TCX_E_FUNCTION_ARG_UTF8) is in message->status; with TCX_E_SOURCE, the source's own number is in message->detail.
 */
/*@ requires \valid((char *)out + (0 .. capacity - 1));
    ensures \result <= capacity; */
size_t tcx_message_read(tcx_message *message, void *out, size_t capacity);

/*
 * 1 when everything has been read and nothing was wrong, else 0: message->status says what, or TCX_OK when there is
 * more. To be asked before the last bytes are used: a source that changed since it was signed shows at the latest here.
 */
int tcx_message_at_end(tcx_message *message);

/*
 * Reads all that is left into a running hash (NULL: nowhere). `*length`: in, the limit; out, how many bytes it was.
 * TCX_E_REQUEST_TOO_LARGE as soon as there are more than the limit.
 */
tcx_status tcx_message_absorb(tcx_message *message, const br_hash_class **hash, uint32_t *length);

#endif
