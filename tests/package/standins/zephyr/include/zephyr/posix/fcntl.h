/* Zephyr's fcntl.h. */
#include <fcntl.h>
