/*
 * Any bytes as PEM certificates, and as the DER of one. The measured size is the size that is needed, everything that
 * an anchor points to lies in the caller's memory, and memory that is too small is wiped.
 *
 * Input: a PEM text. If it begins with 30 (a DER sequence), it is first put into a PEM block.
 */
#include "fuzz.h"

#include <tcexec/tls.h>

#include "tcx_posix.h"

const char fuzz_name[] = "pem";
const unsigned fuzz_runs = 20000;

/* The DER as PEM. The caller frees it. */
static char *wrap(const uint8_t *der, size_t size, size_t *length)
{
    static const char name[] = "CERTIFICATE";
    char *pem;

    *length = br_pem_encode(NULL, NULL, size, name, 0);
    pem = fuzz_memory(*length + 1);
    br_pem_encode(pem, der, size, name, 0);
    return pem;
}

static void inside(const void *place, size_t size, const void *memory, size_t capacity, const char *what)
{
    const tcx_text text = { place, size };

    fuzz_check(place != NULL, "%s is NULL", what);
    fuzz_inside(text, memory, capacity, what);
}

static void check_key(const br_x509_pkey *key, const void *memory, size_t size)
{
    tcx_tls_pin pin;

    if (key->key_type == BR_KEYTYPE_EC) {
        inside(key->key.ec.q, key->key.ec.qlen, memory, size, "a point");
    } else {
        fuzz_check(key->key_type == BR_KEYTYPE_RSA, "a key of type %d", key->key_type);
        inside(key->key.rsa.n, key->key.rsa.nlen, memory, size, "a modulus");
        inside(key->key.rsa.e, key->key.rsa.elen, memory, size, "an exponent");
    }
    fuzz_check(tcx_tls_pin_init(&pin, key) == TCX_OK, "TLS does not take the key");
}

static void check_anchors(tcx_text pem)
{
    tcx_posix_anchors needed, read;
    tcx_tls_chain chain;
    tcx_status status = tcx_posix_anchors_read(pem, NULL, 0, &needed);
    unsigned char *memory;

    fuzz_check(status == TCX_E_BUFFER || status == TCX_E_TLS_TRUST, "measuring: %d", status);
    fuzz_check((needed.skipped > 0) == (needed.fault != TCX_POSIX_FAULT_NONE) &&
                   (needed.skipped > 0) == (needed.fault_line > 0),
               "%zu skipped, fault %d in line %zu", needed.skipped, (int)needed.fault, needed.fault_line);
    fuzz_check((status == TCX_E_BUFFER) == (needed.count > 0) && needed.anchors == NULL, "%zu anchors, and %d",
               needed.count, status);
    if (status != TCX_E_BUFFER)
        return;
    memory = fuzz_memory(needed.size);
    fuzz_check(tcx_posix_anchors_read(pem, memory, needed.size, &read) == TCX_OK, "the measure is too small");
    fuzz_check(read.count == needed.count && read.skipped == needed.skipped && read.size == needed.size,
               "measured otherwise than read");
    for (size_t i = 0; i < read.count; i++) {
        inside(&read.anchors[i], sizeof read.anchors[i], memory, needed.size, "an anchor");
        inside(read.anchors[i].dn.data, read.anchors[i].dn.len, memory, needed.size, "a name");
        check_key(&read.anchors[i].pkey, memory, needed.size);
    }
    fuzz_check(tcx_tls_chain_init(&chain, read.anchors, read.count) == TCX_OK, "TLS does not take the anchors");

    memset(memory, 0xA5, needed.size);
    fuzz_check(tcx_posix_anchors_read(pem, memory, needed.size - 1, &read) == TCX_E_BUFFER, "a byte less would do");
    for (size_t i = 0; i < needed.size - 1; i++)
        fuzz_check(memory[i] == 0, "byte %zu is not wiped", i);
    fuzz_check(memory[needed.size - 1] == 0xA5, "written behind the memory");
    free(memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t length = size;
    char *text = size > 0 && data[0] == 0x30 ? wrap(data, size, &length) : fuzz_copy(data, size);
    const tcx_text pem = { text, length };
    tcx_posix_key key;

    check_anchors(pem);
    if (tcx_posix_key_read(pem, &key) == TCX_OK)
        check_key(&key.key, key.bytes, sizeof key.bytes);
    else
        fuzz_check((key.fault != TCX_POSIX_FAULT_NONE) == (key.fault_line > 0), "fault %d in line %zu", (int)key.fault,
                   key.fault_line);
    free(text);
    return 0;
}
