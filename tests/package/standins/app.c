/* A program of a firmware. It is linked and not run. */
#include <tcexec.h>

int main(void)
{
    return TCX_VERSION[0] == '\0' || tcx_mps.name.length == 0;
}
