/*
 * units:  tcx_tls_session tcx_calendar tcx_stack tcx_text
 * bounds: any exported session; any parameters of BearSSL with an id of at most 32 bytes; any name of 0 to 4 bytes;
 *         any time up to 9999, any correction of the clock, any end of the trust; a trust of one's own, of an
 *         anchor, of a pin, or of nothing, with numbers of 0 to 2 bytes
 * eva:    -eva-min-loop-unroll 200 -eva-slevel 10 -eva-split-return full
 */
#include "crypto.h"

#include "tcx_calendar.h"

#include <tcexec/tls.h>

enum { MOST = 4, KEY = 2 };

static char memory[MOST + 1], numbers[2][KEY], dn[KEY];

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

static void identify(const tcx_tls_trust *trust, br_sha256_context *hash)
{
    (void)trust;
    br_sha256_update(hash, "own", 3);
}

int main(void)
{
    unsigned char exported[TCX_TLS_SESSION_SIZE];
    tcx_tls_session session;
    br_ssl_session_parameters parameters, made;
    tcx_peer peer = { { NULL, 0 }, { NULL, 0 }, 443, 0, 0 };
    br_x509_trust_anchor anchor;
    tcx_tls_trust trust = { .anchor_count = 0 };
    const char *name = any_bytes(memory, each(0, MOST) + 1);

    memory[MOST] = 0;
    peer.unix_time = Frama_C_long_long_interval(0, TCX_TIME_MAX);
    peer.correction = any_int64();
    Frama_C_make_unknown((char *)trust.until, sizeof trust.until);
    if (each(0, 1)) {
        const size_t n = each(0, KEY), e = each(0, KEY);

        anchor.pkey.key_type = BR_KEYTYPE_RSA;
        anchor.pkey.key.rsa.n = any_bytes(numbers[0], n);
        anchor.pkey.key.rsa.nlen = n;
        anchor.pkey.key.rsa.e = any_bytes(numbers[1], e);
        anchor.pkey.key.rsa.elen = e;
    } else {
        anchor.pkey.key_type = BR_KEYTYPE_EC;
        anchor.pkey.key.ec.curve = any(1, 255);
        anchor.pkey.key.ec.q = any_bytes(numbers[0], KEY);
        anchor.pkey.key.ec.qlen = KEY;
    }
    switch (each(0, 3)) {
    case 1:
        trust.identify = identify;
        break;
    case 2:
        anchor.flags = any_uint32();
        anchor.dn.data = any_bytes(dn, sizeof dn);
        anchor.dn.len = sizeof dn;
        trust.by.anchors = &anchor;
        trust.anchor_count = 1;
        break;
    case 3:
        trust.by.pin = &anchor.pkey;
        break;
    default:
        break;
    }
    Frama_C_make_unknown((char *)exported, sizeof exported);
    Frama_C_make_unknown((char *)&made, sizeof made);
    made.session_id_len = (unsigned char)any(0, sizeof made.session_id);
    tcx_tls_session_init(&session, either(0, 1) ? exported : NULL);
    session.is_new = (uint8_t)any(0, 1);
    (void)session.load(&session, name, &peer, &trust, &parameters);
    (void)session.note(&session, &peer, &trust, either(0, 1) ? &made : NULL);
    return 0;
}
