/* --help and --version. */
#include "tcexec_words.h"

/* The two dependencies do not name their version themselves: the build does, when it knows. */
#ifndef TCX_BEARSSL_VERSION
#define TCX_BEARSSL_VERSION "of unknown version"
#endif
#ifndef TCX_JSMN_VERSION
#define TCX_JSMN_VERSION "of unknown version"
#endif

#define COLUMNS 80

/* The options that only some services know, by service. */
static void print_parameters(FILE *out)
{
    size_t i;
    int which;

    for (i = 0; tcexec_services[i] != NULL; i++) {
        const unsigned known = tcexec_services[i]->parameters;
        const int indent = known ? fprintf(out, "  with %s:", tcexec_services[i]->name.bytes) : 0;
        int column = indent;

        for (which = 0; which < tcexec_option_count; which++) {
            const tcexec_option *option = &tcexec_option_table[which];

            if (!(option->parameter & known))
                continue;
            if (column + (int)(strlen(option->name) + strlen(option->value)) + 3 > COLUMNS)
                column = fprintf(out, "\n%*s", indent, "") - 1;
            column += fprintf(out, "  %s %s", option->name, option->value);
        }
        if (known)
            fputc('\n', out);
    }
}

static void print_help_of_call(FILE *out)
{
    char services[TCEXEC_SERVICES_TEXT_SIZE];

    tcexec_services_text(0, "|", "|", services);
    fprintf(out,
            "usage: tcexec [OPTIONS] %s FUNCTION [ARG]  ARG: text, - (stdin), @FILE\n"
            "       tcexec doctor [%s [FUNCTION]]   what is wrong, what to do next\n"
            "       tcexec anchors --tencent|FILE.pem   trust anchors for firmware, in C\n"
            "Calls Tencent Cloud's ExecuteFunction and prints the Result. More: man tcexec\n",
            services, services);
    print_parameters(out);
    fputs("  --region R  --language zh-CN|en-US  --host NAME[:PORT]   the Host, signed\n"
          "  --connect HOST:PORT   dial this      --ca FILE | --pin CERT.pem   trust this\n"
          "  --proxy http://[USER:PASSWORD@]HOST[:PORT]   or variable https_proxy, no_proxy\n"
          "  --sign tc3|tc3-compat|sha256|sha1  --get  --time UNIX  --nonce N\n"
          "  --timeout SECONDS (60)   of all   --attempts N (1)   repeats only what is safe\n"
          "  --session-file FILE   resume TLS: a file of yours alone, mode 600, not a link\n"
          "  --plaintext   no TLS: loopback only\n"
          "  --dry-run   print the request     --curl   print it as a curl command\n"
          "  --json   print one JSON object    --quiet   say nothing after success\n"
          "  -v   show every event    --version    --help, or: tcexec help doctor|anchors\n"
          "Credentials: TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY and _TOKEN; else\n"
          "  ~/.tencentcloud/credentials; else of tccli's profile: --profile NAME (default)\n"
          "Exit: 0 done, 1 the service returned an error, 2 invalid input, 3 not sent,\n"
          "  4 sent but no complete answer, 5 sent but the answer was not understood\n"
          "Examples:\n"
          "  tcexec mps ExampleFunc XXX\n"
          "  tcexec vod ExampleFunc '{\"a\":1}' --session-id order-4711 --attempts 3\n"
          "  date | tcexec --json --timeout 5 vod Echo -\n",
          out);
}

static void print_help_of_doctor(FILE *out)
{
    char services[TCEXEC_SERVICES_TEXT_SIZE];

    tcexec_services_text(0, "|", "|", services);
    fprintf(out, "usage: tcexec doctor [OPTIONS] [%s [FUNCTION [ARG]]]\n", services);
    fputs("Checks, one line each: credentials, their file and expiry, the roots, DNS, TCP,\n"
          "the proxy if there is one, TLS, the clock, the service. A line begins with ok,\n"
          "bad or skipped. The last line is the next step. No secret is printed.\n"
          "\n"
          "Without FUNCTION no function runs: the request is signed with a wrong key on\n"
          "purpose, and the service refuses it. This shows that the service knows the\n"
          "SecretId. It does not show that the SecretKey is correct.\n"
          "\n"
          "  --profile NAME  --ca FILE | --pin CERT.pem  --connect HOST:PORT  -v\n"
          "  --host NAME[:PORT]  --timeout SECONDS  --time UNIX  --plaintext  --proxy URL\n"
          "  --json   print one JSON object in place of the lines\n"
          "and the other options of a request: see tcexec --help.\n"
          "Exit: 0 no line is bad; else by the first bad line: 1 the service returned an\n"
          "  error, 2 a fault here, 3 no connection, 4 no complete answer, 5 not understood\n"
          "Examples:\n"
          "  tcexec doctor\n"
          "  tcexec doctor vod --timeout 10\n"
          "  tcexec doctor mps ExampleFunc XXX\n",
          out);
}

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

static void print_words(FILE *out)
{
    static const char *const commands[] = { "call", "doctor", "anchors" };
    char services[TCEXEC_SERVICES_TEXT_SIZE];
    int i;
    int command;

    for (i = 0; tcexec_services[i] != NULL; i++)
        fprintf(out, "%s service\n", tcexec_services[i]->name.bytes);
    fputs("doctor command\nanchors command\nhelp command\n", out);
    for (i = 0; i < tcexec_option_count; i++) {
        const tcexec_option *option = &tcexec_option_table[i];
        const char *before = "";

        fprintf(out, "%s ", option->name);
        for (command = 0; command < (int)(sizeof commands / sizeof commands[0]); command++)
            if (option->commands & 1u << command) {
                fprintf(out, "%s%s", before, commands[command]);
                before = ",";
            }
        fprintf(out, " %s %s %s", option->value ? option->value : "-", option->excluded ? option->excluded : "-",
                option->about);
        tcexec_services_text(option->parameter, ", ", ", ", services);
        if (option->parameter != 0)
            fprintf(out, " (%s)", services);
        fputc('\n', out);
    }
}

void tcexec_help(tcexec_command command, FILE *out)
{
    switch (command) {
    case TCEXEC_CALL:
        print_help_of_call(out);
        break;
    case TCEXEC_DOCTOR:
        print_help_of_doctor(out);
        break;
    case TCEXEC_ANCHORS:
        fputs(help_of_anchors, out);
        break;
    case TCEXEC_WORDS:
        print_words(out);
        break;
    }
}

void tcexec_version(FILE *out)
{
    fputs("tcexec " TCX_VERSION " (BearSSL " TCX_BEARSSL_VERSION ", jsmn " TCX_JSMN_VERSION ")\n", out);
}
