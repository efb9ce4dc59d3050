/*
 * Makes one TC3 signature many times: it signs and builds the request of a 200-byte body into a buffer.
 *
 *     sign MODE N [TEXT]      prints one line: nanoseconds for one, and SHA-256 compressions in one
 *
 *       cached, first               with the day's key in the signer; with a key that is derived each time. BearSSL's SHA-256
 *       cached-openssl              with OpenSSL's SHA-256 as a br_hash_class
 *       floor, floor-first          only as many compressions as the library asked the hash for
 *       floor-openssl
 *
 * TEXT is what FunctionArg has: plain letters (the default), json or chinese. The body has the same length with each.
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

#define BODY      200 /* bytes */
#define BLOCK     64
#define UNIX_TIME 1767225600

/* ---- BearSSL's SHA-256, counting compressions ---- */

static br_hash_class counting; /* br_sha256_vtable with other functions */
static long compressions;

static void counting_init(const br_hash_class **context)
{
    br_sha256_init((br_sha256_context *)(void *)context);
    *context = &counting;
}

static void counting_update(const br_hash_class **context, const void *bytes, size_t length)
{
    br_sha256_context *sha = (br_sha256_context *)(void *)context;
    const uint64_t before = sha->count / BLOCK;

    br_sha256_update(sha, bytes, length);
    compressions += (long)(sha->count / BLOCK - before);
}

static void counting_out(const br_hash_class *const *context, void *out)
{
    const br_sha256_context *sha = (const br_sha256_context *)(const void *)context;

    compressions += sha->count % BLOCK + 1 + 8 > BLOCK ? 2 : 1; /* the padding: FIPS 180-4 section 5.1.1 */
    br_sha256_out(sha, out);
}

static uint64_t counting_state(const br_hash_class *const *context, void *out)
{
    return br_sha256_state((const br_sha256_context *)(const void *)context, out);
}

static void counting_set_state(const br_hash_class **context, const void *state, uint64_t count)
{
    br_sha256_set_state((br_sha256_context *)(void *)context, state, count);
}

/* ---- OpenSSL's SHA-256 ---- */

typedef struct openssl_context {
    const br_hash_class *vtable;
    SHA256_CTX sha;
} openssl_context;

static br_hash_class openssl; /* likewise */

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

static void set_up_hashes(void)
{
    counting = br_sha256_vtable;
    counting.init = counting_init;
    counting.update = counting_update;
    counting.out = counting_out;
    counting.state = counting_state;
    counting.set_state = counting_set_state;
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

static char argument[BODY];
static tcx_request request = { .service = &tcx_mps, .function_name = TCX_TEXT("ExampleFunc") };
static char wire[1024];
static size_t wire_length;

/*
 * An argument that makes the body as long as it should be: {"FunctionName":"ExampleFunc","FunctionArg":"…"}. Returns 0
 * if there is no such text.
 */
static int set_up_request(const char *text)
{
    static const struct {
        const char *name, *piece;
        size_t sent; /* bytes of the piece in the body, where a quotation mark has a backslash */
    } texts[] = { { "plain", "x", 1 },
                  { "json", "{\"key\":12345,\"text\":\"abc\"},", 33 },
                  { "chinese", "\xE8\xA7\x86\xE9\xA2\x91\xE8\xBD\xAC\xE7\xA0\x81", 12 } };
    size_t room = BODY - (sizeof "{\"FunctionName\":\"ExampleFunc\",\"FunctionArg\":\"\"}" - 1), i = 0, length = 0;

    while (i < sizeof texts / sizeof texts[0] && strcmp(texts[i].name, text) != 0)
        i++;
    if (i == sizeof texts / sizeof texts[0])
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
    const tcx_scheme schemes[] = { { &tcx_format_tc3, &counting }, { &tcx_format_tc3, &openssl } };
    char expected[sizeof wire];
    tcx_signer signer;

    start(&signer, TCX_SIGN_TC3);
    sign(&signer);
    memcpy(expected, wire, wire_length);
    for (int i = 0; i < 2; i++) {
        start(&signer, &schemes[i]);
        if (!is_first)
            sign(&signer);
        if (i == 0)
            compressions = 0;
        sign(&signer);
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
    static unsigned char bytes[64 * BLOCK];
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

int main(int argc, char **argv)
{
    const char *mode = argc > 2 ? argv[1] : "";
    const long n = argc > 2 ? atol(argv[2]) : 0;
    const int is_first = strstr(mode, "first") != NULL;
    uint64_t began;
    long blocks;

    set_up_hashes();
    if (n < 1 || !set_up_request(argc > 3 ? argv[3] : "plain") ||
        (strncmp(mode, "cached", 6) != 0 && strncmp(mode, "first", 5) != 0 && strncmp(mode, "floor", 5) != 0)) {
        fputs("usage: sign cached|first|cached-openssl|floor|floor-first|floor-openssl N [plain|json|chinese]\n", stderr);
        return 2;
    }
    blocks = count_compressions(is_first);
    began = nanoseconds();
    if (strncmp(mode, "floor", 5) == 0)
        run_floor(blocks, strstr(mode, "openssl") ? &openssl : &br_sha256_vtable, n);
    else
        run(is_first, strstr(mode, "openssl") ? &openssl : &br_sha256_vtable, n);
    printf("%.1f %ld\n", (double)(nanoseconds() - began) / (double)n, blocks);
    return 0;
}
