/* The command `tcexec`: see `tcexec --help`, and tcexec_command.h for its parts. */
#define _DEFAULT_SOURCE

#include "tcexec_command.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/*
 * Another process may have made a pipe or terminal non-blocking. A write to it would then fail as soon as it is full,
 * and the Result would be lost. So it is opened again, and the other process keeps its own setting. Only Linux has this
 * path.
 */
static void block_standard_output(void)
{
    struct stat inherited;
    struct stat opened;
    int fd = open("/proc/self/fd/1", O_WRONLY | O_NONBLOCK | O_NOCTTY); /* otherwise it would wait for a reader */

    if (fd < 0)
        return;
    if (fstat(STDOUT_FILENO, &inherited) == 0 && fstat(fd, &opened) == 0 && inherited.st_dev == opened.st_dev &&
        inherited.st_ino == opened.st_ino && !S_ISREG(opened.st_mode) && fcntl(fd, F_SETFL, 0) == 0)
        (void)dup2(fd, STDOUT_FILENO);
    close(fd);
}

/*
 * If descriptor 0, 1 or 2 is closed, the next file or socket that is opened gets its number, and a Result could be
 * written to it. Standard output must be open, because the result of the call is written there.
 */
static int secure_standard_descriptors(void)
{
    int flags;

    if (tcexec_secure_stdin() != 0)
        return EXIT_USAGE;
    flags = fcntl(STDOUT_FILENO, F_GETFL);
    if (flags < 0 && errno == EBADF)
        return tcexec_say("standard output is closed: open it, for example with >/dev/null");
    if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY)
        return tcexec_say("standard output is open for reading only: open it for writing, for example with >/dev/null");
    if (fcntl(STDERR_FILENO, F_GETFD) < 0 && errno == EBADF && open("/dev/null", O_RDWR) != STDERR_FILENO)
        return EXIT_USAGE;
    if (flags >= 0 && (flags & O_NONBLOCK))
        block_standard_output();
    return 0;
}

/* With --quiet: the messages, held back until the end of the call is known, and dropped after success. */
static char held_back[65536];

static int do_command(const tcexec_options *options)
{
    switch (options->command) {
    case TCEXEC_DOCTOR:
        return tcexec_doctor(options);
    case TCEXEC_ANCHORS:
        return tcexec_anchors(options);
    default:
        return tcexec_run(options);
    }
}

static int do_quietly(const tcexec_options *options)
{
    int code;

    setvbuf(stderr, held_back, _IOFBF, sizeof held_back);
    code = do_command(options);
    if (code == EXIT_DONE)
        close(STDERR_FILENO);
    return code;
}

int main(int argc, char **argv)
{
    tcexec_options options;
    int code = secure_standard_descriptors();

    if (code != 0)
        return code;
    tcexec_signals_catch();
    code = tcexec_options_read(argc, argv, &options);
    if (code != 0)
        return code;
    if (options.help || options.version) {
        if (options.help)
            tcexec_help(options.command, stdout);
        else
            tcexec_version(stdout);
        return tcexec_flush(EXIT_DONE, EXIT_USAGE);
    }
    return options.quiet ? do_quietly(&options) : do_command(&options);
}
