/* Tests the template: escapes, and the cursor that reads it in pieces of any size. */
#include "tcx_test.h"

#include <inttypes.h>

#include "request_texts.h"
#include "tcx_message.h"

/* A message to read lists of, with a signer that outlives it. */
static tcx_message prepare(const tcx_request *request, tcx_signer *signer, const tcx_way *way)
{
    tcx_message message;

    assert_status(way->name, tcx_signer_init(signer, &tcx_example_credentials, way->scheme), TCX_OK);
    assert_status(way->name, tcx_signed_message(&message, request, signer, TCX_EXAMPLE_TIME, 0), TCX_OK);
    return message;
}

/* Reads a list of one part. Returns how many bytes came out. */
static size_t encode(tcx_message *message, const char *list, tcx_encoder encoder, char *out, size_t room)
{
    size_t length;

    tcx_message_begin(message, NULL, list, encoder);
    length = tcx_message_read(message, out, room);
    assert_status("encode", message->status, TCX_OK);
    assert_true(tcx_message_at_end(message));
    return length;
}

static size_t utf8(char out[4], uint32_t point)
{
    size_t size = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

    for (size_t i = size; i-- > 0; point >>= 6)
        out[i] = (char)(i > 0 ? 0x80 + point % 64 : size == 1 ? point : (0xF00 >> size) % 256 + point);
    return size;
}

static void test_each_character(void **state)
{
    FILE *file = tcx_vectors_open("chars.txt");
    tcx_request request = tcx_example_request;
    tcx_signer signer;
    tcx_message message = prepare(&request, &signer, &tcx_ways[0]);
    char json[20], percent[20], character[4], out[12];
    uint32_t point, count = 0;

    (void)state;
    assert_non_null(tcx_vectors_line(file));
    for (const char *line; (line = tcx_vectors_line(file)) != NULL; count++) {
        assert_int_equal(sscanf(line, "%" SCNx32 " %19s %19s", &point, json, percent), 3);
        tcx_vectors_decode(json);
        request.function_arg.bytes = character;
        request.function_arg.length = utf8(character, point);
        assert_status(line, tcx_request_check(&request), TCX_OK);
        assert_bytes(line, out, encode(&message, M_ESCAPE M_FUNCTION_ARG, tcx_encode_json, out, sizeof out),
                     tcx_text_from(json));
        assert_bytes(line, out, encode(&message, M_ESCAPE M_FUNCTION_ARG, tcx_encode_percent, out, sizeof out),
                     tcx_text_from(percent));
    }
    fclose(file);
    assert_in_range(count, 127 + 20, 200);
}

/* All texts of one byte and of two: refused where they are no UTF-8, encoded as Python does where they are. */
static void test_every_text_of_two_bytes(void **state)
{
    static const tcx_encoder encoders[] = { tcx_encode_json, tcx_encode_percent };
    FILE *file = tcx_vectors_open("chars.txt");
    tcx_request request = tcx_example_request;
    tcx_signer signer;
    tcx_message message = prepare(&request, &signer, &tcx_ways[0]);
    br_sha256_context hashes[2];
    uint32_t valid = 0, expected;
    char text[2], sums[2][65];

    (void)state;
    assert_int_equal(sscanf(tcx_vectors_line(file), "%" SCNu32 " %64s %64s", &expected, sums[0], sums[1]), 3);
    fclose(file);
    request.function_arg.bytes = text;
    request.function_arg.length = 1;
    for (int byte = 0; byte < 256; byte++) {
        text[0] = (char)byte;
        assert_status("one byte", tcx_request_check(&request), byte < 0x80 ? TCX_OK : TCX_E_FUNCTION_ARG_UTF8);
    }
    request.function_arg.length = 2;
    br_sha256_init(&hashes[0]);
    br_sha256_init(&hashes[1]);
    for (unsigned pair = 0; pair < 65536; pair++) {
        text[0] = (char)(pair >> 8);
        text[1] = (char)pair;
        if (tcx_request_check(&request) != TCX_OK)
            continue;
        valid++;
        for (int i = 0; i < 2; i++) {
            char out[12];

            br_sha256_update(&hashes[i], out, encode(&message, M_ESCAPE M_FUNCTION_ARG, encoders[i], out, sizeof out));
        }
    }
    assert_int_equal(valid, expected);
    for (int i = 0; i < 2; i++) {
        unsigned char digest[32];
        char hex[65];

        br_sha256_out(&hashes[i], digest);
        for (int j = 0; j < 32; j++)
            snprintf(hex + 2 * j, 3, "%02x", digest[j]);
        assert_string_equal(hex, sums[i]);
    }
}

static void test_numbers(void **state)
{
    static const uint64_t numbers[] = { 0, 1, 9, 10, 99, 4294967295u, 4294967296u, 10000000000000000000u, UINT64_MAX };
    tcx_request request = tcx_example_request;
    tcx_signer signer;
    tcx_message message = prepare(&request, &signer, &tcx_ways[0]);
    char out[24], expected[24];

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(numbers); i++) {
        request.sub_app_id = &numbers[i];
        snprintf(expected, sizeof expected, "%" PRIu64, numbers[i]);
        assert_bytes("SubAppId", out, encode(&message, M_SUB_APP_ID, NULL, out, sizeof out), tcx_text_from(expected));
    }
}

/* Each repeat of a request has a nonce of its own, never 0. */
static void test_nonces_of_repeats(void **state)
{
    static const struct {
        uint32_t nonce, repeats, expected;
    } rows[] = { { 1, 0, 1 },
                 { 1, 1, 2 },
                 { 4242, 3, 4245 },
                 { UINT32_MAX, 0, UINT32_MAX },
                 { UINT32_MAX, 1, 1 },
                 { UINT32_MAX - 1, 4, 3 },
                 { 5, UINT32_MAX - 1, 4 },
                 { 5, UINT32_MAX, 5 } };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        tcx_request request = tcx_example_request;
        tcx_signer signer;
        tcx_message message;

        request.nonce = rows[i].nonce;
        assert_status("init", tcx_signer_init(&signer, &tcx_example_credentials, TCX_SIGN_HMAC_SHA1), TCX_OK);
        assert_status("row", tcx_signed_message(&message, &request, &signer, 0, rows[i].repeats), TCX_OK);
        assert_int_equal(message.nonce, rows[i].expected);
        request.nonce = 0;
        assert_status("row", tcx_signed_message(&message, &request, &signer, 0, rows[i].repeats), TCX_E_NONCE);
    }
}

static void test_hex_lower_raw(void **state)
{
    tcx_request request = tcx_example_request;
    tcx_signer signer;
    tcx_message message = prepare(&request, &signer, &tcx_ways[0]);
    char bytes[256], out[256];

    (void)state;
    message.host.sent.bytes = request.function_arg.bytes = bytes;
    message.host.sent.length = request.function_arg.length = sizeof bytes;
    for (unsigned byte = 0; byte < 256; byte++) {
        char expected[3];

        bytes[byte] = (char)byte;
        snprintf(expected, sizeof expected, "%02x", byte);
        tcx_hex((unsigned char *)out, (unsigned char)byte, "0123456789abcdef");
        assert_memory_equal(out, expected, 2);
    }
    assert_bytes("raw", out, encode(&message, M_FUNCTION_ARG, NULL, out, sizeof out), request.function_arg);
    assert_bytes("raw", out, encode(&message, M_ESCAPE M_FUNCTION_ARG, NULL, out, sizeof out), request.function_arg);
    assert_int_equal(encode(&message, M_HOST, NULL, out, sizeof out), 256);
    for (int byte = 0; byte < 256; byte++)
        assert_int_equal((unsigned char)out[byte], byte >= 'A' && byte <= 'Z' ? byte + 32 : byte);
}

/* Unset: the section is skipped. Set and empty: the text around the field is written. */
static void test_unset_and_empty(void **state)
{
    static const char list[] = "a" M_IF "b" M_REGION M_END M_IF M_SESSION_ID "c" M_END
                               M_IF "d" M_SUB_APP_ID "d" M_END "e" M_ESCAPE M_FUNCTION_ARG M_ESCAPE M_SESSION_CONTEXT;
    static const char *const parts[] = { "", list, "", list, NULL, "not read" };
    tcx_request request = tcx_example_request;
    tcx_signer signer;
    tcx_message message = prepare(&request, &signer, &tcx_ways[0]);
    char out[40];

    (void)state;
    request.function_arg = tcx_text_from(NULL); /* always sent */
    tcx_message_begin(&message, parts, NULL, tcx_encode_json);
    assert_bytes("unset", out, tcx_message_read(&message, out, sizeof out), (tcx_text)TCX_TEXT("aeae"));

    request.region = request.session_id = request.session_context = request.function_arg = tcx_text_from("");
    tcx_message_begin(&message, parts, NULL, tcx_encode_json);
    assert_bytes("empty", out, tcx_message_read(&message, out, sizeof out), (tcx_text)TCX_TEXT("abceabce"));
    assert_int_equal(tcx_message_read(&message, out, sizeof out), 0);
    assert_true(tcx_message_at_end(&message));

    tcx_message_begin(&message, parts, "and" M_SESSION_ID " then", tcx_encode_json);
    assert_bytes("and a last one", out, tcx_message_read(&message, out, sizeof out),
                 (tcx_text)TCX_TEXT("abceabceand then"));
}

/* Splits. */

static const char difficult[] = "\"\\\b\t\n\f\r\x01\x1f a+/=&%~ A\xC3\xA9\xE4\xB8\xAD\xF0\x9F\x98\x80\x7F\"";

static int read_difficult(void *context, uint32_t offset, void *out, size_t length)
{
    size_t most = *(size_t *)context;

    length = length < most ? length : most;
    memcpy(out, difficult + offset, length);
    return (int)length;
}

static uint32_t seed = 1;

static size_t single(void)
{
    return 1;
}
static size_t three(void)
{
    return 3;
}
static size_t block(void)
{
    return 64;
}
static size_t any(void)
{
    return tcx_random(&seed) % 70;
}

enum { ROOM = 4096 };

/* Reads everything, each time as much as `next` says. */
static size_t read_all(tcx_message *message, size_t (*next)(void), char *out)
{
    size_t done = 0, room, count;

    do {
        room = next();
        assert_true(done + room <= ROOM);
        count = tcx_message_read(message, out + done, room);
        done += count;
    } while (count == room);
    assert_true(tcx_message_at_end(message));
    return done;
}

/* Reads the lists in all kinds of pieces. */
static void check_splits(const char *name, tcx_message *message, const char *const *parts, const char *last,
                         tcx_encoder encoder)
{
    static size_t (*const nexts[])(void) = { single, three, block, any, any, any };
    static char all[ROOM], out[ROOM];
    tcx_text expected = { all, 0 };
    uint32_t absorbed = UINT32_MAX;

    tcx_message_begin(message, parts, last, encoder);
    expected.length = tcx_message_read(message, all, sizeof all);
    assert_in_range(expected.length, 1, sizeof all - 100);
    for (size_t i = 0; i < TCX_COUNT(nexts); i++) {
        tcx_message_begin(message, parts, last, encoder);
        assert_bytes(name, out, read_all(message, nexts[i], out), expected);
    }
    for (size_t split = 0; split <= expected.length; split++) {
        tcx_message_begin(message, parts, last, encoder);
        assert_int_equal(tcx_message_read(message, out, split), split);
        assert_int_equal(tcx_message_read(message, out + split, sizeof out - split), expected.length - split);
        assert_bytes(name, out, expected.length, expected);
    }
    tcx_message_begin(message, parts, last, encoder);
    assert_status(name, tcx_message_absorb(message, NULL, &absorbed), TCX_OK);
    assert_int_equal(absorbed, expected.length);
    for (int under = 1; under >= 0; under--) { /* the limit is exact */
        absorbed = (uint32_t)expected.length - (uint32_t)under;
        tcx_message_begin(message, parts, last, encoder);
        assert_status(name, tcx_message_absorb(message, NULL, &absorbed), under ? TCX_E_REQUEST_TOO_LARGE : TCX_OK);
    }
}

static void test_splits(void **state)
{
    static size_t mosts[] = { 1, 7, 1000 };
    tcx_request request = tcx_example_request;
    uint64_t sub_app_id = UINT64_MAX;

    (void)state;
    request.service = &tcx_vod;
    request.sub_app_id = &sub_app_id;
    request.language = tcx_text_from("en-US");
    for (size_t i = 0; i < REQUEST_TEXTS; i++) {
        if (request_texts[i].parameter != 0)
            *request_text_of(&request, i) = tcx_text_from(difficult);
    }
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        for (size_t from = 0; from <= TCX_COUNT(mosts); from++) { /* memory, then sources */
            tcx_source source = tcx_source_of(read_difficult, NULL, sizeof difficult - 1);
            tcx_signer signer;
            tcx_message message;

            request.function_arg = tcx_text_from(from == 0 ? difficult : NULL);
            request.function_arg_source = from == 0 ? NULL : &source;
            source.context = from == 0 ? NULL : &mosts[from - 1];
            message = prepare(&request, &signer, &tcx_ways[way]);
            check_splits(tcx_ways[way].name, &message, message.layout->head, message.layout->body,
                         message.layout->encoder);
            check_splits(tcx_ways[way].name, &message, message.layout->canonical, NULL, NULL);
        }
    }
}

/* Each capacity in memory of exactly that size. */
static void test_reading_into_exact_memory(void **state)
{
    tcx_guard guard;

    (void)state;
    tcx_guard_open(&guard, ROOM);
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        tcx_request request = tcx_example_request;
        tcx_signer signer;
        tcx_message message;
        char all[ROOM];
        size_t length;

        request.function_arg = tcx_text_from(difficult);
        message = prepare(&request, &signer, &tcx_ways[way]);
        tcx_message_begin_wire(&message);
        length = tcx_message_read(&message, all, sizeof all);
        for (size_t size = 0; size <= length + 1; size++) {
            unsigned char *out = tcx_guard_place(&guard, size, size % 2 == 0 ? TCX_AT_END : TCX_AT_START);
            tcx_text expected = { all, size < length ? size : length };

            tcx_message_begin_wire(&message);
            assert_bytes(tcx_ways[way].name, out, tcx_message_read(&message, out, size), expected);
            tcx_guard_check(&guard);
            assert_true(size <= length || out[length] == TCX_GUARD_FILL);
        }
    }
    tcx_guard_close(&guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_character), cmocka_unit_test(test_every_text_of_two_bytes),
        cmocka_unit_test(test_numbers),        cmocka_unit_test(test_nonces_of_repeats),
        cmocka_unit_test(test_hex_lower_raw),  cmocka_unit_test(test_unset_and_empty),
        cmocka_unit_test(test_splits),         cmocka_unit_test(test_reading_into_exact_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
