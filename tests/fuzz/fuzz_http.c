/*
 * Any bytes as an HTTP answer. The reader gives the same result for every split and every place of the bytes. It stays
 * in its buffer, and after an error it takes nothing. An answer that it considers complete is complete for the judge.
 *
 * Input: capacity (2 bytes), whether the end is proven, two bytes that make the splits, then the answer.
 */
#include "fuzz.h"
#include "judge.h"

const char fuzz_name[] = "http";
const unsigned fuzz_runs = 60000;

enum { SCRATCH = 64 };

/* What a reading came to. */
typedef struct reading {
    tcx_status status;
    size_t used;
    tcx_http http;
    unsigned char *body;
} reading;

/* How long the pieces are: a seed, or the one length that all have. */
typedef struct splits {
    uint32_t seed; /* 0: all are `piece` bytes */
    size_t piece;
} splits;

static size_t next_piece(splits *how)
{
    if (how->seed == 0)
        return how->piece;
    how->seed = how->seed * 1664525u + 1013904223u;
    return 1 + (how->seed >> 24) % (how->seed & 0x10000 ? 60 : 4);
}

/*
 * Reads all of it. `in_place`: as a call does, from the place in the body buffer where a body would lie, or from a
 * scratch where little room is left.
 */
static reading read_all(const uint8_t *bytes, size_t length, size_t capacity, splits how, int in_place)
{
    reading it = { TCX_PENDING, 0, { 0 }, fuzz_memory(capacity) };

    memset(it.body, 0xA5, capacity);
    tcx_http_init(&it.http, it.body, capacity);
    while (it.status == TCX_PENDING && it.used < length) {
        size_t piece = next_piece(&how), room = capacity - it.http.body_length, taken;
        unsigned char scratch[SCRATCH], *place = it.body + it.http.body_length, *copy = NULL;

        if (in_place && room < sizeof scratch) {
            place = scratch;
            room = sizeof scratch;
        }
        if (in_place && piece > room)
            piece = room;
        if (piece > length - it.used)
            piece = length - it.used;
        if (in_place)
            memcpy(place, bytes + it.used, piece);
        else
            place = copy = fuzz_copy(bytes + it.used, piece);
        it.status = tcx_http_feed(&it.http, place, piece, &taken);
        free(copy);
        fuzz_check(taken <= piece && (it.status != TCX_PENDING || taken == piece), "%zu of %zu bytes with %d", taken,
                   piece, it.status);
        fuzz_check(it.http.body_length <= capacity, "%zu bytes of body in %zu", (size_t)it.http.body_length, capacity);
        it.used += taken;
    }
    return it;
}

static void same(const reading *a, const reading *b)
{
    tcx_response left, right;

    fuzz_check(a->status == b->status && a->used == b->used, "%d after %zu bytes, or %d after %zu", a->status, a->used,
               b->status, b->used);
    fuzz_check(a->http.body_length == b->http.body_length && memcmp(a->body, b->body, a->http.body_length) == 0,
               "another body");
    fuzz_check(tcx_http_keeps_alive(&a->http) == tcx_http_keeps_alive(&b->http), "kept, or not");
    tcx_response_partial(&a->http, &left);
    tcx_response_partial(&b->http, &right);
    fuzz_check(left.http_status == right.http_status && tcx_response_time(&left) == tcx_response_time(&right), "another head");
    fuzz_check(left.body.length == a->http.body_length, "the partial body is not what is there");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_input input = { data, data + size };
    const size_t low = fuzz_byte(&input), capacity = low + fuzz_byte(&input) % 16u * 256;
    const int proven = fuzz_byte(&input) & 1;
    const splits whole = { 0, SIZE_MAX }, single = { 0, 1 };
    const splits drawn = { 1u + fuzz_byte(&input) * 2u + fuzz_byte(&input) * 512u, 0 };
    size_t length = size;
    const uint8_t *bytes = fuzz_bytes(&input, &length);
    reading first = read_all(bytes, length, capacity, whole, 0);
    const struct {
        splits how;
        int in_place;
    } others[] = { { single, 0 }, { drawn, 0 }, { whole, 1 }, { single, 1 }, { drawn, 1 } };
    char *body = fuzz_memory(length);
    judge_answer judged;
    size_t used;
    tcx_status status;

    for (size_t i = 0; i < FUZZ_COUNT(others); i++) {
        reading other = read_all(bytes, length, capacity, others[i].how, others[i].in_place);

        same(&first, &other);
        free(other.body);
    }
    fuzz_check(first.status == TCX_OK || first.status == TCX_PENDING || first.status == TCX_E_HTTP_FIELD ||
                   (first.status <= TCX_E_HTTP_SYNTAX && first.status >= TCX_E_HTTP_BODY_TOO_LARGE),
               "%d", first.status);
    if (first.status == TCX_E_HTTP_BODY_TOO_LARGE) {
        reading larger = read_all(bytes, length, capacity + length, whole, 0);

        fuzz_check(larger.status != TCX_OK || larger.http.body_length > capacity, "a body that fits is refused");
        free(larger.body);
    }
    fuzz_check(first.status == TCX_OK || !tcx_http_keeps_alive(&first.http), "an answer not complete is kept");
    if (first.status != TCX_PENDING) {
        status = tcx_http_feed(&first.http, "0", 1, &used);
        fuzz_check(used == 0 && (first.status == TCX_OK ? status == TCX_OK : status < 0), "it goes on: %d", status);
    }
    if (first.status >= 0) {
        judged = judge_http((const char *)bytes, length, 0, body);
        fuzz_check(judged.complete == (first.status == TCX_OK), "%d, and the judge says otherwise", first.status);
    }
    status = tcx_http_end(&first.http, proven);
    fuzz_check(status == TCX_OK || status == TCX_E_CLOSED, "%d at the end", status);
    fuzz_check(first.status == TCX_OK ? status == TCX_OK : status == TCX_E_CLOSED || (proven && first.status > 0),
               "%d at the end after %d", status, first.status);
    if (status == TCX_OK) {
        tcx_response partial;

        judged = judge_http((const char *)bytes, length, proven, body);
        tcx_response_partial(&first.http, &partial);
        fuzz_check(judged.complete && judged.status == partial.http_status && judged.used == first.used,
                   "the judge: %d, status %d, %zu bytes, not %zu", judged.complete, judged.status, judged.used,
                   first.used);
        fuzz_check(judged.body_length == first.http.body_length && memcmp(body, first.body, judged.body_length) == 0,
                   "another body than the judge's");
    } else if (first.status > 0) {
        fuzz_check(!judge_http((const char *)bytes, length, proven, body).complete, "complete for the judge");
    }
    free(first.body);
    free(body);
    return 0;
}
