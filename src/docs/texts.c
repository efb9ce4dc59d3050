/* For statuses.py: writes each status as a line of number, name and text, separated by tabs. */
#include <stdio.h>
#include <string.h>

#include <tcexec/status.h>

int main(void)
{
    int number;

    for (number = TCX_PENDING; number >= -999; number--) {
        const char *name = tcx_status_name((tcx_status)number);

        if (strcmp(name, "TCX_E_UNKNOWN") != 0)
            printf("%d\t%s\t%s\n", number, name, tcx_status_text((tcx_status)number));
    }
    return 0;
}
