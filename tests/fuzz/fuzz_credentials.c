/*
 * Any bytes as a credentials file, in both forms: what is found lies in the file and is what a second reading finds;
 * good JSON is read, and what only looks like it is not.
 */
#include "fuzz.h"
#include "judge.h"
#include "tcx_posix_credentials.h"

const char fuzz_name[] = "credentials";
const unsigned fuzz_runs = 60000;

static int is_blank(char c)
{
    return memchr(" \t\r\v\f", c, 5) != NULL;
}

/* The value of the last member of that name in [default], line by line, or unset. `*section`: whether there is one. */
static tcx_text judge_ini(const char *text, size_t length, const char *name, int *section)
{
    tcx_text found = { NULL, 0 };
    int inside = 0;

    *section = 0;
    for (const char *at = text, *end = text + length; at < end;) {
        const char *stop = memchr(at, '\n', (size_t)(end - at)), *next = stop != NULL ? stop + 1 : end, *value;

        stop = stop != NULL ? stop : end;
        while (at < stop && is_blank(*at))
            at++;
        while (stop > at && is_blank(stop[-1]))
            stop--;
        if (at < stop && *at == '[') {
            inside = stop - at == 9 && memcmp(at, "[default]", 9) == 0;
            *section |= inside;
        } else if (inside && (size_t)(stop - at) > strlen(name) && memcmp(at, name, strlen(name)) == 0) {
            for (value = at + strlen(name); value < stop && is_blank(*value); value++)
                ;
            if (value < stop && *value == '=') {
                for (value++; value < stop && is_blank(*value); value++)
                    ;
                if (value < stop) {
                    found.bytes = value;
                    found.length = (size_t)(stop - value);
                }
            }
        }
        at = next;
    }
    return found;
}

static void same(tcx_text a, tcx_text b, const char *name)
{
    fuzz_check((a.bytes == NULL) == (b.bytes == NULL) && a.length == b.length &&
                   (a.bytes == NULL || memcmp(a.bytes, b.bytes, a.length) == 0),
               "%s is another", name);
}

static void check_ini(const char *data, size_t size)
{
    static const tcx_credentials none = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
    char *text = fuzz_copy(data, size);
    tcx_credentials found = none;
    int status = tcx_posix_ini_read(text, size, &found), section;

    fuzz_check(memcmp(text, data, size) == 0, "the text was changed");
    same(found.secret_id, judge_ini(data, size, "secret_id", &section), "secret_id");
    same(found.secret_key, judge_ini(data, size, "secret_key", &section), "secret_key");
    same(found.token, judge_ini(data, size, "token", &section), "token");
    fuzz_check(status == (section ? 0 : -1), "%d, with a section or none", status);
    fuzz_inside(found.secret_id, text, size, "secret_id");
    fuzz_inside(found.secret_key, text, size, "secret_key");
    fuzz_inside(found.token, text, size, "token");
    free(text);
}

/* Whether a member can be read: there once at most, null or a text with no escape but those of \ / and ". */
static int judge_secret(judge_span object, const char *name, char *out, tcx_text *value)
{
    judge_span found;
    unsigned times = judge_member(object, name, &found);

    value->bytes = NULL;
    value->length = 0;
    if (times == 0 || judge_null(found))
        return times <= 1;
    for (const char *at = found.at; at < found.end; at++) {
        if (*at == '\\' && memchr("\\/\"", *++at, 3) == NULL)
            return 0;
    }
    if (!judge_string(found, out, &value->length))
        return 0;
    value->bytes = value->length > 0 ? out : NULL;
    return times == 1;
}

static void check_tccli(const char *data, size_t size)
{
    static const tcx_credentials none = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
    static const char *const names[] = { "secretId", "secretKey", "token" };
    const judge_span whole = { data, data + size };
    char *text = fuzz_copy(data, size);
    tcx_credentials found = none;
    const tcx_text *const texts[] = { &found.secret_id, &found.secret_key, &found.token };
    int status = tcx_posix_tccli_read(text, size, &found), readable;
    size_t tokens;

    fuzz_check(status == 0 || status == -1, "%d", status);
    if (status == 0) {
        for (size_t i = 0; i < FUZZ_COUNT(texts); i++)
            fuzz_inside(*texts[i], text, size, names[i]);
    }
    if (judge_json(whole, &tokens) && tokens <= 128) {
        judge_span object = whole;

        while (object.at < object.end && memchr(" \t\r\n", *object.at, 4) != NULL)
            object.at++;
        readable = *object.at == '{';
        for (size_t i = 0; i < FUZZ_COUNT(texts); i++) {
            char *out = fuzz_memory(size);
            tcx_text value;

            if (!judge_secret(object, names[i], out, &value))
                readable = 0;
            else if (readable && status == 0)
                same(*texts[i], value, names[i]);
            free(out);
        }
        fuzz_check(status == (readable ? 0 : -1), "%d for JSON", status);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_ini((const char *)data, size);
    check_tccli((const char *)data, size);
    return 0;
}
