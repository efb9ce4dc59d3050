/* --help and --version. */
#include "tcexec_command.h"

/* The two dependencies do not name their version themselves: the build does. */
#ifndef TCX_BEARSSL_VERSION
#define TCX_BEARSSL_VERSION "0.6"
#endif
#ifndef TCX_JSMN_VERSION
#define TCX_JSMN_VERSION "1.1.0"
#endif

void tcexec_help(FILE *out)
{
    fputs("usage: tcexec [OPTIONS] mps|vod FUNCTION [ARG]   ARG: text, - for stdin, @FILE\n"
          "       tcexec anchors FILE.pem     trust anchors for firmware, as a C header\n"
          "Calls Tencent Cloud's ExecuteFunction and prints the Result.\n"
          "  --sub-app-id N  --session-id S  --session-context S  --ext-info S        vod\n"
          "  --region R  --language zh-CN|en-US  --host NAME[:PORT]   the Host, signed\n"
          "  --connect HOST:PORT   dial this      --ca FILE | --pin CERT.pem   trust this\n"
          "  --sign tc3|tc3-compat|sha256|sha1  --get  --time UNIX  --nonce N\n"
          "  --timeout SECONDS (60)   of all   --attempts N (1)   repeats what is safe only\n"
          "  --session-file FILE   resume TLS  --plaintext   no TLS: loopback only\n"
          "  --dry-run   print the request     --curl   print it as a curl command\n"
          "  --json   print one JSON object    -v   tell every event   --version   --help\n"
          "JSON: result, request_id, error {code, message}, outcome, http_status, status,\n"
          "  attempts, status_text, detail, detail_text, server_time, clock_offset (s),\n"
          "  elapsed_ms, connect_ms, resumed, reused, bytes_sent, bytes_received, body\n"
          "Credentials: TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and _TOKEN; else\n"
          "  ~/.tencentcloud/credentials; else ~/.tccli/default.credential\n"
          "Exit: 0 done, 1 the API said no, 2 invalid input, 3 not sent,\n"
          "  4 sent but no complete answer, 5 sent but the answer was not understood\n"
          "Examples:\n"
          "  tcexec mps ExampleFunc XXX\n"
          "  tcexec --sub-app-id 1500000000 --session-id order-4711 vod Example @arg.json\n"
          "  date | tcexec --json --timeout 5 vod ExampleFunc -\n",
          out);
}

void tcexec_version(FILE *out)
{
    fputs("tcexec " TCX_VERSION " (BearSSL " TCX_BEARSSL_VERSION ", jsmn " TCX_JSMN_VERSION ")\n", out);
}
