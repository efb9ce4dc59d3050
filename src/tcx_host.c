#include "tcx_host.h"

tcx_text tcx_request_host(const tcx_request *request)
{
    static const char default_port[] = ":443";
    const size_t length = sizeof default_port - 1;
    tcx_text host = request->host.bytes != NULL ? request->host : request->service->host;

    if (host.bytes != NULL && host.length >= length &&
        memcmp(host.bytes + host.length - length, default_port, length) == 0)
        host.length -= length;
    return host;
}

static int is_name(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '-' || byte == '.' || byte == '_';
}

static int is_address(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') || (byte >= 'A' && byte <= 'F') ||
           byte == ':' || byte == '.';
}

int tcx_host_split(tcx_text host, tcx_text *name, uint16_t *port)
{
    int bracketed = host.length > 0 && host.bytes[0] == '[';
    int (*allowed)(char) = bracketed ? is_address : is_name;
    size_t start = bracketed ? 1 : 0, end = start;
    uint32_t number = 0;

    while (end < host.length && allowed(host.bytes[end]))
        end++;
    name->bytes = host.bytes + start;
    name->length = end - start;
    *port = 0;
    if (name->length == 0)
        return 0;
    if (bracketed && (end == host.length || host.bytes[end++] != ']'))
        return 0;
    if (end == host.length)
        return 1;
    if (host.bytes[end++] != ':' || end == host.length || host.bytes[end] == '0')
        return 0;
    for (; end < host.length; end++) {
        if (host.bytes[end] < '0' || host.bytes[end] > '9')
            return 0;
        number = number * 10 + (uint32_t)(host.bytes[end] - '0');
        if (number > 65535)
            return 0;
    }
    *port = (uint16_t)number;
    return 1;
}
