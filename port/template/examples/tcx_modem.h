/*
 * A worked example: a cellular modem that makes the connection and its TLS by itself, driven by AT commands. The call
 * gets this transport directly, and neither BearSSL's TLS nor certificates are in the image.
 *
 * The modem must verify the server: the library cannot. With the commands of this example (Quectel's; look up those of
 * yours) that is, once after power-up, for TLS context 1:
 *
 *     AT+QSSLCFG="sslversion",1,3            TLS 1.2
 *     AT+QSSLCFG="seclevel",1,1              verify the server's certificate; 0, the default, verifies nothing
 *     AT+QSSLCFG="cacert",1,"root.pem"       against this root
 *     AT+QSSLCFG="sni",1,1                   the name goes along
 *     AT&C1 and AT&D2                        DCD shows the link, DTR ends it
 *
 * Whether it also compares the certificate's name with the host differs from modem to modem: one that does not trusts
 * every server under that root. Use a root that signs little, or TLS on the device.
 *
 * In transparent mode all bytes after CONNECT are the peer's. DCD is what tells the end, not the text NO CARRIER alone:
 * a peer could send that too. Flow control by RTS and CTS must be on.
 */
#ifndef TCX_MODEM_H
#define TCX_MODEM_H

#include <tcexec.h>

enum {
    TCX_MODEM_REFUSED = -1001, /* it could not connect, or does not know the command */
    TCX_MODEM_ADDRESS = -1002, /* the address cannot be part of a command */
    TCX_MODEM_SILENT = -1003   /* it has not answered a single AT with OK: look at power, baud rate and wires */
};

/* What the example needs of the board. None of it blocks, but for the last. */
typedef struct tcx_modem_board {
    void *context;
    size_t (*write)(void *context, const void *bytes, size_t length); /* into the UART's ring; how many fitted */
    size_t (*read)(void *context, void *bytes, size_t length);        /* from the UART's ring; how many were there */
    int (*carrier)(void *context);                                    /* DCD: 1 while the link is up */
    void (*ready)(void *context, int on);                             /* DTR: off hangs up */
    uint32_t (*now)(void *context);                                   /* ms, may wrap */
    void (*wait)(void *context, unsigned wants, uint32_t time_left);  /* as that of a tcx_waiter */
} tcx_modem_board;

/* One link. Do not move it. */
typedef struct tcx_modem {
    tcx_transport transport;
    const tcx_modem_board *board;
    int state;
    char line[160]; /* to write; then the answer that is being read; then what may be NO CARRIER */
    size_t length;
    size_t written;
    uint32_t greeted;  /* tick: the last AT */
    unsigned attempts; /* how many there were */
} tcx_modem;

/* Borrows `board`. */
void tcx_modem_init(tcx_modem *modem, const tcx_modem_board *board);

/* Waits by the board's function, and no longer than until an AT is to be sent again. Borrows `modem`. */
tcx_waiter tcx_modem_waiter(tcx_modem *modem);

#endif
