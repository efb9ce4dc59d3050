/*
 * Prints what the JSON check, jsmn and the decoding of strings make of texts, for a judge in another language
 * (test_json_python.py).
 *
 * In, per text: its length in a line, then its bytes. Out, per text: a line with the number of tokens, or with the
 * negative status that refuses it. Then, per token, a line with its kind (o, a, s, p), its size and the length of what
 * follows: a decoded string, a number or literal as it is written, and nothing for an object or array.
 */
#include "fuzz.h"
#include "tcx_json.h"

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

static char kind(const jsmntok_t *token)
{
    switch (token->type) {
    case JSMN_OBJECT:
        return 'o';
    case JSMN_ARRAY:
        return 'a';
    case JSMN_STRING:
        return 's';
    default:
        return 'p';
    }
}

static void print_token(const char *text, const jsmntok_t *token)
{
    const int nests = token->type == JSMN_OBJECT || token->type == JSMN_ARRAY;
    size_t length = nests ? 0 : (size_t)(token->end - token->start);
    char *content = fuzz_copy(text + token->start, length);

    if (token->type == JSMN_STRING)
        fuzz_check(tcx_json_decode(content, &length), "it was decoded before");
    printf("%c %d %zu\n", kind(token), token->size, length);
    fwrite(content, 1, length, stdout);
    free(content);
}

/* Whether all of the strings are text. */
static int is_text(const char *array, const jsmntok_t *tree, int count)
{
    int found = 1;

    for (int i = 1; i < count; i++) {
        size_t length = (size_t)(tree[i].end - tree[i].start);
        char *content = fuzz_copy(array + tree[i].start, length);

        if (tree[i].type == JSMN_STRING && !tcx_json_decode(content, &length))
            found = 0;
        free(content);
    }
    return found;
}

/* In an array, as jsmn reads no number or literal by itself. */
static void print_tree(const char *text, size_t length, size_t tokens)
{
    jsmntok_t *tree = fuzz_memory((tokens + 1) * sizeof *tree);
    char *array = fuzz_memory(length + 2);
    jsmn_parser parser;
    int count;

    array[0] = '[';
    memcpy(array + 1, text, length);
    array[length + 1] = ']';
    jsmn_init(&parser);
    count = jsmn_parse(&parser, array, length + 2, tree, (unsigned)tokens + 1);
    fuzz_check(count > 0 && (size_t)count == tokens + 1 && tree[0].size == 1, "jsmn makes %d tokens of %.*s, not %zu",
               count, (int)length + 2, array, tokens + 1);
    if (is_text(array, tree, count)) {
        printf("%zu\n", tokens);
        for (int i = 1; i < count; i++)
            print_token(array, &tree[i]);
    } else {
        printf("%d\n", TCX_E_JSON_UTF8);
    }
    free(array);
    free(tree);
}

int main(void)
{
    size_t length, tokens;

    while (scanf("%zu", &length) == 1 && getchar() == '\n') {
        char *text = fuzz_memory(length);
        tcx_status status;

        if (fread(text, 1, length, stdin) != length)
            return 2;
        status = tcx_json_check(text, length, &tokens);
        if (status == TCX_OK)
            print_tree(text, length, tokens);
        else
            printf("%d\n", status);
        free(text);
    }
    return feof(stdin) ? 0 : 2;
}
