#include "tcx_message.h"

const tcx_method tcx_method_get = { { &tcx_layout_tc3_get, &tcx_layout_v1_get } };
