#include <tcexec/tls.h>

static const br_x509_class **pin_start(tcx_tls_trust *trust, const tcx_tls_profile *profile,
                                       br_ssl_client_context *client, int64_t unix_time)
{
    tcx_tls_pin *pin = (tcx_tls_pin *)trust; /* its first member */

    (void)unix_time;
    if (trust->by.pin->key_type == BR_KEYTYPE_RSA)
        br_x509_knownkey_init_rsa(&pin->known, &trust->by.pin->key.rsa, BR_KEYTYPE_SIGN);
    else
        br_x509_knownkey_init_ec(&pin->known, &trust->by.pin->key.ec, BR_KEYTYPE_SIGN);
    profile->set_up(client, NULL);
    return &pin->known.vtable;
}

/* Returns 1 if the key has 2048 to 4096 bits. */
static int pin_is_usable_rsa(const br_rsa_public_key *key)
{
    const unsigned char *n = key->n;
    size_t length = key->nlen;

    while (length > 0 && *n == 0) {
        n++;
        length--;
    }
    return length <= 4096 / 8 && (length > 2048 / 8 || (length == 2048 / 8 && *n >= 0x80));
}

static int pin_is_usable_key(const br_x509_pkey *key)
{
    switch (key->key_type) {
    case BR_KEYTYPE_RSA:
        return pin_is_usable_rsa(&key->key.rsa);
    case BR_KEYTYPE_EC:
        return key->key.ec.curve == BR_EC_secp256r1 || key->key.ec.curve == BR_EC_secp384r1;
    default:
        return 0;
    }
}

tcx_status tcx_tls_pin_init(tcx_tls_pin *pin, const br_x509_pkey *key)
{
    if (pin == NULL || key == NULL)
        return TCX_E_NULL;
    memset(pin, 0, sizeof *pin);
    if (!pin_is_usable_key(key))
        return TCX_E_TLS_TRUST;
    pin->trust.by.pin = key;
    pin->trust.start = pin_start;
    memset(pin->trust.until, TCX_TLS_FOREVER, sizeof pin->trust.until);
    return TCX_OK;
}
