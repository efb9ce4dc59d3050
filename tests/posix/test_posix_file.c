/* Tests a file as a FunctionArg: port/posix/tcx_posix_file.c. */
#define _DEFAULT_SOURCE

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "tcx_posix.h"

#define SIZE (2 * TCX_POSIX_FILE_CACHE + 1000)

static unsigned char content(uint32_t offset)
{
    return (unsigned char)(offset * 31 + (offset >> 8));
}

/* A file without a name, with `size` bytes of content. */
static int make_file(size_t size)
{
    char name[] = "/tmp/tcexec-test-XXXXXX";
    int fd = mkstemp(name);
    unsigned char *bytes = malloc(size + 1);
    size_t i;

    assert_true(fd >= 0);
    assert_non_null(bytes);
    unlink(name);
    for (i = 0; i < size; i++)
        bytes[i] = content((uint32_t)i);
    assert_int_equal(write(fd, bytes, size), (ssize_t)size);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    free(bytes);
    return fd;
}

static void assert_reads(tcx_posix_file *file, uint32_t offset, size_t length, uint32_t start)
{
    unsigned char out[128];
    size_t done = 0;

    while (done < length) {
        int got = file->source.read_at(file->source.context, offset + (uint32_t)done, out + done, length - done);

        assert_in_range(got, 1, length - done);
        done += (size_t)got;
    }
    for (done = 0; done < length; done++)
        assert_int_equal(out[done], content(start + offset + (uint32_t)done));
}

static void test_from_front_to_back_twice(void **state)
{
    static tcx_posix_file file;
    int fd = make_file(SIZE);
    int pass;
    uint32_t at;

    (void)state;
    assert_int_equal(tcx_posix_file_init(&file, fd), 0);
    assert_int_equal(file.source.size, SIZE);
    for (pass = 0; pass < 2; pass++)
        for (at = 0; at < SIZE; at += 128)
            assert_reads(&file, at, SIZE - at < 128 ? SIZE - at : 128, 0);
    close(fd);
}

static void test_around_the_edges_of_the_cache(void **state)
{
    static tcx_posix_file file;
    int fd = make_file(SIZE);
    uint32_t edge = TCX_POSIX_FILE_CACHE;
    uint32_t at;

    (void)state;
    assert_int_equal(tcx_posix_file_init(&file, fd), 0);
    for (at = edge - 130; at < edge + 2; at++) {
        assert_reads(&file, 0, 1, 0);
        assert_reads(&file, at, 128, 0);
    }
    assert_reads(&file, SIZE - 1, 1, 0);
    close(fd);
}

static void test_from_the_position_on(void **state)
{
    static tcx_posix_file file;
    int fd = make_file(SIZE);

    (void)state;
    assert_int_equal(lseek(fd, 700, SEEK_SET), 700);
    assert_int_equal(tcx_posix_file_init(&file, fd), 0);
    assert_int_equal(file.source.size, SIZE - 700);
    assert_reads(&file, 0, 100, 700);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), 700);
    assert_int_equal(lseek(fd, SIZE + 5, SEEK_SET), SIZE + 5);
    assert_int_equal(tcx_posix_file_init(&file, fd), 0);
    assert_int_equal(file.source.size, 0);
    close(fd);
}

static void test_a_file_that_gets_shorter(void **state)
{
    static tcx_posix_file file;
    int fd = make_file(SIZE);
    unsigned char out[128];

    (void)state;
    assert_int_equal(tcx_posix_file_init(&file, fd), 0);
    assert_int_equal(ftruncate(fd, 10), 0);
    assert_int_equal(file.source.read_at(file.source.context, 5, out, 128), 5);
    assert_int_equal(file.source.read_at(file.source.context, 10, out, 128), -EIO);
    assert_reads(&file, 0, 10, 0);
    close(fd);
    assert_int_equal(file.source.read_at(file.source.context, 20, out, 1), -EBADF);
}

static void test_what_is_no_file(void **state)
{
    static tcx_posix_file file;
    int pipe_ends[2];
    int fd = open("/tmp", O_RDONLY);

    (void)state;
    assert_int_equal(tcx_posix_file_init(&file, fd), -1);
    assert_int_equal(errno, EISDIR);
    close(fd);
    assert_int_equal(tcx_posix_file_init(&file, fd), -1);
    assert_int_equal(errno, EBADF);
    assert_int_equal(pipe(pipe_ends), 0);
    assert_int_equal(tcx_posix_file_init(&file, pipe_ends[0]), -1);
    assert_int_equal(errno, ESPIPE);
    close(pipe_ends[0]);
    close(pipe_ends[1]);
    fd = make_file(0);
    assert_int_equal(ftruncate(fd, (off_t)UINT32_MAX), 0);
    assert_int_equal(tcx_posix_file_init(&file, fd), 0);
    assert_int_equal(file.source.size, UINT32_MAX);
    assert_int_equal(ftruncate(fd, (off_t)UINT32_MAX + 1), 0);
    assert_int_equal(tcx_posix_file_init(&file, fd), -1);
    assert_int_equal(errno, EFBIG);
    close(fd);
}

/* What the size is told as says nothing about what can be read. */
static void test_sizes_that_are_not_true(void **state)
{
    static const char *const paths[] = { "/proc/version", "/sys/kernel/mm/transparent_hugepage/enabled" };
    static tcx_posix_file file;
    char name[] = "/tmp/tcexec-test-XXXXXX";
    size_t i;
    int fd;

    (void)state;
    for (i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        fd = open(paths[i], O_RDONLY);
        if (fd < 0)
            continue;
        assert_int_equal(tcx_posix_file_init(&file, fd), -1);
        assert_int_equal(errno, ESPIPE);
        close(fd);
    }
    fd = make_file(SIZE);
    assert_int_equal(tcx_posix_file_init(&file, fd), 0);
    close(fd);
    fd = mkstemp(name);
    close(fd);
    fd = open(name, O_WRONLY);
    unlink(name);
    assert_int_equal(tcx_posix_file_init(&file, fd), -1);
    assert_int_equal(errno, EBADF);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_front_to_back_twice), cmocka_unit_test(test_around_the_edges_of_the_cache),
        cmocka_unit_test(test_from_the_position_on),     cmocka_unit_test(test_a_file_that_gets_shorter),
        cmocka_unit_test(test_what_is_no_file),          cmocka_unit_test(test_sizes_that_are_not_true),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
