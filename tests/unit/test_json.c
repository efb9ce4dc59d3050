/*
 * Tests the JSON check against RFC 8259 (tests/vectors/json and, if JSONTestSuite is there, all of it), its token count
 * against jsmn's, and decoded strings.
 */
#define _DEFAULT_SOURCE

#include "script.h"

#include <dirent.h>

#include "tcx_json.h"

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

static tcx_status json_check(const char *text, size_t length, size_t *tokens)
{
    return tcx_json_check(memcpy(script_edge(0, length), text, length), length, tokens);
}

/*
 * What is accepted is what jsmn makes of it: the same number of tokens, every key with one value, every value with
 * none.
 */
static void check_tokens(const char *text, size_t length, size_t tokens, const char *name)
{
    static jsmntok_t tree[50100];
    jsmn_parser parser;
    int count;

    if (memchr(text, '{', length) == NULL && memchr(text, '[', length) == NULL) {
        check(tokens == 1, "%s", name);
        return; /* jsmn refuses a lone literal or number */
    }
    jsmn_init(&parser);
    count = jsmn_parse(&parser, text, length, tree, TCX_COUNT(tree));
    check(count > 0 && (size_t)count == tokens, "%s: jsmn makes %d tokens, not %zu", name, count, tokens);
    for (int i = 1; i < count; i++) {
        int is_key = tree[tree[i].parent].type == JSMN_OBJECT;

        if (is_key)
            check(tree[i].type == JSMN_STRING && tree[i].size == 1 && tree[i + 1].parent == i, "%s: token %d", name, i);
        else if (tree[i].type == JSMN_STRING || tree[i].type == JSMN_PRIMITIVE)
            check(tree[i].size == 0, "%s: token %d", name, i);
    }
}

/* Whether it is JSON, and each of its strings is text: TCX_E_JSON_UTF8 for one that is not, which then stays as it was. */
static tcx_status whole(const char *text, size_t length, size_t *tokens)
{
    static jsmntok_t tree[50101];
    static char array[(1 << 18) + 2];
    tcx_status status = json_check(text, length, tokens);
    jsmn_parser parser;
    int count;

    if (status != TCX_OK)
        return status;
    array[0] = '['; /* jsmn reads no number or literal by itself */
    memcpy(array + 1, text, length);
    array[length + 1] = ']';
    jsmn_init(&parser);
    count = jsmn_parse(&parser, array, length + 2, tree, TCX_COUNT(tree));
    assert_true(count > 0);
    for (int i = 1; i < count; i++) {
        size_t size = (size_t)(tree[i].end - tree[i].start);
        const char *string = array + tree[i].start;
        char *copy;

        if (tree[i].type != JSMN_STRING)
            continue;
        copy = memcpy(script_edge(0, size), string, size);
        if (!tcx_json_decode(copy, &size)) {
            assert_memory_equal(copy, string, size);
            assert_int_equal(size, tree[i].end - tree[i].start);
            status = TCX_E_JSON_UTF8;
        }
    }
    return status;
}

/* Cut anywhere, a document is none; only a number that is the whole text, or blanks behind the end, can be cut. */
static void check_prefixes(const char *text, size_t length, const char *name)
{
    size_t tokens;

    while (length > 0 && strchr(" \t\r\n", text[length - 1]) != NULL)
        length--;
    if (strchr("}]\"le", text[length - 1]) == NULL)
        return;
    for (size_t cut = 0; cut < length; cut++)
        check(json_check(text, cut, &tokens) < 0, "%s: its first %zu bytes", name, cut);
}

/* As one more member of a good answer, where every bracket, quote and separator has a neighbour. */
static tcx_status embedded(const char *text, size_t length)
{
    static const char before[] = "{\"Response\":{\"Result\":\"r\",\"X\":", after[] = ",\"RequestId\":\"id\"}}";
    static char body[1 << 18];
    static unsigned char room[(1 << 18) + 50100 * TCX_JSON_TOKEN_SIZE];
    char head[64];
    size_t size = sizeof before - 1 + length + sizeof after - 1, used;
    tcx_http http;
    tcx_response response;
    tcx_status status;
    int detail;

    snprintf(head, sizeof head, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n\r\n", size);
    memcpy(body, before, sizeof before - 1);
    memcpy(body + sizeof before - 1, text, length);
    memcpy(body + sizeof before - 1 + length, after, sizeof after - 1);
    tcx_http_init(&http, room, sizeof room);
    assert_int_equal(tcx_http_feed(&http, head, strlen(head), &used), TCX_PENDING);
    assert_int_equal(tcx_http_feed(&http, body, size, &used), TCX_OK);
    status = tcx_response_read(&http, &response, &detail);
    if (status == TCX_OK) {
        assert_int_equal(response.result.length, 1);
        assert_int_equal(response.request_id.length, 2);
    }
    return status;
}

/*
 * Decodes % and two hex digits, or n, r or t, in place: JSON has a use of its own for backslashes. Returns the length.
 */
static size_t decode(char *text)
{
    char *out = text;
    const char *from = text;

    while (*from != '\0') {
        unsigned byte = (unsigned char)*from++;

        if (byte == '%') {
            byte = *from == 'n' ? '\n' : *from == 'r' ? '\r' : '\t';
            if (strchr("nrt", *from++) == NULL) {
                assert_int_equal(sscanf(from - 1, "%2x", &byte), 1);
                from++;
            }
        }
        *out++ = (char)byte;
    }
    *out = '\0';
    return (size_t)(out - text);
}

static void text_row(char **columns)
{
    const char *verdict = columns[0], *text = columns[1];
    size_t length = decode(columns[1]), tokens;
    tcx_status expected = strcmp(verdict, "accept") == 0 ? TCX_OK
                          : strcmp(verdict, "utf8") == 0 ? TCX_E_JSON_UTF8
                                                         : TCX_E_JSON_SYNTAX;
    tcx_status status = whole(text, length, &tokens);

    check(expected != TCX_E_JSON_SYNTAX || strcmp(verdict, "syntax") == 0, "no such verdict: %s", verdict);
    check(status == expected, "%s: %s, and not %d", text, verdict, status);
    status = embedded(text, length); /* as a member that is not read, the grammar is all that counts */
    check(status == (expected == TCX_E_JSON_UTF8 ? TCX_OK : expected), "%s: %s, and not %d as a member", text, verdict,
          status);
    if (expected == TCX_OK) {
        check_tokens(text, length, tokens, text);
        check_prefixes(text, length, text);
    }
}

static void test_texts(void **state)
{
    (void)state;
    assert_int_equal(script_table("json/texts.txt", 2, text_row), 517);
}

/* The whole of a file. */
static char *read_file(const char *path, size_t *length)
{
    static char text[1 << 18];
    FILE *file = fopen(path, "rb");

    assert_non_null(file);
    *length = fread(text, 1, sizeof text, file);
    fclose(file);
    assert_true(*length < sizeof text);
    return text;
}

/*
 * All 318 files of JSONTestSuite (github.com/nst/JSONTestSuite), as they are and as a member: what it leaves open is
 * decided here.
 */
static void test_suite(void **state)
{
    static const char *const open_accepted[] = {
        "i_number_double_huge_neg_exp.json",   "i_number_huge_exp.json",          "i_number_neg_int_huge_exp.json",
        "i_number_pos_double_huge_exp.json",   "i_number_real_neg_overflow.json", "i_number_real_pos_overflow.json",
        "i_number_real_underflow.json",        "i_number_too_big_neg_int.json",   "i_number_too_big_pos_int.json",
        "i_number_very_big_negative_int.json",
    };
    const char *folder = getenv("JSONTESTSUITE") != NULL ? getenv("JSONTESTSUITE") : "../shared/jsonsuite";
    DIR *files = opendir(folder);
    struct dirent *entry;
    int accepted[3] = { 0, 0, 0 }, refused[3] = { 0, 0, 0 };

    (void)state;
    if (files == NULL) {
        print_message("# JSONTestSuite: not run, there is no %s\n", folder);
        skip();
    }
    while ((entry = readdir(files)) != NULL) {
        static const char kinds[] = "yni";
        const char *name = entry->d_name, *kind = strchr(kinds, name[0]);
        char path[512];
        size_t length, tokens;
        char *text;
        tcx_status status;
        int open_accept = 0;

        if (kind == NULL || strstr(name, ".json") == NULL || name[1] != '_')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, name);
        text = read_file(path, &length);
        status = whole(text, length, &tokens);
        for (size_t i = 0; i < TCX_COUNT(open_accepted); i++)
            open_accept |= strcmp(name, open_accepted[i]) == 0;
        check((status == TCX_OK) == (name[0] == 'y' || open_accept), "%s: %d", name, status);
        *(status == TCX_OK ? &accepted[kind - kinds] : &refused[kind - kinds]) += 1;
        check((embedded(text, length) == TCX_OK) == (status == TCX_OK || status == TCX_E_JSON_UTF8), "%s as a member",
              name);
        if (status == TCX_OK) {
            check_tokens(text, length, tokens, name);
            check_prefixes(text, length, name);
        }
    }
    closedir(files);
    print_message("# JSONTestSuite: %d/95 accepted, %d/188 refused, at top level and as a member\n", accepted[0],
                  refused[1]);
    assert_int_equal(accepted[0], 95);
    assert_int_equal(refused[0], 0);
    assert_int_equal(accepted[1], 0);
    assert_int_equal(refused[1], 188);
    assert_int_equal(accepted[2], TCX_COUNT(open_accepted));
    assert_int_equal(refused[2], 25);
}

/* 32 levels are read, 33 are not, of either kind and mixed; a peer's 50,000 brackets cost nothing. */
static void test_depth(void **state)
{
    static char text[50000 * 5];
    const struct {
        const char *opening, *closing;
    } kinds[] = { { "[", "]" }, { "{\"a\":", "}" } };
    size_t tokens;

    (void)state;
    for (int mix = 0; mix < 3; mix++) {
        for (int depth = 1; depth <= 34; depth++) {
            tcx_status expected = depth <= (int)TCX_JSON_DEPTH_MAX ? TCX_OK : TCX_E_JSON_DEPTH;

            text[0] = '\0';
            for (int level = 0; level < depth; level++)
                strcat(text, kinds[mix == 2 ? level % 2 : mix].opening);
            strcat(text, "1");
            for (int level = depth; level-- > 0;)
                strcat(text, kinds[mix == 2 ? level % 2 : mix].closing);
            check(json_check(text, strlen(text), &tokens) == expected, "depth %d", depth);
            if (expected == TCX_OK)
                check_tokens(text, strlen(text), tokens, text);
            check(embedded(text, strlen(text)) == (depth + 2 <= (int)TCX_JSON_DEPTH_MAX ? TCX_OK : TCX_E_JSON_DEPTH),
                  "depth %d as a member", depth);
        }
    }
    for (int kind = 0; kind < 2; kind++) {
        char *at = text;

        for (int level = 0; level < 50000 - 1; level++)
            at += strlen(strcpy(at, kinds[kind].opening));
        assert_int_equal(tcx_json_check(text, strlen(text), &tokens), TCX_E_JSON_DEPTH);
    }
    /* Levels that were closed do not count. */
    strcpy(text, "[[],{},[[]]");
    for (int i = 0; i < 1000; i++)
        strcat(text, ",[[[]]]");
    strcat(text, "]");
    assert_int_equal(json_check(text, strlen(text), &tokens), TCX_OK);
    check_tokens(text, strlen(text), tokens, "many that were closed");
}

/* UTF-8 by RFC 3629 section 3, written apart from the library. Returns the length. */
static size_t utf8(char *out, uint32_t point)
{
    static const unsigned char first[] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    size_t length = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

    for (size_t i = length; i-- > 1; point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3F));
    out[0] = (char)(first[length == 1 ? 0 : length] | point);
    return length;
}

static void decodes(const char *escaped, const char *expected, size_t length, const char *name)
{
    size_t size = strlen(escaped), tokens;
    char quoted[64];
    char *text = (char *)script_edge(0, size);

    snprintf(quoted, sizeof quoted, "\"%s\"", escaped);
    check(json_check(quoted, strlen(quoted), &tokens) == TCX_OK, "%s", name);
    text = memcpy((char *)script_edge(0, size), escaped, size);
    check(tcx_json_decode(text, &size) && size == length && memcmp(text, expected, length) == 0, "%s", name);
}

static void test_unescape(void **state)
{
    uint32_t seed = 8259;
    char escaped[64], expected[16];

    (void)state;
    for (uint32_t point = 0; point < 0x10000; point++) {
        size_t length = utf8(expected + 1, point) + 2;

        if (point >= 0xD800 && point <= 0xDFFF)
            continue;
        expected[0] = 'a';
        expected[length - 1] = 'b';
        snprintf(escaped, sizeof escaped, point % 2 ? "a\\u%04Xb" : "a\\u%04xb", (unsigned)point);
        decodes(escaped, expected, length, escaped);
    }
    for (int i = 0; i < 1000; i++) {
        uint32_t point = i == 0 ? 0x10000 : i == 1 ? 0x10FFFF : 0x10000 + tcx_random(&seed) % 0x100000;

        snprintf(escaped, sizeof escaped, "\\u%04x\\u%04X", (unsigned)(0xD800 + ((point - 0x10000) >> 10)),
                 (unsigned)(0xDC00 + (point & 0x3FF)));
        decodes(escaped, expected, utf8(expected, point), escaped);
    }
    decodes("", "", 0, "empty");
    decodes("\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t", 8, "simple escapes");
    decodes("\\\\u0041\\u005cu0041", "\\u0041\\u0041", 12, "an escape that makes an escape is not read again");
    decodes("\\u0000\\u0000", "\0\0", 2, "zero bytes");
}

static void test_equals(void **state)
{
    static const struct {
        const char *text, *name;
        int equal;
    } rows[] = {
        { "Result", "Result", 1 },
        { "R\\u0065sult", "Result", 1 },
        { "\\u0052\\u0065\\u0073\\u0075\\u006C\\u0074", "Result", 1 },
        { "result", "Result", 0 },
        { "Resul", "Result", 0 },
        { "Results", "Result", 0 },
        { "Result\\u0000", "Result", 0 },
        { "\\u0000Result", "Result", 0 },
        { "Res\\nult", "Result", 0 },
        { "Re\\u0073ul", "Result", 0 },
        { "", "Result", 0 },
        { "", "", 1 },
        { "x", "", 0 },
        { "\\/", "/", 1 },
        { "\\u00E9", "\xC3\xA9", 1 },
        { "\\u00E9", "\xC3", 0 },
        { "\\uD83D\\uDE00", "\xF0\x9F\x98\x80", 1 },
        { "Result\\uD83D", "Result", 0 },
        { "\\uD83DResult", "Result", 0 },
        { "\\uDE00", "", 0 },
        { "\\uD83D\\n", "\n", 0 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        size_t length = strlen(rows[i].text);
        const char *text = memcpy(script_edge(0, length), rows[i].text, length);

        check(tcx_json_equals(text, length, rows[i].name) == rows[i].equal, "%s = %s", rows[i].text, rows[i].name);
    }
}

/* Damaged documents: what is accepted has jsmn's tokens. */
static void test_damage(void **state)
{
    static const char original[] = "{\"Response\":{\"Result\":\"a\\u00e9\\\"\xC3\xA4\",\"N\":[-1.5e+3,0,true,null,{"
                                   "\"\":[]}],\"RequestId\":\"\\uD83D\\uDE00\"}}";
    static const char spice[] = "{}[]:,\"\\ \n-0.1eEtfnu\x80\xC3";
    uint32_t seed = 4711;
    int accepted = 0;

    (void)state;
    for (int round = 0; round < 200000; round++) {
        char text[sizeof original + 8];
        size_t length = sizeof original - 1, tokens;

        memcpy(text, original, length);
        for (uint32_t damages = 1 + tcx_random(&seed) % 4; damages > 0; damages--) {
            size_t at = tcx_random(&seed) % length;

            switch (tcx_random(&seed) % 3) {
            case 0:
                text[at] = spice[tcx_random(&seed) % (sizeof spice - 1)];
                break;
            case 1:
                memmove(text + at, text + at + 1, --length - at);
                break;
            default:
                memmove(text + at + 1, text + at, length++ - at);
            }
        }
        if (json_check(text, length, &tokens) == TCX_OK) {
            accepted++;
            text[length] = '\0';
            check_tokens(text, length, tokens, text);
        }
    }
    assert_in_range(accepted, 10000, 190000); /* or it tests nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts),    cmocka_unit_test(test_suite),  cmocka_unit_test(test_depth),
        cmocka_unit_test(test_unescape), cmocka_unit_test(test_equals), cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
