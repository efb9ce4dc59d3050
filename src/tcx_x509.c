#include <tcexec/tls.h>

#include "tcx_x509.h"

/*
 * The reader goes through the DER of a certificate element by element, by tags and lengths, and keeps no bytes. BearSSL
 * checks that the certificate is well formed, except the content of extendedKeyUsage, which this reader checks. What it
 * reads in a malformed certificate does not matter, because BearSSL reports the error.
 */

/* Which part of an element comes next. Above X509_STEP_VALUE: that many bytes of its length are missing. */
enum { X509_STEP_TAG, X509_STEP_LENGTH, X509_STEP_VALUE };

/*
 * Which element comes next (RFC 5280 section 4.1). Each element is followed by the next one in this list. If the reader
 * enters an element, its first child is the next one in this list.
 */
enum {
    X509_AT_CERTIFICATE,
    X509_AT_SIGNED, /* TBSCertificate */
    X509_AT_SERIAL, /* or the version before it */
    X509_AT_ALGORITHM,
    X509_AT_ISSUER,
    X509_AT_VALIDITY,
    X509_AT_NOT_BEFORE,
    X509_AT_NOT_AFTER,
    X509_AT_SUBJECT,
    X509_AT_KEY,
    X509_AT_OPTIONAL, /* a unique identifier, the extensions, or the element after TBSCertificate */
    X509_AT_EXTENSIONS,
    X509_AT_EXTENSION,
    X509_AT_EXTENSION_NAME,
    X509_AT_CONTENT, /* of the extension, or the BOOLEAN `critical` before it */
    X509_AT_PURPOSES,
    X509_AT_PURPOSE,
    X509_AT_DONE,
    X509_AT_REFUSED
};

/* Tags. X509_TAG_CONTEXT is the bit of context-specific tags. */
enum {
    X509_TAG_BOOLEAN = 0x01,
    X509_TAG_OID = 0x06,
    X509_TAG_UTC_TIME = 0x17,
    X509_TAG_SEQUENCE = 0x30,
    X509_TAG_CONTEXT = 0x80,
    X509_TAG_VERSION = 0xA0,
    X509_TAG_3 = 0xA3
};

/*
 * anyExtendedKeyUsage, 2.5.29.37.0, then serverAuth, 1.3.6.1.5.5.7.3.1. The name of the extension, 2.5.29.37, is the
 * first OID without its last byte.
 */
static const unsigned char x509_oids[] = { 0x55, 0x1D, 0x25, 0x00, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01 };
enum { X509_DATE_MAX = 99 }; /* in each byte of a date: later than any real date */
enum { X509_NAME_LENGTH = 3, X509_ANY_LENGTH = 4, X509_SERVER_LENGTH = 8 };

/* Begins an element whose tag and length are known: decides how much of it to read and which one comes next. */
static void x509_begin_element(tcx_x509 *x509)
{
    const uint32_t length = x509->left, end = x509->at + length;
    const uint8_t tag = x509->tag;

    x509->index = 0;
    x509->next = (uint8_t)(x509->element + 1);
    switch (x509->element) {
    case X509_AT_CERTIFICATE:
    case X509_AT_SIGNED:
    case X509_AT_VALIDITY:
    case X509_AT_EXTENSION:
        x509->left = 0; /* enters it */
        break;
    case X509_AT_SERIAL:
        if (tag == X509_TAG_VERSION)
            x509->next = X509_AT_SERIAL;
        break;
    case X509_AT_NOT_AFTER:
        memset(x509->date, 0, sizeof x509->date);
        if (tag == X509_TAG_UTC_TIME) { /* UTCTime has no century; BearSSL refuses one of the last century as expired */
            x509->date[0] = 20;
            x509->index = 2;
        }
        break;
    case X509_AT_OPTIONAL:
        if (tag == X509_TAG_3)
            x509->left = 0;
        else
            x509->next = tag & X509_TAG_CONTEXT ? X509_AT_OPTIONAL : X509_AT_DONE;
        break;
    case X509_AT_EXTENSIONS:
        x509->extensions_end = end;
        x509->left = 0;
        break;
    case X509_AT_EXTENSION_NAME:
        x509->matches = length == X509_NAME_LENGTH;
        break;
    case X509_AT_CONTENT:
        if (tag == X509_TAG_BOOLEAN) {
            x509->next = X509_AT_CONTENT;
        } else if (!x509->matches) {
            x509->next = X509_AT_EXTENSION;
        } else if (x509->purposes_end != 0) { /* a second extendedKeyUsage */
            x509->next = X509_AT_REFUSED;
        } else {
            x509->purposes_end = end;
            x509->left = 0;
        }
        break;
    case X509_AT_PURPOSES:
        if (tag != X509_TAG_SEQUENCE || end != x509->purposes_end)
            x509->next = X509_AT_REFUSED;
        x509->left = 0;
        break;
    case X509_AT_PURPOSE:
        x509->matches = length == X509_ANY_LENGTH || length == X509_SERVER_LENGTH;
        x509->index = length == X509_SERVER_LENGTH ? X509_ANY_LENGTH : 0;
        x509->next = tag == X509_TAG_OID && end <= x509->purposes_end ? X509_AT_PURPOSE : X509_AT_REFUSED;
        break;
    default:
        break;
    }
}

static void x509_end_element(tcx_x509 *x509)
{
    if (x509->element == X509_AT_NOT_AFTER && memcmp(x509->date, x509->until, sizeof x509->date) < 0)
        memcpy(x509->until, x509->date, sizeof x509->date);
    if (x509->element == X509_AT_PURPOSE && x509->matches)
        x509->fits = 1;
    x509->element = x509->next;
    if ((x509->element == X509_AT_PURPOSES || x509->element == X509_AT_PURPOSE) && x509->at >= x509->purposes_end)
        x509->element = x509->fits ? X509_AT_EXTENSION : X509_AT_REFUSED;
    if (x509->element == X509_AT_EXTENSION && x509->at >= x509->extensions_end)
        x509->element = X509_AT_DONE;
    x509->step = X509_STEP_TAG;
}

static void x509_read_header(tcx_x509 *x509, unsigned char byte)
{
    if (x509->step == X509_STEP_TAG) {
        x509->tag = byte;
        x509->step = X509_STEP_LENGTH;
        return;
    }
    if (x509->step == X509_STEP_LENGTH) {
        x509->left = byte & 0x80 ? 0 : byte;
        x509->step = (uint8_t)(X509_STEP_VALUE + (byte & 0x80 ? byte & 0x7F : 0));
    } else if (x509->left >> 24 != 0) { /* 4 GiB and more */
        x509->element = X509_AT_REFUSED;
    } else {
        x509->left = x509->left << 8 | byte;
        x509->step--;
    }
    if (x509->step == X509_STEP_VALUE) {
        x509_begin_element(x509);
        if (x509->left == 0)
            x509_end_element(x509);
    }
}

static void x509_read_value(tcx_x509 *x509, unsigned char byte)
{
    const uint8_t index = x509->index;

    if (x509->element == X509_AT_NOT_AFTER && index < 2 * sizeof x509->date) {
        x509->date[index / 2] = (uint8_t)(x509->date[index / 2] * 10 + (byte - '0'));
        x509->index++;
    } else if ((x509->element == X509_AT_EXTENSION_NAME || x509->element == X509_AT_PURPOSE) &&
               index < sizeof x509_oids) {
        x509->matches = x509->matches && byte == x509_oids[index];
        x509->index++;
    }
    if (--x509->left == 0)
        x509_end_element(x509);
}

static void x509_start_chain(const br_x509_class **context, const char *server_name)
{
    tcx_x509 *x509 = (tcx_x509 *)(void *)context; /* its first member */

    x509->minimal.vtable->start_chain(&x509->minimal.vtable, server_name);
    memset(x509->until, X509_DATE_MAX, sizeof x509->date);
    x509->refused = 0;
}

/*
 * Starts a certificate. After the chain has reached an anchor, further certificates do not count, for example a root
 * that the server sends too.
 */
static void x509_start_cert(const br_x509_class **context, uint32_t length)
{
    tcx_x509 *x509 = (tcx_x509 *)(void *)context;
    int is_complete = x509->minimal.vtable->get_pkey(&x509->minimal.vtable, NULL) != NULL;

    x509->minimal.vtable->start_cert(&x509->minimal.vtable, length);
    x509->element = is_complete ? X509_AT_DONE : X509_AT_CERTIFICATE;
    x509->step = X509_STEP_TAG;
    x509->at = 0;
    x509->purposes_end = 0;
    x509->fits = 0;
}

static void x509_append(const br_x509_class **context, const unsigned char *bytes, size_t length)
{
    tcx_x509 *x509 = (tcx_x509 *)(void *)context;

    x509->minimal.vtable->append(&x509->minimal.vtable, bytes, length);
    for (size_t i = 0; i < length && x509->element < X509_AT_DONE; i++) {
        x509->at++;
        if (x509->step == X509_STEP_VALUE)
            x509_read_value(x509, bytes[i]);
        else
            x509_read_header(x509, bytes[i]);
    }
}

/* Ends a certificate. If the reader did not reach its end, the certificate is refused too. */
static void x509_end_cert(const br_x509_class **context)
{
    tcx_x509 *x509 = (tcx_x509 *)(void *)context;

    x509->minimal.vtable->end_cert(&x509->minimal.vtable);
    if (x509->element != X509_AT_DONE)
        x509->refused = 1;
}

/* Returns the result for the chain. The server's own key must be allowed to sign, because it signs the key exchange. */
static unsigned x509_end_chain(const br_x509_class **context)
{
    tcx_x509 *x509 = (tcx_x509 *)(void *)context;
    unsigned error = x509->minimal.vtable->end_chain(&x509->minimal.vtable);
    unsigned usages = 0;

    if (error != 0)
        return error;
    (void)x509->minimal.vtable->get_pkey(&x509->minimal.vtable, &usages);
    return x509->refused || !(usages & BR_KEYTYPE_SIGN) ? BR_ERR_X509_FORBIDDEN_KEY_USAGE : 0;
}

static const br_x509_pkey *x509_get_pkey(const br_x509_class *const *context, unsigned *usages)
{
    const tcx_x509 *x509 = (const tcx_x509 *)(const void *)context;

    return x509->minimal.vtable->get_pkey(&x509->minimal.vtable, usages);
}

const br_x509_class tcx_x509_vtable = {
    sizeof(tcx_x509), x509_start_chain, x509_start_cert, x509_append, x509_end_cert, x509_end_chain, x509_get_pkey,
};
