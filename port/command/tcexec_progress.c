/* The progress of a call on a terminal: see tcexec_command.h. */
#include "tcexec_command.h"

#define AFTER     1000u /* ms: a call that ends earlier shows nothing */
#define TEXT_SIZE 80u   /* a line of a terminal: a line that wraps cannot be erased */

static double in_unit(uint64_t bytes, int is_large)
{
    return (double)bytes / (is_large ? 1048576.0 : 1024.0);
}

/* The total does not count the head. That matters only for a small body, which is sent too fast to be seen. */
static void put_sending(const tcexec_exchange *with, char *text)
{
    const uint64_t whole = with->client.call.message.content_length;
    const uint64_t sent = with->trace.sent < whole ? with->trace.sent : whole;
    const int is_large = whole >= 1048576;

    if (whole == 0)
        snprintf(text, TEXT_SIZE, "sending");
    else
        snprintf(text, TEXT_SIZE, is_large ? "sending %.1f of %.1f MiB (%u %%)" : "sending %.0f of %.0f KiB (%u %%)",
                 in_unit(sent, is_large), in_unit(whole, is_large), (unsigned)(sent * 100 / whole));
}

static void put_text(const tcexec_exchange *with, uint32_t tick, char *text)
{
    const tcexec_trace *trace = &with->trace;
    const unsigned long elapsed = tick - trace->since;
    const unsigned long seconds = elapsed / 1000;

    switch (trace->stage) {
    case TCEXEC_STAGE_CONNECT:
        snprintf(text, TEXT_SIZE, "connecting, %lu s", seconds);
        break;
    case TCEXEC_STAGE_SEND:
        put_sending(with, text);
        break;
    case TCEXEC_STAGE_WAIT:
        snprintf(text, TEXT_SIZE, trace->is_probe ? "sent; waiting %lu s" : "sent; it may be running; waiting %lu s",
                 seconds);
        break;
    case TCEXEC_STAGE_RECEIVE:
        snprintf(text, TEXT_SIZE, "receiving the answer, %.0f KiB", in_unit(trace->received, 0));
        break;
    case TCEXEC_STAGE_PAUSE:
        snprintf(text, TEXT_SIZE, "attempt %lu failed; trying again in %lu s",
                 (unsigned long)with->client.call.attempts,
                 elapsed < trace->pause ? (trace->pause - elapsed + 999) / 1000 : 0ul);
        break;
    }
}

void tcexec_progress_show(const tcexec_exchange *with)
{
    const uint32_t tick = tcx_posix_tick();
    char text[TEXT_SIZE];

    if (tick - with->trace.began < AFTER)
        return;
    put_text(with, tick, text);
    tcexec_progress(text);
}
