/* Reads the parts of a certificate that a trust anchor needs, directly from Base64. Internal to the POSIX port. */
#ifndef TCX_POSIX_CERTIFICATE_H
#define TCX_POSIX_CERTIFICATE_H

#include <tcexec.h>
#include <tcexec/bearssl.h>

typedef struct tcx_posix_certificate {
    br_x509_pkey key; /* points into `bytes`; key_type 0: a kind of key that the library cannot use */
    int is_ca;        /* from the extensions; version 1 has none: 1 if issuer and subject are the same */
    unsigned char bytes[BR_X509_BUFSIZE_KEY];
} tcx_posix_certificate;

/*
 * Reads a certificate (RFC 5280 section 4.1) from the text between the BEGIN and END lines of a PEM block. Passes the
 * encoded subject to `take`, piece by piece. Returns 1, or 0: the text is not Base64, or does not have the structure of
 * a certificate. Then discard what `take` got.
 *
 * It takes a hundredth of the time of BearSSL's decoders, which matters for a bundle of 150 roots. It skips what an
 * anchor does not need, such as dates and the signature.
 */
int tcx_posix_certificate_read(tcx_text base64, void (*take)(void *context, const void *bytes, size_t length),
                               void *context, tcx_posix_certificate *out);

#endif
