/*
 * AWS's libraries for firmware at the same work: SigV4, coreHTTP and coreJSON.
 *
 *     aws sign N          signs a POST with a body of 200 bytes, over BearSSL's SHA-256. It derives the key each time
 *     aws head N FILE     reads the head of the HTTP answer in FILE
 *     aws read1 N FILE    reads the answer, checks its JSON, and searches the Result
 *     aws read3 N FILE    the same, and searches Error and RequestId. Nothing is unescaped
 *
 * Their sources come from the caller: see AWS_SDK in checks.mk.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bearssl.h>
#include <core_http_client.h>
#include <core_json.h>
#include <sigv4.h>

#define BODY       200
#define ANSWER_MAX (2u << 20)

struct NetworkContext {
    size_t taken;
};

static unsigned char answer[ANSWER_MAX], received[ANSWER_MAX];
static size_t answer_length, offered;

/* ---- signing ---- */

static int32_t hash_init(void *context)
{
    br_sha256_init(context);
    return 0;
}

static int32_t hash_update(void *context, const uint8_t *bytes, size_t length)
{
    br_sha256_update(context, bytes, length);
    return 0;
}

static int32_t hash_final(void *context, uint8_t *out, size_t size)
{
    (void)size;
    br_sha256_out(context, out);
    return 0;
}

static void sign(void)
{
    static const char headers[] =
        "content-type:application/json\nhost:mps.tencentcloudapi.com\nx-amz-date:20260101T000000Z\n";
    static char body[BODY + 1];
    br_sha256_context sha;
    SigV4CryptoInterface_t crypto = { hash_init, hash_update, hash_final, &sha, 64, 32 };
    SigV4HttpParameters_t http = {
        "POST", 4, SIGV4_HTTP_ALL_ARE_CANONICAL_FLAG, "/", 1, "", 0, headers, sizeof headers - 1, body, BODY
    };
    SigV4Credentials_t credentials = { "AKIDEXAMPLE000000000", 20, "SKEXAMPLE000000000000000000000000000002", 39 };
    SigV4Parameters_t parameters = { &credentials,
                                     "20260101T000000Z",
                                     SIGV4_AWS4_HMAC_SHA256,
                                     SIGV4_AWS4_HMAC_SHA256_LENGTH,
                                     "ap-guangzhou",
                                     12,
                                     "mps",
                                     3,
                                     &crypto,
                                     &http };
    char authorization[512];
    size_t length = sizeof authorization, signature_length;
    char *signature;

    memset(body, 'x', BODY);
    if (SigV4_GenerateHTTPAuthorization(&parameters, authorization, &length, &signature, &signature_length) !=
        SigV4Success)
        abort();
}

/* ---- reading ---- */

static uint32_t no_time(void)
{
    return 0;
}

static int32_t receive(NetworkContext_t *context, void *bytes, size_t length)
{
    if (length > offered - context->taken)
        length = offered - context->taken;
    memcpy(bytes, answer + context->taken, length);
    context->taken += length;
    return (int32_t)length;
}

static HTTPResponse_t read_http(uint32_t flags)
{
    struct NetworkContext context = { 0 };
    const TransportInterface_t transport = { .recv = receive, .pNetworkContext = &context };
    static uint8_t request[] = "POST / HTTP/1.1\r\n\r\n";
    const HTTPRequestHeaders_t asked = { request, sizeof request, sizeof request - 1 };
    HTTPResponse_t response = {
        .pBuffer = received, .bufferLen = sizeof received, .getTime = no_time, .respOptionFlags = flags
    };

    if (HTTPClient_ReceiveAndParseHttpResponse(&transport, &response, &asked) != HTTPSuccess ||
        response.statusCode != 200)
        abort();
    return response;
}

static void read_head(void)
{
    (void)read_http(HTTP_RESPONSE_DO_NOT_PARSE_BODY_FLAG);
}

static int search(const HTTPResponse_t *response, const char *query)
{
    const char *value;
    size_t length;

    return JSON_SearchConst((const char *)response->pBody, response->bodyLen, query, strlen(query), &value, &length,
                            NULL) == JSONSuccess;
}

static HTTPResponse_t read_result(void)
{
    const HTTPResponse_t response = read_http(0);

    if (JSON_Validate((const char *)response.pBody, response.bodyLen) != JSONSuccess ||
        !search(&response, "Response.Result"))
        abort();
    return response;
}

static void read1(void)
{
    (void)read_result();
}

static void read3(void)
{
    const HTTPResponse_t response = read_result();

    if (search(&response, "Response.Error") || !search(&response, "Response.RequestId"))
        abort();
}

static void load(const char *name)
{
    FILE *file = fopen(name, "rb");
    const char *end;

    if (file == NULL)
        abort();
    answer_length = fread(answer, 1, sizeof answer - 1, file);
    fclose(file);
    end = strstr((const char *)answer, "\r\n\r\n");
    if (end == NULL)
        abort();
    offered = (size_t)(end + 4 - (const char *)answer);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } modes[] = { { "sign", sign }, { "head", read_head }, { "read1", read1 }, { "read3", read3 } };
    long n = argc > 2 ? atol(argv[2]) : 0;
    void (*run)(void) = NULL;

    for (size_t i = 0; argc > 2 && i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(argv[1], modes[i].name) == 0)
            run = modes[i].run;
    if (run == NULL || (run != sign && argc != 4)) {
        fputs("usage: aws sign N | aws head|read1|read3 N FILE\n", stderr);
        return 2;
    }
    if (run != sign)
        load(argv[3]);
    if (run == read1 || run == read3)
        offered = answer_length;
    while (n-- > 0)
        run();
    return 0;
}
