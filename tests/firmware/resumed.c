/*
 * The image `full` with a TLS session, to count a resumed call: the second call resumes the session of the first one.
 * Link it with --wrap=image_trust, so that the image itself stays as it is.
 */
#include "image.h"

void __real_image_trust(tcx_client *client);
void __wrap_image_trust(tcx_client *client);

static tcx_tls_session session;

void __wrap_image_trust(tcx_client *client)
{
    __real_image_trust(client);
    tcx_tls_session_init(&session, NULL);
    client->tls.session = &session;
}
