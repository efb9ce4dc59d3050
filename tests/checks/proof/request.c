/*
 * units:  tcx_request tcx_host tcx_utf8 tcx_check
 * bounds: each text in turn any 0 to 5 bytes, SessionId 0 to 4, set or unset; SessionId of 50 and 51, SessionContext of
 *         1000 and 1001 characters, any ASCII; any parameters of the service; a source or not, made or not; NULLs
 * eva:    -eva-slevel 100000 -eva-min-loop-unroll 1002 -eva-slevel-function one:0 -eva-split-return full
 */
#include "any.h"

#include <tcexec/request.h>

enum { MOST = 5, LONG = TCX_SESSION_CONTEXT_MAX + 1 };

/* The texts, in the order of the array in check(). */
enum { SESSION_CONTEXT, SESSION_ID, FUNCTION_ARG = 7, TEXTS = 11 };

static int read_at(void *context, uint32_t offset, void *out, size_t length)
{
    (void)context;
    (void)offset;
    (void)out;
    (void)length;
    return 0;
}

static void refill(tcx_message *message)
{
    (void)message;
}

/* How the bytes of a text are given: any, any ASCII, or each byte any of one of the kinds that UTF-8 has. */
enum { ANY, ASCII, BY_KIND };

static void set_by_kind(char *text, size_t length)
{
    static const unsigned char kinds[][2] = {
        { 0, 0x7F }, { 0x80, 0xBF }, { 0xC0, 0xDF }, { 0xE0, 0xEF }, { 0xF0, 0xFF },
    };

    for (size_t i = 0; i < length; i++) {
        size_t kind = each(0, COUNT(kinds) - 1);

        text[i] = (char)(unsigned char)any(kinds[kind][0], kinds[kind][1]);
    }
}

static void check(size_t which, size_t length, int how)
{
    static const uint64_t sub_app_id;
    char memory[LONG];
    tcx_service service = { TCX_TEXT("vod"), TCX_TEXT("a.b"), TCX_TEXT("2018-07-17"), (unsigned char)any(0, 255), 100 };
    tcx_source source = { .read_at = either(0, 1) ? read_at : NULL, .refill = refill };
    tcx_request request = {
        .service = &service, .function_name = TCX_TEXT("f"), .session_context = TCX_TEXT("c"),
        .session_id = TCX_TEXT("i"), .ext_info = TCX_TEXT("e"), .region = TCX_TEXT("r"), .language = TCX_TEXT("l"),
    };
    tcx_text *const texts[] = {
        &request.session_context, &request.session_id, &request.ext_info, &request.region, &request.language,
        &request.host, &request.function_name, &request.function_arg, &service.name, &service.host, &service.version,
    };

    *texts[which] = any_text(memory, length, 1);
    if (how == ASCII)
        memset(memory, any(0, 127), sizeof memory);
    if (how == BY_KIND)
        set_by_kind(memory + (sizeof memory - length), length);
    if (which == SESSION_CONTEXT && either(0, 1))
        request.sub_app_id = &sub_app_id;
    if (which == FUNCTION_ARG && either(0, 1))
        request.function_arg_source = &source;
    (void)tcx_request_check(&request);
}

/* Where all paths of a text come together, so that the next one begins with one state. */
static void one(size_t which, size_t length, int how)
{
    check(which, length, how);
}

int main(void)
{
    const tcx_request no_service = { NULL };

    for (size_t which = 0; which < TEXTS; which++) {
        for (size_t length = 0; length <= MOST && which != SESSION_ID; length++)
            one(which, length, ANY);
    }
    for (size_t length = 0; length < MOST; length++)
        one(SESSION_ID, length, BY_KIND);
    one(SESSION_CONTEXT, LONG - 1, ASCII);
    one(SESSION_CONTEXT, LONG, ASCII);
    one(SESSION_ID, TCX_SESSION_ID_MAX, ASCII);
    one(SESSION_ID, TCX_SESSION_ID_MAX + 1, ASCII);
    (void)tcx_request_check(NULL);
    (void)tcx_request_check(&no_service);
    return 0;
}
