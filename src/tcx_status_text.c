#include "tcx_status.h"

#define STATUS_TEXT_MEMBER(status, text) char status[sizeof(text)];
#define STATUS_TEXT_VALUE(status, text)  text,

/* One string would be longer than C99 promises. */
static const struct {
    TCX_STATUSES(STATUS_TEXT_MEMBER)
    char unknown[sizeof "this version does not know this status"];
} status_texts = { TCX_STATUSES(STATUS_TEXT_VALUE) "this version does not know this status" };

const char *tcx_status_text(tcx_status status)
{
    return tcx_status_row((const char *)&status_texts, status);
}
