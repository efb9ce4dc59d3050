/*
 * Tests that requests are checked, measured and built, against the SDK's captures and the library's rules
 * (tests/vectors/sdk.txt).
 */
#define _DEFAULT_SOURCE

#include "tcx_test.h"

#include <inttypes.h>
#include <limits.h>
#include <unistd.h>

#include "request_texts.h"
#include "tcx_message.h"
#include "tcx_request.h"

enum { ROOM = 65536 };
static char wire[ROOM], other[ROOM];

static tcx_signer signer_of(const tcx_scheme *scheme)
{
    tcx_signer signer;

    assert_status("init", tcx_signer_init(&signer, &tcx_example_credentials, scheme), TCX_OK);
    return signer;
}

/* Builds with a new signer into `out`, which becomes a string. Returns the length. */
static size_t build(const tcx_request *request, const tcx_scheme *scheme, char *out)
{
    tcx_signer signer = signer_of(scheme);
    size_t length;

    assert_status("build", tcx_request_build(request, &signer, TCX_EXAMPLE_TIME, out, ROOM - 1, &length), TCX_OK);
    out[length] = '\0';
    return length;
}

/* The vectors of the official SDK. */

static const tcx_scheme *scheme_of(tcx_text name)
{
    return strcmp(name.bytes, "TC3") == 0        ? TCX_SIGN_TC3_COMPAT
           : strcmp(name.bytes, "HmacSHA1") == 0 ? TCX_SIGN_HMAC_SHA1
                                                 : TCX_SIGN_HMAC_SHA256;
}

static void check_sdk_vector(const tcx_record *row)
{
    const char *name = tcx_record_text(row, "name").bytes;
    tcx_text expected = tcx_record_text(row, "wire"), status_name = tcx_record_text(row, "status");
    const tcx_credentials credentials = { tcx_record_text(row, "secret_id"), tcx_record_text(row, "secret_key"),
                                          tcx_record_text(row, "token") };
    uint64_t sub_app_id = tcx_record_number(row, "SubAppId");
    tcx_request request = {
        .service = strcmp(tcx_record_text(row, "service").bytes, "mps") == 0 ? &tcx_mps : &tcx_vod,
        .sub_app_id = tcx_record_text(row, "SubAppId").bytes != NULL ? &sub_app_id : NULL,
        .method = strcmp(tcx_record_text(row, "method").bytes, "GET") == 0 ? TCX_GET : TCX_POST,
        .nonce = (uint32_t)tcx_record_number(row, "nonce"),
    };
    tcx_signer signer;
    size_t length, measured;
    tcx_status status;

    for (size_t i = 0; i < REQUEST_TEXTS; i++)
        *request_text_of(&request, i) = tcx_record_text(row, request_texts[i].name);
    assert_status(name, tcx_signer_init(&signer, &credentials, scheme_of(tcx_record_text(row, "scheme"))), TCX_OK);
    status =
        tcx_request_build(&request, &signer, (int64_t)tcx_record_number(row, "timestamp"), wire, sizeof wire, &length);
    assert_string_equal(tcx_status_name(status), status_name.bytes != NULL ? status_name.bytes : "TCX_OK");
    assert_bytes(name, wire, length, expected);
    assert_int_equal(tcx_request_measure(&request, &signer, (int64_t)tcx_record_number(row, "timestamp"), &measured),
                     status);
    assert_int_equal(measured, length);
}

static void test_sdk_vectors(void **state)
{
    static const struct {
        const char *basis;
        int least;
    } bases[] = { { "sdk", 40 }, { "rules", 50 }, { "refused", 2 } };
    FILE *file = tcx_vectors_open("sdk.txt");
    tcx_record row = { 0 };
    int counts[TCX_COUNT(bases)] = { 0 };

    (void)state;
    while (tcx_vectors_record(file, &row)) {
        for (size_t i = 0; i < TCX_COUNT(bases); i++)
            counts[i] += strcmp(tcx_record_text(&row, "basis").bytes, bases[i].basis) == 0;
        check_sdk_vector(&row);
    }
    fclose(file);
    for (size_t i = 0; i < TCX_COUNT(bases); i++)
        assert_true(counts[i] >= bases[i].least);
}

/* Writing. */

/* A request with every field, and something to encode in each. */
static tcx_request full_request(void)
{
    static const uint64_t sub_app_id = 1500012345;
    tcx_request request = tcx_example_request;

    request.service = &tcx_vod;
    request.sub_app_id = &sub_app_id;
    for (size_t i = 0; i < REQUEST_TEXTS; i++)
        *request_text_of(&request, i) = tcx_text_from(request_texts[i].example);
    return request;
}

static void test_every_capacity(void **state)
{
    tcx_guard guard;

    (void)state;
    tcx_guard_open(&guard, 4096);
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        tcx_request request = full_request();
        tcx_signer signer = signer_of(tcx_ways[way].scheme);
        size_t needed, length;

        request.method = tcx_ways[way].method;
        needed = build(&request, tcx_ways[way].scheme, other);
        assert_status("NULL", tcx_request_build(&request, &signer, TCX_EXAMPLE_TIME, NULL, 0, &length), TCX_E_BUFFER);
        assert_int_equal(length, needed);
        for (size_t i = 0; i < 2 * (needed + 2); i++) {
            size_t capacity = i / 2;
            unsigned char *out = tcx_guard_place(&guard, capacity, i % 2 == 0 ? TCX_AT_START : TCX_AT_END);

            assert_status(tcx_ways[way].name,
                          tcx_request_build(&request, &signer, TCX_EXAMPLE_TIME, out, capacity, &length),
                          capacity < needed ? TCX_E_BUFFER : TCX_OK);
            tcx_guard_check(&guard);
            assert_int_equal(length, needed);
            if (capacity >= needed)
                assert_memory_equal(out, other, needed);
            for (size_t at = needed; at < capacity; at++)
                assert_int_equal(out[at], TCX_GUARD_FILL);
            for (size_t at = 0; capacity < needed && at < capacity; at++)
                assert_int_equal(out[at], 0);
        }
    }
    tcx_guard_close(&guard);
}

static void test_inputs_are_not_read_past_their_ends(void **state)
{
    tcx_request request = full_request(), guarded = request;
    tcx_guard guards[REQUEST_TEXTS];

    (void)state;
    for (size_t i = 0; i < REQUEST_TEXTS; i++) {
        tcx_text *text = request_text_of(&guarded, i);

        *text = tcx_guard_text(&guards[i], *text);
    }
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        request.method = guarded.method = tcx_ways[way].method;
        build(&request, tcx_ways[way].scheme, wire);
        build(&guarded, tcx_ways[way].scheme, other);
        assert_string_equal(wire, other);
    }
    for (size_t i = 0; i < REQUEST_TEXTS; i++)
        tcx_guard_close(&guards[i]);
}

static void test_formats(void **state)
{
    (void)state;
    build(&tcx_example_request, TCX_SIGN_TC3, wire);
    assert_non_null(strstr(wire, ", SignedHeaders=content-type;host;x-tc-action, "));
    build(&tcx_example_request, TCX_SIGN_TC3_COMPAT, other);
    assert_non_null(strstr(other, ", SignedHeaders=content-type;host, "));
    assert_string_not_equal(strstr(wire, ", Signature="), strstr(other, ", Signature="));
}

static int read_never(void *context, uint32_t offset, void *out, size_t length)
{
    (void)context, (void)offset, (void)out, (void)length;
    fail_msg("a source of no bytes is read");
    return 0;
}

static void test_arg_unset_or_empty_is_sent_empty(void **state)
{
    static const char *const expected[] = { "{\"FunctionName\":\"ExampleFunc\",\"FunctionArg\":\"\"}",
                                            "&FunctionArg= ", "&FunctionArg=&FunctionName=" };

    (void)state;
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        tcx_request request = tcx_example_request;
        tcx_source source = tcx_source_of(read_never, NULL, 0);

        request.method = tcx_ways[way].method;
        request.function_arg = tcx_text_from(NULL);
        build(&request, tcx_ways[way].scheme, wire);
        assert_non_null(strstr(wire, expected[way >= 4 ? 2 : way % 2]));
        request.function_arg = tcx_text_from("");
        build(&request, tcx_ways[way].scheme, other);
        assert_string_equal(wire, other);
        request.function_arg = tcx_text_from(NULL);
        request.function_arg_source = &source;
        build(&request, tcx_ways[way].scheme, other);
        assert_string_equal(wire, other);
    }
}

static void test_empty_options_and_zero_are_sent(void **state)
{
    static const uint64_t zero = 0;
    tcx_request request = tcx_example_request;

    (void)state;
    request.service = &tcx_vod;
    request.sub_app_id = &zero;
    request.session_context = request.ext_info = tcx_text_from("");
    build(&request, TCX_SIGN_TC3, wire);
    assert_non_null(strstr(wire, ",\"SubAppId\":0,\"SessionContext\":\"\",\"ExtInfo\":\"\"}"));
    request.method = TCX_GET;
    build(&request, TCX_SIGN_TC3, wire);
    assert_non_null(strstr(wire, "&SubAppId=0&SessionContext=&ExtInfo= HTTP/1.1\r\n"));
}

/* Each parameter alone, empty where that is allowed, by each way. */
static void test_each_parameter_is_sent(void **state)
{
    size_t parameters = 0;

    (void)state;
    for (size_t i = 0; i < REQUEST_TEXTS; i++) {
        for (size_t way = 0; request_texts[i].parameter != 0 && way < TCX_COUNT(tcx_ways); way++) {
            const char *value = request_texts[i].parameter == TCX_PARAMETER_SESSION_ID ? "s" : "";
            tcx_request request = tcx_example_request;
            char expected[100];

            request.service = &tcx_vod;
            request.method = tcx_ways[way].method;
            build(&request, tcx_ways[way].scheme, wire);
            assert_null(strstr(wire, request_texts[i].name));
            *request_text_of(&request, i) = tcx_text_from(value);
            build(&request, tcx_ways[way].scheme, wire);
            snprintf(expected, sizeof expected,
                     way >= 4                    ? "&%s=%s&"
                     : request.method == TCX_GET ? "&FunctionArg=XXX&%s=%s HTTP/1.1\r\n"
                                                 : ",\"FunctionArg\":\"XXX\",\"%s\":\"%s\"}",
                     request_texts[i].name, value);
            assert_non_null(strstr(wire, expected));
            parameters++;
        }
    }
    assert_true(parameters >= 3 * TCX_COUNT(tcx_ways));
}

/* TC3 sends the parameters in the order of the structure, signature v1 sorted by the bytes of their names. */
static void test_order_of_parameters(void **state)
{
    (void)state;
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        tcx_request request = full_request();
        const char *at = wire, *found;
        size_t pairs = 0;

        request.method = tcx_ways[way].method;
        build(&request, tcx_ways[way].scheme, wire);
        for (size_t i = 0; i < REQUEST_TEXTS; i++) {
            found = strstr(wire, request_texts[i].name);
            if (way < 4 && found != NULL && request_texts[i].name[0] < 'a') {
                assert_true(found > at);
                at = found;
            }
        }
        at = strstr(wire, "Action=ExecuteFunction&");
        assert_true((at != NULL) == (way >= 4));
        for (; at != NULL && strncmp(at, "Version=", 8) != 0; at = found) {
            found = strchr(at, '&');
            assert_non_null(found++);
            assert_true(memcmp(at, found, strcspn(at, "=") + 1) < 0); /* '=' is below all letters */
            pairs++;
        }
        assert_true(way < 4 || pairs >= 13);
    }
}

/* In lower case, and without the port that https has anyway: both spellings give the same bytes. */
static void test_host_is_sent_and_signed_alike(void **state)
{
    static const struct {
        const char *host, *sent;
    } hosts[] = {
        { "VOD.Ap-Guangzhou.TencentCloudAPI.COM:8443", "vod.ap-guangzhou.tencentcloudapi.com:8443" },
        { "MPS.intl.tencentcloudapi.com:443", "mps.intl.tencentcloudapi.com" },
        { "[2001:DB8::443]", "[2001:db8::443]" },
        { "[2001:DB8::1]:443", "[2001:db8::1]" },
        { "a:4430", "a:4430" },
        { "a:1443", "a:1443" },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(hosts) * TCX_COUNT(tcx_ways); i++) {
        const tcx_way *way = &tcx_ways[i % TCX_COUNT(tcx_ways)];
        tcx_request request = tcx_example_request;
        char header[100];

        request.method = way->method;
        request.host = tcx_text_from(hosts[i / TCX_COUNT(tcx_ways)].host);
        build(&request, way->scheme, wire);
        snprintf(header, sizeof header, "\r\nHost: %s\r\n", hosts[i / TCX_COUNT(tcx_ways)].sent);
        assert_non_null(strstr(wire, header));
        request.host = tcx_text_from(hosts[i / TCX_COUNT(tcx_ways)].sent);
        build(&request, way->scheme, other);
        assert_string_equal(wire, other);
    }
}

/* Validation. */

#define SET(member, literal) offsetof(tcx_request, member), TCX_TEXT(literal)
#define UNSET(member)                                                                                                  \
    offsetof(tcx_request, member),                                                                                     \
    {                                                                                                                  \
        NULL, 0                                                                                                        \
    }

static const struct row {
    tcx_status expected;
    const tcx_service *service;
    size_t member;
    tcx_text text;
} rows[] = {
    { TCX_OK, &tcx_mps, SET(function_name, "\xE4\xB8\xAD\n\"") },
    { TCX_E_FUNCTION_NAME_EMPTY, &tcx_mps, SET(function_name, "") },
    { TCX_E_FUNCTION_NAME_EMPTY, &tcx_mps, UNSET(function_name) },
    { TCX_E_FUNCTION_NAME_UTF8, &tcx_mps, SET(function_name, "a\x80") },
    { TCX_E_FUNCTION_ARG_UTF8, &tcx_mps, SET(function_arg, "\xED\xA0\x80") },
    { TCX_E_FUNCTION_ARG_UTF8, &tcx_mps, SET(function_arg, "a\xC3") },
    { TCX_OK, &tcx_mps, SET(function_arg, "a\0b") },
    { TCX_OK, &tcx_mps, SET(region, "ap-guangzhou") },
    { TCX_E_REGION_EMPTY, &tcx_mps, SET(region, "") },
    { TCX_E_REGION_BLANK, &tcx_mps, SET(region, "ap ") },
    { TCX_E_REGION, &tcx_mps, SET(region, "ap\r\nX-Evil: 1") },
    { TCX_E_LANGUAGE_EMPTY, &tcx_mps, SET(language, "") },
    { TCX_E_LANGUAGE_BLANK, &tcx_mps, SET(language, "\nen") },
    { TCX_E_LANGUAGE, &tcx_mps, SET(language, "e\0n") },
    { TCX_E_HOST_EMPTY, &tcx_mps, SET(host, "") },
    { TCX_E_HOST, &tcx_mps, SET(host, "a b") },
    { TCX_E_HOST, &tcx_mps, SET(host, "a\r\nb") },
};

/* Building and measuring say the same, and leave the buffer alone, or wiped where it is too small. */
static void expect_build(const char *where, const tcx_request *request, const tcx_scheme *scheme, tcx_status expected)
{
    tcx_signer signer = signer_of(scheme);
    unsigned char out[4];
    size_t length = 1;

    memset(out, TCX_GUARD_FILL, sizeof out);
    assert_status(where, tcx_request_measure(request, &signer, 0, &length), expected);
    assert_true(expected == TCX_OK ? length > 100 : length == 0);
    length = 1;
    assert_status(where, tcx_request_build(request, &signer, 0, out, sizeof out, &length),
                  expected == TCX_OK ? TCX_E_BUFFER : expected);
    assert_true(expected == TCX_OK ? length > 100 : length == 0);
    for (size_t i = 0; i < sizeof out; i++)
        assert_int_equal(out[i], expected == TCX_OK ? 0 : TCX_GUARD_FILL);
}

/* And so does the check alone. */
static void expect(const char *where, const tcx_request *request, tcx_status expected)
{
    assert_status(where, tcx_request_check(request), expected);
    expect_build(where, request, TCX_SIGN_TC3, expected);
}

static void test_fields_are_checked(void **state)
{
    static const uint64_t number = 1;
    tcx_source source = tcx_source_of(NULL, NULL, 0);
    tcx_request request = tcx_example_request;

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        tcx_request changed = tcx_example_request;
        char where[20];

        snprintf(where, sizeof where, "row %zu", i);
        changed.service = rows[i].service;
        memcpy((char *)&changed + rows[i].member, &rows[i].text, sizeof rows[i].text);
        expect(where, &changed, rows[i].expected);
    }
    expect("the example", &request, TCX_OK);
    request.sub_app_id = &number;
    expect("SubAppId", &request, TCX_E_SUB_APP_ID_SERVICE);
    request = tcx_example_request;
    request.function_arg_source = &source;
    expect("twice", &request, TCX_E_FUNCTION_ARG_TWICE);
    request.function_arg = tcx_text_from(NULL);
    expect("no read_at", &request, TCX_E_NULL);
}

/* A parameter that the service does not have, or that is not UTF-8. */
static void test_parameters_are_checked(void **state)
{
    static const char *const malformed[] = { "\xFF", "a\x80", "a\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80" };

    (void)state;
    for (size_t i = 0; i < REQUEST_TEXTS; i++) {
        const request_text *row = &request_texts[i];
        tcx_request request = tcx_example_request;
        tcx_service service = tcx_vod;

        if (row->parameter == 0)
            continue;
        request.service = &service;
        for (size_t j = 0; j < TCX_COUNT(malformed); j++) {
            *request_text_of(&request, i) = tcx_text_from(malformed[j]);
            expect(row->name, &request, row->malformed);
        }
        for (int is_empty = 0; is_empty < 2; is_empty++) {
            *request_text_of(&request, i) = tcx_text_from(is_empty ? "" : row->example);
            service.parameters = (unsigned char)~row->parameter;
            expect(row->name, &request, row->elsewhere);
            service.parameters = 0;
            expect(row->name, &request, row->elsewhere);
            service.parameters = (unsigned char)row->parameter;
            expect(row->name, &request,
                   is_empty && row->parameter == TCX_PARAMETER_SESSION_ID ? TCX_E_SESSION_ID_EMPTY : TCX_OK);
        }
    }
}

static void test_null(void **state)
{
    tcx_signer signer = signer_of(TCX_SIGN_TC3), unset = { 0 };
    tcx_request request = tcx_example_request;
    size_t length = 1;

    (void)state;
    expect("request", NULL, TCX_E_NULL);
    request.service = NULL;
    expect("service", &request, TCX_E_NULL);
    request = tcx_example_request;
    assert_status("length", tcx_request_measure(&request, &signer, 0, NULL), TCX_E_NULL);
    assert_status("length", tcx_request_build(&request, &signer, 0, wire, sizeof wire, NULL), TCX_E_NULL);
    assert_status("wire", tcx_request_build(&request, &signer, 0, NULL, 1, &length), TCX_E_NULL);
    assert_status("signer", tcx_request_measure(&request, NULL, 0, &length), TCX_E_NULL);
    assert_status("signer", tcx_request_build(&request, NULL, 0, wire, sizeof wire, &length), TCX_E_NULL);
    assert_status("signer", tcx_request_measure(&request, &unset, 0, &length), TCX_E_NULL);
    assert_int_equal(length, 0);
}

/* The first field that is wrong, in the order of the structure, is the one that is named. */
static void test_order_of_checks(void **state)
{
    tcx_request request = full_request();
    const tcx_text wrong = TCX_TEXT("\xFF ");

    (void)state;
    for (size_t i = 0; i < REQUEST_TEXTS; i++) {
        *request_text_of(&request, i) = wrong;
        assert_true(i == 0 || request_texts[i].at > request_texts[i - 1].at);
    }
    for (size_t i = 0; i < REQUEST_TEXTS; i++) {
        expect("order", &request, request_texts[i].malformed);
        *request_text_of(&request, i) = tcx_text_from(request_texts[i].example);
    }
    expect("order", &request, TCX_OK);
}

/* One byte inside each field that goes into a header: by its own rule. */
static void test_every_byte_of_header_fields(void **state)
{
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        char bytes[] = { 'a', (char)byte, 'z' };
        const tcx_text text = { bytes, sizeof bytes };
        int visible = byte > 0x20 && byte < 0x7F;
        int in_name = byte != 0 && byte < 0x80 &&
                      strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._", byte);
        const struct {
            const char *name;
            size_t member;
            tcx_status expected;
        } fields[] = {
            { "region", offsetof(tcx_request, region), visible ? TCX_OK : TCX_E_REGION },
            { "language", offsetof(tcx_request, language), visible ? TCX_OK : TCX_E_LANGUAGE },
            { "host", offsetof(tcx_request, host), in_name ? TCX_OK : TCX_E_HOST },
        };
        tcx_service service = tcx_mps;
        tcx_request request = tcx_example_request;

        for (size_t i = 0; i < TCX_COUNT(fields); i++) {
            request = tcx_example_request;
            memcpy((char *)&request + fields[i].member, &text, sizeof text);
            assert_status(fields[i].name, tcx_request_check(&request), fields[i].expected);
        }
        request = tcx_example_request;
        request.service = &service;
        service.name = text;
        assert_status("name", tcx_request_check(&request), visible ? TCX_OK : TCX_E_SERVICE);
        service = tcx_mps;
        service.version = text;
        assert_status("version", tcx_request_check(&request), visible ? TCX_OK : TCX_E_SERVICE);
        service = tcx_mps;
        service.host = text;
        assert_status("service's host", tcx_request_check(&request), in_name ? TCX_OK : TCX_E_HOST);
    }
}

static void test_services_of_the_callers_own_are_checked(void **state)
{
    static const struct {
        size_t member;
        tcx_status expected;
    } members[] = {
        { offsetof(tcx_service, name), TCX_E_SERVICE },
        { offsetof(tcx_service, version), TCX_E_SERVICE },
        { offsetof(tcx_service, host), TCX_E_HOST_EMPTY },
    };

    (void)state;
    for (size_t i = 0; i < 2 * TCX_COUNT(members); i++) {
        tcx_service service = tcx_mps;
        tcx_request request = tcx_example_request;
        tcx_text text = tcx_text_from(i % 2 == 0 ? NULL : "");

        memcpy((char *)&service + members[i / 2].member, &text, sizeof text);
        request.service = &service;
        expect(i % 2 == 0 ? "unset" : "empty", &request, members[i / 2].expected);
    }
}

static void test_hosts(void **state)
{
    static const struct {
        const char *host, *name; /* name NULL: malformed */
        uint16_t port;
    } hosts[] = {
        { "a", "a", 0 },
        { "mps.tencentcloudapi.com", "mps.tencentcloudapi.com", 0 },
        { "a:1", "a", 1 },
        { "a-b_c.d:65535", "a-b_c.d", 65535 },
        { "127.0.0.1:80", "127.0.0.1", 80 },
        { "[::1]", "::1", 0 },
        { "[2001:DB8::1.2.3.4]:443", "2001:DB8::1.2.3.4", 443 },
        { "[0123:4567:89ab:cdef:ABCD:EF:0:0]:8", "0123:4567:89ab:cdef:ABCD:EF:0:0", 8 },
        { "[::g]", NULL, 0 },
        { "[::`]", NULL, 0 },
        { "a:19", "a", 19 },
        { "a:1/", NULL, 0 },
        { "a:1;", NULL, 0 },
        { "a:443", "a", 443 },
        { "a:0", NULL, 0 },
        { "a:080", NULL, 0 },
        { "a:0443", NULL, 0 },
        { "a:1:443", NULL, 0 },
        { "a:443:443", NULL, 0 },
        { "::443", NULL, 0 },
        { "a:", NULL, 0 },
        { ":1", NULL, 0 },
        { "a:65536", NULL, 0 },
        { "a:4294967297", NULL, 0 },
        { "a:18446744073709551617", NULL, 0 },
        { "a:1 ", NULL, 0 },
        { "a:-1", NULL, 0 },
        { "a:+1", NULL, 0 },
        { "a:1:2", NULL, 0 },
        { "::1", NULL, 0 },
        { "[::1", NULL, 0 },
        { "[]", NULL, 0 },
        { "[::1]80", NULL, 0 },
        { "[::1]:", NULL, 0 },
        { "[a.example]", NULL, 0 },
        { "[::1%eth0]", NULL, 0 },
        { "a/b", NULL, 0 },
        { "a@b", NULL, 0 },
        { "https://a", NULL, 0 },
        { "[", NULL, 0 },
        { " a", NULL, 0 },
        { "a ", NULL, 0 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(hosts); i++) {
        tcx_guard guard;
        tcx_request request = tcx_example_request;
        tcx_host host;

        request.host = tcx_guard_text(&guard, tcx_text_from(hosts[i].host));
        assert_status(hosts[i].host, tcx_request_check(&request), hosts[i].name != NULL ? TCX_OK : TCX_E_HOST);
        if (hosts[i].name != NULL) {
            assert_true(tcx_host_read(request.host, &host));
            assert_bytes(hosts[i].host, host.name.bytes, host.name.length, tcx_text_from(hosts[i].name));
            assert_int_equal(host.port, hosts[i].port);
        }
        tcx_guard_close(&guard);
    }
}

/* Characters are code points, of one to four bytes. */
static void test_session_limits(void **state)
{
    static const char *const characters[] = { "a", "\"", "\xC3\xA9", "\xE4\xB8\xAD", "\xF0\x9F\x98\x80" };
    static const struct {
        size_t member, most;
        tcx_status expected;
    } fields[] = {
        { offsetof(tcx_request, session_context), 1000, TCX_E_SESSION_CONTEXT_LONG },
        { offsetof(tcx_request, session_id), 50, TCX_E_SESSION_ID_LONG },
    };
    static char bytes[4 * 1001];

    (void)state;
    assert_int_equal(TCX_SESSION_CONTEXT_MAX, fields[0].most);
    assert_int_equal(TCX_SESSION_ID_MAX, fields[1].most);
    for (size_t i = 0; i < TCX_COUNT(fields); i++) {
        for (size_t j = 0; j < TCX_COUNT(characters); j++) {
            size_t size = strlen(characters[j]);
            tcx_text text = { bytes, 0 };

            for (; text.length < size * (fields[i].most + 1); text.length += size)
                memcpy(bytes + text.length, characters[j], size);
            for (size_t count = fields[i].most - 1; count <= fields[i].most + 1; count++) {
                tcx_request request = tcx_example_request;

                request.service = &tcx_vod;
                text.length = count * size;
                memcpy((char *)&request + fields[i].member, &text, sizeof text);
                expect(characters[j], &request, count > fields[i].most ? fields[i].expected : TCX_OK);
            }
        }
    }
}

/* Writes a code point as UTF-8, with a zero byte. */
static const char *character(unsigned c)
{
    static char text[5];
    char *at = text;

    if (c < 0x80) {
        *at++ = (char)c;
    } else if (c < 0x800) {
        *at++ = (char)(0xC0 | c >> 6);
        *at++ = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        *at++ = (char)(0xE0 | c >> 12);
        *at++ = (char)(0x80 | (c >> 6 & 63));
        *at++ = (char)(0x80 | (c & 63));
    } else {
        *at++ = (char)(0xF0 | c >> 18);
        *at++ = (char)(0x80 | (c >> 12 & 63));
        *at++ = (char)(0x80 | (c >> 6 & 63));
        *at++ = (char)(0x80 | (c & 63));
    }
    *at = '\0';
    return text;
}

static void check_session_id(const char *before, unsigned c, const char *after, tcx_status expected)
{
    tcx_request request = tcx_example_request;
    char text[40], where[60];
    int length = snprintf(text, sizeof text, "%s%s%s", before, character(c), after);

    snprintf(where, sizeof where, "U+%04X between \"%s\" and \"%s\"", c, before, after);
    request.service = &tcx_vod;
    request.session_id = (tcx_text){ text, (size_t)length };
    expect(where, &request, expected);
}

/* A SessionId by which the service would not recognise a repeat: empty, blank, or with blanks or controls around it. */
static void test_session_ids_that_protect_nothing(void **state)
{
    static const unsigned blanks[] = { /* Unicode's White_Space and Cc, and what cannot be seen */
                                       0x01,   0x08,   '\t',   '\n',   0x0B,   0x0C,   '\r',   0x1C,   0x1F,   ' ',
                                       0x7F,   0x80,   0x85,   0x9F,   0xA0,   0x1680, 0x2000, 0x2003, 0x200A, 0x200B,
                                       0x200F, 0x2028, 0x2029, 0x202A, 0x202F, 0x205F, 0x2060, 0x206F, 0x3000, 0xFEFF
    };
    static const unsigned others[] = { '!',    'a',    '~',    0xA1,   0xE9,    0x167F,  0x1681,  0x1FFF,  0x2010,
                                       0x2027, 0x2030, 0x205E, 0x2070, 0x2FFF,  0x3001,  0x4E2D,  0xFEFE,  0xFF00,
                                       0xFFFD, 0xE000, 0x7FF,  0x800,  0x1F600, 0x10000, 0x20000, 0x10FFFF };
    tcx_request request = tcx_example_request;

    (void)state;
    request.service = &tcx_vod;
    request.session_id = tcx_text_from("");
    expect("empty", &request, TCX_E_SESSION_ID_EMPTY);
    request.session_id = (tcx_text)TCX_TEXT("\0");
    expect("a zero byte", &request, TCX_E_SESSION_ID_BLANK);
    request.session_id = (tcx_text)TCX_TEXT("o\0");
    expect("ends with a zero byte", &request, TCX_E_SESSION_ID_BLANK);
    for (size_t i = 0; i < TCX_COUNT(blanks); i++) {
        check_session_id("", blanks[i], "", TCX_E_SESSION_ID_BLANK);
        check_session_id("", blanks[i], "order", TCX_E_SESSION_ID_BLANK);
        check_session_id("order", blanks[i], "", TCX_E_SESSION_ID_BLANK);
        check_session_id("\xE4\xB8\xAD", blanks[i], "", TCX_E_SESSION_ID_BLANK);
        check_session_id("order", blanks[i], "4711", TCX_OK);
        check_session_id(" ", blanks[i], "x", TCX_E_SESSION_ID_BLANK);
    }
    for (size_t i = 0; i < TCX_COUNT(others); i++) {
        check_session_id("", others[i], "", TCX_OK);
        check_session_id("", others[i], "order", TCX_OK);
        check_session_id("order", others[i], "", TCX_OK);
    }
}

static void test_time_and_nonce(void **state)
{
    static const struct {
        int64_t time;
        const char *date; /* NULL: refused */
    } times[] = {
        { 0, "1970-01-01" }, { 253402300799, "9999-12-31" }, { -1, NULL }, { 253402300800, NULL }, { INT64_MIN, NULL },
        { INT64_MAX, NULL },
    };
    static const uint32_t nonces[] = { 0, 1, UINT32_MAX };

    (void)state;
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        tcx_request request = tcx_example_request;
        tcx_signer signer = signer_of(tcx_ways[way].scheme);
        int v1 = way >= 4;
        size_t length;

        request.method = tcx_ways[way].method;
        for (size_t i = 0; i < TCX_COUNT(times); i++) {
            length = 1;
            wire[0] = 'x';
            assert_status(tcx_ways[way].name,
                          tcx_request_build(&request, &signer, times[i].time, wire, sizeof wire, &length),
                          times[i].date != NULL ? TCX_OK : TCX_E_TIME);
            wire[length] = '\0';
            assert_true(times[i].date != NULL ? v1 || strstr(wire, times[i].date) != NULL : length == 0);
        }
        for (size_t i = 0; i < TCX_COUNT(nonces); i++) {
            char expected[40];

            request.nonce = nonces[i];
            assert_status(tcx_ways[way].name, tcx_request_build(&request, &signer, 0, wire, sizeof wire, &length),
                          v1 && nonces[i] == 0 ? TCX_E_NONCE : TCX_OK);
            if (length > 0) {
                wire[length] = '\0';
                snprintf(expected, sizeof expected, "&Nonce=%" PRIu32 "&", nonces[i]);
                assert_true((strstr(wire, expected) != NULL) == v1);
            }
        }
    }
}

/* Sizes. */

/*
 * The size that counts with a FunctionArg of `count` times the letter a, and what the library says of it. Of v1, it
 * depends on the signature: the nonce makes another one.
 */
static tcx_status size_with(size_t count, const char *letters, const tcx_way *way, uint32_t nonce, uint64_t *size)
{
    tcx_request request = tcx_example_request;
    tcx_signer signer = signer_of(way->scheme);
    tcx_message message;
    tcx_status status;

    request.function_arg = (tcx_text){ letters, count };
    request.method = way->method;
    request.nonce = nonce;
    status = tcx_signed_message(&message, &request, &signer, TCX_EXAMPLE_TIME, 0);
    if (status == TCX_E_REQUEST_TOO_LARGE)
        *size = (way->method == TCX_GET ? TCX_GET_MAX : message.layout->limit) + 1;
    else
        *size = way->method == TCX_GET ? tcx_message_head_length(&message) : message.content_length;
    return status;
}

static void test_size_limits(void **state)
{
    char *letters = malloc(TCX_POST_MAX);

    (void)state;
    assert_int_equal(TCX_POST_MAX, 10 * 1024 * 1024);
    assert_int_equal(TCX_FORM_MAX, 1024 * 1024);
    assert_int_equal(TCX_GET_MAX, 32 * 1024);
    assert_non_null(letters);
    memset(letters, 'a', TCX_POST_MAX);
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        uint64_t limit = tcx_ways[way].method == TCX_GET ? TCX_GET_MAX : way >= 4 ? TCX_FORM_MAX : TCX_POST_MAX;
        uint64_t overhead, size = 0;

        assert_status("empty", size_with(0, letters, &tcx_ways[way], 1000, &overhead), TCX_OK);
        for (uint64_t target = limit; target <= limit + 1;
             target++) { /* each reached exactly, by one nonce or another */
            for (uint32_t nonce = 1000; size != target; nonce++) {
                tcx_status status = size_with((size_t)(target - overhead), letters, &tcx_ways[way], nonce, &size);

                assert_status(tcx_ways[way].name, status, size > limit ? TCX_E_REQUEST_TOO_LARGE : TCX_OK);
                assert_true(nonce < 1200);
            }
        }
    }
    free(letters);
}

/* Sources. */

/* A FunctionArg in slow memory, with faults. What is read twice from the beginning counts as a new pass. */
typedef struct flash {
    const char *bytes;
    const char *later; /* the bytes from pass `changes` on */
    uint32_t size;
    int most; /* bytes at a time; 0: any number */
    int changes;
    int64_t fails_at; /* the offset, or behind it, that is answered with `answer`; 0 or less: none */
    int answer;
    int passes;
    int64_t last;
} flash;

static int flash_read(void *context, uint32_t offset, void *out, size_t length)
{
    flash *self = context;
    const char *bytes;

    assert_true(length >= 1 && length <= 128 && length <= self->size - offset && offset < self->size);
    if (self->passes == 0 || offset < self->last)
        self->passes++;
    self->last = offset;
    if (self->most > 0 && length > (size_t)self->most)
        length = (size_t)self->most;
    if (self->fails_at > 0 && (int64_t)offset + (int64_t)length > self->fails_at)
        return self->answer;
    bytes = self->changes > 0 && self->passes >= self->changes ? self->later : self->bytes;
    memcpy(out, bytes + offset, length);
    return (int)length;
}

static const char argument[] =
    "{\"text\":\"a quite ordinary argument, longer than one window of the reader: \xE4\xB8\xAD\xE6\x96\x87 "
    "\xF0\x9F\x98\x80 and then some more\"}";

static tcx_request from_source(tcx_source *source, flash *memory)
{
    tcx_request request = tcx_example_request;

    memory->size = sizeof argument - 1;
    tcx_source_init(source, flash_read, memory, (uint32_t)memory->size);
    request.function_arg = tcx_text_from(NULL);
    request.function_arg_source = source;
    return request;
}

static void test_source_gives_what_memory_gives(void **state)
{
    static const int mosts[] = { 0, 1, 2, 3, 13, 63, 64, 65 };

    (void)state;
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        tcx_request request = tcx_example_request;

        request.method = tcx_ways[way].method;
        request.function_arg = tcx_text_from(argument);
        build(&request, tcx_ways[way].scheme, wire);
        for (size_t i = 0; i < TCX_COUNT(mosts); i++) {
            flash memory = { .bytes = argument, .most = mosts[i] };
            tcx_source source;

            request = from_source(&source, &memory);
            request.method = tcx_ways[way].method;
            build(&request, tcx_ways[way].scheme, other);
            assert_string_equal(wire, other);
            build(&request, tcx_ways[way].scheme, other); /* and again, the source as it was left */
            assert_string_equal(wire, other);
        }
    }
}

static int read_fails(void *context, uint32_t offset, void *out, size_t length)
{
    (void)context, (void)offset, (void)out, (void)length;
    return -1;
}

/* A source that cannot fit is refused before it is read. */
static void test_source_too_large(void **state)
{
    (void)state;
    for (size_t i = 0; i < TCX_COUNT(tcx_ways); i++) {
        const tcx_way *way = &tcx_ways[i];
        uint32_t limit = way->method == TCX_GET ? TCX_GET_MAX : i >= 4 ? TCX_FORM_MAX : TCX_POST_MAX;
        tcx_source source = tcx_source_of(read_fails, NULL, 0);
        tcx_request request = tcx_example_request;

        request.method = way->method;
        request.function_arg = tcx_text_from(NULL);
        request.function_arg_source = &source;
        source.size = limit;
        expect_build(way->name, &request, way->scheme, TCX_E_SOURCE);
        source.size = limit + 1;
        expect_build(way->name, &request, way->scheme, TCX_E_REQUEST_TOO_LARGE);
        source.size = UINT32_MAX;
        expect_build(way->name, &request, way->scheme, TCX_E_REQUEST_TOO_LARGE);
    }
}

/* A source that fails, ends early or gives too much, wherever it does. */
static void test_source_fails(void **state)
{
    static const int answers[] = { -1, -77, INT_MIN, 0, 129, INT_MAX };

    (void)state;
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        for (size_t i = 0; i < TCX_COUNT(answers); i++) {
            for (int64_t at = 1; at < (int64_t)sizeof argument - 1; at += 5) {
                flash memory = { .bytes = argument, .fails_at = at, .answer = answers[i], .most = (int)(at % 3) };
                tcx_source source;
                tcx_request request = from_source(&source, &memory);
                tcx_signer signer = signer_of(tcx_ways[way].scheme);
                tcx_message message;

                request.method = tcx_ways[way].method;
                expect_build(tcx_ways[way].name, &request, tcx_ways[way].scheme, TCX_E_SOURCE);
                assert_status("source", tcx_signed_message(&message, &request, &signer, 0, 0), TCX_E_SOURCE);
                assert_int_equal(message.detail, answers[i]);
            }
        }
    }
}

static void test_source_of_invalid_text(void **state)
{
    static const struct {
        const char *bytes;
        uint32_t size;
    } texts[] = { { "a\x80", 2 },        { "\xE4\xB8", 2 },        { "\xE4\xB8z", 3 },
                  { "\xED\xA0\x80", 3 }, { "abc\xF0\x9F\x98", 6 }, { "\xFF", 1 } };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(texts); i++) {
        for (int most = 0; most <= 4; most++) { /* also between the bytes of a character */
            for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
                flash memory = { .most = most };
                tcx_source source;
                tcx_request request = from_source(&source, &memory);

                request.method = tcx_ways[way].method;
                memory.bytes = texts[i].bytes;
                memory.size = source.size = texts[i].size;
                expect_build(tcx_ways[way].name, &request, tcx_ways[way].scheme, TCX_E_FUNCTION_ARG_UTF8);
            }
        }
    }
}

/* A source that gives other bytes from its second, third … reading on: never a request that was not signed. */
static void test_source_changes(void **state)
{
    static char later[4][sizeof argument];

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(later); i++)
        memcpy(later[i], argument, sizeof argument);
    memcpy(later[0] + 20, "\"\"", 2);                  /* grows when it is encoded */
    memcpy(later[1] + 2, "xxxxxx:x", 8);               /* shrinks */
    later[2][20] ^= 1;                                 /* keeps its length */
    memcpy(later[3] + sizeof argument - 3, "\xC3", 1); /* is no text */
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        flash steady = { .bytes = argument };
        tcx_source source;
        tcx_request request = from_source(&source, &steady);

        request.method = tcx_ways[way].method;
        build(&request, tcx_ways[way].scheme, other);
        assert_in_range(steady.passes, 2, 4);
        for (int pass = 2; pass <= steady.passes; pass++) {
            for (size_t i = 0; i < TCX_COUNT(later); i++) {
                flash memory = { .bytes = argument, .later = later[i], .changes = pass };
                tcx_signer signer = signer_of(tcx_ways[way].scheme);
                size_t length = 1;
                tcx_status status;

                request = from_source(&source, &memory);
                request.method = tcx_ways[way].method;
                memset(wire, TCX_GUARD_FILL, 4096);
                status = tcx_request_build(&request, &signer, TCX_EXAMPLE_TIME, wire, sizeof wire, &length);
                if (i < 3 || status != TCX_E_FUNCTION_ARG_UTF8)
                    assert_status(tcx_ways[way].name, status, TCX_E_SOURCE);
                assert_int_equal(length, 0);
                for (size_t at = 0; at < 4096; at++) /* untouched, or wiped as far as it was written */
                    assert_true((unsigned char)wire[at] == TCX_GUARD_FILL || wire[at] == 0);
            }
        }
    }
}

/* Another byte at each reading, also in the middle of an escape that did not fit: whatever comes of it, it ends. */
static int read_flicker(void *context, uint32_t offset, void *out, size_t length)
{
    static const char letters[] = "\x01\"a\xC3";
    unsigned *reads = context;

    (void)offset;
    memset(out, letters[(*reads)++ % 4], length);
    return (int)length;
}

static void test_source_flickers(void **state)
{
    static const char name[] = "a name that moves the argument along";

    (void)state;
    alarm(20);
    for (size_t way = 0; way < TCX_COUNT(tcx_ways); way++) {
        for (size_t length = 1; length < sizeof name; length++) {
            for (unsigned first = 0; first < 4; first++) {
                unsigned reads = first;
                tcx_source source = tcx_source_of(read_flicker, &reads, 200);
                tcx_request request = tcx_example_request;
                tcx_signer signer = signer_of(tcx_ways[way].scheme);
                size_t built;

                request.method = tcx_ways[way].method;
                request.function_name = (tcx_text){ name, length };
                request.function_arg = tcx_text_from(NULL);
                request.function_arg_source = &source;
                assert_true(tcx_request_build(&request, &signer, 0, wire, sizeof wire, &built) < 0);
                assert_int_equal(built, 0);
            }
        }
    }
    alarm(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sdk_vectors),
        cmocka_unit_test(test_every_capacity),
        cmocka_unit_test(test_inputs_are_not_read_past_their_ends),
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_arg_unset_or_empty_is_sent_empty),
        cmocka_unit_test(test_empty_options_and_zero_are_sent),
        cmocka_unit_test(test_each_parameter_is_sent),
        cmocka_unit_test(test_order_of_parameters),
        cmocka_unit_test(test_host_is_sent_and_signed_alike),
        cmocka_unit_test(test_fields_are_checked),
        cmocka_unit_test(test_parameters_are_checked),
        cmocka_unit_test(test_null),
        cmocka_unit_test(test_order_of_checks),
        cmocka_unit_test(test_every_byte_of_header_fields),
        cmocka_unit_test(test_services_of_the_callers_own_are_checked),
        cmocka_unit_test(test_hosts),
        cmocka_unit_test(test_session_limits),
        cmocka_unit_test(test_session_ids_that_protect_nothing),
        cmocka_unit_test(test_time_and_nonce),
        cmocka_unit_test(test_size_limits),
        cmocka_unit_test(test_source_gives_what_memory_gives),
        cmocka_unit_test(test_source_too_large),
        cmocka_unit_test(test_source_fails),
        cmocka_unit_test(test_source_of_invalid_text),
        cmocka_unit_test(test_source_changes),
        cmocka_unit_test(test_source_flickers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
