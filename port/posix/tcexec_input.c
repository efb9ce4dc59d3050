/* Files, standard input and FunctionArg: see tcexec_command.h. */
#define _DEFAULT_SOURCE
#define _FILE_OFFSET_BITS 64

#include "tcexec_command.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST_CAPACITY 65536u

static int open_path(const char *path)
{
    return strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
}

/*
 * Reads into memory that grows. Returns its length; -1 with errno on failure; `*memory` is freed by the caller either
 * way.
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
        got = read(fd, *memory + length, capacity - length);
        if (got == 0)
            return (ssize_t)length;
        if (got > 0)
            length += (size_t)got;
        else if (errno != EINTR)
            return -1;
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

int tcexec_read_file(const char *path, size_t limit, tcx_text *out)
{
    int fd = open_path(path);
    char *memory;
    int result;
    int error;

    if (fd < 0)
        return -1;
    result = read_fd(fd, limit, &memory, out);
    error = errno;
    close(fd);
    errno = error;
    return result;
}

/* A regular file is streamed; anything else can be read only once, and is kept. */
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
    int fd;

    memset(out, 0, sizeof *out);
    out->file.fd = -1;
    if (argument == NULL)
        return 0;
    if (strcmp(argument, "-") != 0 && argument[0] != '@') {
        out->text = tcx_text_from(argument);
        return 0;
    }
    path = argument[0] == '@' ? argument + 1 : "standard input";
    fd = argument[0] == '@' ? open(path, O_RDONLY | O_CLOEXEC) : dup(STDIN_FILENO);
    if (fd >= 0 && take_file(fd, out) == 0) {
        if (out->source == NULL)
            close(fd);
        return 0;
    }
    if (errno == EFBIG)
        tcexec_say("ARG: %s: over %u bytes, which is more than a request takes", path, TCX_POST_MAX);
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
