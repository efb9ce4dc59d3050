/* --help and --version. */
#include "tcexec_command.h"

/* The two dependencies do not name their version themselves: the build does, when it knows. */
#ifndef TCX_BEARSSL_VERSION
#define TCX_BEARSSL_VERSION "of unknown version"
#endif
#ifndef TCX_JSMN_VERSION
#define TCX_JSMN_VERSION "of unknown version"
#endif

static const char help_of_call[] = "usage: tcexec [OPTIONS] mps|vod FUNCTION [ARG]   ARG: text, - for stdin, @FILE\n"
                                   "       tcexec doctor [mps|vod [FUNCTION]]   what is wrong, and what to do next\n"
                                   "       tcexec anchors --tencent|FILE.pem   trust anchors for firmware, in C\n"
                                   "Calls Tencent Cloud's ExecuteFunction and prints the Result. More: man tcexec\n"
                                   "  --sub-app-id N  --session-id S  --session-context S  --ext-info S        vod\n"
                                   "  --region R  --language zh-CN|en-US  --host NAME[:PORT]   the Host, signed\n"
                                   "  --connect HOST:PORT   dial this      --ca FILE | --pin CERT.pem   trust this\n"
                                   "  --proxy http://[USER:PASSWORD@]HOST[:PORT]   or variable https_proxy, no_proxy\n"
                                   "  --sign tc3|tc3-compat|sha256|sha1  --get  --time UNIX  --nonce N\n"
                                   "  --timeout SECONDS (60)   of all   --attempts N (1)   repeats what is safe only\n"
                                   "  --session-file FILE   resume TLS: a file of yours alone, mode 600, not a link\n"
                                   "  --plaintext   no TLS: loopback only\n"
                                   "  --dry-run   print the request     --curl   print it as a curl command\n"
                                   "  --json   print one JSON object    --quiet   say nothing after success\n"
                                   "  -v   tell every event    --version    --help, or: tcexec help doctor|anchors\n"
                                   "Credentials: TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and _TOKEN; else\n"
                                   "  ~/.tencentcloud/credentials; else of tccli's profile: --profile NAME (default)\n"
                                   "Exit: 0 done, 1 the API said no, 2 invalid input, 3 not sent,\n"
                                   "  4 sent but no complete answer, 5 sent but the answer was not understood\n"
                                   "Examples:\n"
                                   "  tcexec mps ExampleFunc XXX\n"
                                   "  tcexec vod ExampleFunc '{\"a\":1}' --session-id order-4711 --attempts 3\n"
                                   "  date | tcexec --json --timeout 5 vod Echo -\n";

static const char help_of_doctor[] =
    "usage: tcexec doctor [OPTIONS] [mps|vod [FUNCTION [ARG]]]\n"
    "Checks, one line each: credentials, their file, their end, the roots, DNS, TCP,\n"
    "a proxy if there is one, TLS, the clock, the service. A line begins with ok, bad\n"
    "or skipped; the last one is the one thing to do next. Nothing secret is printed.\n"
    "\n"
    "No function runs unless FUNCTION is named: without it, the request is signed\n"
    "with a wrong key on purpose, which the service can only refuse. That shows that\n"
    "it knows the SecretId, and not that the SecretKey is right.\n"
    "\n"
    "  --profile NAME  --ca FILE | --pin CERT.pem  --connect HOST:PORT  -v\n"
    "  --host NAME[:PORT]  --timeout SECONDS  --time UNIX  --plaintext  --proxy URL\n"
    "  --json   print one JSON object in place of the lines\n"
    "and what else makes a request: see tcexec --help.\n"
    "Exit: 0 all is well; else of the first bad line: 1 the API said no, 2 something\n"
    "  here is wrong, 3 no connection, 4 no complete answer, 5 not understood\n"
    "Examples:\n"
    "  tcexec doctor\n"
    "  tcexec doctor vod --timeout 10\n"
    "  tcexec doctor mps ExampleFunc XXX\n";

static const char help_of_anchors[] =
    "usage: tcexec anchors FILE.pem\n"
    "       tcexec anchors --tencent [FILE.pem]\n"
    "Prints trust anchors for firmware as a C header: all certificates of a PEM file,\n"
    "each once; with --tencent those that the service's certificates lead to,\n"
    "DigiCert Global Root G2 and, while it is there, DigiCert Global Root CA. Without\n"
    "a file they come from the system's bundle, or the one that SSL_CERT_FILE names.\n"
    "The header defines trust_anchors and TRUST_ANCHOR_COUNT.\n"
    "Exit: 0 done, 2 the file cannot be used\n"
    "Examples:\n"
    "  tcexec anchors --tencent > anchors.h\n"
    "  tcexec anchors --tencent /etc/ssl/certs/ca-certificates.crt > anchors.h\n"
    "  cat root.pem | tcexec anchors - > anchors.h\n";

void tcexec_help(tcexec_command command, FILE *out)
{
    static const char *const texts[] = {
        [TCEXEC_CALL] = help_of_call,
        [TCEXEC_DOCTOR] = help_of_doctor,
        [TCEXEC_ANCHORS] = help_of_anchors,
    };

    fputs(texts[command], out);
}

void tcexec_version(FILE *out)
{
    fputs("tcexec " TCX_VERSION " (BearSSL " TCX_BEARSSL_VERSION ", jsmn " TCX_JSMN_VERSION ")\n", out);
}
