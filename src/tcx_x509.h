/*
 * A certificate chain validator (a br_x509_class). It is BearSSL's minimal validator, plus a reader of two fields that
 * BearSSL does not check: extendedKeyUsage, and notAfter, which says how long a session may be resumed.
 */
#ifndef TCX_X509_H
#define TCX_X509_H

#include <tcexec/tls.h>

extern const br_x509_class tcx_x509_vtable;

#endif
