/*
 * units:  tcx_request tcx_host tcx_utf8 tcx_check
 * bounds: each text in turn any 0 to 5 bytes, set or unset; SessionId of 50 and 51, SessionContext of 1000 and 1001
 *         characters, any ASCII; any parameters of the service; a source or not, made or not; NULLs
 * eva:    -eva-slevel 100000 -eva-min-loop-unroll 1002 -eva-slevel-function one:0 -eva-split-return full
 */
#include "any.h"

#include <tcexec/request.h>

enum { MOST = 5, LONG = TCX_SESSION_CONTEXT_MAX + 1 };

static int read_at(void *context, uint32_t offset, void *out, size_t length)
{
    (void)context;
    (void)offset;
    (void)out;
    (void)length;
    return 0;
}

static void pull(tcx_message *message)
{
    (void)message;
}

static void check(size_t which, size_t length, int is_ascii)
{
    static const uint64_t sub_app_id;
    char memory[LONG];
    tcx_service service = { TCX_TEXT("vod"), TCX_TEXT("a.b"), TCX_TEXT("2018-07-17"), (unsigned char)any(0, 255), 100 };
    tcx_source source = { .read_at = either(0, 1) ? read_at : NULL, .pull = pull };
    tcx_request request = {
        .service = &service, .function_name = TCX_TEXT("f"), .session_context = TCX_TEXT("c"),
        .session_id = TCX_TEXT("i"), .ext_info = TCX_TEXT("e"), .region = TCX_TEXT("r"), .language = TCX_TEXT("l"),
    };
    tcx_text *const texts[] = {
        &request.session_context, &request.session_id, &request.ext_info, &request.region, &request.language,
        &request.host, &request.function_name, &request.function_arg, &service.name, &service.host, &service.version,
    };

    *texts[which] = any_text(memory, length, 1);
    if (is_ascii)
        memset(memory, any(0, 127), sizeof memory);
    if (which == 0 && either(0, 1))
        request.sub_app_id = &sub_app_id;
    if (which == 7 && either(0, 1))
        request.function_arg_source = &source;
    (void)tcx_request_check(&request);
}

/* Where all paths of a text come together, so that the next one begins with one state. */
static void one(size_t which, size_t length, int is_ascii)
{
    check(which, length, is_ascii);
}

int main(void)
{
    const tcx_request no_service = { NULL };

    for (size_t which = 0; which < 11; which++) {
        for (size_t length = 0; length <= MOST; length++)
            one(which, length, 0);
    }
    one(0, LONG - 1, 1);
    one(0, LONG, 1);
    one(1, TCX_SESSION_ID_MAX, 1);
    one(1, TCX_SESSION_ID_MAX + 1, 1);
    (void)tcx_request_check(NULL);
    (void)tcx_request_check(&no_service);
    return 0;
}
