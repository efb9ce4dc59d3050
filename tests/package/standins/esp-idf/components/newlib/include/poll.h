#error "ESP-IDF has no poll.h. It has sys/poll.h"
