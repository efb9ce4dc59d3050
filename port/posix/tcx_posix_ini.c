/* The INI form of credentials: see tcx_posix_credentials.h. */
#include "tcx_posix_credentials.h"

static int is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static tcx_text trim(const char *start, const char *end)
{
    tcx_text text;

    while (start < end && is_blank(*start))
        start++;
    while (end > start && is_blank(end[-1]))
        end--;
    text.bytes = start;
    text.length = (size_t)(end - start);
    return text;
}

static int equals(tcx_text text, const char *other)
{
    return text.length == strlen(other) && memcmp(text.bytes, other, text.length) == 0;
}

static void take_member(tcx_text line, tcx_credentials *out)
{
    const char *equal = memchr(line.bytes, '=', line.length);
    tcx_text name;
    tcx_text value;

    if (equal == NULL)
        return;
    name = trim(line.bytes, equal);
    value = trim(equal + 1, line.bytes + line.length);
    if (value.length == 0)
        return;
    if (equals(name, "secret_id"))
        out->secret_id = value;
    else if (equals(name, "secret_key"))
        out->secret_key = value;
    else if (equals(name, "token"))
        out->token = value;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the type of all readers; another one decodes in place */
int tcx_posix_ini_read(char *text, size_t length, tcx_posix_secrets *out)
{
    const char *at = text;
    const char *end = text + length;
    int found = 0;
    int inside = 0;

    while (at < end) {
        const char *newline = memchr(at, '\n', (size_t)(end - at));
        tcx_text line = trim(at, newline ? newline : end);

        at = newline ? newline + 1 : end;
        if (line.length == 0 || *line.bytes == '#' || *line.bytes == ';')
            continue;
        if (*line.bytes == '[') {
            inside = equals(line, "[default]");
            found |= inside;
        } else if (inside) {
            take_member(line, &out->credentials);
        }
    }
    return found ? 0 : -1;
}
