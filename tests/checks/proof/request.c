/*
 * units:  tcx_request tcx_host tcx_utf8 tcx_check
 * bounds: each text in turn any 0 to 5 bytes, SessionId 0 to 4, set or unset; SessionId of 50 and 51, SessionContext of
 *         1000 and 1001 characters, any ASCII; any parameters of the service; a source or not, made or not; NULLs
 * eva:    -eva-slevel 100000 -eva-min-loop-unroll 1002 -eva-slevel-function one:0 -eva-split-return full
 */
#include "any.h"

#include "../../unit/request_texts.h"

enum { MOST = 5, LONG = TCX_SESSION_CONTEXT_MAX + 1 };

/* Which text: a row of request_texts, or one of the service's. */
enum { SERVICE_TEXTS = 3, TEXTS = REQUEST_TEXTS + SERVICE_TEXTS };

static int is(size_t which, size_t at)
{
    return which < REQUEST_TEXTS && request_texts[which].at == at;
}

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
    tcx_text *const service_texts[SERVICE_TEXTS] = { &service.name, &service.host, &service.version };
    tcx_request request = { .service = &service };

    for (size_t i = 0; i < REQUEST_TEXTS; i++) {
        if (request_texts[i].at != offsetof(tcx_request, function_arg) &&
            request_texts[i].at != offsetof(tcx_request, host))
            *request_text_of(&request, i) = (tcx_text)TCX_TEXT("t");
    }
    *(which < REQUEST_TEXTS ? request_text_of(&request, which) : service_texts[which - REQUEST_TEXTS]) =
        any_text(memory, length, 1);
    if (how == ASCII)
        memset(memory, any(0, 127), sizeof memory);
    if (how == BY_KIND)
        set_by_kind(memory + (sizeof memory - length), length);
    if (is(which, offsetof(tcx_request, session_context)) && either(0, 1))
        request.sub_app_id = &sub_app_id;
    if (is(which, offsetof(tcx_request, function_arg)) && either(0, 1))
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
        if (is(which, offsetof(tcx_request, session_id))) {
            for (size_t length = 0; length < MOST; length++)
                one(which, length, BY_KIND);
            one(which, TCX_SESSION_ID_MAX, ASCII);
            one(which, TCX_SESSION_ID_MAX + 1, ASCII);
            continue;
        }
        for (size_t length = 0; length <= MOST; length++)
            one(which, length, ANY);
        if (is(which, offsetof(tcx_request, session_context))) {
            one(which, LONG - 1, ASCII);
            one(which, LONG, ASCII);
        }
    }
    (void)tcx_request_check(NULL);
    (void)tcx_request_check(&no_service);
    return 0;
}
