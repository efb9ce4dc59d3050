#include "tcx_modem.h"

enum { CLOSED, GREETING, GREETED, DIALLING, DIALLED, UP, ENDED };

#define AGAIN_AFTER                                                                                                    \
    1000u /* ms without OK before AT is sent again: a modem that wakes or detects the baud rate loses an AT */
#define ATTEMPTS 10u

#define END        "\r\nNO CARRIER\r\n"
#define END_LENGTH (sizeof END - 1)

static void append(tcx_modem *modem, const char *text, size_t length)
{
    memcpy(modem->line + modem->length, text, length);
    modem->length += length;
}

static void append_string(tcx_modem *modem, const char *text)
{
    append(modem, text, strlen(text));
}

static void append_number(tcx_modem *modem, unsigned number)
{
    char digits[5]; /* enough for a port */
    size_t at = sizeof digits;

    do
        digits[--at] = (char)('0' + number % 10);
    while ((number /= 10) != 0 && at > 0);
    append(modem, digits + at, sizeof digits - at);
}

static void begin_command(tcx_modem *modem, int state)
{
    modem->state = state;
    modem->length = modem->written = 0;
}

/* Returns 1 when the whole command is written. */
static int write_command(tcx_modem *modem)
{
    modem->written += modem->board->write(modem->board->context, modem->line + modem->written,
                                          modem->length - modem->written);
    if (modem->written < modem->length)
        return 0;
    modem->length = 0;
    return 1;
}

/*
 * Continues to read a line. Returns 1 when it is complete: it then ends in a zero byte, without CR and LF. It takes one
 * byte at a time, because the bytes after CONNECT are the peer's and must not be lost.
 */
static int read_line(tcx_modem *modem)
{
    char byte;

    while (modem->board->read(modem->board->context, &byte, 1) == 1) {
        if (byte == '\n') {
            modem->line[modem->length] = '\0';
            modem->length = 0;
            return 1;
        }
        if (byte != '\r' && modem->length < sizeof modem->line - 1)
            modem->line[modem->length++] = byte;
    }
    return 0;
}

static int is_line(const tcx_modem *modem, const char *text)
{
    return strlen(modem->line) == strlen(text) && memcmp(modem->line, text, strlen(text)) == 0;
}

static int starts_line(const tcx_modem *modem, const char *text)
{
    return strlen(modem->line) >= strlen(text) && memcmp(modem->line, text, strlen(text)) == 0;
}

/* Returns whether the line is a result that ends a command without a connection. Numbers and reasons may follow. */
static int is_failure(const tcx_modem *modem)
{
    static const char *const begins[] = { "ERROR", "+CME ERROR", "+CMS ERROR", "NO ", "BUSY", "+QSSLOPEN:" };
    size_t i;

    for (i = 0; i < sizeof begins / sizeof begins[0]; i++)
        if (starts_line(modem, begins[i]))
            return 1;
    return 0;
}

/* The bit rate may follow. */
static int is_connected(const tcx_modem *modem)
{
    return is_line(modem, "CONNECT") || starts_line(modem, "CONNECT ");
}

/* Returns 0 if the address has a quote or a control character, which would end the command. */
static int is_plain(tcx_text text)
{
    size_t i;

    for (i = 0; i < text.length; i++) {
        if (text.bytes[i] <= ' ' || text.bytes[i] > '~' || text.bytes[i] == '"')
            return 0;
    }
    return text.length > 0 && text.length < 100; /* so that the command fits `line` */
}

/* Bytes of the last peer must not be read as the answer to a command: they could be CONNECT. */
static void empty_ring(tcx_modem *modem)
{
    while (modem->board->read(modem->board->context, modem->line, sizeof modem->line) > 0)
        ;
}

static void greet(tcx_modem *modem)
{
    begin_command(modem, GREETING);
    append_string(modem, "AT\r");
    modem->greeted = modem->board->tick(modem->board->context);
    modem->attempts++;
}

/* Returns the ms until AT must be sent again. */
static uint32_t until_again(const tcx_modem *modem)
{
    const uint32_t gone = modem->board->tick(modem->board->context) - modem->greeted;

    return gone < AGAIN_AFTER ? AGAIN_AFTER - gone : 0;
}

/* Returns 1 when the modem has answered OK. */
static int is_greeted(tcx_modem *modem)
{
    while (read_line(modem))
        if (is_line(modem, "OK"))
            return 1;
    return 0;
}

/* AT comes first: its `OK` follows all that the modem still reports about the last link. */
static int modem_open(void *context, const tcx_peer *peer)
{
    tcx_modem *modem = context;

    switch (modem->state) {
    case CLOSED:
        if (!is_plain(peer->address))
            return TCX_MODEM_ADDRESS;
        empty_ring(modem);
        modem->board->ready(modem->board->context, 1);
        modem->attempts = 0;
        greet(modem);
        /* fall through */
    case GREETING:
        if (!write_command(modem))
            return TCX_WANT_WRITE;
        modem->state = GREETED;
        /* fall through */
    case GREETED:
        if (!is_greeted(modem)) {
            if (until_again(modem) > 0)
                return TCX_WANT_READ;
            if (modem->attempts == ATTEMPTS)
                return TCX_MODEM_SILENT;
            greet(modem);
            return TCX_AGAIN;
        }
        begin_command(modem, DIALLING);
        append_string(modem, "AT+QSSLOPEN=1,1,0,\""); /* PDP context, TLS context, connection */
        append(modem, peer->address.bytes, peer->address.length);
        append_string(modem, "\",");
        append_number(modem, peer->port);
        append_string(modem, ",2\r"); /* transparent */
        /* fall through */
    case DIALLING:
        if (!write_command(modem))
            return TCX_WANT_WRITE;
        modem->state = DIALLED;
        /* fall through */
    case DIALLED:
        do {
            if (!read_line(modem))
                return TCX_WANT_READ;
            if (is_failure(modem))
                return TCX_MODEM_REFUSED; /* the server's certificate may be the reason: ask with AT+QIGETERROR */
        } while (!is_connected(modem));
        modem->state = UP;
        return 1;
    default:
        return 0; /* the link belongs to the call that opened it, until close */
    }
}

static int modem_send(void *context, const void *bytes, size_t length)
{
    tcx_modem *modem = context;
    size_t count;

    if (!modem->board->carrier(modem->board->context))
        return TCX_CLOSED; /* otherwise the modem would take the bytes for a command */
    count = modem->board->write(modem->board->context, bytes, length);
    return count > 0 ? (int)count : TCX_WANT_WRITE;
}

/*
 * Once DCD is off, the modem adds END after the peer's bytes. The last bytes are held back until it is clear whether
 * they are END. While DCD is on, all bytes that were read are the peer's, so DCD is read after the bytes.
 */
static int modem_recv(void *context, void *bytes, size_t length)
{
    tcx_modem *modem = context;
    unsigned char *at = bytes;
    size_t got = modem->board->read(modem->board->context, bytes, length), kept = 0, i;

    if (modem->board->carrier(modem->board->context))
        return got > 0 ? (int)got : TCX_WANT_READ;
    for (i = 0; i < got && modem->state == UP; i++) {
        char byte = (char)at[i];

        if (modem->length == END_LENGTH) {
            at[kept++] = (unsigned char)modem->line[0];
            modem->length--;
            memmove(modem->line, modem->line + 1, modem->length);
        }
        modem->line[modem->length++] = byte;
        if (modem->length == END_LENGTH && memcmp(modem->line, END, END_LENGTH) == 0)
            modem->state = ENDED;
    }
    if (kept > 0)
        return (int)kept;
    return modem->state == ENDED ? TCX_CLOSED : TCX_WANT_READ;
}

static void modem_close(void *context)
{
    tcx_modem *modem = context;

    modem->board->ready(modem->board->context, 0);
    empty_ring(modem);
    modem->state = CLOSED;
}

static uint32_t modem_tick(void *context)
{
    const tcx_modem *modem = context;

    return modem->board->tick(modem->board->context);
}

static void modem_wait(void *context, unsigned wants, uint32_t time_left)
{
    const tcx_modem *modem = context;

    if (modem->state == GREETED && time_left > until_again(modem))
        time_left = until_again(modem);
    modem->board->wait(modem->board->context, wants, time_left);
}

static int64_t modem_unix_time(void *context)
{
    const tcx_modem *modem = context;

    return modem->board->unix_time(modem->board->context);
}

void tcx_modem_init(tcx_modem *modem, const tcx_modem_board *board)
{
    const tcx_transport transport = { modem, modem_open, modem_send, modem_recv, modem_close, NULL, NULL };
    const tcx_port port = { &modem->transport, modem, modem_tick, modem_wait, modem_unix_time, NULL };

    memset(modem, 0, sizeof *modem);
    modem->transport = transport;
    modem->port = port;
    modem->board = board;
}
