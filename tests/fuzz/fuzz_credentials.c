/*
 * Any bytes as a credentials file, in both forms: what is found lies in the file and is what a second reading finds;
 * good JSON is read, and what only looks like it is not.
 */
#define _GNU_SOURCE /* memmem */

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
    static const char *const names[] = { "secret_id", "secret_key", "token" };
    tcx_posix_secrets found;
    const tcx_text *const texts[] = { &found.credentials.secret_id, &found.credentials.secret_key,
                                      &found.credentials.token };
    char *text = fuzz_copy(data, size);
    int status, section;

    memset(&found, 0, sizeof found);
    status = tcx_posix_ini_read(text, size, &found);
    fuzz_check(memcmp(text, data, size) == 0, "the text was changed");
    for (size_t i = 0; i < FUZZ_COUNT(names); i++) {
        same(*texts[i], judge_ini(data, size, names[i], &section), names[i]);
        fuzz_inside(*texts[i], text, size, names[i]);
    }
    fuzz_check(status == (section ? 0 : -1), "%d, with a section or none", status);
    free(text);
}

enum { READABLE, NOT_READABLE, OPEN };

/* Whether a member can be read: null, or a text with no escape but those of \ / and ". One that stands twice is open. */
static int judge_secret(judge_span object, const char *name, char *out, tcx_text *value)
{
    judge_span found;
    unsigned times = judge_member(object, name, &found);

    value->bytes = NULL;
    value->length = 0;
    if (times > 1)
        return OPEN;
    if (times == 0 || judge_null(found))
        return READABLE;
    for (const char *at = found.at; at < found.end; at++) {
        if (*at == '\\' && memchr("\\/\"", *++at, 3) == NULL)
            return NOT_READABLE;
    }
    if (!judge_string(found, out, &value->length))
        return NOT_READABLE;
    value->bytes = value->length > 0 ? out : NULL;
    return READABLE;
}

static void check_tccli(const char *data, size_t size)
{
    static const char *const names[] = { "secretId", "secretKey", "token", "role-arn" };
    judge_span object = { data, data + size }, time;
    tcx_posix_secrets found;
    const tcx_text *const texts[] = { &found.credentials.secret_id, &found.credentials.secret_key,
                                      &found.credentials.token, &found.role };
    char *text = fuzz_copy(data, size);
    int status, verdict;
    size_t tokens;

    memset(&found, 0, sizeof found);
    status = tcx_posix_tccli_read(text, size, &found);
    fuzz_check(status == 0 || status == -1, "%d", status);
    for (size_t i = 0; status == 0 && i < FUZZ_COUNT(texts); i++)
        fuzz_inside(*texts[i], text, size, names[i]);
    /* Names are compared as they are written: with \u in one, the two readers may differ. */
    if (judge_json(object, &tokens) && tokens <= 128 && memmem(data, size, "\\u", 2) == NULL) {
        while (object.at < object.end && memchr(" \t\r\n", *object.at, 4) != NULL)
            object.at++;
        verdict = *object.at != '{' ? NOT_READABLE
                  : judge_member(object, "expiresAt", &time) == 0 || judge_null(time) ? READABLE
                                                                                      : OPEN;
        for (size_t i = 0; i < FUZZ_COUNT(texts); i++) {
            char *out = fuzz_memory(size);
            tcx_text value;
            int one = judge_secret(object, names[i], out, &value);

            if (one == READABLE && status == 0)
                same(*texts[i], value, names[i]);
            if (one == NOT_READABLE || (one == OPEN && verdict == READABLE))
                verdict = one;
            free(out);
        }
        fuzz_check(verdict == OPEN || status == (verdict == READABLE ? 0 : -1), "%d for JSON", status);
    }
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_ini((const char *)data, size);
    check_tccli((const char *)data, size);
    return 0;
}
