/*
 * Runs a program and prints its wall time in ns, user and system time in µs, peak memory in KiB, and exit status.
 *
 *     launch PROGRAM [ARGUMENT ...]      discards the program's standard output, and keeps its standard error
 *
 * It is small and static because the peak memory of a child begins with that of its parent. So this program's 0.8 MB
 * are the least that can be measured. A shell or an interpreter would hide what small programs need.
 */
#define _GNU_SOURCE

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long microseconds(struct timeval time)
{
    return time.tv_sec * 1000000LL + time.tv_usec;
}

int main(int argc, char **argv)
{
    posix_spawn_file_actions_t files;
    struct rusage used;
    long long began;
    pid_t child;
    int status;

    if (argc < 2) {
        fputs("usage: launch PROGRAM [ARGUMENT ...]\n", stderr);
        return 2;
    }
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    began = nanoseconds();
    if (posix_spawnp(&child, argv[1], &files, NULL, argv + 1, environ) != 0 || wait4(child, &status, 0, &used) < 0) {
        perror(argv[1]);
        return 1;
    }
    printf("%lld %lld %lld %ld %d\n", nanoseconds() - began, microseconds(used.ru_utime), microseconds(used.ru_stime),
           used.ru_maxrss, WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return 0;
}
