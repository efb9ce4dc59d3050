/* Tests the two services, and one of the caller's own. */
#include "request_texts.h"
#include "tcx_test.h"

static void test_constants(void **state)
{
    unsigned all = TCX_PARAMETER_SUB_APP_ID;
    const struct {
        const tcx_service *service;
        tcx_text name, host, version;
        unsigned parameters, calls_per_second;
    } rows[] = {
        { &tcx_mps, TCX_TEXT("mps"), TCX_TEXT("mps.tencentcloudapi.com"), TCX_TEXT("2019-06-12"), 0, 20 },
        { &tcx_vod, TCX_TEXT("vod"), TCX_TEXT("vod.tencentcloudapi.com"), TCX_TEXT("2018-07-17"),
          TCX_PARAMETER_ALL, 100 },
    };

    (void)state;
    for (size_t i = 0; i < REQUEST_TEXTS; i++) { /* each parameter is a bit of its own */
        assert_int_equal(all & request_texts[i].parameter, 0);
        assert_int_equal(request_texts[i].parameter & (request_texts[i].parameter - 1), 0);
        all |= request_texts[i].parameter;
    }
    assert_int_equal(all, TCX_PARAMETER_ALL);
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const tcx_service *service = rows[i].service;

        assert_bytes("name", service->name.bytes, service->name.length, rows[i].name);
        assert_bytes("host", service->host.bytes, service->host.length, rows[i].host);
        assert_bytes("version", service->version.bytes, service->version.length, rows[i].version);
        assert_int_equal(service->parameters, rows[i].parameters);
        assert_int_equal(service->calls_per_second, rows[i].calls_per_second);
    }
}

/* What a request of the service is built into, as a string. */
static const char *built(const tcx_service *service)
{
    static char wire[1024];
    tcx_request request = tcx_example_request;
    tcx_signer signer;
    size_t length;

    request.service = service;
    assert_status("init", tcx_signer_init(&signer, &tcx_example_credentials, TCX_SIGN_TC3), TCX_OK);
    assert_status("build", tcx_request_build(&request, &signer, TCX_EXAMPLE_TIME, wire, sizeof wire - 1, &length),
                  TCX_OK);
    wire[length] = '\0';
    return wire;
}

static void test_a_service_of_the_callers_own(void **state)
{
    tcx_service mine = tcx_vod;

    (void)state;
    mine.name = tcx_text_from("private");
    mine.host = tcx_text_from("vod.intl.tencentcloudapi.com");
    mine.version = tcx_text_from("2024-07-18");
    assert_non_null(strstr(built(&mine), "\r\nHost: vod.intl.tencentcloudapi.com\r\n"));
    assert_non_null(strstr(built(&mine), "\r\nX-TC-Version: 2024-07-18\r\n"));
    assert_non_null(strstr(built(&mine), "/2023-11-14/private/tc3_request, "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constants),
        cmocka_unit_test(test_a_service_of_the_callers_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
