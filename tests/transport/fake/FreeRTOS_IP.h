/* As much of FreeRTOS+TCP as the worked example uses: the version. FAKE_FREERTOS_TCP=3 makes these headers the old ones. */
#ifndef FAKE_FREERTOS_IP_H
#define FAKE_FREERTOS_IP_H

#include "FreeRTOS.h"

#ifndef FAKE_FREERTOS_TCP
#define FAKE_FREERTOS_TCP 4
#endif
#define ipFR_TCP_VERSION_MAJOR FAKE_FREERTOS_TCP

#endif
