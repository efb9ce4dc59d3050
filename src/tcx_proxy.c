#include <tcexec/proxy.h>

#include "tcx_http.h"

enum {
    PROXY_WINDOW = 256
}; /* bytes of the request sent at once: most requests then are one segment, which every proxy accepts */
enum { PROXY_TURNS = 64 }; /* bytes of the answer read in one call */
enum { PROXY_ADDRESS_MAX = 255 };

enum { PROXY_CLOSED, PROXY_CONNECTING, PROXY_SENDING, PROXY_RECEIVING, PROXY_OPEN };

/* What the next byte of the answer belongs to. */
enum {
    PROXY_STATUS_LINE, /* its fixed part and the byte after it */
    PROXY_TEXT,        /* of a reason or a value, up to its CR */
    PROXY_LINE_FEED,
    PROXY_LINE_START, /* of a field, or of the empty line that ends the head */
    PROXY_NAME,
    PROXY_LAST_LINE_FEED
};

/* Records why the proxy failed. Returns any negative number: the caller asks proxy_failure(). */
static int proxy_fail(tcx_proxy *proxy, tcx_status status, int detail)
{
    proxy->status = status;
    proxy->detail = detail;
    return -1;
}

/* ---- the request ---- */

/* A part of the request: up to PROXY_WINDOW bytes after the first `skipped` ones. */
typedef struct proxy_window {
    size_t skipped;
    size_t total; /* bytes of the whole request */
    size_t length;
    char bytes[PROXY_WINDOW];
} proxy_window;

static void proxy_add_byte(proxy_window *out, char byte)
{
    if (out->total >= out->skipped && out->length < sizeof out->bytes)
        out->bytes[out->length++] = byte;
    out->total++;
}

static void proxy_add_text(proxy_window *out, tcx_text text)
{
    for (size_t i = 0; i < text.length; i++)
        proxy_add_byte(out, text.bytes[i]);
}

static int proxy_is_v6(tcx_text address)
{
    int colons = 0;

    for (size_t i = 0; i < address.length; i++)
        colons |= address.bytes[i] == ':';
    return colons;
}

/* RFC 9110 section 7.2: uri-host ":" port. RFC 3986 section 3.2.2: an IPv6 address is in brackets. */
static void proxy_add_target(proxy_window *out, const tcx_peer *peer)
{
    const int brackets = proxy_is_v6(peer->address);
    unsigned divisor = 10000;

    if (brackets)
        proxy_add_byte(out, '[');
    proxy_add_text(out, peer->address);
    if (brackets)
        proxy_add_byte(out, ']');
    proxy_add_byte(out, ':');
    while (divisor > peer->port && divisor > 1)
        divisor /= 10;
    for (; divisor > 0; divisor /= 10)
        proxy_add_byte(out, (char)('0' + peer->port / divisor % 10));
}

/* RFC 4648 section 4. */
static void proxy_add_base64(proxy_window *out, tcx_text text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < text.length; i += 3) {
        const size_t left = text.length - i;
        uint32_t group = (uint32_t)(unsigned char)text.bytes[i] << 16;

        if (left > 1)
            group |= (uint32_t)(unsigned char)text.bytes[i + 1] << 8;
        if (left > 2)
            group |= (unsigned char)text.bytes[i + 2];
        proxy_add_byte(out, letters[group >> 18]);
        proxy_add_byte(out, letters[group >> 12 & 63]);
        proxy_add_byte(out, left > 1 ? letters[group >> 6 & 63] : '=');
        proxy_add_byte(out, left > 2 ? letters[group & 63] : '=');
    }
}

static void proxy_add_request(proxy_window *out, const tcx_text *credentials, const tcx_peer *peer)
{
    static const tcx_text method = TCX_TEXT("CONNECT "), host = TCX_TEXT(" HTTP/1.1\r\nHost: "), end = TCX_TEXT("\r\n"),
                          basic = TCX_TEXT("\r\nProxy-Authorization: Basic ");

    proxy_add_text(out, method);
    proxy_add_target(out, peer);
    proxy_add_text(out, host);
    proxy_add_target(out, peer);
    if (credentials->bytes != NULL) {
        proxy_add_text(out, basic);
        proxy_add_base64(out, *credentials);
    }
    proxy_add_text(out, end);
    proxy_add_text(out, end);
}

/* Sends the next part of the request and keeps nothing of it: after a wait, it makes the same bytes again. */
static int proxy_send_request(tcx_proxy *proxy, const tcx_peer *peer)
{
    const tcx_transport *link = proxy->config->link;
    proxy_window part;
    int sent;

    part.skipped = proxy->at;
    part.total = 0;
    part.length = 0;
    proxy_add_request(&part, &proxy->config->credentials, peer);
    sent = link->send(link->context, part.bytes, part.length);
    tcx_wipe(part.bytes, sizeof part.bytes);
    if (sent == TCX_CLOSED || sent == TCX_CLOSED_CLEAN)
        return proxy_fail(proxy, TCX_E_PROXY_CLOSED, 0);
    if (sent == 0 || (sent > 0 && (size_t)sent > part.length))
        return proxy_fail(proxy, TCX_E_TRANSPORT_CONTRACT, sent);
    if (sent < 0)
        return sent;
    proxy->at = (uint16_t)(proxy->at + (unsigned)sent);
    if (proxy->at == part.total) {
        proxy->at = 0;
        proxy->state = PROXY_RECEIVING;
    }
    return TCX_AGAIN;
}

/* ---- the answer ---- */

/* RFC 9110 section 5.5 */
static int proxy_is_text(unsigned char byte)
{
    return byte == '\t' || (byte >= ' ' && byte != 127);
}

static void proxy_begin_answer(tcx_proxy *proxy)
{
    proxy->place = PROXY_STATUS_LINE;
    proxy->column = 0;
    proxy->code = 0;
}

/*
 * RFC 9112 section 4. Many servers omit the reason phrase together with its blank. Returns 0 if the line is malformed.
 */
static int proxy_read_status_line(tcx_proxy *proxy, unsigned char byte)
{
    static const char pattern[] = "HTTP/1.# ###";
    char expected;

    if (proxy->column >= sizeof pattern - 1) {
        proxy->place = byte == '\r' ? PROXY_LINE_FEED : PROXY_TEXT;
        return byte == '\r' || byte == ' ';
    }
    expected = pattern[proxy->column++];
    if (expected != '#')
        return byte == (unsigned char)expected;
    if (byte < '0' || byte > '9')
        return 0;
    if (proxy->column > 9)
        proxy->code = (uint16_t)(proxy->code * 10u + (unsigned)(byte - '0'));
    return 1;
}

/*
 * Only CR LF ends a line. Lines cannot be folded (RFC 9112 section 5.2), and there is no blank before a colon. Returns
 * 0 if the line is malformed.
 */
static int proxy_read_line_byte(tcx_proxy *proxy, unsigned char byte)
{
    switch (proxy->place) {
    case PROXY_STATUS_LINE:
        return proxy_read_status_line(proxy, byte);
    case PROXY_TEXT:
        if (byte == '\r')
            proxy->place = PROXY_LINE_FEED;
        return byte == '\r' || proxy_is_text(byte);
    case PROXY_LINE_START:
        proxy->place = byte == '\r' ? PROXY_LAST_LINE_FEED : PROXY_NAME;
        return byte == '\r' || tcx_http_is_token(byte);
    case PROXY_NAME:
        if (byte == ':')
            proxy->place = PROXY_TEXT;
        return byte == ':' || tcx_http_is_token(byte);
    default: /* a line feed */
        return byte == '\n';
    }
}

/*
 * Reads a byte of the answer. A refusal counts as soon as its status line is complete, because the rest tells a program
 * nothing more. Returns 0 to continue, 1 when the tunnel is up, or a failure.
 */
static int proxy_read_byte(tcx_proxy *proxy, unsigned char byte)
{
    const uint8_t place = proxy->place;

    if (!proxy_read_line_byte(proxy, byte))
        return proxy_fail(proxy, TCX_E_PROXY_ANSWER, 0);
    if (place == PROXY_LINE_FEED) {
        if (proxy->code < 100) /* RFC 9110 section 15 */
            return proxy_fail(proxy, TCX_E_PROXY_ANSWER, 0);
        if (proxy->code >= 300 || proxy->code == 101) /* RFC 9110 section 15.2.2: no upgrade was requested */
            return proxy_fail(proxy, TCX_E_PROXY, (int)proxy->code);
        proxy->place = PROXY_LINE_START;
    } else if (place == PROXY_LAST_LINE_FEED) {
        if (proxy->code >= 200) /* RFC 9110 section 9.3.6: any 2xx; its length fields mean nothing */
            return 1;
        proxy_begin_answer(proxy);
    }
    return 0;
}

/* Reads the answer byte by byte. The bytes after its end belong to the layer above and must stay in the link. */
static int proxy_read_answer(tcx_proxy *proxy)
{
    const tcx_transport *link = proxy->config->link;
    int result = 0;

    for (int turn = 0; turn < PROXY_TURNS && result == 0; turn++) {
        unsigned char byte = 0;
        int received = link->recv(link->context, &byte, 1);

        if (received == TCX_CLOSED || received == TCX_CLOSED_CLEAN)
            return proxy_fail(proxy, TCX_E_PROXY_CLOSED, 0);
        if (received == 0 || received > 1)
            return proxy_fail(proxy, TCX_E_TRANSPORT_CONTRACT, received);
        if (received < 0)
            return received;
        if (proxy->at == TCX_PROXY_ANSWER_MAX)
            return proxy_fail(proxy, TCX_E_PROXY_ANSWER, 0);
        proxy->at++;
        result = proxy_read_byte(proxy, byte);
    }
    if (result == 1) {
        proxy->state = PROXY_OPEN;
        proxy->is_up = 1;
    }
    return result == 0 ? TCX_AGAIN : result;
}

/* ---- the transport ---- */

/* Returns 1 if the address is a name, an IPv4 or an IPv6 address. Anything else could end its line in the request. */
static int proxy_is_target(tcx_text address)
{
    if (address.length == 0 || address.length > PROXY_ADDRESS_MAX)
        return 0;
    for (size_t i = 0; i < address.length; i++) {
        const char byte = address.bytes[i], letter = (char)(byte | ' ');

        if (!(byte >= '0' && byte <= '9') && !(letter >= 'a' && letter <= 'z') && byte != '-' && byte != '.' &&
            byte != '_' && byte != ':')
            return 0;
    }
    return 1;
}

/*
 * Opens the link with the proxy as its peer. A link that verifies its peer, such as TLS to a proxy, then verifies the
 * proxy.
 */
static int proxy_open_link(tcx_proxy *proxy, const tcx_peer *peer)
{
    const tcx_proxy_config *config = proxy->config;
    tcx_peer proxy_peer = *peer;

    proxy_peer.name = config->address;
    proxy_peer.address = config->address;
    proxy_peer.port = config->port;
    return config->link->open(config->link->context, &proxy_peer);
}

static int proxy_open(void *context, const tcx_peer *peer)
{
    tcx_proxy *proxy = context;

    int result;

    if (proxy->state == PROXY_CLOSED) {
        proxy->status = TCX_OK;
        proxy->is_up = 0;
        if (!proxy_is_target(peer->address))
            return proxy_fail(proxy, TCX_E_PROXY_TARGET, 0);
        proxy->at = 0;
        proxy_begin_answer(proxy);
        proxy->state = PROXY_CONNECTING;
    }
    if (proxy->state == PROXY_CONNECTING) {
        result = proxy_open_link(proxy, peer); /* an invalid result is returned too: the caller refuses it */
        if (result != 1)
            return result;
        proxy->state = PROXY_SENDING;
    }
    if (proxy->state == PROXY_SENDING)
        return proxy_send_request(proxy, peer);
    return proxy->state == PROXY_RECEIVING ? proxy_read_answer(proxy)
                                           : 0; /* 0: it belongs to the call that opened it */
}

static int proxy_send(void *context, const void *bytes, size_t length)
{
    const tcx_transport *link = ((tcx_proxy *)context)->config->link;

    return link->send(link->context, bytes, length);
}

static int proxy_recv(void *context, void *bytes, size_t length)
{
    const tcx_transport *link = ((tcx_proxy *)context)->config->link;

    return link->recv(link->context, bytes, length);
}

static void proxy_close(void *context)
{
    tcx_proxy *proxy = context;
    const tcx_transport *link = proxy->config->link;

    if (proxy->state != PROXY_CLOSED)
        link->close(link->context);
    proxy->state = PROXY_CLOSED;
}

static unsigned char *proxy_compose(void *context, size_t *length)
{
    const tcx_transport *link = ((tcx_proxy *)context)->config->link;

    return link->compose(link->context, length);
}

static tcx_status proxy_failure(void *context, int *detail)
{
    const tcx_proxy *proxy = context;
    const tcx_transport *link = proxy->config->link;

    if (proxy->status != TCX_OK) {
        *detail = proxy->detail;
        return proxy->status;
    }
    return link->failure != NULL ? link->failure(link->context, detail) : TCX_OK;
}

/* ---- setting up ---- */

static int proxy_is_address(tcx_text address)
{
    for (size_t i = 0; i < address.length; i++) {
        if (address.bytes[i] <= ' ' || address.bytes[i] > '~')
            return 0;
    }
    return address.length > 0;
}

/* RFC 7617 section 2. */
static int proxy_are_credentials(tcx_text credentials)
{
    int colons = 0;

    if (credentials.length > TCX_PROXY_CREDENTIALS_MAX)
        return 0;
    for (size_t i = 0; i < credentials.length; i++) {
        const unsigned char byte = (unsigned char)credentials.bytes[i];

        if (byte < ' ' || byte == 127)
            return 0;
        colons |= byte == ':';
    }
    return colons;
}

tcx_status tcx_proxy_init(tcx_proxy *proxy, const tcx_proxy_config *config)
{
    static const tcx_transport transport = { NULL,        proxy_open,    proxy_send,   proxy_recv,
                                             proxy_close, proxy_compose, proxy_failure };
    const tcx_transport *link;

    if (proxy == NULL)
        return TCX_E_NULL;
    memset(proxy, 0, sizeof *proxy);
    if (config == NULL || config->link == NULL || config->address.bytes == NULL)
        return TCX_E_NULL;
    link = config->link;
    if (link->open == NULL || link->send == NULL || link->recv == NULL || link->close == NULL)
        return TCX_E_NULL;
    if (!proxy_is_address(config->address) || config->port == 0)
        return TCX_E_PROXY_ADDRESS;
    if (config->credentials.bytes != NULL && !proxy_are_credentials(config->credentials))
        return TCX_E_PROXY_CREDENTIALS;
    proxy->config = config;
    proxy->transport = transport;
    proxy->transport.context = proxy;
    if (link->compose == NULL)
        proxy->transport.compose = NULL;
    return TCX_OK;
}
