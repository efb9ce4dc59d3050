#ifndef FAKE_FREERTOS_DNS_H
#define FAKE_FREERTOS_DNS_H

#include "FreeRTOS_IP.h"

uint32_t FreeRTOS_gethostbyname(const char *name);

#endif
