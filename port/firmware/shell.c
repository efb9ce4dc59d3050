#include "shell.h"

#include "board.h"

static void print_field(const char *name, int32_t number)
{
    board_print(name);
    board_print_number(number);
}

void shell_report_call(tcx_text name, const tcx_call *call, tcx_status status)
{
    board_print_bytes(name.bytes, name.length);
    print_field(": status ", status);
    print_field(" outcome ", (int32_t)call->outcome);
    print_field(" detail ", call->detail);
    board_print(" result ");
    board_print_bytes(call->response.result.bytes, call->response.result.length);
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
