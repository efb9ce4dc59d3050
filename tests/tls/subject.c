#include "subject.h"

enum { MOST = 100 };

static int is_used[MOST];

static int is_of(const difference *row, const char *file)
{
    const char *name = strrchr(file, '/');

    return strcmp(row->suite, name != NULL ? name + 1 : file) == 0;
}

tcx_status subject_expected(const char *file, const char *row, tcx_status status)
{
    assert_in_range(tls_subject.difference_count, 0, MOST);
    for (size_t i = 0; i < tls_subject.difference_count; i++) {
        const difference *listed = &tls_subject.differences[i];

        if (!is_of(listed, file) || strcmp(listed->row, row) != 0)
            continue;
        check(listed->status != status, "%s: it is listed as a difference, and is none", row);
        is_used[i] = 1;
        return listed->status;
    }
    return status;
}

int subject_count_unused(const char *file)
{
    int count = 0;

    for (size_t i = 0; i < tls_subject.difference_count; i++) {
        const difference *listed = &tls_subject.differences[i];

        if (is_of(listed, file) && !is_used[i]) {
            print_error("%s: there is no row \"%s\", which is listed as a difference\n", listed->suite, listed->row);
            count++;
        }
    }
    return count;
}
