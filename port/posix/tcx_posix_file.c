/* Makes a file the source of a FunctionArg: see tcx_posix.h. */
#define _DEFAULT_SOURCE
#define _FILE_OFFSET_BITS 64

#include "tcx_posix.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static ssize_t file_read_from(int fd, void *out, size_t length, off_t offset)
{
    ssize_t got;

    do
        got = pread(fd, out, length, offset);
    while (got < 0 && errno == EINTR);
    return got;
}

/* Fills the cache from `offset` on. Returns its number of bytes, or -errno. */
static int file_fill_cache(tcx_posix_file *file, uint32_t offset)
{
    ssize_t length = file_read_from(file->fd, file->cache, sizeof file->cache, file->start + (off_t)offset);

    file->cached = offset;
    file->cached_length = length > 0 ? (uint32_t)length : 0;
    if (length < 0)
        return -errno;
    return length > 0 ? (int)length : -EIO;
}

static int file_read_at(void *context, uint32_t offset, void *out, size_t length)
{
    tcx_posix_file *file = context;
    uint32_t there;

    if (offset < file->cached || offset - file->cached >= file->cached_length) {
        int filled = file_fill_cache(file, offset);

        if (filled < 0)
            return filled;
    }
    there = file->cached_length - (offset - file->cached);
    if (length > there)
        length = there;
    memcpy(out, file->cache + (offset - file->cached), length);
    return (int)length;
}

/*
 * Checks that the file ends at its size. Files that the kernel generates during a read do not: in /proc the size is 0,
 * in /sys it is a page. Returns 0, or -1 with errno.
 */
static int file_check_size(int fd, off_t start, off_t size)
{
    const off_t last = start + size - (size > 0);
    char two[2];
    const ssize_t got = file_read_from(fd, two, sizeof two, last);

    if (got < 0)
        return -1;
    if (got == (size > 0))
        return 0;
    errno = ESPIPE;
    return -1;
}

int tcx_posix_file_init(tcx_posix_file *file, int fd)
{
    struct stat about;
    off_t start;
    off_t size;

    if (fstat(fd, &about) != 0)
        return -1;
    if (!S_ISREG(about.st_mode)) {
        errno = S_ISDIR(about.st_mode) ? EISDIR : ESPIPE;
        return -1;
    }
    start = lseek(fd, 0, SEEK_CUR);
    if (start < 0)
        return -1;
    size = start < about.st_size ? about.st_size - start : 0;
    if ((uint64_t)size > UINT32_MAX) {
        errno = EFBIG;
        return -1;
    }
    if (file_check_size(fd, start, size) != 0)
        return -1;
    tcx_source_init(&file->source, file_read_at, file, (uint32_t)size);
    file->fd = fd;
    file->start = start;
    file->cached = file->cached_length = 0;
    return 0;
}
