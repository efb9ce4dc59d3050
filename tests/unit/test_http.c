/*
 * Tests the HTTP reader: every response of tests/vectors/http whole, byte by byte, at every split, cut at every prefix,
 * with every body capacity, and with more bytes after it. Then what does not fit in a table. Sections are of RFC 9112,
 * unless another is named.
 */
#include "script.h"

enum { ROOM = 64 }; /* body capacity; "large" in the table is more */

typedef struct verdict {
    const char *name;
    tcx_status status;
    tcx_status at_end; /* proven to be the end */
    int keeps_alive;
} verdict;

static const verdict verdicts[] = {
    { "keep", TCX_OK, TCX_OK, 1 },
    { "close", TCX_OK, TCX_OK, 0 },
    { "end", TCX_PENDING, TCX_OK, 0 },
    { "cut", TCX_PENDING, TCX_E_CLOSED, 0 },
    { "syntax", TCX_E_HTTP_SYNTAX, TCX_E_CLOSED, 0 },
    { "field", TCX_E_HTTP_FIELD, TCX_E_CLOSED, 0 },
    { "length", TCX_E_HTTP_LENGTH, TCX_E_CLOSED, 0 },
    { "encoding", TCX_E_HTTP_ENCODING, TCX_E_CLOSED, 0 },
    { "large", TCX_E_HTTP_BODY_TOO_LARGE, TCX_E_CLOSED, 0 },
};

/* What decides how a response is framed. Each stands in the table, and nothing else does. */
static const char *const sections[] = {
    "2.1", "2.2", "2.3", "4", "5", "5.1", "5.2", "6.1", "6.2", "6.3 rule 1", "6.3 rule 3", "6.3 rule 4", "6.3 rule 5",
    "6.3 rule 6", "6.3 rule 8", "7", "7.1", "7.1.1", "7.1.2", "7.2", "7.4", "8", "9.3", "9.8", "RFC 9110 5.1",
    "RFC 9110 5.5", "RFC 9110 5.6.1", "RFC 9110 6.5.1", "RFC 9110 7.6.1", "RFC 9110 8.4", "RFC 9110 8.6", "RFC 9110 15",
    "RFC 9110 15.2", "RFC 9110 15.2.2", "RFC 9110 15.3.6",
};
static unsigned section_rows[TCX_COUNT(sections)];

static void count_section(const char *name, const char *response)
{
    size_t i = 0;

    while (i < TCX_COUNT(sections) && strcmp(sections[i], name) != 0)
        i++;
    check(i < TCX_COUNT(sections), "no such section: '%s' of %s", name, response);
    section_rows[i]++;
}

static const verdict *verdict_of(const char *name)
{
    for (size_t i = 0; i < TCX_COUNT(verdicts); i++) {
        if (strcmp(verdicts[i].name, name) == 0)
            return &verdicts[i];
    }
    fail_msg("no such verdict: %s", name);
    return NULL;
}

/* Begins a response with a body buffer of `capacity` bytes that ends at a guard page. */
static void begin(tcx_http *http, size_t capacity)
{
    unsigned char *body = script_edge(0, capacity);

    memset(body, 0xAA, capacity);
    tcx_http_init(http, body, capacity);
}

/*
 * Feeds a piece of `first` bytes and then pieces of `rest`, each with a guard page behind it. `*used` is what was taken
 * in all.
 */
static tcx_status feed(tcx_http *http, const char *bytes, size_t length, size_t first, size_t rest, size_t *used)
{
    size_t piece = first, taken;
    tcx_status status = TCX_PENDING;

    *used = 0;
    while (status == TCX_PENDING && *used < length) {
        unsigned char *copy;

        piece = piece < length - *used ? piece : length - *used;
        copy = script_edge(1, piece);
        memcpy(copy, bytes + *used, piece);
        status = tcx_http_feed(http, copy, piece, &taken);
        assert_true(taken <= piece);
        assert_true(status != TCX_PENDING || taken == piece);
        *used += taken;
        piece = rest;
    }
    return status;
}

/* The same, from inside the body buffer, behind the body that is there: as a call receives. */
static tcx_status feed_in_place(tcx_http *http, const char *bytes, size_t length, size_t piece, size_t *used)
{
    size_t taken;
    tcx_status status = TCX_PENDING;

    *used = 0;
    while (status == TCX_PENDING && *used < length) {
        unsigned char *place = http->body + http->body_length;

        piece = piece < length - *used ? piece : length - *used;
        memcpy(place, bytes + *used, piece);
        status = tcx_http_feed(http, place, piece, &taken);
        *used += taken;
    }
    return status;
}

static int64_t date_of(const tcx_http *http)
{
    tcx_response response;

    tcx_response_partial(http, &response);
    return tcx_response_time(&response);
}

static void same(const tcx_http *http, const tcx_http *whole, const unsigned char *body, const char *response)
{
    check(http->status == whole->status && date_of(http) == date_of(whole), "%s", response);
    check(http->body_length == whole->body_length && memcmp(http->body, body, whole->body_length) == 0, "%s", response);
    check(tcx_http_keeps_alive(http) == tcx_http_keeps_alive(whole), "%s", response);
}

/* Cut after each byte, a response is never complete, but for a body to the end. */
static void prefixes(const tcx_text *response, const verdict *expected)
{
    const char *blank_line = strstr(response->bytes, "\r\n\r\n");
    size_t head = blank_line != NULL ? (size_t)(blank_line - response->bytes) + 4 : 0, used;
    int failed = 0;
    tcx_http http;

    for (size_t length = 0; length < response->length; length++) {
        int whole = expected->status == TCX_PENDING && expected->at_end == TCX_OK && length >= head;
        tcx_status status;

        begin(&http, ROOM);
        status = feed(&http, response->bytes, length, length, 1, &used);
        check(status == TCX_PENDING || (status == expected->status && status < 0), "%zu bytes: %d of %s", length,
              status, response->bytes);
        check(!failed || status < 0, "%zu bytes: failed, and then not: %s", length, response->bytes);
        failed = status < 0;
        check(!tcx_http_keeps_alive(&http), "%zu bytes of %s", length, response->bytes);
        check(tcx_http_end(&http, 1) == (whole ? TCX_OK : TCX_E_CLOSED), "%zu bytes of %s", length, response->bytes);
        begin(&http, ROOM);
        status = feed(&http, response->bytes, length, length, 1, &used);
        check(tcx_http_end(&http, 0) == TCX_E_CLOSED, "%zu bytes of %s", length, response->bytes);
        check(tcx_http_end(&http, 1) == TCX_E_CLOSED, "%zu bytes of %s", length, response->bytes);
    }
}

/* What follows a complete response is no part of it (section 9.2), and is left. */
static void surplus(const tcx_text *response, const tcx_http *whole, const unsigned char *body)
{
    static const char more[] = "HTTP/1.1 404 x\r\n\r\n";
    char bytes[1024];
    size_t length = response->length + sizeof more - 1, used;

    assert_true(length <= sizeof bytes);
    memcpy(bytes, response->bytes, response->length);
    memcpy(bytes + response->length, more, sizeof more - 1);
    for (size_t piece = 1; piece <= length; piece += length - 1) {
        tcx_http http;

        begin(&http, ROOM);
        check(feed(&http, bytes, length, piece, piece, &used) == TCX_OK && used == response->length, "%zu bytes of %s",
              used, response->bytes);
        same(&http, whole, body, response->bytes);
    }
}

/* A body that does not fit is refused, one that fits is not, and nothing is written behind the buffer. */
static void capacities(const tcx_text *response, const tcx_text *body, const verdict *expected)
{
    for (size_t capacity = 0; capacity <= body->length + 1; capacity++) {
        tcx_status wanted = capacity < body->length ? TCX_E_HTTP_BODY_TOO_LARGE : expected->status;

        for (size_t piece = 1; piece <= response->length; piece += response->length - 1) {
            tcx_http http;
            size_t used;
            tcx_status status;

            begin(&http, capacity);
            status = feed(&http, response->bytes, response->length, piece, piece, &used);
            check(status == wanted, "capacity %zu: %d for %s", capacity, status, response->bytes);
            check(http.body_length <= capacity && memcmp(http.body, body->bytes, http.body_length) == 0, "%s",
                  response->bytes);
            check(http.status == 200 || status == expected->status || http.body_length == capacity, "%s",
                  response->bytes);
        }
    }
}

static tcx_text decoded(char *column)
{
    tcx_text text = { column, tcx_vectors_decode(column) };

    return text;
}

static void response_row(char **columns)
{
    const verdict *expected = verdict_of(columns[0]);
    const tcx_text body_text = decoded(columns[3]), response_text = decoded(columns[4]), *body = &body_text,
                   *response = &response_text;
    static unsigned char whole_body[ROOM];
    tcx_http whole, http;
    size_t used, used_whole;
    int http_status;

    count_section(columns[1], response->bytes);
    begin(&whole, ROOM);
    check(feed(&whole, response->bytes, response->length, response->length, 1, &used_whole) == expected->status, "%s",
          response->bytes);
    memcpy(whole_body, whole.body, sizeof whole_body);
    assert_int_equal(sscanf(columns[2], "%d", &http_status), 1);
    check(whole.status == http_status, "status %d of %s", whole.status, response->bytes);

    for (size_t split = 0; split <= response->length; split++) { /* 0: byte by byte */
        begin(&http, ROOM);
        check(feed(&http, response->bytes, response->length, split ? split : 1, split ? response->length : 1, &used) ==
                  expected->status,
              "split at %zu: %s", split, response->bytes);
        check(used == used_whole, "split at %zu: %s", split, response->bytes);
        same(&http, &whole, whole_body, response->bytes);
    }
    for (size_t piece = 1; piece <= response->length; piece++) {
        begin(&http, ROOM + response->length);
        http.body_capacity = ROOM; /* the room behind is for the bytes that come in */
        check(feed_in_place(&http, response->bytes, response->length, piece, &used) == expected->status, "%s",
              response->bytes);
        check(used == used_whole, "in pieces of %zu: %s", piece, response->bytes);
        same(&http, &whole, whole_body, response->bytes);
    }
    prefixes(response, expected);

    if (expected->status < 0) {
        check(tcx_http_feed(&whole, "x", 1, &used) < 0 && used == 0, "goes on: %s", response->bytes);
        check(tcx_http_end(&whole, 1) == TCX_E_CLOSED, "%s", response->bytes);
        return;
    }
    check(whole.body_length == body->length && memcmp(whole_body, body->bytes, body->length) == 0, "%s",
          response->bytes);
    if (expected->status == TCX_OK)
        surplus(response, &whole, whole_body);
    if (expected->status == TCX_PENDING)
        check(tcx_http_end(&whole, 1) == expected->at_end, "%s", response->bytes);
    check(tcx_http_keeps_alive(&whole) == expected->keeps_alive, "%s", response->bytes);
    if (expected->at_end != TCX_OK)
        return;
    capacities(response, body, expected);
    check(tcx_http_feed(&whole, "x", 1, &used) == TCX_OK && used == 0, "takes more: %s", response->bytes);
    check(tcx_http_end(&whole, 0) == TCX_OK, "complete stays complete: %s", response->bytes);
}

static void test_responses(void **state)
{
    (void)state;
    memset(section_rows, 0, sizeof section_rows);
    assert_int_equal(script_table("http/responses.txt", 5, response_row), 335);
    for (size_t i = 0; i < TCX_COUNT(sections); i++)
        check(section_rows[i] > 0, "no row of section %s", sections[i]);
}

static void test_no_bytes(void **state)
{
    tcx_http http;
    size_t used;

    (void)state;
    begin(&http, ROOM);
    assert_int_equal(tcx_http_feed(&http, "", 0, &used), TCX_PENDING);
    assert_int_equal(used, 0);
    assert_int_equal(tcx_http_end(&http, 1), TCX_E_CLOSED);
}

/* Every byte as the second one of a name, of a value and of a reason (RFC 9110 sections 5.1 and 5.5). */
static void test_each_byte(void **state)
{
    static const char symbols[] = "!#$%&'*+-.^_`|~";

    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        int letter = (byte >= '0' && byte <= '9') || ((byte | 32) >= 'a' && (byte | 32) <= 'z');
        int token = letter || (byte != 0 && strchr(symbols, byte) != NULL);
        int text = byte == '\t' || (byte >= ' ' && byte != 127);
        const struct {
            const char *format;
            int accepted;
        } places[] = {
            { "HTTP/1.1 200 OK\r\nN_: v\r\n", token || byte == ':' },
            { "HTTP/1.1 200 OK\r\n_: v\r\n", token },
            { "HTTP/1.1 200 OK\r\nN: v_v\r\n", text },
            { "HTTP/1.1 200 O_K\r\n", text },
        };

        for (size_t i = 0; i < TCX_COUNT(places); i++) {
            char head[64];
            tcx_http http;
            size_t used;

            strcpy(head, places[i].format);
            *strchr(head, '_') = (char)byte;
            begin(&http, ROOM);
            check(tcx_http_feed(&http, head, strlen(places[i].format), &used) ==
                      (places[i].accepted ? TCX_PENDING : TCX_E_HTTP_FIELD),
                  "byte %d in %s", byte, places[i].format);
        }
    }
}

static void test_date(void **state)
{
    static const struct {
        const char *value;
        int64_t seconds;
    } rows[] = {
        { "Sun, 06 Nov 1994 08:49:37 GMT", 784111777 },
        { "Thu, 01 Jan 1970 00:00:01 GMT", 1 },
        { "Tue, 29 Feb 2028 12:00:00 GMT", 1835438400 },
        { "Tue, 19 Jan 2038 03:14:08 GMT", 2147483648 },
        { "Mon, 01 Mar 2100 00:00:00 GMT", 4107542400 },
        { "Tue, 07 Dec 9999 03:28:36 GMT", 253400153316 }, /* TCX_TIMEOUT_MAX before the end of 9999 */
        { "Tue, 07 Dec 9999 03:28:37 GMT", 0 },
        { "Fri, 31 Dec 9999 23:59:60 GMT", 0 },
        { "Sat, 31 Dec 2016 23:59:60 GMT", 1483228800 },
        { "Sun, 6 Nov 1994 08:49:37 GMT", 784111777 },
        { "Sunday, 06-Nov-94 08:49:37 GMT", 784111777 },
        { "Wednesday, 09-Nov-94 08:49:37 GMT", 784370977 }, /* the longest */
        { "Friday, 06-Nov-70 08:49:37 GMT", 26729377 },
        { "Wednesday, 06-Nov-69 08:49:37 GMT", 3150953377 },
        { "Sun Nov  6 08:49:37 1994", 784111777 },
        { "Wed Nov 16 08:49:37 1994", 784975777 },
        { "Sun, 06-Nov-1994 08:49:37 GMT", 0 },
        { "Sun, 06 Nov 94 08:49:37 GMT", 0 },
        { "Sunday, 06-Nov-94 08:49:37 GMTx", 0 },
        { "Sun Nov  6 08:49:37 1994 GMT", 0 },
        { "Sun Nov 06 8:49:37 1994", 0 },
        { "Su, 06 Nov 1994 08:49:37 GMT", 0 },
        { "Sun, 06 Nov 0099 08:49:37 GMT", 0 },
        { "Sun, 06 Nov 0000 08:49:37 GMT", 0 },
        { "06 Nov 1994 08:49:37 GMT", 0 },
        { "Sun, 06 Nov 1994 08:49:37 UTC", 0 },
        { "Sun, 06 Nov 1994 08:49:37", 0 },
        { "Sun, 06 nov 1994 08:49:37 GMT", 0 },
        { "Sun, 00 Nov 1994 08:49:37 GMT", 0 },
        { "Sun, 32 Nov 1994 08:49:37 GMT", 0 },
        { "Sun, 06 Nov 1994 24:49:37 GMT", 0 },
        { "Sun, 06 Nov 1994 08:60:37 GMT", 0 },
        { "Sun, 06 Nov 1994 08:49:61 GMT", 0 },
        { "Sun, 06 Nov 19x4 08:49:37 GMT", 0 },
        { "Wed, 31 Dec 1969 23:59:59 GMT", 0 },
        { "Sun, 06 Nov 1994 08:49:37 GMT and more than the window holds", 0 },
        { "Sun, 06 Nov 1994 08:49:37 GMT\r\nDate: soon", 0 }, /* the last one counts */
        { "", 0 },
        { NULL, 0 }, /* no field: what came before the answer does not count */
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        char head[200];
        int length =
            snprintf(head, sizeof head,
                     "HTTP/1.1 103 x\r\nDate: Fri, 02 Jan 1970 00:00:00 GMT\r\n\r\nHTTP/1.1 200 OK\r\n%s  %s \r\n"
                     "Content-Length: 0\r\n\r\n",
                     rows[i].value != NULL ? "DATE:" : "X:", rows[i].value != NULL ? rows[i].value : "");
        tcx_http http;
        size_t used;

        begin(&http, ROOM);
        check(feed(&http, head, (size_t)length, 1, 1, &used) == TCX_OK, "%s", rows[i].value);
        check(date_of(&http) == rows[i].seconds, "%s: %lld", rows[i].value, (long long)date_of(&http));
    }
}

/* The head has a limit, whatever it is made of; the limit is exact. */
static void test_head_limit(void **state)
{
    /* The unit is repeated until the padding at '@' makes the head exactly as long as wanted. */
    static const struct {
        const char *name, *before, *unit, *after;
        size_t free; /* bytes that are not counted: the digits of a chunk's size and its line end */
    } rows[] = {
        { "one long line", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: ", "x", "@\r\n\r\n", 0 },
        { "one long name", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX", "x", "@:\r\n\r\n", 0 },
        { "a long reason", "HTTP/1.1 200 ", "x", "@\r\nContent-Length: 0\r\n\r\n", 0 },
        { "a long field that is read", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nDate: ", "x", "@\r\n\r\n", 0 },
        { "many blanks", "HTTP/1.1 200 @\r\nContent-Length: ", " ", "0\r\n\r\n", 0 },
        { "many lines", "HTTP/1.1 200 @\r\nContent-Length: 0\r\n", "X:\r\n", "\r\n", 0 },
        { "many folded lines", "HTTP/1.1 200 @\r\nContent-Length: 0\r\nX:\r\n", " x\r\n", "\r\n", 0 },
        { "many 1xx answers", "", "HTTP/1.1 100\r\n\r\n", "HTTP/1.1 200 @\r\nContent-Length: 0\r\n\r\n", 0 },
        { "trailers", "HTTP/1.1 200 @\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X:\r\n", "\r\n", 3 },
        { "a chunk extension", "HTTP/1.1 200 @\r\nTransfer-Encoding: chunked\r\n\r\n0;", "x", "\r\n\r\n", 3 },
    };
    static char head[TCX_HTTP_HEAD_MAX + 100];

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        size_t unit = strlen(rows[i].unit), fixed = strlen(rows[i].before) + strlen(rows[i].after) - 1 - rows[i].free;
        size_t count = (TCX_HTTP_HEAD_MAX - fixed) / unit - 1;

        for (int over = -1; over <= 1; over++) {
            size_t padding = (size_t)((int)(TCX_HTTP_HEAD_MAX - fixed - count * unit) + over), used;
            char *at = head + strlen(strcpy(head, rows[i].before));
            tcx_http http;

            for (size_t n = 0; n < count; n++, at += unit)
                memcpy(at, rows[i].unit, unit);
            strcpy(at, rows[i].after);
            at = strchr(head, '@');
            memmove(at + padding, at + 1, strlen(at));
            memset(at, 'x', padding);
            assert_int_equal(strlen(head), TCX_HTTP_HEAD_MAX + rows[i].free + (size_t)over);
            begin(&http, ROOM);
            check(feed(&http, head, strlen(head), 1000, 77, &used) == (over > 0 ? TCX_E_HTTP_HEAD_TOO_LARGE : TCX_OK),
                  "%s: the limit %+d", rows[i].name, over);
        }
    }
}

/* Chunks cost nothing of the head's limit: a body of 100,000 one-byte chunks is read. */
static void test_many_chunks(void **state)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", chunk[] = "00000001\r\nx\r\n";
    tcx_http http;
    size_t used;

    (void)state;
    begin(&http, 100000);
    assert_int_equal(feed(&http, head, sizeof head - 1, 9, 9, &used), TCX_PENDING);
    for (int i = 0; i < 100000; i++)
        assert_int_equal(tcx_http_feed(&http, chunk, sizeof chunk - 1, &used), TCX_PENDING);
    assert_int_equal(tcx_http_feed(&http, "0\r\n\r\n", 5, &used), TCX_OK);
    assert_int_equal(http.body_length, 100000);
}

/* A length is read exactly up to INT_MAX, and what is over it fits no buffer (RFC 9110 section 8.6). */
static void test_largest_lengths(void **state)
{
    static const struct {
        const char *length;
        uint32_t left; /* 0: too large */
    } rows[] = {
        { "429496729", 429496729 }, { "2147483639", 2147483639 }, { "2147483647", 2147483647 },
        { "2147483648", 0 },        { "4294967295", 0 },          { "4294967296", 0 },
        { "4294967300", 0 },        { "6442450944", 0 },          { "9999999999999999999", 0 },
    };
    static const size_t capacities[] = { UINT32_MAX, SIZE_MAX };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        for (size_t k = 0; k < TCX_COUNT(capacities); k++) {
            unsigned char body;
            char head[64];
            int length = snprintf(head, sizeof head, "HTTP/1.1 200\r\nContent-Length: %s\r\n\r\n", rows[i].length);
            tcx_status expected = rows[i].left != 0 ? TCX_PENDING : TCX_E_HTTP_BODY_TOO_LARGE;
            tcx_http http;
            size_t used;

            tcx_http_init(&http, &body, capacities[k]); /* none of it is written: no body comes */
            assert_status(rows[i].length, tcx_http_feed(&http, head, (size_t)length, &used), expected);
            check(rows[i].left == 0 || http.left == rows[i].left, "%s", rows[i].length);
        }
    }
}

/* Of a page that is no answer the beginning is kept, and of an answer cut short what came. */
static void test_partial(void **state)
{
    static const struct {
        const char *bytes, *body;
        int status;
        int64_t date;
    } rows[] = {
        { "", "", 0, 0 },
        { "HTTP/1.1 20", "", 0, 0 },
        { "HTTP/1.1 200", "", 200, 0 },
        { "HTTP/1.1 502 x\r\nContent-Length: 10\r\n\r\n0123456789", "01234567", 502, 0 },
        { "HTTP/1.1 502 x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n012\r\n9\r\n3456789", "01234567", 502, 0 },
        { "HTTP/1.1 502 x\r\nDate: Thu, 01 Jan 1970 00:00:09 GMT\r\n\r\n0123456789", "01234567", 502, 9 },
        { "HTTP/1.1 200 x\r\nContent-Length: 8\r\n\r\n0123", "0123", 200, 0 },
        { "HTTP/1.1 200 x\r\nContent-Length: 9\r\n\r\n012345678", "", 200, 0 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        tcx_http http;
        tcx_response response;
        size_t used;

        begin(&http, 8);
        check(feed(&http, rows[i].bytes, strlen(rows[i].bytes), 1, 1, &used) != TCX_OK, "%s", rows[i].bytes);
        tcx_response_partial(&http, &response);
        check(response.http_status == rows[i].status && tcx_response_time(&response) == rows[i].date, "%s",
              rows[i].bytes);
        check(response.body.length == strlen(rows[i].body) &&
                  (response.body.length > 0) == (response.body.bytes != NULL),
              "%s", rows[i].bytes);
        if (response.body.bytes != NULL)
            assert_memory_equal(response.body.bytes, rows[i].body, response.body.length);
    }
}

/*
 * Damaged responses: fed whole and byte by byte, the reader says the same; it stays in its buffer; it takes no byte
 * after an error.
 */
static void test_damage(void **state)
{
    static const char *const seeds[] = {
        "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 12\r\nConnection: "
        "close\r\n\r\nhello, world",
        "HTTP/1.1 100 x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\nB\r\n, "
        "wonderland\r\n0\r\nX: y\r\n\r\n",
        "HTTP/1.0 500 x\r\nConnection: keep-alive\r\nContent-Encoding: identity\r\n\r\n<html>",
    };
    static const char spice[] = "\r\n\r\n\0 \t:;,019afAFxXgz-+\x7F\x80\xFF";
    uint32_t seed = 4711;

    (void)state;
    for (int round = 0; round < 60000; round++) {
        char bytes[256];
        const char *original = seeds[tcx_random(&seed) % TCX_COUNT(seeds)];
        size_t length = strlen(original), used, used_bytewise;
        size_t capacity = tcx_random(&seed) % 20;
        unsigned char body[20];
        tcx_http whole, http;
        tcx_status status;

        memcpy(bytes, original, length);
        for (uint32_t damages = 1 + tcx_random(&seed) % 3; damages > 0; damages--) {
            size_t at = tcx_random(&seed) % length;

            switch (tcx_random(&seed) % 3) {
            case 0:
                bytes[at] = spice[tcx_random(&seed) % (sizeof spice - 1)];
                break;
            case 1:
                memmove(bytes + at, bytes + at + 1, --length - at);
                break;
            default:
                memmove(bytes + at + 1, bytes + at, length++ - at);
            }
        }
        begin(&whole, capacity);
        status = feed(&whole, bytes, length, length, 1, &used);
        memcpy(body, whole.body, whole.body_length);
        begin(&http, capacity);
        check(feed(&http, bytes, length, 1, 1, &used_bytewise) == status && used == used_bytewise, "round %d: %.*s",
              round, (int)length, bytes);
        same(&http, &whole, body, bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_responses), cmocka_unit_test(test_no_bytes),   cmocka_unit_test(test_each_byte),
        cmocka_unit_test(test_date),      cmocka_unit_test(test_head_limit), cmocka_unit_test(test_many_chunks),
        cmocka_unit_test(test_partial),   cmocka_unit_test(test_damage),     cmocka_unit_test(test_largest_lengths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
