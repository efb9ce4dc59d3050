/*
 * Reads answers with the HTTP reader.
 *
 * In: whether one message follows another, whether the connection ends, and the bytes. Out: the verdict, then a word
 * STATUS:KEEPS:SHA-256 of the body for each message, also for one that is cut short; `split` if pieces give another
 * result than the whole.
 */
#include "frame.h"
#include "tcx_http.h"

enum { BODY_MAX = 1 << 20, MESSAGES_MAX = 8 };

typedef struct message {
    unsigned status;
    int keeps;
    unsigned char body[32]; /* its SHA-256 */
} message;

typedef struct outcome {
    const char *verdict;
    size_t count;
    message messages[MESSAGES_MAX];
} outcome;

static unsigned char body[BODY_MAX];

/* Takes the next message off the front of `bytes`. */
static tcx_status read_message(tcx_text *bytes, size_t piece, int ends, message *out)
{
    tcx_status status = TCX_PENDING;
    tcx_http http;

    tcx_http_init(&http, body, sizeof body);
    while (status == TCX_PENDING && bytes->length > 0) {
        size_t used;

        status = tcx_http_feed(&http, bytes->bytes, frame_least(piece, bytes->length), &used);
        bytes->bytes += used;
        bytes->length -= used;
    }
    if (status == TCX_PENDING && ends)
        status = tcx_http_end(&http, 1);
    out->status = http.status;
    out->keeps = tcx_http_keeps_alive(&http);
    frame_sha256(body, http.body_length, out->body);
    return status;
}

/* What stands behind a message is the next one. */
static void read_all(tcx_text bytes, size_t piece, int pipelined, int ends, outcome *out)
{
    tcx_status status;
    message *last;

    memset(out, 0, sizeof *out);
    do {
        if (out->count == MESSAGES_MAX)
            frame_fail("MESSAGES_MAX is too small");
        last = &out->messages[out->count++];
        status = read_message(&bytes, piece, ends, last);
    } while (status == TCX_OK && pipelined && bytes.length > 0);
    if (status == TCX_OK || status == TCX_PENDING || status == TCX_E_CLOSED)
        out->verdict = status == TCX_OK || out->count > 1 ? "accept" : "incomplete";
    else
        out->verdict = "refuse";
    if (status != TCX_OK && out->count > 1)
        out->count--;
}

int main(void)
{
    while (frame_next()) {
        const int pipelined = (int)frame_number();
        const int ends = (int)frame_number();
        const tcx_text bytes = frame_text();
        outcome whole, split;

        read_all(bytes, frame_pieces[0], pipelined, ends, &whole);
        for (size_t i = 1; i < FRAME_PIECES; i++) {
            read_all(bytes, frame_pieces[i], pipelined, ends, &split);
            if (memcmp(&whole, &split, sizeof whole) != 0)
                whole.verdict = "split";
        }
        printf("%s", whole.verdict);
        for (const message *each = whole.messages; each < whole.messages + whole.count; each++) {
            printf(" %u:%d:", each->status, each->keeps);
            frame_print_hex(each->body, sizeof each->body);
        }
        putchar('\n');
        frame_free(bytes);
    }
    return 0;
}
