#ifndef FAKE_FREERTOS_IP_H
#define FAKE_FREERTOS_IP_H

#include "FreeRTOS.h"

#endif
