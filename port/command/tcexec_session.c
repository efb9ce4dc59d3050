/* The TLS session of --session-file: see tcexec_command.h. It contains a secret, which is never printed. */
#define _DEFAULT_SOURCE

#include "tcexec_command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- who wrote it ---- */

/*
 * A resumed session is not verified again, so whoever wrote the file decides which server is trusted. So only this user
 * may be able to write the file, or to read it, because it contains a secret. Any other file is not an error: a call
 * without a session takes one round trip more, and replaces the file.
 */
static int is_of_another_user(const char *path, const struct stat *about)
{
    if (about->st_uid == geteuid())
        return 0;
    tcexec_note("--session-file: %s: not used: it belongs to another user (uid %lu). A new session replaces it. "
                "Keep it in a directory where only you can write",
                path, (unsigned long)about->st_uid);
    return 1;
}

static int is_open_to_others(const char *path, const struct stat *about)
{
    if ((about->st_mode & (S_IRWXG | S_IRWXO)) == 0)
        return 0;
    tcexec_note("--session-file: %s: not used: other users have access to it (mode %lo). A new session replaces it, "
                "with mode 600",
                path, (unsigned long)about->st_mode & 0777);
    return 1;
}

/*
 * Says why a file could not be opened, and returns 1 if the call can do without it. That is the case for another user's
 * file, and for a symbolic link, which is not followed because somebody else may have made it.
 */
static int can_do_without(const char *path)
{
    struct stat about;

    if (lstat(path, &about) != 0)
        return 0;
    if (!S_ISLNK(about.st_mode))
        return S_ISREG(about.st_mode) && is_of_another_user(path, &about);
    tcexec_note("--session-file: %s: not used: it is a symbolic link. A new session replaces the link. "
                "To keep the link, give the file that it points to",
                path);
    return 1;
}

/* ---- load ---- */

/* Reads the session from the open file, if it contains one. Returns 0, or -1 with errno. */
static int take_session(int fd, const tcexec_options *options, tcexec_session *session)
{
    const char *path = options->session_file;
    unsigned char bytes[TCX_TLS_SESSION_SIZE + 1];
    const ssize_t length = read(fd, bytes, sizeof bytes);

    session->was_there = length == TCX_TLS_SESSION_SIZE;
    if (session->was_there)
        tcx_tls_session_init(&session->session, bytes);
    else if (length >= 0 && options->verbose)
        tcexec_note("--session-file: %s: ignored: the file does not contain a session", path);
    tcx_wipe(bytes, sizeof bytes);
    return length < 0 ? -1 : 0;
}

/* Checks the open file, because its name may belong to another file by now. Returns 0, or -1 with `*reason`. */
static int check_file(int fd, const tcexec_options *options, tcexec_session *session, const char **reason)
{
    const char *path = options->session_file;
    struct stat about;
    int failed = fstat(fd, &about);

    if (failed == 0 && !S_ISREG(about.st_mode)) {
        *reason = S_ISDIR(about.st_mode) ? strerror(EISDIR) : "not a regular file";
        return -1;
    }
    if (failed == 0 && !is_of_another_user(path, &about) && !is_open_to_others(path, &about))
        failed = take_session(fd, options, session);
    if (failed)
        *reason = strerror(errno);
    return failed;
}

int tcexec_session_load(const tcexec_options *options, tcexec_session *session)
{
    const char *path = options->session_file;
    const char *reason;
    int fd;
    int error;
    int failed;

    memset(session, 0, sizeof *session);
    tcx_tls_session_init(&session->session, NULL);
    if (path == NULL)
        return 0;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW); /* O_NONBLOCK: a pipe must not block the call */
    error = errno;
    if (fd < 0)
        return error == ENOENT || can_do_without(path) ? 0
                                                       : tcexec_say("--session-file: %s: %s", path, strerror(error));
    failed = check_file(fd, options, session, &reason);
    close(fd);
    return failed ? tcexec_say("--session-file: %s: %s", path, reason) : 0;
}

/* ---- save ---- */

/*
 * Writes to a new file with mode 0600, from mkstemp(), and moves it to `path`. This also replaces a file that was not
 * used. It never writes through a link or into another user's file. Returns 0, or -1 with errno.
 */
static int replace_file(const char *path, char *temporary, const void *bytes, size_t length)
{
    int fd = mkstemp(temporary);
    int is_written;
    int error;

    if (fd < 0)
        return -1;
    errno = ENOSPC; /* for a write that is not complete */
    is_written = write(fd, bytes, length) == (ssize_t)length;
    if (close(fd) == 0 && is_written && rename(temporary, path) == 0)
        return 0;
    error = errno;
    unlink(temporary);
    errno = error;
    return -1;
}

static int write_session(const char *path, const tcx_tls_session *session)
{
    static const char suffix[] = ".XXXXXX";
    const size_t length = strlen(path);
    char *temporary = malloc(length + sizeof suffix);
    int result = -1;
    int error;

    if (temporary != NULL) {
        memcpy(temporary, path, length);
        memcpy(temporary + length, suffix, sizeof suffix);
        result = replace_file(path, temporary, session->bytes, sizeof session->bytes);
    }
    error = errno;
    free(temporary);
    errno = error;
    return result;
}

void tcexec_session_save(const tcexec_options *options, const tcexec_trace *trace, const tcexec_session *session)
{
    const char *path = options->session_file;
    tcx_tls_session none;
    int failed = 0;

    if (path == NULL)
        return;
    if (options->verbose && session->was_there && trace->connected && !trace->resumed)
        tcexec_note(
            "--session-file: %s: not resumed: it is damaged or over a day old, the host or the roots are different, or "
            "the server no longer has it",
            path);
    tcx_tls_session_init(&none, NULL);
    if (memcmp(session->session.bytes, none.bytes, sizeof none.bytes) != 0)
        failed = write_session(path, &session->session);
    else if (session->was_there)
        failed = unlink(path);
    if (failed)
        tcexec_note("--session-file: %s: the session was not saved: %s", path, strerror(errno));
}
