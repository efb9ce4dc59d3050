/*
 * Reads one answer many times.
 *
 *     read MODE SIZE N [TEXT]    prints the bytes of head and of body in one answer
 *
 *       tcexec   HTTP bytes in, Result out: tcx_http_feed(), tcx_response_read()
 *       head     HTTP bytes in, only the head of the answer: tcx_http_feed()
 *       jsmn     only jsmn over the same JSON text: the floor, without a check of what jsmn accepts
 *       memcpy   only copies the body
 *       answer   reads nothing, and prints only the answer
 *
 * TEXT is what the Result has: plain letters (the default), chinese, or json. The last is JSON inside a JSON string, as
 * functions return it: one byte in nine is an escaped quote. SIZE is the bytes of the Result.
 *
 * TEXT can also be what a hostile server adds to a short Result: arrays, nested (arrays in arrays), members, or near
 * (members whose names are almost ours). SIZE is then how many JSON values and names the body has.
 */
#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

#include <stdio.h>
#include <stdlib.h>

#include <tcexec.h>

#define RESULT_MAX (2u << 20)
#define ROOM       (RESULT_MAX + 1024)
#define TOKENS     8192

static char answer[ROOM]; /* as it comes from the wire */
static size_t answer_length, head_length;
static char *json; /* its body */
static size_t json_length;
static char body[ROOM];

typedef struct kind {
    const char *name;
    const char *piece, *last; /* as they travel: so often as there is room, and after them */
    size_t values;            /* in a piece of a hostile answer. 0: of an ordinary one */
} kind;

static const kind kinds[] = {
    { "plain", "letters and words ", "", 0 },
    { "json", "\\\"key\\\":12345,abc", "", 0 },
    { "chinese", "\xE8\xA7\x86\xE9\xA2\x91\xE8\xBD\xAC\xE7\xA0\x81", "", 0 },
    { "arrays", "[],", "0]", 1 },
    { "nested", "[[[[[[[[]]]]]]]],", "0]", 8 },
    { "members", "\"a\":0,", "", 2 },
    { "near", "\"Resulu\":0,\"RequestIe\":0,\"Errop\":0,", "", 6 },
};

/* Fills `text` up to `size` bytes with a kind's piece and letters. */
static size_t fill_result(char *text, const kind *kind, size_t size)
{
    const size_t length = strlen(kind->piece);

    memset(text, 'x', size);
    for (size_t at = 0; at + length <= size; at += length)
        memcpy(text + at, kind->piece, length);
    return size;
}

/* Fills `text` with members of Response. Returns its length. */
static size_t fill_hostile(char *text, const kind *kind, size_t values)
{
    const size_t length = strlen(kind->piece);
    size_t at = 0;

    if (kind->last[0] != '\0')
        at = (size_t)sprintf(text, "\"Extra\":[");
    for (size_t count = 7 + kind->values; count <= values && at + length + 4 < RESULT_MAX; count += kind->values) {
        memcpy(text + at, kind->piece, length);
        at += length;
    }
    return at + (size_t)sprintf(text + at, "%s%s", kind->last, kind->last[0] != '\0' ? "," : "");
}

/* Returns 0 if there is no such text. */
static int compose(size_t size, const char *name)
{
    static char text[RESULT_MAX + 1];
    const kind *kind = kinds;
    int is_hostile, length;

    while (kind < kinds + sizeof kinds / sizeof kinds[0] && strcmp(kind->name, name) != 0)
        kind++;
    if (kind == kinds + sizeof kinds / sizeof kinds[0])
        return 0;
    is_hostile = kind->values != 0;
    length = (int)(is_hostile ? fill_hostile(text, kind, size) : fill_result(text, kind, size));
    json_length = (size_t)length +
                  sizeof "{\"Response\":{\"Result\":\"\",\"RequestId\":\"12345678-1234-1234-1234-123456789012\"}}" - 1;
    head_length =
        (size_t)snprintf(answer, sizeof answer,
                         "HTTP/1.1 200 OK\r\nServer: openresty/1.21.4\r\nDate: Wed, 25 Nov 2026 12:00:00 GMT\r\n"
                         "Content-Type: application/json\r\nContent-Length: %zu\r\n"
                         "Connection: keep-alive\r\n\r\n",
                         json_length);
    json = answer + head_length;
    snprintf(json, sizeof answer - head_length,
             "{\"Response\":{%.*s\"Result\":\"%.*s\",\"RequestId\":\"12345678-1234-1234-1234-123456789012\"}}",
             is_hostile ? length : 0, text, is_hostile ? 0 : length, text);
    answer_length = head_length + json_length;
    return 1;
}

static void by_tcexec(void)
{
    tcx_http http;
    tcx_response response;
    size_t used;
    int detail;

    tcx_http_init(&http, body, sizeof body);
    if (tcx_http_feed(&http, answer, answer_length, &used) != TCX_OK || used != answer_length ||
        tcx_response_read(&http, &response, &detail) != TCX_OK || response.result.bytes == NULL)
        abort();
}

static void head_by_tcexec(void)
{
    tcx_http http;
    size_t used;

    tcx_http_init(&http, body, sizeof body);
    if (tcx_http_feed(&http, answer, head_length, &used) != TCX_PENDING || used != head_length || http.status != 200)
        abort();
}

static void by_jsmn(void)
{
    static jsmntok_t tokens[TOKENS];
    jsmn_parser parser;

    jsmn_init(&parser);
    if (jsmn_parse(&parser, json, json_length, tokens, TOKENS) < 7)
        abort();
}

static void by_memcpy(void)
{
    memcpy(body, json, json_length);
    __asm__ volatile("" : : : "memory");
}

static void put_answer(void)
{
    fwrite(answer, 1, answer_length, stdout);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } modes[] = { { "tcexec", by_tcexec },
                  { "head", head_by_tcexec },
                  { "jsmn", by_jsmn },
                  { "memcpy", by_memcpy },
                  { "answer", put_answer } };
    const size_t size = argc > 3 ? (size_t)atol(argv[2]) : RESULT_MAX + 1;
    long n = argc > 3 ? atol(argv[3]) : 0;
    void (*read)(void) = NULL;

    for (size_t i = 0; argc > 3 && i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(argv[1], modes[i].name) == 0)
            read = modes[i].run;
    if (read == NULL || size > RESULT_MAX || n < 0 || !compose(size, argc > 4 ? argv[4] : "plain")) {
        fputs("usage: read tcexec|head|jsmn|memcpy|answer SIZE N [plain|json|chinese|arrays|nested|members|near]\n",
              stderr);
        return 2;
    }
    while (n-- > 0)
        read();
    if (read != put_answer)
        printf("%zu %zu\n", head_length, json_length);
    return 0;
}
