/*
 * The services that have ExecuteFunction.
 *
 * A service is plain data. The library has two. To define another (a regional or international host, a private cloud, a
 * test), copy one and change what differs: `tcx_service mine = tcx_vod; mine.host =
 * tcx_text_from("vod.intl.tencentcloudapi.com");`
 */
#ifndef TCEXEC_SERVICE_H
#define TCEXEC_SERVICE_H

#include <tcexec/text.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The optional parameters that a service has (tcx_service.parameters). The library refuses a request that sets another,
 * because the service would answer UnknownParameter.
 */
#define TCX_PARAMETER_SUB_APP_ID      1u
#define TCX_PARAMETER_SESSION_CONTEXT 2u
#define TCX_PARAMETER_SESSION_ID      4u
#define TCX_PARAMETER_EXT_INFO        8u
#define TCX_PARAMETER_ALL             15u

/* A service. */
typedef struct tcx_service {
    tcx_text name;                  /* for the credential scope of a TC3 signature: "mps" */
    tcx_text host;                  /* default Host, NAME[:PORT]: signed, and the default address to connect to */
    tcx_text version;               /* X-TC-Version: "2019-06-12" */
    unsigned char parameters;       /* TCX_PARAMETER_… or'ed */
    unsigned char calls_per_second; /* the service's documented limit per account */
} tcx_service;

/* Media Processing Service, version 2019-06-12: FunctionName and FunctionArg, 20 calls per second. */
extern const tcx_service tcx_mps;

/* Video on Demand, version 2018-07-17: all parameters, 100 calls per second. */
extern const tcx_service tcx_vod;

#ifdef __cplusplus
}
#endif

#endif
