#include "tcx_message.h"

enum { ENCODE_MOST = 6 };

static int encode_is_plain(unsigned char byte)
{
    return byte > '\\' || (byte >= ' ' && byte != '"' && byte != '\\'); /* letters first: the most frequent */
}

/* Writes an escape of at most ENCODE_MOST characters. Returns its length. */
static size_t encode_escape(unsigned char *out, unsigned char byte)
{
    /* each byte, then its escape; the most frequent ones first */
    static const unsigned char escapes[] = "\"\"\\\\\nn\tt\rr\bb\ff";

    memcpy(out, "\\u00", 4);
    for (const unsigned char *escape = escapes; *escape != '\0'; escape += 2) {
        if (*escape == byte) {
            out[1] = escape[1];
            return 2;
        }
    }
    tcx_hex(out + 4, byte, "0123456789abcdef");
    return 6;
}

size_t tcx_encode_json(const unsigned char *bytes, size_t length, unsigned char *unit, size_t *size)
{
    const unsigned char *at = bytes, *const end = bytes + length;
    unsigned char *out = unit, *const full = unit + TCX_UNIT - ENCODE_MOST;

    do {
        if (!encode_is_plain(*at))
            break;
        at++;
    } while (at < end);
    if (at == end || (size_t)(at - bytes) >= TCX_UNIT)
        return (size_t)(at - bytes);
    at = bytes; /* too short to be worth a piece of its own */
    do {
        if (encode_is_plain(*at))
            *out++ = *at;
        else
            out += encode_escape(out, *at);
        at++;
    } while (at < end && out <= full);
    *size = (size_t)(out - unit);
    return (size_t)(at - bytes);
}
