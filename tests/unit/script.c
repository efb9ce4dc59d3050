#define _DEFAULT_SOURCE

#include "script.h"

#include <sys/mman.h>

enum { EDGE = 1 << 18, PAGE = 1 << 16 };

static void breach(script *link, const char *what)
{
    if (link->violation == NULL)
        link->violation = what;
}

/* Notes a call. Returns 1 when a fault, a stutter or the cut decides its result. */
static int begins(script *link, int call, size_t asked, size_t moved, size_t cut, int *result)
{
    size_t number = link->calls++;

    /* After a send that failed, recv may be asked for what came before; after a peer's end, send may go on. */
    if (link->last_result <= 0 && link->last_call != 0 && link->last_result != TCX_AGAIN &&
        link->last_result != TCX_WANT_READ && link->last_result != TCX_WANT_WRITE &&
        !(link->last_call == SCRIPT_SEND && call == SCRIPT_RECV && link->last_result != 0) &&
        !(link->last_call == SCRIPT_RECV && call == SCRIPT_SEND &&
          (link->last_result == TCX_CLOSED || link->last_result == TCX_CLOSED_CLEAN)))
        link->after_failure++;
    if (call != SCRIPT_OPEN && !link->is_open)
        breach(link, "a transfer over a link that is not open");
    if (call != SCRIPT_OPEN && (asked == 0 || asked > TCX_TRANSFER_MAX))
        breach(link, "a length outside 1 ... TCX_TRANSFER_MAX");
    link->last_call = call;
    link->starved = 0;
    for (size_t i = 0; i < TCX_COUNT(link->faults); i++) {
        if (number == link->faults[i].call || (link->faults[i].for_ever && number > link->faults[i].call)) {
            *result = link->faults[i].result;
            link->starved = link->faults[i].for_ever;
            link->faults[i].struck = call;
            link->faults[i].phase = link->phase;
            link->faults[i].returned = *result == SCRIPT_TOO_MUCH ? (int)asked + 1 : *result;
            return 1;
        }
    }
    *result = link->stutter;
    if (link->stutter != 0 && link->moves[call == SCRIPT_RECV]++ % 2 == 0)
        return 1;
    *result = link->cut;
    return moved >= cut;
}

static int ends(script *link, int result)
{
    link->last_result = result;
    if (link->last_call == SCRIPT_RECV)
        link->last_received = result;
    return result;
}

static int open_link(void *context, const tcx_peer *peer)
{
    script *link = context;
    int result;

    if (link->is_up)
        breach(link, "open of a link that is up");
    link->opens++;
    if (!link->is_open && link->links++ > 0 && link->reopened != NULL)
        link->reopened(link->peer);
    link->is_open = 1;
    link->dialled = *peer;
    if (!begins(link, SCRIPT_OPEN, 1, 0, SCRIPT_NEVER, &result))
        result = 1;
    link->is_up = result == 1;
    return ends(link, result);
}

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static int send_bytes(void *context, const void *bytes, size_t length)
{
    script *link = context;
    size_t count = smaller(smaller(length, link->piece), link->cut_sent - link->sent_length);
    int result, faulty = begins(link, SCRIPT_SEND, length, link->sent_length, link->cut_sent, &result);

    if (memcmp(link->offered, bytes, smaller(length, link->offered_length)) != 0 || length < link->offered_length)
        breach(link, "after a send that moved nothing, other bytes were offered");
    link->offered_length = 0;
    if (faulty && result <= 0) {
        link->offered_length = smaller(length, sizeof link->offered);
        memcpy(link->offered, bytes, link->offered_length);
        return ends(link, result);
    }
    if (faulty)
        count = result == SCRIPT_ONE_BYTE ? 1 : length;
    if (link->sent_length + count > sizeof link->sent) {
        breach(link, "more was sent than the script holds");
        return ends(link, -1);
    }
    memcpy(link->sent + link->sent_length, bytes, count);
    link->sent_length += count;
    if (link->take != NULL)
        link->take(link->peer, bytes, count);
    if (faulty && result == SCRIPT_TOO_MUCH)
        return ends(link, (int)length + 1);
    return ends(link, (int)count);
}

/* Whether bytes are one whole request, by its own words. */
static int is_whole(const unsigned char *bytes, size_t length)
{
    static const char field[] = "\r\nContent-Length: ";
    size_t body = 0;

    for (size_t at = 0; at + 4 <= length; at++) {
        if (memcmp(bytes + at, "\r\n\r\n", 4) == 0)
            return at + 4 + body == length;
        if (length - at > sizeof field && memcmp(bytes + at, field, sizeof field - 1) == 0)
            body = (size_t)atol((const char *)bytes + at + sizeof field - 1);
    }
    return 0;
}

static int answers(const script *link)
{
    return link->answer_after == SCRIPT_WHOLE ? is_whole(link->sent, link->sent_length)
                                              : link->sent_length >= link->answer_after;
}

/* The peer's next bytes. */
static size_t next_bytes(script *link, unsigned char *bytes, size_t length)
{
    size_t count;

    if (link->give != NULL)
        return link->give(link->peer, bytes, length);
    if (!answers(link))
        return 0;
    count = smaller(length, link->answer_length - link->received);
    memcpy(bytes, link->answer + link->received, count);
    return count;
}

static int recv_bytes(void *context, void *bytes, size_t length)
{
    script *link = context;
    size_t count = smaller(smaller(length, link->piece), link->cut_received - link->received);
    int result, faulty = begins(link, SCRIPT_RECV, length, link->received, link->cut_received, &result);

    if (faulty && result <= 0)
        return ends(link, result);
    if (faulty)
        count = result == SCRIPT_ONE_BYTE ? 1 : length;
    count = next_bytes(link, bytes, count);
    link->received += count;
    if (faulty && result == SCRIPT_TOO_MUCH)
        return ends(link, (int)length + 1);
    if (count == 0 && link->give == NULL && !answers(link))
        return ends(link, TCX_WANT_READ); /* the peer takes the request, and then ends as it should */
    if (count == 0) {
        link->starved = link->ending == TCX_WANT_READ && link->offered_length == 0; /* else a look while it sends */
        return ends(link, link->ending);
    }
    return ends(link, (int)count);
}

static void close_link(void *context)
{
    script *link = context;

    if (!link->is_open)
        breach(link, "close of a link that is not open");
    link->is_open = link->is_up = 0;
    link->closes++;
    link->offered_length = 0;
}

void script_init(script *link, const char *answer, size_t length)
{
    const tcx_transport transport = { link, open_link, send_bytes, recv_bytes, close_link, NULL, NULL };

    /* All but the two large buffers, which is most of the time of a sweep. */
    memset(link, 0, offsetof(script, sent));
    memset((char *)link + offsetof(script, sent_length), 0, offsetof(script, offered) - offsetof(script, sent_length));
    link->offered_length = 0;
    link->transport = transport;
    link->answer = answer;
    link->answer_length = length;
    link->answer_after = SCRIPT_WHOLE;
    link->ending = TCX_WANT_READ;
    link->piece = SCRIPT_NEVER;
    link->cut_sent = link->cut_received = SCRIPT_NEVER;
    link->faults[0].call = link->faults[1].call = SCRIPT_NEVER;
}

unsigned char *script_edge(unsigned place, size_t length)
{
    static unsigned char *edges[SCRIPT_EDGES];

    if (edges[place] == NULL) {
        void *memory = mmap(NULL, EDGE + PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        assert_true(memory != MAP_FAILED);
        assert_int_equal(mprotect((char *)memory + EDGE, PAGE, PROT_NONE), 0);
        edges[place] = (unsigned char *)memory + EDGE;
    }
    assert_true(length <= EDGE);
    return edges[place] - length;
}

size_t script_table(const char *name, size_t columns, void (*row)(char **columns))
{
    FILE *file = tcx_vectors_open(name);
    size_t rows = 0;
    char *line;

    while ((line = tcx_vectors_line(file)) != NULL) {
        static char padded[65536 + 2];
        char *cells[8], *at = padded + 1;

        snprintf(padded, sizeof padded, " %s", line); /* so that " | " is found where the column before it is empty */
        for (size_t i = 0; i < columns; i++) {
            char *end = i + 1 < columns ? strstr(at - 1, " | ") : NULL;

            check(end != NULL || i + 1 == columns, "%s: too few columns: %s", name, line);
            cells[i] = at;
            if (end != NULL) {
                *(end < at ? at - 1 : end) = '\0';
                cells[i] = end < at ? end : at;
                at = end + 3;
            }
        }
        row(cells);
        rows++;
    }
    fclose(file);
    return rows;
}

/* The exchange under way. */
static const script_exchange *scene(const script_series *series)
{
    return &series->script[series->count - 1];
}

static void next_scene(script_series *series, int reused)
{
    check(series->count < series->length, "an exchange too many: there are %zu", series->length);
    series->count++;
    series->given = 0;
    series->dialled = 0;
    memset(&series->seen[series->count - 1], 0, sizeof series->seen[0]);
    series->seen[series->count - 1].reused = reused;
    series->seen[series->count - 1].tick = series->tick;
}

static int series_open(void *context, const tcx_peer *peer)
{
    script_series *series = context;

    assert_false(series->is_up);
    if (!series->is_open) {
        next_scene(series, 0);
        series->dials++;
    }
    series->is_open = 1;
    series->seen[series->count - 1].clock = peer->unix_time;
    if (series->dialled++ < scene(series)->dialling)
        return TCX_WANT_WRITE;
    series->is_up = scene(series)->open == 0;
    return series->is_up ? 1 : scene(series)->open;
}

static int series_send(void *context, const void *bytes, size_t length)
{
    script_series *series = context;
    size_t room, at;

    assert_true(series->is_up);
    if (series->seen[series->count - 1].whole)
        next_scene(series, 1);
    at = series->seen[series->count - 1].length;
    room = scene(series)->breaks != 0 ? scene(series)->after - at : sizeof series->seen[0].sent - at;
    if (scene(series)->breaks != 0 && room == 0)
        return scene(series)->breaks;
    room = smaller(room, length);
    assert_true(at + room <= sizeof series->seen[0].sent);
    memcpy(series->seen[series->count - 1].sent + at, bytes, room);
    series->seen[series->count - 1].length = at + room;
    series->seen[series->count - 1].whole = is_whole(series->seen[series->count - 1].sent, at + room);
    return (int)room;
}

static int series_recv(void *context, void *bytes, size_t length)
{
    script_series *series = context;
    const script_exchange *now = scene(series);
    size_t first = now->answer != NULL ? strlen(now->answer) : 0, second = now->later != NULL ? strlen(now->later) : 0;
    const size_t got = series->seen[series->count - 1].length;
    const int answers = series->seen[series->count - 1].whole || (now->early > 0 && got >= now->early);
    size_t count = 0;

    assert_true(series->is_up);
    series->looks += length == 1;
    if (answers && series->given < first)
        memcpy(bytes, now->answer + series->given, count = smaller(length, first - series->given));
    else if (answers && series->given < first + second)
        memcpy(bytes, now->later + series->given - first, count = smaller(length, first + second - series->given));
    series->given += count;
    if (count > 0)
        return (int)count;
    if (!answers)
        return TCX_WANT_READ; /* the peer takes the request, and then ends as it should */
    return now->ending != 0 ? now->ending : TCX_WANT_READ;
}

static void series_close(void *context)
{
    script_series *series = context;

    assert_true(series->is_open);
    series->is_open = series->is_up = 0;
    series->closes++;
}

void script_series_init(script_series *series, const script_exchange *script, size_t length)
{
    const tcx_transport transport = { series, series_open, series_send, series_recv, series_close, NULL, NULL };

    memset(series, 0, sizeof *series);
    series->transport = transport;
    series->config.transport = &series->transport;
    series->config.signer = &series->signer;
    series->config.buffer = series->buffer;
    series->config.buffer_size = sizeof series->buffer;
    series->config.unix_time = SCRIPT_NOW;
    series->request = tcx_example_request;
    series->tick = UINT32_MAX - 10;
    assert_int_equal(tcx_signer_init(&series->signer, &tcx_example_credentials, TCX_SIGN_TC3), TCX_OK);
    series->script = script;
    series->length = length;
    assert_true(length <= SCRIPT_EXCHANGES);
}

tcx_status script_series_run(script_series *series)
{
    tcx_status status = tcx_call_begin(&series->call, &series->config, &series->request, series->tick);

    series->wait_count = 0;
    if (status != TCX_OK)
        return status;
    while ((status = tcx_call_step(&series->call, series->tick)) == TCX_PENDING) {
        unsigned wants = tcx_call_wants(&series->call);
        uint32_t left = tcx_call_time_left(&series->call, series->tick);

        if (wants == 0)
            continue;
        assert_true(series->wait_count < SCRIPT_WAITS);
        series->waits[series->wait_count].wants = wants;
        series->waits[series->wait_count++].left = left;
        series->tick += wants == TCX_WRITE ? 7 : left;
    }
    assert_int_equal(tcx_call_step(&series->call, series->tick), status);
    return status;
}

const char *script_answer(const char *json, const char *date, const char *fields)
{
    static char texts[16][600];
    static unsigned next;
    char *text = texts[next++ % TCX_COUNT(texts)];

    assert_true((size_t)snprintf(text, sizeof texts[0],
                                 "HTTP/1.1 200 OK\r\nDate: %s\r\n%sContent-Length: %zu\r\n\r\n%s", date, fields,
                                 strlen(json), json) < sizeof texts[0]);
    return text;
}

const char *script_value(const script_series *series, size_t exchange, const char *name)
{
    static char texts[16][2048 + 1];
    static unsigned next;
    char *text = texts[next++ % TCX_COUNT(texts)];
    const char *found;

    assert_true(exchange < series->count);
    memcpy(text, series->seen[exchange].sent, series->seen[exchange].length);
    text[series->seen[exchange].length] = '\0';
    found = strstr(text, name);
    assert_non_null(found);
    text += found + strlen(name) - text;
    text[strcspn(text, "\r\n&,\"")] = '\0';
    return text;
}
