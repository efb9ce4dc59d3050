/* Reads credentials in INI format: see tcx_posix_credentials.h. */
#include "tcx_posix_credentials.h"

static int ini_is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

static tcx_text ini_trim(const char *start, const char *end)
{
    tcx_text text;

    while (start < end && ini_is_blank(*start))
        start++;
    while (end > start && ini_is_blank(end[-1]))
        end--;
    text.bytes = start;
    text.length = (size_t)(end - start);
    return text;
}

/* Whether `text` is `name`. Case does not matter. `name` is in lower case. */
static int ini_is_name(tcx_text text, const char *name)
{
    size_t i;

    if (text.length != strlen(name))
        return 0;
    for (i = 0; i < text.length; i++) {
        const char c = text.bytes[i];

        if ((c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c) != name[i])
            return 0;
    }
    return 1;
}

/* The name of a section ends with the last ']' of the line, because a comment may follow. */
static int ini_is_default(tcx_text line)
{
    static const char name[] = "[default]";
    size_t length = line.length;

    while (length > 0 && line.bytes[length - 1] != ']')
        length--;
    return length == sizeof name - 1 && memcmp(line.bytes, name, length) == 0;
}

static void ini_take_member(tcx_text line, tcx_posix_secrets *out)
{
    const char *end = line.bytes + line.length;
    const char *mark = line.bytes;
    tcx_text name;
    tcx_text value;

    while (mark < end && *mark != '=' && *mark != ':')
        mark++;
    if (mark == end)
        return;
    name = ini_trim(line.bytes, mark);
    value = ini_trim(mark + 1, end);
    if (value.length == 0)
        return;
    if (ini_is_name(name, "secret_id"))
        out->credentials.secret_id = value;
    else if (ini_is_name(name, "secret_key"))
        out->credentials.secret_key = value;
    else if (ini_is_name(name, "token"))
        out->credentials.token = value;
    else if (ini_is_name(name, "role_arn"))
        out->role = value;
}

static int ini_is_quoted(tcx_text text)
{
    return text.length > 0 && (*text.bytes == '"' || *text.bytes == '\'');
}

/* One SDK of Tencent signs with the quotes, another removes them. No key contains quotes. */
static const char *ini_find_quotes(const tcx_credentials *credentials)
{
    if (ini_is_quoted(credentials->secret_id))
        return "the value of secret_id is in quotes. Remove the quotes";
    if (ini_is_quoted(credentials->secret_key))
        return "the value of secret_key is in quotes. Remove the quotes";
    return ini_is_quoted(credentials->token) ? "the value of token is in quotes. Remove the quotes" : NULL;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): all readers have this type, and the other one decodes in place */
int tcx_posix_ini_read(char *text, size_t length, tcx_posix_secrets *out)
{
    const char *at = text;
    const char *end = text + length;
    int found = 0;
    int inside = 0;

    while (at < end) {
        const char *stop = at;
        tcx_text line;

        while (stop < end && *stop != '\n' && *stop != '\r')
            stop++;
        line = ini_trim(at, stop);
        at = stop < end ? stop + 1 : end;
        if (line.length == 0 || *line.bytes == '#' || *line.bytes == ';')
            continue;
        if (*line.bytes == '[') {
            inside = ini_is_default(line);
            found |= inside;
        } else if (inside) {
            ini_take_member(line, out);
        }
    }
    out->problem = ini_find_quotes(&out->credentials);
    return found && out->problem == NULL ? 0 : -1;
}
