/*
 * The port for Arduino: any Client (WiFi, Ethernet, GSM) carries the bytes, and millis() is the tick.
 *
 *     static EthernetClient network;
 *     static tcx_arduino board;
 *     tcx_arduino_init(&board, network, unix_time, entropy);    ... then pass &board.port to a client (tcexec/client.h)
 *
 * Only the connect() of the Client blocks, and with some libraries write(). This is C++, and all of it is in this file.
 */
#ifndef TCX_ARDUINO_H
#define TCX_ARDUINO_H

#include <Arduino.h>
#include <Client.h>
#include <string.h>

#include <tcexec.h>

/* A board. Init it before use. Do not copy or move it: it points into itself. */
struct tcx_arduino {
    tcx_port port; /* for a client */
    tcx_transport link;

    /* Private: do not read or write. */
    Client *client;
    bool is_open;
};

inline int tcx_arduino_open(void *context, const tcx_peer *peer)
{
    tcx_arduino *board = static_cast<tcx_arduino *>(context);
    char name[254]; /* the longest name of a host has 253 characters */

    if (board->is_open)
        return 0; /* until close, the link belongs to the call that opened it */
    if (peer->address.length >= sizeof name || memchr(peer->address.bytes, '\0', peer->address.length) != NULL)
        return -1; /* a zero byte would cut it off */
    while (board->client->available() > 0 && board->client->read(reinterpret_cast<uint8_t *>(name), sizeof name) > 0)
        ; /* a Client may keep bytes of the last connection. They must not be read on this one */
    memcpy(name, peer->address.bytes, peer->address.length);
    name[peer->address.length] = '\0';
    board->is_open = board->client->connect(name, peer->port) == 1;
    return board->is_open ? 1 : -1;
}

inline int tcx_arduino_send(void *context, const void *bytes, size_t length)
{
    Client *client = static_cast<tcx_arduino *>(context)->client;
    size_t sent = client->write(static_cast<const uint8_t *>(bytes), length);

    if (sent > 0)
        return static_cast<int>(sent);
    return client->connected() ? TCX_WANT_WRITE : TCX_CLOSED;
}

inline int tcx_arduino_recv(void *context, void *bytes, size_t length)
{
    Client *client = static_cast<tcx_arduino *>(context)->client;
    bool is_connected = client->connected(); /* ask first, so that bytes before the end are still read */
    int available = client->available();
    int received = 0;

    if (available > 0)
        received = client->read(static_cast<uint8_t *>(bytes),
                                static_cast<size_t>(available) < length ? static_cast<size_t>(available) : length);
    if (received > 0)
        return received;
    return is_connected ? TCX_WANT_READ : TCX_CLOSED;
}

inline void tcx_arduino_close(void *context)
{
    tcx_arduino *board = static_cast<tcx_arduino *>(context);

    board->client->stop();
    board->is_open = false;
}

inline uint32_t tcx_arduino_tick(void *)
{
    return millis();
}

/* A Client cannot wait for its bytes, so the call looks for them again after a millisecond. */
inline void tcx_arduino_wait(void *, unsigned wants, uint32_t time_left)
{
    delay(wants == TCX_TIME || time_left == 0 ? time_left : 1);
}

/*
 * Makes a board over a Client. `unix_time` and `entropy` are those of a tcx_port (tcexec/port.h). `entropy` may be NULL
 * if the Client makes TLS itself.
 */
inline void tcx_arduino_init(tcx_arduino *board, Client &client, int64_t (*unix_time)(void *context),
                             int (*entropy)(void *context, void *out, size_t length))
{
    const tcx_transport link = { board, tcx_arduino_open, tcx_arduino_send, tcx_arduino_recv, tcx_arduino_close,
                                 NULL, NULL };
    const tcx_port port = { &board->link, board, tcx_arduino_tick, tcx_arduino_wait, unix_time, entropy };

    board->client = &client;
    board->is_open = false;
    board->link = link;
    board->port = port;
}

/* Prints to Serial: for tcx_client_report(). The context is not used. */
inline void tcx_arduino_put(void *, const char *bytes, size_t length)
{
    Serial.write(bytes, length);
}

#endif
