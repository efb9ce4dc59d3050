#include "tcx_status.h"

#define STATUS_NAME_VALUE(status, text) #status "\0"

static const char status_names[] = TCX_STATUSES(STATUS_NAME_VALUE) "TCX_E_UNKNOWN";

const char *tcx_status_name(tcx_status status)
{
    return tcx_status_row(status_names, status);
}

const char *tcx_outcome_name(tcx_outcome outcome)
{
    switch (outcome) {
    case TCX_NOT_SENT:
        return "not_sent";
    case TCX_MAYBE_EXECUTED:
        return "maybe_executed";
    case TCX_ANSWERED:
        return "answered";
    }
    return "unknown";
}
