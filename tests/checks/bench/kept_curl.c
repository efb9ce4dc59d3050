/*
 * Makes the same calls with libcurl, which does not sign: it sends the headers of one signed request again each time.
 *
 *     kept_curl PORT ROOTS.pem CALLS REQUEST      REQUEST: what `tcexec --dry-run` printed
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define HOST        "mps.tencentcloudapi.com"
#define REQUEST_MAX 4096

static long long cpu(void)
{
    struct rusage used;

    getrusage(RUSAGE_SELF, &used);
    return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000000LL +
           (used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1000LL;
}

static size_t keep(char *bytes, size_t size, size_t count, void *answer)
{
    strncat(answer, bytes, size * count);
    return size * count;
}

/* The lines between the first and the body, less Host and Content-Length, which libcurl writes. */
static struct curl_slist *headers_of(char *request)
{
    struct curl_slist *headers = NULL;
    char *line = strtok(request, "\r\n");

    while ((line = strtok(NULL, "\r\n")) != NULL && *line != '{')
        if (strncmp(line, "Host:", 5) != 0 && strncmp(line, "Content-Length:", 15) != 0)
            headers = curl_slist_append(headers, line);
    return headers;
}

int main(int argc, char **argv)
{
    static char request[REQUEST_MAX + 1], answer[REQUEST_MAX];
    char connect_to[64], url[64];
    const long calls = argc > 4 ? atol(argv[3]) : 0;
    FILE *file = argc > 4 ? fopen(argv[4], "r") : NULL;
    struct curl_slist *headers, *route = NULL;
    CURL *curl = curl_easy_init();
    CURLcode code = CURLE_OK;
    const char *body;
    long long began = 0;

    if (calls < 2 || file == NULL || curl == NULL || fread(request, 1, REQUEST_MAX, file) == 0) {
        fputs("usage: kept_curl PORT ROOTS.pem CALLS (2 or more) REQUEST\n", stderr);
        return 2;
    }
    fclose(file);
    snprintf(url, sizeof url, "https://" HOST "/");
    snprintf(connect_to, sizeof connect_to, HOST ":443:127.0.0.1:%s", argv[1]);
    body = strstr(request, "\r\n\r\n");
    if (body == NULL)
        return 2;
    curl_easy_setopt(curl, CURLOPT_COPYPOSTFIELDS, body + 4);
    headers = headers_of(request);
    route = curl_slist_append(route, connect_to);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CONNECT_TO, route);
    curl_easy_setopt(curl, CURLOPT_CAINFO, argv[2]);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, answer);
    for (long i = 0; i < calls && code == CURLE_OK; i++) {
        answer[0] = '\0';
        code = curl_easy_perform(curl);
        if (code == CURLE_OK && strstr(answer, "\"XXX\"") == NULL)
            code = CURLE_WEIRD_SERVER_REPLY;
        if (i == 0)
            began = cpu();
    }
    printf("%lld\n", (cpu() - began) / (calls - 1));
    if (code != CURLE_OK)
        fprintf(stderr, "kept_curl: %s\n", curl_easy_strerror(code));
    return code != CURLE_OK;
}
