/* Zephyr's clocks, from version 4.2 on. The wall clock begins at 1970 until it is set. */
#ifndef ZEPHYR_SYS_CLOCK_H
#define ZEPHYR_SYS_CLOCK_H

#include <time.h>

#define SYS_CLOCK_REALTIME 1

int sys_clock_gettime(int id, struct timespec *ts);
int sys_clock_settime(int id, const struct timespec *ts);

#endif
