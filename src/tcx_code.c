#include "tcx_code.h"

int tcx_code_is(tcx_text code, const char *wanted)
{
    size_t length = strlen(wanted);

    return code.bytes != NULL && code.length >= length && memcmp(code.bytes, wanted, length) == 0 &&
           (code.length == length || code.bytes[length] == '.');
}
