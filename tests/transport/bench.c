#include "bench.h"

#include <stdarg.h>
#include <stdio.h>

static int count, failures;

int bench_report(int passed, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    printf("%sok %d - ", passed ? "" : "not ", ++count);
    vprintf(format, arguments);
    printf("\n");
    fflush(stdout);
    va_end(arguments);
    failures += !passed;
    return passed;
}

void bench_run(const char *transport, tcx_contract *contract, int leave_out)
{
    int left_out = 0;
    size_t i;

    for (i = 0; i < TCX_CONTRACT_CHECKS; i++) {
        int result;

        printf("# %s: %s\n", transport, tcx_contract_name(i)); /* before it runs: it may hang */
        fflush(stdout);
        result = tcx_contract_check(contract, i);
        left_out += result == 0;
        if (result < 0)
            bench_report(0, "%s: %s: %s (%d); %s", transport, tcx_contract_name(i), contract->problem, contract->number,
                         tcx_contract_text(i));
        else if (result > 0)
            bench_report(1, "%s: %s", transport, tcx_contract_name(i));
    }
    if (tcx_contract_note(contract) != NULL)
        printf("# %s: %s\n", transport, tcx_contract_note(contract));
    if (left_out != leave_out)
        bench_report(0, "%s: %d checks were left out, not %d", transport, left_out, leave_out);
}

int bench_end(void)
{
    printf("1..%d\n", count);
    return failures != 0;
}
