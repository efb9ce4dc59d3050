/* Tests signers and signatures, against the public documents and Python's hmac (tests/vectors/). */
#define _DEFAULT_SOURCE

#include "tcx_test.h"

#include <inttypes.h>
#include <pthread.h>
#include <time.h>

#include "tcx_message.h"

/*
 * Published examples. They are of other actions, so their texts come as lists of this test's own; what is tested is the
 * format's `sign`: the lists read into the hash, the key derived, the string to sign.
 */
static void check_published(const tcx_record *row)
{
    const char *name = tcx_record_text(row, "name").bytes, *format_name = tcx_record_text(row, "format").bytes;
    tcx_text payload_text = tcx_record_text(row, "payload"), signing_key = tcx_record_text(row, "signing_key");
    int tc3 = strcmp(format_name, "tc3") == 0;
    const tcx_scheme *known = tc3                                ? TCX_SIGN_TC3_COMPAT
                              : strcmp(format_name, "sha1") == 0 ? TCX_SIGN_HMAC_SHA1
                                                                 : TCX_SIGN_HMAC_SHA256;
    tcx_text canonical_text = tcx_record_text(row, "canonical");
    char canonical[2000];
    const tcx_layout layout = {
        { NULL }, payload_text.bytes != NULL ? payload_text.bytes : "", { canonical }, NULL, 10000
    };
    const tcx_format format = { .prepare = known->format->prepare,
                                .sign = known->format->sign,
                                .post = &layout,
                                .family = known->format->family,
                                .hash_size = known->format->hash_size };
    const tcx_scheme scheme = { &format, known->hash };
    const tcx_credentials credentials = { TCX_TEXT("any"), tcx_record_text(row, "key"), { NULL, 0 } };
    const tcx_service service = { .name = tcx_record_text(row, "service"),
                                  .host = TCX_TEXT("any"),
                                  .version = TCX_TEXT("any") };
    tcx_request request = tcx_example_request;
    tcx_signer signer;
    tcx_message message;

    assert_in_range(canonical_text.length, 1, sizeof canonical - 2);
    snprintf(canonical, sizeof canonical, "%s%s", canonical_text.bytes, tc3 ? M_DIGEST : "");
    request.service = &service;
    assert_status(name, tcx_signer_init(&signer, &credentials, &scheme), TCX_OK);
    assert_status(
        name, tcx_signed_message(&message, &request, &signer, (int64_t)tcx_record_number(row, "timestamp"), 0), TCX_OK);
    assert_bytes(name, message.digest, message.digest_length, tcx_record_text(row, "signature"));

    if (signing_key.bytes != NULL) { /* the end of the chain of derived keys */
        br_hmac_key_context expected;
        unsigned char key[32];

        for (int i = 0; i < 32; i++)
            assert_int_equal(sscanf(signing_key.bytes + 2 * i, "%2hhx", &key[i]), 1);
        br_hmac_key_init(&expected, &br_sha256_vtable, key, sizeof key);
        assert_memory_equal(signer.inner, expected.ksi, 32);
        assert_memory_equal(signer.outer, expected.kso, 32);
    }
}

static void test_published_examples(void **state)
{
    FILE *file = tcx_vectors_open("published.txt");
    tcx_record row = { 0 };
    int count = 0;

    (void)state;
    for (; tcx_vectors_record(file, &row); count++)
        check_published(&row);
    fclose(file);
    assert_int_equal(count, 9);
}

/* The signature of a request, as it is in the message: raw bytes (TC3) or Base64 (v1). */
static tcx_message sign(tcx_signer *signer, const tcx_request *request, int64_t time)
{
    tcx_message message;

    assert_status("sign", tcx_signed_message(&message, request, signer, time, 0), TCX_OK);
    return message;
}

static void hex_of(char hex[65], const tcx_message *message)
{
    assert_int_equal(message->digest_length, 64);
    snprintf(hex, 65, "%.64s", (const char *)message->digest);
}

/* Ten years, two services, the first and last second of each day, one signer. */
static void test_every_day_of_ten_years(void **state)
{
    static const tcx_service *const services[] = { &tcx_mps, &tcx_vod };
    FILE *file = tcx_vectors_open("days.txt");
    tcx_request request = tcx_example_request;
    br_sha256_context everything;
    unsigned char digest[32];
    unsigned with_zero, days, count = 0;
    char checksum[65], is[65];
    tcx_signer signer;

    (void)state;
    assert_int_equal(sscanf(tcx_vectors_line(file), "%u %u %64s", &with_zero, &days, checksum), 3);
    assert_true(days == 3652 && with_zero * 10 > days * 3); /* keys with a zero byte are no rarity */
    assert_status("init", tcx_signer_init(&signer, &tcx_example_credentials, TCX_SIGN_TC3), TCX_OK);
    br_sha256_init(&everything);
    for (const char *line; (line = tcx_vectors_line(file)) != NULL; count++) {
        int64_t midnight = (int64_t)(20454 + count) * 86400; /* 20454: 2026-01-01 */

        for (int i = 0; i < 4; i++) {
            tcx_message message;

            request.service = services[i / 2];
            message = sign(&signer, &request, midnight + i % 2 * 86399);
            hex_of(is, &message);
            br_sha256_update(&everything, is, 64);
            if (memcmp(is, line + 11 + 9 * i, 8) != 0 || memcmp(line, message.date, 10) != 0)
                fail_msg("%s: signature %d is %s", line, i + 1, is);
        }
    }
    fclose(file);
    assert_int_equal(count, days);
    br_sha256_out(&everything, digest);
    for (int i = 0; i < 32; i++)
        snprintf(is + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(is, checksum);
}

static void test_keys_of_every_length(void **state)
{
    FILE *file = tcx_vectors_open("keys.txt");
    char repeated[132], tc3[65], v1[2][45], is[65];
    size_t length, count = 0;

    (void)state;
    for (size_t i = 0; i < sizeof repeated; i++)
        repeated[i] = tcx_example_credentials.secret_key.bytes[i % tcx_example_credentials.secret_key.length];
    for (const char *line; (line = tcx_vectors_line(file)) != NULL;) {
        static const tcx_scheme *const schemes[] = { TCX_SIGN_HMAC_SHA1, TCX_SIGN_HMAC_SHA256 };
        tcx_credentials credentials = tcx_example_credentials;
        tcx_signer signer;
        tcx_message message;
        tcx_guard guard;

        assert_int_equal(sscanf(line, "%zu %64s %44s %44s", &length, tc3, v1[0], v1[1]), 4);
        assert_int_equal(length, ++count);
        credentials.secret_key = tcx_guard_text(&guard, (tcx_text){ repeated, length });
        assert_status(line, tcx_signer_init(&signer, &credentials, TCX_SIGN_TC3), TCX_OK);
        message = sign(&signer, &tcx_example_request, TCX_EXAMPLE_TIME);
        hex_of(is, &message);
        assert_string_equal(is, tc3);
        for (int i = 0; i < 2; i++) {
            assert_status(line, tcx_signer_init(&signer, &credentials, schemes[i]), TCX_OK);
            message = sign(&signer, &tcx_example_request, TCX_EXAMPLE_TIME);
            assert_bytes(line, message.digest, message.digest_length, tcx_text_from(v1[i]));
        }
        tcx_guard_close(&guard);
    }
    fclose(file);
    assert_int_equal(count, 130);
}

/* Signers. */

static int is_zero(const void *memory, size_t size)
{
    const unsigned char *byte = memory;

    while (size > 0 && *byte == 0)
        byte++, size--;
    return size == 0;
}

#define SET(member, literal) offsetof(tcx_credentials, member), TCX_TEXT(literal)

static void test_credentials_are_checked(void **state)
{
    static const struct {
        tcx_status expected;
        size_t member;
        tcx_text text;
    } rows[] = {
        { TCX_OK, SET(secret_id, "AKID~!{}/=,") },
        { TCX_OK, SET(token, "T") },
        { TCX_E_SECRET_ID_EMPTY, SET(secret_id, "") },
        { TCX_E_SECRET_ID_EMPTY, offsetof(tcx_credentials, secret_id), { NULL, 0 } },
        { TCX_E_SECRET_ID_BLANK, SET(secret_id, " AKID") },
        { TCX_E_SECRET_ID_BLANK, SET(secret_id, "AKID\n") },
        { TCX_E_SECRET_ID, SET(secret_id, "AK ID") },
        { TCX_E_SECRET_ID, SET(secret_id, "AK\r\nID") },
        { TCX_E_SECRET_ID, SET(secret_id, "AK\0ID") },
        { TCX_E_SECRET_ID, SET(secret_id, "AK\xC3\xA9") },
        { TCX_E_SECRET_KEY_EMPTY, SET(secret_key, "") },
        { TCX_E_SECRET_KEY_EMPTY, offsetof(tcx_credentials, secret_key), { NULL, 0 } },
        { TCX_E_SECRET_KEY_BLANK, SET(secret_key, "key\t") },
        { TCX_E_SECRET_KEY, SET(secret_key, "k\x7F y") },
        { TCX_E_TOKEN_EMPTY, SET(token, "") },
        { TCX_E_TOKEN_BLANK, SET(token, "\rtoken") },
        { TCX_E_TOKEN, SET(token, "to\nken") },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        tcx_credentials credentials = tcx_example_credentials;
        tcx_signer signer;
        size_t length = 1;
        char where[20];

        snprintf(where, sizeof where, "row %zu", i);
        memcpy((char *)&credentials + rows[i].member, &rows[i].text, sizeof rows[i].text);
        memset(&signer, TCX_GUARD_FILL, sizeof signer);
        assert_status(where, tcx_signer_init(&signer, &credentials, TCX_SIGN_TC3), rows[i].expected);
        if (rows[i].expected != TCX_OK) { /* wiped, and of no use */
            assert_true(is_zero(&signer, sizeof signer));
            assert_status(where, tcx_request_measure(&tcx_example_request, &signer, 0, &length), TCX_E_NULL);
            assert_int_equal(length, 0);
        }
    }
}

static void test_every_byte_of_the_credentials(void **state)
{
    static const struct {
        size_t member;
        int field;
    } rows[] = {
        { offsetof(tcx_credentials, secret_id), TCX_E_SECRET_ID },
        { offsetof(tcx_credentials, secret_key), TCX_E_SECRET_KEY },
        { offsetof(tcx_credentials, token), TCX_E_TOKEN },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        for (int byte = 0; byte < 256; byte++) {
            char bytes[] = { 'a', (char)byte, 'z' };
            tcx_text text = { bytes, 3 };
            tcx_credentials credentials = tcx_example_credentials;
            tcx_signer signer;

            memcpy((char *)&credentials + rows[i].member, &text, sizeof text);
            assert_status(tcx_status_name((tcx_status)rows[i].field),
                          tcx_signer_init(&signer, &credentials, TCX_SIGN_HMAC_SHA1),
                          byte > 0x20 && byte < 0x7F ? TCX_OK : rows[i].field);
        }
    }
}

static void test_null_and_wrong_hashes(void **state)
{
    static const tcx_scheme wrong[] = {
        { NULL, &br_sha256_vtable },
        { &tcx_format_tc3, NULL },
        { &tcx_format_tc3, &br_sha1_vtable },
        { &tcx_format_tc3, &br_sha512_vtable },
        { &tcx_format_hmac_sha1, &br_sha256_vtable },
        { &tcx_format_hmac_sha256, &br_sha1_vtable },
        { &tcx_format_hmac_sha256, &br_sha384_vtable },
    };
    const tcx_credentials *credentials = &tcx_example_credentials;
    br_hash_class huge = br_sha256_vtable;
    const tcx_scheme with_huge = { &tcx_format_tc3, &huge };
    tcx_signer signer;

    (void)state;
    assert_status("signer", tcx_signer_init(NULL, credentials, TCX_SIGN_TC3), TCX_E_NULL);
    assert_status("credentials", tcx_signer_init(&signer, NULL, TCX_SIGN_TC3), TCX_E_NULL);
    assert_status("scheme", tcx_signer_init(&signer, credentials, NULL), TCX_E_NULL);
    for (size_t i = 0; i < TCX_COUNT(wrong); i++) {
        memset(&signer, TCX_GUARD_FILL, sizeof signer);
        assert_status("hash", tcx_signer_init(&signer, credentials, &wrong[i]), TCX_E_NULL);
        assert_true(is_zero(&signer, sizeof signer));
    }
    huge.context_size = sizeof(tcx_hash);
    assert_status("largest", tcx_signer_init(&signer, credentials, &with_huge), TCX_OK);
    huge.context_size++;
    assert_status("too large", tcx_signer_init(&signer, credentials, &with_huge), TCX_E_NULL);
}

static void test_wipe(void **state)
{
    (void)state;
    tcx_signer_wipe(NULL);
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        tcx_request request = tcx_example_request;
        tcx_signer signer;
        size_t length = 1;

        request.method = tcx_ways[way].method;
        assert_status("init", tcx_signer_init(&signer, &tcx_example_credentials, tcx_ways[way].scheme), TCX_OK);
        sign(&signer, &request, TCX_EXAMPLE_TIME);
        assert_false(is_zero(signer.inner, 2 * sizeof signer.inner));
        tcx_signer_wipe(&signer);
        assert_true(is_zero(&signer, sizeof signer));
        assert_status("wiped", tcx_request_measure(&request, &signer, TCX_EXAMPLE_TIME, &length), TCX_E_NULL);
        assert_int_equal(length, 0);
    }
}

/* One signer through days, services and time backwards signs as a new one does each time. */
static void test_a_signer_follows_day_and_service(void **state)
{
    static const char *const names[] = { "mps",        "vod",        "mp",          "mpss",         "m",
                                         "vodvodvodv", "vodvodvodw", "elevenbytes", "vodvodvodvod", "vodvodvodvoe" };
    static const int64_t times[] = { 0, 86399, 86400, TCX_EXAMPLE_TIME, 253402300799, 86399, 4294967296 };
    tcx_service services[TCX_COUNT(names) + 1];
    char long_name[259];
    uint32_t seed = 7;

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(names); i++) {
        services[i] = tcx_mps;
        services[i].name = tcx_text_from(names[i]);
    }
    memset(long_name, 'x', sizeof long_name); /* 3 modulo 256 */
    memcpy(long_name, "mps", 3);
    services[TCX_COUNT(names)] = tcx_mps;
    services[TCX_COUNT(names)].name = (tcx_text){ long_name, sizeof long_name };

    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        tcx_request request = tcx_example_request;
        tcx_signer kept, fresh;

        request.method = tcx_ways[way].method;
        assert_status("init", tcx_signer_init(&kept, &tcx_example_credentials, tcx_ways[way].scheme), TCX_OK);
        for (int round = 0; round < 500; round++) {
            int64_t time = times[tcx_random(&seed) % TCX_COUNT(times)];
            tcx_message one, other;

            request.service = &services[tcx_random(&seed) % TCX_COUNT(services)];
            assert_status("init", tcx_signer_init(&fresh, &tcx_example_credentials, tcx_ways[way].scheme), TCX_OK);
            one = sign(&kept, &request, time);
            other = sign(&fresh, &request, time);
            assert_int_equal(one.digest_length, other.digest_length);
            assert_memory_equal(one.digest, other.digest, one.digest_length);
            if (tcx_ways[way].scheme == &tcx_sign_tc3) { /* the key is kept, but of a service whose name is too long */
                size_t length = request.service->name.length;

                assert_int_equal(kept.keyed, length <= 11 ? length : 0);
            }
        }
    }
}

static void test_new_credentials_after_wipe(void **state)
{
    tcx_credentials second = tcx_example_credentials;
    tcx_signer signer, fresh;
    tcx_message first, one, other;

    (void)state;
    second.secret_key = tcx_text_from("another");
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        assert_status("init", tcx_signer_init(&signer, &tcx_example_credentials, tcx_ways[way].scheme), TCX_OK);
        first = sign(&signer, &tcx_example_request, TCX_EXAMPLE_TIME);
        tcx_signer_wipe(&signer);
        assert_status("again", tcx_signer_init(&signer, &second, tcx_ways[way].scheme), TCX_OK);
        assert_status("fresh", tcx_signer_init(&fresh, &second, tcx_ways[way].scheme), TCX_OK);
        one = sign(&signer, &tcx_example_request, TCX_EXAMPLE_TIME);
        other = sign(&fresh, &tcx_example_request, TCX_EXAMPLE_TIME);
        assert_memory_equal(one.digest, other.digest, sizeof one.digest);
        assert_memory_not_equal(one.digest, first.digest, 20);
    }
}

static void test_time_zone_has_no_effect(void **state)
{
    static const char *const zones[] = { "UTC0", "EAST-14", "WEST+14" };
    tcx_message first;

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(zones); i++) {
        tcx_signer signer;
        tcx_message message;

        setenv("TZ", zones[i], 1);
        tzset();
        assert_status("init", tcx_signer_init(&signer, &tcx_example_credentials, TCX_SIGN_TC3), TCX_OK);
        message = sign(&signer, &tcx_example_request, 1751299199); /* midnight in Beijing is near */
        assert_bytes(zones[i], message.date, 10, (tcx_text)TCX_TEXT("2025-06-30"));
        if (i == 0)
            first = message;
        assert_memory_equal(message.digest, first.digest, 32);
    }
    unsetenv("TZ");
}

/*
 * A hash of the caller's own: SHA-256 that records what it is given and counts its compressions. A recording is a
 * stream from init, or from a midstate, to out.
 */
static struct {
    unsigned char bytes[40][4096];
    size_t lengths[40];
    size_t count;
    size_t compressions;
} recorded;

typedef struct recorder {
    const br_hash_class *vtable;
    br_sha256_context inner;
} recorder;

static const br_hash_class recorder_class;

static void new_stream(void)
{
    assert_true(recorded.count < 40);
    recorded.lengths[recorded.count++] = 0;
}

static void recorder_init(const br_hash_class **context)
{
    recorder *self = (recorder *)(void *)context;

    self->vtable = &recorder_class;
    br_sha256_init(&self->inner);
    new_stream();
}

static void recorder_update(const br_hash_class **context, const void *bytes, size_t length)
{
    recorder *self = (recorder *)(void *)context;
    size_t stream = recorded.count - 1;

    assert_true(recorded.lengths[stream] + length <= sizeof recorded.bytes[0]);
    memcpy(recorded.bytes[stream] + recorded.lengths[stream], bytes, length);
    recorded.lengths[stream] += length;
    recorded.compressions += (self->inner.count % 64 + length) / 64;
    br_sha256_update(&self->inner, bytes, length);
}

static void recorder_out(const br_hash_class *const *context, void *out)
{
    const recorder *self = (const recorder *)(const void *)context;

    recorded.compressions += self->inner.count % 64 > 55 ? 2 : 1;
    br_sha256_out(&self->inner, out);
}

static uint64_t recorder_state(const br_hash_class *const *context, void *out)
{
    return br_sha256_state(&((const recorder *)(const void *)context)->inner, out);
}

static void recorder_set_state(const br_hash_class **context, const void *state, uint64_t count)
{
    if (recorded.lengths[recorded.count - 1] > 0)
        new_stream();
    br_sha256_set_state(&((recorder *)(void *)context)->inner, state, count);
}

static const br_hash_class recorder_class = {
    sizeof(recorder),
    BR_HASHDESC_ID(br_sha256_ID) | BR_HASHDESC_OUT(32) | BR_HASHDESC_STATE(32) | BR_HASHDESC_LBLEN(6) |
        BR_HASHDESC_MD_PADDING | BR_HASHDESC_MD_PADDING_BE,
    recorder_init,
    recorder_update,
    recorder_out,
    recorder_state,
    recorder_set_state,
};

static const struct {
    const char *name;
    tcx_scheme scheme;
    const tcx_scheme *same;
    const tcx_method *method;
} recording[] = {
    { "TC3 POST", { &tcx_format_tc3, &recorder_class }, TCX_SIGN_TC3, TCX_POST },
    { "TC3 GET", { &tcx_format_tc3, &recorder_class }, TCX_SIGN_TC3, TCX_GET },
    { "v1 POST", { &tcx_format_hmac_sha256, &recorder_class }, TCX_SIGN_HMAC_SHA256, TCX_POST },
    { "v1 GET", { &tcx_format_hmac_sha256, &recorder_class }, TCX_SIGN_HMAC_SHA256, TCX_GET },
};

static size_t build(const tcx_request *request, const tcx_scheme *scheme, char *wire, size_t capacity)
{
    tcx_signer signer;
    size_t length;

    assert_status("init", tcx_signer_init(&signer, &tcx_example_credentials, scheme), TCX_OK);
    assert_status("build", tcx_request_build(request, &signer, TCX_EXAMPLE_TIME, wire, capacity - 1, &length), TCX_OK);
    wire[length] = '\0';
    return length;
}

/* Percent decoding, in place. */
static void decode(char *text)
{
    char *out = text;

    for (; *text != '\0'; text++) {
        unsigned byte = (unsigned char)*text;

        if (byte == '%') {
            assert_int_equal(sscanf(text + 1, "%2x", &byte), 1);
            text += 2;
        }
        *out++ = (char)byte;
    }
    *out = '\0';
}

static int has_text(size_t stream, const char *text)
{
    size_t length = strlen(text);

    for (size_t at = 0; at + length <= recorded.lengths[stream]; at++) {
        if (memcmp(recorded.bytes[stream] + at, text, length) == 0)
            return 1;
    }
    return 0;
}

/* Looks for what was sent among what was hashed. */
static void check_hashed_is_sent(const char *name, const tcx_request *request, char *wire)
{
    char *body = strstr(wire, "\r\n\r\n") + 4, *query = strstr(wire, "/?"), expected[4096], hex[65];
    unsigned char digest[32];
    br_sha256_context hash;

    if (strncmp(name, "TC3", 3) == 0) { /* the payload is first; last are the canonical request and HMAC's two */
        const size_t payload = 0, canonical = recorded.count - 3;

        assert_bytes(name, recorded.bytes[payload], recorded.lengths[payload], tcx_text_from(body));
        br_sha256_init(&hash);
        br_sha256_update(&hash, body, strlen(body));
        br_sha256_out(&hash, digest);
        for (int i = 0; i < 32; i++)
            snprintf(hex + 2 * i, 3, "%02x", digest[i]);
        assert_memory_equal(recorded.bytes[canonical] + recorded.lengths[canonical] - 64, hex, 64);
        if (query != NULL) {
            *strchr(query, ' ') = '\0';
            snprintf(expected, sizeof expected, "GET\n/\n%s\n", query + 2);
            assert_int_equal(strncmp((char *)recorded.bytes[canonical], expected, strlen(expected)), 0);
        }
    } else { /* the parameters without their percent-encoding */
        char *parameters = query != NULL ? query + 2 : body;
        size_t stream = 0;

        *strstr(parameters, "&Signature=") = '\0';
        decode(parameters);
        snprintf(expected, sizeof expected, "%smps.tencentcloudapi.com/?%s",
                 request->method == TCX_GET ? "GET" : "POST", parameters);
        while (stream < recorded.count && !(recorded.lengths[stream] == strlen(expected) && has_text(stream, expected)))
            stream++;
        if (stream == recorded.count)
            fail_msg("%s: what was sent is not what was signed: %s", name, expected);
    }
}

static int read_one_byte(void *context, uint32_t offset, void *out, size_t length)
{
    (void)length;
    memcpy(out, (const char *)context + offset, 1);
    return 1;
}

static void test_bytes_hashed_are_bytes_sent(void **state)
{
    static char argument[] = "{\"a\":\"\\u00e9 \xC3\xA9 \xF0\x9F\x98\x80 +/=&%\"}\n";
    static char wire[4096], same[4096];
    tcx_source source = tcx_source_of(read_one_byte, argument, sizeof argument - 1);

    (void)state;
    for (size_t i = 0; i < 2 * TCX_COUNT(recording); i++) {
        tcx_request request = tcx_example_request;

        request.method = recording[i / 2].method;
        request.function_arg = tcx_text_from(i % 2 == 0 ? argument : NULL);
        request.function_arg_source = i % 2 == 0 ? NULL : &source;
        build(&request, recording[i / 2].same, same, sizeof same);
        request.function_arg = tcx_text_from(argument); /* a source is hashed beside: record without */
        request.function_arg_source = NULL;
        recorded.count = 0;
        build(&request, &recording[i / 2].scheme, wire, sizeof wire);
        assert_string_equal(wire, same); /* the caller's hash works, and a source gives what memory gives */
        check_hashed_is_sent(recording[i / 2].name, &request, wire);
    }
}

/* What tcexec/sign.h says a signature costs: the key of the day is derived once. */
static void test_cost_in_compressions(void **state)
{
    (void)state;
    for (size_t i = 0; i < TCX_COUNT(recording); i++) {
        tcx_request request = tcx_example_request;
        tcx_signer signer;
        size_t first;

        request.method = recording[i].method;
        assert_status("init", tcx_signer_init(&signer, &tcx_example_credentials, &recording[i].scheme), TCX_OK);
        recorded.count = recorded.compressions = 0;
        sign(&signer, &request, TCX_EXAMPLE_TIME);
        first = recorded.compressions;
        recorded.count = recorded.compressions = 0;
        sign(&signer, &request, TCX_EXAMPLE_TIME + 1);
        assert_in_range(recorded.compressions, 1, 10);
        assert_in_range(first, recorded.compressions + 2, 24);
    }
}

/* The signing alone, on a stack that can be looked through afterwards. */
static void *sign_in_thread(void *argument)
{
    tcx_message *message = argument;

    message->signer->keyed = 0;
    return message->signer->scheme->format->sign(message) == TCX_OK ? argument : NULL;
}

static int holds(const unsigned char *memory, size_t size, const unsigned char *wanted, size_t length)
{
    for (size_t at = 0; at + length <= size; at++) {
        if (memcmp(memory + at, wanted, length) == 0)
            return 1;
    }
    return 0;
}

static void test_no_key_is_left_on_the_stack(void **state)
{
    enum { SIZE = 1 << 20 };
    static const char *const steps[] = { "2023-11-14", "mps", "tc3_request" };
    static unsigned char stack[SIZE];
    unsigned char key[64] = "TC3";
    size_t length = 3 + tcx_example_credentials.secret_key.length;
    pthread_attr_t attributes;
    pthread_t thread;
    tcx_signer signer;
    tcx_message message;
    void *result;

    (void)state;
    assert_status("init", tcx_signer_init(&signer, &tcx_example_credentials, TCX_SIGN_TC3), TCX_OK);
    message = sign(&signer, &tcx_example_request, TCX_EXAMPLE_TIME);
    assert_int_equal(pthread_attr_init(&attributes), 0);
    assert_int_equal(pthread_attr_setstack(&attributes, stack, SIZE), 0);
    assert_int_equal(pthread_create(&thread, &attributes, sign_in_thread, &message), 0);
    assert_int_equal(pthread_join(thread, &result), 0);
    assert_non_null(result);
    assert_int_equal(pthread_attr_destroy(&attributes), 0);

    memcpy(key + 3, tcx_example_credentials.secret_key.bytes, tcx_example_credentials.secret_key.length);
    for (size_t i = 0; i <= TCX_COUNT(steps); i++) {
        br_hmac_key_context hmac_key;
        br_hmac_context hmac;

        assert_false(holds(stack, SIZE, key, length));
        if (i < TCX_COUNT(steps)) {
            br_hmac_key_init(&hmac_key, &br_sha256_vtable, key, length);
            br_hmac_init(&hmac, &hmac_key, 0);
            br_hmac_update(&hmac, steps[i], strlen(steps[i]));
            length = br_hmac_out(&hmac, key);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_published_examples),
        cmocka_unit_test(test_every_day_of_ten_years),
        cmocka_unit_test(test_keys_of_every_length),
        cmocka_unit_test(test_credentials_are_checked),
        cmocka_unit_test(test_every_byte_of_the_credentials),
        cmocka_unit_test(test_null_and_wrong_hashes),
        cmocka_unit_test(test_wipe),
        cmocka_unit_test(test_a_signer_follows_day_and_service),
        cmocka_unit_test(test_new_credentials_after_wipe),
        cmocka_unit_test(test_time_zone_has_no_effect),
        cmocka_unit_test(test_bytes_hashed_are_bytes_sent),
        cmocka_unit_test(test_cost_in_compressions),
        cmocka_unit_test(test_no_key_is_left_on_the_stack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
