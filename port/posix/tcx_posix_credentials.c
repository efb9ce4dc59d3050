/*
 * Where credentials are looked for: see tcx_posix.h. What is in the files is read by tcx_posix_ini.c and
 * tcx_posix_tccli.c.
 */
#define _DEFAULT_SOURCE

#include "tcx_posix.h"
#include "tcx_posix_credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NOT_THERE = 1 };

/*
 * Reads the credentials out of `text`, in place. A field that is not there stays unset. Returns 0, or -1 when the text
 * is malformed.
 */
typedef int (*parser)(char *text, size_t length, tcx_credentials *out);

__attribute__((format(printf, 2, 3))) static int refuse(tcx_posix_credentials *found, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(found->problem, sizeof found->problem, format, arguments);
    va_end(arguments);
    return -1;
}

/* ---- the environment ---- */

static tcx_text environment_token(void)
{
    static const char *const names[] = { "TENCENTCLOUD_TOKEN", "TENCENTCLOUD_SESSION_TOKEN",
                                         "TENCENTCLOUD_SECURITY_TOKEN" };
    size_t i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++) {
        const char *token = getenv(names[i]);

        if (token != NULL && *token != '\0')
            return tcx_text_from(token);
    }
    return tcx_text_from(NULL);
}

static int from_environment(tcx_posix_credentials *found)
{
    static const char id_name[] = "TENCENTCLOUD_SECRET_ID";
    static const char key_name[] = "TENCENTCLOUD_SECRET_KEY";
    const char *id = getenv(id_name);
    const char *key = getenv(key_name);

    if (id == NULL && key == NULL)
        return NOT_THERE;
    if (id == NULL || key == NULL)
        return refuse(found, "%s is set and %s is not: set both or neither", id ? id_name : key_name,
                      id ? key_name : id_name);
    if (*id == '\0' || *key == '\0')
        return refuse(found, "%s is set, but empty: give it a value, or unset both it and %s", *id ? key_name : id_name,
                      *id ? id_name : key_name);
    snprintf(found->origin, sizeof found->origin, "the environment");
    found->credentials.secret_id = tcx_text_from(id);
    found->credentials.secret_key = tcx_text_from(key);
    found->credentials.token = environment_token();
    return 0;
}

/* ---- files ---- */

/* Reads all that `fd` has. Returns its length, TCX_POSIX_CREDENTIALS_MAX when there is more than would fit, or -1. */
static ssize_t read_all(int fd, char *memory)
{
    size_t length = 0;

    while (length < TCX_POSIX_CREDENTIALS_MAX) {
        ssize_t got = read(fd, memory + length, TCX_POSIX_CREDENTIALS_MAX - length);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        length += (size_t)got;
    }
    return (ssize_t)length;
}

/* Reads the file at found->origin into found->memory. Returns 0, NOT_THERE or -1. */
static int read_file(tcx_posix_credentials *found, size_t *length)
{
    struct stat about;
    ssize_t got = -1;
    int fd = open(found->origin, O_RDONLY | O_CLOEXEC);

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return NOT_THERE;
    if (fd >= 0 && fstat(fd, &about) == 0)
        got = read_all(fd, found->memory);
    if (got < 0)
        refuse(found, "%s: %s", found->origin, strerror(errno));
    if (fd >= 0)
        close(fd);
    if (got < 0)
        return -1;
    if ((size_t)got == TCX_POSIX_CREDENTIALS_MAX)
        return refuse(found, "%s: larger than a credentials file can be", found->origin);
    found->exposed = (about.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    *length = (size_t)got;
    return 0;
}

static int from_file(tcx_posix_credentials *found, parser parse, const char *id_name, const char *key_name,
                     const char *form)
{
    size_t length = 0;
    int status = read_file(found, &length);

    if (status != 0)
        return status;
    if (parse(found->memory, length, &found->credentials) != 0)
        return refuse(found, "%s: not %s", found->origin, form);
    if (found->credentials.secret_id.length == 0)
        return refuse(found, "%s: no %s in it", found->origin, id_name);
    if (found->credentials.secret_key.length == 0)
        return refuse(found, "%s: no %s in it", found->origin, key_name);
    return 0;
}

/* Sets found->origin to "<home><middle><name><end>". */
static int set_path(tcx_posix_credentials *found, const char *home, const char *middle, const char *name,
                    const char *end)
{
    int length = snprintf(found->origin, sizeof found->origin, "%s%s%s%s", home, middle, name, end);

    return length > 0 && (size_t)length < sizeof found->origin ? 0 : refuse(found, "HOME or TCCLI_PROFILE is too long");
}

static int search(tcx_posix_credentials *found)
{
    const char *home = getenv("HOME");
    const char *profile = getenv("TCCLI_PROFILE");
    int status = from_environment(found);

    if (status != NOT_THERE || home == NULL || *home == '\0')
        return status;
    if (set_path(found, home, "/.tencentcloud/credentials", "", "") != 0)
        return -1;
    status = from_file(found, tcx_posix_ini_read, "secret_id", "secret_key", "an INI file with a section [default]");
    if (status != NOT_THERE)
        return status;
    if (profile == NULL || *profile == '\0')
        profile = "default";
    if (set_path(found, home, "/.tccli/", profile, ".credential") != 0)
        return -1;
    return from_file(found, tcx_posix_tccli_read, "secretId", "secretKey", "a JSON object with its secrets as texts");
}

int tcx_posix_credentials_find(tcx_posix_credentials *found)
{
    int status;

    memset(found, 0, sizeof *found);
    status = search(found);
    if (status == NOT_THERE)
        status = refuse(found, "no credentials: set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, "
                               "or write ~/.tencentcloud/credentials");
    if (status != 0)
        tcx_wipe(found->memory, sizeof found->memory);
    return status;
}

void tcx_posix_credentials_wipe(tcx_posix_credentials *found)
{
    tcx_wipe(found, sizeof *found);
}
