/*
 * The gather list: a request as a list of segments, each a literal followed by a borrowed field and how it is encoded.
 *
 * The lists are constants; nothing of a request is copied until bytes are asked for, and then they come out through a
 * cursor that can stop after any byte. The same list is read into the payload hash, counted for Content-Length, and
 * sent; the strings that are signed are lists of the same kind.
 */
#ifndef TCX_MESSAGE_H
#define TCX_MESSAGE_H

#include <tcexec/request.h>

typedef enum tcx_field {
    TCX_FIELD_NONE = 0, /* always set, and empty */
    TCX_FIELD_HOST,
    TCX_FIELD_SERVICE,
    TCX_FIELD_VERSION,
    TCX_FIELD_REGION,
    TCX_FIELD_LANGUAGE,
    TCX_FIELD_SECRET_ID,
    TCX_FIELD_TOKEN,
    TCX_FIELD_TIMESTAMP,
    TCX_FIELD_DATE,
    TCX_FIELD_NONCE,
    TCX_FIELD_SIGNATURE_METHOD,
    TCX_FIELD_SIGNED_ACTION, /* set, and empty, where the format signs X-TC-Action */
    TCX_FIELD_DIGEST,
    TCX_FIELD_CONTENT_LENGTH,
    TCX_FIELD_FUNCTION_NAME,
    TCX_FIELD_FUNCTION_ARG,
    TCX_FIELD_SUB_APP_ID,
    TCX_FIELD_SESSION_CONTEXT,
    TCX_FIELD_SESSION_ID,
    TCX_FIELD_EXT_INFO
} tcx_field;

typedef enum tcx_encoding {
    TCX_ENCODE_NOTHING = 0, /* the literal only, where the field is set */
    TCX_ENCODE_RAW,         /* numbers: decimal */
    TCX_ENCODE_LOWER,       /* ASCII letters in lower case */
    TCX_ENCODE_JSON,        /* the inside of a JSON string */
    TCX_ENCODE_PERCENT,     /* RFC 3986: only unreserved characters bare, upper-case hex */
    TCX_ENCODE_HEX          /* lower-case hex */
} tcx_encoding;

/* A literal, then a field. Where the field is unset, neither. A list ends with a literal of NULL. */
typedef struct tcx_segment {
    const char *literal;
    uint8_t field;    /* tcx_field */
    uint8_t encoding; /* tcx_encoding */
} tcx_segment;

enum { TCX_LISTS = 5 }; /* of a layout, the ending NULL included */

/* The lists of one format and method, each array ended by NULL. */
typedef struct tcx_layout {
    const tcx_segment *wire[TCX_LISTS];      /* the whole HTTP request */
    const tcx_segment *canonical[TCX_LISTS]; /* what is signed (v1) or hashed and then signed (TC3) */
    uint8_t payload;                         /* the lists from wire[payload] on are the body */
    uint32_t limit;                          /* bytes of the body; without one, of the whole request */
} tcx_layout;

/* One for each tcx_format; the index into tcx_method.layouts. */
enum { TCX_FAMILY_TC3, TCX_FAMILY_V1, TCX_FAMILIES };

struct tcx_format {
    tcx_status (*sign)(tcx_message *message, tcx_signer *signer);
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
 * Checks, hashes and signs: after TCX_OK the message's `layout->wire` can be read. Errors: those of tcx_request_build()
 * but TCX_E_BUFFER. The message borrows what it is given. `repeats`: how often the same request was signed before, so
 * that each signature v1 has a nonce of its own. Stack: the deepest path of signing.
 */
tcx_status tcx_message_init(tcx_message *message, const tcx_request *request, tcx_signer *signer, int64_t unix_time,
                            uint32_t repeats);

/* The lists of the message's format and method. */
const tcx_layout *tcx_message_layout(const tcx_message *message);

/*
 * Begins to read `lists` (ended by NULL). `raw`: percent-encoded values as they are, which is what signature v1 signs.
 */
void tcx_cursor_init(tcx_cursor *cursor, tcx_message *message, const tcx_segment *const *lists, int raw);

/*
 * The next bytes, `capacity` of them or, at the end or after an error, fewer. An error (TCX_E_SOURCE,
 * TCX_E_FUNCTION_ARG_UTF8) is in cursor->status and stays; with TCX_E_SOURCE, the source's own number is in
 * message->detail.
 */
size_t tcx_cursor_read(tcx_cursor *cursor, void *out, size_t capacity);

/*
 * 1 when everything has been read and nothing was wrong, else 0: cursor->status says what, or TCX_OK when there is
 * more. To be asked before the last bytes are used: a source that changed since it was signed shows at the latest here.
 */
int tcx_cursor_at_end(tcx_cursor *cursor);

/* Reads all that is left into a running hash (NULL: nowhere) and counts it. */
tcx_status tcx_cursor_absorb(tcx_cursor *cursor, const br_hash_class **hash, uint64_t *length);

#endif
