#ifndef ESP_ATTR_H
#define ESP_ATTR_H

#include "sdkconfig.h"

#if CONFIG_IDF_TARGET_LINUX
#define RTC_DATA_ATTR _Static_assert(0, "there is no RTC memory");
#else
#define RTC_DATA_ATTR __attribute__((section("rtc_data")))
#endif

#endif
