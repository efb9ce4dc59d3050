/* What the examples need before a call: a network and a wall clock. */
#ifndef NETWORK_H
#define NETWORK_H

#include "sdkconfig.h"

#if CONFIG_IDF_TARGET_LINUX
static inline void network_start(void) {}
#else
/* Connects to the WiFi or Ethernet of menuconfig, and sets the clock by SNTP if it is not set. Restarts on an error. */
void network_start(void);
#endif

#endif
