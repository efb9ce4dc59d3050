/*
 * Shared by the test firmwares: the words of a command line, and the reports that the tests read.
 */
#ifndef SHELL_H
#define SHELL_H

#include <tcexec.h>

/* Returns the first word of `*text` and moves `*text` past it. The word is empty at the end. */
tcx_text shell_word(const char **text);

/* Returns the value of a decimal number, or 0 if the word is not one. */
uint32_t shell_number(tcx_text word);

/* Prints one line: the result of the call with this name. */
void shell_report_call(tcx_text name, const tcx_call *call, tcx_status status);

/* Prints one line: flash, data, bss and the peak of the painted stack, in bytes, and the count of board_awake(). */
void shell_report_memory(void);

#endif
