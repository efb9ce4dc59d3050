/*
 * Any text as JSON. The check accepts what the judge accepts, jsmn makes the promised tree, and strings decode to their
 * bytes. A response that consists of the text or contains it is read by the same rules.
 */
#include "fuzz.h"
#include "judge.h"
#include "tcx_json.h"

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

const char fuzz_name[] = "json";
const unsigned fuzz_runs = 60000;

/*
 * One string of the text: decoded it is no longer, valid, and what the judge makes of it. One that is no text stays as
 * it is.
 */
static void check_string(const char *text, const jsmntok_t *token)
{
    const size_t length = (size_t)(token->end - token->start);
    const judge_span quoted = { text + token->start - 1, text + token->end + 1 };
    char *decoded = fuzz_copy(text + token->start, length), *expected = fuzz_memory(length + 2);
    size_t size = length, expected_size;
    const int is_text = tcx_json_decode(decoded, &size);

    fuzz_check(is_text == judge_string(quoted, expected, &expected_size), "text: %d, and the judge differs", is_text);
    fuzz_check(size <= length, "%zu bytes became %zu", length, size);
    if (is_text)
        fuzz_check(size == expected_size && memcmp(decoded, expected, size) == 0,
                   "decoded otherwise than by the judge");
    else
        fuzz_check(size == length && memcmp(decoded, text + token->start, size) == 0, "no text, and changed");
    fuzz_check(tcx_json_equals(text + token->start, length, "Response") ==
                   (is_text && size == 8 && memcmp(decoded, "Response", 8) == 0),
               "equal or not");
    free(expected);
    free(decoded);
}

/* What has been accepted is what jsmn makes of it: as many tokens, all inside, each key with one value. */
static void check_tree(const char *text, size_t length, size_t tokens)
{
    jsmntok_t *tree = fuzz_memory(tokens * sizeof *tree);
    jsmn_parser parser;
    int count;

    jsmn_init(&parser);
    count = jsmn_parse(&parser, text, length, tree, (unsigned)tokens);
    if (memchr(text, '{', length) == NULL && memchr(text, '[', length) == NULL && memchr(text, '"', length) == NULL)
        count = count == 1 || count == JSMN_ERROR_PART || count == JSMN_ERROR_INVAL ? 0 : -1; /* a lone number */
    fuzz_check(count == (count == 0 ? 0 : (int)tokens), "jsmn makes %d tokens, not %zu", count, tokens);
    for (int i = 0; i < count; i++) {
        const int is_key = i > 0 && tree[tree[i].parent].type == JSMN_OBJECT;

        fuzz_check(tree[i].start >= 0 && tree[i].start <= tree[i].end && (size_t)tree[i].end <= length,
                   "token %d lies outside", i);
        fuzz_check(i == 0 ? tree[i].parent == -1 : tree[i].parent >= 0 && tree[i].parent < i, "token %d: its parent", i);
        fuzz_check(!is_key || (tree[i].type == JSMN_STRING && tree[i].size == 1 && tree[i + 1].parent == i),
                   "token %d is a key without a value", i);
        fuzz_check(is_key || tree[i].size == 0 || tree[i].type == JSMN_OBJECT || tree[i].type == JSMN_ARRAY,
                   "token %d has children", i);
        if (tree[i].type == JSMN_STRING)
            check_string(text, &tree[i]);
    }
    free(tree);
}

/* Returns the bytes that so many tokens need after a text that begins `offset` bytes behind an alignment. */
static size_t room_for(size_t tokens, size_t offset, size_t length)
{
    const size_t over = (offset + length) % sizeof(int);

    return tokens * TCX_JSON_TOKEN_SIZE + (over > 0 ? sizeof(int) - over : 0);
}

/*
 * Reads a body as the answer under a status, from a buffer that begins `offset` bytes behind an alignment, with `room`
 * bytes after the body, where `missing` more are needed. The texts lie in `*memory`, which the caller frees.
 */
static tcx_status read_body(const char *text, size_t length, int http_status, size_t offset, size_t room, int missing,
                            char **memory, tcx_response *response)
{
    char *body;
    char head[80];
    int detail = -1;
    tcx_http http;
    size_t used;
    tcx_status status;

    *memory = fuzz_memory(offset + length + room);
    body = *memory + offset;
    snprintf(head, sizeof head, "HTTP/1.1 %d\r\nContent-Length: %zu\r\n\r\n", http_status, length);
    tcx_http_init(&http, body, length + room);
    status = tcx_http_feed(&http, head, strlen(head), &used);
    if (status == TCX_PENDING)
        status = tcx_http_feed(&http, text, length, &used);
    fuzz_check(status == TCX_OK, "the body was not taken: %d", status);
    status = tcx_response_read(&http, response, &detail);
    fuzz_check(detail == missing && (detail > 0) == (status == TCX_E_JSON_TOKENS), "%d with %d bytes missing, not %d",
               status, detail, missing);
    fuzz_inside(response->result, body, length, "result");
    fuzz_inside(response->request_id, body, length, "request_id");
    fuzz_inside(response->error_code, body, length, "error_code");
    fuzz_inside(response->error_message, body, length, "error_message");
    fuzz_inside(response->body, body, length, "body");
    fuzz_check(response->result.bytes == NULL || (status == TCX_OK && http_status == 200), "a Result with status %d",
               status);
    return status;
}

/* Fails unless a text is what the judge finds under that name. */
static void same_text(judge_span object, const char *name, tcx_text text, size_t room)
{
    char *expected = fuzz_memory(room);
    judge_span value;
    size_t length;

    judge_member(object, name, &value);
    if (judge_string(value, expected, &length))
        fuzz_check(text.bytes != NULL && text.length == length && memcmp(text.bytes, expected, length) == 0,
                   "another %s", name);
    else
        fuzz_check(text.bytes == NULL, "%s, which is not there", name);
    free(expected);
}

/*
 * The text as the body of an answer. What is believed is what the judge finds, once, at its exact level. `json`: where
 * it begins, behind a byte order mark. `offset`: of the buffer, behind an alignment.
 */
static void check_answer(const char *text, size_t length, const char *json, size_t tokens, tcx_status checked,
                         size_t offset)
{
    const size_t room = checked == TCX_OK ? room_for(tokens, offset, length) : 0;
    const judge_span whole = { json, text + length };
    judge_span answer, value;
    tcx_response response;
    tcx_status status;
    char *memory;

    status = read_body(text, length, 200, offset, room, 0, &memory, &response);
    if (checked != TCX_OK) {
        fuzz_check(status == checked, "%d for a text that is %d", status, checked);
        fuzz_check(response.body.length == length, "the raw body is gone");
    } else if (status == TCX_OK) {
        fuzz_check(judge_member(whole, "Response", &answer) == 1, "no Response for the judge");
        fuzz_check(judge_member(answer, "Error", &value) == 0 || judge_null(value), "success beside an Error");
        same_text(answer, "Result", response.result, length);
        same_text(answer, "RequestId", response.request_id, length);
    } else if (status == TCX_E_JSON_UTF8) {
        char *ignored = fuzz_memory(length);
        size_t size;

        judge_member(whole, "Response", &answer);
        judge_member(answer, "Result", &value);
        fuzz_check(!judge_string(value, ignored, &size) && *value.at == '"', "a Result that the judge can read");
        fuzz_check(response.body.length == (size_t)(value.end - value.at) - 2 &&
                       memcmp(response.body.bytes, value.at + 1, response.body.length) == 0,
                   "not as it came");
        same_text(answer, "RequestId", response.request_id, length);
        free(ignored);
    } else if (status == TCX_E_API) {
        fuzz_check(judge_member(whole, "Response", &answer) == 1 && judge_member(answer, "Error", &value) == 1,
                   "no Error for the judge");
        same_text(value, "Code", response.error_code, length);
        same_text(value, "Message", response.error_message, length);
    } else {
        fuzz_check(status == TCX_E_JSON_DUPLICATE || status == TCX_E_JSON_TYPE || status == TCX_E_JSON_SHAPE,
                   "%d for good JSON", status);
    }
    free(memory);
    if (checked == TCX_OK) {
        fuzz_check(read_body(text, length, 200, offset, room - 1, 1, &memory, &response) == TCX_E_JSON_TOKENS,
                   "one byte less would do");
        free(memory);
        fuzz_check(read_body(text, length, 200, offset, 0, (int)room, &memory, &response) == TCX_E_JSON_TOKENS,
                   "no room would do");
        free(memory);
        fuzz_check(read_body(text, length, 502, offset, room, 0, &memory, &response) ==
                       (status == TCX_E_API ? TCX_E_API : TCX_E_HTTP_STATUS),
                   "under status 502");
        free(memory);
    }
}

/* The text as one more member of a good answer: what is JSON does no harm there. */
static void check_member(const char *text, size_t length, size_t tokens, tcx_status checked)
{
    static const char before[] = "{\"Response\":{\"Result\":\"r\",\"X\":", after[] = ",\"RequestId\":\"id\"}}";
    const size_t size = sizeof before - 1 + length + sizeof after - 1;
    char *whole = fuzz_memory(size), *memory;
    size_t ignored;
    tcx_response response;
    tcx_status status;

    memcpy(whole, before, sizeof before - 1);
    memcpy(whole + sizeof before - 1, text, length);
    memcpy(whole + sizeof before - 1 + length, after, sizeof after - 1);
    if (checked != TCX_OK)
        tokens = size;
    status = read_body(whole, size, 200, 0, room_for(tokens + 8, 0, size), 0, &memory, &response);
    if (checked == TCX_OK)
        fuzz_check(status == TCX_OK || status == TCX_E_JSON_DEPTH, "%d as a member", status);
    if (status == TCX_OK) {
        const judge_span span = { whole, whole + size };
        judge_span answer;

        fuzz_check(judge_json(span, &ignored), "as a member, no JSON for the judge");
        fuzz_check(judge_member(span, "Response", &answer) == 1, "as a member, no Response for the judge");
        same_text(answer, "Result", response.result, size);
        same_text(answer, "RequestId", response.request_id, size);
        if (checked == TCX_OK) /* what is no JSON may end the object, and be followed by another */
            fuzz_check(response.result.length == 1 && response.request_id.length == 2, "as a member it hides others");
    }
    free(memory);
    free(whole);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const judge_span whole = { text, text + size };
    const size_t mark = size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    size_t tokens, expected;
    tcx_status status = tcx_json_check(text, size, &tokens);

    fuzz_check(status == TCX_OK || status == TCX_E_JSON_SYNTAX || status == TCX_E_JSON_DEPTH, "%d", status);
    fuzz_check((status == TCX_OK) == judge_json(whole, &expected), "%d, and the judge says otherwise", status);
    if (status == TCX_OK) {
        fuzz_check(tokens == expected, "%zu tokens, the judge counts %zu", tokens, expected);
        check_tree(text, size, tokens);
    }
    check_member(text, size, tokens, status);
    if (mark > 0)
        status = tcx_json_check(text + mark, size - mark, &tokens);
    for (size_t offset = 0; offset < sizeof(int); offset++)
        check_answer(text, size, text + mark, tokens, status, offset);
    return 0;
}
