/* Readers of the two formats of credentials files, for tcx_posix_credentials.c. */
#ifndef TCX_POSIX_CREDENTIALS_H
#define TCX_POSIX_CREDENTIALS_H

#include "tcx_posix.h"

/* The contents of a file. What is not in the file stays unset. */
typedef struct tcx_posix_secrets {
    tcx_credentials credentials;
    tcx_text role;       /* the role to assume with the credentials */
    int of_machine;      /* 1: the file asks for the machine's role in place of its credentials */
    int64_t expires;     /* seconds since 1970; 0: unknown, or no token */
    const char *problem; /* after a failure: what is wrong; NULL: the file does not have this format */
} tcx_posix_secrets;

/*
 * Reads INI as the configparser of Tencent's Python SDK does: section [default], members secret_id, secret_key, token
 * and role_arn, in any case, with '=' or ':'. Lines that begin with '#' or ';' are comments. Text after the name of a
 * section is a comment, too. Blanks around names and values are removed. If a member occurs twice, the last one counts,
 * as in Tencent's Go SDK. A member without a value counts as absent. The texts of `out` point into `text`.
 *
 * Returns 0, or -1: there is no such section, or a value is in quotes.
 */
int tcx_posix_ini_read(char *text, size_t length, tcx_posix_secrets *out);

/*
 * Reads JSON as tccli writes it: an object with the strings secretId, secretKey, token, role-arn and type, and the
 * number expiresAt. Other members can have any value. Changes `text`: the texts of `out` point into it.
 *
 * Returns 0, or -1: not JSON, or not such an object.
 */
int tcx_posix_tccli_read(char *text, size_t length, tcx_posix_secrets *out);

#endif
