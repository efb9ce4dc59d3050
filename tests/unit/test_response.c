/*
 * Tests what a complete response means: Result, RequestId, errors, and everything that is not an answer of the service.
 * Each row is read from every size of buffer, from the body's length to one byte too many, at every alignment. The
 * buffer ends at a guard page, or less than an int before it.
 */
#include "script.h"

#include "tcx_json.h"

#define R(members) "{\"Response\":{" members "}}"
#define ID         "\"RequestId\":\"id-1\""
#define MARK       "\xEF\xBB\xBF"

#define NONE NULL /* a text that is unset */

typedef struct answer {
    const char *name;
    int http_status;
    const char *body;
    tcx_status status;
    const char *result, *request_id, *code, *message;
    int raw; /* response.body is the body as it came */
} answer;

static const answer answers[] = {
    /* Success */
    { "documented", 200, R("\"Result\":\"XXX\"," ID), TCX_OK, "XXX", "id-1", NONE, NONE, 0 },
    { "RequestId first", 200, R(ID ",\"Result\":\"XXX\""), TCX_OK, "XXX", "id-1", NONE, NONE, 0 },
    { "pretty", 200, " {\r\n\t\"Response\" : {\n \"Result\" : \"XXX\" ,\n " ID "\n }\n }\n", TCX_OK, "XXX", "id-1",
      NONE, NONE, 0 },
    { "empty texts", 200, R("\"Result\":\"\",\"RequestId\":\"\""), TCX_OK, "", "", NONE, NONE, 0 },
    { "no Result", 200, R(ID), TCX_OK, NONE, "id-1", NONE, NONE, 0 },
    { "Result null", 200, R("\"Result\":null," ID), TCX_OK, NONE, "id-1", NONE, NONE, 0 },
    { "no RequestId", 200, R("\"Result\":\"x\""), TCX_OK, "x", NONE, NONE, NONE, 0 },
    { "RequestId null", 200, R("\"Result\":\"x\",\"RequestId\":null"), TCX_OK, "x", NONE, NONE, NONE, 0 },
    { "neither", 200, R(""), TCX_OK, NONE, NONE, NONE, NONE, 0 },
    { "escapes", 200, R("\"Result\":\"{\\\"a\\\":\\u00e9\\ud83d\\ude00\\\\}\",\"RequestId\":\"\\u0069d\""), TCX_OK,
      "{\"a\":\xC3\xA9\xF0\x9F\x98\x80\\}", "id", NONE, NONE, 0 },
    { "keys by escapes", 200, "{\"\\u0052esponse\":{\"R\\u0065sult\":\"x\",\"Request\\u0049d\":\"y\"}}", TCX_OK, "x",
      "y", NONE, NONE, 0 },
    { "Result looks like members", 200, R("\"Result\":\"\\\",\\\"Error\\\":{\"," ID), TCX_OK, "\",\"Error\":{", "id-1",
      NONE, NONE, 0 },
    { "Result is a name", 200, R("\"Result\":\"Error\"," ID), TCX_OK, "Error", "id-1", NONE, NONE, 0 },
    { "names as values", 200, R("\"A\":\"Result\",\"Result\":\"RequestId\",\"RequestId\":\"Result\""), TCX_OK,
      "RequestId", "Result", NONE, NONE, 0 },

    /* What is not read, whatever it is */
    { "unknown members", 200,
      R("\"A\":1,\"B\":null,\"C\":[1,{\"Result\":\"no\"}],\"D\":{\"E\":{}},\"Result\":\"x\",\"F\":-1e9,\"G\":\"\"," ID),
      TCX_OK, "x", "id-1", NONE, NONE, 0 },
    { "around Response", 200,
      "{\"A\":[],\"Response\":{\"Result\":\"x\"," ID
      "},\"Error\":{\"Code\":\"no\"},\"Result\":\"no\",\"RequestId\":\"no\"}",
      TCX_OK, "x", "id-1", NONE, NONE, 0 },
    { "names at deeper levels", 200,
      R("\"A\":{\"Error\":{\"Code\":\"no\"},\"Result\":\"no\",\"RequestId\":1},\"Result\":\"x\"," ID), TCX_OK, "x",
      "id-1", NONE, NONE, 0 },
    { "Response in Response", 200, R("\"Response\":{\"Error\":{},\"Result\":\"no\"},\"Result\":\"x\"," ID), TCX_OK, "x",
      "id-1", NONE, NONE, 0 },
    { "Code and Message of no Error", 200, R("\"Code\":\"no\",\"Message\":\"no\",\"Result\":\"x\"," ID), TCX_OK, "x",
      "id-1", NONE, NONE, 0 },
    { "other cases", 200, R("\"result\":\"no\",\"ERROR\":{},\"requestid\":1,\"Result\":\"x\"," ID), TCX_OK, "x", "id-1",
      NONE, NONE, 0 },
    { "others twice", 200, R("\"A\":1,\"A\":2,\"Result\":\"x\"," ID ",\"A\":3"), TCX_OK, "x", "id-1", NONE, NONE, 0 },
    { "a warning", 200, R("\"DeprecatedWarning\":\"old\",\"Result\":\"x\"," ID), TCX_OK, "x", "id-1", NONE, NONE, 0 },
    { "legacy members beside", 200,
      "{\"code\":1,\"message\":\"no\",\"codeDesc\":\"no\",\"Response\":{\"Result\":\"x\"," ID "}}", TCX_OK, "x", "id-1",
      NONE, NONE, 0 },

    /* The service says no */
    { "error", 200, R("\"Error\":{\"Code\":\"AuthFailure.SignatureFailure\",\"Message\":\"m\"}," ID), TCX_E_API, NONE,
      "id-1", "AuthFailure.SignatureFailure", "m", 0 },
    { "error without RequestId", 200, R("\"Error\":{\"Code\":\"c\",\"Message\":\"m\"}"), TCX_E_API, NONE, NONE, "c",
      "m", 0 },
    { "error with escapes", 200, R("\"Error\":{\"Cod\\u0065\":\"\\u0063\",\"Message\":\"\\u7b7e\\n\"}," ID), TCX_E_API,
      NONE, "id-1", "c", "\xE7\xAD\xBE\n", 0 },
    { "error without Code", 200, R("\"Error\":{\"Message\":\"m\"}," ID), TCX_E_API, NONE, "id-1", NONE, "m", 0 },
    { "error without Message", 200, R("\"Error\":{\"Code\":\"c\"}," ID), TCX_E_API, NONE, "id-1", "c", NONE, 0 },
    { "Message null", 200, R("\"Error\":{\"Code\":\"c\",\"Message\":null}," ID), TCX_E_API, NONE, "id-1", "c", NONE,
      0 },
    { "an empty error", 200, R("\"Error\":{}," ID), TCX_E_API, NONE, "id-1", NONE, NONE, 0 },
    { "error wins over Result", 200, R("\"Result\":\"x\",\"Error\":{\"Code\":\"c\",\"Message\":\"m\"}," ID), TCX_E_API,
      NONE, "id-1", "c", "m", 0 },
    { "error wins over a Result behind it", 200,
      R("\"Error\":{\"Code\":\"c\",\"Message\":\"m\"}," ID ",\"Result\":\"x\""), TCX_E_API, NONE, "id-1", "c", "m", 0 },
    { "error beside a Result of another type", 200, R("\"Result\":7,\"Error\":{\"Code\":\"c\",\"Message\":\"m\"}," ID),
      TCX_E_API, NONE, "id-1", "c", "m", 0 },
    { "other members of Error twice", 200,
      R("\"Error\":{\"X\":1,\"X\":{\"Code\":\"no\"},\"Code\":\"c\",\"Message\":\"m\"}," ID), TCX_E_API, NONE, "id-1",
      "c", "m", 0 },
    { "Code of an Error below", 200, R("\"Error\":{\"Error\":{\"Code\":\"no\"},\"Code\":\"c\"}," ID), TCX_E_API, NONE,
      "id-1", "c", NONE, 0 },

    /* Types */
    { "Result number", 200, R("\"Result\":5," ID), TCX_E_JSON_TYPE, NONE, "id-1", NONE, NONE, 0 },
    { "Result true", 200, R("\"Result\":true," ID), TCX_E_JSON_TYPE, NONE, "id-1", NONE, NONE, 0 },
    { "Result object", 200, R("\"Result\":{}," ID), TCX_E_JSON_TYPE, NONE, "id-1", NONE, NONE, 0 },
    { "Result array", 200, R("\"Result\":[\"x\"]," ID), TCX_E_JSON_TYPE, NONE, "id-1", NONE, NONE, 0 },
    { "RequestId number", 200, R("\"Result\":\"x\",\"RequestId\":7"), TCX_E_JSON_TYPE, NONE, NONE, NONE, NONE, 0 },
    { "RequestId array", 200, R("\"Result\":\"x\",\"RequestId\":[]"), TCX_E_JSON_TYPE, NONE, NONE, NONE, NONE, 0 },
    { "Error null", 200, R("\"Result\":\"x\",\"Error\":null," ID), TCX_OK, "x", "id-1", NONE, NONE, 0 },
    { "Error null, and no Result", 200, R("\"Error\":null," ID), TCX_OK, NONE, "id-1", NONE, NONE, 0 },
    { "Error null, twice", 200, R("\"Error\":null,\"Error\":null," ID), TCX_E_JSON_DUPLICATE, NULL, NULL, NULL, NULL,
      -1 },
    { "Error number, and an error's members elsewhere", 200,
      "{\"Code\":\"no\",\"Message\":\"no\",\"Response\":{\"Error\":1," ID "}}", TCX_E_JSON_TYPE, NONE, "id-1", NONE,
      NONE, 0 },
    { "Error text", 200, R("\"Error\":\"c\"," ID), TCX_E_JSON_TYPE, NONE, "id-1", NONE, NONE, 0 },
    { "Error array", 200, R("\"Error\":[]," ID), TCX_E_JSON_TYPE, NONE, "id-1", NONE, NONE, 0 },
    { "Error false", 200, R("\"Error\":false,\"Result\":\"x\"," ID), TCX_E_JSON_TYPE, NONE, "id-1", NONE, NONE, 0 },
    { "Code number", 200, R("\"Error\":{\"Code\":7,\"Message\":\"m\"}," ID), TCX_E_JSON_TYPE, NONE, "id-1", NONE, "m",
      0 },
    { "Message object", 200, R("\"Error\":{\"Code\":\"c\",\"Message\":{}}," ID), TCX_E_JSON_TYPE, NONE, "id-1", "c",
      NONE, 0 },
    { "Response null", 200, "{\"Response\":null}", TCX_E_JSON_TYPE, NONE, NONE, NONE, NONE, 1 },
    { "Response text", 200, "{\"Response\":\"Result\"}", TCX_E_JSON_TYPE, NONE, NONE, NONE, NONE, 1 },
    { "Response array", 200, "{\"Response\":[{\"Result\":\"x\"}]}", TCX_E_JSON_TYPE, NONE, NONE, NONE, NONE, 1 },

    /* Shapes */
    { "no Response", 200, "{}", TCX_E_JSON_SHAPE, NONE, NONE, NONE, NONE, 1 },
    { "response", 200, "{\"response\":{\"Result\":\"x\"}}", TCX_E_JSON_SHAPE, NONE, NONE, NONE, NONE, 1 },
    { "Result at the top", 200, "{\"Result\":\"x\",\"RequestId\":\"y\"}", TCX_E_JSON_SHAPE, NONE, NONE, NONE, NONE, 1 },
    { "an array", 200, "[" R("\"Result\":\"x\"") "]", TCX_E_JSON_SHAPE, NONE, NONE, NONE, NONE, 1 },
    { "a text", 200, "\"Response\"", TCX_E_JSON_SHAPE, NONE, NONE, NONE, NONE, 1 },
    { "a number", 200, "5", TCX_E_JSON_SHAPE, NONE, NONE, NONE, NONE, 1 },
    { "null", 200, "null", TCX_E_JSON_SHAPE, NONE, NONE, NONE, NONE, 1 },
    { "legacy error", 200, "{\"code\":4100,\"message\":\"\\u0061uth\",\"codeDesc\":\"AuthFailure\"}", TCX_E_JSON_SHAPE,
      NONE, NONE, "AuthFailure", "auth", 0 },
    { "legacy error without a code", 200, "{\"message\":\"\\u0061uth\"}", TCX_E_JSON_SHAPE, NONE, NONE, NONE, "auth",
      0 },
    { "legacy error, wrong types", 200, "{\"code\":4100,\"message\":7,\"codeDesc\":[]}", TCX_E_JSON_TYPE, NONE, NONE,
      NONE, NONE, 1 },

    /* Members that are read, twice */
    { "Response twice", 200, "{\"Response\":{\"Result\":\"x\"},\"Response\":{\"Result\":\"y\"}}", TCX_E_JSON_DUPLICATE,
      NULL, NULL, NULL, NULL, -1 },
    { "Response twice by escapes", 200, "{\"Response\":{},\"Respons\\u0065\":{}}", TCX_E_JSON_DUPLICATE, NULL, NULL,
      NULL, NULL, -1 },
    { "Result twice", 200, R("\"Result\":\"x\",\"Result\":\"x\"," ID), TCX_E_JSON_DUPLICATE, NULL, NULL, NULL, NULL,
      -1 },
    { "Result twice, once null", 200, R("\"Result\":null,\"Result\":\"x\"," ID), TCX_E_JSON_DUPLICATE, NULL, NULL, NULL,
      NULL, -1 },
    { "Result twice by escapes", 200, R("\"Result\":\"x\"," ID ",\"\\u0052esult\":\"y\""), TCX_E_JSON_DUPLICATE, NULL,
      NULL, NULL, NULL, -1 },
    { "RequestId twice", 200, R(ID ",\"Result\":\"x\"," ID), TCX_E_JSON_DUPLICATE, NULL, NULL, NULL, NULL, -1 },
    { "Error twice", 200, R("\"Error\":{\"Code\":\"c\"},\"Error\":{\"Code\":\"c\"}," ID), TCX_E_JSON_DUPLICATE, NULL,
      NULL, NULL, NULL, -1 },
    { "Code twice", 200, R("\"Error\":{\"Code\":\"c\",\"Code\":\"d\"}," ID), TCX_E_JSON_DUPLICATE, NULL, NULL, NULL,
      NULL, -1 },
    { "Message twice", 200, R("\"Error\":{\"Code\":\"c\",\"Message\":\"m\",\"Message\":\"m\"}," ID),
      TCX_E_JSON_DUPLICATE, NULL, NULL, NULL, NULL, -1 },
    { "Result twice beside an Error", 200, R("\"Error\":{\"Code\":\"c\"},\"Result\":\"x\",\"Result\":\"y\"," ID),
      TCX_E_JSON_DUPLICATE, NULL, NULL, NULL, NULL, -1 },

    /* No JSON */
    { "empty", 200, "", TCX_E_JSON_SYNTAX, NONE, NONE, NONE, NONE, 0 },
    { "HTML", 200, "<html>502</html>", TCX_E_JSON_SYNTAX, NONE, NONE, NONE, NONE, 1 },
    { "cut", 200, "{\"Response\":{\"Result\":\"XXX\"", TCX_E_JSON_SYNTAX, NONE, NONE, NONE, NONE, 1 },
    { "two roots", 200, R("\"Result\":\"x\"") R("\"Error\":{}"), TCX_E_JSON_SYNTAX, NONE, NONE, NONE, NONE, 1 },
    { "a name without a value", 200, R("\"RequestId\":\"r\",\"Result\""), TCX_E_JSON_SYNTAX, NONE, NONE, NONE, NONE,
      1 },
    { "an event stream", 200, "data: {\"Response\":{}}\n\n", TCX_E_JSON_SYNTAX, NONE, NONE, NONE, NONE, 1 },

    /* No text: a Result is then told as it came; of the rest there is none */
    { "a lone surrogate", 200, R("\"Result\":\"a\\n\\ud800\"," ID), TCX_E_JSON_UTF8, "a\\n\\ud800", "id-1", NONE, NONE,
      0 },
    { "a lone low surrogate", 200, R(ID ",\"Result\":\"\\udc00\\ud800\""), TCX_E_JSON_UTF8, "\\udc00\\ud800", "id-1",
      NONE, NONE, 0 },
    { "half a pair before an escape", 200, R("\"Result\":\"\\ud83d\\\"\"," ID), TCX_E_JSON_UTF8, "\\ud83d\\\"", "id-1",
      NONE, NONE, 0 },
    { "half a pair before another escape", 200, R("\"Result\":\"\\ud83d\\u0041\"," ID), TCX_E_JSON_UTF8,
      "\\ud83d\\u0041", "id-1", NONE, NONE, 0 },
    { "invalid UTF-8", 200, R("\"Result\":\"\xFF\"," ID), TCX_E_JSON_UTF8, "\xFF", "id-1", NONE, NONE, 0 },
    { "UTF-8 that is cut", 200, R("\"Result\":\"a\xE4\xBD\"," ID), TCX_E_JSON_UTF8, "a\xE4\xBD", "id-1", NONE, NONE,
      0 },
    { "GBK", 200, R("\"Result\":\"\xC4\xE3\"," ID), TCX_E_JSON_UTF8, "\xC4\xE3", "id-1", NONE, NONE, 0 },
    { "invalid UTF-8 elsewhere", 200, R("\"X\":\"\xC0\x80\",\"Result\":\"x\"," ID), TCX_OK, "x", "id-1", NONE, NONE,
      0 },
    { "a name with half a pair", 200, R("\"Result\\ud800\":\"y\",\"Result\":\"x\"," ID), TCX_OK, "x", "id-1", NONE,
      NONE, 0 },
    { "a RequestId that is no text", 200, R("\"RequestId\":\"id-\xFF\",\"Result\":\"x\""), TCX_OK, "x", NONE, NONE,
      NONE, 0 },
    { "a Code that is no text", 200, R("\"Error\":{\"Code\":\"\\ud800\",\"Message\":\"m\"}," ID), TCX_E_API, NONE,
      "id-1", NONE, "m", 0 },
    { "a Message that is no text", 200, R("\"Error\":{\"Code\":\"c\",\"Message\":\"\xFF\"}," ID), TCX_E_API, NONE,
      "id-1", "c", NONE, 0 },
    { "a Result that is no text beside an Error", 200, R("\"Error\":{\"Code\":\"c\"},\"Result\":\"\xFF\"," ID),
      TCX_E_API, NONE, "id-1", "c", NONE, 0 },
    { "500 with a Result that is no text", 500, R("\"Result\":\"\xFF\"," ID), TCX_E_HTTP_STATUS, "\xFF", "id-1", NONE,
      NONE, 0 },

    /* A byte order mark */
    { "a byte order mark", 200, MARK R("\"Result\":\"x\"," ID), TCX_OK, "x", "id-1", NONE, NONE, 0 },
    { "a byte order mark and an error", 200, MARK R("\"Error\":{\"Code\":\"c\"}," ID), TCX_E_API, NONE, "id-1", "c",
      NONE, 0 },
    { "nothing but a byte order mark", 200, MARK, TCX_E_JSON_SYNTAX, NONE, NONE, NONE, NONE, 1 },
    { "two byte order marks", 200, MARK MARK R("\"Result\":\"x\"," ID), TCX_E_JSON_SYNTAX, NONE, NONE, NONE, NONE, 1 },
    { "a part of a byte order mark", 200, "\xEF\xBB" R("\"Result\":\"x\"," ID), TCX_E_JSON_SYNTAX, NONE, NONE, NONE,
      NONE, 1 },
    { "a byte order mark behind a blank", 200, " " MARK R("\"Result\":\"x\"," ID), TCX_E_JSON_SYNTAX, NONE, NONE, NONE,
      NONE, 1 },

    /* Other statuses: an error of the service counts, a Result does not */
    { "500 with an error", 500, R("\"Error\":{\"Code\":\"InternalError\",\"Message\":\"m\"}," ID), TCX_E_API, NONE,
      "id-1", "InternalError", "m", 0 },
    { "404 with an error", 404, R("\"Error\":{\"Code\":\"c\",\"Message\":\"m\"}," ID), TCX_E_API, NONE, "id-1", "c",
      "m", 0 },
    { "302 with an error", 302, R("\"Error\":{\"Code\":\"c\",\"Message\":\"m\"}," ID), TCX_E_API, NONE, "id-1", "c",
      "m", 0 },
    { "201 with a Result", 201, R("\"Result\":\"x\"," ID), TCX_E_HTTP_STATUS, NONE, "id-1", NONE, NONE, 0 },
    { "404 with a Result", 404, R("\"Result\":\"x\"," ID), TCX_E_HTTP_STATUS, NONE, "id-1", NONE, NONE, 0 },
    { "500 with a Result", 500, R("\"Result\":\"x\"," ID), TCX_E_HTTP_STATUS, NONE, "id-1", NONE, NONE, 0 },
    { "302 with a Result", 302, R("\"Result\":\"x\"," ID), TCX_E_HTTP_REDIRECT, NONE, "id-1", NONE, NONE, 0 },
    { "500 with a malformed error", 500, R("\"Error\":{\"Code\":7}," ID), TCX_E_HTTP_STATUS, NONE, "id-1", NONE, NONE,
      0 },
    { "500 legacy", 500, "{\"code\":1,\"message\":\"m\",\"codeDesc\":\"c\"}", TCX_E_HTTP_STATUS, NONE, NONE, "c", "m",
      0 },
    { "404 HTML", 404, "<html>404</html>", TCX_E_HTTP_STATUS, NONE, NONE, NONE, NONE, 1 },
    { "414 HTML", 414, "<html>\r\n<head><title>414 Request-URI Too Large</title></head>\r\n</html>", TCX_E_HTTP_STATUS,
      NONE, NONE, NONE, NONE, 1 },
    { "500 empty", 500, "", TCX_E_HTTP_STATUS, NONE, NONE, NONE, NONE, 0 },
    { "299 HTML", 299, "<html>", TCX_E_HTTP_STATUS, NONE, NONE, NONE, NONE, 1 },
    { "300 HTML", 300, "<html>", TCX_E_HTTP_REDIRECT, NONE, NONE, NONE, NONE, 1 },
    { "302 empty", 302, "", TCX_E_HTTP_REDIRECT, NONE, NONE, NONE, NONE, 0 },
    { "399 HTML", 399, "<html>", TCX_E_HTTP_REDIRECT, NONE, NONE, NONE, NONE, 1 },
    { "400 HTML", 400, "<html>", TCX_E_HTTP_STATUS, NONE, NONE, NONE, NONE, 1 },
};

enum { FILL = 0x55 };

/* Reads `body` as a complete response under `http_status`, from a buffer of `size` bytes. */
static tcx_status read_from(unsigned char *buffer, size_t size, int http_status, const char *body, size_t length,
                            tcx_http *http, tcx_response *response, int *detail)
{
    char head[64];
    size_t used;

    snprintf(head, sizeof head, "HTTP/1.1 %d x\r\nContent-Length: %zu\r\n\r\n", http_status, length);
    tcx_http_init(http, buffer, size);
    check(tcx_http_feed(http, head, strlen(head), &used) == (length > 0 ? TCX_PENDING : TCX_OK), "%s", head);
    assert_int_equal(tcx_http_feed(http, body, length, &used), TCX_OK);
    memset(buffer + length, FILL, size - length);
    memset(response, FILL, sizeof *response);
    *detail = FILL;
    return tcx_response_read(http, response, detail);
}

/* The same, with more than enough room. */
static tcx_status read_body(const char *body, size_t length, tcx_http *http, tcx_response *response)
{
    const size_t size = length + 64 * TCX_JSON_TOKEN_SIZE;
    int detail;
    const tcx_status status = read_from(script_edge(0, size), size, 200, body, length, http, response, &detail);

    check(detail == 0, "%s: %d bytes are missing", body, detail);
    return status;
}

static void check_text(const answer *row, const char *field, tcx_text text, const char *expected)
{
    check((text.bytes == NULL) == (expected == NULL), "%s: %s", row->name, field);
    check(text.bytes != NULL || text.length == 0, "%s: %s", row->name, field);
    if (expected != NULL)
        assert_bytes(row->name, text.bytes, text.length, tcx_text_from(expected));
}

/* The status of a body whose tokens do not fit. */
static tcx_status unread(int http_status)
{
    if (http_status == 200)
        return TCX_E_JSON_TOKENS;
    return http_status / 100 == 3 ? TCX_E_HTTP_REDIRECT : TCX_E_HTTP_STATUS;
}

/*
 * Reads a row from a buffer of `size` bytes at that alignment, where `enough` is the least size. So a buffer that is
 * larger by the number that is missing is read too.
 */
static void read_row(const answer *row, size_t alignment, size_t size, size_t enough)
{
    const size_t length = strlen(row->body), slack = (2 * sizeof(int) - size % sizeof(int) - alignment) % sizeof(int);
    unsigned char *buffer = script_edge(0, size + slack);
    tcx_http http;
    tcx_response response;
    tcx_status status;
    int detail;

    assert_int_equal((uintptr_t)buffer % sizeof(int), alignment);
    memset(buffer + size, FILL, slack);
    status = read_from(buffer, size, row->http_status, row->body, length, &http, &response, &detail);
    assert_int_equal(response.http_status, row->http_status);
    assert_true(tcx_response_time(&response) == 0);
    for (size_t at = size; at < size + slack; at++)
        check(buffer[at] == FILL, "%s: a byte after the buffer was written", row->name);
    if (size < enough) {
        assert_status(row->name, status, unread(row->http_status));
        check((size_t)detail == (status == TCX_E_JSON_TOKENS ? enough - size : 0), "%s: %d bytes, not %zu", row->name,
              detail, enough - size);
        assert_bytes(row->name, response.body.bytes, response.body.length, tcx_text_from(row->body));
        check(response.result.bytes == NULL && response.error_code.bytes == NULL, "%s", row->name);
        return;
    }
    assert_status(row->name, status, row->status);
    check(detail == 0, "%s: %d bytes are missing", row->name, detail);
    check(status == TCX_OK || response.result.bytes == NULL, "%s: a result beside an error", row->name);
    if (row->raw < 0)
        return; /* which of two counts is nobody's business */
    check_text(row, "result", response.result, status == TCX_OK ? row->result : NULL);
    check_text(row, "request_id", response.request_id, row->request_id);
    check_text(row, "error_code", response.error_code, row->code);
    check_text(row, "error_message", response.error_message, row->message);
    check_text(row, "body", response.body, row->raw ? row->body : status == TCX_OK ? NULL : row->result);
}

static void test_answers(void **state)
{
    (void)state;
    for (const answer *row = answers; row < answers + TCX_COUNT(answers); row++) {
        size_t length = strlen(row->body), needed, mark = strncmp(row->body, MARK, 3) == 0 ? 3 : 0;
        int is_json = tcx_json_check(row->body + mark, length - mark, &needed) == TCX_OK;

        needed = is_json ? needed : 0;
        for (size_t alignment = 0; alignment < sizeof(int); alignment++) {
            const size_t over = (alignment + length) % sizeof(int);
            const size_t gap = needed > 0 && over > 0 ? sizeof(int) - over : 0;

            for (size_t room = 0; room <= needed * TCX_JSON_TOKEN_SIZE + gap + 1; room++)
                read_row(row, alignment, length + room, length + gap + needed * TCX_JSON_TOKEN_SIZE);
        }
    }
}

/* The sum that decides, with more tokens than any machine's answer has. The limit of an int is that of this machine. */
static void test_missing(void **state)
{
    static const struct {
        uint32_t room;
        unsigned gap;
        uint32_t count;
        uint64_t missing;
    } rows[] = {
        { 0, 0, 0, 0 },
        { 0, 3, 0, 3 },
        { 3, 3, 0, 0 },
        { 0, 0, 1, TCX_JSON_TOKEN_SIZE },
        { TCX_JSON_TOKEN_SIZE, 0, 1, 0 },
        { TCX_JSON_TOKEN_SIZE, 1, 1, 1 },
        { TCX_JSON_TOKEN_SIZE - 1, 0, 1, 1 },
        { UINT32_MAX - 1, 0, UINT32_MAX / TCX_JSON_TOKEN_SIZE, 0 },
        { UINT32_MAX / TCX_JSON_TOKEN_SIZE * TCX_JSON_TOKEN_SIZE, 0, UINT32_MAX / TCX_JSON_TOKEN_SIZE + 1,
          TCX_JSON_TOKEN_SIZE },
        { UINT32_MAX - 1, 3, UINT32_MAX, INT_MAX },
        { 0, 0, UINT32_MAX, INT_MAX },
        { 0, 3, UINT32_MAX / TCX_JSON_TOKEN_SIZE + 1, INT_MAX }, /* a sum of 32 bits would be small */
        { 0, INT_MAX % TCX_JSON_TOKEN_SIZE - 1, INT_MAX / TCX_JSON_TOKEN_SIZE, INT_MAX - 1 },
        { 0, INT_MAX % TCX_JSON_TOKEN_SIZE, INT_MAX / TCX_JSON_TOKEN_SIZE, INT_MAX },
        { 0, INT_MAX % TCX_JSON_TOKEN_SIZE + 1, INT_MAX / TCX_JSON_TOKEN_SIZE, INT_MAX },
        { 1, INT_MAX % TCX_JSON_TOKEN_SIZE, INT_MAX / TCX_JSON_TOKEN_SIZE, INT_MAX - 1 },
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(rows); i++) {
        const int missing = tcx_json_missing(rows[i].room, rows[i].gap, rows[i].count);

        check(missing >= 0 && (uint64_t)missing == rows[i].missing, "row %zu: %d", i, missing);
    }
}

/* Texts may hold zero bytes: the length counts. */
static void test_zero_bytes(void **state)
{
    static const char body[] = R("\"Result\":\"a\\u0000b\\u0000\",\"RequestId\":\"\\u0000\"");
    tcx_http http;
    tcx_response response;

    (void)state;
    assert_int_equal(read_body(body, sizeof body - 1, &http, &response), TCX_OK);
    assert_int_equal(response.result.length, 4);
    assert_memory_equal(response.result.bytes, "a\0b", 4);
    assert_int_equal(response.request_id.length, 1);
}

/* A member of any kind and any depth that is not read changes nothing. */
static void test_unknown_members(void **state)
{
    static const char *const shapes[] = {
        "0",
        "-1.5e+3",
        "true",
        "false",
        "null",
        "\"\"",
        "\"Error\"",
        "{}",
        "[]",
        "[[],{}]",
        "{\"Error\":{\"Code\":\"x\"}}",
        "{\"Result\":{\"Result\":null}}",
        "[\"Result\",\"x\",{\"RequestId\":[]}]",
        "\"\\u0000\\ud83d\\ude00\"",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    };

    (void)state;
    for (size_t i = 0; i < TCX_COUNT(shapes); i++) {
        for (int place = 0; place < 4; place++) {
            const char *shape = shapes[i];
            char body[512];
            tcx_http http;
            tcx_response response;
            int length = snprintf(body, sizeof body, "{%s%s%s\"Response\":{%s%s%s\"Result\":\"x\"%s%s," ID "}%s%s}",
                                  place == 0 ? "\"A\":" : "", place == 0 ? shape : "", place == 0 ? "," : "",
                                  place == 1 ? "\"A\":" : "", place == 1 ? shape : "", place == 1 ? "," : "",
                                  place == 2 ? ",\"A\":" : "", place == 2 ? shape : "", place == 3 ? ",\"A\":" : "",
                                  place == 3 ? shape : "");

            assert_status(body, read_body(body, (size_t)length, &http, &response), TCX_OK);
            assert_bytes(body, response.result.bytes, response.result.length, tcx_text_from("x"));
            assert_bytes(body, response.request_id.bytes, response.request_id.length, tcx_text_from("id-1"));
        }
    }
}

/* Cut anywhere, an answer is none; what came is kept. */
static void test_cut(void **state)
{
    static const char body[] = R("\"Result\":\"\\u00e9\",\"Error\":{\"Code\":\"c\",\"Message\":\"\xC3\xA9\"}," ID);

    (void)state;
    for (size_t length = 0; length < sizeof body - 1; length++) {
        tcx_http http;
        tcx_response response;

        check(read_body(body, length, &http, &response) <= TCX_E_JSON_SYNTAX, "%zu bytes", length);
        check(response.error_code.bytes == NULL && response.request_id.bytes == NULL, "%zu bytes", length);
        assert_int_equal(response.body.length, length);
        assert_memory_equal(response.body.bytes, body, length);
    }
}

static void test_server_time(void **state)
{
    static const char answer_bytes[] =
        "HTTP/1.1 200 OK\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\nContent-Length: 15\r\n\r\n{\"Response\":{}}";
    tcx_http http;
    tcx_response response;
    unsigned char buffer[15 + 4 * TCX_JSON_TOKEN_SIZE];
    size_t used;
    int detail;

    (void)state;
    tcx_http_init(&http, buffer, sizeof buffer);
    assert_int_equal(tcx_http_feed(&http, answer_bytes, sizeof answer_bytes - 1, &used), TCX_OK);
    assert_int_equal(tcx_response_read(&http, &response, &detail), TCX_OK);
    assert_true(tcx_response_time(&response) == 784111777);

    tcx_http_init(&http, script_edge(0, 15), 15); /* and none where none came */
    tcx_response_partial(&http, &response);
    assert_null(response.date.bytes);
    assert_int_equal(response.date.length, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers), cmocka_unit_test(test_zero_bytes),  cmocka_unit_test(test_unknown_members),
        cmocka_unit_test(test_cut),     cmocka_unit_test(test_server_time), cmocka_unit_test(test_missing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
