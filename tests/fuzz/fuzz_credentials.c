/*
 * Any bytes as a credentials file, in both forms. What is found lies in the file, and a second reader finds the same.
 * Valid JSON is read, and what only looks like JSON is not. Then the file is in a home directory: the result is the
 * credentials of the text, or the reason by name, and nothing is left in memory.
 */
#define _GNU_SOURCE /* memrchr */

#include "fuzz.h"
#include "judge.h"
#include "tcx_posix_credentials.h"

#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

const char fuzz_name[] = "credentials";
const unsigned fuzz_runs = 60000;

static int is_blank(char c)
{
    return memchr(" \t\v\f", c, 4) != NULL;
}

static int same_letters(const char *at, size_t length, const char *name)
{
    return length == strlen(name) && strncasecmp(at, name, length) == 0;
}

/* The value of the last member of that name in [default], line by line, or unset. `*section`: whether there is one. */
static tcx_text judge_ini(const char *text, size_t length, const char *name, int *section)
{
    tcx_text found = { NULL, 0 };
    int inside = 0;

    *section = 0;
    for (const char *at = text, *end = text + length; at < end;) {
        const char *stop = at, *next, *mark, *value;

        while (stop < end && strchr("\r\n", *stop) == NULL)
            stop++;
        while (stop < end && *stop == '\0') /* strchr() finds the end of its text, too */
            for (stop++; stop < end && strchr("\r\n", *stop) == NULL;)
                stop++;
        next = stop < end ? stop + 1 : end;
        while (at < stop && is_blank(*at))
            at++;
        while (stop > at && is_blank(stop[-1]))
            stop--;
        if (at < stop && *at == '[') {
            const char *close = memrchr(at, ']', (size_t)(stop - at));

            inside = close != NULL && close - at == 8 && memcmp(at, "[default]", 9) == 0;
            *section |= inside;
        } else if (inside && at < stop && *at != '#' && *at != ';') {
            for (mark = at; mark < stop && *mark != '=' && *mark != ':'; mark++)
                ;
            for (value = mark; value < stop && (value == mark || is_blank(*value)); value++)
                ;
            while (mark > at && is_blank(mark[-1]))
                mark--;
            if (value < stop && same_letters(at, (size_t)(mark - at), name)) {
                found.bytes = value;
                found.length = (size_t)(stop - value);
            }
        }
        at = next;
    }
    return found;
}

static int in_quotes(tcx_text value)
{
    return value.length > 0 && (*value.bytes == '"' || *value.bytes == '\'');
}

static void same(tcx_text a, tcx_text b, const char *name)
{
    fuzz_check((a.bytes == NULL) == (b.bytes == NULL) && a.length == b.length &&
                   (a.bytes == NULL || memcmp(a.bytes, b.bytes, a.length) == 0),
               "%s is another", name);
}

static void check_ini(const char *data, size_t size)
{
    static const char *const names[] = { "secret_id", "secret_key", "token", "role_arn" };
    tcx_posix_secrets found;
    const tcx_text *const texts[] = { &found.credentials.secret_id, &found.credentials.secret_key,
                                      &found.credentials.token, &found.role };
    char *text = fuzz_copy(data, size);
    int status, section, quotes = 0;

    memset(&found, 0, sizeof found);
    status = tcx_posix_ini_read(text, size, &found);
    fuzz_check(memcmp(text, data, size) == 0, "the text was changed");
    for (size_t i = 0; i < FUZZ_COUNT(names); i++) {
        const tcx_text value = judge_ini(data, size, names[i], &section);

        same(*texts[i], value, names[i]);
        fuzz_inside(*texts[i], text, size, names[i]);
        quotes |= i < 3 && in_quotes(value);
    }
    fuzz_check(status == (section && !quotes ? 0 : -1), "%d, with a section or none", status);
    fuzz_check((found.problem != NULL) == quotes, "quotes, or none");
    free(text);
}

enum { READABLE, NOT_READABLE, OPEN };

/* Whether a member can be read: null, or a text. One that stands twice is open. */
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
    if (!judge_string(found, out, &value->length))
        return NOT_READABLE;
    value->bytes = value->length > 0 ? out : NULL;
    return READABLE;
}

static void check_tccli(const char *data, size_t size)
{
    static const char *const names[] = { "secretId", "secretKey", "token", "role-arn" };
    judge_span object = { data, data + size }, time, one_token;
    tcx_posix_secrets found;
    const tcx_text *const texts[] = { &found.credentials.secret_id, &found.credentials.secret_key,
                                      &found.credentials.token, &found.role };
    char *text = fuzz_copy(data, size);
    int status, verdict, is_permanent;
    unsigned times, token;
    size_t tokens;

    memset(&found, 0, sizeof found);
    status = tcx_posix_tccli_read(text, size, &found);
    fuzz_check(status == 0 || status == -1, "%d", status);
    for (size_t i = 0; status == 0 && i < FUZZ_COUNT(texts); i++)
        fuzz_inside(*texts[i], text, size, names[i]);
    if (!judge_json(object, &tokens) || !judge_utf8(object)) {
        fuzz_check(status != 0, "read, and not JSON");
    } else if (tokens <= 128) {
        while (object.at < object.end && memchr(" \t\r\n", *object.at, 4) != NULL)
            object.at++;
        times = judge_member(object, "expiresAt", &time);
        token = judge_member(object, "token", &one_token);
        is_permanent = token == 0 || (token == 1 && (judge_null(one_token) || one_token.end - one_token.at == 2));
        verdict = *object.at != '{'                                                  ? NOT_READABLE
                  : times == 0 || (times == 1 && (is_permanent || judge_null(time))) ? READABLE
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

/* A home directory where both forms are the same file, which lies in memory. It is removed as the program ends. */
static char home[] = "/tmp/fuzz_credentials.XXXXXX";

static const char *in_home(const char *entry)
{
    static char path[sizeof home + 32];

    snprintf(path, sizeof path, "%s/%s", home, entry);
    return path;
}

static void leave_home(void)
{
    static const char *const entries[] = { ".tccli/fuzz.credential", ".tencentcloud/credentials", ".tccli",
                                           ".tencentcloud", "" };

    for (size_t i = 0; i < FUZZ_COUNT(entries); i++)
        (void)remove(in_home(entries[i]));
}

static int make_home(void)
{
    const int file = memfd_create("credentials", 0);
    char link[32];

    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    if (file < 0 || fchmod(file, 0600) != 0 || mkdtemp(home) == NULL || atexit(leave_home) != 0 ||
        mkdir(in_home(".tencentcloud"), 0700) != 0 || symlink(link, in_home(".tencentcloud/credentials")) != 0 ||
        mkdir(in_home(".tccli"), 0700) != 0 || symlink(link, in_home(".tccli/fuzz.credential")) != 0 ||
        setenv("HOME", home, 1) != 0 || unsetenv("TENCENTCLOUD_SECRET_ID") != 0 ||
        unsetenv("TENCENTCLOUD_SECRET_KEY") != 0 || unsetenv("TENCENTCLOUD_CREDENTIALS_FILE") != 0)
        exit(2);
    return file;
}

static void write_file(const void *bytes, size_t length)
{
    static int file = -1;

    if (file < 0)
        file = make_home();
    if (ftruncate(file, 0) != 0 || pwrite(file, bytes, length, 0) != (ssize_t)length)
        exit(2);
}

static int is_zero(const void *memory, size_t size)
{
    const char *bytes = memory;

    return size == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0);
}

/* Why a file with these secrets is refused; NULL: it is not. */
static const char *refusal(const tcx_posix_secrets *secrets)
{
    return secrets->role.length > 0                      ? ": the file names a role"
           : secrets->of_machine                         ? ": the file is for the machine's role"
           : secrets->credentials.secret_id.length == 0  ? ": no value for secret"
           : secrets->credentials.secret_key.length == 0 ? ": no value for secret"
                                                         : NULL;
}

static void check_found(const tcx_posix_credentials *found, const tcx_posix_secrets *secrets)
{
    const tcx_credentials *credentials = &found->credentials;

    same(credentials->secret_id, secrets->credentials.secret_id, "secret_id");
    same(credentials->secret_key, secrets->credentials.secret_key, "secret_key");
    same(credentials->token, secrets->credentials.token, "token");
    fuzz_inside(credentials->secret_id, found->memory, sizeof found->memory, "secret_id");
    fuzz_inside(credentials->secret_key, found->memory, sizeof found->memory, "secret_key");
    fuzz_inside(credentials->token, found->memory, sizeof found->memory, "token");
    fuzz_check(found->expires == secrets->expires, "another end");
}

static void check_refused(const tcx_posix_credentials *found, const char *reason)
{
    const size_t path = strlen(found->origin);

    fuzz_check(strncmp(found->problem, found->origin, path) == 0 &&
                   strncmp(found->problem + path, reason, strlen(reason)) == 0,
               "not '%s' but '%s'", reason, found->problem);
    fuzz_check(is_zero(found->memory, sizeof found->memory), "the file stays in memory");
    fuzz_check(is_zero(&found->credentials, sizeof found->credentials), "credentials of a file that is refused");
}

/*
 * The file as it is found, when `read` is what reads its text, which begins after a byte order mark. A file that `read`
 * refuses is not tried: wiping 16 KB would make all of this five times slower.
 */
static void check_file(const char *data, size_t size, int (*find)(tcx_posix_credentials *),
                       int (*read)(char *, size_t, tcx_posix_secrets *))
{
    static tcx_posix_credentials found;
    const size_t mark = size >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
    char *text = fuzz_copy(data + mark, size - mark);
    tcx_posix_secrets secrets;

    memset(&secrets, 0, sizeof secrets);
    if (read(text, size - mark, &secrets) == 0) {
        const char *reason = memchr(data, '\0', size) != NULL ? ": the file has zero bytes" : refusal(&secrets);
        int status;

        memset(&found, 0xA5, sizeof found);
        write_file(data, size);
        status = find(&found);
        fuzz_check(status == (reason == NULL ? 0 : -1), "%d: %s", status, found.problem);
        fuzz_check(found.is_file && !found.exposed, "a file, and exposed to nobody");
        if (reason == NULL)
            check_found(&found, &secrets);
        else
            check_refused(&found, reason);
    }
    free(text);
}

static int find_profile(tcx_posix_credentials *found)
{
    return tcx_posix_credentials_of_profile(found, "fuzz");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_ini((const char *)data, size);
    check_tccli((const char *)data, size);
    check_file((const char *)data, size, tcx_posix_credentials_find, tcx_posix_ini_read);
    check_file((const char *)data, size, find_profile, tcx_posix_tccli_read);
    return 0;
}
