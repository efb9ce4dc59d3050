#define _DEFAULT_SOURCE

#include "bench.h"

#include <dirent.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static int count, failures;

int bench_report(int passed, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    printf("%sok %d - ", passed ? "" : "not ", ++count);
    vprintf(format, arguments);
    printf("\n");
    fflush(stdout);
    va_end(arguments);
    failures += !passed;
    return passed;
}

void bench_run(const char *transport, tcx_contract *contract, int leave_out)
{
    int left_out = 0;
    size_t i;

    for (i = 0; i < TCX_CONTRACT_CHECKS; i++) {
        int result;

        printf("# %s: %s\n", transport, tcx_contract_name(i)); /* before it runs: it may hang */
        fflush(stdout);
        result = tcx_contract_check(contract, i);
        left_out += result == 0;
        if (result < 0)
            bench_report(0, "%s: %s: %s (%d); %s", transport, tcx_contract_name(i), contract->problem, contract->number,
                         tcx_contract_text(i));
        else if (result > 0)
            bench_report(1, "%s: %s", transport, tcx_contract_name(i));
    }
    if (tcx_contract_note(contract) != NULL)
        printf("# %s: %s\n", transport, tcx_contract_note(contract));
    if (left_out != leave_out)
        bench_report(0, "%s: %d checks were left out, not %d", transport, left_out, leave_out);
}

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

int bench_end(void)
{
    printf("1..%d\n", count);
    return failures != 0;
}
