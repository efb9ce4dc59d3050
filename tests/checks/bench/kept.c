/*
 * Makes calls over one kept connection, each with its own signature, from one thread: libtcexec and the POSIX port.
 *
 *     kept PORT ROOTS.pem CALLS     prints the CPU time of one call in ns, without the first, which connects
 */
#define _DEFAULT_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <tcexec.h>
#include <tcexec/tls.h>

#include "tcx_posix.h"

#define ROOTS_MAX 65536

static unsigned char records[TCX_TLS_BUFFER_DUPLEX], ahead[TCX_POSIX_READ_AHEAD], answer[4096];
static tcx_posix_tcp tcp;
static tcx_posix_anchors roots;
static tcx_tls_chain chain;
static tcx_tls tls;
static tcx_connection connection;
static tcx_signer signer;

static int load_roots(const char *name)
{
    static char pem[ROOTS_MAX];
    static union {
        br_x509_trust_anchor align;
        unsigned char bytes[ROOTS_MAX];
    } memory;
    FILE *file = fopen(name, "r");
    tcx_text text = { pem, 0 };

    if (file == NULL)
        return 0;
    text.length = fread(pem, 1, sizeof pem, file);
    fclose(file);
    return tcx_posix_anchors_read(text, memory.bytes, sizeof memory.bytes, &roots) == TCX_OK;
}

static long long cpu(void)
{
    struct rusage used;

    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000000LL +
           (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000LL;
}

static tcx_status call_once(uint16_t port)
{
    static const tcx_request request = { .service = &tcx_mps,
                                         .function_name = TCX_TEXT("ExampleFunc"),
                                         .function_arg = TCX_TEXT("XXX") };
    static tcx_call call;
    const tcx_call_config config = {
        .transport = &tls.transport,
        .signer = &signer,
        .buffer = answer,
        .buffer_size = sizeof answer,
        .unix_time = tcx_posix_unix_time(),
        .connection = &connection,
        .address = TCX_TEXT("127.0.0.1"),
        .port = port,
    };
    tcx_status status = tcx_execute(&call, &config, &request, &tcp.port);

    return status == TCX_OK && call.response.result.length != 3 ? TCX_E_JSON_SHAPE : status;
}

int main(int argc, char **argv)
{
    static const tcx_credentials credentials = { TCX_TEXT("AKIDEXAMPLE000000000000000000000000001"),
                                                 TCX_TEXT("SKEXAMPLE0000000000000000000000002"),
                                                 { NULL, 0 } };
    const tcx_tls_config tls_config = {
        .link = &tcp.transport,
        .profile = tcx_tls_profile_full,
        .trust = &chain.trust,
        .entropy = tcx_posix_entropy,
        .buffer = records,
        .buffer_size = sizeof records,
    };
    const uint16_t port = argc > 3 ? (uint16_t)atoi(argv[1]) : 0;
    const long calls = argc > 3 ? atol(argv[3]) : 0;
    tcx_status status;
    long long began = 0;

    if (calls < 2 || !load_roots(argv[2])) {
        fputs("usage: kept PORT ROOTS.pem CALLS (2 or more)\n", stderr);
        return 2;
    }
    tcx_connection_init(&connection, 0);
    tcx_posix_tcp_init(&tcp, 0);
    tcp.ahead = ahead;
    tcp.ahead_size = sizeof ahead;
    status = tcx_signer_init(&signer, &credentials, TCX_SIGN_TC3);
    if (status == TCX_OK)
        status = tcx_tls_chain_init(&chain, roots.anchors, roots.count);
    if (status == TCX_OK)
        status = tcx_tls_init(&tls, &tls_config);
    for (long i = 0; i < calls && status == TCX_OK; i++) {
        status = call_once(port);
        if (i == 0)
            began = cpu();
    }
    printf("%lld\n", (cpu() - began) / (calls - 1));
    if (status != TCX_OK)
        fprintf(stderr, "kept: %s\n", tcx_status_name(status));
    tcx_connection_close(&connection, &tls.transport);
    tcx_signer_wipe(&signer);
    return status != TCX_OK;
}
