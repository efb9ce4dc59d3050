/* As much of FreeRTOS as the worked example uses, with the names and meanings of the real one. */
#ifndef FAKE_FREERTOS_H
#define FAKE_FREERTOS_H

#include <stddef.h>
#include <stdint.h>

#define configTICK_RATE_HZ 1000u
#define pdTRUE             1
#define pdFALSE            0
#define pdPASS             pdTRUE
#define pdMS_TO_TICKS(ms)  ((TickType_t)((ms) * (uint64_t)configTICK_RATE_HZ / 1000u))

typedef long BaseType_t;
typedef unsigned long UBaseType_t;
typedef uint32_t TickType_t;

#endif
