/*
 * The HTTP/1.1 response reader. Section numbers are of RFC 9112, unless another is named.
 */
#include "tcx_http.h"

enum { CHUNK_SIZE_DIGITS = 8, LENGTH_DIGITS = 19 };

/* Where in the response the next byte stands. What is no body comes in lines. */
enum {
    STATUS_LINE, /* in its fixed part */
    REASON,
    LINE_START, /* of a field line, or of the empty one that ends them */
    NAME,
    VALUE,
    CHUNK_BLANK, /* between a chunk's size and its extension or line end */
    CHUNK_EXTENSION,
    CHUNK_SIZE,  /* this and the next do not count as head: see tcx_http_feed() */
    CHUNK_END,   /* the line end behind a chunk */
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
    OVERLONG = 64, /* the word did not fit the window */
    BLANK = 128,   /* blanks came after what is in the window */
    CR = 256,      /* the last byte was the CR of a line end */
    CODED = 512,   /* a Transfer-Encoding came */
    ENCODED = TCX_HTTP_ENCODED
};

/* The field whose line is being read: one of those that are read, which stand in this order, or another. */
static const char names[] = "content-length\0transfer-encoding\0content-encoding\0connection\0date\0";
enum { NO_FIELD, CONTENT_LENGTH, TRANSFER_ENCODING, CONTENT_ENCODING, CONNECTION, DATE, OTHER };

static int is_digit(unsigned char byte)
{
    return byte >= '0' && byte <= '9';
}

static unsigned char lower(unsigned char byte)
{
    return byte >= 'A' && byte <= 'Z' ? (unsigned char)(byte - 'A' + 'a') : byte;
}

static int window_is(const tcx_http *http, const char *word)
{
    return !(http->flags & OVERLONG) && http->window_length == strlen(word) &&
           memcmp(http->window, word, http->window_length) == 0;
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
    http->flags &= (uint16_t) ~(OVERLONG | BLANK);
}

static void response_clear(tcx_http *http)
{
    http->state = STATUS_LINE;
    http->flags = 0;
    http->field = NO_FIELD;
    http->window_length = 0;
    http->left = 0;
    http->date_length = 0;
}

void tcx_http_init(tcx_http *http, void *body, size_t capacity)
{
    uint64_t most = capacity; /* a size_t may be shorter or longer than the field */

    memset(http, 0, sizeof *http);
    http->body = body;
    http->body_capacity = most < UINT32_MAX ? (uint32_t)most : UINT32_MAX - 1;
    http->head_left = TCX_HTTP_HEAD_MAX;
}

/* Sections 2.3 and 4. The reason phrase may be missing together with its blank: many servers leave it out. */
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
        if (http->status < 100) /* RFC 9110 section 15 */
            return TCX_E_HTTP_SYNTAX;
        if (http->window[7] == '0')
            http->flags |= OLD;
        window_clear(http);
        http->state = REASON;
    }
    return TCX_PENDING;
}

/* RFC 9110 section 5.1: a token. Section 5.1: no blank stands before the colon. */
static tcx_status name(tcx_http *http, unsigned char byte)
{
    const char *known = names;

    if (byte != ':') {
        window_add(http, lower(byte));
        return tcx_http_is_token(byte) ? TCX_PENDING : TCX_E_HTTP_SYNTAX;
    }
    http->field = CONTENT_LENGTH;
    while (http->field < OTHER && !window_is(http, known)) {
        known += strlen(known) + 1;
        http->field++;
    }
    http->state = VALUE;
    if (http->window_length == 0) /* section 5 */
        return TCX_E_HTTP_SYNTAX;
    window_clear(http);
    return TCX_PENDING;
}

/* RFC 9110 section 7.6.1: one of a list of options. One too long to read is taken as the careful choice. */
static void connection(tcx_http *http)
{
    if (window_is(http, "close") || (http->flags & OVERLONG))
        http->flags |= CLOSE;
    else if (window_is(http, "keep-alive"))
        http->flags |= KEEP_ALIVE;
    window_clear(http);
}

/* Blanks around the value are dropped, those inside become one. */
static void value(tcx_http *http, unsigned char byte)
{
    if (http->field == OTHER)
        return;
    if (byte == ' ' || byte == '\t') {
        if (http->window_length > 0)
            http->flags |= BLANK;
    } else if (byte == ',' && http->field == CONNECTION) {
        connection(http);
    } else {
        if (http->flags & BLANK)
            window_add(http, ' ');
        http->flags &= (uint16_t)~BLANK;
        window_add(http, http->field == DATE ? byte : lower(byte));
    }
}

/*
 * Section 6.3, rule 5: one decimal number, once. RFC 9110 section 8.6: of any size; what is over 32 bits is too large
 * for any buffer.
 */
static tcx_status content_length(tcx_http *http)
{
    if ((http->flags & HAS_LENGTH) || http->window_length == 0 || http->window_length > LENGTH_DIGITS)
        return TCX_E_HTTP_LENGTH;
    for (unsigned i = 0; i < http->window_length; i++) {
        if (!is_digit((unsigned char)http->window[i]))
            return TCX_E_HTTP_LENGTH;
        if (http->left >= UINT32_MAX / 10)
            http->left = UINT32_MAX;
        else
            http->left = http->left * 10 + (uint32_t)(http->window[i] - '0');
    }
    http->flags |= HAS_LENGTH;
    return TCX_PENDING;
}

static tcx_status field_end(tcx_http *http)
{
    http->state = LINE_START;
    if (http->flags & TRAILER)
        return TCX_PENDING; /* RFC 9110 section 6.5.1: no trailer changes what the head said */
    switch (http->field) {
    case CONTENT_LENGTH:
        return content_length(http);
    case TRANSFER_ENCODING: /* sections 6.1, 6.3 rule 4, and 7: chunked, or none by its old name, once and alone */
        if ((http->flags & CODED) || !(window_is(http, "chunked") || window_is(http, "identity")))
            return TCX_E_HTTP_ENCODING;
        http->flags |= (uint16_t)(http->window[0] == 'c' ? CODED | CHUNKED : CODED);
        break;
    case CONTENT_ENCODING: /* RFC 9110 section 8.4: none was asked for. Whether it is true, the body says */
        if (!window_is(http, "identity"))
            http->flags |= ENCODED;
        break;
    case CONNECTION:
        connection(http);
        break;
    case DATE:
        http->date_length = 0;
        if (!(http->flags & OVERLONG)) {
            http->date_length = http->window_length;
            memcpy(http->date, http->window, sizeof http->date);
        }
        break;
    }
    return TCX_PENDING;
}

static tcx_status complete(tcx_http *http)
{
    http->state = COMPLETE;
    return TCX_OK;
}

static tcx_status chunk_size_next(tcx_http *http)
{
    window_clear(http); /* and `left` is 0: before the first chunk and behind each */
    http->state = CHUNK_SIZE;
    return TCX_PENDING;
}

/*
 * A body of `left` bytes begins. One that cannot fit is refused at once (RFC 9110 section 8.6); of an error page the
 * beginning is worth having.
 */
static tcx_status body_begins(tcx_http *http, uint8_t state)
{
    http->state = state;
    return http->status != 200 || http->left <= http->body_capacity - http->body_length ? TCX_PENDING
                                                                                        : TCX_E_HTTP_BODY_TOO_LARGE;
}

/* Section 6.3: how long is the body? */
static tcx_status head_end(tcx_http *http)
{
    if (http->flags & TRAILER)
        return complete(http);
    if (http->status == 101) { /* RFC 9110 section 15.2.2: no upgrade was asked for */
        http->state = FAILED;
        return TCX_E_HTTP_SYNTAX;
    }
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
        return chunk_size_next(http);
    }
    if (http->flags & HAS_LENGTH) /* rule 6 */
        return http->left == 0 ? complete(http) : body_begins(http, BODY);
    http->flags |= CLOSE; /* rule 8 */
    return body_begins(http, BODY_TO_END);
}

/* Section 7.1.1: what may stand behind a chunk's size. An extension is skipped. */
static tcx_status chunk_extension(tcx_http *http, unsigned char byte)
{
    http->state = byte == ';' ? CHUNK_EXTENSION : CHUNK_BLANK;
    return byte == ';' || byte == ' ' || byte == '\t' ? TCX_PENDING : TCX_E_HTTP_LENGTH;
}

/* Section 7.1: digits that cannot overflow. The window's length counts them; that there is one is asked at the CR. */
static tcx_status chunk_size(tcx_http *http, unsigned char byte)
{
    unsigned char letter = lower(byte);
    unsigned digit = is_digit(byte)                   ? (unsigned)(byte - '0')
                     : letter >= 'a' && letter <= 'f' ? (unsigned)(letter - 'a') + 10
                                                      : 16;

    if (digit < 16) {
        http->left = http->left * 16 + digit;
        return http->window_length++ < CHUNK_SIZE_DIGITS ? TCX_PENDING : TCX_E_HTTP_LENGTH;
    }
    return chunk_extension(http, byte);
}

static tcx_status chunk_begins(tcx_http *http)
{
    if (http->left > 0)
        return body_begins(http, CHUNK);
    http->flags |= TRAILER; /* section 7.1.2: the last chunk; trailers follow */
    http->state = LINE_START;
    return TCX_PENDING;
}

static tcx_status line_end(tcx_http *http)
{
    switch (http->state) {
    case REASON:
        http->state = LINE_START;
        return TCX_PENDING;
    case LINE_START:
        return head_end(http);
    case VALUE:
        return field_end(http);
    case CHUNK_SIZE:
        return chunk_begins(http);
    default: /* CHUNK_END */
        return chunk_size_next(http);
    }
}

/*
 * The next byte of a line. Lines end with CR LF and nothing else: section 2.2 allows a bare LF to be taken, which
 * parsers in a chain read differently. What is in them is text (RFC 9110 section 5.5).
 */
static tcx_status line_byte(tcx_http *http, unsigned char byte)
{
    if (http->flags & CR) { /* section 2.2: a bare CR */
        http->flags &= (uint16_t)~CR;
        return byte == '\n' ? line_end(http) : TCX_E_HTTP_SYNTAX;
    }
    if (byte == '\r' && http->state != STATUS_LINE && http->state != NAME) {
        http->flags |= CR;
        if (http->state == CHUNK_BLANK || http->state == CHUNK_EXTENSION)
            http->state = CHUNK_SIZE;
        return http->state != CHUNK_SIZE || http->window_length > 0 ? TCX_PENDING : TCX_E_HTTP_LENGTH; /* section 7.1 */
    }
    if (http->state == CHUNK_SIZE)
        return chunk_size(http, byte);
    if ((byte < ' ' && byte != '\t') || byte == 0x7F)
        return TCX_E_HTTP_SYNTAX;
    switch (http->state) {
    case STATUS_LINE:
        return status_line(http, byte);
    case REASON:
        if (http->window_length == 0 && byte != ' ') { /* section 4: more than three digits, for one */
            http->status = 0;
            return TCX_E_HTTP_SYNTAX;
        }
        http->window_length = 1;
        return TCX_PENDING;
    case LINE_START:
        window_clear(http);
        if (byte == ' ' || byte == '\t') {
            /*
             * Section 5.2: a folded line goes on with the field before it. That is harmless in a field that is not
             * read, and refused in one that is. Section 2.2: behind the status line there is no field before it.
             */
            http->state = VALUE;
            return http->field == OTHER ? TCX_PENDING : TCX_E_HTTP_SYNTAX;
        }
        http->state = NAME;
        return name(http, byte);
    case NAME:
        return name(http, byte);
    case VALUE:
        value(http, byte);
        return TCX_PENDING;
    case CHUNK_BLANK:
        return chunk_extension(http, byte);
    case CHUNK_EXTENSION:
        return TCX_PENDING;
    default: /* CHUNK_END, section 7.1 */
        return TCX_E_HTTP_SYNTAX;
    }
}

/* Takes body bytes and returns how many of `length` they were. */
static size_t body_bytes(tcx_http *http, const unsigned char *bytes, size_t length, tcx_status *status)
{
    size_t room = (size_t)(http->body_capacity - http->body_length);

    if (http->state != BODY_TO_END && length > http->left)
        length = (size_t)http->left;
    if (length > room) {
        length = room;
        *status = TCX_E_HTTP_BODY_TOO_LARGE; /* RFC 9110 section 8.6 */
    }
    memmove(http->body + http->body_length, bytes, length);
    http->body_length += (uint32_t)length;
    if (http->state != BODY_TO_END) {
        http->left -= (uint32_t)length;
        if (http->left == 0 && http->state == CHUNK)
            http->state = CHUNK_END;
        else if (http->left == 0)
            *status = complete(http);
    }
    return length;
}

/*@ ensures *used <= length && (\result == TCX_PENDING ==> *used == length);
    ensures http->body_length <= http->body_capacity; */
tcx_status tcx_http_feed(tcx_http *http, const void *bytes, size_t length, size_t *used)
{
    const unsigned char *next = bytes;
    size_t done = 0;
    tcx_status status = http->state == COMPLETE ? TCX_OK : http->state == FAILED ? TCX_E_HTTP_SYNTAX : TCX_PENDING;

    while (done < length && status == TCX_PENDING) {
        if (http->state >= CHUNK)
            done += body_bytes(http, next + done, length - done, &status);
        else if (http->state < CHUNK_SIZE && http->head_left-- == 0) /* each chunk's size brings a byte of body */
            status = TCX_E_HTTP_HEAD_TOO_LARGE; /* RFC 9110 section 5.4 */
        else
            status = line_byte(http, next[done++]);
    }
    if (status == TCX_E_HTTP_SYNTAX && http->status != 0 && http->state >= REASON && http->state <= VALUE)
        status = TCX_E_HTTP_FIELD;
    if (status < 0)
        http->state = FAILED;
    *used = done;
    return status;
}

tcx_status tcx_http_end(tcx_http *http, int clean)
{
    if (http->state == COMPLETE || (http->state == BODY_TO_END && clean))
        return complete(http);
    http->state = FAILED; /* sections 8 and 9.8 */
    return TCX_E_CLOSED;
}

int tcx_http_keeps_alive(const tcx_http *http)
{
    return http->state == COMPLETE && !(http->flags & CLOSE) && (!(http->flags & OLD) || (http->flags & KEEP_ALIVE));
}

tcx_status tcx_http_refusal(const tcx_http *http)
{
    return http->status / 100 == 3 ? TCX_E_HTTP_REDIRECT : TCX_E_HTTP_STATUS;
}
