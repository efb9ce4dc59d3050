/* Zephyr's kernel, as far as the port and the samples use it. */
#ifndef ZEPHYR_KERNEL_H
#define ZEPHYR_KERNEL_H

#include <stdint.h>
#include <string.h>

/* 1 if a setting is y. A setting that is n is not defined. */
#define IS_ENABLED(setting)           STANDIN_OF(setting)
#define STANDIN_OF(value)             STANDIN_PICK(STANDIN_IS_##value)
#define STANDIN_PICK(one)             STANDIN_SECOND(one 1, 0, 0)
#define STANDIN_SECOND(a, value, ...) value
#define STANDIN_IS_1                  0,

typedef struct {
    int64_t ms;
} k_timeout_t;

#define K_SECONDS(s) ((k_timeout_t){ (int64_t)(s) * 1000 })

uint32_t k_uptime_get_32(void);
int32_t k_sleep(k_timeout_t timeout);

#endif
