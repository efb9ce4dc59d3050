#include "shell.h"

#include "board.h"

static void print_field(const char *name, int32_t number)
{
    board_print(name);
    board_print_number(number);
}

void shell_report_call(tcx_text name, const tcx_client *client)
{
    const tcx_text result = client->call.response.result;

    board_put(NULL, name.bytes, name.length);
    board_print(": ");
    tcx_client_report(client, NULL, board_put, NULL);
    board_print("result ");
    board_put(NULL, result.bytes, result.length);
    board_print("\n");
}

void shell_report_memory(void)
{
    print_field("flash ", (board_flash_end - board_flash_start) * (int32_t)sizeof(uint32_t));
    print_field(" data ", (board_data_end - board_data_start) * (int32_t)sizeof(uint32_t));
    print_field(" bss ", (board_bss_end - board_bss_start) * (int32_t)sizeof(uint32_t));
    print_field(" stack ", (int32_t)board_stack_peak());
    print_field(" awake ", (int32_t)board_awake());
    board_print("\n");
}

tcx_text shell_word(const char **text)
{
    tcx_text word = { *text, 0 };

    while (word.bytes[word.length] != '\0' && word.bytes[word.length] != ' ')
        word.length++;
    *text = word.bytes + word.length;
    if (**text == ' ')
        ++*text;
    return word;
}

uint32_t shell_number(tcx_text word)
{
    uint32_t value = 0;

    for (size_t i = 0; i < word.length; i++) {
        if (word.bytes[i] < '0' || word.bytes[i] > '9')
            return 0;
        value = value * 10 + (uint32_t)(word.bytes[i] - '0');
    }
    return value;
}

const tcx_request *shell_request(const shell_job *jobs, size_t count, tcx_text name)
{
    for (size_t i = 0; i < count; i++)
        if (name.length == jobs[i].name.length && memcmp(name.bytes, jobs[i].name.bytes, name.length) == 0)
            return &jobs[i].request;
    return NULL;
}
