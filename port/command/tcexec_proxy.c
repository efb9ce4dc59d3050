/*
 * Finds the proxy in --proxy or the environment, and writes the messages about it. See tcexec_command.h.
 *
 * A proxy's URL may contain a password. The messages show only its host and port.
 */
#define _DEFAULT_SOURCE

#include "tcexec_command.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <strings.h>

#define PORT_DEFAULT 1080u /* curl's, for a URL that names none */

/* ---- the URL ---- */

/* Returns what follows "http://". NULL, with a message: it is another scheme. */
static const char *take_scheme(const char *origin, const char *url)
{
    static const char *const others[] = { "https", "socks", "socks4", "socks4a", "socks5", "socks5h" };
    const char *end = strstr(url, "://");
    size_t i;

    if (end == NULL) /* HOST:PORT, which curl accepts, too */
        return url;
    if (end - url == 4 && strncasecmp(url, "http", 4) == 0)
        return end + 3;
    for (i = 0; i < sizeof others / sizeof others[0]; i++)
        if (strlen(others[i]) == (size_t)(end - url) && strncasecmp(url, others[i], strlen(others[i])) == 0)
            break;
    if (i < sizeof others / sizeof others[0])
        (void)tcexec_say("%s: %s:// is not supported: give an HTTP proxy, http://HOST:PORT", origin, others[i]);
    else
        (void)tcexec_say("%s: the URL does not begin with http://: give http://HOST:PORT", origin);
    return NULL;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | ' ');
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Decodes %XX in place. Returns the length, or -1 if it is malformed. */
static long decode_percent(char *text)
{
    char *out = text;
    const char *at;

    for (at = text; *at != '\0'; at++) {
        if (*at != '%') {
            *out++ = *at;
            continue;
        }
        if (hex_digit(at[1]) < 0 || hex_digit(at[2]) < 0)
            return -1;
        *out++ = (char)(hex_digit(at[1]) * 16 + hex_digit(at[2]));
        at += 2;
    }
    return out - text;
}

static int has_control(tcx_text text)
{
    size_t i;

    for (i = 0; i < text.length; i++)
        if ((unsigned char)text.bytes[i] < ' ' || text.bytes[i] == 127)
            return 1;
    return 0;
}

/* Reads USER[:PASSWORD], and overwrites it. */
static int read_credentials(tcexec_proxy *proxy, char *user)
{
    char *password = strchr(user, ':');
    long user_length;
    long password_length;

    if (password != NULL)
        *password++ = '\0';
    else
        password = user + strlen(user);
    user_length = decode_percent(user);
    password_length = decode_percent(password);
    if (user_length < 0 || password_length < 0)
        return tcexec_say("%s: a %% in user or password is not followed by two hexadecimal digits: write %%25 for %%",
                          proxy->origin);
    if (memchr(user, ':', (size_t)user_length) != NULL)
        return tcexec_say("%s: the user has a colon, and a proxy would read what follows as the password",
                          proxy->origin);
    if ((size_t)(user_length + password_length) + 1 > sizeof proxy->memory)
        return tcexec_say("%s: user and password are over %u bytes", proxy->origin, TCX_PROXY_CREDENTIALS_MAX - 1);
    memcpy(proxy->memory, user, (size_t)user_length);
    proxy->memory[user_length] = ':';
    memcpy(proxy->memory + user_length + 1, password, (size_t)password_length);
    proxy->credentials.bytes = proxy->memory;
    proxy->credentials.length = (size_t)(user_length + 1 + password_length);
    if (has_control(proxy->credentials))
        return tcexec_say("%s: user or password has a control character: remove it", proxy->origin);
    return 0;
}

static int read_url(tcexec_proxy *proxy, const char *url)
{
    const char *authority = take_scheme(proxy->origin, url);
    char copy[sizeof proxy->memory * 3];
    char *at;
    int code = 0;

    if (authority == NULL)
        return EXIT_USAGE;
    if (strlen(authority) >= sizeof copy)
        return tcexec_say("%s: the URL is over %zu bytes", proxy->origin, sizeof copy);
    memcpy(copy, authority, strlen(authority) + 1);
    at = copy + strcspn(copy, "/?#");
    if (strcmp(at, "/") == 0)
        *at = '\0';
    if (*at != '\0')
        return tcexec_say(
            "%s: there is text after HOST:PORT: give http://HOST:PORT. In a password, write '/', '?' and '#' as "
            "%%2F, %%3F and %%23",
            proxy->origin);
    at = strrchr(copy, '@');
    if (at != NULL) {
        *at++ = '\0';
        if (*copy != '\0')
            code = read_credentials(proxy, copy);
    } else {
        at = copy;
    }
    if (code == 0) {
        proxy->port = PORT_DEFAULT;
        if (strlen(at) >= sizeof proxy->host ||
            !tcexec_host_split(memcpy(proxy->host, at, strlen(at) + 1), &proxy->address, &proxy->port))
            code = tcexec_say("%s: no valid HOST[:PORT] in the URL (write an IPv6 address in brackets)", proxy->origin);
    }
    tcx_wipe(copy, sizeof copy);
    return code;
}

/* ---- no_proxy ---- */

static int is_same(tcx_text one, tcx_text other)
{
    return one.length == other.length && strncasecmp(one.bytes, other.bytes, one.length) == 0;
}

static int is_ip_address(tcx_text name)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr address;

    if (name.length >= sizeof text)
        return 0;
    memcpy(text, name.bytes, name.length);
    text[name.length] = '\0';
    return inet_pton(AF_INET, text, &address) == 1 || inet_pton(AF_INET6, text, &address) == 1;
}

/* Removes the dots at the beginning and a dot at the end. They have no meaning in no_proxy. */
static tcx_text strip_dots(tcx_text name)
{
    while (name.length > 0 && name.bytes[0] == '.') {
        name.bytes++;
        name.length--;
    }
    if (name.length > 0 && name.bytes[name.length - 1] == '.')
        name.length--;
    return name;
}

/* Returns whether an entry of no_proxy covers this name and port. */
static int is_covered(tcx_text entry, tcx_text name, uint16_t port)
{
    char copy[300];
    tcx_text wanted = { NULL, 0 };
    uint16_t wanted_port = port;

    if (entry.length == 1 && *entry.bytes == '*')
        return 1;
    if (entry.length >= sizeof copy)
        return 0;
    memcpy(copy, entry.bytes, entry.length);
    copy[entry.length] = '\0';
    if (strchr(copy, ':') != strrchr(copy, ':') && copy[0] != '[') /* an IPv6 address without brackets */
        wanted = entry;
    else if (!tcexec_host_split(copy, &wanted, &wanted_port))
        return 0;
    if (wanted_port != port)
        return 0;
    wanted = strip_dots(wanted);
    name = strip_dots(name);
    if (wanted.length == 0 || wanted.length > name.length)
        return 0;
    if (is_same(wanted, name))
        return 1;
    if (is_ip_address(name) || wanted.length == name.length || name.bytes[name.length - wanted.length - 1] != '.')
        return 0;
    name.bytes += name.length - wanted.length;
    name.length = wanted.length;
    return is_same(wanted, name);
}

static int is_excluded(tcx_text name, uint16_t port)
{
    static const char separators[] = ", \t";
    const char *at = getenv("no_proxy");

    if (at == NULL)
        at = getenv("NO_PROXY");
    if (at == NULL)
        return 0;
    for (at += strspn(at, separators); *at != '\0'; at += strspn(at, separators)) {
        tcx_text entry = { NULL, 0 };

        entry.bytes = at;
        entry.length = strcspn(at, separators);
        if (is_covered(entry, name, port))
            return 1;
        at += entry.length;
    }
    return 0;
}

/* ---- which proxy ---- */

int tcexec_proxy_find(const char *option, tcx_text name, uint16_t port, tcexec_proxy *proxy)
{
    const char *url = option;

    proxy->origin = "--proxy";
    if (url == NULL) {
        proxy->origin = "https_proxy";
        url = getenv("https_proxy");
    }
    if (url == NULL) {
        proxy->origin = "HTTPS_PROXY";
        url = getenv("HTTPS_PROXY");
    }
    if (url == NULL || *url == '\0' || (option == NULL && is_excluded(name, port)))
        return 0;
    return read_url(proxy, url);
}

/* ---- messages ---- */

void tcexec_proxy_text(const tcexec_proxy *proxy, char *text, size_t size)
{
    tcexec_host_text(proxy->address, proxy->port, text, size);
}

int tcexec_proxy_failed(const tcexec_exchange *ended)
{
    const tcx_call *call = &ended->client.call;

    return ended->options->proxy.address.bytes != NULL && !ended->proxy.is_up && call->outcome == TCX_NOT_SENT &&
           call->status <= TCX_E_CONNECT && call->status != TCX_E_CANCELLED;
}

void tcexec_proxy_advice(const tcexec_exchange *ended, char *text, size_t size)
{
    const tcexec_proxy *proxy = &ended->options->proxy;
    const tcx_call *call = &ended->client.call;
    /* 407; tinyproxy answers wrong credentials with 401 */
    const int wants_credentials = call->detail == 407 || call->detail == 401;
    char name[TCEXEC_PROXY_TEXT_MAX];
    char to[TCEXEC_PROXY_TEXT_MAX];

    tcexec_proxy_text(proxy, name, sizeof name);
    tcexec_host_text(call->peer.address, call->peer.port, to, sizeof to);
    if (call->status != TCX_E_PROXY)
        snprintf(text, size, "check that an HTTP proxy listens at %s (from %s)", name, proxy->origin);
    else if (wants_credentials && proxy->credentials.bytes == NULL)
        snprintf(text, size, "give user and password: --proxy http://USER:PASSWORD@%s", name);
    else if (wants_credentials)
        snprintf(text, size, "correct user and password in %s", proxy->origin);
    else if (call->detail >= 500 && call->detail != 501)
        snprintf(text, size, "check that %s is right, and that the proxy can reach it", to);
    else
        snprintf(text, size, "allow CONNECT to %s in the proxy, or use another proxy: --proxy http://HOST:PORT", to);
}
