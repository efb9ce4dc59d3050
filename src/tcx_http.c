/*
 * The HTTP/1.1 response reader. Section numbers are of RFC 9112, unless another is named.
 */
#include <tcexec/response.h>

#include "tcx_calendar.h"

enum { CHUNK_SIZE_DIGITS = 8 }; /* 4 GiB: more than any buffer takes */

/* Where in the response the next byte stands. */
enum {
    STATUS_LINE, /* in its fixed part */
    REASON,
    LINE_END,   /* of the status line or a field line: CR was there */
    LINE_START, /* of a field line */
    NAME,
    VALUE,
    HEAD_END, /* of the head or the trailers: CR of the empty line was there */
    CHUNK_SIZE,
    CHUNK_EXTENSION,
    CHUNK_SIZE_END,
    CHUNK_END,
    CHUNK_END_LF,
    CHUNK,       /* `left` bytes of body, then CHUNK_END */
    BODY,        /* `left` bytes of body, then COMPLETE */
    BODY_TO_END, /* body until the peer closes */
    COMPLETE,
    FAILED
};

/* What is known of the response. */
enum {
    HAS_LENGTH = 1, /* Content-Length came; its value is in `left` */
    CHUNKED = 2,
    CLOSE = 4, /* the connection ends with this response */
    KEEP_ALIVE = 8,
    OLD = 16,      /* HTTP/1.0 */
    TRAILER = 32,  /* field lines are trailers */
    OVERLONG = 64, /* the value did not fit the window */
    BLANK = 128    /* blanks came after what is in the window */
};

/* The field whose line is being read. */
enum { OTHER, NO_FIELD, CONTENT_LENGTH, TRANSFER_ENCODING, CONTENT_ENCODING, CONNECTION, DATE };

static int is_digit(unsigned char byte)
{
    return byte >= '0' && byte <= '9';
}

static unsigned char lower(unsigned char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte - 'A' + 'a') : byte;
}

/* RFC 9110 section 5.6.2 */
static int is_token(unsigned char byte)
{
    static const uint32_t set[] = { 0, 0x03FF6CFA, 0xC7FFFFFE, 0x57FFFFFF };

    return byte < 128 && (set[byte / 32] >> byte % 32 & 1);
}

/* RFC 9110 section 5.5: field content, and blanks. */
static int is_text(unsigned char byte)
{
    return byte == '\t' || (byte >= ' ' && byte != 0x7F);
}

/* Whether `text` is `word`, which is in lower case, in any case. */
static int is_word(const char *text, size_t length, const char *word)
{
    if (length != strlen(word))
        return 0;
    for (size_t i = 0; i < length; i++) {
        if (lower((unsigned char)text[i]) != (unsigned char)word[i])
            return 0;
    }
    return 1;
}

static int window_is(const tcx_http *http, const char *word)
{
    return !(http->flags & OVERLONG) && is_word(http->window, http->window_length, word);
}

static void window_add(tcx_http *http, unsigned char byte)
{
    if (http->window_length < sizeof http->window)
        http->window[http->window_length++] = (char)byte;
    else
        http->flags |= OVERLONG;
}

static void window_clear(tcx_http *http)
{
    http->window_length = 0;
    http->flags &= (uint8_t) ~(OVERLONG | BLANK);
}

static void response_clear(tcx_http *http)
{
    http->state = STATUS_LINE;
    http->flags = 0;
    http->window_length = 0;
    http->left = 0;
    http->date = 0;
}

void tcx_http_init(tcx_http *http, void *body, size_t capacity)
{
    memset(http, 0, sizeof *http);
    http->body = body;
    http->body_capacity = capacity;
    http->head_left = TCX_HTTP_HEAD_MAX;
    response_clear(http);
}

/* Section 4. The reason phrase may be missing together with its blank: many servers leave it out. */
static tcx_status status_line(tcx_http *http, unsigned char byte)
{
    static const char pattern[] = "HTTP/1.# ###";
    const char expected = pattern[http->window_length];

    if (expected == '#' ? !is_digit(byte) : (char)byte != expected)
        return TCX_E_HTTP_SYNTAX;
    window_add(http, byte);
    if (http->window_length == sizeof pattern - 1) {
        const char *code = http->window + 9;

        http->status = (uint16_t)((code[0] - '0') * 100 + (code[1] - '0') * 10 + code[2] - '0');
        if (http->status < 100)
            return TCX_E_HTTP_SYNTAX;
        if (http->window[7] == '0')
            http->flags |= OLD;
        window_clear(http);
        http->state = REASON;
    }
    return TCX_PENDING;
}

static tcx_status reason(tcx_http *http, unsigned char byte)
{
    if (byte == '\r') {
        http->field = NO_FIELD;
        http->state = LINE_END;
        return TCX_PENDING;
    }
    if (http->window_length == 0) {
        window_add(http, byte);
        return byte == ' ' ? TCX_PENDING : TCX_E_HTTP_SYNTAX;
    }
    return is_text(byte) ? TCX_PENDING : TCX_E_HTTP_SYNTAX;
}

static tcx_status line_start(tcx_http *http, unsigned char byte)
{
    window_clear(http);
    if (byte == '\r') {
        http->state = HEAD_END;
    } else if (byte == ' ' || byte == '\t') {
        /*
         * Section 5.2: a folded line goes on with the field before it. That is harmless in a field that is not read,
         * and refused in one that is.
         */
        if (http->field != OTHER)
            return TCX_E_HTTP_SYNTAX;
        http->state = VALUE;
    } else if (is_token(byte)) {
        window_add(http, byte);
        http->state = NAME;
    } else {
        return TCX_E_HTTP_SYNTAX;
    }
    return TCX_PENDING;
}

/* Section 5.1: no blank may stand before the colon. */
static tcx_status name(tcx_http *http, unsigned char byte)
{
    static const struct {
        const char *name;
        uint8_t field;
    } known[] = {
        { "content-length", CONTENT_LENGTH },
        { "transfer-encoding", TRANSFER_ENCODING },
        { "content-encoding", CONTENT_ENCODING },
        { "connection", CONNECTION },
        { "date", DATE },
    };

    if (is_token(byte)) {
        window_add(http, byte);
        return TCX_PENDING;
    }
    if (byte != ':')
        return TCX_E_HTTP_SYNTAX;
    http->field = OTHER;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (window_is(http, known[i].name))
            http->field = known[i].field;
    }
    window_clear(http);
    http->state = VALUE;
    return TCX_PENDING;
}

/* Section 6.3, rule 5: one decimal number, once. 19 digits cannot overflow 64 bits. */
static tcx_status content_length(tcx_http *http)
{
    if ((http->flags & (HAS_LENGTH | OVERLONG)) || http->window_length == 0 || http->window_length > 19)
        return TCX_E_HTTP_LENGTH;
    for (unsigned i = 0; i < http->window_length; i++) {
        if (!is_digit((unsigned char)http->window[i]))
            return TCX_E_HTTP_LENGTH;
        http->left = http->left * 10 + (uint64_t)(http->window[i] - '0');
    }
    http->flags |= HAS_LENGTH;
    return TCX_PENDING;
}

/* RFC 9110 section 7.6.1: a list of options. One too long to read is taken as the careful choice. */
static void connection(tcx_http *http)
{
    const char *item = http->window, *end = item + http->window_length;

    if (http->flags & OVERLONG)
        http->flags |= CLOSE;
    while (item < end) {
        const char *stop = item;

        while (stop < end && *stop != ',' && *stop != ' ')
            stop++;
        if (is_word(item, (size_t)(stop - item), "close"))
            http->flags |= CLOSE;
        else if (is_word(item, (size_t)(stop - item), "keep-alive"))
            http->flags |= KEEP_ALIVE;
        item = stop + 1;
    }
}

static tcx_status field_end(tcx_http *http)
{
    http->state = LINE_END;
    if (http->flags & TRAILER)
        return TCX_PENDING; /* RFC 9110 section 6.5.1: no trailer changes what the head said */
    switch (http->field) {
    case CONTENT_LENGTH:
        return content_length(http);
    case TRANSFER_ENCODING: /* section 6.1: chunked, once and alone */
        if ((http->flags & CHUNKED) || !window_is(http, "chunked"))
            return TCX_E_HTTP_ENCODING;
        http->flags |= CHUNKED;
        break;
    case CONTENT_ENCODING: /* none was asked for, RFC 9110 section 12.5.3 */
        return window_is(http, "identity") ? TCX_PENDING : TCX_E_HTTP_ENCODING;
    case CONNECTION:
        connection(http);
        break;
    case DATE:
        http->date = tcx_http_date_read(http->window, http->flags & OVERLONG ? 0 : http->window_length);
        break;
    default:
        break;
    }
    return TCX_PENDING;
}

/* Blanks around the value are dropped, those inside become one. */
static tcx_status value(tcx_http *http, unsigned char byte)
{
    if (byte == '\r')
        return field_end(http);
    if (!is_text(byte))
        return TCX_E_HTTP_SYNTAX;
    if (http->field == OTHER)
        return TCX_PENDING;
    if (byte == ' ' || byte == '\t') {
        if (http->window_length > 0)
            http->flags |= BLANK;
        return TCX_PENDING;
    }
    if (http->flags & BLANK) {
        http->flags &= (uint8_t)~BLANK;
        window_add(http, ' ');
    }
    window_add(http, byte);
    return TCX_PENDING;
}

/* A body of known size that cannot fit is refused at once; of an error page the beginning is worth having. */
static int fits(const tcx_http *http)
{
    return http->status != 200 || http->left <= http->body_capacity - http->body_length;
}

static tcx_status complete(tcx_http *http)
{
    http->state = COMPLETE;
    return TCX_OK;
}

/* Section 6.3: how long is the body? */
static tcx_status head_end(tcx_http *http)
{
    if (http->flags & TRAILER)
        return complete(http);
    if (http->status == 101) /* RFC 9110 section 15.2.2: no upgrade was asked for */
        return TCX_E_HTTP_SYNTAX;
    if (http->status < 200) {
        response_clear(http);
        return TCX_PENDING;
    }
    if (http->status == 204 || http->status == 304) /* rule 1 */
        return complete(http);
    if (http->flags & CHUNKED) {
        if (http->flags & HAS_LENGTH) /* rule 3: a sign of request smuggling */
            return TCX_E_HTTP_LENGTH;
        if (http->flags & OLD) /* section 6.1: faulty framing */
            return TCX_E_HTTP_ENCODING;
        window_clear(http);
        http->state = CHUNK_SIZE;
    } else if (http->flags & HAS_LENGTH) { /* rule 6 */
        if (!fits(http))
            return TCX_E_HTTP_BODY_TOO_LARGE;
        if (http->left == 0)
            return complete(http);
        http->state = BODY;
    } else { /* rule 8 */
        http->flags |= CLOSE;
        http->state = BODY_TO_END;
    }
    return TCX_PENDING;
}

/* Section 7.1. The window's length counts the digits. */
static tcx_status chunk_size(tcx_http *http, unsigned char byte)
{
    unsigned char letter = lower(byte);

    if (is_digit(byte) || (letter >= 'a' && letter <= 'f')) {
        if (http->window_length++ == CHUNK_SIZE_DIGITS)
            return TCX_E_HTTP_LENGTH;
        http->left = http->left * 16 + (uint64_t)(is_digit(byte) ? byte - '0' : letter - 'a' + 10);
        return TCX_PENDING;
    }
    if (http->window_length == 0)
        return TCX_E_HTTP_LENGTH;
    if (byte == '\r')
        http->state = CHUNK_SIZE_END;
    else if (byte == ';' || byte == ' ' || byte == '\t') /* section 7.1.1: extensions are skipped */
        http->state = CHUNK_EXTENSION;
    else
        return TCX_E_HTTP_LENGTH;
    return TCX_PENDING;
}

static tcx_status chunk_start(tcx_http *http)
{
    if (!fits(http))
        return TCX_E_HTTP_BODY_TOO_LARGE;
    http->state = CHUNK;
    if (http->left == 0) { /* section 7.1.2: the last chunk; trailers follow */
        http->flags |= TRAILER;
        http->field = NO_FIELD;
        http->state = LINE_START;
    }
    return TCX_PENDING;
}

/*
 * Line ends are CR LF and nothing else: section 2.2 allows a bare LF to be taken, which parsers in a chain read
 * differently.
 */
static tcx_status expect(tcx_http *http, unsigned char byte, unsigned char expected, uint8_t next)
{
    http->state = next;
    return byte == expected ? TCX_PENDING : TCX_E_HTTP_SYNTAX;
}

static tcx_status framing_byte(tcx_http *http, unsigned char byte)
{
    switch (http->state) {
    case STATUS_LINE:
        return status_line(http, byte);
    case REASON:
        return reason(http, byte);
    case LINE_END:
        return expect(http, byte, '\n', LINE_START);
    case LINE_START:
        return line_start(http, byte);
    case NAME:
        return name(http, byte);
    case VALUE:
        return value(http, byte);
    case HEAD_END:
        return byte == '\n' ? head_end(http) : TCX_E_HTTP_SYNTAX;
    case CHUNK_SIZE:
        return chunk_size(http, byte);
    case CHUNK_EXTENSION:
        if (byte == '\r')
            http->state = CHUNK_SIZE_END;
        return byte == '\r' || is_text(byte) ? TCX_PENDING : TCX_E_HTTP_SYNTAX;
    case CHUNK_SIZE_END:
        return byte == '\n' ? chunk_start(http) : TCX_E_HTTP_SYNTAX;
    case CHUNK_END:
        return expect(http, byte, '\r', CHUNK_END_LF);
    default: /* CHUNK_END_LF */
        window_clear(http);
        return expect(http, byte, '\n', CHUNK_SIZE);
    }
}

/* Takes body bytes and returns how many of `length` they were. */
static size_t body_bytes(tcx_http *http, const unsigned char *bytes, size_t length, tcx_status *status)
{
    size_t room = http->body_capacity - http->body_length;

    if (http->state != BODY_TO_END && length > http->left)
        length = (size_t)http->left;
    if (length > room) {
        length = room;
        *status = TCX_E_HTTP_BODY_TOO_LARGE;
    }
    memmove(http->body + http->body_length, bytes, length);
    http->body_length += length;
    if (http->state != BODY_TO_END) {
        http->left -= length;
        if (http->left == 0 && http->state == CHUNK)
            http->state = CHUNK_END;
        else if (http->left == 0)
            *status = complete(http);
    }
    return length;
}

/*
 * Only the size digits and line ends of chunks are free: each chunk brings at least a byte of body, which bounds them.
 */
static int is_counted(unsigned state)
{
    return state <= HEAD_END || state == CHUNK_EXTENSION;
}

tcx_status tcx_http_feed(tcx_http *http, const void *bytes, size_t length, size_t *used)
{
    const unsigned char *next = bytes;
    size_t done = 0;
    tcx_status status = http->state == COMPLETE ? TCX_OK : TCX_PENDING;

    if (http->state == FAILED)
        status = TCX_E_HTTP_SYNTAX;
    while (done < length && status == TCX_PENDING) {
        if (http->state >= CHUNK)
            done += body_bytes(http, next + done, length - done, &status);
        else if (is_counted(http->state) && http->head_left-- == 0)
            status = TCX_E_HTTP_HEAD_TOO_LARGE;
        else
            status = framing_byte(http, next[done++]);
    }
    if (status < 0)
        http->state = FAILED;
    *used = done;
    return status;
}

tcx_status tcx_http_end(tcx_http *http, int clean)
{
    if (http->state == COMPLETE || (http->state == BODY_TO_END && clean))
        return complete(http);
    http->state = FAILED;
    return TCX_E_CLOSED;
}

int tcx_http_keeps_alive(const tcx_http *http)
{
    return http->state == COMPLETE && !(http->flags & CLOSE) && (!(http->flags & OLD) || (http->flags & KEEP_ALIVE));
}
