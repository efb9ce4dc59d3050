/* Starts FreeRTOS and its network, for versions 3 and 4 of FreeRTOS+TCP. */
#ifndef NETWORK_H
#define NETWORK_H

/* Runs `job` in a task as soon as the network is up. The task ends with it. Does not return. */
void network_run(void (*job)(void));

/* Looks up a name, and writes its address as a text. Blocks. Returns 0 if the name has no address. */
enum { NETWORK_ADDRESS_SIZE = 16 }; /* 255.255.255.255 and a zero byte */
int network_find(const char *name, char address[NETWORK_ADDRESS_SIZE]);

#endif
