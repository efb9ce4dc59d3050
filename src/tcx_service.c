#include <tcexec/service.h>

const tcx_service tcx_mps = {
    TCX_TEXT("mps"), TCX_TEXT("mps.tencentcloudapi.com"), TCX_TEXT("2019-06-12"), 0, 20,
};

const tcx_service tcx_vod = {
    TCX_TEXT("vod"), TCX_TEXT("vod.tencentcloudapi.com"), TCX_TEXT("2018-07-17"), TCX_PARAMETER_ALL, 100,
};
