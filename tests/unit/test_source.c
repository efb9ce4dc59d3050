/*
 * Tests FunctionArg from a callback. The bytes are the same as from memory, and are read from front to back and no more
 * often than documented. Whatever a source does between signing and sending, the last byte of the request is not sent
 * if the bytes differ.
 */
#include "script.h"

enum { LARGEST = 2000, FAILURE = -4711 };

/* What goes wrong. The first pass signs, a second one of v1 and of GET measures, the last one sends. */
typedef enum fault {
    SOUND,
    OTHER_BYTE,
    LONGER,
    SHORTER,
    NO_UTF8,
    ENDS,
    FAILS,
    NOTHING,
    TOO_MUCH,
    FAR_TOO_MUCH,
    FAULTS
} fault;

static const char *const fault_names[] = {
    "sound",      "another byte", "longer when encoded", "shorter when encoded", "no UTF-8",
    "ends early", "fails",        "gives nothing",       "gives too much",       "gives far too much"
};

/* A source and what it was asked. */
static struct flash {
    tcx_source source;
    const unsigned char *bytes; /* NULL: letters without end */
    fault fault;
    uint32_t at;     /* of the fault: a byte ... */
    uint32_t from;   /* ... from this pass on */
    uint32_t next;   /* where the last read ended */
    uint32_t passes; /* so far: reads of the first byte, which is one that is encoded as itself */
    uint64_t given;  /* bytes */
    size_t piece;    /* bytes at most in a read; half of them every other time that all is read */
} flash;

static script_series s;

static int read_at(void *context, uint32_t offset, void *out, size_t length)
{
    unsigned char *bytes = out;
    size_t piece;
    int now;

    assert_ptr_equal(context, &flash);
    assert_in_range(length, 1, 32);
    assert_true(offset < flash.source.size && length <= flash.source.size - offset);
    flash.passes += offset == 0;
    piece = flash.passes % 2 == 0 ? flash.piece : flash.piece - flash.piece / 2;
    assert_true(offset == flash.next || offset == 0); /* no gap, and nothing twice */
    if (length > piece)
        length = piece;
    if (flash.bytes != NULL) {
        memcpy(bytes, flash.bytes + offset, length);
    } else {
        for (size_t i = 0; i < length; i++)
            bytes[i] = (unsigned char)('a' + (offset + i) % 26);
    }
    flash.next = offset + (uint32_t)length;
    flash.given += length;
    now = flash.fault != SOUND && flash.passes >= flash.from && flash.at >= offset && flash.at - offset < length;
    if (!now)
        return (int)length;
    switch (flash.fault) {
    case OTHER_BYTE:
        bytes[flash.at - offset] = bytes[flash.at - offset] == 'y' ? 'z' : 'y';
        return (int)length;
    case LONGER:
        bytes[flash.at - offset] = '\x01';
        return (int)length;
    case SHORTER:
        bytes[flash.at - offset] = 'x';
        return (int)length;
    case NO_UTF8:
        bytes[flash.at - offset] = 0xFF;
        return (int)length;
    case ENDS:
        flash.next = flash.at;
        return flash.at > offset ? (int)(flash.at - offset) : 0;
    case FAILS:
        return FAILURE;
    case NOTHING:
        return 0;
    case TOO_MUCH:
        return (int)length + 1;
    default:
        return INT32_MAX;
    }
}

static void use(const void *bytes, size_t length)
{
    memset(&flash, 0, sizeof flash);
    tcx_source_init(&flash.source, read_at, &flash, (uint32_t)length);
    flash.bytes = bytes;
    flash.piece = SIZE_MAX;
}

/* A call over a link that takes everything and falls silent, in one of the eight ways to sign and send. */
static void set_up(const tcx_way *way)
{
    static const script_exchange deaf[] = { { .ending = TCX_CLOSED } };

    script_series_init(&s, deaf, 1);
    s.request.method = way->method;
    s.request.function_arg = tcx_text_from(NULL);
    s.request.function_arg_source = &flash.source;
    assert_int_equal(tcx_signer_init(&s.signer, &tcx_example_credentials, way->scheme), TCX_OK);
}

/* The two encodings of FunctionArg, once more. Returns the length. */
static size_t encode(char *out, const unsigned char *bytes, size_t length, int percent)
{
    static const char from[] = "\"\\\b\f\n\r\t", to[] = "\"\\bfnrt";
    char *at = out;

    for (size_t i = 0; i < length; i++) {
        const char *known = bytes[i] != 0 ? strchr(from, bytes[i]) : NULL;

        if (percent)
            at += sprintf(at,
                          (bytes[i] < 128 && strchr("-_.~", bytes[i]) != NULL && bytes[i] != 0) ||
                                  (bytes[i] >= '0' && bytes[i] <= '9') || (bytes[i] >= 'A' && bytes[i] <= 'Z') ||
                                  (bytes[i] >= 'a' && bytes[i] <= 'z')
                              ? "%c"
                              : "%%%02X",
                          bytes[i]);
        else if (known != NULL)
            at += sprintf(at, "\\%c", to[known - from]);
        else
            at += sprintf(at, bytes[i] < 0x20 ? "\\u%04x" : "%c", bytes[i]);
    }
    return (size_t)(at - out);
}

static int is_json(const tcx_way *way)
{
    return way->method == TCX_POST && (way->scheme == TCX_SIGN_TC3 || way->scheme == TCX_SIGN_TC3_COMPAT);
}

/* Whether a request carries the argument, encoded, where it belongs. */
static void check_argument(const char *where, const tcx_way *way, const void *wire, size_t length,
                           const unsigned char *argument, size_t size)
{
    static char expected[6 * LARGEST + 40], text[16000];
    const char *before = is_json(way) ? "\"FunctionArg\":\"" : "FunctionArg=";
    size_t used = strlen(strcpy(expected, before));

    used += encode(expected + used, argument, size, !is_json(way));
    if (is_json(way))
        used += strlen(strcpy(expected + used, "\"}"));
    expected[used] = '\0'; /* encoded, it holds no zero byte */
    assert_true(length < sizeof text);
    memcpy(text, wire, length);
    text[length] = '\0';
    check(strlen(text) == length && strstr(text, expected) != NULL, "%s: the argument is not in the request", where);
}

/* From a source and from memory: byte for byte the same request. In a call too. */
static void check_same(const tcx_way *way, const unsigned char *argument, size_t size, int with_call)
{
    static unsigned char from_memory[16000], from_source[16000];
    char where[80];
    size_t length, length2;

    snprintf(where, sizeof where, "%s, %zu bytes", way->name, size);
    use(argument, size);
    set_up(way);
    assert_status(where, tcx_request_build(&s.request, &s.signer, SCRIPT_NOW, from_source, sizeof from_source, &length),
                  TCX_OK);
    s.request.function_arg_source = NULL;
    s.request.function_arg.bytes = (const char *)argument;
    s.request.function_arg.length = size;
    assert_status(
        where, tcx_request_build(&s.request, &s.signer, SCRIPT_NOW, from_memory, sizeof from_memory, &length2), TCX_OK);
    check(length == length2 && memcmp(from_source, from_memory, length) == 0, "%s: from memory it is another", where);
    check_argument(where, way, from_source, length, argument, size);
    if (!with_call)
        return;
    use(argument, size);
    set_up(way);
    s.config.buffer_size = 64;
    assert_status(where, script_series_run(&s), TCX_E_CLOSED);
    check(s.call.outcome == TCX_MAYBE_EXECUTED && s.seen[0].length == length, "%s: %zu bytes were sent", where,
          s.seen[0].length);
    check(memcmp(s.seen[0].sent, from_source, length) == 0, "%s: the call sends another", where);
}

/* All sizes, of letters, escapes and characters of one to four bytes, which fall across every border. */
static void test_sizes(void **state)
{
    static const char mixture[] = "aé\"\x01€\\\n😀 %~\x1F/\x7F";
    unsigned char argument[300];

    (void)state;
    for (size_t size = 0; size <= sizeof argument; size++) {
        for (size_t skip = 0; skip < 4; skip++) { /* letters first, so that borders fall elsewhere */
            size_t at = 0;

            for (; at < skip && at < size; at++)
                argument[at] = 'x';
            while (at < size) { /* whole characters while there is room */
                size_t next = (at - skip) % (sizeof mixture - 1);
                size_t width = (unsigned char)mixture[next] >= 0xF0   ? 4
                               : (unsigned char)mixture[next] >= 0xE0 ? 3
                               : (unsigned char)mixture[next] >= 0xC0 ? 2
                                                                      : 1;

                if (width > size - at) {
                    memset(argument + at, 'z', size - at);
                    break;
                }
                memcpy(argument + at, mixture + next, width);
                at += width;
            }
            for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++)
                check_same(&tcx_ways[way], argument, size, skip == 0 && way % 2 == 0);
        }
    }
}

/* A source that gives less than asked, down to a byte at a time, makes no difference; nor does a small send buffer. */
static void test_small_reads(void **state)
{
    static const unsigned char argument[] =
        "aé\"\x01€\\\n😀 %~\x1F/\x7F, and once more: aé\"\x01€\\\n😀 %~\x1F/\x7F; and to the end of a window";
    static unsigned char expected[2048];
    size_t length;

    (void)state;
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        use(argument, sizeof argument - 1);
        set_up(&tcx_ways[way]);
        assert_int_equal(tcx_request_build(&s.request, &s.signer, SCRIPT_NOW, expected, sizeof expected, &length),
                         TCX_OK);
        for (size_t piece = 1; piece < 70; piece++) {
            for (size_t buffer = 1; buffer < 70; buffer += 1 + buffer / 8) {
                use(argument, sizeof argument - 1);
                set_up(&tcx_ways[way]);
                flash.piece = piece;
                s.config.buffer_size = buffer;
                check(script_series_run(&s) == TCX_E_CLOSED, "%s, reads of %zu, buffer %zu: %d", tcx_ways[way].name,
                      piece, buffer, s.call.status);
                assert_int_equal(s.seen[0].length, length);
                assert_memory_equal(s.seen[0].sent, expected, length);
            }
        }
    }
}

static void set_up_fault(const tcx_way *way, fault kind, uint32_t at, uint32_t from, tcx_text argument)
{
    use(argument.bytes, argument.length);
    set_up(way);
    flash.fault = kind;
    flash.at = at;
    flash.from = from;
    s.config.buffer_size = 32; /* so that much of it has gone when the fault comes */
}

/*
 * What a fault leads to, in a call and in building. In the first pass: nothing is signed, and nothing touched. Later:
 * the request's last byte stays here, and what was built is wiped.
 */
static void check_fault(const tcx_way *way, fault kind, uint32_t at, uint32_t from, tcx_text argument, size_t announced)
{
    enum { FILL = 0x5A };
    static unsigned char wire[4096];
    size_t length = 99;
    char where[100];
    tcx_status status;

    snprintf(where, sizeof where, "%s: %s at %u from pass %u", way->name, fault_names[kind], (unsigned)at,
             (unsigned)from);
    set_up_fault(way, kind, at, from, argument);
    status = script_series_run(&s);
    check(status == TCX_E_SOURCE || (status == TCX_E_FUNCTION_ARG_UTF8 && kind == NO_UTF8), "%s: %d", where, status);
    check(s.call.outcome == TCX_NOT_SENT, "%s: %s", where, tcx_outcome_name(s.call.outcome));
    check(from > 1 || s.count == 0, "%s: the transport was touched", where);
    check(s.count == 0 || (s.seen[0].length < announced && !s.seen[0].whole), "%s: %zu of %zu bytes were sent", where,
          s.seen[0].length, announced);
    check(kind != FAILS || s.call.detail == FAILURE, "%s: detail %d", where, s.call.detail);
    assert_int_equal(s.closes, s.dials);

    set_up_fault(way, kind, at, from, argument);
    memset(wire, FILL, sizeof wire);
    status = tcx_request_build(&s.request, &s.signer, SCRIPT_NOW, wire, sizeof wire, &length);
    check(status == TCX_E_SOURCE || (status == TCX_E_FUNCTION_ARG_UTF8 && kind == NO_UTF8), "%s: built: %d", where,
          status);
    assert_int_equal(length, 0);
    for (size_t i = 0; i < sizeof wire; i++)
        check(wire[i] == FILL || (wire[i] == 0 && from > 1 && (i == 0 || wire[i - 1] == 0)), "%s: byte %zu was left",
              where, i);
}

static void test_faults(void **state)
{
    enum { SMALL = 40, LARGE = 500 };
    static char plain[LARGE], quotes[LARGE];

    (void)state;
    memset(plain, 'a', sizeof plain);
    memset(quotes, '"', sizeof quotes);
    quotes[0] = 'a';
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        for (int kind = OTHER_BYTE; kind < FAULTS; kind++) {
            for (size_t size = SMALL; size <= LARGE; size += LARGE - SMALL) {
                const tcx_text argument = { kind == SHORTER ? quotes : plain, size };
                uint32_t passes;
                size_t announced;

                set_up_fault(&tcx_ways[way], SOUND, 0, 0, argument);
                assert_int_equal(
                    tcx_request_build(&s.request, &s.signer, SCRIPT_NOW, (char[4096]){ 0 }, 4096, &announced), TCX_OK);
                passes = flash.passes;
                assert_in_range(passes, 2, 3);
                for (uint32_t from = kind >= NO_UTF8 ? 1 : 2; from <= passes;
                     from++) { /* another argument from the start is no fault */
                    for (uint32_t at = kind == SHORTER; at < size; at += size == SMALL ? 1 : 31)
                        check_fault(&tcx_ways[way], (fault)kind, at, from, argument, announced);
                    check_fault(&tcx_ways[way], (fault)kind, (uint32_t)size - 1, from, argument, announced);
                }
            }
        }
    }
}

/* A character that the end of the source cuts in half is no UTF-8, nor is one that is split wrongly. */
static void test_utf8(void **state)
{
    static const struct {
        const char *end;
        int valid;
    } rows[] = { { "é", 1 },
                 { "€", 1 },
                 { "😀", 1 },
                 { "\xC3", 0 },
                 { "\xE2\x82", 0 },
                 { "\xF0\x9F\x98", 0 },
                 { "\x80", 0 },
                 { "\xC0\xAF", 0 },
                 { "\xED\xA0\x80", 0 },
                 { "\xF4\x90\x80\x80", 0 } };
    unsigned char argument[200];

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        for (size_t before = 50; before < 140; before++) {
            memset(argument, 'a', before);
            memcpy(argument + before, rows[i].end, strlen(rows[i].end));
            for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
                size_t length;

                use(argument, before + strlen(rows[i].end));
                if (before % 5 != 0)
                    flash.piece = before % 5;
                set_up(&tcx_ways[way]);
                check(tcx_request_measure(&s.request, &s.signer, SCRIPT_NOW, &length) ==
                          (rows[i].valid ? TCX_OK : TCX_E_FUNCTION_ARG_UTF8),
                      "row %zu behind %zu letters", i, before);
            }
        }
    }
}

/* Characters of all sizes, whole and broken, in pieces of any size and over the window's end: as in memory. */
static void test_characters_in_pieces(void **state)
{
    static const char *const characters[] = { "a", "\"",   "é",    "€",        "\xED\x9F\xBF",
                                              "😀", "\x80", "\xC3", "\xF0\x9F", "\xF5" };
    uint32_t seed = 1, valid = 0;

    (void)state;
    for (int round = 0; round < 20000; round++) {
        unsigned char text[100];
        size_t length = tcx_random(&seed) % 2 * (60 + tcx_random(&seed) % 5), measured;
        tcx_request request = tcx_example_request;
        tcx_status expected;

        memset(text, 'a', length);
        for (uint32_t left = 1 + tcx_random(&seed) % 8; left > 0; left--) {
            const char *character =
                characters[tcx_random(&seed) % (tcx_random(&seed) % 8 == 0 ? TCX_COUNT(characters) : 6)];

            memcpy(text + length, character, strlen(character));
            length += strlen(character);
        }
        request.function_arg = (tcx_text){ (const char *)text, length };
        expected = tcx_request_check(&request);
        valid += expected == TCX_OK;
        use(text, length);
        flash.piece = 1 + tcx_random(&seed) % 5;
        set_up(&tcx_ways[0]);
        assert_status("a source", tcx_request_measure(&s.request, &s.signer, SCRIPT_NOW, &measured), expected);
    }
    assert_in_range(valid, 5000, 18000);
}

/* It was changed back, or left alone: the same source serves the next call, and each attempt of one. */
static void test_again(void **state)
{
    static const script_exchange script[] = { { .breaks = -5, .after = 450 },
                                              { .ending = -5 },
                                              { .ending = TCX_CLOSED } };
    const tcx_retry retry = tcx_retry_rule(2, 1, 1, 0, 0, NULL);
    unsigned char argument[100];

    (void)state;
    memset(argument, '"', sizeof argument);
    use(argument, sizeof argument);
    script_series_init(&s, script, 3);
    s.request.function_arg = tcx_text_from(NULL);
    s.request.function_arg_source = &flash.source;
    s.config.retry = &retry;
    assert_int_equal(script_series_run(&s), TCX_E_RECEIVE);
    assert_int_equal(s.count, 2);
    assert_true(s.seen[1].whole);
    assert_int_equal(flash.passes, 3); /* hashed once, and read for each attempt */
    argument[50] = 'x'; /* between two calls it may change */
    assert_int_equal(script_series_run(&s), TCX_E_CLOSED);
    assert_true(s.seen[2].whole);
    assert_int_equal(s.seen[2].length, s.seen[1].length - 1);

    script_series_init(&s, script, 3); /* before the second sending it fails: nothing more is sent */
    s.request.function_arg = tcx_text_from(NULL);
    s.request.function_arg_source = &flash.source;
    s.config.retry = &retry;
    s.config.jitter = UINT32_MAX; /* a delay of 1 ms */
    assert_int_equal(tcx_call_begin(&s.call, &s.config, &s.request, 0), TCX_OK);
    assert_int_equal(tcx_call_step(&s.call, 0), TCX_PENDING);
    flash.fault = FAILS;
    assert_int_equal(tcx_call_step(&s.call, 1), TCX_E_SOURCE);
    assert_int_equal(s.call.outcome, TCX_NOT_SENT);
    assert_int_equal(s.call.detail, FAILURE);
    assert_int_equal(s.count, 2);
    assert_int_equal(s.seen[1].length, 0);
    assert_int_equal(s.closes, s.dials);
}

/* ---- The largest. ---- */

/* A peer that counts what it takes, up to the end of the request, and holds nothing of it. */
static struct {
    uint64_t taken;
    br_sha256_context hash; /* of the body */
    char head[1000];
    size_t head_length;
} sink;

static int sink_open(void *context, const tcx_peer *peer)
{
    (void)context;
    (void)peer;
    return 1;
}

static int sink_send(void *context, const void *bytes, size_t length)
{
    const char *byte = bytes;
    size_t head = 0;

    (void)context;
    sink.taken += length;
    while (head < length && (sink.head_length < 4 || memcmp(sink.head + sink.head_length - 4, "\r\n\r\n", 4) != 0)) {
        assert_true(sink.head_length < sizeof sink.head);
        sink.head[sink.head_length++] = byte[head++];
    }
    br_sha256_update(&sink.hash, byte + head, length - head);
    return (int)length;
}

static int sink_recv(void *context, void *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    (void)length;
    return TCX_CLOSED;
}

static void sink_close(void *context)
{
    (void)context;
}

/* As large as can be. It is read once to sign, once to measure where that is not the same, and once to send. */
static void test_largest(void **state)
{
    static const struct {
        const char *name;
        const tcx_scheme *scheme;
        uint32_t limit, frame, passes;
        const char *before, *after;
    } rows[] = {
        { "TC3", TCX_SIGN_TC3, TCX_POST_MAX, 47, 2, "{\"FunctionName\":\"ExampleFunc\",\"FunctionArg\":\"", "\"}" },
        { "v1", TCX_SIGN_HMAC_SHA256, TCX_FORM_MAX, 400, 3, NULL, NULL }, /* the size depends on the signature */
    };
    static const tcx_transport link = { NULL, sink_open, sink_send, sink_recv, sink_close, NULL, NULL };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        unsigned char is[32], should[32];
        br_sha256_context hash;

        set_up(&tcx_ways[0]);
        assert_int_equal(tcx_signer_init(&s.signer, &tcx_example_credentials, rows[i].scheme), TCX_OK);
        use(NULL, rows[i].limit - rows[i].frame);
        s.config.transport = &link;
        memset(&sink, 0, sizeof sink);
        br_sha256_init(&sink.hash);
        assert_status(rows[i].name, script_series_run(&s), TCX_E_CLOSED);
        assert_int_equal(s.call.outcome, TCX_MAYBE_EXECUTED);
        print_message("# %s: %u bytes, read in %u passes, %llu bytes in all\n", rows[i].name,
                      (unsigned)flash.source.size, (unsigned)flash.passes, (unsigned long long)flash.given);
        assert_int_equal(flash.passes, rows[i].passes);
        assert_in_range(flash.given, (uint64_t)flash.source.size * rows[i].passes,
                        (uint64_t)flash.source.size * rows[i].passes / 100 * 105);
        if (rows[i].before == NULL)
            continue;
        assert_int_equal(sink.taken, sink.head_length + rows[i].limit);
        assert_non_null(strstr(sink.head, "\r\nContent-Length: 10485760\r\n"));
        br_sha256_init(&hash);
        br_sha256_update(&hash, rows[i].before, strlen(rows[i].before));
        for (uint32_t at = 0; at < flash.source.size; at++) {
            char letter = (char)('a' + at % 26);

            br_sha256_update(&hash, &letter, 1);
        }
        br_sha256_update(&hash, rows[i].after, strlen(rows[i].after));
        br_sha256_out(&hash, should);
        br_sha256_out(&sink.hash, is);
        assert_memory_equal(is, should, 32);

        use(NULL, rows[i].limit - rows[i].frame + 1); /* one more is too many */
        assert_int_equal(script_series_run(&s), TCX_E_REQUEST_TOO_LARGE);
        use(NULL, UINT32_MAX); /* known before any of it is read */
        assert_int_equal(script_series_run(&s), TCX_E_REQUEST_TOO_LARGE);
        assert_int_equal(flash.given, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),   cmocka_unit_test(test_small_reads),          cmocka_unit_test(test_faults),
        cmocka_unit_test(test_utf8),    cmocka_unit_test(test_characters_in_pieces), cmocka_unit_test(test_again),
        cmocka_unit_test(test_largest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
