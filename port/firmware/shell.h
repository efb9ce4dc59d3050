/*
 * Shared by the test firmwares: the words of a command line, and the reports that the tests read.
 */
#ifndef SHELL_H
#define SHELL_H

#include <tcexec/client.h>

/* Returns the first word of `*text` and moves `*text` past it. The word is empty at the end. */
tcx_text shell_word(const char **text);

/* Returns the value of a decimal number, or 0 if the word is not one. */
uint32_t shell_number(tcx_text word);

typedef struct shell_job {
    tcx_text name;
    tcx_request request;
} shell_job;

/* Returns the request of the job with this name. NULL: there is none. */
const tcx_request *shell_request(const shell_job *jobs, size_t count, tcx_text name);

/* Prints the name, the report of the client's last call, and a line with its result. */
void shell_report_call(tcx_text name, const tcx_client *client);

/* Prints one line: flash, data, bss and the peak of the painted stack, in bytes, and the count of board_awake(). */
void shell_report_memory(void);

#endif
