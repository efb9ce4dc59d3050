/* The TLS session of --session-file: see tcexec_command.h. It holds a secret, which is told to nobody. */
#define _DEFAULT_SOURCE

#include "tcexec_command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- load ---- */

/* Takes the session that the open file holds, if it is one. Returns 0, or -1 with errno; EINVAL: no regular file. */
static int take_session(int fd, const tcexec_options *options, tcexec_session *session)
{
    unsigned char bytes[TCX_TLS_SESSION_SIZE + 1];
    struct stat about;
    ssize_t length;

    if (fstat(fd, &about) != 0)
        return -1;
    if (!S_ISREG(about.st_mode)) {
        errno = S_ISDIR(about.st_mode) ? EISDIR : EINVAL;
        return -1;
    }
    if (about.st_mode & (S_IRWXG | S_IRWXO))
        tcexec_note("--session-file: %s: others have access to it: chmod 600 would end that", options->session_file);
    length = read(fd, bytes, sizeof bytes);
    session->was_there = length == TCX_TLS_SESSION_SIZE;
    if (session->was_there)
        tcx_tls_session_init(&session->session, bytes);
    else if (length >= 0 && options->verbose)
        tcexec_note("--session-file: %s: ignored, it does not hold a session", options->session_file);
    tcx_wipe(bytes, sizeof bytes);
    return length < 0 ? -1 : 0;
}

int tcexec_session_load(const tcexec_options *options, tcexec_session *session)
{
    const char *path = options->session_file;
    int fd;
    int failed;

    memset(session, 0, sizeof *session);
    tcx_tls_session_init(&session->session, NULL);
    if (path == NULL)
        return 0;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not hold the call up */
    if (fd < 0)
        return errno == ENOENT ? 0 : tcexec_say("--session-file: %s: %s", path, strerror(errno));
    failed = take_session(fd, options, session);
    close(fd);
    return failed ? tcexec_say("--session-file: %s: %s", path, strerror(errno)) : 0;
}

/* ---- save ---- */

/* Writes to a new file of mode 0600, named by mkstemp(), and moves it to `path`. Returns 0, or -1 with errno. */
static int replace_file(const char *path, char *temporary, const void *bytes, size_t length)
{
    int fd = mkstemp(temporary);
    int is_written;
    int error;

    if (fd < 0)
        return -1;
    errno = ENOSPC; /* what it is when only a part is written */
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
        tcexec_note("--session-file: %s: not resumed: it is damaged, of another host, or the server forgot it", path);
    tcx_tls_session_init(&none, NULL);
    if (memcmp(session->session.bytes, none.bytes, sizeof none.bytes) != 0)
        failed = write_session(path, &session->session);
    else if (session->was_there)
        failed = unlink(path);
    if (failed)
        tcexec_note("--session-file: %s: the session is not kept: %s", path, strerror(errno));
}
