/* The retry rule: see tcexec_command.h. */
#include "tcexec_command.h"

/* The library's rule. If the next attempt uses the service's clock, says so, whether that attempt succeeds or not. */
static uint32_t delay(const tcx_retry *retry, const tcx_attempt *attempt, uint32_t jitter)
{
    const tcexec_rule *rule = (const void *)retry;
    const uint32_t wait = tcx_retry_delay(retry, attempt, jitter);
    char words[200];

    if (wait != TCX_RETRY_STOP && attempt->status == TCX_E_API &&
        tcx_api_classify(attempt->response->error_code) == TCX_API_CLOCK) {
        tcexec_call_clock_text(rule->with, words, sizeof words);
        tcexec_note("%s. Attempt %lu uses the service's clock", words, (unsigned long)attempt->number + 1);
    }
    return wait;
}

void tcexec_rule_init(tcexec_rule *rule, const tcexec_exchange *with)
{
    memset(rule, 0, sizeof *rule);
    tcx_retry_init(&rule->retry, with->options->attempts);
    rule->retry.delay = delay;
    rule->retry.correct_clock = 1;
    rule->retry.repeat_ambiguous = 1;
    rule->with = with;
}
