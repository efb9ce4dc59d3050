/* BearSSL's SHA-256 as a hash class that counts its compressions, so that no floor is assumed. */
#ifndef COUNTING_H
#define COUNTING_H

#include <bearssl.h>

extern const br_hash_class counting_sha256; /* its context is that of br_sha256_vtable */
extern long counting_compressions;          /* since the program began, or since it was set to 0 */

#endif
