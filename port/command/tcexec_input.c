/* Files, standard input and FunctionArg: see tcexec_command.h. */
#define _DEFAULT_SOURCE
#define _FILE_OFFSET_BITS 64

#include "tcexec_command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define FIRST_CAPACITY 65536u

static const char *stdin_problem; /* why standard input cannot be read; NULL: it can be read */

int tcexec_secure_stdin(void)
{
    const int flags = fcntl(STDIN_FILENO, F_GETFL);

    stdin_problem = NULL;
    if (flags >= 0 && (flags & O_ACCMODE) == O_WRONLY)
        stdin_problem = "standard input is open for writing only";
    if (flags >= 0 || errno != EBADF)
        return 0;
    stdin_problem = "standard input is closed";
    /* /dev/null would be read as an empty ARG, also as /dev/stdin. A read from an unconnected socket fails. */
    return socket(AF_UNIX, SOCK_STREAM, 0) == STDIN_FILENO ? 0 : -1;
}

/* Returns what is wrong with standard input, if the path is a name of it. Otherwise NULL. */
static const char *problem_of(const char *path)
{
    static const char *const names[] = { "-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0" };
    size_t i;

    for (i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(path, names[i]) == 0)
            return stdin_problem;
    return NULL;
}

static int open_path(const char *path)
{
    return strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
}

/* Reads. Waits if the descriptor is non-blocking. */
static ssize_t read_some(int fd, char *out, size_t length)
{
    struct pollfd readable = { fd, POLLIN, 0 };
    ssize_t got;

    while ((got = read(fd, out, length)) < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK)
            (void)poll(&readable, 1, -1);
        else if (errno != EINTR)
            break;
    }
    return got;
}

/*
 * Reads to the end into memory that grows. Returns the length, or -1 with errno. The caller frees `*memory` in both
 * cases.
 */
static ssize_t read_growing(int fd, size_t limit, char **memory)
{
    size_t capacity = 0;
    size_t length = 0;

    for (;;) {
        ssize_t got;

        if (length == capacity) {
            char *larger = realloc(*memory, capacity ? 2 * capacity : FIRST_CAPACITY);

            if (larger == NULL)
                return -1;
            *memory = larger;
            capacity = capacity ? 2 * capacity : FIRST_CAPACITY;
        }
        got = read_some(fd, *memory + length, capacity - length);
        if (got < 0)
            return -1;
        if (got == 0)
            return (ssize_t)length;
        length += (size_t)got;
        if (length > limit) {
            errno = EFBIG;
            return -1;
        }
    }
}

static int read_fd(int fd, size_t limit, char **memory, tcx_text *out)
{
    ssize_t length;

    *memory = NULL;
    length = read_growing(fd, limit, memory);
    if (length < 0) {
        free(*memory);
        *memory = NULL;
        return -1;
    }
    out->bytes = *memory;
    out->length = (size_t)length;
    return 0;
}

const char *tcexec_read_file(const char *path, size_t limit, tcx_text *out)
{
    const char *problem = *path != '\0' ? problem_of(path) : "the name of the file is empty";
    char *memory;
    int fd;

    if (problem != NULL)
        return problem;
    fd = open_path(path);
    if (fd < 0)
        return strerror(errno);
    if (read_fd(fd, limit, &memory, out) != 0)
        problem = strerror(errno);
    close(fd);
    return problem;
}

/* Streams a file that has a size. Anything else can be read only once, so it is read into memory. */
static int take_file(int fd, tcexec_argument *out)
{
    if (tcx_posix_file_init(&out->file, fd) != 0)
        return errno == ESPIPE ? read_fd(fd, TCX_POST_MAX, &out->memory, &out->text) : -1;
    if (out->file.source.size > TCX_POST_MAX) {
        errno = EFBIG;
        return -1;
    }
    out->source = &out->file.source;
    return 0;
}

int tcexec_argument_open(const char *argument, tcexec_argument *out)
{
    const char *path;
    const char *problem;
    int fd;

    memset(out, 0, sizeof *out);
    out->file.fd = -1;
    if (argument == NULL)
        return 0;
    if (strcmp(argument, "-") != 0 && argument[0] != '@') {
        out->text = tcx_text_from(argument);
        return 0;
    }
    if (strcmp(argument, "@") == 0)
        return tcexec_say("ARG: no file name after '@': give @FILE. To send '@' itself, give - and write it to "
                          "standard input");
    path = argument[0] == '@' ? argument + 1 : "standard input";
    problem = problem_of(argument[0] == '@' ? argument + 1 : argument);
    if (problem != NULL)
        return tcexec_say("ARG: %s: %s: open it for reading, or leave ARG out", path, problem);
    fd = argument[0] == '@' ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
    if (fd >= 0 && take_file(fd, out) == 0) {
        if (out->source == NULL)
            close(fd);
        return 0;
    }
    if (errno == EFBIG)
        tcexec_say("ARG: %s: over %u bytes, the limit of a request", path, TCX_POST_MAX);
    else
        tcexec_say("ARG: %s: %s", path, strerror(errno));
    if (fd >= 0)
        close(fd);
    return EXIT_USAGE;
}

void tcexec_argument_close(tcexec_argument *argument)
{
    if (argument->file.fd >= 0)
        close(argument->file.fd);
    free(argument->memory);
}
