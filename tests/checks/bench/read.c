/*
 * Reads one answer many times.
 *
 *     read MODE SIZE N [TEXT]    SIZE: bytes of the Result; prints the bytes of body in one answer
 *
 *       tcexec   HTTP bytes in, Result out: tcx_http_feed(), tcx_response_read()
 *       jsmn     only jsmn over the same JSON text: the floor, without a check of what jsmn accepts
 *       memcpy   only copies the body
 *
 * TEXT is what the Result has: plain letters (the default), chinese, or json. The last is JSON inside a JSON string, as
 * functions return it: one byte in nine is an escaped quote.
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
#define TOKENS     64

static char answer[ROOM]; /* as it comes from the wire */
static size_t answer_length;
static char *json; /* its body */
static size_t json_length;
static char body[ROOM];

/* Returns 0 if there is no such text. */
static int compose(size_t size, const char *kind)
{
    static const struct {
        const char *name, *piece; /* as it travels */
    } kinds[] = { { "plain", "letters and words " },
                  { "json", "\\\"key\\\":12345,abc" },
                  { "chinese", "\xE8\xA7\x86\xE9\xA2\x91\xE8\xBD\xAC\xE7\xA0\x81" } };
    static char text[RESULT_MAX];
    size_t i = 0, length;
    int head;

    while (i < sizeof kinds / sizeof kinds[0] && strcmp(kinds[i].name, kind) != 0)
        i++;
    if (i == sizeof kinds / sizeof kinds[0])
        return 0;
    length = strlen(kinds[i].piece);
    memset(text, 'x', size);
    for (size_t at = 0; at + length <= size; at += length)
        memcpy(text + at, kinds[i].piece, length);
    json_length =
        size + sizeof "{\"Response\":{\"Result\":\"\",\"RequestId\":\"12345678-1234-1234-1234-123456789012\"}}" - 1;
    head = snprintf(answer, sizeof answer,
                    "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Wed, 25 Nov 2026 12:00:00 GMT\r\n"
                    "Content-Type: application/json\r\nContent-Length: %zu\r\nConnection: keep-alive\r\n\r\n",
                    json_length);
    json = answer + head;
    snprintf(json, sizeof answer - (size_t)head,
             "{\"Response\":{\"Result\":\"%.*s\",\"RequestId\":\"12345678-1234-1234-1234-123456789012\"}}", (int)size,
             text);
    answer_length = (size_t)head + json_length;
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

static void by_jsmn(void)
{
    jsmn_parser parser;
    jsmntok_t tokens[TOKENS];

    jsmn_init(&parser);
    if (jsmn_parse(&parser, json, json_length, tokens, TOKENS) < 7)
        abort();
}

static void by_memcpy(void)
{
    memcpy(body, json, json_length);
    __asm__ volatile("" : : : "memory");
}

int main(int argc, char **argv)
{
    const size_t size = argc > 3 ? (size_t)atol(argv[2]) : RESULT_MAX + 1;
    long n = argc > 3 ? atol(argv[3]) : 0;
    void (*read)(void) = NULL;

    if (argc > 3 && strcmp(argv[1], "tcexec") == 0)
        read = by_tcexec;
    else if (argc > 3 && strcmp(argv[1], "jsmn") == 0)
        read = by_jsmn;
    else if (argc > 3 && strcmp(argv[1], "memcpy") == 0)
        read = by_memcpy;
    if (read == NULL || size > RESULT_MAX || n < 0 || !compose(size, argc > 4 ? argv[4] : "plain")) {
        fputs("usage: read tcexec|jsmn|memcpy SIZE N [plain|json|chinese]\n", stderr);
        return 2;
    }
    while (n-- > 0)
        read();
    printf("%zu\n", json_length);
    return 0;
}
