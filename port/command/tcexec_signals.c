/* Signals that end the command: see tcexec_command.h. */
#define _DEFAULT_SOURCE

#include "tcexec_command.h"

#include <signal.h>
#include <unistd.h>

enum { BEFORE, DURING, AFTER }; /* the call */

static volatile sig_atomic_t stage;
static volatile sig_atomic_t caught;     /* number of signals since the call began */
static volatile sig_atomic_t abort_code; /* the exit code if a signal ends the command at once */

/* Calls only functions that POSIX allows in a signal handler. */
static void end_at_once(const char *words)
{
    /* A failed write cannot be reported anywhere. */
    if (write(STDERR_FILENO, words, strlen(words)) < 0)
        _exit(abort_code);
    _exit(abort_code);
}

static void handle(int number)
{
    (void)number;
    if (stage == BEFORE)
        end_at_once("tcexec: interrupted: nothing was sent\n");
    caught++;
    if (stage == DURING && caught > 1)
        end_at_once("tcexec: interrupted twice: it is unknown whether the function ran. "
                    "Do not repeat the call before you know\n");
    if (stage == AFTER && caught > 2)
        _exit(abort_code);
    /* A blocked write continues after a signal. After close() it fails, and the loss is reported. */
    if (stage == AFTER && caught > 1)
        close(STDOUT_FILENO);
}

void tcexec_signals_catch(void)
{
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action;
    struct sigaction inherited;
    size_t i;

    abort_code = EXIT_NOT_SENT;
    signal(SIGPIPE, SIG_IGN); /* a write then fails, so that the loss is reported */
    signal(SIGXFSZ, SIG_IGN);
    memset(&action, 0, sizeof action);
    action.sa_handler = handle;
    for (i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        if (sigaction(numbers[i], NULL, &inherited) == 0 && inherited.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
}

void tcexec_signals_begin(void)
{
    abort_code = EXIT_NO_ANSWER;
    stage = DURING;
}

int tcexec_signals_caught(void)
{
    return caught > 0;
}

void tcexec_signals_end(const tcx_call *call)
{
    abort_code = call->outcome == TCX_NOT_SENT ? EXIT_NOT_SENT : EXIT_NO_ANSWER;
    stage = AFTER;
}
