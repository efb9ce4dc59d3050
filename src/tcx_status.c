#include "tcx_status.h"

#include <stddef.h>
#include <stdint.h>

#define STATUS_NUMBER(status, text) status,

static const int16_t status_numbers[] = { TCX_STATUSES(STATUS_NUMBER) };

const char *tcx_status_row(const char *rows, tcx_status status)
{
    for (size_t i = 0; i < sizeof status_numbers / sizeof status_numbers[0] && status_numbers[i] != status; i++) {
        while (*rows++ != '\0')
            ;
    }
    return rows;
}
