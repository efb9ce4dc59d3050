/* The two forms of credentials files, for tcx_posix_credentials.c. */
#ifndef TCX_POSIX_CREDENTIALS_H
#define TCX_POSIX_CREDENTIALS_H

#include "tcx_posix.h"

/* What a file holds. What is not in it stays unset. */
typedef struct tcx_posix_secrets {
    tcx_credentials credentials;
    tcx_text role;   /* that is to be assumed with them */
    int64_t expires; /* seconds since 1970; 0: not told */
} tcx_posix_secrets;

/*
 * INI, as Tencent's Go tools read it: section [default], members secret_id, secret_key and token; lines that begin with
 * '#' or ';' are comments; blanks around names and values and a CR at the end are no part of them, quotes are; a member
 * without a value is none, of one that stands twice the last counts. The texts lie in `text`. Returns 0, or -1: no such
 * section.
 */
int tcx_posix_ini_read(char *text, size_t length, tcx_posix_secrets *out);

/*
 * JSON, as tccli writes it: an object with the texts secretId, secretKey, token and role-arn, and the number expiresAt;
 * other members may be anything. The texts lie in `text`, which is changed. Returns 0, or -1: not such an object.
 */
int tcx_posix_tccli_read(char *text, size_t length, tcx_posix_secrets *out);

#endif
