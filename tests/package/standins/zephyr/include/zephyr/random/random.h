/* Zephyr's random numbers. The function is declared also where nothing defines it. */
#ifndef ZEPHYR_RANDOM_RANDOM_H
#define ZEPHYR_RANDOM_RANDOM_H

#include <stddef.h>

int sys_csrand_get(void *out, size_t length);

#endif
