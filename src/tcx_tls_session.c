#include <tcexec/tls.h>

/* Where things stand in an exported session; the number of the format stands first. */
enum { FORMAT = 1, ID_LENGTH = 1, VERSION = 2, SUITE = 4, ID = 6, SECRET = 38, CHECK = 88, CHECK_LENGTH = 8 };

/*
 * The check covers the session and the name it is bound to. It guards against mix-ups and damage, not against forgery.
 */
static void compute_check(unsigned char check[CHECK_LENGTH], const unsigned char *bytes, const char *name)
{
    br_sha256_context hash;
    unsigned char digest[br_sha256_SIZE];

    br_sha256_init(&hash);
    br_sha256_update(&hash, bytes, CHECK);
    br_sha256_update(&hash, name, strlen(name));
    br_sha256_out(&hash, digest);
    memcpy(check, digest, CHECK_LENGTH);
    tcx_wipe(&hash, sizeof hash);
}

/* Whether there is one, of that name. */
static int is_of(const unsigned char *bytes, const char *name)
{
    unsigned char check[CHECK_LENGTH];

    if (bytes[0] != FORMAT || bytes[ID_LENGTH] == 0 || bytes[ID_LENGTH] > SECRET - ID)
        return 0;
    compute_check(check, bytes, name);
    return memcmp(check, bytes + CHECK, CHECK_LENGTH) == 0;
}

static int load(const tcx_tls_session *session, const char *name, br_ssl_session_parameters *parameters)
{
    const unsigned char *bytes = session->bytes;

    if (!is_of(bytes, name))
        return 0;
    memcpy(parameters->session_id, bytes + ID, sizeof parameters->session_id);
    parameters->session_id_len = bytes[ID_LENGTH];
    parameters->version = (uint16_t)(bytes[VERSION] << 8 | bytes[VERSION + 1]);
    parameters->cipher_suite = (uint16_t)(bytes[SUITE] << 8 | bytes[SUITE + 1]);
    memcpy(parameters->master_secret, bytes + SECRET, sizeof parameters->master_secret);
    return 1;
}

static void save(tcx_tls_session *session, const char *name, const br_ssl_session_parameters *parameters)
{
    unsigned char *bytes = session->bytes;

    tcx_wipe(bytes, sizeof session->bytes);
    if (parameters == NULL || parameters->session_id_len == 0)
        return;
    bytes[0] = FORMAT;
    bytes[ID_LENGTH] = parameters->session_id_len;
    bytes[VERSION] = (unsigned char)(parameters->version >> 8);
    bytes[VERSION + 1] = (unsigned char)parameters->version;
    bytes[SUITE] = (unsigned char)(parameters->cipher_suite >> 8);
    bytes[SUITE + 1] = (unsigned char)parameters->cipher_suite;
    memcpy(bytes + ID, parameters->session_id, parameters->session_id_len);
    memcpy(bytes + SECRET, parameters->master_secret, sizeof parameters->master_secret);
    compute_check(bytes + CHECK, bytes, name);
}

/*
 * Whether the handshake went on with the session that is kept; keeps the one that it made, or forgets one that led to
 * nothing.
 */
static int note(tcx_tls_session *session, const br_ssl_engine_context *engine, int succeeded)
{
    const char *name = br_ssl_engine_get_server_name(engine);
    const br_ssl_session_parameters *made = &engine->session;
    int resumed = succeeded && is_of(session->bytes, name) && session->bytes[ID_LENGTH] == made->session_id_len &&
                  memcmp(session->bytes + ID, made->session_id, made->session_id_len) == 0;

    save(session, name, succeeded ? made : NULL);
    return resumed;
}

void tcx_tls_session_init(tcx_tls_session *session, const void *bytes)
{
    memset(session, 0, sizeof *session);
    session->load = load;
    session->save = save;
    session->note = note;
    if (bytes != NULL)
        memcpy(session->bytes, bytes, sizeof session->bytes);
}
