/* Tests borrowed text and wiping, and that the guard pages of the other tests trap. */
#define _DEFAULT_SOURCE

#include "tcx_test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_views(void **state)
{
    static const tcx_text literal = TCX_TEXT("a\0b"), empty = TCX_TEXT("");
    tcx_text text;

    (void)state;
    assert_int_equal(literal.length, 3);
    assert_memory_equal(literal.bytes, "a\0b", 3);
    assert_non_null(empty.bytes); /* set, and empty */
    assert_int_equal(empty.length, 0);

    text = tcx_text_from("abc");
    assert_bytes("from a string", text.bytes, text.length, (tcx_text)TCX_TEXT("abc"));
    text = tcx_text_from("");
    assert_non_null(text.bytes);
    assert_int_equal(text.length, 0);
    text = tcx_text_from(NULL);
    assert_null(text.bytes);
    assert_int_equal(text.length, 0);
}

static void test_wipe_takes_exactly_the_bytes(void **state)
{
    tcx_guard guard;

    (void)state;
    tcx_guard_open(&guard, 300);
    for (size_t size = 0; size <= 300; size++) {
        for (int where = TCX_AT_START; where <= TCX_AT_END; where++) {
            unsigned char *memory = tcx_guard_place(&guard, size, where);

            tcx_wipe(memory, size);
            tcx_guard_check(&guard);
            for (size_t i = 0; i < size; i++)
                assert_int_equal(memory[i], 0);
        }
    }
    tcx_wipe(NULL, 0);
    tcx_guard_close(&guard);
}

/* The status of a child that writes one byte at `offset` from the guarded memory. */
static int child_writes(const tcx_guard *guard, ptrdiff_t offset)
{
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGSEGV, SIG_DFL); /* cmocka and sanitizers have handlers of their own */
        signal(SIGBUS, SIG_DFL);
        ((volatile unsigned char *)guard->memory)[offset] = 0;
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void test_guard_pages_trap(void **state)
{
    tcx_guard guard;

    (void)state;
    tcx_guard_open(&guard, 100);
    assert_int_equal(child_writes(&guard, 0), 0);
    assert_int_equal(child_writes(&guard, (ptrdiff_t)guard.capacity - 1), 0);
    assert_int_not_equal(child_writes(&guard, -1), 0);
    assert_int_not_equal(child_writes(&guard, (ptrdiff_t)guard.capacity), 0);
    tcx_guard_close(&guard);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_views),
        cmocka_unit_test(test_wipe_takes_exactly_the_bytes),
        cmocka_unit_test(test_guard_pages_trap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
