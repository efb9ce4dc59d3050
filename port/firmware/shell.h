/*
 * What the test firmwares share: words of a command line, and the reports that their tests read.
 */
#ifndef SHELL_H
#define SHELL_H

#include <tcexec.h>

/* The word that `*text` begins with; `*text` goes behind it. Empty at the end. */
tcx_text shell_word(const char **text);

/* Its value if it is a number, else 0. */
uint32_t shell_number(tcx_text word);

/* One line: what became of the call of this name. */
void shell_report_call(tcx_text name, const tcx_call *call, tcx_status status);

/* One line: flash, data, bss and the stack's painted peak, in bytes, and what board_awake() counted. */
void shell_report_memory(void);

#endif
