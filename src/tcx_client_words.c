#include <tcexec/client.h>

const tcx_client_words tcx_client_all_words = { tcx_status_name, tcx_status_text, tcx_api_advice };
