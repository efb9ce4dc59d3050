/* The HTTP/1.1 response reader. Section numbers are of RFC 9112 unless another RFC is named. */
#include "tcx_http.h"

#include <limits.h>

enum { HTTP_CHUNK_SIZE_DIGITS = 8, HTTP_LENGTH_DIGITS = 19 };

/* What the next byte belongs to. Everything except the body is read as lines. */
enum {
    HTTP_STATUS_LINE, /* in its fixed part */
    HTTP_REASON,
    HTTP_LINE_START, /* of a field line, or of the empty line after the last field */
    HTTP_NAME,
    HTTP_VALUE,
    HTTP_CHUNK_BLANK, /* between a chunk's size and its extension or line end */
    HTTP_CHUNK_EXTENSION,
    HTTP_CHUNK_SIZE,  /* this and the states below do not count as head: see tcx_http_feed() */
    HTTP_CHUNK_END,   /* the line end after a chunk */
    HTTP_CHUNK,       /* `left` bytes of body, then HTTP_CHUNK_END */
    HTTP_BODY,        /* `left` bytes of body, then HTTP_COMPLETE */
    HTTP_BODY_TO_END, /* body until the peer closes */
    HTTP_COMPLETE,
    HTTP_FAILED
};

/* What is known about the response. */
enum {
    HTTP_HAS_LENGTH = 1, /* Content-Length was received; its value is in `left` */
    HTTP_CHUNKED = 2,
    HTTP_CLOSE = 4, /* the connection ends with this response */
    HTTP_KEEP_ALIVE = 8,
    HTTP_1_0 = 16,         /* HTTP/1.0 */
    HTTP_TRAILER = 32,     /* field lines are trailers */
    HTTP_OVERLONG = 64,    /* the value did not fit into the window */
    HTTP_BLANK = 128,      /* blanks were received after the text in the window */
    HTTP_CR = 256,         /* the last byte was the CR of a line end */
    HTTP_HAS_CODING = 512, /* a Transfer-Encoding was received */
    HTTP_ENCODED = TCX_HTTP_ENCODED
};

/* The header field of the current line: one that is interpreted, in the order of the table, or OTHER. */
static const char http_field_names[] = "content-length\0transfer-encoding\0content-encoding\0connection\0date\0";
enum {
    HTTP_FIELD_NONE,
    HTTP_FIELD_CONTENT_LENGTH,
    HTTP_FIELD_TRANSFER_ENCODING,
    HTTP_FIELD_CONTENT_ENCODING,
    HTTP_FIELD_CONNECTION,
    HTTP_FIELD_DATE,
    HTTP_FIELD_OTHER
};

static int http_is_digit(unsigned char byte)
{
    return byte >= '0' && byte <= '9';
}

/* RFC 9110 section 5.5: the content of a line. */
static int http_is_text(unsigned char byte)
{
    return byte >= ' ' ? byte != 0x7F : byte == '\t';
}

/* Of a byte of text. No other byte becomes a letter, a digit or a hyphen by this. */
static unsigned char http_to_lower(unsigned char byte)
{
    return byte | 0x20;
}

static int http_match_window(const tcx_http *http, const char *word)
{
    return http->window_length == strlen(word) && memcmp(http->window, word, http->window_length) == 0;
}

static void http_add_to_window(tcx_http *http, unsigned char byte)
{
    if (http->window_length < sizeof http->window)
        http->window[http->window_length++] = (char)byte;
    else
        http->flags |= HTTP_OVERLONG;
}

static void http_clear_window(tcx_http *http)
{
    http->window_length = 0;
    http->flags &= (uint16_t) ~(HTTP_OVERLONG | HTTP_BLANK);
}

static void http_clear_response(tcx_http *http)
{
    http->state = HTTP_STATUS_LINE;
    http->flags = 0;
    http->field = HTTP_FIELD_NONE;
    http->window_length = 0;
    http->left = 0;
    http->date_length = 0;
}

void tcx_http_init(tcx_http *http, void *body, size_t capacity)
{
    uint64_t size = capacity; /* a size_t may be shorter or longer than the field */

    memset(http, 0, sizeof *http);
    http->body = body;
    http->body_capacity = size < INT_MAX ? (uint32_t)size : INT_MAX; /* jsmn counts in int */
    http->head_left = TCX_HTTP_HEAD_MAX;
}

/* Sections 2.3 and 4. The reason phrase may be missing together with its blank, because many servers omit both. */
static tcx_status http_read_status_line(tcx_http *http, unsigned char byte)
{
    static const char pattern[] = "HTTP/1.# ###";
    const char expected = pattern[http->window_length];

    if (expected == '#' ? !http_is_digit(byte) : (char)byte != expected)
        return TCX_E_HTTP_SYNTAX;
    http_add_to_window(http, byte);
    if (http->window_length == sizeof pattern - 1) {
        const char *code = http->window + 9;

        http->status = (uint16_t)((code[0] - '0') * 100 + (code[1] - '0') * 10 + code[2] - '0');
        if (http->status < 100) /* RFC 9110 section 15 */
            return TCX_E_HTTP_SYNTAX;
        if (http->window[7] == '0')
            http->flags |= HTTP_1_0;
        http_clear_window(http);
        http->state = HTTP_REASON;
    }
    return TCX_PENDING;
}

/* Section 5.1: after the name comes the colon, without a blank. */
static tcx_status http_end_name(tcx_http *http, unsigned char byte)
{
    const char *name = http_field_names;

    http->field = HTTP_FIELD_CONTENT_LENGTH;
    for (size_t length; http->field < HTTP_FIELD_OTHER; name += length + 1, http->field++) {
        length = strlen(name);
        if (http->window_length == length && memcmp(http->window, name, length) == 0)
            break;
    }
    http->state = HTTP_VALUE;
    http_clear_window(http);
    return byte == ':' ? TCX_PENDING : TCX_E_HTTP_SYNTAX;
}

/*
 * RFC 9110 section 7.6.1: one option of a list. An option that is too long to read counts as "close", the safe choice.
 */
static void http_read_connection(tcx_http *http)
{
    if (http_match_window(http, "close") || (http->flags & HTTP_OVERLONG))
        http->flags |= HTTP_CLOSE;
    else if (http_match_window(http, "keep-alive"))
        http->flags |= HTTP_KEEP_ALIVE;
    http_clear_window(http);
}

/* Drops blanks around the value and reduces those inside to one. */
static void http_read_value(tcx_http *http, unsigned char byte)
{
    if (http->field == HTTP_FIELD_OTHER)
        return;
    if (byte == ' ' || byte == '\t') {
        if (http->window_length > 0)
            http->flags |= HTTP_BLANK;
    } else if (byte == ',' && http->field == HTTP_FIELD_CONNECTION) {
        http_read_connection(http);
    } else {
        if (http->flags & HTTP_BLANK) {
            http->flags &= (uint16_t)~HTTP_BLANK;
            http_add_to_window(http, ' ');
        }
        http_add_to_window(http, http->field == HTTP_FIELD_DATE ? byte : http_to_lower(byte));
    }
}

/*
 * Section 6.3, rule 5: one decimal number, once. RFC 9110 section 8.6: it may have any size. A value above 32 bits is
 * too large for any buffer.
 */
static tcx_status http_read_content_length(tcx_http *http)
{
    if ((http->flags & HTTP_HAS_LENGTH) || http->window_length == 0 || http->window_length > HTTP_LENGTH_DIGITS)
        return TCX_E_HTTP_LENGTH;
    for (unsigned i = 0; i < http->window_length; i++) {
        if (!http_is_digit((unsigned char)http->window[i]))
            return TCX_E_HTTP_LENGTH;
        if (http->left >= UINT32_MAX / 10)
            http->left = UINT32_MAX;
        else
            http->left = http->left * 10 + (uint32_t)(http->window[i] - '0');
    }
    http->flags |= HTTP_HAS_LENGTH;
    return TCX_PENDING;
}

static tcx_status http_end_field(tcx_http *http)
{
    http->state = HTTP_LINE_START;
    if (http->flags & HTTP_TRAILER)
        return TCX_PENDING; /* RFC 9110 section 6.5.1: a trailer does not change what the head said */
    switch (http->field) {
    case HTTP_FIELD_CONTENT_LENGTH:
        return http_read_content_length(http);
    case HTTP_FIELD_TRANSFER_ENCODING:
        /* sections 6.1, 6.3 rule 4, and 7: "chunked", or "identity", the old name for none, once and alone */
        if ((http->flags & HTTP_HAS_CODING) ||
            !(http_match_window(http, "chunked") || http_match_window(http, "identity")))
            return TCX_E_HTTP_ENCODING;
        http->flags |= (uint16_t)(http->window[0] == 'c' ? HTTP_HAS_CODING | HTTP_CHUNKED : HTTP_HAS_CODING);
        break;
    case HTTP_FIELD_CONTENT_ENCODING: /* RFC 9110 section 8.4: not requested. The body shows whether it is true */
        if (!http_match_window(http, "identity"))
            http->flags |= HTTP_ENCODED;
        break;
    case HTTP_FIELD_CONNECTION:
        http_read_connection(http);
        break;
    case HTTP_FIELD_DATE:
        http->date_length = 0;
        if (!(http->flags & HTTP_OVERLONG)) {
            http->date_length = http->window_length;
            memcpy(http->date, http->window, http->window_length);
        }
        break;
    }
    return TCX_PENDING;
}

static tcx_status http_complete(tcx_http *http)
{
    http->state = HTTP_COMPLETE;
    return TCX_OK;
}

static tcx_status http_expect_chunk_size(tcx_http *http)
{
    http_clear_window(http); /* `left` is 0 before the first chunk and after each chunk */
    http->state = HTTP_CHUNK_SIZE;
    return TCX_PENDING;
}

/*
 * Begins a body of `left` bytes. A body that cannot fit is refused at once (RFC 9110 section 8.6). Of an error page,
 * the beginning is useful.
 */
static tcx_status http_begin_body(tcx_http *http, uint8_t state)
{
    http->state = state;
    return http->status != 200 || http->left <= http->body_capacity - http->body_length ? TCX_PENDING
                                                                                        : TCX_E_HTTP_BODY_TOO_LARGE;
}

/* Section 6.3: how long is the body? */
static tcx_status http_end_head(tcx_http *http)
{
    if (http->flags & HTTP_TRAILER)
        return http_complete(http);
    if (http->status == 101) { /* RFC 9110 section 15.2.2: no upgrade was requested */
        http->state = HTTP_FAILED;
        return TCX_E_HTTP_SYNTAX;
    }
    if (http->status < 200) {
        http_clear_response(http);
        return TCX_PENDING;
    }
    if (http->status == 204 || http->status == 304) /* rule 1 */
        return http_complete(http);
    if (http->flags & HTTP_CHUNKED) {
        if (http->flags & HTTP_HAS_LENGTH) /* rule 3: a sign of request smuggling */
            return TCX_E_HTTP_LENGTH;
        if (http->flags & HTTP_1_0) /* section 6.1: faulty framing */
            return TCX_E_HTTP_ENCODING;
        return http_expect_chunk_size(http);
    }
    if (http->flags & HTTP_HAS_LENGTH) /* rule 6 */
        return http->left == 0 ? http_complete(http) : http_begin_body(http, HTTP_BODY);
    http->flags |= HTTP_CLOSE; /* rule 8 */
    return http_begin_body(http, HTTP_BODY_TO_END);
}

/* Section 7.1.1: reads what is allowed after the size of a chunk. Skips an extension. */
static tcx_status http_read_chunk_extension(tcx_http *http, unsigned char byte)
{
    http->state = byte == ';' ? HTTP_CHUNK_EXTENSION : HTTP_CHUNK_BLANK;
    return byte == ';' || byte == ' ' || byte == '\t' ? TCX_PENDING : TCX_E_HTTP_LENGTH;
}

/*
 * Section 7.1: so few digits cannot overflow. The window's length counts them. The CR checks that there is at least
 * one.
 */
static tcx_status http_read_chunk_size(tcx_http *http, unsigned char byte)
{
    unsigned char letter = http_to_lower(byte);
    unsigned digit = http_is_digit(byte)              ? (unsigned)(byte - '0')
                     : letter >= 'a' && letter <= 'f' ? (unsigned)(letter - 'a') + 10
                                                      : 16;

    if (digit < 16) {
        http->left = http->left * 16 + digit;
        return http->window_length++ < HTTP_CHUNK_SIZE_DIGITS ? TCX_PENDING : TCX_E_HTTP_LENGTH;
    }
    return http_read_chunk_extension(http, byte);
}

static tcx_status http_begin_chunk(tcx_http *http)
{
    if (http->left > 0)
        return http_begin_body(http, HTTP_CHUNK);
    http->flags |= HTTP_TRAILER; /* section 7.1.2: the last chunk; trailers follow */
    http->state = HTTP_LINE_START;
    return TCX_PENDING;
}

static tcx_status http_end_line(tcx_http *http)
{
    switch (http->state) {
    case HTTP_REASON:
        http->state = HTTP_LINE_START;
        return TCX_PENDING;
    case HTTP_LINE_START:
        return http_end_head(http);
    case HTTP_VALUE:
        return http_end_field(http);
    case HTTP_CHUNK_SIZE:
        return http_begin_chunk(http);
    default: /* HTTP_CHUNK_END */
        return http_expect_chunk_size(http);
    }
}

/*
 * Reads the next byte of a line. Only CR LF ends a line: section 2.2 allows a bare LF too, but the parsers of a chain
 * disagree about it.
 */
static tcx_status http_read_line_byte(tcx_http *http, unsigned char byte)
{
    if (http->flags & HTTP_CR) { /* section 2.2: a bare CR */
        http->flags &= (uint16_t)~HTTP_CR;
        return byte == '\n' ? http_end_line(http) : TCX_E_HTTP_SYNTAX;
    }
    if (byte == '\r' && http->state != HTTP_STATUS_LINE && http->state != HTTP_NAME) {
        http->flags |= HTTP_CR;
        if (http->state == HTTP_CHUNK_BLANK || http->state == HTTP_CHUNK_EXTENSION)
            http->state = HTTP_CHUNK_SIZE;
        return http->state != HTTP_CHUNK_SIZE || http->window_length > 0 ? TCX_PENDING : TCX_E_HTTP_LENGTH; /* 7.1 */
    }
    if (http->state == HTTP_CHUNK_SIZE)
        return http_read_chunk_size(http, byte);
    if (!http_is_text(byte))
        return TCX_E_HTTP_SYNTAX;
    switch (http->state) {
    case HTTP_STATUS_LINE:
        return http_read_status_line(http, byte);
    case HTTP_REASON:
        if (http->window_length == 0 && byte != ' ') { /* section 4: for example, more than three digits */
            http->status = 0;
            return TCX_E_HTTP_SYNTAX;
        }
        http->window_length = 1;
        return TCX_PENDING;
    case HTTP_LINE_START:
        /*
         * Section 5.2: a folded line continues the field before it. The reader accepts this in a field that it skips
         * and refuses it in one that it reads. Section 2.2: after the status line, there is no field before it.
         */
        http->state = HTTP_VALUE;
        return (byte == ' ' || byte == '\t') && http->field == HTTP_FIELD_OTHER ? TCX_PENDING : TCX_E_HTTP_SYNTAX;
    case HTTP_NAME:
        return http_end_name(http, byte);
    case HTTP_CHUNK_BLANK:
        return http_read_chunk_extension(http, byte);
    case HTTP_CHUNK_EXTENSION:
        return TCX_PENDING;
    default: /* HTTP_CHUNK_END, section 7.1 */
        return TCX_E_HTTP_SYNTAX;
    }
}

/*
 * Reads on in the name of a field (RFC 9110 section 5.1: a token) or in its value, up to the end of it. Returns how
 * many bytes those were.
 */
static size_t http_read_run(tcx_http *http, const unsigned char *bytes, size_t length)
{
    size_t done = 0;

    if (http->flags & HTTP_CR)
        return 0;
    if (http->state == HTTP_LINE_START && tcx_http_is_token(*bytes)) {
        http_clear_window(http);
        http->state = HTTP_NAME;
    }
    if (http->state == HTTP_NAME) {
        for (; done < length && tcx_http_is_token(bytes[done]); done++)
            http_add_to_window(http, http_to_lower(bytes[done]));
    } else if (http->state == HTTP_VALUE) {
        for (; done < length && http_is_text(bytes[done]); done++)
            http_read_value(http, bytes[done]);
    }
    return done;
}

/* Reads bytes of the head and returns how many, at most `length`. */
static size_t http_read_head(tcx_http *http, const unsigned char *bytes, size_t length, tcx_status *status)
{
    size_t done;

    if (length > http->head_left)
        length = (size_t)http->head_left;
    if (length == 0) {
        *status = TCX_E_HTTP_HEAD_TOO_LARGE; /* RFC 9110 section 5.4 */
        return 0;
    }
    done = http_read_run(http, bytes, length);
    if (done == 0) {
        *status = http_read_line_byte(http, *bytes);
        done = 1;
    }
    http->head_left -= (uint32_t)done;
    return done;
}

/* Copies body bytes and returns how many of `length` they were. */
static size_t http_read_body(tcx_http *http, const unsigned char *bytes, size_t length, tcx_status *status)
{
    size_t room = (size_t)(http->body_capacity - http->body_length);

    if (http->state != HTTP_BODY_TO_END && length > http->left)
        length = (size_t)http->left;
    if (length > room) {
        length = room;
        *status = TCX_E_HTTP_BODY_TOO_LARGE; /* RFC 9110 section 8.6 */
    }
    memmove(http->body + http->body_length, bytes, length);
    http->body_length += (uint32_t)length;
    if (http->state != HTTP_BODY_TO_END) {
        http->left -= (uint32_t)length;
        if (http->left == 0 && http->state == HTTP_CHUNK)
            http->state = HTTP_CHUNK_END;
        else if (http->left == 0)
            *status = http_complete(http);
    }
    return length;
}

/*@ ensures *used <= length && (\result == TCX_PENDING ==> *used == length);
    ensures http->body_length <= http->body_capacity; */
tcx_status tcx_http_feed(tcx_http *http, const void *bytes, size_t length, size_t *used)
{
    const unsigned char *input = bytes;
    size_t done = 0;
    tcx_status status = http->state == HTTP_COMPLETE ? TCX_OK
                        : http->state == HTTP_FAILED ? TCX_E_HTTP_SYNTAX
                                                     : TCX_PENDING;

    while (done < length && status == TCX_PENDING) {
        if (http->state >= HTTP_CHUNK)
            done += http_read_body(http, input + done, length - done, &status);
        else if (http->state < HTTP_CHUNK_SIZE) /* each chunk's size brings a byte of body */
            done += http_read_head(http, input + done, length - done, &status);
        else
            status = http_read_line_byte(http, input[done++]);
    }
    if (status == TCX_E_HTTP_SYNTAX && http->status != 0 && http->state >= HTTP_REASON && http->state <= HTTP_VALUE)
        status = TCX_E_HTTP_FIELD;
    if (status < 0)
        http->state = HTTP_FAILED;
    *used = done;
    return status;
}

tcx_status tcx_http_end(tcx_http *http, int clean)
{
    if (http->state == HTTP_COMPLETE || (http->state == HTTP_BODY_TO_END && clean))
        return http_complete(http);
    http->state = HTTP_FAILED; /* sections 8 and 9.8 */
    return TCX_E_CLOSED;
}

int tcx_http_keeps_alive(const tcx_http *http)
{
    return http->state == HTTP_COMPLETE && !(http->flags & HTTP_CLOSE) &&
           (!(http->flags & HTTP_1_0) || (http->flags & HTTP_KEEP_ALIVE));
}

tcx_status tcx_http_refusal(const tcx_http *http)
{
    return http->status / 100 == 3 ? TCX_E_HTTP_REDIRECT : TCX_E_HTTP_STATUS;
}
