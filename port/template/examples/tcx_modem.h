/*
 * A worked example: a cellular modem, driven by AT commands, that makes the connection and its TLS itself. The client
 * trusts this link. Neither BearSSL's TLS nor certificates are in the image.
 *
 *     tcx_modem_init(&modem, &board);
 *     tcx_client_init(&client, &modem.port, answer, sizeof answer);
 *     tcx_client_credentials(&client, &credentials);
 *     tcx_client_trust_link(&client);
 *     status = tcx_client_execute(&client, &request);
 *
 * The modem must verify the server, because the library cannot. Send these commands once after power-up. They are
 * Quectel's, for TLS context 1: look up those of your modem.
 *
 *     AT+QSSLCFG="sslversion",1,3            TLS 1.2
 *     AT+QSSLCFG="seclevel",1,1              verify the server's certificate; 0, the default, verifies nothing
 *     AT+QSSLCFG="cacert",1,"root.pem"       against this root
 *     AT+QSSLCFG="sni",1,1                   send the server's name
 *     AT&C1 and AT&D2                        DCD shows the link, DTR ends it
 *
 * Not every modem compares the certificate's name with the host. A modem that does not trusts every server under that
 * root. In that case use a root that signs few certificates, or use TLS on the device.
 *
 * In transparent mode, all bytes after CONNECT are the peer's. DCD shows the end. The text NO CARRIER alone does not,
 * because the peer could send it too. Flow control by RTS and CTS must be on.
 */
#ifndef TCX_MODEM_H
#define TCX_MODEM_H

#include <tcexec.h>

enum {
    TCX_MODEM_REFUSED = -1001, /* the modem could not connect, or does not know the command */
    TCX_MODEM_ADDRESS = -1002, /* the address cannot be part of a command */
    TCX_MODEM_SILENT = -1003   /* the modem has answered no AT with OK: check power, baud rate and wires */
};

/* What the example needs from the board. Only `wait` may block. */
typedef struct tcx_modem_board {
    void *context;
    size_t (*write)(void *context, const void *bytes, size_t length); /* into the UART's ring; returns the count */
    size_t (*read)(void *context, void *bytes, size_t length);        /* from the UART's ring; returns the count */
    int (*carrier)(void *context);                                    /* DCD: 1 while the link is up */
    void (*ready)(void *context, int on);                             /* DTR: off hangs up */
    uint32_t (*tick)(void *context);                                  /* ms, may wrap */
    void (*wait)(void *context, unsigned wants, uint32_t time_left);  /* like that of a tcx_port */
    int64_t (*unix_time)(void *context);                              /* like that of a tcx_port */
} tcx_modem_board;

/* One link. Do not move it. */
typedef struct tcx_modem {
    tcx_transport transport;
    tcx_port port; /* without entropy: the modem makes TLS. A wait ends when AT must be sent again */
    const tcx_modem_board *board;
    int state;
    char line[160]; /* the command; then the answer's current line; then bytes that may be NO CARRIER */
    size_t length;
    size_t written;
    uint32_t greeted;  /* the tick of the last AT */
    unsigned attempts; /* how many AT were sent */
} tcx_modem;

/* Borrows `board`. */
void tcx_modem_init(tcx_modem *modem, const tcx_modem_board *board);

#endif
