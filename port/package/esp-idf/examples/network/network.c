#include "network.h"

#include <time.h>

#include "esp_err.h"
#include "esp_event.h"
#include "esp_netif.h"
#include "esp_netif_sntp.h"
#include "freertos/FreeRTOS.h"
#include "nvs_flash.h"
#include "protocol_examples_common.h"

#include <tcexec/call.h>

#define SNTP_TIME_OUT 30000 /* ms */

void network_start(void)
{
    const esp_sntp_config_t sntp = ESP_NETIF_SNTP_DEFAULT_CONFIG("pool.ntp.org");

    ESP_ERROR_CHECK(nvs_flash_init()); /* the WiFi driver stores its calibration there */
    ESP_ERROR_CHECK(esp_netif_init());
    ESP_ERROR_CHECK(esp_event_loop_create_default());
    ESP_ERROR_CHECK(example_connect());
    if (time(NULL) >= TCX_CLOCK_FLOOR) /* after deep sleep it is still set */
        return;
    ESP_ERROR_CHECK(esp_netif_sntp_init(&sntp));
    ESP_ERROR_CHECK(esp_netif_sntp_sync_wait(pdMS_TO_TICKS(SNTP_TIME_OUT)));
}
