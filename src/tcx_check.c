#include "tcx_check.h"

static int check_is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

tcx_status tcx_check_required(tcx_text text, int field)
{
    if (text.length == 0 || text.bytes == NULL)
        return (tcx_status)(field - TCX_REASON_EMPTY);
    if (check_is_blank(text.bytes[0]) || check_is_blank(text.bytes[text.length - 1]))
        return (tcx_status)(field - TCX_REASON_BLANK);
    for (size_t i = 0; i < text.length; i++) {
        if (text.bytes[i] <= ' ' || text.bytes[i] > '~')
            return (tcx_status)field;
    }
    return TCX_OK;
}

tcx_status tcx_check_optional(tcx_text text, int field)
{
    return text.bytes == NULL ? TCX_OK : tcx_check_required(text, field);
}
