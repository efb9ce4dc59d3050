/*
 * A certificate chain validator (a br_x509_class): BearSSL's minimal validator, plus a reader of two fields that
 * BearSSL does not check. These are extendedKeyUsage, and notAfter, which limits how long a session can be resumed.
 */
#ifndef TCX_X509_H
#define TCX_X509_H

#include <tcexec/tls.h>

extern const br_x509_class tcx_x509_vtable;

#endif
