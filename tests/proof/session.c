/*
 * units:  tcx_tls_session tcx_text
 * bounds: any exported session; any parameters of BearSSL with an id of at most 32 bytes; any name of 0 to 16 bytes
 * eva:    -eva-min-loop-unroll 200 -eva-slevel 10 -eva-split-return full
 */
#include "crypto.h"

#include <tcexec/tls.h>

enum { MOST = 16 };

static char memory[MOST + 1];

void br_sha256_init(br_sha256_context *context)
{
    br_sha256_vtable.init(&context->vtable);
}

void br_sha224_update(br_sha224_context *context, const void *data, size_t length)
{
    br_sha256_vtable.update(&context->vtable, data, length);
}

void br_sha256_out(const br_sha256_context *context, void *out)
{
    br_sha256_vtable.out(&context->vtable, out);
}

int main(void)
{
    static br_ssl_engine_context engine;
    unsigned char exported[TCX_TLS_SESSION_SIZE];
    tcx_tls_session session;
    br_ssl_session_parameters parameters;
    const char *name = any_bytes(memory, each(0, MOST) + 1);

    memory[MOST] = 0;
    Frama_C_make_unknown((char *)exported, sizeof exported);
    Frama_C_make_unknown((char *)&engine.session, sizeof engine.session);
    Frama_C_make_unknown(engine.server_name, sizeof engine.server_name);
    engine.server_name[MOST] = 0;
    engine.session.session_id_len = (unsigned char)any(0, sizeof engine.session.session_id);
    tcx_tls_session_init(&session, either(0, 1) ? exported : NULL);
    if (session.load(&session, name, &parameters))
        session.save(&session, name, &parameters);
    session.note(&session, &engine, either(0, 1));
    return 0;
}
