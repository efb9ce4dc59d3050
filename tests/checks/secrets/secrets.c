/*
 * Checks what becomes of a secret: whether a branch or an address depends on one, and whether one is left in memory.
 *
 *     secrets taint   under valgrind's memcheck: after its check, the key counts as undefined, so memcheck reports what
 *                     depends on it. The signature is public, and counts as defined as soon as the hash returns it
 *     secrets leak    the same, with a branch on the key: must be reported
 *     secrets scan    signs and calls on its own painted stack. Then searches the stack, the signer and the call for
 *                     eight bytes in a row of the key, of each derived key, padded or not, and of their midstates. The
 *                     same for the master secret of a TLS session that is made, resumed and forgotten
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <valgrind/memcheck.h>

#include <tcexec.h>
#include <tcexec/tls.h>

enum { STACK = 1 << 18, WINDOW = 8, TIME = 1800000000, BLOCK = 64, PAINT = 0xC5 };

/* As keys are, and one that with "TC3" before it fills a block of the hash: what is not overwritten shows. */
static const size_t key_lengths[] = { 32, 61 };
static char key[] = "Zq7Xw2Kp9Lm4Nv8Rt3Yb6Hc1Jd5Fg0SaTu8Wi6Oe1Bx4Mj7Ck2Qz9Vf3Gh5Dy";
static tcx_credentials credentials = { TCX_TEXT("AKIDEXAMPLE"), { key, 0 }, { NULL, 0 } };
static const tcx_request request = { .service = &tcx_vod,
                                     .function_name = TCX_TEXT("ExampleFunc"),
                                     .function_arg = TCX_TEXT("XXX"),
                                     .nonce = 1 };

/* A hash that counts what it gives out, and declassifies the signature: number `public_output`. */
static unsigned outputs, public_output;
static const br_hash_class *hash;
static br_hash_class watched;

static void watched_init(const br_hash_class **context)
{
    hash->init(context);
    *context = &watched;
}

static void watched_out(const br_hash_class *const *context, void *out)
{
    hash->out(context, out);
    if (++outputs == public_output)
        (void)VALGRIND_MAKE_MEM_DEFINED(out, (hash->desc >> BR_HASHDESC_OUT_OFF) & BR_HASHDESC_OUT_MASK);
}

static void watched_set_state(const br_hash_class **context, const void *state, uint64_t count)
{
    hash->set_state(context, state, count);
    *context = &watched;
}

static tcx_scheme watch(const tcx_scheme *scheme)
{
    const tcx_scheme mine = { scheme->format, &watched };

    hash = scheme->hash;
    watched = *hash;
    watched.init = watched_init;
    watched.out = watched_out;
    watched.set_state = watched_set_state;
    return mine;
}

/* A transport in memory: takes all, answers always the same. */
static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 48\r\n\r\n{\"Response\":{\"Result\":\"XXX\",\"RequestId\":\"id-1\"}}";
static size_t given;

static int link_open(void *context, const tcx_peer *peer)
{
    (void)context;
    (void)peer;
    given = 0;
    return 1;
}

static int link_send(void *context, const void *bytes, size_t length)
{
    (void)context;
    (void)bytes;
    return (int)length;
}

static int link_recv(void *context, void *bytes, size_t length)
{
    size_t left = sizeof answer - 1 - given, part = left < length ? left : length;

    (void)context;
    memcpy(bytes, answer + given, part);
    given += part;
    return (int)part;
}

static void link_close(void *context)
{
    (void)context;
}

static const tcx_transport transport = { .open = link_open, .send = link_send, .recv = link_recv, .close = link_close };

static tcx_signer signer;
static tcx_call call;
static unsigned char buffer[1024];
static char wire[2048];
static const tcx_scheme *scheme;

static void fail(const char *what)
{
    printf("secrets: %s\n", what);
    exit(2);
}

static void prepare(void)
{
    if (tcx_signer_init(&signer, &credentials, scheme) != TCX_OK)
        fail("the signer refuses the key");
}

/* Signs and builds. */
static void build(void)
{
    size_t length;

    if (tcx_request_build(&request, &signer, TIME, wire, sizeof wire, &length) != TCX_OK)
        fail("no request was built");
}

/* A whole call. */
static void make_call(void)
{
    const tcx_call_config config = { .transport = &transport, .signer = &signer, .buffer = buffer,
                                     .buffer_size = sizeof buffer, .unix_time = TIME };

    memset(&call, 0, sizeof call);
    if (tcx_call_begin(&call, &config, &request, 0) != TCX_OK)
        fail("the call does not begin");
    while (tcx_call_step(&call, 0) == TCX_PENDING)
        ;
    if (call.status != TCX_OK)
        fail("the call fails");
}

/* The number of hash outputs up to the signature, the day's key not yet derived: by counting them once. */
static void taint(const tcx_scheme *of, void (*work)(void))
{
    const tcx_scheme mine = watch(of);

    scheme = &mine;
    prepare();
    outputs = public_output = 0;
    work();
    public_output = outputs;
    tcx_signer_wipe(&signer);
    prepare();
    /* Its characters have been checked: that they are valid is public. */
    (void)VALGRIND_MAKE_MEM_UNDEFINED(key, credentials.secret_key.length);
    outputs = 0;
    work();
    if (outputs != public_output)
        fail("the hash is not used as often as before");
    tcx_signer_wipe(&signer);
    (void)VALGRIND_MAKE_MEM_DEFINED(key, credentials.secret_key.length);
}

/* The secrets, as another implementation of HMAC derives them. */
static struct {
    const char *name;
    unsigned char bytes[BLOCK];
    size_t length;
} secrets[60];
static size_t secret_count;

static void add(const char *name, const void *bytes, size_t length)
{
    unsigned char *copy = secrets[secret_count].bytes;

    secrets[secret_count].name = name;
    secrets[secret_count].length = length;
    memcpy(copy, bytes, length);
    secret_count++;
    secrets[secret_count] = secrets[secret_count - 1];
    copy = secrets[secret_count++].bytes;
    for (size_t i = 0; i + 4 <= length; i += 4) { /* as words of a little-endian machine */
        unsigned char word[4] = { copy[i + 3], copy[i + 2], copy[i + 1], copy[i] };

        memcpy(copy + i, word, 4);
    }
}

static void add_key(const char *const names[5], const br_hash_class *of, const void *bytes, size_t length)
{
    unsigned char block[BLOCK], state[32];
    br_hash_compat_context context;

    add(names[0], bytes, length);
    for (unsigned pad = 0; pad < 2; pad++) {
        memset(block, 0, sizeof block);
        memcpy(block, bytes, length);
        for (size_t i = 0; i < BLOCK; i++)
            block[i] ^= pad ? 0x5C : 0x36;
        add(names[1 + pad], block, length);
        of->init(&context.vtable);
        of->update(&context.vtable, block, BLOCK);
        of->state(&context.vtable, state);
        add(names[3 + pad], state, (of->desc >> BR_HASHDESC_OUT_OFF) & BR_HASHDESC_OUT_MASK);
    }
}

static void derive(void)
{
#define NAMES(of) { of, of ", inner padding", of ", outer padding", of ", inner midstate", of ", outer midstate" }
    static const char *const names[][5] = { NAMES("SecretKey"), NAMES("date key"), NAMES("service key"),
                                            NAMES("signing key"), NAMES("key of v1"), NAMES("key of v1 by SHA-1") };
    static const char *const texts[] = { "2027-01-15", "vod", "tc3_request" };
    unsigned char bytes[BLOCK] = "TC3";
    size_t length = 3 + credentials.secret_key.length;
    br_hmac_key_context keyed;
    br_hmac_context hmac;

    secret_count = 0;
    memcpy(bytes + 3, key, credentials.secret_key.length);
    add_key(names[4], &br_sha256_vtable, bytes + 3, length - 3);
    add_key(names[5], &br_sha1_vtable, bytes + 3, length - 3);
    for (size_t i = 0; i < 4; i++) {
        add_key(names[i], &br_sha256_vtable, bytes, length);
        if (i == 3)
            break;
        br_hmac_key_init(&keyed, &br_sha256_vtable, bytes, length);
        br_hmac_init(&hmac, &keyed, 0);
        br_hmac_update(&hmac, texts[i], strlen(texts[i]));
        length = br_hmac_out(&hmac, bytes);
    }
}

/* Prints what is found and returns how many runs of secret bytes there are. `origin`: what offsets count from. */
static unsigned scan(const char *way, const char *where, const unsigned char *memory, size_t size)
{
    unsigned found = 0;

    for (size_t i = 0; i < secret_count; i++) {
        size_t run = 0, at = 0;

        for (size_t from = 0; from + WINDOW <= secrets[i].length; from++) {
            const unsigned char *hit = memmem(memory, size, secrets[i].bytes + from, WINDOW);

            if (hit != NULL) {
                at = run == 0 ? (size_t)(hit - memory) : at;
                run++;
            }
        }
        if (run > 0) {
            printf("  %s: %s%s, %zu bytes, in the %s, %zu bytes %s\n", way, secrets[i].name, i % 2 ? " (as words)" : "",
                   run + WINDOW - 1, where, where[0] == 's' && where[1] == 't' ? size - at : at,
                   where[0] == 's' && where[1] == 't' ? "below its top" : "from its start");
            found++;
        }
    }
    return found;
}

static void (*work_of_thread)(void);

static void *on_thread(void *unused)
{
    if (scheme != NULL)
        prepare();
    work_of_thread();
    return unused;
}

static unsigned scan_stack_after(const char *way, void (*work)(void))
{
    unsigned char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_attr_t attributes;
    pthread_t thread;
    unsigned found;

    if (stack == MAP_FAILED)
        fail("no memory");
    work_of_thread = work;
    memset(stack, PAINT, STACK);
    pthread_attr_init(&attributes);
    pthread_attr_setstack(&attributes, stack, STACK);
    if (pthread_create(&thread, &attributes, on_thread, NULL) != 0)
        fail("no thread");
    pthread_join(thread, NULL);
    found = scan(way, "stack", stack, STACK);
    munmap(stack, STACK);
    return found;
}

static unsigned scan_after(const char *way, const tcx_scheme *of, void (*work)(void))
{
    unsigned found;

    scheme = of;
    found = scan_stack_after(way, work);
    tcx_signer_wipe(&signer);
    found += scan(way, "wiped signer", (const unsigned char *)&signer, sizeof signer);
    found += scan(way, "call", (const unsigned char *)&call, sizeof call);
    found += scan(way, "response buffer", buffer, sizeof buffer);
    return found;
}

/* A TLS session, whose master secret is where it belongs and nowhere else. */
static tcx_tls_session session;
static br_ssl_session_parameters made, resumed;

/* It is made, exported, imported, resumed, and forgotten. */
static void use_session(void)
{
    static const br_x509_pkey pinned = { BR_KEYTYPE_EC, { .ec = { BR_EC_secp256r1, (unsigned char *)"point", 5 } } };
    const tcx_tls_trust trust = { .until = { TCX_TLS_FOREVER }, .by = { .pin = &pinned } };
    const tcx_peer peer = { TCX_TEXT("host.test"), TCX_TEXT("host.test"), 443, TIME, 0 };
    static unsigned char exported[TCX_TLS_SESSION_SIZE];

    tcx_tls_session_init(&session, NULL);
    if (session.load(&session, "host.test", &peer, &trust, &resumed) || session.note(&session, &peer, &trust, &made))
        fail("there is a session");
    memcpy(exported, session.bytes, sizeof exported);
    tcx_tls_session_init(&session, exported);
    tcx_wipe(exported, sizeof exported);
    if (!session.load(&session, "host.test", &peer, &trust, &resumed) ||
        !session.note(&session, &peer, &trust, &resumed))
        fail("the session is not resumed");
    if (session.note(&session, &peer, &trust, NULL))
        fail("a failed handshake was resumed");
}

static unsigned scan_session(void)
{
    unsigned found;

    scheme = NULL;
    secret_count = 0;
    made.session_id_len = sizeof made.session_id;
    memcpy(made.master_secret, key, sizeof made.master_secret);
    add("master secret", made.master_secret, sizeof made.master_secret);
    found = scan_stack_after("session", use_session);
    return found + scan("session", "session", (const unsigned char *)&session, sizeof session);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        const tcx_scheme *scheme;
    } ways[] = { { "tc3", TCX_SIGN_TC3 }, { "sha256", TCX_SIGN_HMAC_SHA256 }, { "sha1", TCX_SIGN_HMAC_SHA1 } };
    unsigned found = 0;

    if (argc != 2)
        return 2;
    if (strcmp(argv[1], "scan") != 0 && !RUNNING_ON_VALGRIND)
        fail("this needs valgrind");
    for (size_t k = 0; k < sizeof key_lengths / sizeof key_lengths[0]; k++) {
        credentials.secret_key.length = key_lengths[k];
        derive();
        for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
            if (strcmp(argv[1], "scan") == 0) {
                found += scan_after(ways[i].name, ways[i].scheme, build);
                found += scan_after(ways[i].name, ways[i].scheme, make_call);
            } else {
                taint(ways[i].scheme, build);
                taint(ways[i].scheme, make_call);
            }
        }
    }
    if (strcmp(argv[1], "scan") == 0)
        found += scan_session();
    if (strcmp(argv[1], "leak") == 0) {
        (void)VALGRIND_MAKE_MEM_UNDEFINED(key, 1);
        if (key[0] == 'Z')
            putchar('\n');
    }
    printf("findings: %u\n", found);
    return found > 0;
}
