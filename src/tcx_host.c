#include "tcx_request.h"

static int host_is_allowed(char byte, int in_brackets)
{
    char letter = (char)(byte | ' ');

    if ((byte >= '0' && byte <= '9') || byte == '.')
        return 1;
    if (in_brackets)
        return (letter >= 'a' && letter <= 'f') || byte == ':';
    return (letter >= 'a' && letter <= 'z') || byte == '-' || byte == '_';
}

int tcx_host_read(tcx_text text, tcx_host *host)
{
    const char *at = text.bytes, *end = at + text.length;
    int bracketed = at < end && *at == '[';
    uint32_t port = 0;

    host->port = 0;
    host->sent = text;
    at += bracketed;
    host->name.bytes = at;
    while (at < end && host_is_allowed(*at, bracketed))
        at++;
    host->name.length = (size_t)(at - host->name.bytes);
    if (host->name.length == 0 || (bracketed && (at == end || *at++ != ']')))
        return 0;
    if (at == end)
        return 1;
    host->sent.length = (size_t)(at - text.bytes);
    if (*at++ != ':' || at == end || *at == '0')
        return 0;
    for (; at < end; at++) {
        if (*at < '0' || *at > '9')
            return 0;
        port = port * 10 + (uint32_t)(*at - '0');
        if (port > 65535)
            return 0;
    }
    host->port = (uint16_t)port;
    if (port != 443)
        host->sent = text;
    return 1;
}
