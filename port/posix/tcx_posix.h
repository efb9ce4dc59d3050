/*
 * The POSIX port: TCP, clocks, entropy, certificates, files and credentials for Linux and the BSDs.
 *
 *     tcx_posix_tcp tcp;
 *     tcx_posix_tcp_init(&tcp, 0);    ... then pass &tcp.port to a client (tcexec/client.h) or to tcx_execute(),
 *                                         and &tcp.transport to a call or to TLS
 *
 * Unlike the library, the port makes system calls. Only a name look-up allocates memory: a thread, and what
 * getaddrinfo() needs. The port keeps no static state. A function that fails returns -1 with errno set, or a
 * tcx_status.
 */
#ifndef TCX_POSIX_H
#define TCX_POSIX_H

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <tcexec.h>
#include <tcexec/bearssl.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- TCP --------------------------------------------------------------------------------------------------------- */

#define TCX_POSIX_ADDRESSES_MAX 16     /* addresses of one name; more are not tried */
#define TCX_POSIX_ADDRESS_SHARE 5000u  /* ms for each address but the last, at most */
#define TCX_POSIX_READ_AHEAD    17408u /* bytes: any TLS record fits, so reading one takes one system call */

/* An address for connect(). */
typedef struct tcx_posix_address {
    socklen_t length; /* bytes used of `to` */
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } to;
} tcx_posix_address;

/* The result of a name look-up: addresses in the order in which to try them. */
typedef struct tcx_posix_addresses {
    int error;  /* 0, or getaddrinfo()'s EAI_ number */
    int system; /* 0, or errno: the look-up itself failed on this machine, for example without memory */
    size_t count;
    tcx_posix_address address[TCX_POSIX_ADDRESSES_MAX];
} tcx_posix_addresses;

/*
 * A TCP connection as a transport (tcexec/transport.h). Do not move it: it points into itself. RAM: 0.7 KB, and the
 * memory that you give it to read ahead.
 *
 * A numeric address is dialled at once. A name is looked up in a separate thread. If the call ends first, the thread
 * goes on alone, uses no memory of the caller, and ends by itself. The addresses are tried one after the other.
 *
 * The port's error number is -errno. If the name is not found or DNS does not answer, the call ends with TCX_E_RESOLVE,
 * and the number is that of getaddrinfo() (EAI_…). If the look-up fails because memory or descriptors are short, the
 * number is -errno.
 *
 * The first seven fields are public. Read them at any time. Set loopback_only, ahead and ahead_size between init and
 * open. The other fields are private.
 *
 * The port's wait uses poll() or tcx_posix_tcp_read_ahead(). A signal ends it early.
 */
typedef struct tcx_posix_tcp {
    tcx_transport transport;
    tcx_port port; /* this connection, the clocks and the entropy below */
    int loopback_only; /* 1: dials only 127.0.0.0/8 and ::1; other addresses fail with -EACCES */
    void *ahead;       /* memory to read ahead into, which saves system calls; NULL: off. It is borrowed */
    size_t ahead_size; /* its size in bytes; TCX_POSIX_READ_AHEAD holds any TLS record */
    uint64_t sent;     /* bytes sent since init, over all connections */
    uint64_t received; /* likewise */

    uint32_t connect_timeout;
    uint32_t connect_end; /* tick: end of connecting */
    uint32_t address_end; /* tick: end of trying the current address */
    int fd;               /* the socket; during a look-up, the descriptor of its answer; -1: none */
    int state;
    int error; /* errno of the last address tried */
    tcx_posix_addresses addresses;
    size_t next;  /* index of the next address to try */
    size_t start; /* the bytes read ahead are at start … end */
    size_t end;
    int ended;         /* what recv returns after these bytes; 0: the link is up */
    uint32_t patience; /* ms: the socket's receive timeout; 0: not set */
} tcx_posix_tcp;

/*
 * Initialises a TCP transport. Opens nothing.
 *
 *   connect_timeout  ms: the most time to connect, over all addresses; the time of the look-up counts, too. Give the
 *                    timeout of the call. 0: TCX_TIMEOUT_DEFAULT. Each address gets an equal part of the time left,
 *                    at most TCX_POSIX_ADDRESS_SHARE. The last address gets all of it
 */
void tcx_posix_tcp_init(tcx_posix_tcp *tcp, uint32_t connect_timeout);

/*
 * For your own poll(). Returns the descriptor to wait for, or -1: none. It changes while connecting, so ask before each
 * wait.
 */
int tcx_posix_tcp_fd(const tcx_posix_tcp *tcp);

/*
 * For your own poll(). Returns the most ms to wait before the next step: 0 … `time_left`. 0: do not wait. `wants` is
 * what tcx_call_wants() returned, `time_left` what tcx_call_time_left() returned.
 */
uint32_t tcx_posix_tcp_time_left(const tcx_posix_tcp *tcp, unsigned wants, uint32_t time_left);

/*
 * For your own wait, in place of poll(), when `wants` is TCX_READ alone. Waits and reads ahead in one system call;
 * poll() and recv() take two. Returns 1 when bytes came, after `time_left` ms, or earlier. Returns 0 at once if it
 * cannot wait: no memory to read ahead, the link is not up, or bytes are already there. Then use poll().
 */
int tcx_posix_tcp_read_ahead(tcx_posix_tcp *tcp, unsigned wants, uint32_t time_left);

/*
 * Writes the address that was dialled last to `text`: "192.0.2.1:443" or "[2001:db8::1]:443". The text is cut to `size`
 * bytes, with the zero byte. It is empty if no address was dialled.
 */
void tcx_posix_tcp_peer(const tcx_posix_tcp *tcp, char *text, size_t size);

/* ---- Clocks, entropy, output ------------------------------------------------------------------------------------- */

/* Returns the monotonic clock in ms. It wraps. */
uint32_t tcx_posix_tick(void);

/* Returns the wall clock in seconds since 1970-01-01 UTC. */
int64_t tcx_posix_unix_time(void);

/*
 * For tcx_tls_config.entropy and tcx_port.entropy: fills `out` from the kernel's random generator. `context` is not used.
 * Returns `length`, or -1 with errno set.
 */
int tcx_posix_entropy(void *context, void *out, size_t length);

/*
 * For tcx_client_report(): writes `length` bytes to `context`, a FILE of <stdio.h>. An error is left in the FILE.
 */
void tcx_posix_put(void *context, const char *bytes, size_t length);

/* ---- Certificates ------------------------------------------------------------------------------------------------ */

/* Why a certificate in a PEM text was skipped. */
typedef enum tcx_posix_fault {
    TCX_POSIX_FAULT_NONE,
    TCX_POSIX_FAULT_BEGIN,      /* its BEGIN line is not exactly "-----BEGIN CERTIFICATE-----" */
    TCX_POSIX_FAULT_NO_BEGIN,   /* an END line without a BEGIN line */
    TCX_POSIX_FAULT_END,        /* its END line is missing, damaged, or has a different label */
    TCX_POSIX_FAULT_TRUSTED,    /* OpenSSL's TRUSTED CERTIFICATE: its list of trusted uses would be ignored */
    TCX_POSIX_FAULT_PKCS7,      /* a PKCS #7 container of certificates */
    TCX_POSIX_FAULT_PUBLIC_KEY, /* for a pin only: a public key comes before the first certificate */
    TCX_POSIX_FAULT_NOT_TEXT,   /* zero bytes outside a block: the file is DER or UTF-16 */
    TCX_POSIX_FAULT_DAMAGED,    /* not Base64, or not the structure of a certificate */
    TCX_POSIX_FAULT_KEY         /* its key is not RSA of 2048 … 4096 bits, P-256 or P-384 */
} tcx_posix_fault;

/* The trust anchors of a PEM text. */
typedef struct tcx_posix_anchors {
    const br_x509_trust_anchor *anchors; /* in the memory that you gave */
    size_t count;
    size_t skipped;        /* certificates that could not be read or used */
    tcx_posix_fault fault; /* of the first certificate skipped */
    size_t fault_line;     /* the line where that one begins, from 1; 0: none was skipped */
    size_t size;           /* bytes of memory used; with TCX_E_BUFFER, the bytes needed */
} tcx_posix_anchors;

/*
 * Turns the CERTIFICATE blocks of a PEM text into trust anchors. Each certificate becomes an anchor or is counted in
 * `skipped`. Line ends may be LF, CR LF, CR or missing. The function ignores text around the blocks, lines that begin
 * with '#', and blocks of keys, requests and revocation lists. It ignores dates: BearSSL also ignores the dates of an
 * anchor.
 *
 * A certificate becomes a CA in two cases: its extensions say so (basicConstraints), or it is a version 1 certificate,
 * which has no extensions, and its issuer is its subject. OpenSSL accepts such a root, too. The signature is not
 * checked, because the file itself is trusted: anyone who can change it can also sign. A certificate that is not a CA
 * becomes an anchor for itself alone: it is trusted as the certificate of a server, and it cannot sign others.
 *
 *   memory    aligned for a br_x509_trust_anchor, as malloc() returns it. The anchors and all they point to are in it:
 *             keep it for as long as they are used. `pem` is not needed after the call
 *   capacity  bytes of `memory`. NULL and 0 measure: see TCX_E_BUFFER
 *
 *   TCX_E_BUFFER     `capacity` is less than out->size; `memory` is filled with zeros
 *   TCX_E_TLS_TRUST  no certificate is usable; `memory` is filled with zeros. `skipped` is 0 if there was none at all
 */
TCX_MUST_CHECK tcx_status tcx_posix_anchors_read(tcx_text pem, void *memory, size_t capacity, tcx_posix_anchors *out);

/* A public key and the memory it points to. Do not move it: it points into itself. */
typedef struct tcx_posix_key {
    br_x509_pkey key;
    unsigned char bytes[BR_X509_BUFSIZE_KEY];
    tcx_posix_fault fault; /* after a failure: the fault of the first certificate; NONE: there is no certificate */
    size_t fault_line;     /* the line where it begins, from 1; 0: there is no certificate */
} tcx_posix_key;

/*
 * Reads the public key of the first certificate in a PEM text, to pin it. It never uses a later certificate. Private
 * keys may come before the first certificate. `pem` is not needed after the call.
 *
 *   TCX_E_TLS_TRUST  there is no certificate, or the first one cannot be read or used, or a public key comes before it:
 *                    see out->fault
 */
TCX_MUST_CHECK tcx_status tcx_posix_key_read(tcx_text pem, tcx_posix_key *out);

/* ---- A FunctionArg in a file ------------------------------------------------------------------------------------- */

#define TCX_POSIX_FILE_CACHE 32768u /* bytes: the file is read in pieces of this size */

/*
 * A file as the source of a FunctionArg. Do not move it: it points to itself. RAM: 32 KB. Give `&file.source` to a
 * request. The other fields are private.
 */
typedef struct tcx_posix_file {
    tcx_source source;
    int fd;
    off_t start;
    uint32_t cached;        /* the offset of the cache in the argument */
    uint32_t cached_length; /* bytes in the cache */
    unsigned char cache[TCX_POSIX_FILE_CACHE];
} tcx_posix_file;

/*
 * Makes a source from a regular file: its bytes from the current position to the end. `fd` is borrowed for as long as
 * the source is used. Afterwards, its position is neither used nor changed. If a read fails, the source fails with
 * -errno; with -EIO if the file became shorter.
 *
 * Returns 0, or -1 with errno:
 *
 *   ESPIPE  not a regular file, or a file that does not end at its size, such as those in /proc: read it as a stream
 *   EISDIR  a directory
 *   EFBIG   4 GiB or more
 *   others  as fstat(), lseek() and pread() set it
 */
TCX_MUST_CHECK int tcx_posix_file_init(tcx_posix_file *file, int fd);

/* ---- Credentials ------------------------------------------------------------------------------------------------- */

#define TCX_POSIX_CREDENTIALS_MAX 16384u /* bytes: a credentials file must be smaller */
#define TCX_POSIX_PATH_MAX        4096u

/* Credentials and the memory that holds them. Do not move it: it points into itself. RAM: 24 KB. */
typedef struct tcx_posix_credentials {
    tcx_credentials credentials;
    int64_t expires; /* when the token expires, seconds since 1970 UTC; 0: unknown, or no token */
    int is_file;     /* 1: the credentials are from a file */
    int exposed;     /* 1: other users than the owner have access to that file */

    char origin[TCX_POSIX_PATH_MAX];        /* where they are from: "the environment", or the path of the file */
    char problem[TCX_POSIX_PATH_MAX + 256]; /* after a failure: what is wrong and the next step; never a secret */
    char memory[TCX_POSIX_CREDENTIALS_MAX];
} tcx_posix_credentials;

/*
 * Finds credentials where Tencent Cloud's own tools keep them. The first place that has any credentials is used. If
 * they are incomplete, or the file cannot be read, the function fails and does not search further. In order:
 *
 *   1. the environment: TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, and the first of TENCENTCLOUD_TOKEN,
 *      TENCENTCLOUD_SESSION_TOKEN, TENCENTCLOUD_SECURITY_TOKEN that is not empty
 *   2. ~/.tencentcloud/credentials: INI, section [default]: secret_id, secret_key, token. If
 *      TENCENTCLOUD_CREDENTIALS_FILE is set, it names the file instead, and the file must exist
 *   3. ~/.tccli/PROFILE.credential: a JSON object: secretId, secretKey, token, expiresAt. PROFILE is the value of
 *      TCCLI_PROFILE, or "default"
 *   4. /etc/tencentcloud/credentials: INI, as in 2
 *
 * A file with a role (role_arn, role-arn, or the type cvm-role) is refused: its keys must not sign the call.
 *
 * Returns 0, or -1 with found->problem set and found->credentials unset. It does not check the values:
 * tcx_signer_init() does that. Compare `expires` with your clock. Texts from the environment are borrowed from it: do
 * not change these variables while you use them. Call tcx_posix_credentials_wipe() in the end.
 */
TCX_MUST_CHECK int tcx_posix_credentials_find(tcx_posix_credentials *found);

/* Reads credentials from ~/.tccli/PROFILE.credential only. Otherwise like tcx_posix_credentials_find(). */
TCX_MUST_CHECK int tcx_posix_credentials_of_profile(tcx_posix_credentials *found, const char *profile);

/* Wipes the credentials and the memory that holds them. */
void tcx_posix_credentials_wipe(tcx_posix_credentials *found);

#ifdef __cplusplus
}
#endif

#endif
