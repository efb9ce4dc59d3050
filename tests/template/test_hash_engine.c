/*
 * Tests the worked example of a hash engine (port/template/examples/tcx_hash_engine.h). This program plays the engine:
 * its registers, an owner, and what can go wrong. Its compressions are BearSSL's.
 */
#include "tcx_test.h"

#include <bearssl.h>

#include "tcx_hash_engine.h"

enum { BLOCK = 64, LONGEST = 300 };

/* ---- the engine ---- */

static struct {
    int is_taken, exports; /* exports: the state can be read before the last block, and can be loaded */
    int refuses;           /* 1: every second take fails */
    unsigned breaks_at;    /* the block that fails, from 1 on; 0: none */
    uint32_t how;          /* TCX_HASH_BUSY (for ever) or TCX_HASH_ERROR */
    unsigned takes, fed, words, status;
    uint32_t control;
    unsigned char block[BLOCK], state[br_sha256_SIZE];
    uint32_t loaded[8];
} engine;

static const br_hash_class *const classes[] = { &tcx_hash_engine_vtable, &tcx_hash_digest_vtable };

/* An engine that works, as each class needs it. */
static void power_on(const br_hash_class *class)
{
    tcx_hash_digest_reset();
    memset(&engine, 0, sizeof engine);
    engine.exports = class == &tcx_hash_engine_vtable;
    tcx_hash_engine_fallbacks = tcx_hash_digest_failures = 0;
}

int tcx_hash_engine_take(void)
{
    engine.takes++;
    if (engine.refuses && engine.takes % 2 == 0)
        return 0;
    assert_int_equal(engine.is_taken, 0);
    engine.is_taken = 1;
    return 1;
}

void tcx_hash_engine_give(void)
{
    assert_int_equal(engine.is_taken, 1);
    engine.is_taken = 0;
}

static void compress(void)
{
    br_sha256_context hash;

    engine.fed++;
    if (engine.breaks_at != 0 && engine.fed >= engine.breaks_at) {
        engine.status = engine.how;
        memset(engine.state, 0xEE, sizeof engine.state);
        return;
    }
    br_sha256_init(&hash);
    br_sha256_set_state(&hash, engine.state, 0);
    br_sha256_update(&hash, engine.block, BLOCK);
    br_sha256_state(&hash, engine.state);
    engine.status = 0;
}

void tcx_hash_engine_write(unsigned number, uint32_t value)
{
    br_sha256_context hash;

    assert_int_equal(engine.is_taken, 1);
    if (number >= TCX_HASH_STATE && number < TCX_HASH_REGISTERS) {
        assert_true(engine.exports);
        engine.loaded[number - TCX_HASH_STATE] = value;
    } else if (number == TCX_HASH_CONTROL) {
        assert_int_equal(engine.words, 0);
        engine.control = value;
        engine.status = 0;
        if (value == TCX_HASH_START) {
            br_sha256_init(&hash);
            br_sha256_state(&hash, engine.state);
        } else if (value == TCX_HASH_LOAD) {
            for (unsigned i = 0; i < 8; i++)
                for (unsigned j = 0; j < 4; j++)
                    engine.state[4 * i + j] = (unsigned char)(engine.loaded[i] >> (24 - 8 * j));
        } else {
            assert_int_equal(value, TCX_HASH_LAST);
        }
    } else {
        assert_int_equal(number, TCX_HASH_DATA);
        for (unsigned j = 0; j < 4; j++)
            engine.block[4 * engine.words + j] = (unsigned char)(value >> (24 - 8 * j));
        if (++engine.words == BLOCK / 4) {
            engine.words = 0;
            compress();
        }
    }
}

uint32_t tcx_hash_engine_read(unsigned number)
{
    const unsigned char *word;

    assert_int_equal(engine.is_taken, 1);
    if (number == TCX_HASH_STATUS)
        return engine.status;
    assert_true(number >= TCX_HASH_STATE && number < TCX_HASH_REGISTERS);
    assert_true(engine.exports || engine.control == TCX_HASH_LAST);
    word = engine.state + 4 * (number - TCX_HASH_STATE);
    return (uint32_t)word[0] << 24 | (uint32_t)word[1] << 16 | (uint32_t)word[2] << 8 | word[3];
}

/* ---- what is hashed ---- */

static unsigned char message[LONGEST];

static void make_message(void)
{
    uint32_t seed = 1;

    for (size_t i = 0; i < LONGEST; i++)
        message[i] = (unsigned char)tcx_random(&seed);
}

static void digest_of(const br_hash_class *class, size_t length, size_t piece, unsigned char *out)
{
    tcx_hash hash;

    class->init(&hash.vtable);
    for (size_t at = 0; at < length; at += piece)
        class->update(&hash.vtable, message + at, length - at < piece ? length - at : piece);
    class->out(&hash.vtable, out);
}

static void assert_digest(const unsigned char *digest, size_t length)
{
    unsigned char expected[br_sha256_SIZE];

    digest_of(&br_sha256_vtable, length, LONGEST, expected);
    assert_memory_equal(digest, expected, sizeof expected);
}

/* ---- tests ---- */

static void test_digests(void **state)
{
    unsigned char digest[br_sha256_SIZE];

    (void)state;
    make_message();
    for (size_t i = 0; i < TCX_COUNT(classes); i++) {
        assert_true(classes[i]->context_size <= sizeof(tcx_hash));
        for (size_t length = 0; length <= LONGEST; length++) {
            static const size_t pieces[] = { 1, 7, 63, 64, 65, 128, LONGEST };

            for (size_t j = 0; j < TCX_COUNT(pieces); j++) {
                power_on(classes[i]);
                digest_of(classes[i], length, pieces[j], digest);
                assert_digest(digest, length);
                assert_int_equal(engine.is_taken, 0);
                /* The engine does all blocks: those with the padding, too. The second class leaves it one block alone. */
                assert_int_equal(engine.fed, i == 1 && length <= BLOCK ? 0 : (length + 8) / BLOCK + 1);
            }
        }
    }
    assert_int_equal(tcx_hash_engine_fallbacks + tcx_hash_digest_failures, 0);
}

static char wire[65536];

static int read_text(void *context, uint32_t offset, void *out, size_t length)
{
    const tcx_text *text = context;

    memcpy(out, text->bytes + offset, length);
    return (int)length;
}

/* The vectors of the SDK that are signed with SHA-256, by the class. The argument is in memory, then in a source. */
static void test_signatures(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * TCX_COUNT(classes); i++) {
        const br_hash_class *class = classes[i / 2];
        FILE *file = tcx_vectors_open("sdk.txt");
        tcx_record row = { 0 };
        unsigned count = 0;

        power_on(class);
        engine.refuses = (int)(i % 2); /* the engine is often taken */
        while (tcx_vectors_record(file, &row)) {
            const char *name = tcx_record_text(&row, "scheme").bytes;
            const tcx_scheme scheme = { strcmp(name, "TC3") == 0 ? &tcx_format_tc3_compat : &tcx_format_hmac_sha256,
                                        class };
            const tcx_credentials credentials = { tcx_record_text(&row, "secret_id"),
                                                  tcx_record_text(&row, "secret_key"), tcx_record_text(&row, "token") };
            tcx_request request = {
                .service = strcmp(tcx_record_text(&row, "service").bytes, "mps") == 0 ? &tcx_mps : &tcx_vod,
                .function_name = tcx_record_text(&row, "FunctionName"),
                .function_arg = tcx_record_text(&row, "FunctionArg"),
                .region = tcx_record_text(&row, "region"),
                .language = tcx_record_text(&row, "language"),
                .host = tcx_record_text(&row, "host"),
                .method = strcmp(tcx_record_text(&row, "method").bytes, "GET") == 0 ? TCX_GET : TCX_POST,
                .nonce = (uint32_t)tcx_record_number(&row, "nonce"),
            };
            tcx_text argument = request.function_arg;
            tcx_source source;
            tcx_signer signer;
            size_t length;

            if (strcmp(name, "HmacSHA1") == 0 || tcx_record_text(&row, "wire").bytes == NULL ||
                tcx_record_text(&row, "SubAppId").bytes != NULL || tcx_record_text(&row, "SessionId").bytes != NULL ||
                tcx_record_text(&row, "SessionContext").bytes != NULL || tcx_record_text(&row, "ExtInfo").bytes != NULL)
                continue;
            assert_status(name, tcx_signer_init(&signer, &credentials, &scheme), TCX_OK);
            tcx_source_init(&source, read_text, &argument, (uint32_t)argument.length);
            for (int from = 0; from < 2; from++) {
                assert_status(name,
                              tcx_request_build(&request, &signer, (int64_t)tcx_record_number(&row, "timestamp"), wire,
                                                sizeof wire, &length),
                              TCX_OK);
                assert_bytes(tcx_record_text(&row, "name").bytes, wire, length, tcx_record_text(&row, "wire"));
                request.function_arg.bytes = NULL;
                request.function_arg_source = &source;
            }
            count++;
        }
        fclose(file);
        assert_true(count >= 20);
        assert_true(engine.fed > count);
        assert_int_equal(tcx_hash_digest_failures, 0);
        assert_int_equal(tcx_hash_engine_fallbacks > 0, engine.refuses && class == &tcx_hash_engine_vtable);
    }
}

/* BearSSL's HMAC, which leaves and takes back states; and an HMAC whose key is longer than a block. */
static void test_hmac(void **state)
{
    (void)state;
    make_message();
    for (size_t i = 0; i < TCX_COUNT(classes); i++) {
        for (size_t key = 0; key < 150; key++) {
            unsigned char tags[2][br_sha256_SIZE];

            power_on(classes[i]);
            for (size_t j = 0; j < 2; j++) {
                br_hmac_key_context keyed;
                br_hmac_context hmac;

                br_hmac_key_init(&keyed, j == 0 ? classes[i] : &br_sha256_vtable, message, key);
                br_hmac_init(&hmac, &keyed, 0);
                br_hmac_update(&hmac, message, 2 * key);
                br_hmac_out(&hmac, tags[j]);
            }
            assert_memory_equal(tags[0], tags[1], sizeof tags[0]);
        }
    }
}

/* A state that BearSSL left is taken, and one that is left is taken by BearSSL, at the end of any block. */
static void test_states(void **state)
{
    (void)state;
    make_message();
    for (size_t i = 0; i < TCX_COUNT(classes); i++) {
        for (size_t blocks = 0; blocks <= 4; blocks++) {
            unsigned char kept[br_sha256_SIZE], digest[br_sha256_SIZE];
            const size_t length = blocks * BLOCK;
            tcx_hash hash;
            uint64_t count;

            power_on(classes[i]);
            br_sha256_vtable.init(&hash.vtable);
            br_sha256_vtable.update(&hash.vtable, message, length);
            count = br_sha256_vtable.state(&hash.vtable, kept);
            classes[i]->init(&hash.vtable);
            classes[i]->set_state(&hash.vtable, kept, count);
            classes[i]->update(&hash.vtable, message + length, LONGEST - length);
            classes[i]->out(&hash.vtable, digest);
            assert_digest(digest, LONGEST);

            classes[i]->init(&hash.vtable);
            if (i == 1 && blocks > 1) /* asked in time only: a state again, once there is one */
                classes[i]->set_state(&hash.vtable, kept, count);
            else
                classes[i]->update(&hash.vtable, message, length);
            count = classes[i]->state(&hash.vtable, kept);
            assert_int_equal(count, length);
            br_sha256_vtable.init(&hash.vtable);
            br_sha256_vtable.set_state(&hash.vtable, kept, count);
            br_sha256_vtable.update(&hash.vtable, message + length, LONGEST - length);
            br_sha256_vtable.out(&hash.vtable, digest);
            assert_digest(digest, LONGEST);
        }
    }
}

/* A state that is asked for too late is not a wrong one. */
static void test_late_state(void **state)
{
    static const unsigned char zero[br_sha256_SIZE];
    unsigned char kept[br_sha256_SIZE];
    tcx_hash hash;

    (void)state;
    make_message();
    power_on(&tcx_hash_digest_vtable);
    tcx_hash_digest_vtable.init(&hash.vtable);
    tcx_hash_digest_vtable.update(&hash.vtable, message, 2 * BLOCK);
    assert_int_equal(tcx_hash_digest_vtable.state(&hash.vtable, kept), 0);
    assert_memory_equal(kept, zero, sizeof zero);
    assert_int_equal(tcx_hash_digest_failures, 1);
}

/* Three users of one engine, in turns, with pieces of different sizes. */
static void test_interleaved(void **state)
{
    enum { USERS = 3 };

    (void)state;
    make_message();
    for (size_t i = 0; i < TCX_COUNT(classes); i++) {
        for (size_t piece = 1; piece <= 150; piece++) {
            tcx_hash hash[USERS];
            unsigned char digest[br_sha256_SIZE];

            power_on(classes[i]);
            for (size_t user = 0; user < USERS; user++)
                classes[i]->init(&hash[user].vtable);
            for (size_t at = 0; at < LONGEST; at += piece)
                for (size_t user = 0; user < USERS; user++)
                    classes[i]->update(&hash[user].vtable, message + at, LONGEST - at < piece ? LONGEST - at : piece);
            for (size_t user = 0; user < USERS; user++) {
                classes[i]->out(&hash[user].vtable, digest);
                assert_digest(digest, LONGEST);
            }
            assert_int_equal(engine.is_taken, 0);
            assert_true(engine.fed > 0);
        }
    }
}

/* The engine fails or hangs at any block: the first class goes on in software, the second says so and signs nothing. */
static void test_broken(void **state)
{
    static const unsigned char zero[br_sha256_SIZE];

    (void)state;
    make_message();
    for (size_t i = 0; i < TCX_COUNT(classes); i++) {
        for (unsigned at = 1; at <= LONGEST / BLOCK + 1; at++) {
            for (size_t piece = 50; piece <= LONGEST; piece += 50) {
                unsigned char digest[br_sha256_SIZE];

                power_on(classes[i]);
                engine.breaks_at = at;
                engine.how = at % 2 ? TCX_HASH_ERROR : TCX_HASH_BUSY;
                digest_of(classes[i], LONGEST, piece, digest);
                assert_int_equal(engine.is_taken, 0);
                if (i == 0) {
                    assert_digest(digest, LONGEST);
                    assert_true(tcx_hash_engine_fallbacks > 0);
                } else {
                    assert_memory_equal(digest, zero, sizeof zero);
                    assert_int_equal(tcx_hash_digest_failures, 1);
                }
                /* Nothing is left of it. */
                engine.breaks_at = 0;
                engine.words = 0;
                digest_of(classes[i], LONGEST, piece, digest);
                assert_digest(digest, LONGEST);
            }
        }
    }
}

/* A hash that is never ended keeps the engine until it is reset, or begun again. */
static void test_abandoned(void **state)
{
    unsigned char digest[br_sha256_SIZE];
    tcx_hash hash;

    (void)state;
    make_message();
    for (int way = 0; way < 3; way++) {
        const br_hash_class *class = &tcx_hash_digest_vtable;
        unsigned fed;

        power_on(class);
        class->init(&hash.vtable);
        class->update(&hash.vtable, message, 2 * BLOCK);
        fed = engine.fed;
        assert_int_equal(fed, 1);
        digest_of(class, LONGEST, LONGEST, digest);
        assert_digest(digest, LONGEST);
        assert_int_equal(engine.fed, fed); /* in software */
        if (way == 0)
            tcx_hash_digest_reset();
        else if (way == 1)
            class->init(&hash.vtable);
        else
            class->set_state(&hash.vtable, digest, 0);
        assert_int_equal(engine.is_taken, 0);
        digest_of(class, LONGEST, LONGEST, digest);
        assert_digest(digest, LONGEST);
        assert_true(engine.fed > fed);
    }
    tcx_hash_digest_reset(); /* harmless */
    assert_int_equal(tcx_hash_digest_failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digests), cmocka_unit_test(test_signatures), cmocka_unit_test(test_hmac),
        cmocka_unit_test(test_states),  cmocka_unit_test(test_late_state), cmocka_unit_test(test_interleaved),
        cmocka_unit_test(test_broken),  cmocka_unit_test(test_abandoned),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
