/*
 * Searches for credentials: see tcx_posix.h. tcx_posix_ini.c and tcx_posix_tccli.c read the contents of the files.
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

enum { CREDENTIALS_NOT_THERE = 1 };

/* A format of credentials files. */
typedef struct credentials_form {
    int (*read)(char *text, size_t length, tcx_posix_secrets *out); /* decodes in place; -1: malformed */
    const char *name;
    const char *secret_id; /* the names of the members in this format */
    const char *secret_key;
    const char *role;
} credentials_form;

static const credentials_form credentials_ini = { tcx_posix_ini_read,
                                                  "an INI file with a section [default]. Add a line [default]",
                                                  "secret_id", "secret_key", "role_arn" };
static const credentials_form credentials_tccli = {
    tcx_posix_tccli_read, "a JSON object with secrets as strings and expiresAt as a number. Rewrite it with tccli",
    "secretId", "secretKey", "role-arn"
};

__attribute__((format(printf, 2, 3))) static int credentials_refuse(tcx_posix_credentials *found, const char *format,
                                                                    ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(found->problem, sizeof found->problem, format, arguments);
    va_end(arguments);
    return -1;
}

/* ---- the environment ---- */

static tcx_text credentials_find_token(void)
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

static int credentials_take_environment(tcx_posix_credentials *found)
{
    static const char id_name[] = "TENCENTCLOUD_SECRET_ID";
    static const char key_name[] = "TENCENTCLOUD_SECRET_KEY";
    const char *id = getenv(id_name);
    const char *key = getenv(key_name);

    if (id == NULL && key == NULL)
        return CREDENTIALS_NOT_THERE;
    if (id == NULL || key == NULL)
        return credentials_refuse(found, "%s is set and %s is not. Set both or neither", id ? id_name : key_name,
                                  id ? key_name : id_name);
    if (*id == '\0' || *key == '\0')
        return credentials_refuse(found, "%s is set, but empty. Give it a value, or unset it and %s",
                                  *id ? key_name : id_name, *id ? id_name : key_name);
    snprintf(found->origin, sizeof found->origin, "the environment");
    found->credentials.secret_id = tcx_text_from(id);
    found->credentials.secret_key = tcx_text_from(key);
    found->credentials.token = credentials_find_token();
    return 0;
}

/* ---- files ---- */

/* Reads `fd` to its end. Returns the length, TCX_POSIX_CREDENTIALS_MAX if the memory is full, or -1 with errno. */
static ssize_t credentials_read_all(int fd, char *memory)
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

/* Reads the file at found->origin into found->memory. Returns 0, CREDENTIALS_NOT_THERE or -1. */
static int credentials_read_file(tcx_posix_credentials *found, size_t *length)
{
    struct stat about;
    ssize_t got = -1;
    int fd = open(found->origin, O_RDONLY | O_CLOEXEC);

    if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
        return CREDENTIALS_NOT_THERE;
    if (fd >= 0 && fstat(fd, &about) == 0)
        got = credentials_read_all(fd, found->memory);
    if (got < 0)
        credentials_refuse(found, "%s: cannot be read: %s", found->origin, strerror(errno));
    if (fd >= 0)
        close(fd);
    if (got < 0)
        return -1;
    if ((size_t)got == TCX_POSIX_CREDENTIALS_MAX)
        return credentials_refuse(found, "%s: too large for a credentials file. Check the path", found->origin);
    found->is_file = 1;
    found->exposed = (about.st_mode & (S_IRWXG | S_IRWXO)) != 0;
    *length = (size_t)got;
    return 0;
}

/* Reads the file at found->origin. Skips a byte order mark, which some editors write before UTF-8. */
static int credentials_take_file(tcx_posix_credentials *found, const credentials_form *as)
{
    static const char mark[] = "\xEF\xBB\xBF";
    tcx_posix_secrets secrets;
    size_t length = 0;
    size_t start;
    int status = credentials_read_file(found, &length);

    if (status != 0)
        return status;
    if (memchr(found->memory, '\0', length) != NULL)
        return credentials_refuse(found, "%s: the file has zero bytes, as UTF-16 has. Save it as UTF-8", found->origin);
    start = length >= sizeof mark - 1 && memcmp(found->memory, mark, sizeof mark - 1) == 0 ? sizeof mark - 1 : 0;
    memset(&secrets, 0, sizeof secrets);
    if (as->read(found->memory + start, length - start, &secrets) != 0)
        return credentials_refuse(found, "%s: %s%s", found->origin, secrets.problem ? "" : "the file is not ",
                                  secrets.problem ? secrets.problem : as->name);
    if (secrets.role.length > 0)
        return credentials_refuse(found,
                                  "%s: the file names a role (%s). Roles are not supported. "
                                  "Call AssumeRole, then set the keys and the token that it returns in the environment",
                                  found->origin, as->role);
    if (secrets.of_machine)
        return credentials_refuse(found,
                                  "%s: the file is for the machine's role (type cvm-role). Its keys are not fetched. "
                                  "Set the role's keys and token in the environment",
                                  found->origin);
    if (secrets.credentials.secret_id.length == 0)
        return credentials_refuse(found, "%s: no value for %s. Add it", found->origin, as->secret_id);
    if (secrets.credentials.secret_key.length == 0)
        return credentials_refuse(found, "%s: no value for %s. Add it", found->origin, as->secret_key);
    found->credentials = secrets.credentials;
    found->expires = secrets.expires;
    return 0;
}

/* Sets found->origin to "<home><middle><name><end>". */
static int credentials_set_path(tcx_posix_credentials *found, const char *home, const char *middle, const char *name,
                                const char *end)
{
    int length = snprintf(found->origin, sizeof found->origin, "%s%s%s%s", home, middle, name, end);

    return length > 0 && (size_t)length < sizeof found->origin
               ? 0
               : credentials_refuse(found,
                                    "the path of the credentials file is too long. Shorten HOME, the profile's name or "
                                    "TENCENTCLOUD_CREDENTIALS_FILE");
}

/* An empty variable counts as unset. */
static const char *credentials_get_variable(const char *name)
{
    const char *value = getenv(name);

    return value != NULL && *value != '\0' ? value : NULL;
}

static int credentials_take_profile(tcx_posix_credentials *found, const char *profile)
{
    const char *home = credentials_get_variable("HOME");

    if (home == NULL)
        return CREDENTIALS_NOT_THERE;
    if (credentials_set_path(found, home, "/.tccli/", profile, ".credential") != 0)
        return -1;
    return credentials_take_file(found, &credentials_tccli);
}

static int credentials_take_named_file(tcx_posix_credentials *found, const char *path)
{
    int status;

    if (*path == '\0')
        return credentials_refuse(found,
                                  "TENCENTCLOUD_CREDENTIALS_FILE is set, but empty. Set it to a path, or unset it");
    if (credentials_set_path(found, path, "", "", "") != 0)
        return -1;
    status = credentials_take_file(found, &credentials_ini);
    return status == CREDENTIALS_NOT_THERE
               ? credentials_refuse(found, "%s: no such file. Correct TENCENTCLOUD_CREDENTIALS_FILE", path)
               : status;
}

static int credentials_take_ini(tcx_posix_credentials *found)
{
    const char *named = getenv("TENCENTCLOUD_CREDENTIALS_FILE");
    const char *home = credentials_get_variable("HOME");

    if (named != NULL)
        return credentials_take_named_file(found, named);
    if (home == NULL)
        return CREDENTIALS_NOT_THERE;
    if (credentials_set_path(found, home, "/.tencentcloud/credentials", "", "") != 0)
        return -1;
    return credentials_take_file(found, &credentials_ini);
}

static int credentials_take_system(tcx_posix_credentials *found)
{
    (void)credentials_set_path(found, "/etc/tencentcloud/credentials", "", "", "");
    return credentials_take_file(found, &credentials_ini);
}

static int credentials_search(tcx_posix_credentials *found)
{
    const char *profile = credentials_get_variable("TCCLI_PROFILE");
    int status = credentials_take_environment(found);

    if (status == CREDENTIALS_NOT_THERE)
        status = credentials_take_ini(found);
    if (status == CREDENTIALS_NOT_THERE)
        status = credentials_take_profile(found, profile ? profile : "default");
    return status == CREDENTIALS_NOT_THERE ? credentials_take_system(found) : status;
}

/* After a failure, wipes what was read from a file. Returns `status`. */
static int credentials_conclude(tcx_posix_credentials *found, int status)
{
    if (status != 0)
        tcx_wipe(found->memory, sizeof found->memory);
    return status;
}

int tcx_posix_credentials_find(tcx_posix_credentials *found)
{
    int status;

    memset(found, 0, sizeof *found);
    status = credentials_search(found);
    if (status == CREDENTIALS_NOT_THERE)
        status =
            credentials_refuse(found, "no credentials found. Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, "
                                      "or write ~/.tencentcloud/credentials");
    return credentials_conclude(found, status);
}

int tcx_posix_credentials_of_profile(tcx_posix_credentials *found, const char *profile)
{
    int status;

    memset(found, 0, sizeof *found);
    if (*profile == '\0' || strchr(profile, '/') != NULL)
        return credentials_refuse(found, "profile '%s': the name must not be empty and must not contain '/'", profile);
    status = credentials_take_profile(found, profile);
    if (status == CREDENTIALS_NOT_THERE)
        status = credentials_refuse(found, "no profile '%s': there is no %s", profile,
                                    found->origin[0] ? found->origin : "home directory. Set HOME");
    return credentials_conclude(found, status);
}

void tcx_posix_credentials_wipe(tcx_posix_credentials *found)
{
    tcx_wipe(found, sizeof *found);
}
