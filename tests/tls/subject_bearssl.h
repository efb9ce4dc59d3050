/* BearSSL as the TLS under test, for the tests that are about BearSSL alone. */
#ifndef SUBJECT_BEARSSL_H
#define SUBJECT_BEARSSL_H

#include "peer.h"

/* The keys and the roots of peer.h. */
extern br_x509_pkey public_keys[KEYS];
extern br_x509_trust_anchor anchors[ANCHORS];

extern struct bearssl {
    tcx_tls_chain chain;
    tcx_tls_pin pin;
    tcx_tls_config config;
    tcx_tls tls;
} bearssl;

#endif
