/*
 * Makes calls over one kept connection, each with its own signature, from one thread: libtcexec and the POSIX port.
 *
 *     kept PORT ROOTS.pem CALLS [count]     prints the CPU time of one call in ns, without the first, which connects
 *
 * With `count`, it signs with a hash class that counts, and prints the SHA-256 compressions of the last call instead.
 */
#define _DEFAULT_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <tcexec/client.h>

#include "counting.h"
#include "tcx_posix.h"

#define ROOTS_MAX 65536

static unsigned char records[TCX_TLS_BUFFER_DUPLEX], ahead[TCX_POSIX_READ_AHEAD], answer[4096];
static tcx_posix_tcp tcp;
static tcx_posix_anchors roots;
static tcx_client_chain chain;
static tcx_connection connection;
static tcx_client client;

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

static tcx_status call_once(void)
{
    static const tcx_request request = { .service = &tcx_mps,
                                         .function_name = TCX_TEXT("ExampleFunc"),
                                         .function_arg = TCX_TEXT("XXX") };
    tcx_status status = tcx_client_execute(&client, &request);

    return status == TCX_OK && client.call.response.result.length != 3 ? TCX_E_JSON_SHAPE : status;
}

int main(int argc, char **argv)
{
    static const tcx_credentials credentials = { TCX_TEXT("AKIDEXAMPLE000000000000000000000000001"),
                                                 TCX_TEXT("SKEXAMPLE0000000000000000000000002"),
                                                 { NULL, 0 } };
    static const tcx_scheme counting = { &tcx_format_tc3, &counting_sha256 };
    const long calls = argc > 3 ? atol(argv[3]) : 0;
    const int is_counted = argc > 4 && strcmp(argv[4], "count") == 0;
    tcx_signer signer;
    tcx_status status = TCX_OK;
    long long began = 0;

    if (calls < 2 || !load_roots(argv[2])) {
        fputs("usage: kept PORT ROOTS.pem CALLS (2 or more) [count]\n", stderr);
        return 2;
    }
    tcx_connection_init(&connection, 0);
    tcx_posix_tcp_init(&tcp, 0);
    tcp.ahead = ahead;
    tcp.ahead_size = sizeof ahead;
    tcx_client_init(&client, &tcp.port, answer, sizeof answer);
    tcx_client_credentials(&client, &credentials);
    tcx_client_trust_chain(&client, &chain, &tcx_tls_profile_full, roots.anchors, roots.count, records, sizeof records);
    if (is_counted) {
        status = tcx_signer_init(&signer, &credentials, &counting);
        client.config.signer = &signer;
    }
    client.config.connection = &connection;
    client.config.address = tcx_text_from("127.0.0.1");
    client.config.port = (uint16_t)atoi(argv[1]);
    for (long i = 0; i < calls && status == TCX_OK; i++) {
        counting_compressions = 0;
        status = call_once();
        if (i == 0)
            began = cpu();
    }
    printf("%lld\n", is_counted ? (long long)counting_compressions : (cpu() - began) / (calls - 1));
    if (status != TCX_OK)
        fprintf(stderr, "kept: %s\n", tcx_status_name(status));
    tcx_client_wipe(&client);
    return status != TCX_OK;
}
