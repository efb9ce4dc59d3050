/* The key pair that signs: see tcexec_command.h. */
#include "tcexec_command.h"

#define SOON 300 /* s: Tencent's own tools renew credentials that expire earlier than this */

int64_t tcexec_time(const tcexec_options *options)
{
    return options->has_time ? options->unix_time : tcx_posix_unix_time();
}

int tcexec_credentials_find(const tcexec_options *options, tcx_posix_credentials *found)
{
    return options->profile ? tcx_posix_credentials_of_profile(found, options->profile)
                            : tcx_posix_credentials_find(found);
}

tcexec_expiry tcexec_credentials_expiry(const tcexec_options *options, const tcx_posix_credentials *found,
                                        int64_t *seconds)
{
    *seconds = found->expires - tcexec_time(options);
    if (found->expires == 0)
        return TCEXEC_EXPIRY_UNKNOWN;
    return *seconds <= 0 ? TCEXEC_EXPIRED : *seconds < SOON ? TCEXEC_EXPIRES_SOON : TCEXEC_EXPIRES_LATER;
}

/*
 * A file that other users have access to is used, with a warning: tccli itself writes such files, and a script that
 * worked must not stop for it. Expired credentials are refused: the service would refuse them too, but only after the
 * whole argument was sent.
 */
int tcexec_credentials_load(const tcexec_options *options, tcx_posix_credentials *found, tcx_signer *signer)
{
    tcexec_expiry expiry;
    int64_t seconds;
    tcx_status status;
    char date[TCEXEC_DATE_SIZE];
    char span[80];

    if (tcexec_credentials_find(options, found) != 0)
        return tcexec_say("credentials: %s", found->problem);
    if (found->exposed)
        tcexec_note("other users have access to %s. Run: chmod 600 %s", found->origin, found->origin);
    status = tcx_signer_init(signer, &found->credentials, options->scheme);
    if (status != TCX_OK)
        return tcexec_say("credentials from %s: %s (%s)", found->origin, tcx_status_text(status),
                          tcx_status_name(status));
    expiry = tcexec_credentials_expiry(options, found, &seconds);
    tcexec_date_text(found->expires, date);
    tcexec_span_text(seconds < 0 ? -seconds : seconds, span, sizeof span);
    if (expiry == TCEXEC_EXPIRED)
        return tcexec_say(
            "the credentials from %s expired at %s, %s ago. Nothing was sent. Renew them: tccli auth login",
            found->origin, date, span);
    if (expiry == TCEXEC_EXPIRES_SOON)
        tcexec_note("the credentials from %s expire at %s, in %s. Renew them: tccli auth login", found->origin, date,
                    span);
    if (options->verbose)
        tcexec_note("credentials from %s%s", found->origin, found->credentials.token.bytes ? ", temporary" : "");
    return 0;
}
