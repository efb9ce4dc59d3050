/*
 * The front door: a client that makes one call after another, over a port (tcexec/port.h).
 *
 *     static unsigned char records[TCX_TLS_BUFFER_DUPLEX], answer[4096];
 *     static tcx_client_chain chain;
 *     static tcx_client client;
 *
 *     tcx_client_init(&client, &tcp.port, answer, sizeof answer);
 *     tcx_client_credentials(&client, &credentials);
 *     tcx_client_trust_chain(&client, &chain, &tcx_tls_profile_full, anchors, anchor_count, records, sizeof records);
 *     status = tcx_client_execute(&client, &request);
 *
 * The functions that set a client up return nothing. The client keeps their first error until the next
 * tcx_client_init(), and every call then ends with that error before anything is sent. So one check is enough.
 * `client.call` (tcexec/call.h) has all about the last call: status, outcome, detail, attempts, response. The texts of
 * the response are in `answer` until the next call begins.
 *
 * Options are fields of `client.config`, a tcx_call_config, and of `client.tls`, a tcx_tls_config. Set them after the
 * set-up and between calls. What you do not name is not linked:
 *
 *     client.config.timeout = 10000;                      ms for the whole call
 *     client.config.retry = &retry;                       safe retries
 *     client.config.connection = &connection;             keeps the connection between calls
 *     client.config.rate = &rate;                         the service's rate limit
 *     client.config.trace = &trace;                       events
 *     client.config.address = …, client.config.port = …   where to connect
 *     client.config.signer = &signer;                     your own: signature v1, or a hash engine
 *     client.tls.session = &session;                      a TLS session to resume
 *
 * For an HTTP proxy (tcexec/proxy.h), give the client a copy of the port whose link is `&proxy.transport`.
 *
 * This is a thin layer. A program that uses tcx_call directly links nothing of it.
 */
#ifndef TCEXEC_CLIENT_H
#define TCEXEC_CLIENT_H

#include <tcexec/call.h>
#include <tcexec/port.h>
#include <tcexec/sign.h>
#include <tcexec/tls.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A client, made by tcx_client_init(). Do not copy or move it: it points into itself. RAM: see README.md. */
typedef struct tcx_client {
    tcx_call call;          /* the call under way, or the last one. To read */
    tcx_call_config config; /* options of calls. The client sets transport, buffer, buffer_size and unix_time */
    tcx_tls_config tls;     /* options of TLS. The client sets all of it except session and trace */

    /*
     * Seconds that the client adds to the port's clock. 0 after tcx_client_init(). To correct a clock by what the
     * service's last answer said, where you want that: `client.clock_offset += tcx_call_clock_offset(&client.call);`
     */
    int64_t clock_offset;

    /* Private: do not read or write. */
    const tcx_port *port;
    tcx_tls *secured; /* NULL: no TLS of the library */
    tcx_status error; /* the first one of the set-up */
    tcx_signer signer;
} tcx_client;

/*
 * Begins the set-up. Borrows `port`, and `answer` for the body of an answer: its JSON text must fit, with some room for
 * the reader (see buffer_size in tcexec/call.h). Wipe the client first if it was in use.
 *
 *   TCX_E_NULL   is kept if the port, its link, its tick or its unix_time is NULL. If `answer` is NULL or has no bytes,
 *                the call fails with it
 */
void tcx_client_init(tcx_client *client, const tcx_port *port, void *answer, size_t size);

/*
 * Sets who calls, and signs with TCX_SIGN_TC3. Borrows `credentials` and their texts. Call it again, between two calls,
 * to change them. The client keeps the errors of tcx_signer_init().
 */
void tcx_client_credentials(tcx_client *client, const tcx_credentials *credentials);

/* TLS and a chain validator for a client. RAM: 6.6 KB on 32-bit machines. */
typedef struct tcx_client_chain {
    tcx_tls tls; /* you may read tls.resumed after a call */

    /* Private: do not read or write. */
    tcx_tls_chain chain;
} tcx_client_chain;

/* TLS and a pinned key for a client. RAM: 3.5 KB on 32-bit machines. */
typedef struct tcx_client_pin {
    tcx_tls tls; /* you may read tls.resumed after a call */

    /* Private: do not read or write. */
    tcx_tls_pin pin;
} tcx_client_pin;

/*
 * How the client recognises the server. Call one of the four functions. Without trust, a call fails with
 * TCX_E_TLS_TRUST. Everything is borrowed for as long as you use the client. `records`: the record buffer,
 * TCX_TLS_BUFFER_MIN bytes or more (see tcexec/tls.h).
 *
 *   _trust_chain   TLS by BearSSL, up to a trust anchor
 *   _trust_pin     TLS by BearSSL, exactly this key
 *   _trust         TLS by BearSSL, any trust that is initialized. `tls` is yours
 *   _trust_link    no TLS of the library: the link itself verifies the server, such as a modem that makes TLS. Nothing
 *                  of BearSSL's TLS is linked. A link that does not verify gives the request to anybody
 *
 * Call one again, between two calls and without a kept connection, to change the trust. The client keeps the errors of
 * tcx_tls_chain_init(), tcx_tls_pin_init() and tcx_tls_init().
 */
void tcx_client_trust_chain(tcx_client *client, tcx_client_chain *chain, const tcx_tls_profile *profile,
                            const br_x509_trust_anchor *anchors, size_t anchor_count, void *records, size_t size);
void tcx_client_trust_pin(tcx_client *client, tcx_client_pin *pin, const tcx_tls_profile *profile,
                          const br_x509_pkey *key, void *records, size_t size);
void tcx_client_trust(tcx_client *client, tcx_tls *tls, const tcx_tls_profile *profile, tcx_tls_trust *trust,
                      void *records, size_t size);
void tcx_client_trust_link(tcx_client *client);

/*
 * Makes a call and waits for its end with the port's wait. Returns how the call ended: TCX_OK, TCX_E_API, or another
 * error, also one of the set-up. `client->call.status` is the same.
 *
 *   TCX_E_NULL          also: the port has no wait
 *   TCX_E_TLS_ENTROPY   also: there is a retry rule, and the port's entropy function failed to give the jitter
 *   TCX_E_BUSY          a call is under way. It goes on, and client->call stays its own
 */
TCX_MUST_CHECK tcx_status tcx_client_execute(tcx_client *client, const tcx_request *request);

/*
 * The same in steps that never block:
 *
 *     for (status = tcx_client_begin(&client, &request); status == TCX_PENDING; status = tcx_client_step(&client))
 *         sleep_until(tcx_call_wants(&client.call), tcx_call_time_left(&client.call, now_ms()));
 *
 * Both return TCX_PENDING while the call is under way, and how it ended after that. The errors are those of
 * tcx_client_execute(), but a wait is not needed. Unlike tcx_call_begin(), tcx_client_begin() never returns TCX_OK.
 * `request` is borrowed until the call has ended. To end it early, use tcx_call_cancel(&client.call).
 */
TCX_MUST_CHECK tcx_status tcx_client_begin(tcx_client *client, const tcx_request *request);
TCX_MUST_CHECK tcx_status tcx_client_step(tcx_client *client);

/* The words of a report. NULL: the report does without, and their text is not linked. An AVR has room for names only. */
typedef struct tcx_client_words {
    const char *(*name)(tcx_status status);      /* tcx_status_name */
    const char *(*text)(tcx_status status);      /* tcx_status_text */
    const char *(*advice)(tcx_text error_code);  /* tcx_api_advice */
} tcx_client_words;

extern const tcx_client_words tcx_client_all_words; /* those three */

/*
 * Reports the last call in lines for a person: the status by its number and its words, the outcome, the detail and the
 * number of attempts, the HTTP status, the service's code and message, the RequestId, and the first 200 bytes of an
 * answer that is not the service's. It has no secret of the client, unless a peer echoes one in such an answer. Control
 * characters that a peer sent become '?'.
 *
 *   words   NULL: numbers only
 *   put     gets the text in pieces, with its line ends
 */
void tcx_client_report(const tcx_client *client, const tcx_client_words *words,
                       void (*put)(void *context, const char *bytes, size_t length), void *context);

/*
 * Ends a call under way, closes a kept connection, and wipes the keys of the client's signer and of TLS. Call it at the
 * end, or before you use the memory for something else. Between two calls the keys stay. You may still read
 * `client->call`. For another call, begin with tcx_client_init(). Does not wipe your own signer and session.
 */
void tcx_client_wipe(tcx_client *client);

#ifdef __cplusplus
}
#endif

#endif
