/* The two forms of credentials files, for tcx_posix_credentials.c. */
#ifndef TCX_POSIX_CREDENTIALS_H
#define TCX_POSIX_CREDENTIALS_H

#include "tcx_posix.h"

/* What a file holds. What is not in it stays unset. */
typedef struct tcx_posix_secrets {
    tcx_credentials credentials;
    tcx_text role;       /* that is to be assumed with them */
    int of_machine;      /* 1: they are not used, but those of the machine's role */
    int64_t expires;     /* seconds since 1970; 0: not told, or there is no token that could end */
    const char *problem; /* after a failure: what is wrong; NULL: it is not of this form at all */
} tcx_posix_secrets;

/*
 * INI, as the configparser of Tencent's Python SDK reads it: section [default], members secret_id, secret_key, token
 * and role_arn, in any case, with '=' or ':'. Lines that begin with '#' or ';' are comments, and so is what follows a
 * section's name. Blanks around names and values are not part of them. Of a member that stands twice the last one
 * counts, as with Tencent's Go SDK. One without a value counts as absent. The texts lie in `text`. Returns 0, or -1: no
 * such section, or a value in quotes.
 */
int tcx_posix_ini_read(char *text, size_t length, tcx_posix_secrets *out);

/*
 * JSON, as tccli writes it: an object with the texts secretId, secretKey, token, role-arn and type, and the number
 * expiresAt; other members may be anything. The texts lie in `text`, which is changed. Returns 0, or -1: not JSON, or
 * not such an object.
 */
int tcx_posix_tccli_read(char *text, size_t length, tcx_posix_secrets *out);

#endif
