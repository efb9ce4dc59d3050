#include <tcexec/proxy.h>

#include "tcx_http.h"

enum { WINDOW = 256 }; /* bytes of the request sent at once: most requests are one segment, which every proxy takes */
enum { TURNS = 64 };   /* bytes of the answer that are read in one call */
enum { ADDRESS_MAX = 255 };

enum { CLOSED, LINKING, ASKING, LISTENING, OPEN };

/* What the next byte of the answer belongs to. */
enum {
    STATUS_LINE, /* its fixed part, and the byte after it */
    TEXT,        /* of a reason or a value, to its CR */
    LINE_FEED,
    LINE_START, /* of a field, or of the empty line that ends the head */
    NAME,
    LAST_LINE_FEED
};

/* The proxy failed: any negative number will do, because proxy_failure() tells the rest. */
static int fail(tcx_proxy *proxy, tcx_status status, int detail)
{
    proxy->status = status;
    proxy->detail = detail;
    return -1;
}

/* ---- the request ---- */

/* A part of the request: up to WINDOW bytes, after the first `skipped` ones. */
typedef struct window {
    size_t skipped;
    size_t total; /* bytes of the whole request */
    size_t length;
    char bytes[WINDOW];
} window;

static void add_byte(window *out, char byte)
{
    if (out->total >= out->skipped && out->length < sizeof out->bytes)
        out->bytes[out->length++] = byte;
    out->total++;
}

static void add(window *out, tcx_text text)
{
    for (size_t i = 0; i < text.length; i++)
        add_byte(out, text.bytes[i]);
}

static int is_v6(tcx_text address)
{
    int colons = 0;

    for (size_t i = 0; i < address.length; i++)
        colons |= address.bytes[i] == ':';
    return colons;
}

/* RFC 9110 section 7.2: uri-host ":" port. RFC 3986 section 3.2.2: an IPv6 address is put into brackets. */
static void add_target(window *out, const tcx_peer *peer)
{
    const int brackets = is_v6(peer->address);
    unsigned divisor = 10000;

    if (brackets)
        add_byte(out, '[');
    add(out, peer->address);
    if (brackets)
        add_byte(out, ']');
    add_byte(out, ':');
    while (divisor > peer->port && divisor > 1)
        divisor /= 10;
    for (; divisor > 0; divisor /= 10)
        add_byte(out, (char)('0' + peer->port / divisor % 10));
}

/* RFC 4648 section 4. */
static void add_base64(window *out, tcx_text text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < text.length; i += 3) {
        const size_t left = text.length - i;
        uint32_t group = (uint32_t)(unsigned char)text.bytes[i] << 16;

        if (left > 1)
            group |= (uint32_t)(unsigned char)text.bytes[i + 1] << 8;
        if (left > 2)
            group |= (unsigned char)text.bytes[i + 2];
        add_byte(out, letters[group >> 18]);
        add_byte(out, letters[group >> 12 & 63]);
        add_byte(out, left > 1 ? letters[group >> 6 & 63] : '=');
        add_byte(out, left > 2 ? letters[group & 63] : '=');
    }
}

static void add_request(window *out, const tcx_text *credentials, const tcx_peer *peer)
{
    static const tcx_text method = TCX_TEXT("CONNECT "), host = TCX_TEXT(" HTTP/1.1\r\nHost: "), end = TCX_TEXT("\r\n"),
                          basic = TCX_TEXT("\r\nProxy-Authorization: Basic ");

    add(out, method);
    add_target(out, peer);
    add(out, host);
    add_target(out, peer);
    if (credentials->bytes != NULL) {
        add(out, basic);
        add_base64(out, *credentials);
    }
    add(out, end);
    add(out, end);
}

/* Sends the next part of the request. Nothing of it is kept: after a wait, the same bytes are made again. */
static int ask(tcx_proxy *proxy, const tcx_peer *peer)
{
    const tcx_transport *link = proxy->config->link;
    window part;
    int sent;

    part.skipped = proxy->at;
    part.total = 0;
    part.length = 0;
    add_request(&part, &proxy->config->credentials, peer);
    sent = link->send(link->context, part.bytes, part.length);
    tcx_wipe(part.bytes, sizeof part.bytes);
    if (sent == TCX_CLOSED || sent == TCX_CLOSED_CLEAN)
        return fail(proxy, TCX_E_PROXY_CLOSED, 0);
    if (sent == 0 || (sent > 0 && (size_t)sent > part.length))
        return fail(proxy, TCX_E_TRANSPORT_CONTRACT, sent);
    if (sent < 0)
        return sent;
    proxy->at = (uint16_t)(proxy->at + (unsigned)sent);
    if (proxy->at == part.total) {
        proxy->at = 0;
        proxy->state = LISTENING;
    }
    return TCX_AGAIN;
}

/* ---- the answer ---- */

/* RFC 9110 section 5.5 */
static int is_text(unsigned char byte)
{
    return byte == '\t' || (byte >= ' ' && byte != 127);
}

static void begin_answer(tcx_proxy *proxy)
{
    proxy->place = STATUS_LINE;
    proxy->column = 0;
    proxy->code = 0;
}

/*
 * RFC 9112 section 4. Many servers leave out the reason phrase together with its blank. Returns 0 if it is malformed.
 */
static int status_line(tcx_proxy *proxy, unsigned char byte)
{
    static const char pattern[] = "HTTP/1.# ###";
    char expected;

    if (proxy->column >= sizeof pattern - 1) {
        proxy->place = byte == '\r' ? LINE_FEED : TEXT;
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
 * Lines end with CR LF and nothing else. No line is folded (RFC 9112 section 5.2), and no blank stands before a colon.
 * Returns 0 if it is malformed.
 */
static int line_byte(tcx_proxy *proxy, unsigned char byte)
{
    switch (proxy->place) {
    case STATUS_LINE:
        return status_line(proxy, byte);
    case TEXT:
        if (byte == '\r')
            proxy->place = LINE_FEED;
        return byte == '\r' || is_text(byte);
    case LINE_START:
        proxy->place = byte == '\r' ? LAST_LINE_FEED : NAME;
        return byte == '\r' || tcx_http_is_token(byte);
    case NAME:
        if (byte == ':')
            proxy->place = TEXT;
        return byte == ':' || tcx_http_is_token(byte);
    default: /* a line feed */
        return byte == '\n';
    }
}

/*
 * Takes a byte of the answer. A refusal counts as soon as its status line is complete: the rest of it says nothing more
 * to a program. Returns 0 to go on, 1 when the tunnel is up, or a failure.
 */
static int take(tcx_proxy *proxy, unsigned char byte)
{
    const uint8_t place = proxy->place;

    if (!line_byte(proxy, byte))
        return fail(proxy, TCX_E_PROXY_ANSWER, 0);
    if (place == LINE_FEED) {
        if (proxy->code < 100) /* RFC 9110 section 15 */
            return fail(proxy, TCX_E_PROXY_ANSWER, 0);
        if (proxy->code >= 300 || proxy->code == 101) /* RFC 9110 section 15.2.2: no upgrade was asked for */
            return fail(proxy, TCX_E_PROXY, (int)proxy->code);
        proxy->place = LINE_START;
    } else if (place == LAST_LINE_FEED) {
        if (proxy->code >= 200) /* RFC 9110 section 9.3.6: any 2xx, and its lengths mean nothing */
            return 1;
        begin_answer(proxy);
    }
    return 0;
}

/* Reads the answer byte by byte: what comes after its end belongs to the layer above, and stays in the link. */
static int read_answer(tcx_proxy *proxy)
{
    const tcx_transport *link = proxy->config->link;
    int result = 0;

    for (int turn = 0; turn < TURNS && result == 0; turn++) {
        unsigned char byte = 0;
        int moved = link->recv(link->context, &byte, 1);

        if (moved == TCX_CLOSED || moved == TCX_CLOSED_CLEAN)
            return fail(proxy, TCX_E_PROXY_CLOSED, 0);
        if (moved == 0 || moved > 1)
            return fail(proxy, TCX_E_TRANSPORT_CONTRACT, moved);
        if (moved < 0)
            return moved;
        if (proxy->at == TCX_PROXY_ANSWER_MAX)
            return fail(proxy, TCX_E_PROXY_ANSWER, 0);
        proxy->at++;
        result = take(proxy, byte);
    }
    if (result == 1) {
        proxy->state = OPEN;
        proxy->is_up = 1;
    }
    return result == 0 ? TCX_AGAIN : result;
}

/* ---- the transport ---- */

/* What can be written into the request: a name, or an IPv4 or IPv6 address. Anything else could end its line. */
static int is_target(tcx_text address)
{
    if (address.length == 0 || address.length > ADDRESS_MAX)
        return 0;
    for (size_t i = 0; i < address.length; i++) {
        const char byte = address.bytes[i], letter = (char)(byte | ' ');

        if (!(byte >= '0' && byte <= '9') && !(letter >= 'a' && letter <= 'z') && byte != '-' && byte != '.' &&
            byte != '_' && byte != ':')
            return 0;
    }
    return 1;
}

/* The link's own peer: whoever verifies the link, as TLS to a proxy would, verifies the proxy. */
static int open_link(tcx_proxy *proxy, const tcx_peer *peer)
{
    const tcx_proxy_config *config = proxy->config;
    tcx_peer below = *peer;

    below.name = config->address;
    below.address = config->address;
    below.port = config->port;
    return config->link->open(config->link->context, &below);
}

static int proxy_open(void *context, const tcx_peer *peer)
{
    tcx_proxy *proxy = context;

    int result;

    if (proxy->state == CLOSED) {
        proxy->status = TCX_OK;
        proxy->is_up = 0;
        if (!is_target(peer->address))
            return fail(proxy, TCX_E_PROXY_TARGET, 0);
        proxy->at = 0;
        begin_answer(proxy);
        proxy->state = LINKING;
    }
    if (proxy->state == LINKING) {
        result = open_link(proxy, peer); /* what is no result of open is handed on, and refused there */
        if (result != 1)
            return result;
        proxy->state = ASKING;
    }
    if (proxy->state == ASKING)
        return ask(proxy, peer);
    return proxy->state == LISTENING ? read_answer(proxy) : 0; /* 0: it belongs to the call that opened it */
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

    if (proxy->state != CLOSED)
        link->close(link->context);
    proxy->state = CLOSED;
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

static int is_address(tcx_text address)
{
    for (size_t i = 0; i < address.length; i++) {
        if (address.bytes[i] <= ' ' || address.bytes[i] > '~')
            return 0;
    }
    return address.length > 0;
}

/* RFC 7617 section 2. */
static int are_credentials(tcx_text credentials)
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
    if (!is_address(config->address) || config->port == 0)
        return TCX_E_PROXY_ADDRESS;
    if (config->credentials.bytes != NULL && !are_credentials(config->credentials))
        return TCX_E_PROXY_CREDENTIALS;
    proxy->config = config;
    proxy->transport = transport;
    proxy->transport.context = proxy;
    if (link->compose == NULL)
        proxy->transport.compose = NULL;
    return TCX_OK;
}
