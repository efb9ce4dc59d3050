/*
 * Makes one TC3 signature many times: it signs and builds the request into a buffer.
 *
 *     sign MODE N [TEXT [BODY]]       prints nanoseconds for one, SHA-256 compressions in one, bytes of FunctionArg
 *
 *       cached, first               with the day's key in the signer; with a key that is derived each time. BearSSL's
 *                                   SHA-256
 *       cached-openssl              with OpenSSL's SHA-256 as a br_hash_class
 *       source                      as cached, with the argument from a source
 *
 *     sign MODE N COMPRESSIONS        prints nanoseconds for one
 *
 *       floor, floor-openssl        only so many compressions
 *
 * TEXT is what FunctionArg has: plain letters (the default), json or chinese. The body has BODY bytes (200) with each.
 *
 * The compressions are counted, not assumed: the program signs one request with a hash class that counts its blocks.
 */
#define _POSIX_C_SOURCE 200809L
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <tcexec.h>

#include "counting.h"

#define BODY       200            /* bytes, if the command line does not say how many */
#define BODY_MAX   (1024u * 1024) /* bytes */
#define BLOCK      64
#define BLOCKS_MAX 64
#define UNIX_TIME  1767225600

/* ---- OpenSSL's SHA-256 ---- */

typedef struct openssl_context {
    const br_hash_class *vtable;
    SHA256_CTX sha;
} openssl_context;

static br_hash_class openssl; /* br_sha256_vtable with other functions */

static void openssl_init(const br_hash_class **context)
{
    *context = &openssl;
    SHA256_Init(&((openssl_context *)(void *)context)->sha);
}

static void openssl_update(const br_hash_class **context, const void *bytes, size_t length)
{
    SHA256_Update(&((openssl_context *)(void *)context)->sha, bytes, length);
}

static void openssl_out(const br_hash_class *const *context, void *out)
{
    SHA256_CTX sha = ((const openssl_context *)(const void *)context)->sha;

    SHA256_Final(out, &sha);
}

static uint64_t openssl_state(const br_hash_class *const *context, void *out)
{
    const SHA256_CTX *sha = &((const openssl_context *)(const void *)context)->sha;

    for (unsigned i = 0; i < 8; i++)
        for (unsigned j = 0; j < 4; j++)
            ((unsigned char *)out)[4 * i + j] = (unsigned char)(sha->h[i] >> (24 - 8 * j));
    return ((uint64_t)sha->Nh << 32 | sha->Nl) / 8;
}

static void openssl_set_state(const br_hash_class **context, const void *state, uint64_t count)
{
    SHA256_CTX *sha = &((openssl_context *)(void *)context)->sha;
    const unsigned char *bytes = state;

    openssl_init(context);
    for (unsigned i = 0; i < 8; i++, bytes += 4)
        sha->h[i] = (SHA_LONG)bytes[0] << 24 | (SHA_LONG)bytes[1] << 16 | (SHA_LONG)bytes[2] << 8 | bytes[3];
    sha->Nl = (SHA_LONG)(count * 8);
    sha->Nh = (SHA_LONG)(count * 8 >> 32);
}

static void set_up_openssl(void)
{
    openssl = br_sha256_vtable;
    openssl.context_size = sizeof(openssl_context);
    openssl.init = openssl_init;
    openssl.update = openssl_update;
    openssl.out = openssl_out;
    openssl.state = openssl_state;
    openssl.set_state = openssl_set_state;
}

/* ---- signing ---- */

static const tcx_credentials credentials = {
    TCX_TEXT("AKIDEXAMPLE000000000000000000000000001"),
    TCX_TEXT("SKEXAMPLE0000000000000000000000002"),
    { NULL, 0 },
};

static char argument[BODY_MAX];
static tcx_source source;
static tcx_request request = { .service = &tcx_mps, .function_name = TCX_TEXT("ExampleFunc") };
static char wire[BODY_MAX + 1024];
static size_t wire_length;

/*
 * An argument that makes the body as long as it should be: {"FunctionName":"ExampleFunc","FunctionArg":"…"}. Returns 0
 * if there is no such text or it cannot be that long.
 */
static int set_up_request(const char *text, size_t body)
{
    static const struct {
        const char *name, *piece;
        size_t sent; /* bytes of the piece in the body, where a quotation mark has a backslash */
    } texts[] = { { "plain", "x", 1 },
                  { "json", "{\"key\":12345,\"text\":\"abc\"},", 33 },
                  { "chinese", "\xE8\xA7\x86\xE9\xA2\x91\xE8\xBD\xAC\xE7\xA0\x81", 12 } };
    const size_t others = sizeof "{\"FunctionName\":\"ExampleFunc\",\"FunctionArg\":\"\"}" - 1;
    size_t room = body - others, i = 0, length = 0;

    while (i < sizeof texts / sizeof texts[0] && strcmp(texts[i].name, text) != 0)
        i++;
    if (i == sizeof texts / sizeof texts[0] || body < others || body > BODY_MAX)
        return 0;
    for (; room >= texts[i].sent; room -= texts[i].sent) {
        memcpy(argument + length, texts[i].piece, strlen(texts[i].piece));
        length += strlen(texts[i].piece);
    }
    memset(argument + length, 'x', room);
    request.function_arg.bytes = argument;
    request.function_arg.length = length + room;
    return 1;
}

static int read_argument(void *context, uint32_t offset, void *out, size_t length)
{
    (void)context;
    memcpy(out, argument + offset, length);
    return (int)length;
}

static void take_from_source(void)
{
    tcx_source_init(&source, read_argument, NULL, (uint32_t)request.function_arg.length);
    request.function_arg_source = &source;
    request.function_arg.bytes = NULL;
    request.function_arg.length = 0;
}

static void sign(tcx_signer *signer)
{
    if (tcx_request_build(&request, signer, UNIX_TIME, wire, sizeof wire, &wire_length) != TCX_OK)
        abort();
}

static void start(tcx_signer *signer, const tcx_scheme *scheme)
{
    if (tcx_signer_init(signer, &credentials, scheme) != TCX_OK)
        abort();
}

/* The compressions that one signature takes, and that all hashes give the same request. */
static long count_compressions(int is_first)
{
    const tcx_scheme schemes[] = { { &tcx_format_tc3, &counting_sha256 }, { &tcx_format_tc3, &openssl } };
    static char expected[sizeof wire];
    tcx_signer signer;
    long compressions = 0;

    start(&signer, TCX_SIGN_TC3);
    sign(&signer);
    memcpy(expected, wire, wire_length);
    for (int i = 0; i < 2; i++) {
        start(&signer, &schemes[i]);
        if (!is_first)
            sign(&signer);
        if (i == 0)
            counting_compressions = 0;
        sign(&signer);
        if (i == 0)
            compressions = counting_compressions;
        if (memcmp(wire, expected, wire_length) != 0)
            abort();
    }
    return compressions;
}

static void run(int is_first, const br_hash_class *hash, long n)
{
    const tcx_scheme scheme = { &tcx_format_tc3, hash };
    tcx_signer signer;

    start(&signer, &scheme);
    while (n-- > 0) {
        if (is_first)
            start(&signer, &scheme);
        sign(&signer);
    }
}

static void run_floor(long blocks, const br_hash_class *hash, long n)
{
    static unsigned char bytes[BLOCKS_MAX * BLOCK];
    br_hash_compat_context context;
    unsigned char out[32];

    while (n-- > 0) {
        hash->init(&context.vtable);
        hash->update(&context.vtable, bytes, (size_t)blocks * BLOCK);
        hash->state(&context.vtable, out);
    }
}

static uint64_t nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static int usage(void)
{
    fputs("usage: sign cached|first|cached-openssl|source N [plain|json|chinese [BODY]]\n"
          "       sign floor|floor-openssl N COMPRESSIONS\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 2 ? argv[1] : "";
    const long n = argc > 2 ? atol(argv[2]) : 0;
    const br_hash_class *hash = strstr(mode, "openssl") ? &openssl : &br_sha256_vtable;
    const int is_first = strcmp(mode, "first") == 0;
    const int is_floor = strcmp(mode, "floor") == 0 || strcmp(mode, "floor-openssl") == 0;
    long blocks = is_floor && argc > 3 ? atol(argv[3]) : 0;
    size_t length;
    uint64_t began;

    set_up_openssl();
    if (n < 1)
        return usage();
    if (is_floor) {
        if (blocks < 1 || blocks > BLOCKS_MAX)
            return usage();
        began = nanoseconds();
        run_floor(blocks, hash, n);
        printf("%.1f\n", (double)(nanoseconds() - began) / (double)n);
        return 0;
    }
    if ((strncmp(mode, "cached", 6) != 0 && !is_first && strcmp(mode, "source") != 0) ||
        !set_up_request(argc > 3 ? argv[3] : "plain", argc > 4 ? (size_t)atol(argv[4]) : BODY))
        return usage();
    length = request.function_arg.length;
    if (strcmp(mode, "source") == 0)
        take_from_source();
    blocks = count_compressions(is_first);
    began = nanoseconds();
    run(is_first, hash, n);
    printf("%.1f %ld %zu\n", (double)(nanoseconds() - began) / (double)n, blocks, length);
    return 0;
}
