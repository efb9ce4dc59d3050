/*
 * units:  tcx_x509 tcx_text
 * bounds: chains of any number of certificates of any bytes, in pieces of 0 to 8 bytes; any verdict of BearSSL's
 *         validator at any moment
 * eva:    -eva-slevel 20
 */
#include "any.h"

#include "tcx_x509.h"

enum { MOST = 8 };

static char memory[MOST];
static br_x509_pkey key;

static void start_chain(const br_x509_class **context, const char *server_name)
{
    reads(context, sizeof(br_x509_minimal_context));
    reads(server_name, 1);
}

static void start_cert(const br_x509_class **context, uint32_t length)
{
    (void)length;
    reads(context, sizeof(br_x509_minimal_context));
}

static void append(const br_x509_class **context, const unsigned char *bytes, size_t length)
{
    reads(context, sizeof(br_x509_minimal_context));
    reads(bytes, length);
}

static void end_cert(const br_x509_class **context)
{
    reads(context, sizeof(br_x509_minimal_context));
}

static unsigned end_chain(const br_x509_class **context)
{
    reads(context, sizeof(br_x509_minimal_context));
    return (unsigned)any(0, 62);
}

static const br_x509_pkey *get_pkey(const br_x509_class *const *context, unsigned *usages)
{
    reads(context, sizeof(br_x509_minimal_context));
    if (either(0, 1))
        return NULL;
    if (usages != NULL)
        *usages = (unsigned)any(0, 48);
    return &key;
}

static const br_x509_class validator = {
    sizeof(br_x509_minimal_context), start_chain, start_cert, append, end_cert, end_chain, get_pkey
};

int main(void)
{
    static tcx_x509 x509;
    const br_x509_class **context = &x509.vtable;
    uint8_t until[7];
    unsigned usages;

    x509.vtable = &tcx_x509_vtable;
    x509.until = until;
    x509.minimal.vtable = &validator;
    tcx_x509_vtable.start_chain(context, "host");
    while (either(0, 1)) {
        tcx_x509_vtable.start_cert(context, any_uint32());
        while (either(0, 1)) {
            const size_t length = each(0, MOST);

            Frama_C_make_unknown(memory, MOST);
            tcx_x509_vtable.append(context, (const unsigned char *)memory, length);
        }
        tcx_x509_vtable.end_cert(context);
    }
    if (tcx_x509_vtable.end_chain(context) == 0)
        (void)tcx_x509_vtable.get_pkey(context, &usages);
    return 0;
}
