/* What of a certificate makes a trust anchor, straight from its Base64. Internal to the POSIX port. */
#ifndef TCX_POSIX_CERTIFICATE_H
#define TCX_POSIX_CERTIFICATE_H

#include <bearssl.h>

#include <tcexec.h>

typedef struct tcx_posix_certificate {
    br_x509_pkey key; /* points into `bytes`; key_type 0: of a kind that the library cannot use */
    int is_ca;        /* by its extensions; one of version 1, which has none: by being issued by itself */
    unsigned char bytes[BR_X509_BUFSIZE_KEY];
} tcx_posix_certificate;

/*
 * Reads a certificate (RFC 5280 section 4.1) from the text between the lines of a PEM block. Its subject, as it is
 * encoded, goes to `take` piece by piece. 0: the text is no Base64, or what it encodes is not built like a certificate;
 * what was taken by then is worthless.
 *
 * It costs a hundredth of what BearSSL's decoders take, which counts with a bundle of 150 roots. What an anchor does
 * not need, such as dates and the signature, is stepped over.
 */
int tcx_posix_certificate_read(tcx_text base64, void (*take)(void *context, const void *bytes, size_t length),
                               void *context, tcx_posix_certificate *out);

#endif
