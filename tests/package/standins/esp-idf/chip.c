/*
 * The program around app_main(): the host, or a chip pretended on it. The chip's clock is not set until SNTP has set it.
 * Deep sleep takes no time, and ends after three wakes. Each wake is a process with new memory: only RTC memory is kept.
 */
#define _DEFAULT_SOURCE

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sdkconfig.h"

void app_main(void);

#if CONFIG_IDF_TARGET_LINUX

int main(void)
{
    app_main();
    for (;;) /* the scheduler goes on after app_main() */
        pause();
}

#else

#include "esp_err.h"
#include "esp_random.h"
#include "esp_sleep.h"

#define WAKES  3
#define ASLEEP 77 /* exit status of a wake that ended in deep sleep */

extern char __start_rtc_data[] __attribute__((weak)), __stop_rtc_data[] __attribute__((weak));

static struct kept {
    int64_t clock; /* seconds to add to the time since the start; 0: not set */
    char memory[4096];
} *kept;

static size_t rtc_size(void)
{
    return __start_rtc_data == NULL ? 0 : (size_t)(__stop_rtc_data - __start_rtc_data);
}

int64_t esp_timer_get_time(void);

int64_t esp_timer_get_time(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

time_t time(time_t *out)
{
    time_t now = (time_t)(esp_timer_get_time() / 1000000 + (kept ? kept->clock : 0));

    if (out != NULL)
        *out = now;
    return now;
}

void esp_fill_random(void *buf, size_t len)
{
    if (getrandom(buf, len, 0) != (ssize_t)len)
        abort();
}

uint32_t esp_random(void)
{
    uint32_t word;

    esp_fill_random(&word, sizeof word);
    return word;
}

/* ---- the network: the order in which ESP-IDF wants it ---- */

static enum { NOTHING, FLASH, NETIF, EVENTS, CONNECTED, SNTP } is_up;

static esp_err_t after(int before, int now)
{
    if ((int)is_up != before)
        return -1;
    is_up = now;
    return ESP_OK;
}

esp_err_t nvs_flash_init(void);
esp_err_t esp_netif_init(void);
esp_err_t esp_event_loop_create_default(void);
esp_err_t example_connect(void);
esp_err_t esp_netif_sntp_init(const void *config);
esp_err_t esp_netif_sntp_sync_wait(uint32_t ticks);

esp_err_t nvs_flash_init(void)
{
    return after(NOTHING, FLASH);
}

esp_err_t esp_netif_init(void)
{
    return after(FLASH, NETIF);
}

esp_err_t esp_event_loop_create_default(void)
{
    return after(NETIF, EVENTS);
}

esp_err_t example_connect(void)
{
    return after(EVENTS, CONNECTED);
}

esp_err_t esp_netif_sntp_init(const void *config)
{
    if (kept->clock != 0) { /* deep sleep keeps the clock: there is nothing to ask for */
        fputs("the clock is set already\n", stderr);
        return -1;
    }
    return config == NULL ? -1 : after(CONNECTED, SNTP);
}

esp_err_t esp_netif_sntp_sync_wait(uint32_t ticks)
{
    struct timespec now;

    if (is_up != SNTP || ticks == 0)
        return -1;
    clock_gettime(CLOCK_REALTIME, &now);
    kept->clock = (int64_t)now.tv_sec - esp_timer_get_time() / 1000000;
    return ESP_OK;
}

/* ---- deep sleep ---- */

void esp_deep_sleep(uint64_t time_in_us)
{
    if (time_in_us == 0)
        abort();
    if (rtc_size() > 0)
        memcpy(kept->memory, __start_rtc_data, rtc_size());
    fflush(NULL);
    _exit(ASLEEP);
}

int main(void)
{
    int status = ASLEEP << 8;

    kept = mmap(NULL, sizeof *kept, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (kept == MAP_FAILED || rtc_size() > sizeof kept->memory)
        return 1;
    for (int wakes = 0; wakes < WAKES && WEXITSTATUS(status) == ASLEEP; wakes++) {
        pid_t child = fork();

        if (child == 0) {
            if (wakes > 0 && rtc_size() > 0)
                memcpy(__start_rtc_data, kept->memory, rtc_size());
            app_main();
            fflush(NULL);
            _exit(0); /* nothing else runs */
        }
        if (child < 0 || waitpid(child, &status, 0) != child || !WIFEXITED(status))
            return 1;
    }
    return WEXITSTATUS(status) == ASLEEP ? 0 : WEXITSTATUS(status);
}

#endif
