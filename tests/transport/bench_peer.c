#define _DEFAULT_SOURCE

#include "bench_peer.h"

#include <dirent.h>
#include <stdio.h>
#include <unistd.h>

pid_t bench_start_peer(int *leash, unsigned *peer, unsigned *refusing, unsigned *unanswering)
{
    int in[2], out[2];
    FILE *lines;
    pid_t child;

    if (pipe(in) != 0 || pipe(out) != 0 || (child = fork()) < 0)
        return -1;
    if (child == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        close(in[0]);
        close(in[1]);
        close(out[0]);
        close(out[1]);
        execlp("python3", "python3", "tests/transport/peer.py", (char *)NULL);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    *leash = in[1];
    lines = fdopen(out[0], "r");
    if (lines == NULL || fscanf(lines, "peer %u refusing %u unanswering %u", peer, refusing, unanswering) != 3)
        child = -1;
    if (lines != NULL)
        fclose(lines);
    return child;
}

int bench_open_descriptors(void)
{
    DIR *directory = opendir("/proc/self/fd");
    int count = 0;

    while (directory != NULL && readdir(directory) != NULL)
        count++;
    if (directory != NULL)
        closedir(directory);
    return count;
}
