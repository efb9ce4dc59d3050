/*
 * The POSIX port: TCP, clocks, entropy, certificates, files and credentials for Linux and the BSDs.
 *
 *     tcx_posix_tcp tcp;
 *     tcx_posix_tcp_init(&tcp, 60000);              ... give &tcp.transport to a call, or to TLS
 *     tcx_waiter waiter = tcx_posix_waiter(&tcp);   ... and this to tcx_execute()
 *
 * Unlike the library below it, the port makes system calls; of these only a name look-up allocates (a thread and what
 * getaddrinfo() needs). It keeps no static state. Functions that fail return -1 with errno set, or a tcx_status.
 */
#ifndef TCX_POSIX_H
#define TCX_POSIX_H

#include <bearssl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <tcexec.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- TCP --------------------------------------------------------------------------------------------------------- */

#define TCX_POSIX_ADDRESSES_MAX 16     /* of one name; the rest are not tried */
#define TCX_POSIX_ADDRESS_SHARE 5000u  /* ms for each address, as long as another one is left */
#define TCX_POSIX_READ_AHEAD    17408u /* bytes: a TLS record of any server, so that one costs one system call */

/* An address, as connect() takes it. */
typedef struct tcx_posix_address {
    socklen_t length; /* bytes of what follows that count */
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } to;
} tcx_posix_address;

/* What a look-up found, in the order in which it should be tried. */
typedef struct tcx_posix_addresses {
    int error;  /* 0, or getaddrinfo()'s EAI_ number */
    int system; /* 0, or errno: the name was not looked up, because this machine failed */
    size_t count;
    tcx_posix_address address[TCX_POSIX_ADDRESSES_MAX];
} tcx_posix_addresses;

/*
 * A TCP connection as a transport (tcexec/transport.h). Do not move it: it points into itself. RAM: 0.7 KB, and what is
 * given to read ahead into.
 *
 * A numeric address is dialled at once; a name is looked up by a thread of its own, which may be left behind when the
 * call ends first: it finishes by itself and holds nothing of the caller's. All addresses are tried in turn. The port's
 * own error number is -errno. When a name is not found, or DNS does not answer, the status is TCX_E_RESOLVE and the
 * number getaddrinfo()'s. When a look-up fails for want of memory or of descriptors, the number is -errno.
 *
 * Fields that may be set between init and open, or read at any time, are described; the rest are the port's own.
 */
typedef struct tcx_posix_tcp {
    tcx_transport transport;
    int loopback_only; /* set to 1: an address outside 127.0.0.0/8 and ::1 is not dialled, but fails with EACCES */
    void *ahead;       /* memory to read ahead into, which saves system calls; NULL: only what is asked for is read */
    size_t ahead_size; /* bytes of it; TCX_POSIX_READ_AHEAD takes any record */
    uint64_t sent;     /* bytes, over all connections */
    uint64_t received;

    uint32_t connect_timeout;
    uint32_t connect_end; /* tick: all addresses together */
    uint32_t address_end; /* tick: the one that is being tried */
    int fd;               /* the socket or, during a look-up, where its answer arrives; -1: none */
    int state;
    int error; /* of the address tried last */
    tcx_posix_addresses addresses;
    size_t next;  /* address to try */
    size_t start; /* of the bytes read ahead */
    size_t end;
    int ended;         /* what recv will return when they are used up; 0: nothing yet */
    uint32_t patience; /* ms that the socket lets recv() block; 0: not set */
} tcx_posix_tcp;

/*
 * Makes a TCP transport; nothing is opened. `connect_timeout`, in ms, is what connecting may take in all (give the
 * call's); 0: TCX_TIMEOUT_DEFAULT. Each address gets an equal part of what is left of it, at most
 * TCX_POSIX_ADDRESS_SHARE; the last one, all that is left.
 */
void tcx_posix_tcp_init(tcx_posix_tcp *tcp, uint32_t connect_timeout);

/*
 * For a poll() of the caller's own: the descriptor to wait on, -1 when there is none. It changes while connecting: ask
 * before each wait.
 */
int tcx_posix_tcp_fd(const tcx_posix_tcp *tcp);

/*
 * For a poll() of the caller's own: wait no longer than this many ms, `time_left` at most, before the next step. 0: do
 * not wait.
 */
uint32_t tcx_posix_tcp_time_left(const tcx_posix_tcp *tcp, unsigned wants, uint32_t time_left);

/*
 * For a wait of the caller's own: when all that the call wants is to read, reads ahead until something has come or
 * `time_left` ms are over, or earlier, in one system call where poll() and recv() would be two. Returns 1; or 0 at once
 * when that cannot be done (no memory to read ahead into, still connecting, bytes are there): use poll().
 */
int tcx_posix_tcp_read_ahead(tcx_posix_tcp *tcp, unsigned wants, uint32_t time_left);

/*
 * Writes the address that was dialled last, "192.0.2.1:443" or "[2001:db8::1]:443", cut to `size` bytes with the zero
 * byte. Empty: none yet.
 */
void tcx_posix_tcp_peer(const tcx_posix_tcp *tcp, char *text, size_t size);

/* ---- Clocks and entropy ------------------------------------------------------------------------------------------ */

/* The monotonic clock, ms; wraps. */
uint32_t tcx_posix_tick(void);

/* The wall clock, seconds since 1970-01-01 UTC. */
int64_t tcx_posix_unix_time(void);

/*
 * For tcx_execute(): waits on `tcp`, by poll() or tcx_posix_tcp_read_ahead(). Returns early when a signal arrives.
 * Borrows `tcp`.
 */
tcx_waiter tcx_posix_waiter(tcx_posix_tcp *tcp);

/* For tcx_tls_config.entropy: the kernel's generator. `context` is not used. Returns `length`, or -1 with errno set. */
int tcx_posix_entropy(void *context, void *out, size_t length);

/* ---- Certificates ------------------------------------------------------------------------------------------------ */

/* Why a certificate of a PEM text was skipped. */
typedef enum tcx_posix_fault {
    TCX_POSIX_FAULT_NONE,
    TCX_POSIX_FAULT_BEGIN,      /* its BEGIN line is not exactly "-----BEGIN CERTIFICATE-----" */
    TCX_POSIX_FAULT_NO_BEGIN,   /* an END line without its BEGIN line */
    TCX_POSIX_FAULT_END,        /* its END line is missing, damaged, or has another label */
    TCX_POSIX_FAULT_TRUSTED,    /* a TRUSTED CERTIFICATE of OpenSSL: what it is trusted for would be ignored */
    TCX_POSIX_FAULT_PKCS7,      /* a container of certificates */
    TCX_POSIX_FAULT_PUBLIC_KEY, /* a pin only: a public key stands before the first certificate */
    TCX_POSIX_FAULT_NOT_TEXT,   /* zero bytes outside a block: a certificate in DER, or text in UTF-16 */
    TCX_POSIX_FAULT_DAMAGED,    /* it is not Base64, or not built like a certificate */
    TCX_POSIX_FAULT_KEY         /* its key is not RSA of 2048 … 4096 bits, P-256 or P-384 */
} tcx_posix_fault;

/* What a PEM file gave. */
typedef struct tcx_posix_anchors {
    const br_x509_trust_anchor *anchors; /* in the caller's memory */
    size_t count;
    size_t skipped;        /* certificates that could not be read or used */
    tcx_posix_fault fault; /* of the first one that was skipped */
    size_t fault_line;     /* where it begins, from 1; 0: none was skipped */
    size_t size;           /* bytes of the caller's memory: used or, with TCX_E_BUFFER, needed */
} tcx_posix_anchors;

/*
 * Turns the CERTIFICATE blocks of a PEM text into trust anchors. Every certificate becomes an anchor or is counted in
 * `skipped`; none is dropped without a word. Line ends may be LF, CR LF, CR or missing. Text around the blocks, lines
 * that begin with '#' and blocks of keys, requests and revocation lists are ignored. Dates are not looked at: BearSSL
 * does not look at an anchor's either.
 *
 * A certificate is a CA if its extensions say so (basicConstraints), or if it is of version 1, which has no extensions,
 * and its issuer is its subject. OpenSSL takes such a root too. Its signature is not checked: whoever can change the file
 * can sign, too, and the file is what is trusted. A certificate that is not a CA becomes an anchor for itself alone: it
 * is trusted as a server's own certificate and signs no other.
 *
 *   memory  aligned for a br_x509_trust_anchor, as malloc() gives it; NULL with capacity 0 measures. Holds the anchors
 *           and all they point to, for as long as they are used; `pem` is no longer needed
 *
 *   TCX_E_BUFFER     `capacity` is less than out->size; `memory` is wiped
 *   TCX_E_TLS_TRUST  not one certificate is usable: `skipped` tells whether there was one at all
 */
TCX_MUST_CHECK tcx_status tcx_posix_anchors_read(tcx_text pem, void *memory, size_t capacity, tcx_posix_anchors *out);

/* A public key and the memory it points to. Do not move it. */
typedef struct tcx_posix_key {
    br_x509_pkey key;
    unsigned char bytes[BR_X509_BUFSIZE_KEY];
    tcx_posix_fault fault; /* after a failure: what is wrong with the first certificate; NONE: there is none */
    size_t fault_line;     /* where it begins, from 1; 0: there is none */
} tcx_posix_key;

/*
 * Takes the public key of the first certificate of a PEM text, to pin it. The key of another one is never taken: when
 * the first one cannot be read or used, or a public key stands before it, that is an error. Private keys may stand
 * before it. TCX_E_TLS_TRUST: out->fault says why.
 */
TCX_MUST_CHECK tcx_status tcx_posix_key_read(tcx_text pem, tcx_posix_key *out);

/* ---- A FunctionArg in a file ------------------------------------------------------------------------------------- */

#define TCX_POSIX_FILE_CACHE 32768u /* bytes: a file is read in pieces of this size */

/*
 * A file as the source of a FunctionArg. Do not move it. RAM: 32 KB. Give `&file.source` to a request; the rest is the
 * port's own.
 */
typedef struct tcx_posix_file {
    tcx_source source;
    int fd;
    off_t start;
    uint32_t cached;        /* where the cache begins in the argument */
    uint32_t cached_length; /* bytes in the cache */
    unsigned char cache[TCX_POSIX_FILE_CACHE];
} tcx_posix_file;

/*
 * Makes a source of what a regular file holds from its current position on. `fd` is borrowed for as long as the source
 * is used; its position is neither used nor moved afterwards. The source fails with -errno, or -EIO if the file got
 * shorter.
 *
 * Returns 0, or -1 with errno: ESPIPE, not a regular file, or one that does not end where its size says, as those in
 * /proc: read it as a stream; EISDIR; EFBIG, 4 GiB or more; or what fstat(), lseek() and pread() say.
 */
TCX_MUST_CHECK int tcx_posix_file_init(tcx_posix_file *file, int fd);

/* ---- Credentials ------------------------------------------------------------------------------------------------- */

#define TCX_POSIX_CREDENTIALS_MAX 16384u /* bytes of a credentials file */
#define TCX_POSIX_PATH_MAX        4096u

/* Credentials and the memory they lie in. Do not move it. RAM: 24 KB. */
typedef struct tcx_posix_credentials {
    tcx_credentials credentials;
    int64_t expires; /* when the token ends, seconds since 1970 UTC; 0: not told, or there is no token */
    int is_file;     /* 1: they were found in a file */
    int exposed;     /* 1: others than the owner have access to that file */

    char origin[TCX_POSIX_PATH_MAX];        /* where they were found: "the environment", or the file's path */
    char problem[TCX_POSIX_PATH_MAX + 256]; /* after a failure: what is wrong with what; never a secret */
    char memory[TCX_POSIX_CREDENTIALS_MAX];
} tcx_posix_credentials;

/*
 * Finds credentials where Tencent Cloud's own tools keep them. The first place that has any decides; one that has only
 * a part of them is an error, and does not pass the search on:
 *
 *   1. the environment: TENCENTCLOUD_SECRET_ID, TENCENTCLOUD_SECRET_KEY, and the first of TENCENTCLOUD_TOKEN,
 *      TENCENTCLOUD_SESSION_TOKEN, TENCENTCLOUD_SECURITY_TOKEN that is not empty
 *   2. ~/.tencentcloud/credentials: INI, section [default]: secret_id, secret_key, token. If it is set,
 *      TENCENTCLOUD_CREDENTIALS_FILE names the file instead, which must be there then
 *   3. ~/.tccli/PROFILE.credential: JSON object: secretId, secretKey, token, expiresAt. PROFILE is TCCLI_PROFILE, else
 *      "default"
 *   4. /etc/tencentcloud/credentials: INI, as above
 *
 * A file with a role (role_arn, role-arn, or the type cvm-role) is refused: its keys are not those that should sign.
 *
 * Returns 0, or -1 with `problem` set. What is found is not looked at: tcx_signer_init() does that, and the caller
 * compares `expires` with its clock. The environment's texts are borrowed from it; wipe `found` when done.
 */
TCX_MUST_CHECK int tcx_posix_credentials_find(tcx_posix_credentials *found);

/* As above, in ~/.tccli/PROFILE.credential and nowhere else. */
TCX_MUST_CHECK int tcx_posix_credentials_of_profile(tcx_posix_credentials *found, const char *profile);

/* Wipes the credentials and the memory they lie in. */
void tcx_posix_credentials_wipe(tcx_posix_credentials *found);

#ifdef __cplusplus
}
#endif

#endif
